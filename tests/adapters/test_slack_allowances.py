from __future__ import annotations

import asyncio
import re
from itertools import pairwise
from pathlib import Path

import pytest

from bot.adapters import slack
from bot.adapters.pacing import Rank
from bot.adapters.slack.allowances import IN_SENDER, METHODS, TIERS, UNLIMITED, Allowance, Allowances
from tests.adapters.hand_clock import HandClock
from tests.servers.spec import table

POST, EDIT = "chat.postMessage", "chat.update"

Sent = list[tuple[str, float]]


def allowances(clock: HandClock) -> Allowances:
    return Allowances(monotonic=clock, sleep=clock.sleep)


async def call(
    allowance: Allowance, clock: HandClock, sent: Sent, method: str, address: str, rank: Rank = "normal"
) -> None:
    async with allowance.turn(method, address, within_s=1e9, rank=rank) as wait_s:
        assert wait_s == 0
        sent.append((address, clock.now - 1000.0))


async def asked(allowance: Allowance, method: str, address: str = "") -> float:
    async with allowance.turn(method, address, within_s=0) as wait_s:
        return wait_s


async def calls(count: int, *, method: str, channels: int, seconds: float) -> list[float]:
    """When each of so many calls in one workspace goes, all asking at second 0."""
    clock, sent = HandClock(), Sent()
    allowance = allowances(clock).of("T1")
    async with asyncio.TaskGroup() as tasks:
        for number in range(count):
            tasks.create_task(call(allowance, clock, sent, method, f"C{number % channels}"))
        await clock.move(seconds)
    assert len(sent) == count
    return [at for _, at in sent]


def most_within(moments: list[float], seconds: float) -> int:
    """The fullest window."""
    return max(sum(at <= other < at + seconds for other in moments) for at in moments)


async def test_a_channel_gets_two_at_once_and_then_one_a_second() -> None:
    assert await calls(6, method=POST, channels=1, seconds=10) == [0, 0, 2, 2, 4, 4]


async def test_a_workspace_keeps_its_minute_and_uses_it() -> None:
    moments = await calls(900, method=POST, channels=300, seconds=200)
    assert most_within(moments, 60) == 300
    assert moments[-1] < 180
    assert sum(at < 1 for at in moments) >= 20  # one alert is in twenty channels at once


async def test_a_full_workspace_lets_nobody_wait_for_more_than_some_seconds() -> None:
    moments = await calls(900, method=POST, channels=300, seconds=200)
    assert max(later - earlier for earlier, later in pairwise(moments)) < 5


async def test_workspaces_do_not_wait_for_each_other() -> None:
    clock, sent = HandClock(), Sent()
    every = allowances(clock)
    async with asyncio.TaskGroup() as tasks:
        for number in range(400):
            tasks.create_task(call(every.of("T1"), clock, [], POST, f"C{number}"))
        await clock.move(1)
        tasks.create_task(call(every.of("T2"), clock, sent, POST, "C1"))
        await clock.move(100)
    assert sent == [("C1", 1.0)]


async def test_edits_take_nothing_of_the_posts_and_keep_their_own_tier() -> None:
    clock, edits, posts = HandClock(), Sent(), Sent()
    allowance = allowances(clock).of("T1")
    async with asyncio.TaskGroup() as tasks:
        for number in range(120):
            tasks.create_task(call(allowance, clock, edits, EDIT, f"C{number}", "edit"))
        await clock.move(2)
        for number in range(20):
            tasks.create_task(call(allowance, clock, posts, POST, f"C{number}"))
        await clock.move(200)
    assert [at for _, at in posts] == [2.0] * 20
    assert most_within([at for _, at in edits], 60) == 50


async def test_answers_go_before_posts_and_the_important_before_others() -> None:
    clock, sent = HandClock(), Sent()
    allowance = allowances(clock).of("T1")
    ranks: tuple[Rank, ...] = ("low", "normal", "flash", "answer", "high")
    async with asyncio.TaskGroup() as tasks:
        for number in range(20):
            tasks.create_task(call(allowance, clock, [], POST, f"full {number}"))
        await clock.move(0)
        for rank in ranks:
            tasks.create_task(call(allowance, clock, sent, POST, rank, rank))
        await clock.move(5)
    assert [name for name, _ in sent] == ["answer", "flash", "high", "normal", "low"]


@pytest.mark.parametrize("method", ["views.open", "users.info", "conversations.list"])
async def test_what_people_wait_for_goes_at_once_while_its_minute_lasts(method: str) -> None:
    limit = TIERS[METHODS[method]]
    moments = await calls(limit + 1, method=method, channels=1, seconds=70)
    assert moments == [0.0] * limit + [60.0]


async def test_a_refused_post_holds_its_channel_and_no_other() -> None:
    every = allowances(HandClock())
    every.of("T1").refused(POST, "C1", 30, flood=True)
    assert await asked(every.of("T1"), POST, "C1") == 30
    assert await asked(every.of("T1"), POST, "C2") == 0
    assert await asked(every.of("T1"), EDIT, "C1") == 0
    assert await asked(every.of("T2"), POST, "C1") == 0


async def test_a_refused_method_is_held_in_its_workspace() -> None:
    every = allowances(HandClock())
    every.of("T1").refused(EDIT, "C1", 30, flood=True)
    assert await asked(every.of("T1"), EDIT, "C2") == 30
    assert await asked(every.of("T1"), "users.info") == 0
    assert await asked(every.of("T1"), POST, "C1") == 0
    assert await asked(every.of("T2"), EDIT, "C2") == 0


async def test_refusals_in_channel_after_channel_hold_the_workspaces_posts() -> None:
    every = allowances(HandClock())
    for number in range(5):
        every.of("T1").refused(POST, f"C{number}", 30, flood=True)
    assert await asked(every.of("T1"), POST, "C9") == 30
    assert await asked(every.of("T2"), POST, "C9") == 0


def test_the_tiers_are_those_of_the_documentation() -> None:
    known = table("slack_methods.json")["methods"]
    assert {method: known[method]["tier"] for method in METHODS} == METHODS


def test_every_method_that_the_adapter_calls_has_a_pace() -> None:
    code = "\n".join(path.read_text("utf-8") for path in Path(slack.__file__).parent.glob("*.py"))
    called = {name.replace("_", ".") for name in re.findall(r"\.((?:[a-z]+)_[A-Za-z_]+)\(", code)}
    known = called & table("slack_methods.json")["methods"].keys()
    assert known >= {"chat.postMessage", "views.open", "users.info"}
    assert known - METHODS.keys() - IN_SENDER - UNLIMITED == set()
