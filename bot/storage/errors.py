"""What can go wrong with a database, in the operator's words: what was found and what to do about it."""

from __future__ import annotations

import re
import sqlite3
from types import TracebackType

import sqlalchemy
from sqlalchemy.exc import DBAPIError, SQLAlchemyError


class StoreError(Exception):
    """The database cannot be used so; the message says what was found and what to do. Carries no secret."""


class StoreUnavailable(StoreError):  # noqa: N818 - reads as what happened
    """The database cannot be used now (locked, disk full, server away): nothing was written, try again later."""


class PlainWords:
    """Turns what SQLAlchemy and the drivers raise into StoreError; what the caller's own code raises passes."""

    def __init__(self, where: str) -> None:
        self._where = where

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        match error:
            case DBAPIError() if error.connection_invalidated or "InternalClientError" in str(error.orig):
                # The second: asyncpg, cut off in the midst of an operation.
                raise StoreUnavailable(f"the connection to {self._where} broke") from error
            case DBAPIError():
                raise _plain(self._where, error.orig or error) from error
            case sqlalchemy.exc.TimeoutError():
                raise StoreUnavailable(f"all connections to {self._where} are in use") from error
            case SQLAlchemyError():
                raise _plain(self._where, error) from error
            case sqlite3.Error():
                raise _plain(self._where, error) from error
            case Exception() if hasattr(error, "sqlstate"):  # asyncpg's own, when connecting
                raise _plain(self._where, error) from error


def _plain(where: str, error: BaseException) -> StoreError:
    """What happened and what to do, by the words of SQLite and the codes of PostgreSQL
    (postgresql.org/docs/current/errcodes-appendix.html)."""
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    said = re.sub(r"^<class '[^']*'>: ", "", said)  # SQLAlchemy puts asyncpg's class before its words
    code = str(getattr(error, "sqlstate", None) or "")
    match code[:2]:
        case "28":
            return StoreError(f"{where} refuses the user or the password: {said}")
        case "3D":
            return StoreError(f"{where}: {said}; create it with createdb")
        case "08" | "53" | "57" | "40" | "55":
            return StoreUnavailable(f"{where} cannot serve now: {said}")
        case _ if "unable to open database file" in said:
            return StoreError(f"cannot open {where}: does the folder exist, and may this user write there?")
        case _ if "readonly database" in said:
            return StoreError(f"cannot write {where}: give this user the right to write the file and its folder")
        case _ if "not a database" in said or "malformed" in said:
            return StoreError(f"{where} is not a sound SQLite database ({said}): restore a backup or name another file")
        case _ if "locked" in said or "disk is full" in said or "disk I/O" in said:
            return StoreUnavailable(f"cannot write {where} now: {said}")
        case _ if not code and "connection" in said.lower():
            return StoreUnavailable(f"{where} cannot serve now: {said}")
    return StoreError(f"{where}: {said}")
