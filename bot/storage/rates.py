"""Exchange rates of single days, as they were read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from bot.storage.database import Database, batches, insert_into
from bot.storage.schema import rates
from rules import Rate


class RateStore(Database):
    async def rates(self) -> list[Rate]:
        """All that were stored, oldest first."""
        query = select(rates).order_by(rates.c.day, rates.c.currency)
        async with self.read() as connection:
            return [
                Rate(currency=row.currency, value=Decimal(row.per_dollar), on=date.fromisoformat(row.day))
                for row in await connection.execute(query)
            ]

    async def add_rates(self, added: Collection[Rate]) -> None:
        """Adds rates of single days; one that is there already stays as it is."""
        rows = [
            {"currency": rate.currency, "day": rate.on.isoformat(), "per_dollar": str(rate.value)} for rate in added
        ]
        async with self._write() as connection:
            for batch in batches(rows):
                await connection.execute(insert_into(connection, rates).on_conflict_do_nothing(), batch)
