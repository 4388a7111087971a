"""Polls to deliveries on a real store and a real feed server, the clock moved by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from bot.feeds import FeedParser, Fetcher, feed_id, first_due
from bot.ingest import LEASE_S, Ingest
from bot.model import Channel, Feed, FirstRead, Subscription
from bot.storage import Store
from rules import Pack
from tests.feed_server import FeedServer, Report

START = datetime(2026, 11, 20, 8, 32, tzinfo=UTC)
CHAT = Channel.parse("telegram:-100500")
SIGNED = Report(title="India and Russia sign contract for five more S-400 squadrons", guid="n1")
COPY = Report(title="India, Russia sign contract for five more S-400 squadrons", guid="c1")
WEATHER = Report(title="Monsoon reaches Kerala three days early", guid="w1")


class Desk:
    """The parts of ingestion put together as the application does, polled when the test says so."""

    def __init__(self, store: Store, server: FeedServer, fetcher: Fetcher, parser: FeedParser, pack: Pack) -> None:
        self.store = store
        self.server = server
        self.now = START
        self.woken = 0
        self.ingest = Ingest(
            store=store,
            fetcher=fetcher,
            parser=parser,
            pack=pack,
            clock=lambda: self.now,
            random=Random(1),
            owner="test",
            concurrency=8,
            on_deliveries=self._wake,
        )

    def _wake(self) -> None:
        self.woken += 1

    async def watch(self, *names: str, first_read: FirstRead = "show") -> list[Feed]:
        feeds = [
            Feed(id=feed_id(url), url=url, title=name, interval_s=300, first_read=first_read)
            for name in names
            for url in [self.server.url(name)]
        ]
        await self.store.sync_feeds(feeds, lambda feed: first_due(feed, self.now).due_at, self.now)
        return feeds

    async def poll(self) -> None:
        """Poll everything that is due ten minutes on, and wait until it is committed."""
        self.now += timedelta(minutes=10)
        await self.ingest.tick()
        async with asyncio.timeout(20):
            while not self.ingest.idle:  # noqa: ASYNC110 - what the application itself can see
                await asyncio.sleep(0.01)

    async def headlines(self) -> list[str]:
        """Of the archived alerts, oldest first."""
        return [alert.card.headline for alert in reversed(await self.store.latest(100))]

    async def due(self) -> list[str]:
        """Headlines of what is to be sent to the chat, claimed one after the other."""
        found = []
        while claims := await self.store.claim_deliveries(self.now, 3600, 10, "test"):
            for claim in claims:
                found.append(claim.alert.card.headline)
                await self.store.end_channel(claim.delivery.channel, "read by the test")
        return found


@pytest.fixture
async def desk(store: Store, pack: Pack) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(FeedServer())
        fetcher = await stack.enter_async_context(
            Fetcher(user_agent="test", allow_private=(server.address,), per_host_gap_s=0)
        )
        parser = await stack.enter_async_context(FeedParser())
        made = Desk(store, server, fetcher, parser, pack)
        task = asyncio.create_task(made.ingest.run())
        await asyncio.sleep(0)
        await store.add_subscription(
            Subscription(id="s1", channel=CHAT, filter="", created_at=START, created_by="test")
        )
        yield made
        await made.ingest.finish()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_relevant_entry_is_alerted_and_queued_and_the_rest_is_only_stored(desk: Desk) -> None:
    await desk.watch("wire")
    desk.server.publish("wire", [SIGNED, WEATHER])
    await desk.poll()
    assert await desk.headlines() == [SIGNED.title]
    assert (await desk.store.status()).items == 2
    assert desk.woken == 1
    assert await desk.due() == [SIGNED.title]


async def test_the_second_poll_brings_nothing_twice(desk: Desk) -> None:
    await desk.watch("wire")
    desk.server.publish("wire", [SIGNED])
    await desk.poll()
    desk.server.publish("wire", [WEATHER, SIGNED])
    await desk.poll()
    await desk.poll()
    assert await desk.headlines() == [SIGNED.title]
    assert (await desk.store.status()).items == 2
    assert [status for _, status in desk.server.requests] == [200, 200, 304]


async def test_copies_in_two_feeds_polled_together_are_one_alert(desk: Desk) -> None:
    await desk.watch("wire", "post")
    desk.server.publish("wire", [SIGNED])
    desk.server.publish("post", [COPY])
    await desk.poll()
    assert len(await desk.headlines()) == 1
    story = await desk.store.story((await desk.store.latest(1))[0].story_id)
    assert story is not None
    assert sorted(source.outlet for source in story.sources) == ["post", "wire"]


async def test_one_page_in_two_feeds_is_one_item(desk: Desk) -> None:
    await desk.watch("wire", "post")
    same = "2026/s400"
    desk.server.publish("wire", [replace(SIGNED, path=same)])
    desk.server.publish("post", [replace(SIGNED, guid="other", path=f"{same}?utm_source=rss")])
    await desk.poll()
    assert (await desk.store.status()).items == 1


async def test_an_edited_item_that_becomes_relevant_is_told(desk: Desk) -> None:
    await desk.watch("wire")
    desk.server.publish("wire", [replace(SIGNED, title="Ministry makes an announcement")])
    await desk.poll()
    assert await desk.headlines() == []
    desk.server.publish("wire", [SIGNED])
    await desk.poll()
    assert await desk.headlines() == [SIGNED.title]
    assert (await desk.store.status()).items == 1


async def test_an_edited_item_that_was_told_is_not_told_again(desk: Desk) -> None:
    await desk.watch("wire")
    desk.server.publish("wire", [SIGNED])
    await desk.poll()
    desk.server.publish("wire", [replace(SIGNED, text="Corrected: the place was Moscow.")])
    await desk.poll()
    assert len(await desk.headlines()) == 1
    item = await desk.store.item((await desk.store.latest(1))[0].item_id)
    assert item is not None
    assert item.entry.text == "Corrected: the place was Moscow."


async def test_a_silent_first_read_is_archived_and_told_when_another_outlet_reports_it(desk: Desk) -> None:
    await desk.watch("wire", "post", first_read="baseline")
    desk.server.publish("wire", [SIGNED])
    desk.server.publish("post", [WEATHER])
    await desk.poll()
    assert await desk.headlines() == [SIGNED.title]
    assert desk.woken == 0
    desk.server.publish("post", [COPY, WEATHER])
    await desk.poll()
    assert await desk.headlines() == [SIGNED.title]
    assert await desk.due() == [SIGNED.title]


async def test_an_alert_goes_only_to_the_channels_whose_filter_it_matches(desk: Desk) -> None:
    frigates = Channel.parse("telegram:-100600")
    await desk.store.add_subscription(
        Subscription(id="s2", channel=frigates, filter="frigate", created_at=START, created_by="test")
    )
    await desk.watch("wire")
    desk.server.publish("wire", [SIGNED])
    await desk.poll()
    (alert,) = await desk.store.latest(5)
    assert [record.channel for record in await desk.store.sent_to(alert.id)] == [CHAT]


async def test_a_feed_that_fails_keeps_its_words_and_comes_back(desk: Desk) -> None:
    await desk.watch("wire")
    desk.server.serve("wire", b"<html><body>Access denied</body></html>", content_type="text/html")
    await desk.poll()
    status = await desk.store.status()
    assert status.feeds_failing == 1
    assert "HTML" in status.errors["wire"]
    desk.server.publish("wire", [SIGNED])
    desk.now += timedelta(hours=1)
    await desk.poll()
    status = await desk.store.status()
    assert status.feeds_failing == 0
    assert await desk.headlines() == [SIGNED.title]


async def test_a_stop_in_the_middle_of_a_poll_loses_nothing(desk: Desk, store: Store, pack: Pack) -> None:
    (feed,) = await desk.watch("wire")
    desk.server.publish("wire", [SIGNED])
    desk.now += timedelta(minutes=10)
    claimed = await store.claim_due_feeds(desk.now, LEASE_S, 10, "a process that died")
    assert [each.id for each, _ in claimed] == [feed.id]
    await desk.ingest.tick()
    assert desk.ingest.idle  # leased to the dead process
    await desk.poll()  # ten minutes on the lease is over
    assert await desk.headlines() == [SIGNED.title]


async def test_entries_are_told_oldest_first(desk: Desk) -> None:
    reports: Sequence[Report] = [
        Report(title="Russia to deliver S-400 squadrons to India in 2027", guid="3"),
        Report(title="India approves purchase of Ka-31 helicopters from Russia", guid="2"),
        Report(title="India inducts frigate INS Tamal built in Russia", guid="1"),
    ]
    await desk.watch("wire")
    desk.server.publish("wire", reports)
    await desk.poll()
    assert await desk.headlines() == [report.title for report in reversed(reports)]
