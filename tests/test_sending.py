"""Sending as in `tests.benchmarks.sending`, in small: Telegram's limits at the server, time moved by hand."""

from __future__ import annotations

import asyncio

from tests.adapters.hand_clock import HandClock
from tests.benchmarks.sending import Round, disordered, early, most_in_a_second, repeated, round_of, told
from tests.servers import Faults

STEP_S = 0.02


async def pass_until(clock: HandClock, the: Round, messages: int) -> None:
    """Let time go by until the server took so many messages."""
    async with asyncio.timeout(60):
        while len(the.passed) < messages:
            await asyncio.sleep(0.002)
            await clock.move(STEP_S)


async def test_the_allowance_is_used_never_exceeded_and_a_flash_alert_goes_first() -> None:
    clock = HandClock()
    async with round_of(90, hand=clock) as the:
        for number in range(3):
            await the.queue(f"story {number:02}", "normal")
        await pass_until(clock, the, 60)
        await the.queue("flash", "flash")
        await pass_until(clock, the, 360)
        places = [
            place
            for chat in the.chats
            for place, message in enumerate(the.server.messages(chat))
            if "flash" in message.text
        ]
        assert the.refused() == 0
        assert len(places) == 90
        assert max(places) <= 2  # one story was there, one already waited for its turn; none waits behind the third
        assert told(the) == 270
        assert (repeated(the), disordered(the)) == (0, 0)
    moments = the.passed
    assert most_in_a_second(moments) <= 30
    busy_s = moments[-1] - moments[0]
    assert 360 / 30 - 1 <= busy_s <= 360 / 30 * 1.15  # coarse steps of time cost some of it


async def test_random_refusals_lose_nothing_repeat_nothing_and_keep_the_order() -> None:
    faults = Faults(seed=5, rate_429=0.1, retry_after_s=1)
    async with round_of(24, faults=faults) as the:
        for number in range(3):
            await the.queue(f"story {number:02}", "normal")
        async with asyncio.timeout(30):
            while told(the) < 72:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert faults.injected["429"] > 3
        assert (early(the), repeated(the), disordered(the)) == (0, 0, 0)
