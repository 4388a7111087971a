"""From due feeds to deliveries: fetch, parse, find what is new, judge it, fold it into stories, commit.

Polls run side by side; what they bring is committed by one writer, in groups, so that a hundred feeds cost
one transaction. Everything of a poll (items, verdicts, stories, alerts, deliveries, the feed's validators)
is in that one commit: a crash before it repeats the poll with no effect, after it nothing is lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from random import Random

from bot.feeds import (
    FeedParser,
    Fetcher,
    FullText,
    Pace,
    PageReader,
    wants_full_text,
)
from bot.folding import Folded, fold, judge
from bot.health import network_back_notice, network_down_notice
from bot.log import event
from bot.matching import Matcher
from bot.model import (
    Alert,
    Deferred,
    Delivery,
    Failed,
    Feed,
    Fetched,
    Notice,
    NotModified,
    ParsedFeed,
)
from bot.news import News, find_news
from bot.planning import Wanted, planned
from bot.polling import Poll, Polling
from bot.ports import Clock
from bot.settling import Settling
from bot.storage import Recipient, Store, Transaction
from rules import Pack, Rates, bundled_rates

log = logging.getLogger(__name__)

SAMPLE = 200  # recent alerts that tell common words from rare ones


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
        pages: PageReader | None = None,
        full_text: FullText | None = None,
        on_read: Callable[[Feed, ParsedFeed], None] | None = None,
        rates: Callable[[], Rates] = bundled_rates,
        pace: Pace | None = None,
        silence_alarm: bool = True,
    ) -> None:
        """`pages` reads the feeds that are pages, `full_text` the articles behind thin summaries (None: neither is
        done); `on_read` is told of each feed that was parsed and stored."""
        self._store = store
        self._pack = pack
        self._rates = rates
        self._matcher = Matcher(pack, rates)
        self._clock = clock
        self._settling = Settling(random=random, pace=pace or Pace(), silence_alarm=silence_alarm)
        self._on_deliveries = on_deliveries
        self._full_text = full_text
        self._on_read = on_read
        self._polling = Polling(
            store=store,
            fetcher=fetcher,
            parser=parser,
            pages=pages,
            clock=clock,
            owner=owner,
            concurrency=concurrency,
        )

    async def run(self) -> None:
        """Take polls as they finish and commit them, until cancelled."""
        async with self._polling.open():
            while True:
                await self._commit_or_log(await self._polling.finished())
                await self._polling.refill()

    async def tick(self) -> None:
        """Start a poll of each feed that is due and free."""
        await self._polling.tick()

    @property
    def idle(self) -> bool:
        """Whether no poll is between its claim and its commit."""
        return self._polling.idle

    async def finish(self) -> None:
        """Claim no more; give the polls under way a moment, and the feeds of the others back."""
        await self._polling.finish()

    async def _commit_or_log(self, polls: Sequence[Poll]) -> None:
        ended = polls
        try:
            ended, folded, sent = await self._commit(polls)
        except Exception:  # a full disk or a lost database must not end polling: the leases run out and repeat
            log.exception("polls not stored; they are repeated after their lease: %d", len(polls))
            return
        finally:
            self._polling.done(ended)
        whole_diary = log.isEnabledFor(logging.DEBUG)
        for poll in ended:
            if whole_diary or isinstance(poll.result, Failed):
                _log_poll(poll)
            if self._on_read is not None and poll.parsed is not None:
                self._on_read(poll.feed, poll.parsed)
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

    async def _commit(self, polls: Sequence[Poll]) -> tuple[Sequence[Poll], Folded, int]:
        """The polls that ended with this, what they changed, and how many deliveries. A poll whose entries are
        worth reading in full comes back with their articles, and only then ends."""
        now = self._clock()
        found = await find_news(self._store, polls, now)
        judged = await asyncio.to_thread(judge, found.news, self._pack, now) if found.news else []
        if thin := self._thin(polls, judged):
            polls, judged = self._postponed(polls, judged, thin)
        outcomes = self._settling.settled(polls, found, now)
        if any(news.detection is not None and news.detection.relevant for news in judged):
            await self._refreshed()
        async with self._store.write() as tx:
            folded = await fold(tx, judged, self._pack, self._rates(), now)
            await tx.add_items(folded.items, {news.item_id: news.keys for news in judged})
            for item in folded.changed:
                await tx.update_item(item)
            await tx.save_stories(folded.stories)
            await tx.add_alerts(folded.alerts)
            deliveries = await self._deliveries(tx, folded, now)
            await tx.save_versions(folded.versions)
            await tx.add_deliveries(deliveries)
            await tx.queue_edits(folded.reheaded, now, always=True)
            await tx.queue_edits([alert.id for alert in folded.versions], now)
            for keys in filter(None, (found.keys.get(poll.feed.id) for poll in polls)):
                await tx.add_item_keys(keys)
            await tx.save_feed_states([outcome.state for outcome in outcomes])
            notices = [notice for outcome in outcomes for notice in outcome.notices]
            await tx.add_notices([*notices, *await self._about_the_network(tx, now)])
        self._settling.network.over = False
        return polls, folded, len(deliveries)

    async def _about_the_network(self, tx: Transaction, now: datetime) -> list[Notice]:
        """What to say of our own network; what was said is in the database, for other processes and later ones."""
        network = self._settling.network
        if network.since is not None and network.to_tell(now):
            told = await tx.begin_trouble("network", network.since)
            return [network_down_notice(network.since, now)] if told else []
        since = await tx.end_trouble("network") if network.over else None
        return [network_back_notice(since, now)] if since else []

    def _thin(self, polls: Sequence[Poll], judged: Sequence[News]) -> dict[str, list[str]]:
        """By feed id: links whose articles may tell what their entries do not, the most promising first."""
        if self._full_text is None:
            return {}
        asked = {poll.feed.id for poll in polls if poll.articles is not None}
        found: dict[str, list[tuple[float, str]]] = {}
        for news in judged:
            if news.silent or news.feed.id in asked or news.detection is None or news.entry.url is None:
                continue
            if wants_full_text(news.entry, news.detection, self._pack.threshold):
                found.setdefault(news.feed.id, []).append((-news.detection.score, news.entry.url))
        return {feed_id: [link for _, link in sorted(links)] for feed_id, links in found.items()}

    def _postponed(
        self, polls: Sequence[Poll], judged: Sequence[News], thin: Mapping[str, Sequence[str]]
    ) -> tuple[list[Poll], list[News]]:
        """The others; those of `thin` read on, outside the writer's loop, and are judged anew then."""
        for poll in polls:
            if poll.feed.id in thin:
                self._polling.again(poll, self._with_articles(poll, thin[poll.feed.id]))
        return (
            [poll for poll in polls if poll.feed.id not in thin],
            [news for news in judged if news.feed.id not in thin],
        )

    async def _with_articles(self, poll: Poll, links: Sequence[str]) -> Poll:
        assert self._full_text is not None
        articles = await self._full_text.read(links)
        for link, reason in articles.failures.items():
            event(log, logging.DEBUG, "article not read", feed=poll.feed.title, link=link, reason=reason)
        return replace(poll, articles=articles.texts)

    async def _refreshed(self) -> None:
        """Read the subscriptions again if they changed, before the transaction: a first load of very many takes
        seconds, and is done in a thread."""
        revision = await self._store.subscriptions_revision()
        if revision == self._matcher.revision:
            return
        sample = await self._store.latest(SAMPLE) if self._matcher.revision is None else []
        subscriptions = await self._store.subscriptions()
        zones = await self._store.zones()
        await asyncio.to_thread(self._matcher.load, subscriptions, revision, sample, zones=zones)

    async def _deliveries(self, tx: Transaction, folded: Folded, now: datetime) -> list[Delivery]:
        """A row for each channel that wants one of the alerts, in the alerts' order, as its settings want it."""
        if not (folded.told or folded.grown):
            return []
        if await tx.subscriptions_revision() != self._matcher.revision:  # changed since `_refreshed`, a moment ago
            self._matcher.load(await tx.subscriptions(), await tx.subscriptions_revision(), zones=await tx.zones())
        made = {alert.id: alert for alert in folded.alerts}
        wanted: list[Wanted] = []
        for alert_id in folded.told:
            alert = made.get(alert_id) or await self._store.alert(alert_id)
            if alert is None:
                continue
            paused = self._matcher.channels(alert)
            owed: list[Recipient] = []
            if story_id := await _owed_of(tx, alert):  # who has the story waiting gets it in its newest version
                owed = await tx.recipients(story_id)
                wanted += [
                    Wanted(alert=alert, channel=each.channel, paused=paused.get(each.channel, False), owed=True)
                    for each in owed
                    if each.told
                ]
            known = {each.channel for each in owed}
            wanted += [
                Wanted(alert=alert, channel=channel, paused=held)
                for channel, held in paused.items()
                if channel not in known
            ]
        return await planned(tx, [*wanted, *await self._newly_matching(tx, folded)], now)

    async def _newly_matching(self, tx: Transaction, folded: Folded) -> list[Wanted]:
        """The stories that a filter matches only now, after one more report, for the channels concerned."""
        former = await tx.stored_alerts(folded.grown)
        wanted = []
        for alert in folded.versions:
            if alert.id in former:
                had = self._matcher.channels(former[alert.id])
                now = self._matcher.channels(alert)
                wanted += [Wanted(alert=alert, channel=one, paused=now[one]) for one in now if one not in had]
        return wanted


async def _owed_of(tx: Transaction, alert: Alert) -> str | None:
    """The story whose readers are told this alert whatever their filters say: that of an update, or an older one whose
    claim it denies; None: it is told to who wants it."""
    if alert.kind == "update":
        return alert.story_id
    denies = alert.brief is not None and any(change.mark == "denied" for change in alert.brief.changes)
    if not denies or alert.follows is None:
        return None
    former = (await tx.stored_alerts([alert.follows])).get(alert.follows)
    return former.story_id if former else None


def _log_poll(poll: Poll) -> None:
    name = poll.feed.title or poll.feed.url
    match poll.result:
        case Failed(reason=reason):
            failures = poll.state.failures + 1
            level = logging.WARNING if failures in (1, 3) else logging.INFO
            event(log, level, "feed not read", feed=name, reason=reason, failures=failures)
        case Deferred(reason=reason, wait_s=wait_s):
            event(log, logging.DEBUG, "feed deferred", feed=name, reason=reason, wait_s=round(wait_s))
        case NotModified():
            event(log, logging.DEBUG, "feed unchanged", feed=name)
        case Fetched():
            entries = len(poll.parsed.entries) if poll.parsed else 0
            event(log, logging.DEBUG, "feed read", feed=name, entries=entries)
