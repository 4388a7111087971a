"""The front door for everything that people type and press: who may ask, how often, and which part answers.

In: commands, pressed buttons and inline queries of any platform. Out: replies. Claims are heard before anything
else, strangers are told how to get in, and whatever goes wrong is answered in words and logged; nothing here ends
the adapter that brought it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from math import ceil

from bot.access_commands import AccessCommands
from bot.allowance import Allowance
from bot.commands import Commands
from bot.gate import Gate
from bot.i18n import language_of, later, words_in
from bot.model import Command, InlineAnswer, InlineQuery, Press, Reply, started_action, text_reply
from bot.ports import Clock, HandleInline
from bot.presses import Router

log = logging.getLogger(__name__)

WENT_WRONG = later("That went wrong on our side and was logged. Please try again in a minute.")

INLINE_PER_MINUTE = 120  # queries of one person; judgement: two letters a second

Answer = Callable[[Command], Awaitable[Reply]]


class Reception:
    """Its methods are the handlers that adapters are given."""

    def __init__(
        self,
        *,
        gate: Gate,
        access: AccessCommands,
        commands: Commands,
        answers: Mapping[str, Answer],
        presses: Router,
        allowance: Allowance,
        clock: Clock,
        inline: HandleInline | None = None,
    ) -> None:
        """`answers`: what answers commands by their name; all others are for `commands`."""
        self._gate = gate
        self._access = access
        self._commands = commands
        self._answers = answers
        self._presses = presses
        self._allowance = allowance
        self._clock = clock
        self._inline = inline
        self._typing = Allowance(INLINE_PER_MINUTE)

    async def command(self, command: Command) -> Reply | None:
        """The answer; None where silence is right: chatter in a group, or a flood that was told to wait."""
        if not command.name and not command.private and command.channel.platform == "telegram":
            return None
        try:
            await self._gate.refresh()
            words = words_in(language_of(command.lang))
            if wait_s := self._wait_s(command):
                if not self._allowance.to_tell(command.user):
                    return None
                return text_reply(words.say("That was a lot of questions. Please ask again in {s} s.", s=ceil(wait_s)))
            claimed = await self._access.claim(command)
            if claimed is not None:
                return claimed
            if not self._gate.allows(command):
                return await self._access.refuse_stranger(command)
            action = started_action(command.args) if command.name == "start" else None
            if action is not None and action in self._presses:
                return await self._presses.press(_started(command, action))
            answer = self._answers.get(command.name)
            return await answer(command) if answer else await self._commands.handle(command)
        except Exception:  # the store may be busy or gone: the asker is told, the adapter goes on
            log.exception("command failed: %s", command.name)
            return text_reply(words_in(language_of(command.lang)).say(WENT_WRONG))

    async def press(self, press: Press) -> Reply | None:
        """The answer to a pressed button."""
        try:
            await self._gate.refresh()
            words = words_in(language_of(press.lang))
            if not self._gate.allows(press):
                return Reply(toast=words.say("This bot is closed to this chat."))
            if wait_s := self._wait_s(press):
                return Reply(toast=words.say("That was a lot at once. Please try again in {s} s.", s=ceil(wait_s)))
            return await self._presses.press(press)
        except Exception:  # as in `command`
            log.exception("button failed: %s", press.action.partition(":")[0])
            return Reply(toast=words_in(language_of(press.lang)).say(WENT_WRONG))

    async def inline(self, query: InlineQuery) -> InlineAnswer:
        """The answer to an inline query; nothing for those who may not use the bot."""
        try:
            if self._inline is None or not await self._gate.may_inline(query):
                return InlineAnswer(personal=True, cache_s=_REFUSED_S)
            # Each letter typed may be a query of its own: they are not counted with the commands.
            if self._typing.wait_s(query.user, self._clock()):
                return InlineAnswer(personal=True, cache_s=_REFUSED_S)
            return await self._inline(query)
        except Exception:  # as in `command`
            log.exception("inline query failed")
            return InlineAnswer(personal=True, cache_s=0)

    def _wait_s(self, asked: Command | Press) -> float:
        """0: answered now. Operators never wait."""
        return 0.0 if self._gate.is_operator(asked) else self._allowance.wait_s(asked.user, self._clock())


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
