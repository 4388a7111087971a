"""What readers say of alerts: relevant or not, one word for each person and alert, the last one counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bot.storage.database import Database, insert_into
from bot.storage.schema import judgements


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    alert_id: str
    user: str  # "telegram:42"
    relevant: bool
    at: datetime


class JudgementStore(Database):
    async def add_judgement(self, added: Judgement) -> None:
        """Keeps it in place of what the same person said of the alert before."""
        async with self._write_rows() as connection:
            insert = insert_into(connection, judgements).values(
                alert_id=added.alert_id, user=added.user, relevant=added.relevant, at=added.at
            )
            await connection.execute(
                insert.on_conflict_do_update(
                    index_elements=[judgements.c.alert_id, judgements.c.user],
                    set_={"relevant": insert.excluded.relevant, "at": insert.excluded.at},
                )
            )

    async def judgements_of(self, alert_id: str) -> list[Judgement]:
        """What was said of the alert, oldest first."""
        query = select(judgements).where(judgements.c.alert_id == alert_id).order_by(judgements.c.at)
        async with self.read() as connection:
            return [
                Judgement(alert_id=row.alert_id, user=row.user, relevant=row.relevant, at=row.at)
                for row in await connection.execute(query)
            ]
