"""Which entries of a group of polls are news: new ones, and known ones with other words.

In: polls that were parsed, and the store to ask what is known. Out: what is to be judged, each feed's oldest
first, and what the polls told about the feeds' ids. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.feeds import Sighting, Sightings, after_identifying, entry_keys, looks_renumbered, taken_over, unseen
from bot.model import Entry, Feed, Known, StoredItem, new_ids
from bot.polling import Poll
from bot.storage import Store
from rules import Detection

REMEMBERED = 500  # of a feed's last items looked through when its ids seem to have changed; judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """An entry that is new, or whose words changed, with its verdict."""

    item_id: str
    feed: Feed
    outlet: str
    entry: Entry
    keys: tuple[str, ...]
    silent: bool  # only to be remembered: of a first read, or an old item under a new id
    replaces: StoredItem | None  # the item that had other words before; None: new
    article: str | None = None  # the page's own text, judged in place of the entry's; None: not read
    detection: Detection | None = None  # None: not judged yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the polls brought."""

    news: list[News]
    sightings: Mapping[str, Sightings]  # by feed id; only feeds that were parsed
    keys: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)  # feed id -> item id -> new keys

    def brought(self, poll: Poll) -> int:
        """How many new entries the poll brought; those of a first read are not new, only unknown."""
        found = self.sightings.get(poll.feed.id)
        return found.new if found and poll.state.succeeded_at is not None else 0

    def has_known(self, poll: Poll) -> bool:
        """Whether the feed answered with an item that we have of it, or with nothing to read."""
        found = self.sightings.get(poll.feed.id)
        if found is None or poll.parsed is None or poll.parsed.left_out:
            return True
        return any(one.known is not None for one in found.entries)


async def find_news(store: Store, polls: Sequence[Poll], now: datetime) -> Findings:
    """The news of `polls`, with ids in the order in which it is to be told."""
    known = await _known(store, polls)
    news: list[News] = []
    sightings: dict[str, Sightings] = {}
    keys: dict[str, Mapping[str, tuple[str, ...]]] = {}
    for poll in polls:
        if poll.parsed is None:
            continue
        found = unseen(poll.feed.id, poll.parsed.entries, known, poll.state.ids)
        if poll.state.succeeded_at and looks_renumbered(found, poll.parsed.left_out, poll.state.ids):
            found = taken_over(found, await store.newest_of_feed(poll.feed.id, REMEMBERED))
        sightings[poll.feed.id] = found
        keys[poll.feed.id] = _new_keys(poll, found, now)
        for sighting in reversed(found.entries):
            if sighting.verdict != "known" and (made := await _news(store, poll, sighting)):
                news.append(made)
    ids = new_ids(now, len(news))
    return Findings(
        news=[each if each.replaces else replace(each, item_id=id_) for each, id_ in zip(news, ids, strict=True)],
        sightings=sightings,
        keys=keys,
    )


async def _known(store: Store, polls: Sequence[Poll]) -> Mapping[str, Known]:
    keys = [
        key
        for poll in polls
        if poll.parsed
        for entry in poll.parsed.entries
        for key in entry_keys(poll.feed.id, entry, poll.state.ids)
    ]
    return await store.known_keys(keys) if keys else {}


def _new_keys(poll: Poll, found: Sightings, now: datetime) -> Mapping[str, tuple[str, ...]]:
    """The keys that known items go by from now on, where their feed has renumbered them."""
    ids = after_identifying(poll.state, found, now).ids
    return {
        one.known.item_id: entry_keys(poll.feed.id, one.entry, ids)
        for one in found.entries
        if one.known is not None and one.renumbered
    }


async def _news(store: Store, poll: Poll, sighting: Sighting) -> News | None:
    replaces = await store.item(sighting.known.item_id) if sighting.known else None
    if sighting.verdict == "changed" and replaces is None:
        return None
    first_read = poll.state.succeeded_at is None and poll.feed.first_read == "baseline"
    return News(
        item_id=replaces.id if replaces else "",
        feed=poll.feed,
        outlet=_outlet(poll, sighting.entry),
        entry=sighting.entry,
        keys=sighting.keys,
        silent=first_read or sighting.renumbered,
        replaces=replaces,
        article=(poll.articles or {}).get(sighting.entry.url or ""),
    )


def _outlet(poll: Poll, entry: Entry) -> str:
    """Who told it: in a feed of others' news the one it was taken from, else the feed."""
    named = entry.outlet if poll.feed.kind == "aggregator" else None
    parsed = poll.parsed.title if poll.parsed else ""
    return named or poll.feed.title or parsed or poll.feed.url
