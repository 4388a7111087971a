"""Later reports of a story, from the feed to the chat: messages edited in place, updates that ring as replies, and
nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.config import OwnFeed, OwnSubscription
from bot.corrections import corrected
from bot.model import Alert, Channel, Receipt, Subscription, new_id
from bot.storage import Claim, Correction, Edited, Sent, Store
from rules import Pack
from tests.desk import CHAT, START, Desk, desk_on, world
from tests.feed_server import Report
from tests.test_app import World, app_of
from tests.test_app import world as outside  # noqa: F401 - a fixture

DUE_2026 = Report(
    title="Fourth S-400 squadron for India to be delivered in 2026, Rosoboronexport says",
    text="Rosoboronexport said the fourth squadron of the S-400 will be delivered to India in 2026.",
    guid="first",
)
COPY = replace(DUE_2026, guid="copy", path="copy")
SLIP = Report(
    title="Delivery of fourth S-400 squadron to India delayed to 2027",
    text="Rosoboronexport said the fourth squadron of the S-400 will be delivered to India in 2027.",
    guid="slip",
)
DENIAL = Report(
    title="Russia denies report of delay in S-400 squadron for India",
    text="Rosoboronexport denied that the fourth S-400 squadron for India would slip to 2027.",
    guid="denial",
)
RUMOUR = Report(
    title="Fourth S-400 squadron for India slips to 2027, sources say",
    text="The fourth squadron of the S-400 will be delivered to India in 2027, sources said.",
    guid="rumour",
)
OTHER = Channel.parse("telegram:-100600")


@pytest.fixture
async def desk(store: Store, pack: Pack) -> AsyncIterator[Desk]:
    async with world() as made, desk_on(store, made, pack) as running:
        yield running


async def sent(desk: Desk) -> list[Claim]:
    """What goes out now, each taken as sent under an id of its own."""
    found: list[Claim] = []
    while claims := await desk.store.claim_deliveries(desk.now, 3600, 50, "test"):
        found += claims
        await desk.store.record(
            Sent(delivery=one.delivery, receipt=Receipt(message_id=f"m{one.delivery.id}"), at=desk.now)
            for one in claims
        )
    return found


async def edited(desk: Desk) -> list[Alert]:
    """What is edited now, taken as done."""
    claims = await desk.store.claim_edits(desk.now, 300, 50)
    await desk.store.record_edits(
        [Edited(delivery=one.delivery, version=one.delivery.version, at=desk.now) for one in claims]
    )
    return [one.alert for one in claims]


async def first_told(desk: Desk, report: Report = DUE_2026, *feeds: str) -> Claim:
    await desk.watch("wire", *feeds)
    for feed in feeds:
        desk.server.publish(feed, [])
    desk.server.publish("wire", [report])
    await desk.poll()
    (claim,) = await sent(desk)
    return claim


async def test_another_outlet_edits_the_message_and_rings_nobody(desk: Desk) -> None:
    told = await first_told(desk, DUE_2026, "post")
    desk.server.publish("post", [COPY])
    await desk.poll()
    assert await sent(desk) == []
    (alert,) = await edited(desk)
    assert alert.id == told.alert.id
    assert alert.card.version == 2
    assert [source.outlet for source in alert.card.sources] == ["wire", "post"]
    assert await edited(desk) == []
    assert [card.version for card in await desk.store.former_cards(alert.id)] == [1]


async def test_a_message_is_edited_at_most_three_times_and_each_time_to_the_newest(desk: Desk) -> None:
    outlets = [f"post{n}" for n in range(9)]
    await first_told(desk, DUE_2026, *outlets)
    versions = []
    for outlet in outlets:
        desk.server.publish(outlet, [replace(COPY, guid=outlet, path=outlet)])
        await desk.poll(timedelta(hours=1))
        versions += [alert.card.version for alert in await edited(desk)]
    desk.now += timedelta(days=2)
    versions += [alert.card.version for alert in await edited(desk)]
    assert len(versions) == 3
    (alert,) = await desk.store.latest(5)
    assert versions[-1] < alert.card.version == 10
    assert [card.version for card in await desk.store.former_cards(alert.id)] == list(range(1, 10))


async def test_versions_that_come_while_an_edit_waits_become_one_edit(desk: Desk) -> None:
    await first_told(desk, DUE_2026, "a", "b")
    for outlet in ("a", "b"):
        desk.server.publish(outlet, [replace(COPY, guid=outlet, path=outlet)])
        await desk.poll()
    assert [alert.card.version for alert in await edited(desk)] == [3]


async def test_a_version_made_while_an_edit_is_under_way_gets_an_edit_of_its_own(desk: Desk) -> None:
    await first_told(desk, DUE_2026, "a", "b")
    desk.server.publish("a", [replace(COPY, guid="a", path="a")])
    await desk.poll()
    (claim,) = await desk.store.claim_edits(desk.now, 3600, 50)
    desk.server.publish("b", [replace(COPY, guid="b", path="b")])
    await desk.poll()
    done = Edited(delivery=claim.delivery, version=claim.delivery.version, at=desk.now)
    await desk.store.record_edits([done])
    desk.now += timedelta(hours=1)
    assert [alert.card.version for alert in await edited(desk)] == [3]


async def test_a_message_that_still_waits_shows_the_newest_version_and_needs_no_edit(desk: Desk) -> None:
    await desk.watch("wire", "post")
    desk.server.publish("post", [])
    desk.server.publish("wire", [DUE_2026])
    await desk.poll()
    desk.server.publish("post", [COPY])
    await desk.poll()
    (claim,) = await sent(desk)
    assert claim.alert.card.version == claim.delivery.version == 2
    assert await edited(desk) == []


async def test_a_slip_rings_as_a_reply_and_edits_the_first_message(desk: Desk) -> None:
    told = await first_told(desk)
    desk.server.publish("wire", [SLIP, DUE_2026])
    await desk.poll()
    (update,) = await sent(desk)
    assert update.alert.kind == "update"
    assert update.alert.follows == told.alert.id
    assert update.delivery.reply_to == f"m{told.delivery.id}"
    assert update.alert.card.label.startswith("SLIP · ")
    (first,) = await edited(desk)
    assert first.id == told.alert.id
    assert first.card.label.startswith("SLIP · ")


async def test_a_repeated_slip_rings_no_more(desk: Desk) -> None:
    await first_told(desk, DUE_2026, "post")
    desk.server.publish("wire", [SLIP, DUE_2026])
    await desk.poll()
    assert len(await sent(desk)) == 1
    desk.server.publish("post", [replace(SLIP, guid="again", path="again")])
    await desk.poll()
    assert await sent(desk) == []


async def test_who_has_the_story_gets_its_update_even_if_it_no_longer_matches(desk: Desk) -> None:
    await desk.store.add_subscription(
        Subscription(id="s2", channel=OTHER, filter='"delivered in 2026"', created_at=START, created_by="test")
    )
    await desk.watch("wire")
    desk.server.publish("wire", [DUE_2026])
    await desk.poll()
    assert {claim.delivery.channel for claim in await sent(desk)} == {CHAT, OTHER}
    desk.server.publish("wire", [SLIP, DUE_2026])
    await desk.poll()
    assert {claim.delivery.channel for claim in await sent(desk)} == {CHAT, OTHER}


async def test_who_left_gets_no_update(desk: Desk) -> None:
    await desk.store.add_subscription(
        Subscription(id="s2", channel=OTHER, filter="s-400", created_at=START, created_by="test")
    )
    await desk.watch("wire")
    desk.server.publish("wire", [DUE_2026])
    await desk.poll()
    assert len(await sent(desk)) == 2
    await desk.store.remove_subscriptions(OTHER)
    desk.server.publish("wire", [SLIP, DUE_2026])
    await desk.poll()
    assert {claim.delivery.channel for claim in await sent(desk)} == {CHAT}


async def test_who_has_the_story_waiting_gets_it_once_in_its_newest_version(desk: Desk) -> None:
    await desk.watch("wire")
    desk.server.publish("wire", [DUE_2026])
    await desk.poll()
    desk.server.publish("wire", [SLIP, DUE_2026])
    await desk.poll()
    (claim,) = await sent(desk)
    assert claim.alert.kind == "new"
    assert claim.alert.card.label.startswith("SLIP · ")


async def test_a_story_that_matches_only_with_a_later_source_is_sent_then(desk: Desk) -> None:
    await desk.store.add_subscription(
        Subscription(id="s2", channel=OTHER, filter="s-400 source:post", created_at=START, created_by="test")
    )
    told = await first_told(desk, DUE_2026, "post")
    assert told.delivery.channel == CHAT
    desk.server.publish("post", [COPY])
    await desk.poll()
    (later,) = await sent(desk)
    assert later.delivery.channel == OTHER
    assert later.alert.id == told.alert.id


async def test_a_denial_reheads_the_card_whatever_its_edits_so_far(desk: Desk) -> None:
    outlets = [f"post{n}" for n in range(4)]
    told = await first_told(desk, RUMOUR, *outlets)
    for outlet in outlets:
        desk.server.publish(outlet, [replace(RUMOUR, guid=outlet, path=outlet)])
        await desk.poll(timedelta(hours=3))
        await edited(desk)
    assert await edited(desk) == []
    desk.server.publish("wire", [DENIAL, RUMOUR])
    await desk.poll()
    (update,) = await sent(desk)
    assert update.delivery.reply_to == f"m{told.delivery.id}"
    assert update.alert.card.notes == (f"Rosoboronexport, wire denies: {RUMOUR.title}",)
    (card,) = [alert.card for alert in await edited(desk)]
    assert card.label == "DENIED · Rosoboronexport, wire"
    assert card.headline == RUMOUR.title


async def test_months_later_a_slip_is_a_card_of_its_own_that_names_the_old_one(desk: Desk) -> None:
    told = await first_told(desk)
    desk.now += timedelta(days=60)
    desk.server.publish("wire", [replace(SLIP, at=desk.now), DUE_2026])
    await desk.poll()
    (claim,) = await sent(desk)
    assert claim.alert.kind == "new"
    assert claim.alert.follows == told.alert.id
    assert claim.delivery.reply_to is None
    assert claim.alert.card.label.startswith("SLIP · ")
    assert await edited(desk) == []


async def test_months_later_a_denial_reheads_the_old_card_and_rings_who_has_it(desk: Desk) -> None:
    told = await first_told(desk, RUMOUR)
    desk.now += timedelta(days=60)
    async with desk.store.write() as tx:  # what it was told for is no longer asked for
        await tx.end_subscriptions(["s1"])
    other = Subscription(id="s2", channel=CHAT, filter="brahmos", created_at=desk.now, created_by="test")
    await desk.store.add_subscription(other)
    desk.server.publish("wire", [replace(DENIAL, at=desk.now), RUMOUR])
    await desk.poll()
    (card,) = [alert.card for alert in await edited(desk)]
    assert (card.label, card.headline) == ("DENIED · Rosoboronexport, wire", RUMOUR.title)
    (claim,) = await sent(desk)
    assert (claim.alert.kind, claim.alert.follows, claim.delivery.reply_to) == ("new", told.alert.id, None)
    assert claim.alert.card.label == "DENIED · Rosoboronexport, wire"


async def test_a_restart_in_between_loses_no_edit(desk: Desk, store: Store, pack: Pack) -> None:
    told = await first_told(desk, DUE_2026, "post")
    desk.server.publish("post", [COPY])
    await desk.poll()
    claims = await desk.store.claim_edits(desk.now, 300, 50)
    assert len(claims) == 1
    assert await desk.store.claim_edits(desk.now, 300, 50) == []
    desk.now += timedelta(seconds=301)  # whoever claimed it is gone
    (again,) = await desk.store.claim_edits(desk.now, 300, 50)
    assert again.shown_as == f"m{told.delivery.id}"


async def test_telegram_and_slack_edit_in_place_and_answer_in_the_thread(outside: World) -> None:  # noqa: F811
    outside.feeds.publish("wire", [DUE_2026])
    outside.feeds.publish("post", [])
    feeds = tuple(OwnFeed(url=outside.feeds.url(name), title=name) for name in ("wire", "post"))
    config = outside.config(feeds=feeds, subscriptions=outside.subscribed())
    async with app_of(config):
        first = await outside.telegram.wait_for_message(outside.group, lambda m: "v1" in m.text)
        post = await outside.slack.wait_for_message(outside.channel, lambda m: "v1" in m.all_text())
    outside.feeds.publish("post", [COPY])
    async with app_of(config):  # a restart in between
        await outside.telegram.wait_for_message(outside.group, lambda m: "v2" in m.text and m.edits == 1)
        await outside.slack.wait_for_message(outside.channel, lambda m: "v2" in m.all_text() and m.edits == 1)
        assert len(outside.telegram.messages(outside.group)) == 1
        outside.feeds.publish("wire", [SLIP, DUE_2026])
        reply = await outside.telegram.wait_for_message(outside.group, lambda m: m.reply_to is not None)
        assert reply.reply_to == first.message_id
        assert reply.text.startswith("SLIP · OFFICIAL · Rosoboronexport, by wire")
        assert "Before: squadron no. 4 due 2026" in reply.text
        assert "Now: squadron no. 4 due 2027" in reply.text
        assert not reply.args.get("disable_notification")
        answer = await outside.slack.wait_for_message(outside.channel, lambda m: m.thread_ts is not None)
        assert answer.thread_ts == post.ts
        assert "SLIP" in answer.all_text()
        await asyncio.sleep(0.3)
        assert len(outside.telegram.messages(outside.group)) == 2


async def test_a_retraction_reaches_every_message_and_rings(outside: World) -> None:  # noqa: F811
    outside.feeds.publish("wire", [DUE_2026])
    config = outside.config(
        subscriptions=tuple(
            OwnSubscription(channel=Channel.parse(key), filter="")
            for key in (f"telegram:{outside.group.id}", f"slack:{outside.channel.id}")
        )
    )
    async with app_of(config) as app:
        first = await outside.telegram.wait_for_message(outside.group)
        await outside.slack.wait_for_message(outside.channel)
        async with asyncio.timeout(10):
            while (await app.store.status()).queued:  # noqa: ASYNC110 - receipts are stored by another task
                await asyncio.sleep(0.02)
        (alert,) = await app.store.latest(1)
        now = alert.created_at + timedelta(minutes=1)
        wrong = Correction(
            id=new_id(now),
            alert_id=alert.id,
            kind="retract",
            reason="it was an old report",
            asked_by="telegram:1",
            asked_in=Channel.parse(f"telegram:{outside.group.id}"),
            asked_at=now,
        )
        async with app.store.write() as tx:
            await tx.add_correction(wrong)
            after = corrected(alert, "retract", wrong.reason, now)
            assert await tx.make_correction(wrong, alert, after, by="telegram:1", now=now)
        gone = await outside.telegram.wait_for_message(outside.group, lambda m: m.edits > 0)
        assert gone.message_id == first.message_id
        assert gone.text.startswith("CORRECTED")
        assert "2026" not in gone.text.replace(DUE_2026.title, "")
        told = await outside.telegram.wait_for_message(outside.group, lambda m: m.reply_to == first.message_id)
        assert "it was an old report" in told.text
        answer = await outside.slack.wait_for_message(outside.channel, lambda m: m.thread_ts is not None)
        assert "it was an old report" in answer.all_text()
