"""The scheduler's ticks. APScheduler lives here only, and a tick only looks what is due: the work itself
runs in tasks of its own, so that a slow feed or a flood wait never holds the next tick.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

log = logging.getLogger(__name__)

Tick = Callable[[], Awaitable[object]]


class Jobs:
    """Named ticks at fixed intervals. `start` inside the running loop; `stop` once, at the end."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._running: dict[str, asyncio.Task[object]] = {}

    def every(self, seconds: float, name: str, tick: Tick) -> None:
        """Call `tick` every `seconds`; one that still runs is not started again, one that fails is logged."""

        async def run() -> None:
            if name in self._running:  # a slow machine, nothing to warn of: what it would do is being done
                return
            task = asyncio.current_task()
            assert task is not None
            self._running[name] = task
            try:
                await tick()
            except Exception:  # the next tick must come
                log.exception("tick failed: %s", name)
            finally:
                del self._running[name]

        self._scheduler.add_job(
            run,
            IntervalTrigger(seconds=seconds),
            id=name,
            name=name,
            max_instances=2,  # the second finds the first running and leaves: the library would warn each time
            coalesce=True,
            misfire_grace_time=None,
        )

    def start(self) -> None:
        self._scheduler.start()

    async def stop(self) -> None:
        """Start no more ticks and wait for the running ones: `shutdown(wait=True)` would cancel them."""
        if not self._scheduler.running:
            return
        self._scheduler.pause()
        if self._running:
            await asyncio.wait(set(self._running.values()), timeout=2)
        self._scheduler.shutdown(wait=False)
