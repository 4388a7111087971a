"""Slack's modals: opened by a trigger within 3 s, handed in and acknowledged within 3 s.

So a form is waited for only a moment, and where it takes longer something stands in its place that is changed when it
is made. Where and about what a modal is travels with it, so nothing is kept here between its steps.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.pacing import Sleep
from bot.adapters.running import Running
from bot.adapters.slack.answers import Answers
from bot.adapters.slack.format import Message, action_blocks, line_blocks, reply_blocks
from bot.adapters.slack.payloads import Payload
from bot.adapters.slack.people import People
from bot.adapters.slack.refusals import code, why
from bot.adapters.slack.sender import Sender
from bot.adapters.slack.views import (
    CALLBACK,
    Place,
    View,
    errors_of,
    filled,
    form_view,
    place_of,
    waiting_view,
    words_view,
)
from bot.adapters.slack.workspaces import (
    CALL_FAILURES,
    Workspaces,
    at_home,
    channel_at,
    split,
    user_at,
)
from bot.forms import EDIT, Form, FormAnswer, FormAsked, FormErrors, FormFilled
from bot.i18n import Words, language_of, words_in
from bot.model import Button, Channel, Command, Press, Reply, line

OPEN_WITHIN_S = 0.8  # a form is waited for so long before something stands in its place; a trigger lives 3 s
ACK_WITHIN_S = 0.8  # the same for what was handed in
UPDATE_TRIES = 5  # of a modal that Slack may not know yet
UPDATE_PAUSE_S = 0.3

# The documentation has both spellings.
_LATE = {
    *("expired_trigger_id", "trigger_expired", "exchanged_trigger_id", "trigger_exchanged"),
    *("invalid_trigger_id", "invalid_trigger", "ratelimited"),
}

Say = Callable[[tuple[Message, ...]], Awaitable[object]]
"""Tells the person words where there is no modal to hold them."""

Saved = Callable[[str, Place], Awaitable[None]]
"""Told of what a person (its key) saved in a modal opened there."""

_log = logging.getLogger(__name__)


class Modals:
    """Of all workspaces."""

    def __init__(
        self,
        workspaces: Workspaces,
        people: People,
        sender: Sender,
        answers: Answers,
        running: Running,
        *,
        saved: Saved,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._workspaces = workspaces
        self._people = people
        self._sender = sender
        self._answers = answers
        self._running = running
        self._saved = saved
        self._sleep = sleep

    def listen(self, app: AsyncApp) -> None:
        """Take what is handed in."""
        app.view(CALLBACK)(self._on_submit)

    # --- opened ---

    def opens(self, asked: Command | Press) -> bool:
        """Whether this is answered by a form: /dealwire subscribe without words, and the buttons that edit."""
        if self._answers.handlers.form is None:
            return False
        if isinstance(asked, Command):
            return asked.name == "subscribe" and not asked.args
        return asked.action.partition(":")[0] in (EDIT, "subedit")

    async def open(self, asked: Command | Press, body: Payload) -> None:
        """The form about the channel in which it was asked for."""
        response_url = str(body.get("response_url") or "")
        what = asked.action.partition(":")[2] if isinstance(asked, Press) else ""
        place = Place(address=asked.channel.address, private=asked.private, here=True, what=what)

        async def say(messages: tuple[Message, ...]) -> None:
            if why := await self._sender.whisper(response_url, messages):
                _log.warning("slack answer not sent channel=%s reason=%s", asked.channel.key, why)

        await self.open_at(asked.user, place, str(body.get("trigger_id") or ""), say)

    async def open_at(self, user: str, place: Place, trigger: str, say: Say) -> None:
        """A modal with the form, or with what stands in its place; words where Slack opens none any more."""
        home, _ = split(user.removeprefix("slack:"))
        making = asyncio.create_task(self._form(user, place))
        try:
            await asyncio.wait({making}, timeout=OPEN_WITHIN_S)
            web = (await self._workspaces.of(home)).web
            if making.done():
                answer, words = making.result()
                if isinstance(answer, Reply):
                    await say(reply_blocks(answer))
                    return
                await web.views_open(trigger_id=trigger, view=_view(answer, place, words))
                return
            words = self._words(user)
            opened: Any = await web.views_open(trigger_id=trigger, view=waiting_view(words, place))
            answer, words = await making
            await self._update(web, _view(answer, place, words), view_id=str(opened["view"]["id"]))
        except SlackApiError as error:
            answer, words = await making
            if code(error) not in _LATE:
                _log.warning("slack modal not opened reason=%s", code(error))
            await say(_too_late(place, words))
        except CALL_FAILURES as error:
            _log.warning("slack modal not opened reason=%s", type(error).__name__)
        finally:
            making.cancel()

    def _words(self, user: str) -> Words:
        """In the person's language, as far as it is known without waiting."""
        return words_in(language_of(self._people.language(*split(user.removeprefix("slack:")))))

    async def _form(self, user: str, place: Place) -> tuple[FormAnswer, Words]:
        asked = await self._asked(user, place)
        assert self._answers.handlers.form is not None  # else nothing opens one
        return await self._answers.handlers.form(asked), words_in(language_of(asked.lang))

    async def _asked(self, user: str, place: Place) -> FormAsked:
        home, id_ = split(user.removeprefix("slack:"))
        channel = Channel(platform="slack", address=place.address) if place.address else None
        manager = place.here or place.private
        if channel is not None and not manager:
            manager = await self._people.member(home, id_, split(channel.address)[1])
        asked = FormAsked(user=user, channel=channel, private=place.private, manager=manager, what=place.what)
        return await self._people.known(asked)

    # --- handed in ---

    async def _on_submit(self, ack: Any, body: Payload) -> None:
        home = self._workspaces.home(body)
        user = user_at(home, body["user"]["id"])
        view: View = body["view"]
        place, state = place_of(view)
        place = replace(place, address=at_home(home, place.address), own=at_home(home, place.own))
        values = filled(view)
        if not place.address and "channel" in values:
            place = _placed(place, home, values["channel"])
        making = asyncio.create_task(self._submitted(user, place, state, values))
        await asyncio.wait({making}, timeout=ACK_WITHIN_S)
        over = state.startswith("fill")  # the preview stands over the form, so that one can go back
        if making.done():
            answer, words = making.result()
            await ack(**_acknowledgement(answer, place, words, view, over=over))
            self._running.start(self._after(answer, user, place), of=home)
            return
        external_id = f"late-{uuid.uuid4().hex}"
        waiting = waiting_view(self._words(user), place, external_id=external_id)
        await ack(response_action="push" if over else "update", view=waiting)
        self._running.start(self._late(making, home, user, place, external_id), of=home)

    async def _submitted(
        self, user: str, place: Place, state: str, values: Mapping[str, str]
    ) -> tuple[FormAnswer, Words]:
        asked = await self._asked(user, place)
        assert self._answers.handlers.form is not None  # else there was no form
        answer = await self._answers.handlers.form(FormFilled(asked=asked, state=state, values=values))
        return answer, words_in(language_of(asked.lang))

    async def _late(
        self, making: asyncio.Task[tuple[FormAnswer, Words]], home: str, user: str, place: Place, external_id: str
    ) -> None:
        """Puts the next form in the place of what was shown meanwhile."""
        try:
            answer, words = await making
            web = (await self._workspaces.of(home)).web
            await self._update(web, _view(answer, place, words, external_id=external_id), external_id=external_id)
        except CALL_FAILURES as error:
            _log.warning("slack modal not changed reason=%s", why(error))
            return
        finally:
            making.cancel()
        await self._after(answer, user, place)

    async def _update(self, web: AsyncWebClient, view: View, **which: str) -> None:
        """Changes a modal, which Slack may not know yet in the moment after an acknowledgement."""
        for left in range(UPDATE_TRIES - 1, -1, -1):
            try:
                await web.views_update(view=view, **which)
                return
            except SlackApiError as error:
                if code(error) != "not_found" or not left:
                    raise
            await self._sleep(UPDATE_PAUSE_S)

    async def _after(self, answer: FormAnswer, user: str, place: Place) -> None:
        if isinstance(answer, Form) and answer.last:
            await self._saved(user, place)


def _placed(place: Place, home: str, chosen: str) -> Place:
    """Where the form is about, once a channel was chosen; nothing chosen: the person's own chat."""
    if chosen:
        return replace(place, address=channel_at(home, chosen).address, private=False)
    return replace(place, address=place.own, private=bool(place.own))


def _view(answer: FormAnswer, place: Place, words: Words, *, external_id: str = "") -> View:
    """Whatever the answer is, as a modal."""
    match answer:
        case Form():
            return form_view(answer, place, external_id=external_id)
        case FormErrors(errors=errors):
            lines = tuple(line(told) for told in errors.values())
            return words_view(lines, words, place, external_id=external_id, last=False)
    return words_view(answer.lines, words, place, external_id=external_id, last=False)


def _acknowledgement(answer: FormAnswer, place: Place, words: Words, view: View, *, over: bool) -> dict[str, Any]:
    if isinstance(answer, FormErrors) and (errors := errors_of(answer.errors, view)):
        return {"response_action": "errors", "errors": errors}
    stacked = answer.over if isinstance(answer, Form) else over
    return {"response_action": "push" if stacked else "update", "view": _view(answer, place, words)}


def _too_late(place: Place, words: Words) -> tuple[Message, ...]:
    """Slack opens a form only within 3 s of the click: a button gives another chance."""
    told = words.say("That took too long, and Slack opens no form any more. Please press the button.")
    button = Button(text=words.say("Open the form"), action=f"{EDIT}:{place.what}")
    return ((told, [*line_blocks((line(told),)), *action_blocks(((button,),))]),)
