"""A sample card while the archive is empty: a bundled, made-up report, judged as a real one is."""

from __future__ import annotations

import tomllib
from datetime import datetime
from functools import cache
from importlib.resources import files

from bot.model import Alert, Entry, StoredItem, new_id
from bot.stories import RecentStories, alert_for, assimilate
from rules import Item, Pack, detect


def bundled_alert(pack: Pack, lang: str, now: datetime) -> Alert | None:
    """The alert of the first bundled report that the pack finds relevant, in this language if there is one; None
    when the pack is of another topic."""
    reports = sorted(_reports(), key=lambda report: report[0] != lang)
    for _, outlet, title, text in reports:
        detection = detect(Item(id="", title=title, text=text, on=now.date()), pack)
        if not detection.relevant:
            continue
        entry = Entry(guid=title, url=None, title=title, text=text, published_at=now, fingerprint=title)
        item = StoredItem(id=new_id(now), feed_id="", outlet=outlet, entry=entry, seen_at=now, detection=detection)
        return alert_for(assimilate(item, RecentStories(()), now, told=True), item, pack, now)
    return None


@cache
def _reports() -> tuple[tuple[str, str, str, str], ...]:
    """Language, outlet, headline and text of each report of the demonstration."""
    sample = tomllib.loads(files("bot").joinpath("demo/sample.toml").read_text(encoding="utf-8"))
    feeds = sample["feeds"]
    return tuple(
        (feeds[one["feed"]]["lang"], feeds[one["feed"]]["title"], one["title"], one["text"]) for one in sample["items"]
    )
