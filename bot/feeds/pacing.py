"""Keeps requests apart: per host (host and port) so many at a time and so long between their starts, and over all
hosts so many at a time, without letting those that hang hold up the others.

A host that answered 429 or 503 with a Retry-After is closed for all its feeds until then. Thousands of polls pass
here, most of them without waiting: that way takes no task, no timer and no future.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
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
class Lane:
    """A host and who is there."""

    turns: asyncio.Semaphore
    next_at: float = 0.0  # loop time; no request starts before
    closed_until: datetime | None = None  # the server asked for silence until then
    users: int = field(default=0)


class HostPacing:
    """`lane = await enter(origin)` waits for the host's turn, `leave(lane)` ends it."""

    def __init__(self, *, gap_s: float, limit: int, patience_s: float, clock: Clock) -> None:
        """`patience_s`: the longest wait for a turn; `clock` tells when a closed host opens again, since that
        outlives a restart."""
        self._gap_s = gap_s
        self._limit = limit
        self._patience_s = patience_s
        self._clock = clock
        self._lanes: dict[Origin, Lane] = {}
        self._sweep_at = _SWEEP_AT

    async def enter(
        self, origin: Origin, *, follow_up: bool = False, on_wait: Callable[[], None] | None = None
    ) -> Lane:
        """A place at `origin`, to be left. A `follow_up` (a redirect within one fetch) need not keep the gap;
        `on_wait` is called before a wait. TurnTooFarError instead of a long one, so that a crowd at one host does
        not fill all places."""
        lane = self._lanes.get(origin) or self._new_lane(origin)
        ahead_s = lane.users * self._gap_s / self._limit
        if ahead_s > self._patience_s:
            raise TurnTooFarError(ahead_s)
        lane.users += 1
        try:
            if lane.turns.locked() and on_wait:
                on_wait()
            await self._acquire(lane)
        except BaseException:
            lane.users -= 1
            raise
        if not self._gap_s:
            return lane
        try:
            now = asyncio.get_running_loop().time()
            starts_at = now if follow_up else max(now, lane.next_at)
            lane.next_at = starts_at + self._gap_s
            if starts_at > now:
                if on_wait:
                    on_wait()
                await asyncio.sleep(starts_at - now)
        except BaseException:
            self.leave(lane)
            raise
        return lane

    def leave(self, lane: Lane) -> None:
        lane.turns.release()
        lane.users -= 1

    def closed_for_s(self, lane: Lane) -> float:
        """Seconds that the host still wants silence; 0 when it is open."""
        if lane.closed_until is None:
            return 0.0
        return max(0.0, (lane.closed_until - self._clock()).total_seconds())

    def close(self, origin: Origin, until: datetime) -> None:
        """Ask `origin` nothing before `until`; a longer silence that was asked for before stays."""
        lane = self._lanes.get(origin) or self._new_lane(origin)
        lane.closed_until = max(until, lane.closed_until) if lane.closed_until else until

    def close_for(self, origin: Origin, seconds: float) -> None:
        self.close(origin, self._clock() + timedelta(seconds=seconds))

    async def _acquire(self, lane: Lane) -> None:
        if not lane.turns.locked():
            await lane.turns.acquire()
            return
        try:
            async with asyncio.timeout(self._patience_s):
                await lane.turns.acquire()
        except TimeoutError:  # a hanging server: each one ahead may hang as long
            raise TurnTooFarError(self._patience_s * lane.users) from None

    def _new_lane(self, origin: Origin) -> Lane:
        if len(self._lanes) > self._sweep_at:
            loop_now, now = asyncio.get_running_loop().time(), self._clock()
            self._lanes = {
                key: lane
                for key, lane in self._lanes.items()
                if lane.users or lane.next_at > loop_now or (lane.closed_until and lane.closed_until > now)
            }
            self._sweep_at = max(_SWEEP_AT, 2 * len(self._lanes))
        lane = self._lanes[origin] = Lane(turns=asyncio.Semaphore(self._limit))
        return lane


class Slots:
    """`number = await take()` … `give_back(number)`: at most `limit` fetches in their first `slow_after_s` seconds.
    One that takes longer is set aside, where at most 4 times `limit` may be: a server that hangs costs a socket,
    not a place in the queue.
    """

    def __init__(self, *, limit: int, slow_after_s: float) -> None:
        self._limit = limit
        self._slow_after_s = slow_after_s
        self._taken = 0  # numbers given so far
        self._under_way = 0
        self._prompt: dict[int, tuple[float, Callable[[], None] | None]] = {}  # number -> slow from; in that order
        self._waiting: deque[tuple[asyncio.Future[int], Callable[[], None] | None]] = deque()
        self._timer: asyncio.TimerHandle | None = None  # one for all: set for the first that will be slow

    async def take(self, on_slow: Callable[[], None] | None = None) -> int:
        """A place, to be given back; `on_slow` is called when it is set aside."""
        if self._has_room() and not self._waiting:
            return self._enter(on_slow)
        place: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((place, on_slow))
        try:
            return await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.give_back(place.result())
            raise

    def give_back(self, number: int) -> None:
        self._prompt.pop(number, None)
        self._under_way -= 1
        self._let_in()

    def _has_room(self) -> bool:
        return len(self._prompt) < self._limit and self._under_way < self._limit * _AWAITED

    def _enter(self, on_slow: Callable[[], None] | None) -> int:
        loop = asyncio.get_running_loop()
        self._taken += 1
        self._under_way += 1
        slow_at = loop.time() + self._slow_after_s
        self._prompt[self._taken] = slow_at, on_slow
        if self._timer is None:
            self._timer = loop.call_at(slow_at, self._set_aside)
        return self._taken

    def _let_in(self) -> None:
        while self._waiting and self._has_room():
            place, on_slow = self._waiting.popleft()
            if not place.done():
                place.set_result(self._enter(on_slow))

    def _set_aside(self) -> None:
        self._timer = None
        loop = asyncio.get_running_loop()
        now = loop.time()
        slow = [number for number, (slow_at, _) in self._prompt.items() if slow_at <= now]
        calls = [self._prompt.pop(number)[1] for number in slow]
        if self._prompt:
            first_at, _ = next(iter(self._prompt.values()))
            self._timer = loop.call_at(first_at, self._set_aside)
        self._let_in()
        for on_slow in filter(None, calls):
            on_slow()
