"""Where the app is installed: slack_sdk's store on our database, with every token sealed.

The database is the truth for all processes. A workspace has one row in each of two tables (its installation, its
bot); an organisation of Enterprise Grid that installed the app for all its workspaces has one under its own id.
"""

from __future__ import annotations

import copy
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore

from bot.adapters.oauth_app import OAuthApp
from bot.adapters.slack.sealing import Seal, SealError
from bot.adapters.slack.workspaces import FindError, Installed
from bot.ports import AdapterError

BOTS, INSTALLATIONS, STATES = "slack_bots", "slack_installations", "slack_states"
STATE_S = 600  # an installation that was begun must be finished within so long; as in Bolt
# Installations that may be begun and not finished: anybody can open the page, and each time makes a row.
STATES_MAX = 1000

_SECRETS = ("bot_token", "bot_refresh_token", "user_token", "user_refresh_token", "incoming_webhook_url")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """One installation, without its token."""

    id: str  # "T123", or "E123" of a whole organisation
    name: str
    installed_at: datetime
    scopes: frozenset[str]


class Installations(AsyncSQLAlchemyInstallationStore):
    """`async_save` and the rest as slack_sdk has them; ours look an installation up by its home."""

    def __init__(self, client_id: str, *, writing: Any, reading: Any, seal: Seal) -> None:
        """`writing`, `reading`: SQLAlchemy's asynchronous engines of our database."""
        super().__init__(
            client_id=client_id,
            engine=writing,
            bots_table_name=BOTS,
            installations_table_name=INSTALLATIONS,
            logger=_log,
        )
        self._reading = reading
        self._seal = seal

    async def async_save(self, installation: Installation) -> None:
        """Keeps this one only: what was installed in the same place before goes, tokens and all."""
        await super().async_save(self._sealed(installation))  # saves the bot by the next method
        await self._only_newest(installation)

    async def async_save_bot(self, bot: Bot) -> None:
        await super().async_save_bot(self._sealed(bot))

    async def find(self, home: str) -> Installed | None:
        """The installation under a home's id; None: there is none. Raises `FindError`."""
        c = self.bots.c
        query = self.bots.select().where(self._ours(self.bots, home) & c.bot_token.is_not(None))
        try:
            async with self._reading.connect() as connection:
                row = (await connection.execute(query.order_by(c.installed_at.desc()).limit(1))).mappings().first()
        except Exception as error:  # whatever the database says, the message waits
            raise FindError(f"the installations cannot be read ({type(error).__name__})") from error
        if row is None:
            return None
        try:
            token = self._seal.open(row["bot_token"])
        except SealError as error:
            raise FindError(str(error)) from None
        shown = _home(row)
        return Installed(
            token=token,
            bot_user=row["bot_user_id"] or "",
            scopes=shown.scopes,
            name=shown.name,
            installed_at=shown.installed_at,
        )

    async def homes(self) -> list[Home]:
        """Everywhere the app is installed, in the order of installing."""
        query = self.bots.select().where(self.bots.c.client_id == self.client_id).order_by(self.bots.c.installed_at)
        async with self._reading.connect() as connection:
            return [_home(row) for row in (await connection.execute(query)).mappings()]

    async def unreadable(self) -> int:
        """How many of them no key of ours opens."""
        query = self.bots.select().where(self.bots.c.client_id == self.client_id)
        bad = 0
        async with self._reading.connect() as connection:
            for row in (await connection.execute(query)).mappings():
                try:
                    self._seal.open(row["bot_token"] or "")
                except SealError:
                    bad += 1
        return bad

    async def reseal(self) -> int:
        """Puts every stored token under the first key; how many. Raises `SealError`."""
        count = 0
        async with self.engine.begin() as connection:
            for table in (self.bots, self.installations):
                for row in (await connection.execute(table.select())).mappings().all():
                    new = {name: self._seal.renewed(row[name]) for name in _SECRETS if row.get(name)}
                    count += "bot_token" in new and table is self.bots
                    if new:
                        await connection.execute(table.update().where(table.c.id == row["id"]).values(**new))
        return count

    async def forget(self, home: str) -> None:
        """The app is no longer installed there: its tokens go."""
        async with self.engine.begin() as connection:
            for table in (self.bots, self.installations):
                await connection.execute(table.delete().where(self._ours(table, home)))

    async def _only_newest(self, installation: Installation) -> None:
        home = home_of_installation(installation)
        async with self.engine.begin() as connection:
            for table in (self.bots, self.installations):
                newest = (
                    table.select()
                    .with_only_columns(table.c.id)
                    .where(self._ours(table, home))
                    .order_by(table.c.installed_at.desc(), table.c.id.desc())
                    .limit(1)
                )
                kept = await connection.scalar(newest)
                await connection.execute(table.delete().where(self._ours(table, home) & (table.c.id != kept)))

    def _ours(self, table: Any, home: str) -> Any:
        c = table.c
        whole = c.team_id.is_(None) & (c.enterprise_id == home)
        return (c.client_id == self.client_id) & ((c.team_id == home) | whole)

    def _sealed(self, one: Any) -> Any:
        sealed = copy.copy(one)
        for name in _SECRETS:
            if value := getattr(sealed, name, None):
                setattr(sealed, name, self._seal.close(value))
        return sealed


async def reseal(app: OAuthApp) -> int:
    """Puts every stored token under the first key; how many workspaces. AdapterError when no key opens one."""
    try:
        seal = Seal(app.token_keys)
        return await Installations(app.client_id, writing=app.writing, reading=app.reading, seal=seal).reseal()
    except SealError as error:
        raise AdapterError(str(error)) from None


class TooManyError(Exception):
    """More installations were begun than anybody means to finish; in ten minutes there is room again."""


class States(AsyncSQLAlchemyOAuthStateStore):
    """slack_sdk's store of begun installations, with one use for each even where two processes take it at once."""

    def __init__(self, *, writing: Any, clock: Callable[[], datetime]) -> None:
        super().__init__(expiration_seconds=STATE_S, engine=writing, logger=_log, table_name=STATES)
        self._clock = clock

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        """A new state; those that expired are cleared away. Raises `TooManyError`."""
        state, now = secrets.token_urlsafe(32), self._clock()
        c = self.oauth_states.c
        async with self.engine.begin() as connection:
            await connection.execute(self.oauth_states.delete().where(c.expire_at <= _naive(now)))
            if len((await connection.execute(self.oauth_states.select().limit(STATES_MAX))).all()) >= STATES_MAX:
                raise TooManyError(f"{STATES_MAX} installations are begun and not finished")
            until = datetime.fromtimestamp(now.timestamp() + STATE_S, UTC)
            await connection.execute(self.oauth_states.insert(), {"state": state, "expire_at": _naive(until)})
        return state

    async def async_consume(self, state: str) -> bool:
        """Whether the state was issued, is not older than ten minutes and comes for the first time."""
        c = self.oauth_states.c
        taken = self.oauth_states.delete().where((c.state == state) & (c.expire_at > _naive(self._clock())))
        async with self.engine.begin() as connection:
            return bool((await connection.execute(taken)).rowcount)


def home_of_installation(installation: Installation | Bot) -> str:
    """ "T123"; "E123" of a whole organisation."""
    if installation.is_enterprise_install or not installation.team_id:
        return installation.enterprise_id or ""
    return installation.team_id


def _home(row: Any) -> Home:
    whole = row["team_id"] is None
    return Home(
        id=(row["enterprise_id"] if whole else row["team_id"]) or "",
        name=(row["enterprise_name"] if whole else row["team_name"]) or "",
        installed_at=row["installed_at"].replace(tzinfo=UTC),
        scopes=frozenset(filter(None, (row["bot_scopes"] or "").split(","))),
    )


def _naive(moment: datetime) -> datetime:
    """As slack_sdk's columns have it: UTC without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)
