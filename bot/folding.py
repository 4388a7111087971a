"""Judges news and folds it into items, stories and alerts.

In: news, the pack, and, inside the transaction that will store the result, what is known of late. Out: a `Folded`,
composed before it is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.model import Alert, StoredItem, Story
from bot.news import News
from bot.storage import Transaction
from bot.stories import WINDOW, RecentStories, alert_for, assimilate
from rules import Item, Pack, Rates, detect


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """What a group of polls changes, composed before it is written."""

    items: tuple[StoredItem, ...]
    changed: tuple[StoredItem, ...]  # items that had other words before
    stories: tuple[Story, ...]
    alerts: tuple[Alert, ...]
    told: tuple[str, ...]  # ids of the alerts to send now, in order


def judge(fresh: Iterable[News], pack: Pack, now: datetime) -> list[News]:
    """Verdicts for the entries; in a thread, since a feed's first read may bring thousands."""
    return [
        replace(
            news,
            detection=detect(
                Item(
                    id=news.item_id,
                    title=news.entry.title,
                    text=news.article or news.entry.text,
                    on=(news.entry.published_at or now).date(),
                    url=news.entry.url,
                ),
                pack,
                explain=False,  # why an item was left out can be asked later; the words are stored
            ),
        )
        for news in fresh
    ]


async def fold(tx: Transaction, judged: Sequence[News], pack: Pack, rates: Rates, now: datetime) -> Folded:
    """The judged entries as items, stories and alerts. Inside the transaction, since another process may
    have stored the same entry, or told the same story, a moment ago."""
    taken = set(await tx.known_keys([key for news in judged if not news.replaces for key in news.keys]))
    recent = RecentStories(await tx.recent_stories(now - WINDOW)) if judged else RecentStories(())
    items: list[StoredItem] = []
    changed: list[StoredItem] = []
    stories: dict[str, Story] = {}
    alerts: list[Alert] = []
    told: list[str] = []
    for news in judged:
        if not news.replaces and not taken.isdisjoint(news.keys):
            continue
        taken.update(news.keys)
        item = _stored(news, now)
        if item.story_id is None and item.detection is not None and item.detection.relevant:
            change = assimilate(item, recent, now, told=not news.silent)
            item = replace(item, story_id=change.after.id)
            alert = alert_for(change, item, pack, now, kind=news.feed.kind, rates=rates)
            if alert is not None:
                alerts.append(alert)
            if change.after.told and change.after.alert_id and not (change.before and change.before.told):
                told.append(change.after.alert_id)
            recent.put(change.after)
            stories[change.after.id] = change.after
        (changed if news.replaces else items).append(item)
    return Folded(
        items=tuple(items),
        changed=tuple(changed),
        stories=tuple(stories.values()),
        alerts=tuple(alerts),
        told=tuple(told),
    )


def _stored(news: News, now: datetime) -> StoredItem:
    return StoredItem(
        id=news.item_id,
        feed_id=news.feed.id,
        outlet=news.outlet,
        entry=news.entry,
        seen_at=news.replaces.seen_at if news.replaces else now,
        detection=news.detection,
        story_id=news.replaces.story_id if news.replaces else None,
        article=news.article,
    )
