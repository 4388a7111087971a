"""Messages that were sent to their newest version: claim, compose, edit, record. And corrections to those who have
the alert: their messages change, and a reply rings.

Edits go when no alert waits. What is to be edited is a row before it is a request, so a restart loses nothing; an
edit done twice does no harm.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from random import Random

from bot.deliver import Compose, attempted, retry_pause
from bot.health import lost_notice
from bot.log import event
from bot.model import (
    ChannelGone,
    ChannelMoved,
    Delivery,
    Platform,
    Post,
    Receipt,
    Rejected,
    RetryLater,
    SendResult,
    new_ids,
)
from bot.ports import Adapter, Clock
from bot.storage import Claim, EditAgain, EditDropped, Edited, EditOutcome, Store
from bot.stories import correction_reply

log = logging.getLogger(__name__)

LEASE_S = 300.0  # an edit waits in its adapter for all new messages; by judgement
GROUP = 32  # edits under way at once: they go after everything else and need no more
CORRECTIONS = 50  # told in one transaction
FINISH_S = 2.0  # what a stop waits for edits under way


class Editing:
    """Brings messages up to date. `tick` may be called at any time; `run` must be running."""

    def __init__(
        self,
        *,
        store: Store,
        adapters: Mapping[Platform, Adapter],
        compose: Compose,
        clock: Clock,
        random: Random,
        on_deliveries: Callable[[], None],
    ) -> None:
        """`on_deliveries`: replies were queued."""
        self._store = store
        self._adapters = adapters
        self._compose = compose
        self._clock = clock
        self._random = random
        self._on_deliveries = on_deliveries
        self._look = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = False

    async def run(self) -> None:
        """Edit what is due, until cancelled."""
        while True:
            await self._look.wait()
            self._look.clear()
            if self._stopping:
                continue
            self._idle.clear()
            try:
                await self._tell_corrections()
                await self._edit_due()
            except Exception:  # the database may be busy or gone for a while: the next tick tries again
                log.exception("edits not made")
            finally:
                self._idle.set()

    async def tick(self) -> None:
        """Look for messages to edit."""
        self.wake()

    def wake(self) -> None:
        """A correction was made, or a version: do not wait for the tick."""
        self._look.set()

    async def finish(self) -> None:
        """Begin no more edits, and give those under way a moment."""
        self._stopping = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), FINISH_S)

    async def _tell_corrections(self) -> None:
        if not await self._store.corrections_wait():
            return
        now = self._clock()
        async with self._store.write() as tx:
            made = await tx.untold_corrections(CORRECTIONS)
            alerts = await tx.stored_alerts({each.alert_id for each in made})
            for alert in alerts.values():
                reply = correction_reply(alert, now)
                told = [each.channel for each in await tx.recipients(alert.story_id, ended=True) if each.told]
                await tx.add_alerts([reply])
                replies = [
                    Delivery(id=id_, alert_id=reply.id, channel=channel, due_at=now, priority=0)
                    for id_, channel in zip(new_ids(now, len(told)), told, strict=True)
                ]
                await tx.add_deliveries(replies)
            await tx.queue_edits(list(alerts), now, always=True)
            await tx.corrections_told([each.id for each in made], now)
        self._on_deliveries()

    async def _edit_due(self) -> None:
        while not self._stopping:
            now = self._clock()
            waiting = await self._store.next_delivery_at()
            if waiting is not None and waiting <= now:
                return  # alerts first; the next tick looks again
            claims = await self._store.claim_edits(now, LEASE_S, GROUP)
            if not claims:
                return
            async with asyncio.TaskGroup() as group:
                edits = [group.create_task(self._edit(claim)) for claim in claims]
            outcomes = [await self._outcome(claim, edit.result()) for claim, edit in zip(claims, edits, strict=True)]
            await self._store.record_edits(outcomes)

    async def _edit(self, claim: Claim) -> SendResult:
        async def edit(adapter: Adapter, post: Post) -> SendResult:
            return await adapter.edit(claim.delivery.channel, claim.shown_as or "", post)

        return await attempted(claim, self._adapters, self._compose, edit)

    async def _outcome(self, claim: Claim, result: SendResult) -> EditOutcome:
        now, delivery = self._clock(), claim.delivery
        _log_edit(claim, result)
        match result:
            case Receipt():
                return Edited(delivery=delivery, version=delivery.version, at=now)
            case RetryLater():
                return EditAgain(delivery=delivery, due_at=now + retry_pause(result, delivery.attempts, self._random))
            case ChannelMoved(to=to):
                await self._store.move_channel(delivery.channel, to)
                return EditAgain(delivery=delivery, due_at=now)
            case ChannelGone(reason=reason):
                await self._store.end_channel(delivery.channel, reason, lost_notice(delivery.channel, reason, now))
                await self._store.end_edits(delivery.channel)
                return EditDropped(delivery=delivery)
            case Rejected():  # the message is gone, or too old to change
                return EditDropped(delivery=delivery)


def _log_edit(claim: Claim, result: SendResult) -> None:
    event(
        log,
        logging.INFO if isinstance(result, Receipt) else logging.WARNING,
        "message edited" if isinstance(result, Receipt) else "message not edited",
        channel=claim.delivery.channel.key,
        alert=claim.alert.id,
        version=claim.delivery.version,
        outcome=type(result).__name__,
        reason=getattr(result, "reason", None),
    )
