"""Statements compiled once for each database, run with the driver's own values.

In: a statement of SQLAlchemy with named parameters, and rows as tuples. Out: rows as the driver gives them. Where
thousands of rows go through one statement, compiling it at each call, naming the values of each row and typing them
one by one cost several times what the database does; here the caller types them, by position.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect, Executable
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import batches
from bot.storage.errors import StoreError

ABREAST = 32  # rows of up to 30 values: SQLite takes 32,766 values, and what is left over goes one by one


class Prepared:
    """`statement` with the parameters `names`: values come in their order."""

    def __init__(self, statement: Executable, names: Sequence[str]) -> None:
        self._statement = statement
        self._names = tuple(names)
        self._compiled = lru_cache(maxsize=4)(self._compile)  # one for each database in use

    async def run(self, connection: AsyncConnection, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        """The rows that it returns, by the statement's columns."""
        text, ordered = self._compiled(connection.dialect)
        return (await connection.exec_driver_sql(text, ordered(tuple(values)))).all()

    async def run_all(self, connection: AsyncConnection, rows: Iterable[tuple[Any, ...]]) -> None:
        """Once for each of `rows`; with none nothing happens. StoreError for a value that cannot be stored."""
        text, ordered = self._compiled(connection.dialect)
        try:
            for batch in batches(map(ordered, rows)):
                await connection.exec_driver_sql(text, batch)
        except ValueError as error:
            raise StoreError(str(error)) from error

    def _compile(self, dialect: Dialect) -> tuple[str, Callable[[tuple[Any, ...]], tuple[Any, ...]]]:
        compiled = self._statement.compile(dialect=dialect)  # type: ignore[attr-defined]  # every one has it
        wanted: list[str] = compiled.positiontup
        if wanted == list(self._names):
            return str(compiled), _as_they_are
        fixed = {name: value for name, value in compiled.params.items() if name not in self._names}
        assert set(wanted) == {*self._names, *fixed}, wanted
        places = itemgetter(*((*self._names, *fixed).index(name) for name in wanted))
        constants = tuple(fixed.values())  # e.g. the offset that SQLAlchemy writes beside a limit
        return str(compiled), lambda values: places(values + constants)


class Abreast:
    """`text` for SQLite, which takes `ABREAST` rows at once, and `single`, which takes one, everywhere.

    Python lets go of its lock at each row of an executemany. While feeds are read the loop takes it then, and the two
    threads hand it to and fro: that cost more than the storing.
    """

    def __init__(self, single: Prepared, text: str) -> None:
        self._single = single
        self._text = text

    async def run_all(self, connection: AsyncConnection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Once for each of `rows`, which are about different things: their order is not kept. With none nothing
        happens. StoreError for a value that cannot be stored."""
        whole = len(rows) - len(rows) % ABREAST if connection.dialect.name == "sqlite" else 0
        try:
            for start in range(0, whole, ABREAST):
                values = tuple(chain.from_iterable(rows[start : start + ABREAST]))
                await connection.exec_driver_sql(self._text, values)
        except ValueError as error:
            raise StoreError(str(error)) from error
        await self._single.run_all(connection, rows[whole:])


def _as_they_are(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return values
