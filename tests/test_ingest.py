"""Polls to deliveries on a real store and a real feed server, the clock moved by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Channel, Subscription
from bot.polling import LEASE_S
from bot.storage import Store
from rules import Pack
from tests.desk import CHAT, START, Desk, desk_on, world
from tests.feed_server import Report

SIGNED = Report(title="India and Russia sign contract for five more S-400 squadrons", guid="n1")
COPY = Report(title="India, Russia sign contract for five more S-400 squadrons", guid="c1")
WEATHER = Report(title="Monsoon reaches Kerala three days early", guid="w1")


@pytest.fixture
async def desk(store: Store, pack: Pack) -> AsyncIterator[Desk]:
    async with world() as outside, desk_on(store, outside, pack) as made:
        yield made


async def test_a_relevant_entry_is_alerted_and_queued_and_the_rest_is_only_stored(desk: Desk) -> None:
    await desk.watch("wire")
    desk.server.publish("wire", [SIGNED, WEATHER])
    await desk.poll()
    assert await desk.headlines() == [SIGNED.title]
    assert (await desk.store.status()).items == 2
    assert desk.woken == 1
    assert [alert.card.headline for alert in await desk.due()] == [SIGNED.title]


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
    assert [alert.card.headline for alert in await desk.due()] == [SIGNED.title]


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
