"""Fixtures of the whole suite: a store on each database."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import cast
from zlib import crc32

import pytest

from bot.storage import Store
from rules import Pack, load_pack
from tests.postgres import URL_VARIABLE, PostgresServer, postgres_server

_ON_POSTGRES = pytest.param("postgresql", marks=pytest.mark.postgres)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """CI_SHORT=1/2 is the first half, by name, of what is neither marked `long` nor needs PostgreSQL: `.ci/run` runs
    everything on one Python and a half on each of two others."""
    if short := os.environ.get("CI_SHORT"):
        part, parts = map(int, short.split("/"))
        kept: list[pytest.Item] = []
        left: list[pytest.Item] = []
        for item in items:
            alike = item.get_closest_marker("long") or item.get_closest_marker("postgres")
            mine = not alike and crc32(item.nodeid.encode()) % parts == part - 1
            (kept if mine else left).append(item)
        config.hook.pytest_deselected(items=left)
        items[:] = kept


@pytest.fixture(autouse=True)
def _timedeltas_from_telegram(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library warns of its old whole seconds, and a warning is an error here; the product reads both."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture(autouse=True)
def _no_alarm_unread() -> Iterator[None]:
    """Every request of every test passes the platforms' tables and schemas: what a local server complained of, the
    test has looked at, or it fails."""
    yield
    serving = sys.modules.get("tests.servers.serving")  # not imported for those who need no server
    if serving is not None:
        assert serving.unread_alarms() == []


@pytest.fixture(scope="session")
def _postgres() -> Iterator[PostgresServer | None]:
    with postgres_server() as server:
        yield server
        if server is not None:
            asyncio.run(server.close())


@pytest.fixture
def postgres(_postgres: PostgresServer | None) -> PostgresServer:
    """The PostgreSQL server; without one the test skips with a message, in CI it fails."""
    if _postgres is not None:
        return _postgres
    message = f"NOT TESTED on PostgreSQL: found neither initdb and postgres nor a URL in {URL_VARIABLE}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(params=["sqlite", _ON_POSTGRES])
async def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a database without any table: once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'dealwire.db'}"
        return
    server = cast(PostgresServer, request.getfixturevalue("postgres"))
    name = await server.empty_database()
    yield server.url(name)
    await server.drop(name)


@pytest.fixture(params=["sqlite", _ON_POSTGRES])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a database that a store may be opened on, without any row: once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'dealwire.db'}"
        return
    server = cast(PostgresServer, request.getfixturevalue("postgres"))
    name = await server.fresh_database()
    yield server.url(name)
    await server.drop(name)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """An open store without any row: once on SQLite, once on PostgreSQL."""
    async with Store.open(database_url) as opened:
        yield opened


@pytest.fixture(scope="session")
def pack() -> Pack:
    """The built-in topic pack, loaded once."""
    return load_pack("india_russia")
