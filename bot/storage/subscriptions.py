"""Who wants which alerts."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Channel, Subscription
from bot.storage.audit import AuditEntry, write_down
from bot.storage.codec import clean
from bot.storage.database import Database, Unit, batches, insert_into
from bot.storage.schema import revisions, subscriptions

_CONFIG = "config"  # `created_by` of what the configuration subscribes
_REVISION = "subscriptions"
ALL = "all alerts"  # how an empty filter is told


class SubscriptionStore(Database):
    async def add_subscription(self, added: Subscription) -> bool:
        """True when it is there now and was not before; False when the channel has the same filter already."""
        async with self._write() as connection:
            new = bool(await add_all(connection, [added]))
            if new and added.created_by != _CONFIG:
                told = AuditEntry.of(
                    "subscribe",
                    added.filter or ALL,
                    who=added.created_by,
                    at=added.created_at,
                    channel=added.channel,
                )
                await write_down(connection, [told])
            return new

    async def subscriptions_revision(self) -> int:
        """A number that grows whenever any subscription begins or ends, in any process."""
        async with self.read() as connection:
            return await _revision(connection)

    async def subscriptions(self, channel: Channel | None = None) -> list[Subscription]:
        """Those of the channel, or all; oldest first."""
        async with self.read() as connection:
            return await _subscriptions(connection, channel)

    async def subscriptions_of(self, channels: Collection[Channel]) -> list[Subscription]:
        """Those of these channels; oldest first."""
        found: list[Subscription] = []
        async with self.read() as connection:
            for batch in batches(channels):
                query = select(subscriptions).where(subscriptions.c.channel.in_(batch))
                found += [read_subscription(row) for row in await connection.execute(query)]
        return sorted(found, key=lambda one: (one.created_at, one.id))

    async def remove_subscriptions(
        self,
        channel: Channel,
        ids: Collection[str] | None = None,
        *,
        by: str | None = None,
        now: datetime | None = None,
    ) -> int:
        """Ends those of the channel that have these ids, or all; how many ended. With `by` and `now` the audit
        names who did it."""
        statement = delete(subscriptions).where(subscriptions.c.channel == channel)
        if ids is not None:
            statement = statement.where(subscriptions.c.id.in_(list(ids)))
        async with self._write() as connection:
            ended = (await connection.scalars(statement.returning(subscriptions.c.filter))).all()
            await subscriptions_changed(connection)
            if by is not None and now is not None:
                told = [AuditEntry.of("unsubscribe", words or ALL, who=by, at=now, channel=channel) for words in ended]
                await write_down(connection, told)
            return len(ended)

    async def sync_config_subscriptions(self, configured: Collection[Subscription]) -> None:
        """Makes `configured` (all created by "config") the subscriptions of the configuration: adds what is new,
        ends what is no longer there, keeps what is. Those that people made stay."""
        wanted = {(each.channel, _hash(each.filter)) for each in configured}
        there = subscriptions.c
        mine = select(there.id, there.channel, there.filter_hash).where(there.created_by == _CONFIG)
        async with self._write() as connection:
            rows = (await connection.execute(mine)).all()
            gone = [row.id for row in rows if (row.channel, row.filter_hash) not in wanted]
            if gone:
                await connection.execute(delete(subscriptions).where(subscriptions.c.id.in_(gone)))
                await subscriptions_changed(connection)
            await add_all(connection, configured)


class SubscriptionReads(Unit):
    async def subscriptions(self, channel: Channel | None = None) -> list[Subscription]:
        """As `Store.subscriptions`; nobody else can change them until this transaction ends."""
        return await _subscriptions(self.connection, channel)

    async def subscriptions_revision(self) -> int:
        """As `Store.subscriptions_revision`."""
        return await _revision(self.connection)


async def subscriptions_changed(connection: AsyncConnection) -> None:
    """To be called in the transaction of every change of subscriptions."""
    number = revisions.c.number + 1
    await connection.execute(update(revisions).where(revisions.c.name == _REVISION).values(number=number))


async def _revision(connection: AsyncConnection) -> int:
    return int(await connection.scalar(select(revisions.c.number).where(revisions.c.name == _REVISION)) or 0)


async def move_subscriptions(connection: AsyncConnection, old: Channel, new: Channel) -> None:
    """Gives `new` the subscriptions of `old`; a filter it has already stays as it is there."""
    moved = [replace(each, channel=new) for each in await _subscriptions(connection, old)]
    await connection.execute(delete(subscriptions).where(subscriptions.c.channel == old))
    await subscriptions_changed(connection)
    await add_all(connection, moved)


async def _subscriptions(connection: AsyncConnection, channel: Channel | None) -> list[Subscription]:
    query = select(subscriptions).order_by(subscriptions.c.created_at, subscriptions.c.id)
    if channel is not None:
        query = query.where(subscriptions.c.channel == channel)
    return [read_subscription(row) for row in await connection.execute(query)]


async def add_all(connection: AsyncConnection, added: Iterable[Subscription]) -> list[str]:
    """The ids of those that were not there yet."""
    rows = [_row(each) for each in added]
    if not rows:
        return []
    insert = insert_into(connection, subscriptions).on_conflict_do_nothing(
        index_elements=[subscriptions.c.channel, subscriptions.c.filter_hash]
    )
    new = list((await connection.scalars(insert.returning(subscriptions.c.id), rows)).all())
    if new:
        await subscriptions_changed(connection)
    return new


def _hash(filter_: str) -> bytes:
    return hashlib.blake2b(clean(filter_).encode(), digest_size=16).digest()


def _row(subscription: Subscription) -> dict[str, Any]:
    return {
        "id": subscription.id,
        "channel": subscription.channel,
        "filter": subscription.filter,
        "filter_hash": _hash(subscription.filter),
        "created_at": subscription.created_at,
        "created_by": subscription.created_by,
        "paused_at": subscription.paused_at,
    }


def read_subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        id=row.id,
        channel=row.channel,
        filter=row.filter,
        created_at=row.created_at,
        created_by=row.created_by,
        paused_at=row.paused_at,
    )
