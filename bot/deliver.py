"""From due deliveries to receipts: claim, compose, send, record.

A delivery is a row before it is a message, and stays due until the platform took it, its channel is gone,
or the platform will never take it. Order is kept within a channel among equally important ones; channels do not
wait for each other. What the message says is the composer's affair.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from bot.health import lost_notice
from bot.log import event
from bot.model import (
    Alert,
    ChannelGone,
    ChannelMoved,
    Platform,
    Post,
    Receipt,
    Rejected,
    RetryLater,
    SendResult,
)
from bot.ports import Adapter, Clock
from bot.storage import Again, Claim, Dead, Outcome, Sent, Store

log = logging.getLogger(__name__)

Compose = Callable[[Claim], Awaitable[Post]]
"""What a claimed delivery says in its channel."""

BACKOFF_S = 5.0  # the first pause after a failure that tells none; doubles up to the cap
BACKOFF_CAP_S = 300.0  # a platform that comes back is found within five minutes
GROUP = 64  # receipts in one commit at most
ABSENT_S = 300.0  # the pause while a platform is switched off or could not start
REFILL = 4  # a claim waits until a quarter of the senders is free, so that many chats cost few claims; judgement
FINISH_S = 2.0  # what a stop waits for messages under way; the program ends in under 5 s


class Deliver:
    """Sends what is due. `tick` may be called at any time; `run` must be running."""

    def __init__(
        self,
        *,
        store: Store,
        adapters: Mapping[Platform, Adapter],
        compose: Compose,
        clock: Clock,
        random: Random,
        owner: str,
        lease_s: float,
        concurrency: int,
        give_up_after: timedelta,
    ) -> None:
        self._store = store
        self._adapters = adapters
        self._compose = compose
        self._clock = clock
        self._random = random
        self._owner = owner
        self._lease_s = lease_s
        self._concurrency = concurrency
        self._give_up_after = give_up_after
        self._sending: set[asyncio.Task[None]] = set()
        self._sent: asyncio.Queue[tuple[Claim, SendResult]] = asyncio.Queue()
        self._unrecorded = 0  # claimed, and not yet recorded or released
        self._idle = asyncio.Event()  # nothing is between its claim and its record
        self._idle.set()
        self._due = asyncio.Event()
        self._stopping = False

    async def run(self) -> None:
        """Record receipts as they come, and claim more, until cancelled."""
        async with asyncio.TaskGroup() as senders:
            senders.create_task(self._record_all())
            while True:
                await self._due.wait()
                self._due.clear()
                try:
                    await self._claim(senders)
                except Exception:  # the database may be busy or gone for a while: the next tick tries again
                    log.exception("deliveries not claimed")

    async def tick(self) -> None:
        """Look for due deliveries."""
        self.wake()

    def wake(self) -> None:
        self._due.set()

    async def finish(self) -> None:
        """Claim no more, and give the messages under way a moment to be sent and recorded."""
        self._stopping = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), FINISH_S)

    async def _claim(self, senders: asyncio.TaskGroup) -> None:
        free = self._concurrency - len(self._sending)
        if self._stopping or free < max(1, self._concurrency // REFILL):
            return  # those under way end, and then it is looked again
        claims = await self._store.claim_deliveries(self._clock(), self._lease_s, free, self._owner)
        if claims:
            self._idle.clear()
            self._unrecorded += len(claims)
        for claim in claims:
            task = senders.create_task(self._send(claim))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def tell(self, claim: Claim) -> SendResult:
        """Send what the claim says, or put it in the place of the message that shows it. Records nothing."""
        channel = claim.delivery.channel

        async def post_or_edit(adapter: Adapter, post: Post) -> SendResult:
            if claim.shown_as is not None:
                result = await adapter.edit(channel, claim.shown_as, post)
                if not isinstance(result, Rejected):
                    return result  # else the message is gone or may not be changed any more: a new one
            return await adapter.send(channel, post)

        return await attempted(claim, self._adapters, self._compose, post_or_edit)

    async def _send(self, claim: Claim) -> None:
        self._sent.put_nowait((claim, await self.tell(claim)))

    async def _record_all(self) -> None:
        while True:
            group = [await self._sent.get()]
            while len(group) < GROUP and not self._sent.empty():
                group.append(self._sent.get_nowait())
            try:
                await self._record(group)
            except Exception:  # unrecorded, their leases run out: they may be sent twice, never lost
                log.exception("receipts not recorded: %d", len(group))
            finally:
                self._unrecorded -= len(group)
                if not self._unrecorded:
                    self._idle.set()
            self.wake()  # the channels of this group are free for their next message

    async def _record(self, group: Sequence[tuple[Claim, SendResult]]) -> None:
        now = self._clock()
        outcomes: list[Outcome] = []
        for claim, result in group:
            _log_send(claim, result)
            match result:
                case ChannelMoved(to=to):
                    await self._store.move_channel(claim.delivery.channel, to)
                    outcomes.append(Again(delivery=claim.delivery, due_at=now, reason=f"moved to {to.key}"))
                case ChannelGone(reason=reason):
                    channel = claim.delivery.channel
                    await self._store.end_channel(channel, reason, lost_notice(channel, reason, now))
                case _:
                    outcomes.append(self._outcome(claim, result, now))
        await self._store.record(outcomes)

    def _outcome(self, claim: Claim, result: Receipt | RetryLater | Rejected, now: datetime) -> Outcome:
        delivery = claim.delivery
        match result:
            case Receipt():
                bundled = tuple(each.delivery_id for each in claim.bundled)
                return Sent(delivery=delivery, receipt=result, at=now, bundled=bundled)
            case Rejected(reason=reason):
                return Dead(delivery=delivery, reason=reason)
            case RetryLater(reason=reason) if now - (claim.queued_at or claim.alert.created_at) > self._give_up_after:
                return Dead(delivery=delivery, reason=f"given up: {reason}")
            case RetryLater(reason=reason):
                due_at = now + retry_pause(result, delivery.attempts, self._random)
                return Again(
                    delivery=delivery,
                    due_at=due_at,
                    reason=reason,
                    maybe_sent=result.maybe_sent,
                    tried=result.tried,
                )


async def attempted(
    claim: Claim,
    adapters: Mapping[Platform, Adapter],
    compose: Compose,
    act: Callable[[Adapter, Post], Awaitable[SendResult]],
) -> SendResult:
    """What comes of it when the claim's platform is asked for `act`. Never raises: one that is off, and a fault of
    ours in one message, are reasons to try later and do not stop the others."""
    channel = claim.delivery.channel
    adapter = adapters.get(channel.platform)
    if adapter is None:
        return RetryLater(reason=f"{channel.platform} is not running", after_s=ABSENT_S)
    try:
        return await act(adapter, await compose(claim))
    except Exception as error:
        log.exception("telling failed: %s", channel.key)
        return RetryLater(reason=f"internal error: {type(error).__name__}", maybe_sent=True)


def post_of(alert: Alert) -> Post:
    """The alert as it was archived, for a channel of which nothing is known."""
    return Post(card=alert.card, importance=alert.importance)


def retry_pause(result: RetryLater, attempts: int, random: Random) -> timedelta:
    """How long to wait before trying again: the platform's word, or a doubling pause with a fifth of jitter.

    `attempts`: the tries before this one.
    """
    if result.after_s is not None:
        return timedelta(seconds=result.after_s)
    pause = min(BACKOFF_CAP_S, BACKOFF_S * 2 ** min(attempts, 16))
    return timedelta(seconds=pause * random.uniform(0.8, 1.2))


def _log_send(claim: Claim, result: SendResult) -> None:
    waited = isinstance(result, RetryLater) and not result.tried
    level = logging.INFO if isinstance(result, Receipt) else logging.DEBUG if waited else logging.WARNING
    event(
        log,
        level,
        "alert sent" if isinstance(result, Receipt) else "alert not sent",
        channel=claim.delivery.channel.key,
        alert=claim.alert.id,
        outcome=type(result).__name__,
        reason=getattr(result, "reason", None),
        attempts=claim.delivery.attempts + 1,
    )
