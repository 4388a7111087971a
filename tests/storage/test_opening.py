"""Opening a database: its schema, its promises, and what is said when it cannot be used."""

from __future__ import annotations

import asyncio
import socket
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from bot.storage import Store, StoreError, StoreUnavailable
from bot.storage.schema import metadata
from tests.postgres import PostgresServer
from tests.storage.samples import add_alerts, alert


async def test_an_empty_database_gets_the_schema_and_keeps_what_is_stored(empty_database_url: str) -> None:
    async with Store.open(empty_database_url) as store:
        await add_alerts(store, alert("kept"))
    async with Store.open(empty_database_url) as store:
        assert [each.id for each in await store.latest(5)] == ["kept"]


async def test_two_processes_may_open_an_empty_database_at_once(empty_database_url: str) -> None:
    async def opened() -> Store:
        return await Store.open(empty_database_url)

    stores = await asyncio.gather(*(opened() for _ in range(4)))
    await add_alerts(stores[0], alert("seen by all"))
    assert [len(await store.latest(5)) for store in stores] == [1, 1, 1, 1]
    for store in stores:
        await store.close()


async def test_the_migrations_make_the_tables_of_the_schema(store: Store) -> None:
    def differences(connection: Connection) -> list[object]:
        def ours(_object: object, name: str | None, kind: str, *_rest: object) -> bool:
            sqlites_own = kind == "table" and str(name).startswith("alert_search")
            postgresqls_own = store.sqlite and (kind, name) == ("index", "ix_alerts_terms")
            return not sqlites_own and not postgresqls_own

        options = {"compare_type": True, "include_object": ours}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    async with store.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_database_of_a_later_version_is_refused(database_url: str) -> None:
    async with Store.open(database_url) as store, store.write() as tx:
        await tx.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"later version of dealwire \(schema 9999\)"):
        await Store.open(database_url)


async def test_sqlite_loses_nothing_at_a_power_cut(tmp_path: Path) -> None:
    async with Store.open(f"sqlite:///{tmp_path}/dealwire.db") as store, store.read() as connection:
        pragmas = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        found = [await connection.scalar(text(f"PRAGMA {name}")) for name in pragmas]
    assert found == ["wal", 2, 5000, 1]  # 2 is FULL


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("mysql://localhost/dealwire", "mysql is not a database dealwire knows"),
        ("dealwire.db", "expected sqlite:///PATH or postgresql://"),
    ],
)
async def test_a_url_of_another_kind_is_refused(url: str, words: str) -> None:
    with pytest.raises(StoreError, match=words):
        await Store.open(url)


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does the folder exist") as caught:
        await Store.open(f"sqlite:///{tmp_path}/missing/dealwire.db")
    assert f"{tmp_path}/missing/dealwire.db" in str(caught.value)


async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "dealwire.db"
    file.write_text("these are notes, not a database\n" * 100)
    before = set(threading.enumerate())
    with pytest.raises(StoreError, match="not a sound SQLite database"):
        await Store.open(f"sqlite:///{file}")
    assert file.read_text().startswith("these are notes")
    # A thread left to a connection would keep the process from ending; the loop's own end with the loop.
    left = [thread for thread in set(threading.enumerate()) - before if "connection" in thread.name]
    for thread in left:
        thread.join(timeout=5)
        assert not thread.is_alive()


@pytest.mark.postgres
async def test_a_wrong_password_is_refused_and_not_told(postgres: PostgresServer) -> None:
    if not postgres.has_password:
        pytest.skip("NOT TESTED: the server that the environment names lets its user in without a password")
    name = await postgres.empty_database()
    with pytest.raises(StoreError, match="refuses the user or the password") as caught:
        await Store.open(postgres.url(name, password="not-this-one"))
    assert "not-this-one" not in str(caught.value)
    await postgres.drop(name)


@pytest.mark.postgres
async def test_a_missing_database_is_named(postgres: PostgresServer) -> None:
    with pytest.raises(StoreError, match='"nowhere" does not exist; create it with createdb'):
        await Store.open(postgres.url("nowhere"))


async def test_an_absent_server_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(StoreUnavailable, match="no database answers") as caught:
        await Store.open(f"postgresql://dealwire:hush@127.0.0.1:{port}/dealwire")
    assert "hush" not in str(caught.value)


async def test_a_store_names_itself_without_its_password(database_url: str) -> None:
    password = make_url(database_url).password
    async with Store.open(database_url) as store:
        assert "dealwire" in repr(store)
        assert password is None or str(password) not in repr(store)
