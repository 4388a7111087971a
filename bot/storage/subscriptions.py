"""Who wants which alerts."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Channel, Subscription
from bot.storage.codec import clean
from bot.storage.database import Database, Unit, insert_into
from bot.storage.schema import subscriptions

_CONFIG = "config"  # `created_by` of what the configuration subscribes


class SubscriptionStore(Database):
    async def add_subscription(self, added: Subscription) -> bool:
        """True when it is there now and was not before; False when the channel has the same filter already."""
        async with self._write() as connection:
            return bool(await _add(connection, [added]))

    async def subscriptions(self, channel: Channel | None = None) -> list[Subscription]:
        """Those of the channel, or all; oldest first."""
        async with self.read() as connection:
            return await _subscriptions(connection, channel)

    async def remove_subscriptions(self, channel: Channel, ids: Collection[str] | None = None) -> int:
        """Ends those of the channel that have these ids, or all; how many ended."""
        statement = delete(subscriptions).where(subscriptions.c.channel == channel)
        if ids is not None:
            statement = statement.where(subscriptions.c.id.in_(list(ids)))
        async with self._write() as connection:
            return (await connection.execute(statement)).rowcount

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
            await _add(connection, configured)


class SubscriptionReads(Unit):
    async def subscriptions(self, channel: Channel | None = None) -> list[Subscription]:
        """As `Store.subscriptions`; nobody else can change them until this transaction ends."""
        return await _subscriptions(self.connection, channel)


async def move_subscriptions(connection: AsyncConnection, old: Channel, new: Channel) -> None:
    """Gives `new` the subscriptions of `old`; a filter it has already stays as it is there."""
    moved = [replace(each, channel=new) for each in await _subscriptions(connection, old)]
    await connection.execute(delete(subscriptions).where(subscriptions.c.channel == old))
    await _add(connection, moved)


async def _subscriptions(connection: AsyncConnection, channel: Channel | None) -> list[Subscription]:
    query = select(subscriptions).order_by(subscriptions.c.created_at, subscriptions.c.id)
    if channel is not None:
        query = query.where(subscriptions.c.channel == channel)
    return [_subscription(row) for row in await connection.execute(query)]


async def _add(connection: AsyncConnection, added: Iterable[Subscription]) -> list[str]:
    """The ids of those that were not there yet."""
    rows = [_row(each) for each in added]
    if not rows:
        return []
    insert = insert_into(connection, subscriptions).on_conflict_do_nothing(
        index_elements=[subscriptions.c.channel, subscriptions.c.filter_hash]
    )
    return list((await connection.scalars(insert.returning(subscriptions.c.id), rows)).all())


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
    }


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        id=row.id,
        channel=row.channel,
        filter=row.filter,
        created_at=row.created_at,
        created_by=row.created_by,
    )
