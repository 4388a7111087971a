"""The owner of an adapter's short tasks: the commands being answered.

The client libraries take an update and go on; what then runs is kept here, bounded, awaited at the stop, and
its failures are logged where they happen.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any
from weakref import WeakValueDictionary

_log = logging.getLogger(__name__)


class Running:
    """Starts tasks, at most `at_once` of each workspace working at a time, and waits for them at the end."""

    def __init__(self, *, at_once: int = 32) -> None:
        self._at_once = at_once
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None], *, of: str = "") -> None:
        """Run `work` as a task of ours. `of`: the workspace that it is for; one that keeps us waiting holds up no
        other."""
        task = asyncio.create_task(self._run(work, of))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self, *, within_s: float) -> None:
        """Wait for what runs; what is not done within the time is cancelled."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=within_s)
        for task in late:
            task.cancel()
        if late:
            _log.warning("commands cut off at the stop count=%d", len(late))
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, work: Coroutine[Any, Any, None], of: str) -> None:
        turns = self._turns.setdefault(of, asyncio.Semaphore(self._at_once))
        try:
            async with turns:
                await work
        except Exception:  # one command's failure is nobody else's
            _log.exception("command failed")
        finally:
            work.close()  # never begun when cancelled before its turn
