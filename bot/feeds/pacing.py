"""Keeps requests to one host (host and port) apart: so many at a time, so long between their starts.

A host that answered 429 or 503 with a Retry-After is closed for all its feeds until then.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Origin = tuple[str, int]

_SWEEP_AT = 1_000  # hosts remembered before idle ones are dropped: judgement, a few hundred bytes each


@dataclass(slots=True)
class _Lane:
    turns: asyncio.Semaphore
    next_at: float = 0.0  # loop time; no request starts before
    closed_until: float = 0.0  # loop time; the server asked for silence until then
    users: int = field(default=0)


class HostPacing:
    """`async with turn(origin)` waits for the host's turn; needs a running event loop."""

    def __init__(self, *, gap_s: float, limit: int) -> None:
        self._gap_s = gap_s
        self._limit = limit
        self._lanes: dict[Origin, _Lane] = {}

    @asynccontextmanager
    async def turn(self, origin: Origin, *, follow_up: bool = False) -> AsyncIterator[None]:
        """Holds a place at `origin`. A `follow_up` (a redirect within one fetch) need not keep the gap."""
        lane = self._lane(origin)
        lane.users += 1
        try:
            async with lane.turns:
                now = asyncio.get_running_loop().time()
                starts_at = now if follow_up or not self._gap_s else max(now, lane.next_at)
                lane.next_at = starts_at + self._gap_s
                if starts_at > now:
                    await asyncio.sleep(starts_at - now)
                yield
        finally:
            lane.users -= 1

    def closed_for_s(self, origin: Origin) -> int:
        """Seconds that the host still wants silence; 0 when it is open."""
        lane = self._lanes.get(origin)
        return max(0, round(lane.closed_until - asyncio.get_running_loop().time())) if lane else 0

    def close(self, origin: Origin, for_s: float) -> None:
        self._lane(origin).closed_until = asyncio.get_running_loop().time() + for_s

    def _lane(self, origin: Origin) -> _Lane:
        if len(self._lanes) > _SWEEP_AT and origin not in self._lanes:
            now = asyncio.get_running_loop().time()
            self._lanes = {
                key: lane
                for key, lane in self._lanes.items()
                if lane.users or max(lane.next_at, lane.closed_until) > now
            }
        return self._lanes.setdefault(origin, _Lane(turns=asyncio.Semaphore(self._limit)))
