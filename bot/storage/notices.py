"""Notices for the operator, until they are told; the messages made of them; troubles that were told and go on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Alert, Buttons, Delivery, Notice
from bot.storage.codec import (
    decode_buttons,
    decode_card,
    decode_choices,
    decode_said,
    encode_buttons,
    encode_card,
    encode_choices,
    encode_said,
)
from bot.storage.database import Database, Unit, batches, insert_into
from bot.storage.schema import bulletins, deliveries, notices, troubles


class NoticeStore(Database):
    async def oldest_notice_at(self) -> datetime | None:
        """When the notice was written that waits longest; None: none waits."""
        async with self.read() as connection:
            at: datetime | None = await connection.scalar(select(func.min(notices.c.at)).where(_WAITING))
        return at

    async def troubles_told(self) -> set[str]:
        """The names of the troubles that were told and go on."""
        async with self.read() as connection:
            return set((await connection.scalars(select(troubles.c.name))).all())

    async def a_notice_asks(self) -> bool:
        """Whether one of those that wait has buttons: somebody waits for an answer."""
        asking = select(notices.c.seq).where(_WAITING, notices.c.buttons != "").limit(1)
        async with self.read() as connection:
            return await connection.scalar(asking) is not None


class NoticeWrites(Unit):
    async def add_notices(self, added: Sequence[Notice]) -> None:
        """Queues notices for the operator. A notice with an id that exists is passed over."""
        insert = insert_into(self.connection, notices).on_conflict_do_nothing(index_elements=[notices.c.id])
        for batch in batches(added):
            rows = [
                {
                    "id": one.id,
                    "kind": one.kind,
                    "subject": one.subject,
                    "words": encode_said(one.words),
                    "at": one.at,
                    "buttons": encode_choices(one.buttons),
                }
                for one in batch
            ]
            await self.connection.execute(insert, rows)

    async def waiting_notices(self, limit: int) -> list[Notice]:
        """The notices not told yet, oldest first."""
        rows = await self.connection.execute(select(notices).where(_WAITING).order_by(notices.c.seq).limit(limit))
        return [
            Notice(
                id=row.id,
                kind=row.kind,
                subject=row.subject,
                words=decode_said(row.words),
                at=row.at,
                buttons=decode_choices(row.buttons),
            )
            for row in rows
        ]

    async def notices_told(self, ids: Sequence[str], now: datetime) -> None:
        """They wait no more."""
        for batch in batches(ids):
            await self.connection.execute(update(notices).where(notices.c.id.in_(batch)).values(told_at=now))

    async def add_bulletin(self, message: Alert, queued: Sequence[Delivery], buttons: Buttons = ()) -> None:
        """A message that is no alert of a story, with its buttons, and where it goes. Of `message` the card is
        kept."""
        row = {
            "id": message.id,
            "card": encode_card(message.card),
            "buttons": encode_buttons(buttons),
            "created_at": message.created_at,
        }
        await self.connection.execute(bulletins.insert(), row)
        await self.connection.execute(
            deliveries.insert(),
            [
                {
                    "id": each.id,
                    "bulletin_id": message.id,
                    "channel": each.channel,
                    "state": "due",
                    "due_at": each.due_at,
                    "queued_at": each.due_at,
                    "attempts": each.attempts,
                    "repeats": 0,
                    "plain": False,
                }
                for each in queued
            ],
        )

    async def begin_trouble(self, name: str, since: datetime) -> bool:
        """Remembers that this trouble was told; False: it was already, perhaps by another process."""
        insert = insert_into(self.connection, troubles).on_conflict_do_nothing(index_elements=[troubles.c.name])
        row = {"name": name, "since": since}
        return bool((await self.connection.scalars(insert.returning(troubles.c.name), [row])).all())

    async def end_trouble(self, name: str) -> datetime | None:
        """Since when the trouble went on, which is forgotten now; None: it was never told, or is over."""
        ended = delete(troubles).where(troubles.c.name == name).returning(troubles.c.since)
        since: datetime | None = await self.connection.scalar(ended)
        return since


_WAITING = notices.c.told_at.is_(None)


async def bulletins_by_id(connection: AsyncConnection, ids: Collection[str]) -> dict[str, tuple[Alert, Buttons]]:
    """The messages with these ids, as they are sent."""
    found: dict[str, tuple[Alert, Buttons]] = {}
    for batch in batches(ids):
        for row in await connection.execute(select(bulletins).where(bulletins.c.id.in_(batch))):
            found[row.id] = _message(row), decode_buttons(row.buttons)
    return found


def _message(row: Row[Any]) -> Alert:
    return Alert.notice(row.id, decode_card(row.card), row.created_at)
