from __future__ import annotations

import asyncio

from bot.adapters.pacing import AGAIN_S, FLOODS, Keys, Limit, Pace, Pacer, Rank
from tests.adapters.hand_clock import HandClock

CHAT = Limit(count=2, per_s=2.0)
GROUP = Limit(count=5, per_s=60.0)


def chat(name: str) -> Keys:
    return ((name, CHAT),)


def group(name: str) -> Keys:
    return ((name, CHAT), (f"group {name}", GROUP))


async def send(
    pacer: Pacer,
    clock: HandClock,
    keys: Keys,
    sent: list[tuple[str, float]],
    rank: Rank = "normal",
    took_s: float = 0,
) -> None:
    """One message, answered after `took_s`."""
    async with pacer.turn(keys, within_s=1e9, rank=rank) as wait_s:
        assert wait_s == 0
        sent.append((keys[0][0], clock.now - 1000.0))
        if took_s:
            await clock.sleep(took_s)


async def asked(pacer: Pacer, keys: Keys, within_s: float) -> float:
    async with pacer.turn(keys, within_s=within_s) as wait_s:
        return wait_s


async def moments(messages: list[Keys], *, overall: Limit, seconds: float = 200.0) -> list[tuple[str, float]]:
    """Who was sent when, all asking at second 0."""
    clock = HandClock()
    pacer = Pacer(overall=overall, monotonic=clock, sleep=clock.sleep)
    sent: list[tuple[str, float]] = []
    async with asyncio.TaskGroup() as tasks:
        for keys in messages:
            tasks.create_task(send(pacer, clock, keys, sent))
        await clock.move(seconds)
    return sent


async def test_one_chat_gets_a_small_burst_and_then_its_rate() -> None:
    sent = await moments([chat("a")] * 5, overall=Limit(count=100, per_s=1.0))
    assert [at for _, at in sent] == [0, 0, 2, 2, 4]


async def test_a_group_gets_no_more_than_its_minute_allows() -> None:
    sent = await moments([group("g")] * 7, overall=Limit(count=100, per_s=1.0))
    assert [at for _, at in sent] == [0, 0, 2, 2, 4, 60, 60]


async def test_all_chats_together_keep_the_platforms_rate_in_order() -> None:
    names = [f"chat {number}" for number in range(7)]
    sent = await moments([chat(name) for name in names], overall=Limit(count=3, per_s=1.0))
    assert sent == list(zip(names, [0, 0, 0, 1, 1, 1, 2], strict=True))


async def test_no_window_ever_holds_more_than_the_limit() -> None:
    wanted = [chat(f"chat {number % 40}") for number in range(200)]
    sent = await moments(wanted, overall=Limit(count=10, per_s=1.0))
    times = [at for _, at in sent]
    assert len(times) == 200
    assert all(later - earlier >= 1.0 for earlier, later in zip(times, times[10:], strict=False))


async def test_a_hold_stops_its_chat_and_no_other() -> None:
    clock = HandClock()
    pacer = Pacer(overall=Limit(count=100, per_s=1.0), monotonic=clock, sleep=clock.sleep)
    sent: list[tuple[str, float]] = []
    pacer.hold("a", 7)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(send(pacer, clock, chat("a"), sent))
        tasks.create_task(send(pacer, clock, chat("b"), sent))
        await clock.move(10)
    assert sent == [("b", 0.0), ("a", 7.0)]


async def test_a_message_held_too_long_goes_back_with_the_seconds_to_wait() -> None:
    clock = HandClock()
    pacer = Pacer(overall=Limit(count=100, per_s=1.0), monotonic=clock, sleep=clock.sleep)
    pacer.hold("a", 30)
    assert await asked(pacer, chat("a"), 10) == 30
    assert await asked(pacer, chat("b"), 10) == 0


async def test_a_waiting_chat_takes_nothing_of_the_platforms_allowance() -> None:
    clock = HandClock()
    pacer = Pacer(overall=Limit(count=1, per_s=1.0), monotonic=clock, sleep=clock.sleep)
    sent: list[tuple[str, float]] = []
    pacer.hold("a", 100)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(send(pacer, clock, chat("a"), sent))
        for name in "bcd":
            tasks.create_task(send(pacer, clock, chat(name), sent))
        await clock.move(101)
    assert sent == [("b", 0.0), ("c", 1.0), ("d", 2.0), ("a", 100.0)]


async def test_a_hold_that_comes_while_a_message_waits_for_the_platform_still_stops_it() -> None:
    clock = HandClock()
    pacer = Pacer(overall=Limit(count=1, per_s=1.0), monotonic=clock, sleep=clock.sleep)
    sent: list[tuple[str, float]] = []
    async with asyncio.TaskGroup() as tasks:
        for name in "bac":
            tasks.create_task(send(pacer, clock, chat(name), sent))
        await clock.move(0.5)
        pacer.hold("a", 9.5)
        await clock.move(20)
    assert sent == [("b", 0.0), ("c", 1.0), ("a", 10.0)]


async def test_a_cancelled_wait_leaves_the_queue_free() -> None:
    clock = HandClock()
    pacer = Pacer(overall=Limit(count=100, per_s=1.0), monotonic=clock, sleep=clock.sleep)
    pacer.hold("a", 50)
    waiting = asyncio.create_task(asked(pacer, chat("a"), 100))
    await clock.move(1)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    sent: list[tuple[str, float]] = []
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(send(pacer, clock, chat("a"), sent))
        await clock.move(60)
    assert sent == [("a", 50.0)]


async def test_a_message_counts_until_its_limit_has_passed_since_its_answer() -> None:
    clock = HandClock()
    pacer = Pacer(overall=Limit(count=2, per_s=1.0), monotonic=clock, sleep=clock.sleep)
    sent: list[tuple[str, float]] = []
    async with asyncio.TaskGroup() as tasks:
        for name in "abcd":
            tasks.create_task(send(pacer, clock, chat(name), sent, took_s=0.5))
        await clock.move(5)
    assert sent == [("a", 0.0), ("b", 0.0), ("c", 1.5), ("d", 1.5)]


async def test_the_most_important_goes_first_whoever_came_earlier() -> None:
    clock = HandClock()
    pacer = Pacer(overall=Limit(count=1, per_s=1.0), monotonic=clock, sleep=clock.sleep)
    sent: list[tuple[str, float]] = []
    ranks: tuple[Rank, ...] = ("normal", "edit", "low", "normal", "flash", "answer", "high")
    async with asyncio.TaskGroup() as tasks:
        for number, rank in enumerate(ranks):
            tasks.create_task(send(pacer, clock, chat(f"{rank} {number}"), sent, rank))
        await clock.move(10)
    assert [name for name, _ in sent] == [
        *("normal 0", "answer 5", "flash 4", "high 6", "normal 3", "low 2", "edit 1"),
    ]


async def test_a_large_allowance_is_spread_over_its_window() -> None:
    sent = await moments([chat(f"chat {number}") for number in range(60)], overall=Limit(count=30, per_s=1.0))
    times = [at for _, at in sent]
    assert len([at for at in times if at < 0.1]) <= 12
    assert 0.5 < times[29] < 1
    assert times[59] < 2


async def test_a_message_that_others_overtake_for_too_long_goes_back() -> None:
    clock = HandClock()
    pacer = Pacer(overall=Limit(count=1, per_s=1.0), monotonic=clock, sleep=clock.sleep)
    sent: list[tuple[str, float]] = []
    async with asyncio.TaskGroup() as tasks:
        for number in range(20):
            tasks.create_task(send(pacer, clock, chat(f"flash {number}"), sent, "flash"))
        late = tasks.create_task(asked(pacer, chat("late"), 5))
        await clock.move(6)
        assert late.done()
        await clock.move(20)
    assert late.result() == AGAIN_S
    assert len(sent) == 20


async def test_refusals_from_one_chat_after_the_other_stop_them_all() -> None:
    clock = HandClock()
    pacer = Pacer(overall=Limit(count=100, per_s=1.0), monotonic=clock, sleep=clock.sleep)
    for number in range(FLOODS - 1):
        pacer.hold(f"chat {number}", 7)
    assert await asked(pacer, chat("other"), 0) == 0
    pacer.passed()  # one went through: those refusals were each chat's own
    pacer.hold("chat 9", 7)
    assert await asked(pacer, chat("other"), 0) == 0
    for number in range(2 * FLOODS):
        pacer.hold(f"closed {number}", 900, flood=False)
    assert await asked(pacer, chat("another"), 0) == 0
    for number in range(FLOODS):
        pacer.hold(f"chat {number}", 7)
    sent: list[tuple[str, float]] = []
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(send(pacer, clock, chat("other"), sent))
        await clock.move(10)
    assert sent == [("other", 7.0)]


async def test_a_waiting_message_that_is_cancelled_takes_nothing() -> None:
    clock = HandClock()
    pacer = Pacer(overall=Limit(count=1, per_s=1.0), monotonic=clock, sleep=clock.sleep)
    sent: list[tuple[str, float]] = []
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(send(pacer, clock, chat("a"), sent))
        await clock.move(0)
        cancelled = tasks.create_task(send(pacer, clock, chat("b"), sent))
        tasks.create_task(send(pacer, clock, chat("c"), sent))
        await clock.move(0.5)
        cancelled.cancel()
        await clock.move(2)
    assert sent == [("a", 0.0), ("c", 1.0)]


def test_idle_chats_are_forgotten() -> None:
    pace = Pace()
    for number in range(50_000):
        pace.take(chat(f"chat {number}"), now=float(number))
        pace.answered(chat(f"chat {number}"), now=float(number))  # a second apart: each is idle two seconds later
    assert len(pace) <= 2048


def test_a_held_chat_is_not_forgotten() -> None:
    pace = Pace()
    pace.hold("held", until=1e9, now=0.0)
    for number in range(5_000):
        pace.take(chat(f"chat {number}"), now=float(number))
        pace.answered(chat(f"chat {number}"), now=float(number))
    assert pace.ready_at(chat("held"), now=5_000.0) == 1e9
