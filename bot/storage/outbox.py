"""The outbox: what is to be sent, row by row, until the platform took it.

Per channel one delivery at a time, the most important first and equal ones in the order they were added: a channel
whose first one waits for a retry holds its later ones back, other channels go on. A claim is a lease. When it runs
out, its sender is taken to have died after it may have sent: the delivery is tried again, one attempt older, and
counted as a possible duplicate. An outcome counts only for the attempt it belongs to, so a sender that wakes late
changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, select, update
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import PRIORITIES, Alert, Channel, Delivery, Importance
from bot.storage.alerts import alerts_by_id
from bot.storage.bundles import bundled_in, record_bundles
from bot.storage.database import Database, Unit, batches, insert_into
from bot.storage.notices import bulletins_by_id
from bot.storage.outcomes import Again, Bundled, Claim, Dead, Outcome, Sent
from bot.storage.schema import ChannelKey, Moment, alerts, deliveries

# One row a channel, found by jumping from channel to channel in the index of what is due (a "loose index scan"):
# the cost goes with the number of waiting channels, not with the length of their queues. 'due' is written out
# since an index of part of a table is used only where the condition can be read in the query.
_HEADS = """
WITH RECURSIVE queue (channel) AS (
    SELECT min(channel) FROM deliveries WHERE state = 'due'
    UNION ALL
    SELECT (SELECT min(d.channel) FROM deliveries d WHERE d.state = 'due' AND d.channel > queue.channel)
    FROM queue WHERE queue.channel IS NOT NULL
), heads (seq) AS (
    SELECT (
        SELECT d.seq FROM deliveries d WHERE d.state = 'due' AND d.channel = queue.channel
        ORDER BY d.priority, d.seq LIMIT 1
    )
    FROM queue WHERE queue.channel IS NOT NULL
)"""
_CLAIM = f"""{_HEADS}, chosen AS (
    SELECT d.seq FROM heads JOIN deliveries d ON d.seq = heads.seq
    WHERE d.state = 'due' AND d.due_at <= :now AND (d.leased_until IS NULL OR d.leased_until <= :now)
        AND d.channel NOT IN (SELECT b.channel FROM deliveries b WHERE b.state = 'due' AND b.leased_until > :now)
    ORDER BY d.priority, d.due_at, d.seq LIMIT :limit {{lock}}
)
UPDATE deliveries SET lease_owner = :owner, leased_until = :until,
    attempts = attempts + CASE WHEN leased_until IS NULL THEN 0 ELSE 1 END,
    repeats = repeats + CASE WHEN leased_until IS NULL THEN 0 ELSE 1 END
WHERE seq IN (SELECT seq FROM chosen)
RETURNING seq, id, alert_id, bulletin_id, channel, priority, due_at, attempts, bundle,
    message_id, queued_at"""  # noqa: S608 - nothing from outside in it
_NEXT = f"""{_HEADS}
SELECT min(CASE WHEN d.leased_until > d.due_at THEN d.leased_until ELSE d.due_at END) AS next_at
FROM heads JOIN deliveries d ON d.seq = heads.seq"""  # noqa: S608


class OutboxStore(Database):
    async def claim_deliveries(self, now: datetime, lease_s: float, limit: int, owner: str) -> list[Claim]:
        """Up to `limit` due deliveries, at most one a channel, the most important first, then the longest due;
        nobody else gets them until `lease_s` is over or their outcome is recorded. Empty: nothing is due."""
        lock = "" if self.sqlite else "FOR UPDATE OF d SKIP LOCKED"
        claim = (
            sql(_CLAIM.format(lock=lock))
            .bindparams(bindparam("now", now, Moment), bindparam("until", now + timedelta(seconds=lease_s), Moment))
            .bindparams(limit=limit, owner=owner)
            .columns(channel=ChannelKey, due_at=Moment, queued_at=Moment)
        )
        async with self._write_rows() as connection:
            rows = (await connection.execute(claim)).all()
            told = await alerts_by_id(connection, {row.alert_id for row in rows if row.alert_id})
            bulletins = await bulletins_by_id(connection, {row.bulletin_id for row in rows if row.bulletin_id})
            bundles = await bundled_in(connection, [row.id for row in rows if row.bundle])
            answered = await _answered(connection, told.values(), [row.channel for row in rows])
        rows = sorted(rows, key=lambda row: (row.priority, row.due_at, row.seq))
        return [
            Claim(
                delivery=Delivery(
                    id=row.id,
                    alert_id=row.alert_id or row.bulletin_id,
                    channel=row.channel,
                    due_at=row.due_at,
                    attempts=row.attempts,
                    version=told[row.alert_id].card.version if row.alert_id else 1,
                    reply_to=answered.get((row.alert_id, row.channel)),
                ),
                alert=told[row.alert_id] if row.alert_id else bulletins[row.bulletin_id][0],
                buttons=() if row.alert_id else bulletins[row.bulletin_id][1],
                queued_at=row.queued_at,
            )
            for row in rows
            if not row.bundle
        ] + [_bundle_claim(row, bundles[row.id]) for row in rows if row.bundle and row.id in bundles]

    async def next_delivery_at(self) -> datetime | None:
        """When the next delivery can be claimed; None: the outbox is empty."""
        async with self.read() as connection:
            at: datetime | None = await connection.scalar(sql(_NEXT).columns(next_at=Moment))
        return at

    async def record(self, outcomes: Iterable[Outcome]) -> None:
        """Writes how claimed deliveries went, in one commit."""
        outcomes = sorted(outcomes, key=lambda outcome: outcome.delivery.id)  # one order for all: no deadlock
        sent = [
            {
                "delivery": each.delivery.id,
                "attempts": each.delivery.attempts + 1,
                "at": each.at,
                "message_id": each.receipt.message_id,
                "plain": each.receipt.plain,
                "version": each.delivery.version,
            }
            for each in outcomes
            if isinstance(each, Sent)
        ]
        again = [
            {
                **_attempt(each.delivery),
                "due": each.due_at,
                "why": each.reason,
                "repeated": int(each.maybe_sent),
                "tried": int(each.tried),
            }
            for each in outcomes
            if isinstance(each, Again)
        ]
        dead = [{**_attempt(each.delivery), "why": each.reason} for each in outcomes if isinstance(each, Dead)]
        async with self._write_rows() as connection:
            for statement, rows in ((_SENT, sent), (_AGAIN, again), (_DEAD, dead)):
                for batch in batches(rows):
                    await connection.execute(statement, batch)
            await record_bundles(connection, outcomes)

    async def release(self, released: Iterable[Delivery]) -> None:
        """Gives claimed deliveries back untried, to be claimed again at once (when stopping)."""
        async with self._write_rows() as connection:
            for batch in batches(_attempt(each) for each in released):
                await connection.execute(_RELEASE, batch)


class OutboxWrites(Unit):
    async def add_deliveries(self, added: Sequence[Delivery]) -> int:
        """Queues deliveries; how many are new. An alert that a channel has already is passed over."""
        insert = insert_into(self.connection, deliveries).on_conflict_do_nothing(
            index_elements=[deliveries.c.alert_id, deliveries.c.channel]
        )
        new = 0
        important = await self._importances({each.alert_id for each in added if each.priority is None})
        for batch in batches(added):
            rows = [
                {
                    "id": each.id,
                    "alert_id": each.alert_id,
                    "channel": each.channel,
                    "state": each.state,
                    "priority": PRIORITIES[important.get(each.alert_id, "normal")]
                    if each.priority is None
                    else each.priority,
                    "due_at": each.due_at,
                    "attempts": each.attempts,
                    "repeats": 0,
                    "plain": False,
                    "queued_at": each.due_at,
                    "waits": each.waits,
                    "reason": each.reason,
                    "bundle_id": each.bundle_id,
                }
                for each in batch
            ]
            new += len((await self.connection.scalars(insert.returning(deliveries.c.id), rows)).all())
        return new

    async def _importances(self, alert_ids: Collection[str]) -> dict[str, Importance]:
        """Of the stored ones among these alerts."""
        found: dict[str, Importance] = {}
        for batch in batches(alert_ids):
            query = select(alerts.c.id, alerts.c.importance).where(alerts.c.id.in_(batch))
            found |= {row.id: row.importance for row in await self.connection.execute(query)}
        return found


_FREE = {"lease_owner": None, "leased_until": None}
_THIS_ATTEMPT = and_(
    deliveries.c.id == bindparam("delivery"),
    deliveries.c.attempts == bindparam("attempt"),
    deliveries.c.state == "due",
)
# A message that arrived, arrived: whatever became of the row meanwhile.
_SENT = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("delivery"), deliveries.c.state != "sent")
    .values(
        state="sent",
        attempts=bindparam("attempts"),
        # A message edited later rang when it came.
        sent_at=func.coalesce(deliveries.c.sent_at, bindparam("at", type_=Moment)),
        message_id=bindparam("message_id"),
        plain=bindparam("plain"),
        version=bindparam("version"),
        **_FREE,
    )
)
_AGAIN = (
    update(deliveries)
    .where(_THIS_ATTEMPT)
    .values(
        due_at=bindparam("due"),
        attempts=deliveries.c.attempts + bindparam("tried"),
        repeats=deliveries.c.repeats + bindparam("repeated"),
        reason=bindparam("why"),
        **_FREE,
    )
)
_DEAD = (
    update(deliveries)
    .where(_THIS_ATTEMPT)
    .values(state="dead", attempts=deliveries.c.attempts + 1, reason=bindparam("why"), **_FREE)
)
_RELEASE = update(deliveries).where(_THIS_ATTEMPT).values(**_FREE)


async def _answered(
    connection: AsyncConnection, told: Iterable[Alert], channels: Collection[Channel]
) -> dict[tuple[str, Channel], str]:
    """Of updates: the message in each channel that they answer, by alert and channel."""
    updates: dict[str, list[str]] = {}
    for alert in told:
        if alert.kind == "update" and alert.follows is not None:
            updates.setdefault(alert.follows, []).append(alert.id)
    found: dict[tuple[str, Channel], str] = {}
    for batch in batches(channels) if updates else ():
        query = select(deliveries.c.alert_id, deliveries.c.channel, deliveries.c.message_id).where(
            deliveries.c.alert_id.in_(updates), deliveries.c.channel.in_(batch), deliveries.c.state == "sent"
        )
        for row in await connection.execute(query):
            if row.message_id:
                found |= {(alert_id, row.channel): row.message_id for alert_id in updates[row.alert_id]}
    return found


def _bundle_claim(row: Row[Any], bundled: tuple[Bundled, ...]) -> Claim:
    return Claim(
        delivery=Delivery(
            id=row.id,
            alert_id=bundled[0].alert.id,
            channel=row.channel,
            due_at=row.due_at,
            attempts=row.attempts,
        ),
        alert=bundled[0].alert,
        bundle=row.bundle,
        bundled=bundled,
        shown_as=row.message_id,
        queued_at=row.queued_at,
    )


def _attempt(delivery: Delivery) -> dict[str, object]:
    return {"delivery": delivery.id, "attempt": delivery.attempts}
