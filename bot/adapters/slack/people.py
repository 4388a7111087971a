"""Who asks and where, as Slack knows it: language and time zone of a person, who administers, which channels the bot
and a person are in. Remembered for some minutes; where Slack does not tell in time, the usual is taken.

A channel that the bot is not in is not remembered: whoever is told to invite it does so at once.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from slack_sdk.errors import SlackApiError

from bot.adapters.pacing import Monotonic
from bot.adapters.slack.refusals import code, why
from bot.adapters.slack.workspaces import CALL_FAILURES, Workspaces, channel_at, split
from bot.forms import FormAsked, Room
from bot.model import Command, Press

KEPT_S = 300.0  # a person's language and rights, a channel's maker
ROOMS_S = 60.0  # which channels there are
KEPT_MAX = 5_000  # of each; the longest unasked go first
WITHIN_S = 1.2  # an answer does not wait longer for what only polishes it
PAGES = 5  # of 1,000 channels that are read for one page


# Asking again brings nothing: an app of an older manifest, a guest of another organisation.
_UNTOLD = {"missing_scope", "user_not_found", "user_not_visible"}

_RIGHTS = ("is_admin", "is_owner", "is_primary_owner")

_log = logging.getLogger(__name__)

Known = TypeVar("Known")
Asked = TypeVar("Asked", Command, Press, FormAsked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    lang: str | None = None  # "ru-RU"
    zone: str | None = None  # "Europe/Moscow"
    administrator: bool = False  # or owner, of the workspace
    outside: bool = False  # of another organisation, in a channel that is shared with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A channel."""

    present: bool = True  # the bot is in it
    creator: str = ""  # user id


class People:
    """Asked beside every command and click; what is known costs nothing."""

    def __init__(self, workspaces: Workspaces, *, monotonic: Monotonic = time.monotonic) -> None:
        self._workspaces = workspaces
        self._persons: _Kept[Person] = _Kept(KEPT_S, monotonic)
        self._places: _Kept[Place] = _Kept(KEPT_S, monotonic)
        self._rooms: _Kept[tuple[Room, ...]] = _Kept(ROOMS_S, monotonic)
        self._mine: _Kept[frozenset[str]] = _Kept(ROOMS_S, monotonic)

    async def known(self, asked: Asked) -> Asked:
        """`asked` with what Slack tells of the person and the channel."""
        home, user = split(asked.user.removeprefix("slack:"))
        channel = None if asked.private or asked.channel is None else split(asked.channel.address)[1]
        person, place = await asyncio.gather(
            self._in_time(self.person(home, user), Person()),
            self._in_time(self.place(home, channel), Place()) if channel else _value(Place()),
        )
        return replace(
            asked,
            lang=person.lang,
            zone=person.zone,
            administrator=person.administrator or (place.creator == user and not person.outside),
            present=place.present,
        )

    async def person(self, home: str, user: str) -> Person:
        """Raises one of `CALL_FAILURES`."""
        return await self._persons.get((home, user), lambda: self._person(home, user))

    async def place(self, home: str, channel: str) -> Place:
        """As Slack tells it now, or told some minutes ago. Raises one of `CALL_FAILURES`."""
        return await self._places.get((home, channel), lambda: self._place(home, channel), keep=lambda it: it.present)

    async def rooms(self, home: str, user: str) -> tuple[Room, ...]:
        """The channels that the bot is in, and whether the person is, too; () when Slack does not tell."""
        try:
            team = self._workspaces.team(home, user)
            rooms, mine = await asyncio.gather(
                self._rooms.get((home, team or ""), lambda: self._listed(home, team)),
                self._mine.get((home, user), lambda: self._member_of(home, user)),
            )
        except CALL_FAILURES as error:
            _log.warning("slack channels not told reason=%s", why(error))
            return ()
        return tuple(replace(room, member=split(room.channel.address)[1] in mine) for room in rooms)

    async def member(self, home: str, user: str, channel: str) -> bool:
        """Whether the person is in the channel, joined a moment ago perhaps; False when Slack does not tell."""
        try:
            if channel in await self._mine.get((home, user), lambda: self._member_of(home, user)):
                return True
            self._mine.forget((home, user))
            return channel in await self._mine.get((home, user), lambda: self._member_of(home, user))
        except CALL_FAILURES as error:
            _log.warning("slack membership not told reason=%s", why(error))
            return False

    def language(self, home: str, user: str) -> str | None:
        """The person's, if it was asked for lately; None: not known yet."""
        person = self._persons.known((home, user))
        return person.lang if person else None

    def forget(self, home: str, channel: str) -> None:
        """The bot's membership of the channel changed."""
        self._places.forget((home, channel))
        self._rooms.forget_first(home)

    def forget_rooms(self, home: str, user: str) -> None:
        """The person wants to see the channels as they are now."""
        self._rooms.forget_first(home)
        self._mine.forget((home, user))

    async def _in_time(self, asking: Awaitable[Known], usual: Known) -> Known:
        try:
            async with asyncio.timeout(WITHIN_S):
                return await asking
        except CALL_FAILURES as error:
            _log.info("slack did not tell who asks reason=%s", why(error))
            return usual

    async def _person(self, home: str, user: str) -> Person:
        workspace = await self._workspaces.of(home)
        try:
            told: Any = (await workspace.web.users_info(user=user, include_locale=True))["user"]
        except SlackApiError as error:
            if code(error) in _UNTOLD:
                return Person()
            raise
        outside = _outside(told, workspace.team)
        return Person(
            lang=told.get("locale") or None,
            zone=told.get("tz") or None,
            administrator=not outside and any(told.get(right) for right in _RIGHTS),
            outside=outside,
        )

    async def _place(self, home: str, channel: str) -> Place:
        web = (await self._workspaces.of(home)).web
        try:
            told: Any = (await web.conversations_info(channel=channel))["channel"]
        except SlackApiError as error:
            if code(error) == "channel_not_found":  # a private one without the bot
                return Place(present=False)
            if code(error) in _UNTOLD:
                return Place()
            raise
        # Of direct messages Slack tells no membership: there the bot is one of the two.
        return Place(present=bool(told.get("is_member", True)), creator=str(told.get("creator") or ""))

    async def _listed(self, home: str, team: str | None) -> tuple[Room, ...]:
        rooms = []
        for told in await self._conversations(home, None, team):
            channel = channel_at(home, str(told["id"]))
            name, private = str(told.get("name") or ""), bool(told.get("is_private"))
            rooms.append(Room(channel=channel, name=name, private=private, member=False))
        return tuple(rooms)

    async def _member_of(self, home: str, user: str) -> frozenset[str]:
        return frozenset(
            str(told["id"]) for told in await self._conversations(home, user, self._workspaces.team(home, user))
        )

    async def _conversations(self, home: str, user: str | None, team: str | None) -> list[Any]:
        """The bot's channels, or the person's, of private ones only those that the bot is in, too. `team`: of an
        organisation's installation the workspace that is meant."""
        web = (await self._workspaces.of(home)).web
        found: list[Any] = []
        cursor = ""
        for _ in range(PAGES):
            answer: Any = await web.users_conversations(
                user=user,
                team_id=team,
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=1000,
                cursor=cursor or None,
            )
            found += answer["channels"]
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return found


class _Kept(Generic[Known]):
    """What was asked for lately."""

    def __init__(self, kept_s: float, monotonic: Monotonic) -> None:
        self._kept_s = kept_s
        self._monotonic = monotonic
        self._known: OrderedDict[tuple[str, str], tuple[float, Known]] = OrderedDict()

    async def get(
        self,
        key: tuple[str, str],
        ask: Callable[[], Awaitable[Known]],
        *,
        keep: Callable[[Known], bool] = lambda known: True,
    ) -> Known:
        now = self._monotonic()
        if (known := self.known(key)) is not None:
            return known
        told = await ask()
        if keep(told):
            self._known[key] = (now, told)
            if len(self._known) > KEPT_MAX:
                self._known.popitem(last=False)
        return told

    def known(self, key: tuple[str, str]) -> Known | None:
        """What was asked for lately; None: nothing."""
        if key not in self._known or self._monotonic() - self._known[key][0] >= self._kept_s:
            return None
        self._known.move_to_end(key)
        return self._known[key][1]

    def forget(self, key: tuple[str, str]) -> None:
        self._known.pop(key, None)

    def forget_first(self, first: str) -> None:
        """Every key that begins with this."""
        for key in [one for one in self._known if one[0] == first]:
            del self._known[key]


def _outside(told: dict[str, Any], home: str) -> bool:
    """Whether the person is of another organisation, whose rights count for nothing here."""
    if told.get("is_stranger") or told.get("is_external"):
        return True
    organisation = told.get("enterprise_user") or {}
    theirs = {told.get("team_id"), organisation.get("enterprise_id"), *organisation.get("teams", ())} - {None, ""}
    return bool(home and theirs) and home not in theirs


async def _value(known: Known) -> Known:
    return known
