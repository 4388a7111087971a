"""Our parser as the corpus runner wants it: (body, content_type, url) -> items."""

from __future__ import annotations

from typing import Any

from bot.feeds.parse import ParseError, parse_feed


def parse(body: bytes, content_type: str, url: str) -> list[dict[str, Any]]:
    """The items of `body`; none for what is no feed, as the runner counts a refusal."""
    try:
        feed = parse_feed(body, content_type, url)
    except ParseError:
        return []
    return [
        {
            "id": entry.guid,
            "title": entry.title,
            "link": entry.url,
            "published": entry.published_at,
            "summary": entry.text,
        }
        for entry in feed.entries
    ]
