"""Keeps requests apart: per host (host and port) so many at a time and so long between their starts, and over all
hosts so many at a time, without letting those that hang hold up the others.

A host that answered 429 or 503 with a Retry-After is closed for all its feeds until then.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.ports import Clock

Origin = tuple[str, int]

_SWEEP_AT = 1_000  # hosts remembered before idle ones are dropped: judgement, a few hundred bytes each
_AWAITED = 4  # fetches under way for each slot, slow ones included: judgement; one costs a socket and a task


class TurnTooFarError(Exception):
    """The host's turn does not come within our patience; `wait_s` is when it may."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"the host's turn comes in {wait_s:.0f} s")
        self.wait_s = wait_s


@dataclass(slots=True)
class _Lane:
    turns: asyncio.Semaphore
    next_at: float = 0.0  # loop time; no request starts before
    closed_until: datetime | None = None  # the server asked for silence until then
    users: int = field(default=0)


class HostPacing:
    """`async with turn(origin)` waits for the host's turn; needs a running event loop."""

    def __init__(self, *, gap_s: float, limit: int, patience_s: float, clock: Clock) -> None:
        """`patience_s`: the longest wait for a turn; `clock` tells when a closed host opens again, since that
        outlives a restart."""
        self._gap_s = gap_s
        self._limit = limit
        self._patience_s = patience_s
        self._clock = clock
        self._lanes: dict[Origin, _Lane] = {}

    @asynccontextmanager
    async def turn(self, origin: Origin, *, follow_up: bool = False) -> AsyncIterator[None]:
        """Holds a place at `origin`. A `follow_up` (a redirect within one fetch) need not keep the gap.
        TurnTooFarError instead of a long wait, so that a crowd at one host does not fill all places."""
        lane = self._lane(origin)
        loop = asyncio.get_running_loop()
        ahead_s = lane.users * self._gap_s / self._limit
        if ahead_s > self._patience_s:
            raise TurnTooFarError(ahead_s)
        lane.users += 1
        try:
            await self._acquire(lane)
            try:
                starts_at = loop.time() if follow_up or not self._gap_s else max(loop.time(), lane.next_at)
                lane.next_at = starts_at + self._gap_s
                if (wait_s := starts_at - loop.time()) > 0:
                    await asyncio.sleep(wait_s)
                yield
            finally:
                lane.turns.release()
        finally:
            lane.users -= 1

    def closed_for_s(self, origin: Origin) -> float:
        """Seconds that the host still wants silence; 0 when it is open."""
        lane = self._lanes.get(origin)
        if lane is None or lane.closed_until is None:
            return 0.0
        return max(0.0, (lane.closed_until - self._clock()).total_seconds())

    def close(self, origin: Origin, until: datetime) -> None:
        """Ask `origin` nothing before `until`; a longer silence that was asked for before stays."""
        lane = self._lane(origin)
        lane.closed_until = max(until, lane.closed_until) if lane.closed_until else until

    def close_for(self, origin: Origin, seconds: float) -> None:
        self.close(origin, self._clock() + timedelta(seconds=seconds))

    async def _acquire(self, lane: _Lane) -> None:
        if not lane.turns.locked():
            await lane.turns.acquire()
            return
        try:
            async with asyncio.timeout(self._patience_s):
                await lane.turns.acquire()
        except TimeoutError:  # a hanging server: each one ahead may hang as long
            raise TurnTooFarError(self._patience_s * lane.users) from None

    def _lane(self, origin: Origin) -> _Lane:
        if len(self._lanes) > _SWEEP_AT and origin not in self._lanes:
            loop_now, now = asyncio.get_running_loop().time(), self._clock()
            self._lanes = {
                key: lane
                for key, lane in self._lanes.items()
                if lane.users or lane.next_at > loop_now or (lane.closed_until and lane.closed_until > now)
            }
        return self._lanes.setdefault(origin, _Lane(turns=asyncio.Semaphore(self._limit)))


class Slots:
    """`async with held()`: at most `limit` fetches in their first `slow_after_s` seconds. One that takes longer is
    set aside, where at most 4 times `limit` may be: a server that hangs costs a socket, not a place in the queue.
    """

    def __init__(self, *, limit: int, slow_after_s: float) -> None:
        self._slow_after_s = slow_after_s
        self._prompt = asyncio.Semaphore(limit)
        self._all = asyncio.Semaphore(limit * _AWAITED)

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        async with self._all:
            await self._prompt.acquire()
            is_held = True

            def give_back() -> None:
                nonlocal is_held
                if is_held:
                    is_held = False
                    self._prompt.release()

            setting_aside = asyncio.get_running_loop().call_later(self._slow_after_s, give_back)
            try:
                yield
            finally:
                setting_aside.cancel()
                give_back()
