"""Our fetching and parsing as the hostile runner wants it: url -> outcome, items, retry_after, error."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.feeds import FeedParser, Fetcher, feed_id, first_due
from bot.model import Deferred, Failed, Feed, Fetched, NotModified, ParsedFeed

ALLOWED = ("127.0.0.1:8950", "127.0.0.1:8952", "localhost:8950")  # the server's "public" ports


async def fetch(url: str) -> dict[str, Any]:
    """What one first poll of `url` comes to, in the runner's words."""
    feed = Feed(id=feed_id(url), url=url, title="hostile")
    state = first_due(feed, datetime(2026, 11, 23, tzinfo=UTC))
    async with Fetcher(user_agent="Dealwire/test (+https://example.org)", allow_private=ALLOWED) as fetcher:
        result = await fetcher.fetch(feed, state)
    match result:
        case Failed():
            return _failed(result)
        case Deferred(reason=reason):
            return {"outcome": "error", "items": [], "error": reason}
        case NotModified():
            return {"outcome": "not_modified", "items": []}
        case Fetched():
            async with FeedParser() as parser:
                parsed = await parser.parse(result.body, result.content_type, result.url)
    if isinstance(parsed, Failed):
        return {"outcome": "refuse", "items": [], "error": parsed.reason}
    outcome = "items" if parsed.entries else "empty_ok"
    return {"outcome": outcome, "items": _items(parsed), "moved_to": result.moved_to}


def _failed(result: Failed) -> dict[str, Any]:
    outcome = {410: "gone", 429: "retry_later", 503: "retry_later"}.get(result.status or 0, "error")
    return {"outcome": outcome, "items": [], "retry_after": result.retry_after_s, "error": result.reason}


def _items(parsed: ParsedFeed) -> list[dict[str, Any]]:
    return [
        {
            "id": entry.guid,
            "title": entry.title,
            "link": entry.url,
            "published": entry.published_at,
            "summary": entry.text,
        }
        for entry in parsed.entries
    ]
