"""A PostgreSQL server for the suite: the one that DEALWIRE_TEST_POSTGRES_URL names, else a temporary cluster made
of the server's programs found on this machine. Each test gets its own database, copied from a migrated one."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from sqlalchemy import URL, make_url

from bot.storage import Store

URL_VARIABLE = "DEALWIRE_TEST_POSTGRES_URL"
_DEBIAN = Path("/usr/lib/postgresql")  # Debian and Ubuntu keep the server's programs off the PATH
_START_S = 30
# Speed over safety: the cluster is thrown away.
_OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",  # a socket in the cluster's own folder, no port
    "max_connections": "60",
}


class PostgresServer:
    """A running server that databases are made on; `url` names a database that exists, with a role that may."""

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="postgresql")
        self._template: str | None = None
        self._mark = secrets.token_hex(4)  # several suites may share a server
        self._made = 0

    @property
    def has_password(self) -> bool:
        return self._url.password is not None

    def url(self, database: str, password: str | None = None) -> str:
        """The URL of a database here, with another password if given."""
        url = self._url.set(database=database)
        return (url.set(password=password) if password else url).render_as_string(hide_password=False)

    async def empty_database(self) -> str:
        """The name of a new database without any table."""
        return await self._create("template0")

    async def fresh_database(self) -> str:
        """The name of a new database with the present schema and no rows."""
        if self._template is None:
            template = await self.empty_database()
            async with Store.open(self.url(template)):
                self._template = template
        return await self._create(self._template)

    async def drop(self, database: str) -> None:
        await self._execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    async def close(self) -> None:
        if self._template is not None:
            await self.drop(self._template)

    async def _create(self, template: str) -> str:
        self._made += 1
        name = f"dealwire_test_{self._mark}_{self._made}"
        await self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self._url.render_as_string(hide_password=False), timeout=10)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@contextmanager
def postgres_server() -> Iterator[PostgresServer | None]:
    """The server that the environment names, or a temporary one; None where there is neither."""
    named = os.environ.get(URL_VARIABLE)
    if named:
        yield PostgresServer(make_url(named))
        return
    programs = server_programs()
    if programs is None:
        yield None
        return
    with _cluster(programs) as url:
        yield PostgresServer(url)


def server_programs() -> Path | None:
    """The folder of initdb and postgres: of the PATH, else Debian's newest; None: there is none."""
    found = shutil.which("initdb")
    if found and (Path(found).resolve().parent / "postgres").exists():
        return Path(found).resolve().parent
    versions = sorted(_DEBIAN.glob("*/bin/postgres"), key=lambda path: float(path.parts[-3]), reverse=True)
    return versions[0].parent if versions else None


@contextmanager
def _cluster(programs: Path) -> Iterator[URL]:
    # A short path: a socket's name may have 107 bytes, and pytest's folders are long.
    folder = Path(tempfile.mkdtemp(prefix="dealwire-pg-"))
    data, log, password_file = folder / "data", folder / "log", folder / "password"
    user = _server_user()
    password = secrets.token_urlsafe(12)
    password_file.write_text(password)
    if user is not None:
        for path in (folder, password_file):
            os.chown(path, user.pw_uid, user.pw_gid)
    user_id, group_id = (None, None) if user is None else (user.pw_uid, user.pw_gid)
    make = [f"{programs}/initdb", "-D", f"{data}", "-U", "dealwire", "-A", "scram-sha-256", "-E", "UTF8"]
    make += ["--locale=C", f"--pwfile={password_file}", "--no-sync", "--no-instructions"]
    start = [f"{programs}/postgres", "-D", f"{data}", "-k", f"{folder}"]
    start += [f"--{name}={value}" for name, value in _OPTIONS.items()]
    try:
        with log.open("wb") as output:
            subprocess.run(make, check=True, stdout=output, stderr=output, cwd=folder, user=user_id, group=group_id)
            server = subprocess.Popen(start, stdout=output, stderr=output, cwd=folder, user=user_id, group=group_id)
        try:
            _wait_until_ready(server, data / "postmaster.pid", log)
            yield URL.create("postgresql", "dealwire", password, database="postgres", query={"host": str(folder)})
        finally:
            server.send_signal(signal.SIGINT)  # a fast shutdown: clients are cut off
            server.wait(timeout=_START_S)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _server_user() -> pwd.struct_passwd | None:
    """Whom the server runs as: it refuses root, so an unprivileged user when we are; None: ourselves."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _wait_until_ready(server: subprocess.Popen[bytes], status: Path, log: Path) -> None:
    """Until the last line of postmaster.pid says ready (as pg_ctl waits)."""
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"the PostgreSQL server did not start:\n{log.read_text()}")
        if status.exists() and status.read_text().rstrip().endswith("ready"):
            return
        time.sleep(0.02)
    raise RuntimeError(f"the PostgreSQL server was not ready after {_START_S} s:\n{log.read_text()}")
