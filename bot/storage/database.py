"""One database: opened by its URL, brought to the present schema, read from and written to.

Writers go one after the other: in this process by a lock, between processes by BEGIN IMMEDIATE on SQLite and by
an advisory lock on PostgreSQL. So whoever writes sees all that was written before, and nobody waits for long.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Generator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import islice
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from sqlalchemy import URL, Table, event, make_url
from sqlalchemy import text as sql
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.storage.errors import PlainWords, StoreError, StoreUnavailable
from bot.storage.migrations import SchemaTooNew, upgrade

# Any number of ours that nobody else is likely to take: "dealwire" in ASCII.
_WRITERS = int.from_bytes(b"dealwire", "big")
_POOL = 5  # connections for reading and claiming; one of them writes
_CONNECT_S = 10
_STATEMENT_S = 30  # PostgreSQL: the longest a statement may take, its wait for other writers included
_SILENCE_S = 60  # PostgreSQL: when a server that says nothing is given up
_BUSY_MS = 5000  # SQLite: the longest wait for a writer of another process

# What each connection to SQLite promises. WAL with FULL loses nothing at a power cut (sqlite.org/pragma.html).
_PRAGMAS = (
    f"PRAGMA busy_timeout={_BUSY_MS}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
)


_AnyDatabase = TypeVar("_AnyDatabase", bound="Database")
_Value = TypeVar("_Value")


class Opening(Generic[_AnyDatabase]):
    """A database about to be open: `await` it and close it yourself, or use it in `async with`."""

    def __init__(self, kind: type[_AnyDatabase], url: str) -> None:
        self._kind = kind
        self._url = url
        self._opened: _AnyDatabase | None = None

    def __await__(self) -> Generator[Any, None, _AnyDatabase]:
        return self._open().__await__()

    async def __aenter__(self) -> _AnyDatabase:
        self._opened = await self._open()
        return self._opened

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._opened is not None:
            await self._opened.close()

    async def _open(self) -> _AnyDatabase:
        database = self._kind(_parsed(self._url))
        try:
            await database._prepare()
        except BaseException:
            await database.close()
            raise
        return database


class Database:
    """The connections. Made by `open`, which also brings the schema to the present one."""

    def __init__(self, url: URL) -> None:
        self._where = url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)
        self._engine = _engine(url)
        self._writing = asyncio.Lock()
        self._writer: asyncio.Task[Any] | None = None

    @classmethod
    def open(cls, url: str) -> Opening[Self]:
        """The database at `url`; a SQLite file is made when absent. StoreError when it cannot be used: URL not
        understood, file not writable, server absent, wrong password, schema of a later version."""
        return Opening(cls, url)

    async def close(self) -> None:
        await self._engine.dispose()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._where}>"

    @property
    def sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one moment of the database on SQLite, each statement its own on PostgreSQL."""
        async with self._connected() as connection:
            yield connection

    @asynccontextmanager
    async def _write(self) -> AsyncIterator[AsyncConnection]:
        """A connection of the only writer; committed at the end, rolled back on any exception."""
        if self._writer is asyncio.current_task():
            raise RuntimeError("this task is already writing: use the transaction it has")
        async with self._writing:
            self._writer = asyncio.current_task()
            try:
                async with self._begun() as connection:
                    if not self.sqlite:
                        await connection.execute(sql("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS})
                    yield connection
            finally:
                self._writer = None

    @asynccontextmanager
    async def _write_rows(self) -> AsyncIterator[AsyncConnection]:
        """As `_write`, for changes whose order among writers does not matter: on PostgreSQL only the rows they
        touch are locked."""
        async with self._write() if self.sqlite else self._begun() as connection:
            yield connection

    @asynccontextmanager
    async def _begun(self) -> AsyncIterator[AsyncConnection]:
        async with self._connected() as connection:
            await connection.execution_options(dealwire_writes=True)
            async with connection.begin():
                yield connection

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        with PlainWords(self._where):
            async with AsyncExitStack() as stack:
                try:
                    connection = await stack.enter_async_context(self._engine.connect())
                except OSError as error:  # refused, no such host, no such socket, timed out
                    said = str(error) or "it took too long to connect"
                    raise StoreUnavailable(f"no database answers at {self._where}: {said}") from error
                yield connection

    async def _prepare(self) -> None:
        if self.sqlite:
            # Asked first since aiosqlite leaves a thread behind when it cannot open a file.
            with PlainWords(self._where):
                await asyncio.to_thread(_open_and_close, str(self._engine.url.database))
        clock = asyncio.get_running_loop().time
        until = clock() + _BUSY_MS / 1000
        while True:
            try:
                return await self._migrate()
            except StoreUnavailable:
                # SQLite does not wait where two processes turn a new file to WAL at the same moment.
                if not self.sqlite or clock() >= until:
                    raise
                await asyncio.sleep(0.02)

    async def _migrate(self) -> None:
        try:
            async with self._write() as connection:
                await connection.run_sync(upgrade)
        except SchemaTooNew as error:
            raise StoreError(
                f"{self._where} was written by a later version of dealwire (schema {error.found}): "
                "run that version, or restore a backup made before it"
            ) from error


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(
            "the database URL is not understood; expected sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME"
        ) from None
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:":
            return parsed.set(drivername="sqlite+aiosqlite")
        case "sqlite":
            raise StoreError("a SQLite database needs a file: sqlite:///PATH")
        case "postgresql" | "postgres":
            query = dict(parsed.query)
            if "sslmode" in query:  # libpq's word; asyncpg says ssl
                query["ssl"] = query.pop("sslmode")
            return parsed.set(drivername="postgresql+asyncpg", query=query)
    raise StoreError(
        f"{parsed.get_backend_name()} is not a database dealwire knows; "
        "expected sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME"
    )


def _engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() == "sqlite":
        engine = create_async_engine(url, pool_size=_POOL, hide_parameters=True)
        event.listen(engine.sync_engine, "connect", _set_up_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    # Queries here are short; compiling them (jit) costs more than it saves.
    settings = {"application_name": "dealwire", "jit": "off", "statement_timeout": f"{_STATEMENT_S}s"}
    arguments = {"timeout": _CONNECT_S, "command_timeout": _SILENCE_S, "server_settings": settings}
    return create_async_engine(url, pool_size=_POOL, pool_pre_ping=True, hide_parameters=True, connect_args=arguments)


def _open_and_close(path: str) -> None:
    sqlite3.connect(path).close()


def _set_up_sqlite(connection: Any, _record: object) -> None:
    try:
        connection.isolation_level = None  # the driver begins nothing by itself: `_begin_sqlite` does
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()
    except BaseException:
        connection.close()  # the pool does not know it yet, and it has a thread
        raise


def _begin_sqlite(connection: Any) -> None:
    # A writer takes the lock at once: a reader that turns writer is refused without any wait (BUSY_SNAPSHOT).
    writes = connection.get_execution_options().get("dealwire_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class Unit:
    """One unit of work: everything written through it is committed together, or not at all."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection


def insert_into(connection: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say what happens on a conflict; each dialect has its own class for that."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def batches(values: Iterable[_Value], size: int = 500) -> Iterator[list[_Value]]:
    """`values` in lists of at most `size`: statements have a limit of parameters (32,766 on SQLite)."""
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch
