"""Values for the tests of stories: a judged item, with little to say about the rest."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.model import Entry, StoredItem
from rules import Item, Pack, detect

NOW = datetime(2026, 11, 20, 8, 32, tzinfo=UTC)


def judged(
    pack: Pack, title: str, text: str = "", *, outlet: str = "Sample Wire", seen_at: datetime = NOW
) -> StoredItem:
    """An item as ingest stores it, judged by the real detector."""
    entry = Entry(
        guid=None,
        url=f"https://news.example/{abs(hash((outlet, title)))}",
        title=title,
        text=text,
        published_at=seen_at,
        fingerprint=title,
    )
    detection = detect(Item(id="i1", title=title, text=text, on=seen_at.date()), pack)
    return StoredItem(
        id="i1", feed_id="f1", outlet=outlet, entry=entry, seen_at=seen_at, detection=detection, story_id=None
    )
