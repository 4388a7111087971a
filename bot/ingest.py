"""From due feeds to deliveries: fetch, parse, find what is new, judge it, fold it into stories, commit.

Polls run side by side; what they bring is committed by one writer, in groups, so that a hundred feeds cost
one transaction. Everything of a poll (items, verdicts, stories, alerts, deliveries, the feed's validators)
is in that one commit: a crash before it repeats the poll with no effect, after it nothing is lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from bot.feeds import FeedParser, Fetcher, body_sha256, entry_keys, next_poll, unseen
from bot.log import event
from bot.matching import Matcher
from bot.model import (
    Alert,
    Delivery,
    Entry,
    Failed,
    Feed,
    FeedState,
    Fetched,
    NotModified,
    ParsedFeed,
    StoredItem,
    Story,
    new_ids,
)
from bot.ports import Clock
from bot.storage import Store, Transaction
from bot.stories import WINDOW, RecentStories, alert_for, assimilate
from rules import Detection, Item, Pack, detect

log = logging.getLogger(__name__)

LEASE_S = 120.0  # longer than any poll: fetch 30 s, parse 4 s, commit
GROUP = 32  # polls in one commit at most; 32 in one transaction cost 1/30 of 32 alone (docs/decisions.md)
FINISH_S = 1.0  # what a stop waits for polls under way; unfinished ones are polled again at the next start


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What one poll of one feed brought."""

    feed: Feed
    state: FeedState  # before
    result: Fetched | NotModified | Failed
    parsed: ParsedFeed | None  # None: nothing new to read (304, the same body, or a failure)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """An entry that is new, or whose words changed, with its verdict."""

    item_id: str
    feed: Feed
    outlet: str
    entry: Entry
    keys: tuple[str, ...]
    silent: bool  # of a first read that is only remembered
    replaces: StoredItem | None  # the item that had other words before; None: new
    detection: Detection | None = None  # None: not judged yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """What a group of polls changes, composed before it is written."""

    items: tuple[StoredItem, ...]
    changed: tuple[StoredItem, ...]  # items that had other words before
    stories: tuple[Story, ...]
    alerts: tuple[Alert, ...]
    told: tuple[str, ...]  # ids of the alerts to send now, in order


class Ingest:
    """Polls feeds when they are due. `tick` may be called at any time; `run` must be running."""

    def __init__(
        self,
        *,
        store: Store,
        fetcher: Fetcher,
        parser: FeedParser,
        pack: Pack,
        clock: Clock,
        random: Random,
        owner: str,
        concurrency: int,
        on_deliveries: Callable[[], None],
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._parser = parser
        self._pack = pack
        self._matcher = Matcher(pack)
        self._clock = clock
        self._random = random
        self._owner = owner
        self._concurrency = concurrency
        self._on_deliveries = on_deliveries
        self._ready: asyncio.Queue[Poll] = asyncio.Queue()
        self._polling: dict[str, FeedState] = {}  # feeds between claim and commit, by id
        self._idle = asyncio.Event()
        self._idle.set()
        self._readers: asyncio.TaskGroup | None = None
        self._stopping = False

    async def run(self) -> None:
        """Take polls as they finish and commit them, until cancelled."""
        async with asyncio.TaskGroup() as self._readers:
            while True:
                polls = [await self._ready.get()]
                while len(polls) < GROUP and not self._ready.empty():
                    polls.append(self._ready.get_nowait())
                await self._commit_or_log(polls)

    async def tick(self) -> None:
        """Start a poll of each feed that is due and free."""
        free = self._concurrency - len(self._polling)
        if self._readers is None or self._stopping or free <= 0:
            return
        claims = await self._store.claim_due_feeds(self._clock(), LEASE_S, free, self._owner)
        for feed, state in claims:
            self._idle.clear()
            self._polling[feed.id] = state
            self._readers.create_task(self._read(feed, state))

    @property
    def idle(self) -> bool:
        """Whether no poll is between its claim and its commit."""
        return not self._polling

    async def finish(self) -> None:
        """Claim no more; give the polls under way a moment, and the feeds of the others back."""
        self._stopping = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), FINISH_S)
        if self._polling:
            async with self._store.write() as tx:
                await tx.save_feed_states(list(self._polling.values()))

    async def _read(self, feed: Feed, state: FeedState) -> None:
        try:
            poll = await self._poll(feed, state)
        except Exception as error:  # a fault of ours with one feed must not end polling
            log.exception("poll failed: %s", feed.title or feed.url)
            failure = Failed(reason=f"internal error: {type(error).__name__}")
            poll = Poll(feed=feed, state=state, result=failure, parsed=None)
        self._ready.put_nowait(poll)

    async def _poll(self, feed: Feed, state: FeedState) -> Poll:
        result = await self._fetcher.fetch(feed, state)
        parsed: ParsedFeed | None = None
        if isinstance(result, Fetched) and body_sha256(result.body) != state.body_sha256:
            outcome = await self._parser.parse(result.body, result.content_type, result.url)
            if isinstance(outcome, Failed):
                result = outcome
            else:
                parsed = outcome
        return Poll(feed=feed, state=state, result=result, parsed=parsed)

    async def _commit_or_log(self, polls: Sequence[Poll]) -> None:
        try:
            folded, sent = await self._commit(polls)
        except Exception:  # a full disk or a lost database must not end polling: the leases run out and repeat
            log.exception("polls not stored; they are repeated after their lease: %d", len(polls))
            return
        finally:
            for poll in polls:
                self._polling.pop(poll.feed.id, None)
            if not self._polling:
                self._idle.set()
        for poll in polls:
            _log_poll(poll)
        if folded.items or folded.changed:
            event(
                log,
                logging.INFO,
                "items read",
                new=len(folded.items),
                changed=len(folded.changed),
                relevant=sum(item.story_id is not None for item in folded.items),
                alerts=len(folded.alerts),
                deliveries=sent,
            )
        if sent:
            self._on_deliveries()

    async def _commit(self, polls: Sequence[Poll]) -> tuple[Folded, int]:
        now = self._clock()
        fresh = await self._fresh(polls, now)
        judged = await asyncio.to_thread(_judge, fresh, self._pack, now) if fresh else []
        states = [self._after(poll, now) for poll in polls]
        async with self._store.write() as tx:
            folded = await self._fold(tx, judged, now)
            await tx.add_items(folded.items, {news.item_id: news.keys for news in judged})
            for item in folded.changed:
                await tx.update_item(item)
            await tx.save_stories(folded.stories)
            await tx.add_alerts(folded.alerts)
            deliveries = await self._deliveries(tx, folded, now)
            await tx.add_deliveries(deliveries)
            await tx.save_feed_states(states)
        return folded, len(deliveries)

    def _after(self, poll: Poll, now: datetime) -> FeedState:
        ttl_s = poll.parsed.ttl_s if poll.parsed else None
        return next_poll(poll.feed, poll.state, poll.result, now, self._random, ttl_s=ttl_s)

    async def _fresh(self, polls: Sequence[Poll], now: datetime) -> list[News]:
        """The entries to judge, each feed's oldest first; ids in that order."""
        keys = [
            key
            for poll in polls
            if poll.parsed
            for entry in poll.parsed.entries
            for key in entry_keys(poll.feed.id, entry)
        ]
        known = await self._store.known_keys(keys) if keys else {}
        fingerprints = {key: found.fingerprint for key, found in known.items()}
        found: list[News] = []
        for poll in polls:
            if poll.parsed is None:
                continue
            silent = poll.state.succeeded_at is None and poll.feed.first_read == "baseline"
            outlet = poll.feed.title or poll.parsed.title or poll.feed.url
            for sighting in reversed(unseen(poll.feed.id, poll.parsed.entries, fingerprints)):
                old = known.get(sighting.matched) if sighting.matched else None
                replaces = await self._store.item(old.item_id) if old and sighting.verdict == "changed" else None
                if sighting.verdict == "new" or replaces:
                    found.append(
                        News(
                            item_id=replaces.id if replaces else "",
                            feed=poll.feed,
                            outlet=outlet,
                            entry=sighting.entry,
                            keys=sighting.keys,
                            silent=silent,
                            replaces=replaces,
                        )
                    )
        ids = new_ids(now, len(found))
        return [
            news if news.replaces else replace(news, item_id=id_) for news, id_ in zip(found, ids, strict=True)
        ]

    async def _fold(self, tx: Transaction, judged: Sequence[News], now: datetime) -> Folded:
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
                alert = alert_for(change, item, self._pack, now)
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

    async def _deliveries(self, tx: Transaction, folded: Folded, now: datetime) -> list[Delivery]:
        """A row for each channel that wants one of the alerts, in the alerts' order."""
        if not folded.told:
            return []
        subscriptions = await tx.subscriptions()
        made = {alert.id: alert for alert in folded.alerts}
        wanted = []
        for alert_id in folded.told:
            alert = made.get(alert_id) or await self._store.alert(alert_id)
            if alert is not None:
                wanted += [(alert_id, channel) for channel in self._matcher.channels(alert, subscriptions)]
        return [
            Delivery(id=id_, alert_id=alert_id, channel=channel, due_at=now)
            for id_, (alert_id, channel) in zip(new_ids(now, len(wanted)), wanted, strict=True)
        ]


def _judge(fresh: Iterable[News], pack: Pack, now: datetime) -> list[News]:
    """Verdicts for the entries; in a thread, since a feed's first read may bring thousands."""
    return [
        replace(
            news,
            detection=detect(
                Item(
                    id=news.item_id,
                    title=news.entry.title,
                    text=news.entry.text,
                    on=(news.entry.published_at or now).date(),
                    url=news.entry.url,
                ),
                pack,
            ),
        )
        for news in fresh
    ]


def _stored(news: News, now: datetime) -> StoredItem:
    return StoredItem(
        id=news.item_id,
        feed_id=news.feed.id,
        outlet=news.outlet,
        entry=news.entry,
        seen_at=news.replaces.seen_at if news.replaces else now,
        detection=news.detection,
        story_id=news.replaces.story_id if news.replaces else None,
    )


def _log_poll(poll: Poll) -> None:
    name = poll.feed.title or poll.feed.url
    match poll.result:
        case Failed(reason=reason):
            failures = poll.state.failures + 1
            level = logging.WARNING if failures in (1, 3) else logging.INFO
            event(log, level, "feed not read", feed=name, reason=reason, failures=failures)
        case NotModified():
            event(log, logging.DEBUG, "feed unchanged", feed=name)
        case Fetched():
            entries = len(poll.parsed.entries) if poll.parsed else 0
            event(log, logging.DEBUG, "feed read", feed=name, entries=entries)
