"""Deliveries that do not go out one by one: those that wait, those left out, and messages that tell several.

A bundle is a row of the outbox without an alert of its own; the deliveries it tells name it in `bundle_id` and are
"bundled" until it was sent. A digest is sent once. A running message is due again whenever an alert joins it, and
its words are put in the place of the message that stands there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, bindparam, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import PRIORITIES, Alert, Channel, Delivery
from bot.storage.alerts import alert_of
from bot.storage.database import Database, Unit, batches
from bot.storage.outcomes import Bundled, Dead, Outcome, Sent
from bot.storage.schema import alerts, deliveries

OPEN = ("due", "waiting", "bundled")  # states of what is still to be told

_WAITING = deliveries.c.state == "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A delivery that waits, with its alert."""

    delivery: Delivery
    alert: Alert


class BundleStore(Database):
    async def channels_waiting(self, now: datetime) -> list[Channel]:
        """The channels for which something waits no longer, in the order of its moment."""
        query = (
            select(deliveries.c.channel)
            .where(_WAITING, deliveries.c.due_at <= now)
            .group_by(deliveries.c.channel)
            .order_by(func.min(deliveries.c.due_at), deliveries.c.channel)
        )
        async with self.read() as connection:
            return list((await connection.scalars(query)).all())

    async def waiting(self, channel: Channel) -> list[Waiting]:
        """All that waits for the channel, oldest first."""
        async with self.read() as connection:
            return await _waiting(connection, channel, None)


class BundleWrites(Unit):
    async def waiting(self, channel: Channel, until: datetime | None = None) -> list[Waiting]:
        """What waits for the channel, oldest first; with `until` only what is due then."""
        return await _waiting(self.connection, channel, until)

    async def replan(self, planned: Iterable[Delivery]) -> None:
        """Gives deliveries that wait another plan: state, moment, what for, reason, bundle."""
        for batch in batches(planned):
            rows = [
                {
                    "delivery": each.id,
                    "to": each.state,
                    "at": each.due_at,
                    "for_what": each.waits,
                    "why": each.reason,
                    "member_of": each.bundle_id,
                }
                for each in batch
            ]
            await self.connection.execute(_REPLAN, rows)

    async def rings(self, channels: Collection[Channel], since: datetime) -> dict[Channel, int]:
        """How many messages with alerts of their own each channel got since then, or is about to get."""
        at = func.coalesce(deliveries.c.sent_at, deliveries.c.due_at)
        query = select(deliveries.c.channel, func.count()).where(
            deliveries.c.alert_id.is_not(None), deliveries.c.bundle_id.is_(None), at > since
        )
        counted: dict[Channel, int] = {}
        for batch in batches(channels):
            some = query.where(deliveries.c.channel.in_(batch))
            for part in (
                some.where(deliveries.c.state == "sent", deliveries.c.sent_at > since),
                some.where(deliveries.c.state == "due"),
            ):
                for channel, count in await self.connection.execute(part.group_by(deliveries.c.channel)):
                    counted[channel] = counted.get(channel, 0) + count
        return counted

    async def running_bundles(self, channels: Collection[Channel], since: datetime) -> dict[Channel, str]:
        """The running message of each channel that has one which came after `since`, or is about to."""
        begun = func.coalesce(deliveries.c.sent_at, deliveries.c.due_at)
        query = select(deliveries.c.channel, deliveries.c.id).where(
            deliveries.c.bundle == "running", deliveries.c.state.in_(("due", "sent")), begun > since
        )
        found: dict[Channel, str] = {}
        for batch in batches(channels):
            rows = await self.connection.execute(
                query.where(deliveries.c.channel.in_(batch)).order_by(deliveries.c.seq)
            )
            found.update((channel, id_) for channel, id_ in rows)
        return found

    async def add_bundle(
        self, id_: str, channel: Channel, kind: Literal["digest", "running"], due_at: datetime
    ) -> None:
        """Queues a message; what it tells are the deliveries whose `bundle_id` is `id_`."""
        row = {
            "id": id_,
            "channel": channel,
            "state": "due",
            "due_at": due_at,
            "queued_at": due_at,
            "attempts": 0,
            "repeats": 0,
            "plain": False,
            "bundle": kind,
            # A running message goes after all that rings.
            "priority": PRIORITIES["normal" if kind == "digest" else "low"],
        }
        await self.connection.execute(deliveries.insert(), [row])

    async def reopen_bundles(self, ids: Collection[str], now: datetime) -> None:
        """Queues sent running messages again, since more alerts joined them."""
        for batch in batches(ids):
            again = update(deliveries).where(deliveries.c.id.in_(batch), deliveries.c.state == "sent")
            await self.connection.execute(again.values(state="due", due_at=now, queued_at=now, attempts=0))


_REPLAN = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("delivery"), _WAITING)
    .values(
        state=bindparam("to"),
        due_at=bindparam("at"),
        queued_at=bindparam("at"),
        waits=bindparam("for_what"),
        reason=bindparam("why"),
        bundle_id=bindparam("member_of"),
    )
)
_TOLD = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("delivery"), deliveries.c.state == "bundled")
    .values(state="sent", sent_at=bindparam("at"), message_id=bindparam("message"))
)


async def bundled_in(connection: AsyncConnection, ids: Sequence[str]) -> Mapping[str, tuple[Bundled, ...]]:
    """What each of these bundles tells, oldest first. One that has nothing to tell any more ends, and is left
    out."""
    found: dict[str, list[Bundled]] = {}
    for batch in batches(ids):
        query: Select[Any] = (
            select(*alerts.c, deliveries.c.id.label("delivery_id"), deliveries.c.bundle_id)
            .join_from(deliveries, alerts, deliveries.c.alert_id == alerts.c.id)
            .where(deliveries.c.bundle_id.in_(batch), deliveries.c.state.in_(("bundled", "sent")))
            .order_by(deliveries.c.seq)
        )
        for row in await connection.execute(query):
            found.setdefault(row.bundle_id, []).append(Bundled(delivery_id=row.delivery_id, alert=alert_of(row)))
    empty = [id_ for id_ in ids if id_ not in found]
    if empty:
        await connection.execute(
            update(deliveries)
            .where(deliveries.c.id.in_(empty))
            .values(state="dead", reason="nothing is left to tell", lease_owner=None, leased_until=None)
        )
    return {id_: tuple(told) for id_, told in found.items()}


async def record_bundles(connection: AsyncConnection, outcomes: Iterable[Outcome]) -> None:
    """What became of the deliveries that were told together, after that of their messages was written."""
    told: list[dict[str, Any]] = []
    sent: list[str] = []
    for each in outcomes:
        match each:
            case Sent(bundled=bundled) if bundled:
                sent.append(each.delivery.id)
                told += [{"delivery": one, "at": each.at, "message": each.receipt.message_id} for one in bundled]
            case Dead():
                lost = update(deliveries).where(
                    deliveries.c.bundle_id == each.delivery.id, deliveries.c.state == "bundled"
                )
                await connection.execute(lost.values(state="dead", reason=each.reason))
    for batch in batches(told):
        await connection.execute(_TOLD, batch)
    more = deliveries.alias("more")
    joined = exists().where(more.c.bundle_id == deliveries.c.id, more.c.state == "bundled")
    for ids in batches(sent):  # alerts that joined while the message was under way
        await connection.execute(
            update(deliveries)
            .where(deliveries.c.id.in_(ids), deliveries.c.state == "sent", joined)
            .values(state="due", attempts=0)
        )


async def _waiting(connection: AsyncConnection, channel: Channel, until: datetime | None) -> list[Waiting]:
    query: Select[Any] = (
        select(
            *alerts.c,
            deliveries.c.id.label("delivery_id"),
            deliveries.c.due_at.label("delivery_due_at"),
            deliveries.c.waits,
        )
        .join_from(deliveries, alerts, deliveries.c.alert_id == alerts.c.id)
        .where(deliveries.c.channel == channel, _WAITING)
        .order_by(deliveries.c.seq)
    )
    if until is not None:
        query = query.where(deliveries.c.due_at <= until)
    return [
        Waiting(
            delivery=Delivery(
                id=row.delivery_id,
                alert_id=row.id,
                channel=channel,
                due_at=row.delivery_due_at,
                state="waiting",
                waits=row.waits,
            ),
            alert=alert_of(row),
        )
        for row in await connection.execute(query)
    ]
