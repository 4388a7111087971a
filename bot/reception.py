"""The front door for everything that people type and press: who may ask, how often, and which part answers.

In: commands, pressed buttons and inline queries of any platform. Out: replies. Claims are heard before anything
else, strangers are told how to get in, and whatever goes wrong is answered in words and logged; nothing here ends
the adapter that brought it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from math import ceil
from typing import TypeVar

from bot.access_commands import ASK, AccessCommands
from bot.allowance import Allowance
from bot.asking import Asked, manner
from bot.commands import Commands
from bot.forms import (
    FormAnswer,
    FormAsked,
    FormErrors,
    FormFilled,
    HandleForm,
    HandleHome,
    HomeAsked,
    HomePage,
    Section,
)
from bot.gate import Gate
from bot.i18n import Language, language_of, later, words_in
from bot.managing import Managing
from bot.model import Command, InlineAnswer, InlineQuery, Press, Reply, line, started_action, text_reply
from bot.ports import Clock, HandleInline
from bot.presses import Router
from bot.storage import Store

log = logging.getLogger(__name__)

WENT_WRONG = later("That went wrong on our side and was logged. Please try again in a minute.")

INLINE_PER_MINUTE = 120  # queries of one person; judgement: two letters a second

Answer = Callable[[Command], Awaitable[Reply]]
_Given = TypeVar("_Given", Command, Press, FormAsked)


class Reception:
    """Its methods are the handlers that adapters are given."""

    def __init__(
        self,
        *,
        store: Store,
        gate: Gate,
        access: AccessCommands,
        commands: Commands,
        answers: Mapping[str, Answer],
        presses: Router,
        allowance: Allowance,
        clock: Clock,
        inline: HandleInline | None = None,
        managing: Managing | None = None,
        form: HandleForm | None = None,
        home: HandleHome | None = None,
    ) -> None:
        """`answers`: what answers commands by their name; all others are for `commands`. `managing` None: who
        manages a channel is the platform's word alone."""
        self._store = store
        self._gate = gate
        self._access = access
        self._commands = commands
        self._answers = answers
        self._presses = presses
        self._allowance = allowance
        self._clock = clock
        self._inline = inline
        self._managing = managing
        self._form = form
        self._home = home
        self._typing = Allowance(INLINE_PER_MINUTE)

    async def command(self, command: Command) -> Reply | None:
        """The answer; None where silence is right: chatter in a group, or a flood that was told to wait."""
        if not command.name and not command.private and command.channel.platform == "telegram":
            return None
        try:
            await self._gate.refresh()
            command = await self._narrowed(command)
            words = words_in(language_of(command.lang))
            if wait_s := self._wait_s(command):
                if not self._allowance.to_tell(command.user):
                    return None
                told = words.say("That was a lot of questions. Please ask again in {s} s.", s=ceil(wait_s))
                return replace(text_reply(told), own=True)
            claimed = await self._access.claim(command)
            if claimed is not None:
                return claimed
            if command.name == "start" and command.args.strip() == ASK:
                command = replace(command, args="")
            if not self._gate.allows(command):
                return replace(await self._access.refuse_stranger(command), own=True)
            action = started_action(command.args) if command.name == "start" else None
            if action is not None and action in self._presses:
                return await self._presses.press(_started(command, action))
            answer = self._answers.get(command.name)
            return await self._spoken(
                await answer(command) if answer else await self._commands.handle(command), command
            )
        except Exception:  # the store may be busy or gone: the asker is told, the adapter goes on
            log.exception("command failed: %s", command.name)
            return replace(text_reply(words_in(language_of(command.lang)).say(WENT_WRONG)), own=True)

    async def press(self, press: Press) -> Reply | None:
        """The answer to a pressed button."""
        try:
            await self._gate.refresh()
            press = await self._narrowed(press)
            words = words_in(language_of(press.lang))
            if not self._gate.allows(press):
                return Reply(toast=words.say("This bot is closed to this chat."))
            if wait_s := self._wait_s(press):
                return Reply(toast=words.say("That was a lot at once. Please try again in {s} s.", s=ceil(wait_s)))
            return await self._spoken(await self._presses.press(press), press)
        except Exception:  # as in `command`
            log.exception("button failed: %s", press.action.partition(":")[0])
            return Reply(toast=words_in(language_of(press.lang)).say(WENT_WRONG))

    async def inline(self, query: InlineQuery) -> InlineAnswer:
        """The answer to an inline query; nothing for those who may not use the bot."""
        try:
            if self._inline is None:
                return InlineAnswer(personal=True, cache_s=_REFUSED_S)
            if not await self._gate.may_inline(query):
                way_in = (self._way_in(language_of(query.lang)), ASK)
                return InlineAnswer(personal=True, cache_s=_REFUSED_S, button=way_in)
            # Each letter typed may be a query of its own: they are not counted with the commands.
            if self._typing.wait_s(query.user, self._clock()):
                return InlineAnswer(personal=True, cache_s=_REFUSED_S)
            return await self._inline(query)
        except Exception:  # as in `command`
            log.exception("inline query failed")
            return InlineAnswer(personal=True, cache_s=0)

    def _way_in(self, lang: Language) -> str:
        """What the button says that leads a stranger into the private chat, where /start asks or tells how."""
        words = words_in(lang)
        return words.say("Ask for access") if self._gate.mode == "approval" else words.say("This bot is closed: why?")

    async def _spoken(self, reply: Reply | None, asked: Asked) -> Reply | None:
        """With the language of what a platform adds in words of its own."""
        if reply is None or reply.lang:
            return reply
        _, words = await manner(self._store, asked)
        return replace(reply, lang=words.lang)

    async def form(self, given: FormAsked | FormFilled) -> FormAnswer:
        """The form that is asked for, or what follows on one that was handed in."""
        asked = given.asked if isinstance(given, FormFilled) else given
        words = words_in(language_of(asked.lang))
        try:
            await self._gate.refresh()
            if self._form is None:
                return text_reply(words.say("There are no forms here."))
            asked = await self._narrowed(asked)
            # Who opens a form before its channel is chosen is judged when it is.
            press = _pressed(asked)
            if press is not None and not self._gate.allows(press):
                if isinstance(given, FormFilled) and "channel" in given.values:
                    return FormErrors(errors={"channel": words.say("This bot is closed to this chat.")})
                return await self._access.refuse_stranger(_subscribing(press))
            if press is not None and (wait_s := self._wait_s(press)):
                return text_reply(words.say("That was a lot at once. Please try again in {s} s.", s=ceil(wait_s)))
            return await self._form(replace(given, asked=asked) if isinstance(given, FormFilled) else asked)
        except Exception:  # as in `command`
            log.exception("form failed")
            return text_reply(words.say(WENT_WRONG))

    async def home(self, asked: HomeAsked) -> HomePage:
        """The app's own page. Who may see what is decided there."""
        try:
            assert self._home is not None  # else no adapter was given this
            return await self._home(asked)
        except Exception:  # as in `command`
            log.exception("home page failed")
            told = words_in(language_of(asked.lang)).say(WENT_WRONG)
            return HomePage(sections=(Section(heading="Dealwire", lines=(line(told),)),))

    async def _narrowed(self, asked: _Given) -> _Given:
        """`asked`, no manager where only administrators are; operators are managers everywhere."""
        if self._managing is None:
            return asked
        narrowed = await self._managing.narrowed(asked)
        asks = _asks(narrowed)
        return asked if asks is not None and self._gate.is_operator(asks) else narrowed

    def _wait_s(self, asked: Command | Press) -> float:
        """0: answered now. Operators never wait."""
        return 0.0 if self._gate.is_operator(asked) else self._allowance.wait_s(asked.user, self._clock())


def _asks(asked: Command | Press | FormAsked) -> Command | Press | None:
    return _pressed(asked) if isinstance(asked, FormAsked) else asked


def _pressed(asked: FormAsked) -> Press | None:
    """Who asks for a form, as one who presses a button in its channel; None: it is not chosen yet."""
    if asked.channel is None:
        return None
    return Press(
        action="",
        channel=asked.channel,
        message_id="",
        user=asked.user,
        private=asked.private,
        manager=asked.manager,
        lang=asked.lang,
    )


def _subscribing(press: Press) -> Command:
    """What opens a form, as it is typed."""
    return Command(
        name="subscribe",
        args="",
        channel=press.channel,
        user=press.user,
        private=press.private,
        manager=press.manager,
        lang=press.lang,
    )


_REFUSED_S = 10  # so long a platform may remember that there was no answer


def _started(command: Command, action: str) -> Press:
    """A button of a broadcast channel, which led into the private chat."""
    return Press(
        action=action,
        channel=command.channel,
        message_id="",
        user=command.user,
        private=command.private,
        manager=command.manager,
        lang=command.lang,
    )
