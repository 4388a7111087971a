"""What Slack has beside messages: shared answers, the shortcut on a message, modals and the app's page."""

from __future__ import annotations

import asyncio
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.adapters.pacing import Sleep
from bot.adapters.running import Running
from bot.adapters.slack.answers import SHARE, Answers
from bot.adapters.slack.app_home import AppHome
from bot.adapters.slack.modals import Modals
from bot.adapters.slack.payloads import Payload, link_in, on_message, press
from bot.adapters.slack.people import People
from bot.adapters.slack.sender import Sender
from bot.adapters.slack.views import Place
from bot.adapters.slack.workspaces import Workspaces
from bot.i18n import language_of, words_in
from bot.model import Command, Press

CHECK_LINK = "check_link"  # callback_id of the shortcut on a message


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
        self._modals = Modals(workspaces, people, sender, answers, running, saved=self._saved, sleep=sleep)
        self._home = AppHome(workspaces, people, answers, running, open_form=self._modals.open_at)

    def listen(self, app: AsyncApp) -> None:
        """Take what Slack tells of them; to be called before listeners that take everything."""
        app.action(SHARE)(self._on_share)
        app.shortcut(CHECK_LINK)(self._on_check_link)
        self._home.listen(app)
        self._modals.listen(app)

    def opens(self, asked: Command | Press) -> bool:
        """Whether this is answered by a form."""
        return self._modals.opens(asked)

    async def open(self, asked: Command | Press, body: Payload) -> None:
        """The form about the channel in which it was asked for."""
        await self._modals.open(asked, body)

    async def _saved(self, user: str, place: Place) -> None:
        await self._home.refresh(user, place)

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
