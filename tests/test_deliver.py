"""Delivery on a real store with the real Telegram client: order, retries, channels that move or end, giving up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from bot.adapters import Limit, telegram_adapter
from bot.app import sample_alert
from bot.deliver import BACKOFF_CAP_S, Deliver, post_of, retry_pause
from bot.model import (
    Alert,
    Card,
    Channel,
    Delivery,
    Entry,
    Feed,
    Importance,
    Post,
    Receipt,
    RetryLater,
    StoredItem,
    Story,
    new_id,
    new_ids,
)
from bot.ports import Adapter
from bot.storage import Again, Claim, Store
from tests.servers import Chat, Faults, TelegramServer

START = datetime(2026, 11, 20, 8, 32, tzinfo=UTC)
FAST = Limit(count=1000, per_s=1.0)


class HandClock:
    """Time that moves when the test says so."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        yield server


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


async def add_alerts(store: Store, count: int, importances: Sequence[Importance] = ()) -> list[Alert]:
    """Store `count` alerts with headlines "alert 0" …, of these importances or all of them normal."""
    feed = Feed(id="f1", url="https://news.example/rss", title="Sample Wire")
    await store.sync_feeds([feed], lambda feed: START, START)
    alerts = []
    async with store.write() as tx:
        for number, id_ in enumerate(new_ids(START, count)):
            headline = f"alert {number}"
            entry = Entry(guid=headline, url=None, title=headline, text="", published_at=None, fingerprint=headline)
            item = StoredItem(id=id_, feed_id=feed.id, outlet=feed.title, entry=entry, seen_at=START, detection=None)
            story = Story(
                id=id_,
                title=headline,
                lang="en",
                programmes=(),
                titles=(headline,),
                sources=(),
                opened_at=START,
                updated_at=START,
            )
            sample = sample_alert(START)
            card = Card(
                label="NEW",
                headline=headline,
                url=None,
                summary="",
                rows=(),
                sources=sample.card.sources,
                at=START,
            )
            alerts.append(
                Alert(
                    id=id_,
                    story_id=id_,
                    item_id=id_,
                    kind="new",
                    importance=importances[number] if importances else "normal",
                    card=card,
                    terms=(),
                    created_at=START,
                )
            )
            await tx.add_items([item], {})
            await tx.save_stories([story])
            await tx.add_alerts(alerts[-1:])
    return alerts


async def queue(store: Store, alerts: Sequence[Alert], *channels: Channel) -> None:
    async with store.write() as tx:
        await tx.add_deliveries(
            [
                Delivery(id=new_id(START), alert_id=alert.id, channel=channel, due_at=START)
                for alert in alerts
                for channel in channels
            ]
        )


async def composed(claim: Claim) -> Post:
    return post_of(claim.alert)


@asynccontextmanager
async def delivering(store: Store, telegram: TelegramServer, clock: HandClock) -> AsyncIterator[Deliver]:
    adapter: Adapter = telegram_adapter(
        telegram.token, base_url=telegram.url, overall=FAST, per_chat=FAST, per_group=FAST, poll_timeout_s=1
    )

    await adapter.start(None)
    deliver = Deliver(
        store=store,
        adapters={"telegram": adapter},
        compose=composed,
        clock=clock,
        random=Random(1),
        owner="test",
        lease_s=60,
        concurrency=8,
        give_up_after=timedelta(hours=72),
    )
    task = asyncio.create_task(deliver.run())
    try:
        yield deliver
    finally:
        await deliver.finish()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await adapter.stop()


async def outcome(store: Store, alert: Alert, *, state: str, tries: int = 1) -> None:
    """Wait until the alert's only delivery is in this state after so many tries."""
    async with asyncio.timeout(10):
        while not any(r.state == state and r.attempts >= tries for r in await store.sent_to(alert.id)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def channel_of(chat: Chat) -> Channel:
    return Channel.parse(f"telegram:{chat.id}")


async def test_a_channels_alerts_arrive_in_order(store: Store, telegram: TelegramServer, clock: HandClock) -> None:
    chat = telegram.add_private(telegram.add_user())
    alerts = await add_alerts(store, 12)
    await queue(store, alerts, channel_of(chat))
    async with delivering(store, telegram, clock) as deliver:
        deliver.wake()
        messages = await telegram.wait_for_messages(chat, 12)
    assert [next(w for w in m.text.split("\n") if w.startswith("alert")) for m in messages] == [
        alert.card.headline for alert in alerts
    ]


async def test_a_flood_wait_is_obeyed_and_other_chats_go_on(
    store: Store, telegram: TelegramServer, clock: HandClock
) -> None:
    slow, quick = (telegram.add_private(telegram.add_user(name)) for name in ("Slow", "Quick"))
    first, second = await add_alerts(store, 2)
    await queue(store, [first], channel_of(slow))
    telegram.faults = Faults(rate_429=1.0, retry_after_s=1, at_most=1)
    async with delivering(store, telegram, clock) as deliver:
        deliver.wake()
        await outcome(store, first, state="due")
        await queue(store, [second], channel_of(quick))
        deliver.wake()
        await telegram.wait_for_message(quick)
        assert telegram.messages(slow) == ()
        await asyncio.sleep(1.1)  # the client's own hold of the chat goes by the machine's clock
        assert telegram.messages(slow) == ()  # ours by the clock of the test: not due before it moves
        clock.forward(2)
        deliver.wake()
        await telegram.wait_for_message(slow)
    assert telegram.faults.injected["429"] == 1


async def test_a_server_error_is_tried_again_until_it_works(
    store: Store, telegram: TelegramServer, clock: HandClock
) -> None:
    chat = telegram.add_private(telegram.add_user())
    (alert,) = await add_alerts(store, 1)
    await queue(store, [alert], channel_of(chat))
    telegram.faults = Faults(rate_5xx=1.0, at_most=3)
    async with delivering(store, telegram, clock) as deliver:
        for tries in (1, 2, 3):
            deliver.wake()
            await outcome(store, alert, state="due", tries=tries)
            clock.forward(BACKOFF_CAP_S * 1.3)
        deliver.wake()
        await telegram.wait_for_message(chat)
        await outcome(store, alert, state="sent")
    assert len(telegram.messages(chat)) == 1


async def test_a_broken_connection_after_the_message_was_taken_is_counted_as_a_possible_duplicate(
    store: Store, telegram: TelegramServer, clock: HandClock
) -> None:
    chat = telegram.add_private(telegram.add_user())
    (alert,) = await add_alerts(store, 1)
    await queue(store, [alert], channel_of(chat))
    telegram.faults = Faults(rate_drop_after=1.0, at_most=1)
    async with delivering(store, telegram, clock) as deliver:
        deliver.wake()
        await outcome(store, alert, state="due")
        clock.forward(60)
        deliver.wake()
        await outcome(store, alert, state="sent")
    assert len(telegram.messages(chat)) == 2
    assert (await store.outbox_counts()).possible_duplicates == 1


async def test_a_message_is_given_up_after_the_age_limit_and_kept_with_the_reason(
    store: Store, telegram: TelegramServer, clock: HandClock
) -> None:
    chat = telegram.add_private(telegram.add_user())
    (alert,) = await add_alerts(store, 1)
    await queue(store, [alert], channel_of(chat))
    telegram.faults = Faults(rate_5xx=1.0)
    async with delivering(store, telegram, clock) as deliver:
        clock.forward(73 * 3600)
        deliver.wake()
        await outcome(store, alert, state="dead")
    (record,) = await store.sent_to(alert.id)
    assert record.reason is not None and record.reason.startswith("given up: ")


async def test_deliveries_of_a_platform_that_is_off_wait(
    store: Store, telegram: TelegramServer, clock: HandClock
) -> None:
    (alert,) = await add_alerts(store, 1)
    await queue(store, [alert], Channel.parse("slack:C1"))
    async with delivering(store, telegram, clock) as deliver:
        deliver.wake()
        await outcome(store, alert, state="due")
    (record,) = await store.sent_to(alert.id)
    assert record.reason == "slack is not running"
    assert record.due_at > START


async def test_the_most_important_is_claimed_first_over_all_channels_and_within_one(store: Store) -> None:
    low, normal, high, flash = await add_alerts(store, 4, ("low", "normal", "high", "flash"))
    one, two, three = (Channel.parse(f"telegram:{number}") for number in (1, 2, 3))
    await queue(store, [low], three)
    await queue(store, [normal, high], one)
    await queue(store, [normal, flash], two)
    claims = await store.claim_deliveries(START, 60, 10, "test")
    assert [(claim.delivery.channel, claim.alert.importance) for claim in claims] == [
        (two, "flash"),
        (one, "high"),
        (three, "low"),
    ]
    await queue(store, [flash], one)
    assert await store.claim_deliveries(START, 60, 10, "test") == []  # one at a time in a channel, whatever comes


async def test_a_priority_of_its_own_goes_before_the_alerts_importance(store: Store) -> None:
    first, second = await add_alerts(store, 2)
    channel = Channel.parse("telegram:1")
    await queue(store, [first], channel)
    async with store.write() as tx:
        urgent = Delivery(id=new_id(START), alert_id=second.id, channel=channel, due_at=START, priority=0)
        await tx.add_deliveries([urgent])
    (claim,) = await store.claim_deliveries(START, 60, 10, "test")
    assert claim.alert.id == second.id


async def test_a_delivery_that_only_waited_for_its_turn_is_no_attempt(store: Store) -> None:
    (alert,) = await add_alerts(store, 1)
    await queue(store, [alert], Channel.parse("telegram:1"))
    for tried, attempts in ((False, 0), (True, 1)):
        (claim,) = await store.claim_deliveries(START, 60, 10, "test")
        await store.record([Again(delivery=claim.delivery, due_at=START, reason="later", tried=tried)])
        (record,) = await store.sent_to(alert.id)
        assert record.attempts == attempts


async def test_a_message_that_is_shown_already_is_edited_or_sent_anew_when_it_is_gone(
    store: Store, telegram: TelegramServer, clock: HandClock
) -> None:
    chat = telegram.add_private(telegram.add_user())
    (alert,) = await add_alerts(store, 1)
    async with delivering(store, telegram, clock) as deliver:
        await queue(store, [alert], channel_of(chat))
        deliver.wake()
        shown = await telegram.wait_for_message(chat)
        later = replace(alert, card=replace(alert.card, version=2))
        delivery = Delivery(id="d", alert_id=alert.id, channel=channel_of(chat), due_at=START)
        for message_id, messages in ((shown.message_id, 1), (999, 2)):
            claim = Claim(delivery=delivery, alert=later, shown_as=str(message_id))
            assert isinstance(await deliver.tell(claim), Receipt)
            assert len(telegram.messages(chat)) == messages
    assert telegram.messages(chat)[0].edits == 1


def test_pauses_double_up_to_a_cap_and_the_platforms_word_goes_first() -> None:
    chance = Random(1)
    pauses = [retry_pause(RetryLater(reason="down"), tries, chance).total_seconds() for tries in range(12)]
    assert 4 <= pauses[0] <= 6
    assert all(later > earlier for earlier, later in pairwise(pauses[:6]))
    assert max(pauses) <= BACKOFF_CAP_S * 1.2
    assert retry_pause(RetryLater(reason="flood", after_s=17), 9, chance) == timedelta(seconds=17)
