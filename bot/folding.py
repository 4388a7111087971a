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
from bot.stories import LINK_WINDOW, WINDOW, RecentStories, alert_for, assimilate, denied_long_ago, tell, version_of
from rules import Item, Pack, Rates, detect


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """What a group of polls changes, composed before it is written."""

    items: tuple[StoredItem, ...]
    changed: tuple[StoredItem, ...]  # items that had other words before
    stories: tuple[Story, ...]
    alerts: tuple[Alert, ...]
    told: tuple[str, ...]  # ids of the alerts to send now, in order
    versions: tuple[Alert, ...] = ()  # newer versions of stored alerts
    grown: tuple[str, ...] = ()  # ids of those whose story was told before: some may want them only now
    reheaded: tuple[str, ...] = ()  # ids of those whose claim is denied: their messages change whatever else waits


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
    alerts: dict[str, Alert] = {}
    versions: dict[str, Alert] = {}
    told: list[str] = []
    grown: list[str] = []
    reheaded: list[str] = []
    for news in judged:
        if not news.replaces and not taken.isdisjoint(news.keys):
            continue
        taken.update(news.keys)
        item = _stored(news, now)
        if item.story_id is None and item.detection is not None and item.detection.relevant:
            telling = tell(item, pack, rates, now, tier=news.feed.tier)
            related = await tx.stories_of(item.detection.programmes, now - LINK_WINDOW) if not news.silent else ()
            change = assimilate(item, recent, now, told=not news.silent, telling=telling, related=related, pack=pack)
            item = replace(item, story_id=change.after.id)
            story_alert, known = change.after.alert_id or "", change.before is not None and change.before.told
            unseen = story_alert in alerts  # opened a moment ago: its card takes everything in, and rings once
            if not (change.before and unseen):
                alert = alert_for(change, item, pack, now, kind=news.feed.kind, rates=rates, telling=telling)
                if alert is not None:
                    alerts[alert.id] = alert
                    if alert.kind == "update":
                        told.append(alert.id)
            if change.before is not None:
                shown = alerts.get(story_alert) or versions.get(story_alert)
                stored = shown or (await tx.stored_alerts([story_alert])).get(story_alert)
                newer = version_of(stored, change, pack, now, kind=news.feed.kind) if stored else None
                if newer is not None and shown is not None:  # nobody has seen the one before: one number for both
                    newer = replace(newer, card=replace(newer.card, version=shown.card.version))
                if newer is not None:
                    (alerts if unseen else versions)[story_alert] = newer
                    if known and not unseen:
                        grown.append(story_alert)
                    if any(each.mark == "denied" for each in change.changes):
                        reheaded.append(story_alert)
            if change.after.told and story_alert and not known:
                told.append(story_alert)
            denied = denied_long_ago(change)
            if denied is not None and denied.after.alert_id is not None:
                former = versions.get(denied.after.alert_id)
                former = former or (await tx.stored_alerts([denied.after.alert_id])).get(denied.after.alert_id)
                newer = version_of(former, denied, pack, now) if former else None
                if newer is not None:
                    versions[newer.id] = newer
                    reheaded.append(newer.id)
                recent.put(denied.after)
                stories[denied.after.id] = denied.after
            recent.put(change.after)
            stories[change.after.id] = change.after
        (changed if news.replaces else items).append(item)
    return Folded(
        items=tuple(items),
        changed=tuple(changed),
        stories=tuple(stories.values()),
        alerts=tuple(alerts.values()),
        told=tuple(told),
        versions=tuple(versions.values()),
        grown=tuple(dict.fromkeys(grown)),
        reheaded=tuple(dict.fromkeys(reheaded)),
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
