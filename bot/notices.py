"""From notices to messages for the operators: those of one moment together, through the outbox of the alerts.

A notice is a row, written in the transaction of what it tells; here the waiting rows become one message with its
delivery, in one transaction. So each is told exactly once, also when several processes look, and survives a crash
before and after.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from bot.health import bulletin
from bot.log import event
from bot.model import Channel, Delivery, new_ids
from bot.ports import Clock
from bot.storage import Store

log = logging.getLogger(__name__)

HOLD = timedelta(seconds=30)  # a notice waits so long for others of the same cause, unless it asks; judgement
MOST = 200  # notices in one message
BUTTONS = 10  # rows of them under one message; the lists of commands hold the rest


class Notices:
    """Sends what waits. `tick` may be called at any time, by any number of processes."""

    def __init__(
        self,
        *,
        store: Store,
        operators: Callable[[], Awaitable[Sequence[Channel]]],
        clock: Clock,
        on_deliveries: Callable[[], None],
        hold: timedelta = HOLD,
    ) -> None:
        """`operators`: the channels that are told, asked each time; none: the log alone says it."""
        self._store = store
        self._operators = operators
        self._clock = clock
        self._on_deliveries = on_deliveries
        self._hold = hold

    async def tick(self) -> None:
        """Queue one message of all that waits, if the oldest has waited long enough."""
        now = self._clock()
        oldest = await self._store.oldest_notice_at()
        if oldest is None or (now - oldest < self._hold and not await self._store.a_notice_asks()):
            return
        channels = await self._operators()
        async with self._store.write() as tx:
            notices = await tx.waiting_notices(MOST)
            if not notices:  # another process was quicker
                return
            if channels:
                message = bulletin(notices, now)
                deliveries = [
                    Delivery(id=id_, alert_id=message.id, channel=channel, due_at=now)
                    for id_, channel in zip(new_ids(now, len(channels)), channels, strict=True)
                ]
                rows = tuple(row for notice in notices for row in notice.buttons)
                await tx.add_bulletin(message, deliveries, rows[:BUTTONS])
            await tx.notices_told([notice.id for notice in notices], now)
        for notice in notices:
            event(log, logging.WARNING, "notice", kind=notice.kind, subject=notice.subject, words=notice.words)
        if channels:
            self._on_deliveries()
