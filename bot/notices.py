"""From notices to messages in the operator's chat: those of one moment together, through the outbox of the alerts.

A notice is a row, written in the transaction of what it tells; here the waiting rows become one message with its
delivery, in one transaction. So each is told exactly once, also when several processes look, and survives a crash
before and after.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from bot.health import bulletin
from bot.log import event
from bot.model import Channel, Delivery, new_id
from bot.ports import Clock
from bot.storage import Store

log = logging.getLogger(__name__)

HOLD = timedelta(seconds=30)  # a notice waits so long for others of the same cause; judgement
MOST = 200  # notices in one message


class Notices:
    """Sends what waits. `tick` may be called at any time, by any number of processes."""

    def __init__(
        self,
        *,
        store: Store,
        operator: Channel | None,
        clock: Clock,
        on_deliveries: Callable[[], None],
        hold: timedelta = HOLD,
    ) -> None:
        """`operator` None: nobody to tell, the log alone says it."""
        self._store = store
        self._operator = operator
        self._clock = clock
        self._on_deliveries = on_deliveries
        self._hold = hold

    async def tick(self) -> None:
        """Queue one message of all that waits, if the oldest has waited long enough."""
        now = self._clock()
        oldest = await self._store.oldest_notice_at()
        if oldest is None or now - oldest < self._hold:
            return
        async with self._store.write() as tx:
            notices = await tx.waiting_notices(MOST)
            if not notices:  # another process was quicker
                return
            if self._operator is not None:
                message = bulletin(notices, now)
                delivery = Delivery(id=new_id(now), alert_id=message.id, channel=self._operator, due_at=now)
                await tx.add_bulletin(message, [delivery])
            await tx.notices_told([notice.id for notice in notices], now)
        for notice in notices:
            event(log, logging.WARNING, "notice", kind=notice.kind, subject=notice.subject, words=notice.words)
        if self._operator is not None:
            self._on_deliveries()
