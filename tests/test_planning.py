"""What channels are told when: mutes, quiet hours, digests, bursts and pauses, from a matched alert to the
messages that come out of the outbox; on both databases, the clock moved by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.digest import Digests
from bot.model import Alert, Channel, Importance, Receipt
from bot.planning import RESUMED, Wanted, planned, replanned
from bot.settings import ChannelSettings, Digest, QuietHours
from bot.storage import Claim, Dead, Sent, Store
from rules import Pack
from tests.archive_samples import FEED, made

NOON = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)  # 12:00 IST
NIGHT = datetime(2026, 11, 20, 19, 30, tzinfo=UTC)  # 01:00 IST, the 21st
MORNING = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)  # 07:00 IST
CHAT = Channel.parse("telegram:-100500")
OTHER = Channel.parse("telegram:42")
DAILY = ChannelSettings(digest=Digest(every="daily", at=time(9)))
QUIET = ChannelSettings(quiet=QuietHours(start=time(22), end=time(7)))


class Desk:
    """An archive whose alerts are told to channels, and what comes out."""

    def __init__(self, store: Store, pack: Pack) -> None:
        self.store = store
        self.pack = pack
        self.now = NOON
        self.sent: list[str] = []
        self.digests = Digests(store=store, clock=lambda: self.now, on_deliveries=lambda: None)

    async def choose(self, settings: ChannelSettings, channel: Channel = CHAT) -> None:
        async with self.store.write() as tx:
            await tx.save_channel_settings(channel, settings)
            await replanned(tx, channel, settings, self.now)

    async def tell(
        self,
        *headlines: str,
        importance: Importance = "normal",
        channels: Sequence[Channel] = (CHAT,),
        paused: bool = False,
    ) -> list[Alert]:
        alerts = []
        async with self.store.write() as tx:
            for headline in headlines:
                text = f"India S-400 contract with Russia signed: {headline}"
                item, story, alert = made(self.pack, text, self.now)
                alert = replace(alert, importance=importance)
                await tx.save_stories([story])
                await tx.add_items([item], {})
                await tx.add_alerts([alert])
                alerts.append(alert)
            wanted = [Wanted(alert=one, channel=to, paused=paused) for one in alerts for to in channels]
            await tx.add_deliveries(await planned(tx, wanted, self.now))
        return alerts

    async def claims(self) -> list[Claim]:
        """What is sent now; taken as sent."""
        await self.digests.tick()
        found: list[Claim] = []
        while claims := await self.store.claim_deliveries(self.now, 60, 10, "test"):
            found += claims
            await self.store.record(self._sent(claim) for claim in claims)
        return found

    def _sent(self, claim: Claim) -> Sent:
        message = claim.shown_as or f"m{len(self.sent)}"
        self.sent.append(message)
        return Sent(
            delivery=claim.delivery,
            receipt=Receipt(message_id=message),
            at=self.now,
            bundled=tuple(each.delivery_id for each in claim.bundled),
        )

    async def states(self, *alerts: Alert) -> list[tuple[str, str | None]]:
        return [(one.state, one.reason) for alert in alerts for one in await self.store.sent_to(alert.id)]


@pytest.fixture
async def desk(store: Store, pack: Pack) -> Desk:
    await store.sync_feeds([FEED], lambda feed: NOON, NOON)
    return Desk(store, pack)


def told(claims: Sequence[Claim]) -> list[list[str]]:
    """The last words of the headlines of each message."""
    return [
        [one.card.headline.rpartition(" ")[2] for one in ([b.alert for b in claim.bundled] or [claim.alert])]
        for claim in claims
    ]


async def test_a_channel_that_chose_nothing_is_told_at_once(desk: Desk) -> None:
    await desk.tell("one", "two")
    assert told(await desk.claims()) == [["one"], ["two"]]


async def test_what_settings_leave_out_is_kept_with_the_reason(desk: Desk) -> None:
    await desk.choose(ChannelSettings(mutes={"s-400": NOON + timedelta(days=1)}))
    await desk.choose(ChannelSettings(min_importance="flash"), OTHER)
    (alert,) = await desk.tell("one", channels=(CHAT, OTHER))
    assert await desk.claims() == []
    assert await desk.states(alert) == [("untold", "muted"), ("untold", "importance")]


async def test_quiet_hours_hold_alerts_until_they_end_and_flash_breaks_through(desk: Desk) -> None:
    desk.now = NIGHT
    await desk.choose(QUIET)
    await desk.tell("night")
    await desk.tell("flash", importance="flash")
    assert told(await desk.claims()) == [["flash"]]
    desk.now = MORNING - timedelta(seconds=1)
    assert await desk.claims() == []
    desk.now = MORNING
    assert told(await desk.claims()) == [["night"]]


async def test_a_digest_is_one_message_at_its_time_and_its_alerts_have_its_receipt(desk: Desk) -> None:
    await desk.choose(DAILY)
    first = await desk.tell("one")
    desk.now += timedelta(hours=5)
    second = await desk.tell("two", importance="flash")
    assert await desk.claims() == []
    desk.now = datetime(2026, 11, 21, 3, 30, tzinfo=UTC)  # 09:00 IST
    (digest,) = await desk.claims()
    assert digest.bundle == "digest"
    assert told([digest]) == [["one", "two"]]
    for alert in (*first, *second):
        (record,) = await desk.store.sent_to(alert.id)
        assert record.receipt == Receipt(message_id="m0")
    assert await desk.claims() == []


async def test_an_empty_digest_is_not_sent(desk: Desk) -> None:
    await desk.choose(DAILY)
    desk.now += timedelta(days=3)
    assert await desk.claims() == []


async def test_two_processes_make_one_digest(desk: Desk) -> None:
    await desk.choose(DAILY)
    await desk.tell("one", "two")
    desk.now += timedelta(days=1)
    other = Digests(store=desk.store, clock=lambda: desk.now, on_deliveries=lambda: None)
    await desk.digests.tick()
    await other.tick()
    assert told(await desk.claims()) == [["one", "two"]]


async def test_changed_settings_plan_anew_what_waits(desk: Desk) -> None:
    await desk.choose(DAILY)
    kept = await desk.tell("one", "two")
    await desk.choose(ChannelSettings(digest=Digest(every="hourly")))
    desk.now += timedelta(minutes=30)  # 12:30: the hour's digest comes at 13:00
    assert await desk.claims() == []
    await desk.choose(ChannelSettings())
    assert told(await desk.claims()) == [["one"], ["two"]]
    await desk.choose(DAILY)
    muted = await desk.tell("three")
    await desk.choose(replace(DAILY, mutes={"s-400": None}))
    assert await desk.states(*kept, *muted) == [("sent", None), ("sent", None), ("untold", "muted")]


async def test_a_burst_folds_into_one_running_message_that_grows(desk: Desk) -> None:
    await desk.choose(ChannelSettings(rings_per_hour=2))
    await desk.tell("1", "2", "3", "4")
    first = await desk.claims()
    assert told(first) == [["1"], ["2"], ["3", "4"]]
    assert first[2].bundle == "running"
    assert first[2].shown_as is None
    desk.now += timedelta(minutes=5)
    await desk.tell("5")
    (grown,) = await desk.claims()
    assert told([grown]) == [["3", "4", "5"]]
    assert grown.shown_as == "m2"


async def test_flash_rings_in_a_burst(desk: Desk) -> None:
    await desk.choose(ChannelSettings(rings_per_hour=1))
    await desk.tell("1", "2")
    await desk.tell("3", importance="flash")
    assert sorted(told(await desk.claims())) == [["1"], ["2"], ["3"]]
    await desk.tell("4")
    (running,) = await desk.claims()
    assert told([running]) == [["2", "4"]]


async def test_after_an_hour_alerts_ring_again_and_a_later_burst_begins_a_new_message(desk: Desk) -> None:
    await desk.choose(ChannelSettings(rings_per_hour=1))
    await desk.tell("1", "2")
    await desk.claims()
    desk.now += timedelta(minutes=61)
    await desk.tell("3", "4")
    again = await desk.claims()
    assert told(again) == [["3"], ["4"]]
    assert again[1].shown_as is None


async def test_an_alert_that_joins_while_the_message_is_under_way_is_shown_by_the_next_edit(desk: Desk) -> None:
    await desk.choose(ChannelSettings(rings_per_hour=1))
    await desk.tell("1")
    await desk.claims()
    await desk.tell("2")
    (under_way,) = await desk.store.claim_deliveries(desk.now, 60, 10, "test")
    await desk.tell("3")
    await desk.store.record([desk._sent(under_way)])
    (edit,) = await desk.claims()
    assert told([edit]) == [["2", "3"]]
    assert edit.shown_as == desk.sent[1]


async def test_a_digest_that_can_never_be_sent_gives_its_alerts_up_with_the_reason(desk: Desk) -> None:
    await desk.choose(DAILY)
    alerts = await desk.tell("one", "two")
    desk.now += timedelta(days=1)
    await desk.digests.tick()
    (claim,) = await desk.store.claim_deliveries(desk.now, 60, 10, "test")
    await desk.store.record([Dead(delivery=claim.delivery, reason="refused")])
    assert await desk.states(*alerts) == [("dead", "refused")] * 2


async def test_what_comes_while_paused_waits_for_a_decision(desk: Desk) -> None:
    (alert,) = await desk.tell("one", paused=True)
    desk.now += timedelta(days=400)
    assert await desk.claims() == []
    (waiting,) = await desk.store.waiting(CHAT)
    assert (waiting.alert.id, waiting.delivery.due_at) == (alert.id, RESUMED)


async def test_what_waits_moves_and_ends_with_its_channel(desk: Desk) -> None:
    await desk.choose(DAILY)
    (alert,) = await desk.tell("one")
    moved = Channel.parse("telegram:-1009999")
    await desk.store.move_channel(CHAT, moved)
    assert await desk.store.channel_settings(moved) == DAILY
    assert await desk.store.channel_settings(CHAT) is None
    desk.now += timedelta(days=1)
    assert [claim.delivery.channel for claim in await desk.claims()] == [moved]
    (late,) = await desk.tell("two", channels=(moved,))
    await desk.store.end_channel(moved, "blocked")
    assert await desk.states(alert, late) == [("sent", None), ("dead", "blocked")]
    assert await desk.store.channel_settings(moved) is None


async def test_settings_come_back_as_they_were_saved(desk: Desk) -> None:
    chosen = ChannelSettings(
        lang="ru",
        zone="Europe/Moscow",
        digest=Digest(every="weekly", at=time(18, 30), weekday=4),
        quiet=QuietHours(start=time(22), end=time(7), through="high"),
        min_importance="high",
        min_score=0.7,
        mutes={"s-400": None, "brahmos": NOON},
        rings_per_hour=3,
        silent_low=False,
        broadcast=True,
    )
    await desk.choose(chosen)
    assert await desk.store.channel_settings(CHAT) == chosen


async def test_the_terminal_never_folds(desk: Desk) -> None:
    console = Channel(platform="console", address="")
    await desk.tell(*"12345678", channels=(console,))
    assert len(await desk.claims()) == 8
