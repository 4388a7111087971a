"""The task that connects an adapter and keeps it connected: awaited for its first try, then in the background."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from bot.model import Platform

FIRST_TRY_S = 15.0  # a start waits so long for the platform before it leaves connecting to the background

_log = logging.getLogger(__name__)


class Connecting:
    """Of one adapter."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._task: asyncio.Task[None] | None = None

    async def start(self, keep: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
        """Runs `keep`, which sets its event after the first try, and waits for that. Raises what ended `keep` by
        then; an unreachable platform is no error."""
        tried = asyncio.Event()
        self._task = asyncio.create_task(keep(tried))
        try:
            async with asyncio.timeout(FIRST_TRY_S):
                await tried.wait()
            if self._task.done():
                self._task.result()
        except TimeoutError:
            _log.warning("%s not reached, trying on in the background waited_s=%g", self._platform, FIRST_TRY_S)

    async def stop(self) -> None:
        """Cancels it, if it was started."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
