"""The scheduler's ticks: none over itself, a failing one again, an end that waits."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.jobs import Jobs

TICK_S = 0.01


async def test_a_tick_that_still_runs_is_not_started_again_and_nobody_is_warned(
    caplog: pytest.LogCaptureFixture,
) -> None:
    running, most, quick, go_on = 0, 0, 0, asyncio.Event()

    async def slow() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await go_on.wait()
        running -= 1

    async def beside() -> None:
        nonlocal quick
        quick += 1
        if quick == 10:
            go_on.set()

    jobs = Jobs()
    jobs.every(TICK_S, "slow", slow)
    jobs.every(TICK_S, "beside", beside)
    with caplog.at_level(logging.WARNING):
        jobs.start()
        async with asyncio.timeout(20):
            await go_on.wait()
        await jobs.stop()
    assert (most, running) == (1, 0)
    assert caplog.records == []


async def test_a_tick_that_failed_comes_again(caplog: pytest.LogCaptureFixture) -> None:
    twice = asyncio.Event()
    times = 0

    async def broken() -> None:
        nonlocal times
        times += 1
        if times == 2:
            twice.set()
        raise ValueError("no")

    jobs = Jobs()
    jobs.every(TICK_S, "broken", broken)
    jobs.start()
    async with asyncio.timeout(20):
        await twice.wait()
    await jobs.stop()
    assert "tick failed: broken" in caplog.text


async def test_the_end_waits_for_a_running_tick() -> None:
    begun, ended = asyncio.Event(), False

    async def slow() -> None:
        nonlocal ended
        begun.set()
        await asyncio.sleep(0.05)
        ended = True

    jobs = Jobs()
    jobs.every(TICK_S, "slow", slow)
    jobs.start()
    async with asyncio.timeout(20):
        await begun.wait()
    await jobs.stop()
    assert ended
