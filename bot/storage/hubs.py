"""Subscriptions at WebSub hubs, so that a restart neither forgets nor repeats them. Their secrets are not here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields

from sqlalchemy import delete, select

from bot.model import HubSubscription
from bot.storage.database import Database, batches, insert_into
from bot.storage.schema import hub_subscriptions as table

_COLUMNS = tuple(each.name for each in fields(HubSubscription))


class HubStore(Database):
    async def hub_subscriptions(self) -> list[HubSubscription]:
        async with self.read() as connection:
            rows = (await connection.execute(select(*(table.c[name] for name in _COLUMNS)))).all()
        return [HubSubscription(**row._asdict()) for row in rows]

    async def keep_hub_subscriptions(self, changed: Sequence[HubSubscription], ended: Collection[str]) -> None:
        """Stores `changed` in place of what is known of their feeds, and forgets those of the feeds `ended` (ids).
        One of a feed that is not known is passed over."""
        async with self._write() as connection:
            for ids in batches(ended):
                await connection.execute(delete(table).where(table.c.feed_id.in_(ids)))
            for one in changed:
                row = {name: getattr(one, name) for name in _COLUMNS}
                insert = insert_into(connection, table).values(row)
                await connection.execute(insert.on_conflict_do_update(index_elements=[table.c.feed_id], set_=row))
