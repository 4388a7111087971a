"""Alerts put into an archive as ingest does: judged by the real detector, told as stories."""

from __future__ import annotations

from datetime import datetime

from bot.model import Alert, Entry, Feed, StoredItem, Story, new_id
from bot.storage import Store
from bot.stories import RecentStories, alert_for, assimilate
from rules import Item, Pack, detect

FEED = Feed(id="f1", url="https://news.example/rss", title="Sample Wire", kind="wire")


def made(
    pack: Pack, headline: str, at: datetime, *, text: str = "", kind: str = "wire"
) -> tuple[StoredItem, Story, Alert]:
    """The item, the story and the alert of a report with this headline."""
    entry = Entry(
        guid=headline,
        url="https://news.example/1",
        title=headline,
        text=text,
        published_at=at,
        fingerprint=headline,
    )
    detection = detect(Item(id="", title=headline, text=text, on=at.date()), pack)
    assert detection.relevant, headline
    item = StoredItem(id=new_id(at), feed_id=FEED.id, outlet=FEED.title, entry=entry, seen_at=at, detection=detection)
    change = assimilate(item, RecentStories(()), at, told=True)
    alert = alert_for(change, item, pack, at, kind=kind)
    assert alert is not None
    return item, change.after, alert


async def archive(
    store: Store, pack: Pack, headline: str, at: datetime, *, text: str = "", kind: str = "wire"
) -> Alert:
    """Store the alert of a report; the feed must be there."""
    item, story, alert = made(pack, headline, at, text=text, kind=kind)
    async with store.write() as tx:
        await tx.save_stories([story])
        await tx.add_items([item], {})
        await tx.add_alerts([alert])
    return alert
