"""The app's page, Slack's App Home: published when somebody opens it, presses on it, or saves something."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakValueDictionary

from slack_bolt.async_app import AsyncApp

from bot.adapters.running import Running
from bot.adapters.slack.answers import Answers
from bot.adapters.slack.format import Message
from bot.adapters.slack.modals import Say
from bot.adapters.slack.payloads import Payload
from bot.adapters.slack.people import People, Person
from bot.adapters.slack.refusals import why
from bot.adapters.slack.views import HOME, Place, home_kept, home_view, pressed
from bot.adapters.slack.workspaces import CALL_FAILURES, Workspaces, at_home, channel_at, split, user_at
from bot.forms import EDIT, TURN, HomeAsked
from bot.model import Channel, Line, Press, Reply, line

SEEN_MAX = 2_000  # people whose page is brought up to date after a change; others' is when they look again

OpenForm = Callable[[str, Place, str, Say], Awaitable[None]]
"""Opens a form for a person (its key) at a place, by a trigger; says in words what it cannot open."""

_log = logging.getLogger(__name__)


class AppHome:
    """Of all people of all workspaces."""

    def __init__(
        self, workspaces: Workspaces, people: People, answers: Answers, running: Running, *, open_form: OpenForm
    ) -> None:
        self._workspaces = workspaces
        self._people = people
        self._answers = answers
        self._running = running
        self._open_form = open_form
        self._seen: OrderedDict[tuple[str, str], tuple[str, int]] = OrderedDict()  # (home, user) -> own chat, page
        self._publishing: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    def listen(self, app: AsyncApp) -> None:
        """Take what Slack tells of it."""
        app.event("app_home_opened")(self._on_opened)
        app.action(re.compile(f"^{HOME}"))(self._on_press)

    async def _on_opened(self, body: Payload) -> None:
        event = body["event"]
        if event.get("tab", "home") == "home" and event.get("channel"):
            home = self._workspaces.home(body)
            own = channel_at(home, str(event["channel"])).address
            self._running.start(self._publish(home, str(event["user"]), own, 0), of=home)

    async def _on_press(self, ack: Any, body: Payload) -> None:
        await ack()
        action = (body.get("actions") or [{}])[0]
        if action.get("value") and body.get("view"):
            self._running.start(self._pressed(body, str(action["value"])), of=self._workspaces.home(body))

    async def _pressed(self, body: Payload, value: str) -> None:
        home, id_ = self._workspaces.home(body), str(body["user"]["id"])
        own, page = home_kept(body["view"])
        own = at_home(home, own)
        address, action = pressed(value)
        address = at_home(home, address) or own
        kind, _, rest = action.partition(":")
        if kind == TURN:
            if rest == str(page):  # the same page again: as things are now
                self._people.forget_rooms(home, id_)
            await self._publish(home, id_, own, int(rest) if rest.isdecimal() else 0)
            return
        if kind in (EDIT, "subedit"):
            await self._open(home, id_, own, page, address if rest else "", rest, str(body["trigger_id"]))
            return
        channel = Channel(platform="slack", address=address)
        mine = address == own or await self._people.member(home, id_, split(address)[1])
        press = Press(
            action=action,
            channel=channel,
            message_id="",
            user=user_at(home, id_),
            private=address == own,
            manager=mine,
        )
        reply = await self._answers.handlers.press(await self._people.known(press))
        await self._publish(home, id_, own, page, said=reply, said_in=channel)

    async def _open(self, home: str, id_: str, own: str, page: int, address: str, what: str, trigger: str) -> None:
        place = Place(address=address, private=address == own and bool(address), own=own, page=page, what=what)

        async def say(messages: tuple[Message, ...]) -> None:
            """Above the page, since there is no message to answer."""
            told: tuple[Line, ...] = tuple(line(row) for text, _ in messages for row in text.split("\n"))
            await self._publish(home, id_, own, page, said=Reply(lines=told))

        await self._open_form(user_at(home, id_), place, trigger, say)

    async def _publish(
        self,
        home: str,
        id_: str,
        own: str,
        page: int,
        *,
        said: Reply | None = None,
        said_in: Channel | None = None,
    ) -> None:
        if self._answers.handlers.home is None:
            return
        self._seen[(home, id_)] = (own, page)
        self._seen.move_to_end((home, id_))
        while len(self._seen) > SEEN_MAX:
            self._seen.popitem(last=False)
        # One after the other, so that no page made earlier arrives last and stands there.
        async with self._publishing.setdefault((home, id_), asyncio.Lock()):
            try:
                await self._published(home, id_, own, page, said, said_in)
            except CALL_FAILURES as error:
                _log.warning("slack home page not published reason=%s", why(error))

    async def _published(
        self, home: str, id_: str, own: str, page: int, said: Reply | None, said_in: Channel | None
    ) -> None:
        """Raises one of `CALL_FAILURES`."""
        assert self._answers.handlers.home is not None  # asked by the caller
        person, rooms = await asyncio.gather(self._person(home, id_), self._people.rooms(home, id_))
        asked = HomeAsked(
            user=user_at(home, id_),
            own=Channel(platform="slack", address=own),
            rooms=rooms,
            administrator=person.administrator,
            lang=person.lang,
            zone=person.zone,
            page=page,
            said=said,
            said_in=said_in,
        )
        view = home_view(await self._answers.handlers.home(asked), own=own, number=page)
        await (await self._workspaces.of(home)).web.views_publish(user_id=id_, view=view)

    async def _person(self, home: str, id_: str) -> Person:
        try:
            return await self._people.person(home, id_)
        except CALL_FAILURES as error:
            _log.info("slack did not tell who asks reason=%s", why(error))
            return Person()

    async def refresh(self, user: str, place: Place) -> None:
        """Something was saved: the person's page shows it."""
        key = split(user.removeprefix("slack:"))
        own, page = self._seen.get(key, (place.own, place.page or 0))
        if own:
            await self._publish(*key, own, page)
