"""The web preview of a public Telegram channel (https://t.me/s/NAME) as a feed.

In: the page. Out: a `ParsedFeed`, newest message first, like any other. No account and no API: the preview shows
the last twenty or so messages to everybody. Its form is not documented; the class names are those of the page
itself.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from bot.feeds.page import PageError, document, having_class, lines_of, text_of
from bot.feeds.parse import MAX_TEXT, MAX_TITLE, fingerprint
from bot.model import Entry, ParsedFeed

_MAX_HEADLINE = 200  # characters of the first lines; a message has no title of its own
_SHORT_LINE = 20  # characters; a shorter first line is a cry ("Срочно!", an emoji) and takes the next with it


def parse_preview(body: bytes, content_type: str, url: str) -> ParsedFeed:
    """The channel's messages. PageError when the page shows none, e.g. for a private channel or a person."""
    root = document(body, content_type)
    messages = [one for one in having_class(root, "tgme_widget_message") if one.get("data-post")]
    if not messages and not any(having_class(root, "tgme_channel_info")):
        raise PageError("no channel preview: the channel is private, closed to previews, or does not exist")
    entries = [entry for message in messages if (entry := _entry(message))]
    titles = [text_of(one, MAX_TITLE) for one in having_class(root, "tgme_channel_info_header_title")]
    names = [text_of(one, MAX_TITLE) for one in having_class(root, "tgme_widget_message_owner_name")]
    return ParsedFeed(title=next(filter(None, titles + names), ""), entries=tuple(reversed(entries)))


def _entry(message: Any) -> Entry | None:
    """None for what has no words: a picture alone, a note that the channel was renamed."""
    post = str(message.get("data-post"))
    if not re.fullmatch(r"\w+/\d+", post, re.ASCII) or "service_message" in (message.get("class") or "").split():
        return None
    texts = [
        one
        for one in having_class(message, "tgme_widget_message_text")
        if "js-message_reply_text" not in one.get("class").split()  # what it answers to
    ]
    lines = lines_of(texts[0], MAX_TEXT) if texts else []
    if not lines:
        return None
    title, rest = _headline(lines)
    text = " ".join(lines)[:MAX_TEXT] if rest else ""
    return Entry(
        guid=f"telegram:{post.lower()}",
        url=f"https://t.me/{post}",
        title=title,
        text=text,
        published_at=_sent_at(message),
        fingerprint=fingerprint(title, text),
    )


def _headline(lines: list[str]) -> tuple[str, bool]:
    """The first line, or the first two where it is a mere cry; and whether the message says more."""
    taken = 2 if len(lines) > 1 and len(lines[0]) < _SHORT_LINE else 1
    head = " ".join(lines[:taken])
    if len(head) <= _MAX_HEADLINE:
        return head, taken < len(lines)
    cut = head[:_MAX_HEADLINE]
    end = max(cut.rfind(mark) + 1 for mark in ".!?।") or cut.rfind(" ")
    return (cut[:end] if end > _MAX_HEADLINE // 4 else cut).rstrip(), True


def _sent_at(message: Any) -> datetime | None:
    for link in having_class(message, "tgme_widget_message_date"):
        for time in link.iter("time"):
            try:
                at = datetime.fromisoformat(time.get("datetime") or "")
            except ValueError:
                continue
            if at.tzinfo is not None and at.year > 2012:
                return at.astimezone(UTC)
    return None
