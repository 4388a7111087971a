"""Tells channels what waited for its moment: digests at their time, and what came in quiet hours when they end.

What waits is rows of the outbox with their moments; here they become one message, or several, in one transaction.
So a digest is made exactly once, also when several processes look, and survives a crash before and after. A
channel for which nothing waits gets no digest.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from bot.log import event
from bot.planning import released
from bot.ports import Clock
from bot.storage import Store

log = logging.getLogger(__name__)


class Digests:
    """Looks for what waits no longer. `tick` may be called at any time, by any number of processes."""

    def __init__(self, *, store: Store, clock: Clock, on_deliveries: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._on_deliveries = on_deliveries

    async def tick(self) -> None:
        """Queue what is due, channel by channel, so that nobody holds the database for long."""
        now = self._clock()
        for channel in await self._store.channels_waiting(now):
            async with self._store.write() as tx:
                due = await tx.waiting(channel, until=now)
                await released(tx, channel, due, now)
            event(log, logging.INFO, "waiting alerts queued", channel=channel.key, alerts=len(due))
            self._on_deliveries()
