"""Who changed what, when: rows that are only ever added, in the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Channel
from bot.storage.database import Database, Unit, batches
from bot.storage.schema import audit

_LONGEST = 500  # characters of what is said of a change


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change."""

    at: datetime
    who: str  # "telegram:42", "command line"; "forgotten" for somebody who asked for it
    action: str  # one word, e.g. "subscribe", "unsubscribe", "approve", "claim", "retract", "feed"
    words: str  # what was changed, plain, e.g. "s-400"
    place: str = ""  # the channel's key; "" for none

    @classmethod
    def of(cls, action: str, words: str, *, who: str, at: datetime, channel: Channel | None = None) -> AuditEntry:
        return cls(at=at, who=who, action=action, words=words, place=channel.key if channel else "")


class AuditStore(Database):
    async def audit_entries(self, limit: int, *, who: str | None = None) -> list[AuditEntry]:
        """The last changes, newest first; with `who` only that person's."""
        query = select(audit).order_by(audit.c.seq.desc()).limit(limit)
        async with self.read() as connection:
            rows = await connection.execute(query if who is None else query.where(audit.c.who == who))
            return [read_entry(row) for row in rows]


class AuditWrites(Unit):
    async def add_audit(self, *entries: AuditEntry) -> None:
        """Writes down changes of this transaction."""
        await write_down(self.connection, entries)


async def write_down(connection: AsyncConnection, entries: Sequence[AuditEntry]) -> None:
    for batch in batches(entries):
        rows = [
            {
                "at": each.at,
                "who": each.who,
                "action": each.action,
                "place": each.place,
                "words": each.words[:_LONGEST],
            }
            for each in batch
        ]
        await connection.execute(audit.insert(), rows)


def read_entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(at=row.at, who=row.who, action=row.action, words=row.words, place=row.place)
