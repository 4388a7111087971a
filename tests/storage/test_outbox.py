"""The outbox: in order per channel, one at a time, nothing lost, what may repeat is counted."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.model import Channel, Delivery, Receipt
from bot.storage import Again, Claim, Dead, DeliveryRecord, OutboxCounts, Sent, Store
from tests.storage.samples import (
    CHAT,
    NOW,
    SLACK,
    TOPIC,
    add_alerts,
    after,
    alert,
    delivery,
    queue,
    subscription,
)


async def _claim(store: Store, seconds: float = 0, limit: int = 10) -> list[Claim]:
    return await store.claim_deliveries(after(seconds), 60, limit, "me")


async def _claimed(store: Store, seconds: float = 0, limit: int = 10) -> list[str]:
    return [claim.delivery.id for claim in await _claim(store, seconds, limit)]


async def _one(store: Store, seconds: float = 0) -> Delivery:
    (claim,) = await _claim(store, seconds)
    return claim.delivery


async def test_a_claim_carries_the_delivery_and_its_alert(store: Store) -> None:
    await queue(store, delivery("d"))
    assert await _claim(store) == [
        Claim(delivery=replace(delivery("d"), version=2), alert=alert("alert-1"), queued_at=NOW)
    ]


async def test_an_alert_goes_to_a_channel_once(store: Store) -> None:
    await add_alerts(store, alert("alert-1"))
    async with store.write() as tx:
        assert await tx.add_deliveries([delivery("a"), delivery("b", TOPIC)]) == 2
        assert await tx.add_deliveries([delivery("c"), delivery("d", SLACK)]) == 1
    assert await _claimed(store) == ["a", "b", "d"]


async def test_a_channel_gets_its_alerts_one_at_a_time_in_order(store: Store) -> None:
    await queue(store, delivery("b", of="1"), delivery("a", of="2"), delivery("c", SLACK, of="1"))
    first, other = await _claim(store)
    assert [first.delivery.id, other.delivery.id] == ["b", "c"]
    assert await _claim(store) == []
    await store.record([Sent(delivery=first.delivery, receipt=Receipt(message_id="5"), at=NOW)])
    assert await _claimed(store) == ["a"]


async def test_a_delivery_waiting_for_a_retry_holds_back_its_channel_only(store: Store) -> None:
    await queue(store, delivery("a", of="1"), delivery("b", of="2"), delivery("c", SLACK, of="2", due_at=after(1)))
    await store.record([Again(delivery=await _one(store), due_at=after(30), reason="flood control")])
    assert await store.next_delivery_at() == after(1)
    assert await _claimed(store, 29) == ["c"]
    (again,) = await _claim(store, 30)
    assert (again.delivery.id, again.delivery.attempts) == ("a", 1)


async def test_a_delivery_is_not_claimed_before_it_is_due(store: Store) -> None:
    await queue(store, delivery("a", due_at=after(10)))
    assert await store.next_delivery_at() == after(10)
    assert await _claimed(store, 9) == []
    assert await _claimed(store, 10) == ["a"]
    assert await store.next_delivery_at() == after(70)  # the end of the lease


async def test_those_due_longest_are_claimed_first(store: Store) -> None:
    channels = [Channel(platform="telegram", address=str(number)) for number in range(1, 6)]
    await queue(store, *(delivery(f"d{5 - n}", channel, due_at=after(-n)) for n, channel in enumerate(channels)))
    assert await _claimed(store, limit=2) == ["d1", "d2"]
    assert await _claimed(store, limit=9) == ["d3", "d4", "d5"]


async def test_what_was_sent_is_remembered(store: Store) -> None:
    await queue(store, delivery("a"), delivery("b", SLACK))
    sent = await _claim(store)
    await store.record(
        Sent(delivery=claim.delivery, receipt=Receipt(message_id=f"1.{claim.delivery.id}", plain=True), at=after(2))
        for claim in sent
    )
    assert await store.next_delivery_at() is None
    first, second = await store.sent_to("alert-1")
    assert first == DeliveryRecord(
        channel=CHAT,
        state="sent",
        due_at=NOW,
        attempts=1,
        reason=None,
        sent_at=after(2),
        receipt=Receipt(message_id="1.a", plain=True),
    )
    assert second.channel == SLACK
    assert await store.outbox_counts() == OutboxCounts(queued=0, sent=2, dead=0, plain=2, possible_duplicates=0)


async def test_a_message_leads_to_its_alert(store: Store) -> None:
    await queue(store, delivery("a", TOPIC))
    await store.record([Sent(delivery=await _one(store), receipt=Receipt(message_id="5"), at=NOW)])
    assert await store.alert_by_message(TOPIC, "5") == alert("alert-1")
    assert await store.alert_by_message(CHAT, "5") == alert("alert-1")  # the chat that the topic is in
    assert await store.alert_by_message(CHAT, "6") is None
    assert await store.alert_by_message(Channel(platform="telegram", address="-100"), "5") is None


async def test_a_delivery_given_up_is_kept_with_the_reason(store: Store) -> None:
    await queue(store, delivery("a", of="1"), delivery("b", of="2"))
    await store.record([Dead(delivery=await _one(store), reason="message is too long")])
    (record,) = await store.sent_to("1")
    assert (record.state, record.reason, record.attempts) == ("dead", "message is too long", 1)
    assert await _claimed(store) == ["b"]
    assert (await store.outbox_counts()).dead == 1


async def test_an_expired_lease_is_claimed_again_and_counted(store: Store) -> None:
    await queue(store, delivery("a"))
    assert (await _one(store)).attempts == 0
    assert await _claim(store, 59) == []
    assert (await _one(store, 60)).attempts == 1
    assert (await store.outbox_counts()).possible_duplicates == 1


async def test_a_retry_that_may_repeat_is_counted(store: Store) -> None:
    await queue(store, delivery("a"))
    lost = Again(delivery=await _one(store), due_at=NOW, reason="connection broke", maybe_sent=True)
    await store.record([lost])
    assert (await store.outbox_counts()).possible_duplicates == 1


async def test_a_sender_that_wakes_after_its_lease_changes_nothing(store: Store) -> None:
    await queue(store, delivery("a"))
    late = await _one(store)
    current = await _one(store, 60)
    await store.record([Again(delivery=late, due_at=NOW, reason="late")])
    assert await _claim(store, 61) == []
    await store.record([Dead(delivery=late, reason="late")])
    assert (await store.sent_to("alert-1"))[0].state == "due"
    await store.release([late])
    assert await _claim(store, 62) == []
    await store.record([Again(delivery=current, due_at=NOW, reason="flood control")])
    assert (await _one(store, 63)).attempts == 2


async def test_a_message_that_arrived_counts_however_late(store: Store) -> None:
    await queue(store, delivery("a"))
    late = await _one(store)
    current = await _one(store, 60)
    await store.record([Sent(delivery=late, receipt=Receipt(message_id="5"), at=NOW)])
    await store.record([Again(delivery=current, due_at=NOW, reason="timed out")])
    assert await _claim(store, 120) == []
    assert await store.alert_by_message(CHAT, "5") is not None


async def test_of_two_that_arrived_the_first_is_kept(store: Store) -> None:
    await queue(store, delivery("a"))
    late, current = await _one(store), await _one(store, 60)
    await store.record([Sent(delivery=current, receipt=Receipt(message_id="5"), at=NOW)])
    await store.record([Sent(delivery=late, receipt=Receipt(message_id="6"), at=after(1))])
    assert await store.alert_by_message(CHAT, "5") is not None
    assert (await store.outbox_counts()).possible_duplicates == 1


async def test_what_is_released_is_due_at_once_and_no_duplicate(store: Store) -> None:
    await queue(store, delivery("a"))
    await store.release([await _one(store)])
    assert (await _one(store)).attempts == 0
    assert (await store.outbox_counts()).possible_duplicates == 0


async def test_two_processes_never_claim_the_same_delivery_nor_one_channel_twice(database_url: str) -> None:
    channels = [Channel(platform="telegram", address=str(number)) for number in range(1, 61)]
    async with Store.open(database_url) as one, Store.open(database_url) as two:
        await queue(one, *(delivery(f"{c.address}-{a}", c, of=f"{a}") for a in "123" for c in channels))
        claims = await asyncio.gather(
            *(store.claim_deliveries(NOW, 60, 7, "who") for _ in range(12) for store in (one, two))
        )
    found = [claim.delivery for batch in claims for claim in batch]
    assert sorted(int(each.channel.address) for each in found) == list(range(1, 61))
    assert {each.alert_id for each in found} == {"1"}


async def test_processes_together_send_everything_once_in_order(database_url: str) -> None:
    channels = [Channel(platform="telegram", address=str(number)) for number in range(1, 9)]
    order: list[tuple[str, str]] = []

    async def drain(store: Store) -> None:
        while claims := await store.claim_deliveries(NOW, 60, 3, "who"):
            order.extend((claim.delivery.channel.address, claim.alert.id) for claim in claims)
            await store.record(
                Sent(delivery=claim.delivery, receipt=Receipt(message_id="1"), at=NOW) for claim in claims
            )

    async with Store.open(database_url) as one, Store.open(database_url) as two:
        await queue(one, *(delivery(f"{c.address}-{a}", c, of=a) for a in "12345" for c in channels))
        await asyncio.gather(drain(one), drain(two))
        await drain(one)  # what the other still held when this one found nothing
    for channel in channels:
        assert [told for address, told in order if address == channel.address] == list("12345")


async def test_a_moved_channel_takes_everything_along(store: Store) -> None:
    moved = Channel(platform="telegram", address="-1009999")
    await queue(store, delivery("a", of="1"), delivery("b", of="2"), delivery("c", moved, of="2"))
    await store.record(
        Sent(delivery=claim.delivery, receipt=Receipt(message_id=claim.delivery.id), at=NOW)
        for claim in await _claim(store)
    )
    for each in (subscription("x"), subscription("y", words="su-57"), subscription("z", moved)):
        await store.add_subscription(each)
    await store.move_channel(CHAT, moved)
    assert [(each.id, each.channel) for each in await store.subscriptions()] == [("y", moved), ("z", moved)]
    assert await store.alert_by_message(moved, "a") == alert("1")
    (kept,) = [each for each in await store.sent_to("2") if each.channel == CHAT]
    assert (kept.state, kept.reason) == ("dead", "telegram:-1009999 has this alert already")
    assert await _claim(store) == []


async def test_a_delivery_in_flight_moves_and_is_tried_at_the_new_address(store: Store) -> None:
    moved = Channel(platform="telegram", address="-1009999")
    await queue(store, delivery("a"))
    tried = await _one(store)
    await store.move_channel(CHAT, moved)
    await store.record([Again(delivery=tried, due_at=NOW, reason="moved")])
    assert (await _one(store)).channel == moved


async def test_an_ended_channel_loses_its_subscriptions_and_what_waits(store: Store) -> None:
    await queue(store, delivery("a", of="1"), delivery("b", of="2"), delivery("c", SLACK, of="1"))
    await store.add_subscription(subscription("x"))
    await store.add_subscription(subscription("y", SLACK))
    assert await store.end_channel(CHAT, "the bot was blocked") == 1
    assert [each.id for each in await store.subscriptions()] == ["y"]
    assert await _claimed(store) == ["c"]
    (record,) = await store.sent_to("2")
    assert (record.state, record.reason) == ("dead", "the bot was blocked")


async def test_a_channel_that_could_not_be_read_back_is_refused(store: Store) -> None:
    await add_alerts(store, alert("alert-1"))
    with pytest.raises(Exception, match="names no channel"):
        async with store.write() as tx:
            await tx.add_deliveries([delivery("a", Channel(platform="telegram", address="@news"))])
