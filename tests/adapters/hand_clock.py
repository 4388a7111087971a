"""Time moved by hand: a monotonic clock and a sleep for what waits."""

from __future__ import annotations

import asyncio


class HandClock:
    """`clock()` tells the seconds; `clock.sleep` waits until `move` has gone so far."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waker = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.now + seconds, waker))
        await waker

    async def move(self, seconds: float) -> None:
        """Let so much time pass, waking each sleeper at its moment and letting it run."""
        end = self.now + seconds
        await self._settle()
        while due := sorted(self._due(end), key=lambda one: one[0]):
            self.now, waker = max(self.now, due[0][0]), due[0][1]
            self._sleepers = [one for one in self._sleepers if one[1] is not waker]
            waker.set_result(None)
            await self._settle()
        self.now = end

    async def _settle(self) -> None:
        for _ in range(20):  # enough turns of the loop for every chain of awaits here
            await asyncio.sleep(0)

    def _due(self, end: float) -> list[tuple[float, asyncio.Future[None]]]:
        return [one for one in self._sleepers if one[0] <= end + 1e-9 and not one[1].done()]
