"""Which workspace a channel belongs to, and with whose token to speak there.

With one workspace, connected by two tokens, an address is the plain channel id ("C123") and a user "slack:U123".
With many, installed by OAuth, it is HOME/CHANNEL ("T123/C123") and the user "slack:T123/U456", so that nothing of
one workspace can be mistaken for another's. HOME is the id of the installation: the workspace's (T…), or the
organisation's (E…) where an administrator of an Enterprise Grid installed the app for all of it; there channels
and users have one id in all workspaces, and the same channel must not count twice.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import aiohttp
from slack_bolt.request.internals import (
    extract_enterprise_id,
    extract_is_enterprise_install,
    extract_team_id,
    extract_user_id,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.pacing import Monotonic
from bot.adapters.slack.allowances import Allowances, PacedClient
from bot.adapters.slack.refusals import FAILURES
from bot.model import Channel

# So long a process may use a token after another process replaced it. A token that Slack refuses is forgotten at
# once, see `Workspaces.forget`. Judgement.
KEPT_S = 60.0
SEEN_MAX = 10_000  # people of organisations remembered with their workspace; judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What the installation of one workspace holds."""

    token: str  # xoxb-…
    bot_user: str  # U…
    scopes: frozenset[str] = frozenset()  # granted
    name: str = ""  # of the workspace or organisation, for people
    installed_at: datetime | None = None  # None: not known

    def __repr__(self) -> str:  # the token is a secret
        return f"Installed(bot_user={self.bot_user!r}, name={self.name!r})"


Find = Callable[[str], Awaitable[Installed | None]]
"""The installation under a home's id; None: the app is not installed there (any more). Raises `FindError`."""


class FindError(Exception):
    """The installations cannot be read at the moment; the message says why. Try again later."""


class NotInstalledError(Exception):
    """The address belongs to no workspace that the app is installed in: nothing can be sent there."""


CALL_FAILURES = (*FAILURES, NotInstalledError, FindError)
"""What a call to the workspace of an address may end with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """One workspace (or organisation) of the app."""

    home: str  # "T123", "E123"; "": the only one
    web: AsyncWebClient  # with its token, over the shared session
    bot_user: str  # "": not known yet
    name: str = ""  # for people; "": not known
    team: str = ""  # the own id also of the only one; "": not known yet


class Workspaces:
    """Asked for every call: `(await workspaces.at(address)).web`, and for every payload: `home(body)`."""

    def __init__(
        self,
        *,
        token: str = "",
        find: Find | None = None,
        base_url: str | None,
        allowances: Allowances,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        """`token`: of the only workspace. `find`: there are many, and this knows them."""
        self._token = token
        self._find = find
        self._base_url = (base_url or AsyncWebClient.BASE_URL).rstrip("/") + "/"
        self._allowances = allowances
        self._monotonic = monotonic
        self._session: aiohttp.ClientSession | None = None
        self._only: Workspace | None = None
        self._known: dict[str, tuple[float, Workspace]] = {}  # home -> when it was read, what it is
        self._reading: dict[str, asyncio.Lock] = {}  # by home
        self._tokens: dict[str, str] = {}  # the last one of each home
        self._teams: OrderedDict[tuple[str, str], str] = OrderedDict()  # (home, user) -> team
        self._forgotten: dict[str, int] = {}  # how often, so that what was read before is not remembered after
        self.renewed: Callable[[str], None] = lambda home: None  # told of a home whose token is a new one

    @property
    def many(self) -> bool:
        return self._find is not None

    @property
    def only(self) -> Workspace:
        """The only workspace. Not for many."""
        assert self._only is not None  # after `open`, with a token
        return self._only

    def open(self, session: aiohttp.ClientSession) -> None:
        """From now on calls can be made, all over this session."""
        self._session = session
        if not self.many:
            self._only = Workspace(home="", web=self.client(self._token), bot_user="")

    def client(self, token: str = "", home: str = "") -> AsyncWebClient:
        """A client over the shared session that keeps the pace of its workspace; without a token for calls that need
        none."""
        return PacedClient(
            token=token or None,
            base_url=self._base_url,
            session=self._session,
            retry_handlers=[],
            allowance=self._allowances.of(home),
            monotonic=self._monotonic,
        )

    def learned(self, bot_user: str, team: str) -> None:
        """The only workspace's bot user and id."""
        self._only = replace(self.only, bot_user=bot_user, team=team)

    async def at(self, address: str) -> Workspace:
        """The workspace of a channel's address. Raises `NotInstalledError`, `FindError`."""
        return await self.of(split(address)[0])

    async def of(self, home: str) -> Workspace:
        """The workspace under its id. Raises `NotInstalledError`, `FindError`."""
        if self._find is None:
            if home:
                raise NotInstalledError(f"the address is of the workspace {home}, but the bot has only one")
            return self.only
        if not home:
            raise NotInstalledError("the address names no workspace; expected slack:TEAM/CHANNEL")
        now = self._monotonic()
        read_at, known = self._known.get(home, (0.0, None))
        if known is not None and now - read_at < KEPT_S:
            return known
        reading = self._reading.setdefault(home, asyncio.Lock())
        if known is not None and reading.locked():  # somebody reads it anew: a workspace's messages come together
            return known
        async with reading:
            read_at, known = self._known.get(home, (0.0, None))
            if known is not None and now - read_at < KEPT_S:
                return known
            return await self._read(home, now)

    async def _read(self, home: str, now: float) -> Workspace:
        assert self._find is not None  # only many workspaces are read
        before = self._forgotten.get(home)
        found = await self._find(home)
        if found is None:
            self._known.pop(home, None)
            raise NotInstalledError("the app is not installed in the workspace any more")
        web = self.client(found.token, home)
        workspace = Workspace(home=home, web=web, bot_user=found.bot_user, name=found.name, team=home)
        if self._forgotten.get(home) == before:
            self._known[home] = (now, workspace)
        if self._tokens.setdefault(home, found.token) != found.token:
            self._tokens[home] = found.token
            self.renewed(home)
        return workspace

    def forget(self, home: str) -> None:
        """Read the installation anew at the next call: it changed, or Slack refused its token."""
        self._known.pop(home, None)
        self._forgotten[home] = self._forgotten.get(home, 0) + 1

    def home(self, body: Mapping[str, Any]) -> str:
        """Whose payload it is: "" for the only workspace, else the installation's id."""
        if not self.many:
            return ""
        home = home_of(body)
        team, user = extract_team_id(dict(body)), extract_user_id(dict(body))
        if team and user and team != home:
            self._teams[(home, user)] = team
            self._teams.move_to_end((home, user))
            if len(self._teams) > SEEN_MAX:
                self._teams.popitem(last=False)
        return home

    def team(self, home: str, user: str) -> str | None:
        """The workspace of an organisation in which this person was seen last, for methods that ask which one is meant
        when an organisation's token calls them; None: the home is a workspace itself, or the person was not seen."""
        return self._teams.get((home, user))


def split(address: str) -> tuple[str, str]:
    """(home, channel or user id) of an address; home is "" in a plain one."""
    home, _, channel = address.rpartition("/")
    return home, channel


def address_of(home: str, channel: str) -> str:
    """The address of a channel, or of a user for a direct message; what `split` takes apart."""
    return f"{home}/{channel}" if home else channel


def channel_at(home: str, channel: str) -> Channel:
    return Channel(platform="slack", address=address_of(home, channel))


def at_home(home: str, address: str) -> str:
    """The address within this home, whatever home it names; "" stays "". For addresses that come back to us in what we
    gave to clients (buttons, modals): they must lead into no other workspace."""
    return address_of(home, split(address)[1]) if address else ""


def user_at(home: str, user: str) -> str:
    """The user's key, e.g. "slack:T123/U456"; only ever equal for the same person of the same workspace."""
    return f"slack:{address_of(home, user)}"


def home_of(body: Mapping[str, Any]) -> str:
    """The id of the installation that a payload (event, command, click, modal) is for; "" when it tells none. In
    channels shared between organisations that is the workspace which has the app, not the one that the user is of."""
    payload = dict(body)
    enterprise = extract_enterprise_id(payload)
    if enterprise and extract_is_enterprise_install(payload):
        return enterprise
    return extract_team_id(payload) or ""
