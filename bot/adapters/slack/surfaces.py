"""What Slack has beside messages: the app's page (Home tab), shared answers, the shortcut on a message, and modals."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import OrderedDict
from typing import Any
from weakref import WeakValueDictionary

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.adapters.pacing import Sleep
from bot.adapters.running import Running
from bot.adapters.slack.answers import SHARE, Answers
from bot.adapters.slack.format import Message
from bot.adapters.slack.modals import Modals
from bot.adapters.slack.payloads import Payload, link_in, on_message, press
from bot.adapters.slack.people import People, Person
from bot.adapters.slack.refusals import code
from bot.adapters.slack.sender import Sender
from bot.adapters.slack.views import HOME, Place, home_kept, home_view, pressed
from bot.adapters.slack.workspaces import (
    FindError,
    NotInstalledError,
    Workspaces,
    at_home,
    channel_at,
    split,
    user_at,
)
from bot.forms import EDIT, TURN, HomeAsked
from bot.i18n import language_of, words_in
from bot.model import Channel, Command, Line, Press, Reply, line
from bot.ports import Handlers

CHECK_LINK = "check_link"  # callback_id of the shortcut on a message
SEEN_MAX = 2_000  # people whose page is brought up to date after a change; others' is when they look again

_FAILURES = (SlackApiError, aiohttp.ClientError, OSError, TimeoutError, NotInstalledError, FindError)

_log = logging.getLogger(__name__)


class Surfaces:
    """Of all workspaces."""

    def __init__(
        self,
        workspaces: Workspaces,
        people: People,
        sender: Sender,
        answers: Answers,
        running: Running,
        *,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._workspaces = workspaces
        self._people = people
        self._sender = sender
        self._answers = answers
        self._running = running
        self._modals = Modals(workspaces, people, sender, answers, running, saved=self._refresh, sleep=sleep)
        self._seen: OrderedDict[tuple[str, str], tuple[str, int]] = OrderedDict()  # (home, user) -> own chat, page
        self._publishing: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    def listen(self, app: AsyncApp) -> None:
        """Take what Slack tells of them; to be called before listeners that take everything."""
        app.action(SHARE)(self._on_share)
        app.action(re.compile(f"^{HOME}"))(self._on_home_press)
        app.shortcut(CHECK_LINK)(self._on_check_link)
        app.event("app_home_opened")(self._on_home)
        self._modals.listen(app)

    def opens(self, asked: Command | Press) -> bool:
        """Whether this is answered by a form."""
        return self._modals.opens(asked)

    async def open(self, asked: Command | Press, body: Payload) -> None:
        """The form about the channel in which it was asked for."""
        await self._modals.open(asked, body)

    @property
    def _handlers(self) -> Handlers:
        assert self._answers.handlers is not None  # nothing comes before the start
        return self._answers.handlers

    # --- the app's page ---

    async def _on_home(self, body: Payload) -> None:
        event = body["event"]
        if event.get("tab", "home") == "home" and event.get("channel"):
            home = self._workspaces.home(body)
            own = channel_at(home, str(event["channel"])).address
            self._running.start(self._publish(home, str(event["user"]), own, 0), of=home)

    async def _on_home_press(self, ack: Any, body: Payload) -> None:
        await ack()
        action = (body.get("actions") or [{}])[0]
        if action.get("value") and body.get("view"):
            self._running.start(self._home_pressed(body, str(action["value"])), of=self._workspaces.home(body))

    async def _home_pressed(self, body: Payload, value: str) -> None:
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
            await self._open_at_home(home, id_, own, page, address if rest else "", rest, str(body["trigger_id"]))
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
        reply = await self._handlers.press(await self._people.known(press))
        await self._publish(home, id_, own, page, said=reply, said_in=channel)

    async def _open_at_home(
        self, home: str, id_: str, own: str, page: int, address: str, what: str, trigger: str
    ) -> None:
        place = Place(address=address, private=address == own and bool(address), own=own, page=page, what=what)

        async def say(messages: tuple[Message, ...]) -> None:
            """Above the page, since there is no message to answer."""
            told: tuple[Line, ...] = tuple(line(row) for text, _ in messages for row in text.split("\n"))
            await self._publish(home, id_, own, page, said=Reply(lines=told))

        await self._modals.open_at(user_at(home, id_), place, trigger, say)

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
        if self._handlers.home is None:
            return
        self._seen[(home, id_)] = (own, page)
        self._seen.move_to_end((home, id_))
        while len(self._seen) > SEEN_MAX:
            self._seen.popitem(last=False)
        # One after the other, so that no page made earlier arrives last and stands there.
        async with self._publishing.setdefault((home, id_), asyncio.Lock()):
            try:
                await self._published(home, id_, own, page, said, said_in)
            except _FAILURES as error:
                _log.warning("slack home page not published reason=%s", _why(error))

    async def _published(
        self, home: str, id_: str, own: str, page: int, said: Reply | None, said_in: Channel | None
    ) -> None:
        """Raises one of `_FAILURES`."""
        assert self._handlers.home is not None  # asked by the caller
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
        view = home_view(await self._handlers.home(asked), own=own, number=page)
        await (await self._workspaces.of(home)).web.views_publish(user_id=id_, view=view)

    async def _person(self, home: str, id_: str) -> Person:
        try:
            return await self._people.person(home, id_)
        except _FAILURES as error:
            _log.info("slack did not tell who asks reason=%s", _why(error))
            return Person()

    async def _refresh(self, user: str, place: Place) -> None:
        """Something was saved: the person's page shows it."""
        key = split(user.removeprefix("slack:"))
        own, page = self._seen.get(key, (place.own, place.page or 0))
        if own:
            await self._publish(*key, own, page)

    # --- on messages ---

    async def _on_share(self, ack: Any, body: Payload) -> None:
        await ack()
        home = self._workspaces.home(body)
        if (share := press(body, home)) is not None:
            self._running.start(self._answers.shared(share, str(body.get("response_url") or "")), of=home)

    async def _on_check_link(self, ack: Any, body: Payload) -> None:
        """The shortcut on a message: what became of the report that it links."""
        await ack()
        self._running.start(self._check_link(body), of=self._workspaces.home(body))

    async def _check_link(self, body: Payload) -> None:
        command = on_message(body, "whynot", link_in(body["message"]) or "", self._workspaces.home(body))
        response_url = str(body.get("response_url") or "")
        if command.args:
            message = body["message"]
            thread = str(message.get("thread_ts") or message["ts"])
            await self._answers.to_asker(command, response_url, thread=thread)
            return
        words = words_in(language_of((await self._people.known(command)).lang))
        told = words.say("There is no link in this message. Choose a message with the address of a report.")
        await self._sender.whisper(response_url, [(told, [])])


def _why(error: Exception) -> str:
    return code(error) if isinstance(error, SlackApiError) else type(error).__name__
