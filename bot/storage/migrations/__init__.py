"""Brings a database to the present schema, by Alembic's revisions in versions/, without an alembic.ini."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

__all__ = ["SchemaTooNew", "upgrade"]

_HERE = Path(__file__).parent


class SchemaTooNew(Exception):  # noqa: N818 - reads as what happened
    """The database has a revision this program does not know: a later one wrote it."""

    def __init__(self, found: str) -> None:
        super().__init__(f"revision {found} is not known")
        self.found = found


def upgrade(connection: Connection) -> None:
    """Applies the revisions that are missing, within the transaction of `connection`; none when it is up to date.
    Raises SchemaTooNew."""
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    present = MigrationContext.configure(connection).get_current_revision()
    if present == script.get_current_head():
        return
    if present is not None and present not in {each.revision for each in script.walk_revisions()}:
        raise SchemaTooNew(present)

    def steps(revision: Any, _context: MigrationContext) -> Any:
        return script._upgrade_revs("head", revision)  # as alembic.command.upgrade does

    with EnvironmentContext(config, script, fn=steps) as context:
        context.configure(connection=connection)
        context.run_migrations()
