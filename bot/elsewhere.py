"""/channel: a broadcast channel, group or topic managed from the administrator's own private chat.

There one picks it, and from then on its menus are the same as in the chat itself: each button bears the chat's
address before what it does ("at:-1001234:set:digest"), and each press asks the platform anew whether this person
still administers it. Behind the number of a chat any of its commands may be typed, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.asking import Asked, manner, slashed
from bot.gate import Gate
from bot.i18n import Words
from bot.model import Button, Buttons, Channel, Command, Press, Reply, Run, line, text_reply
from bot.ports import HandlePress
from bot.presses import Router
from bot.storage import Store

LOOKED_AT = 100  # chats whose administrators are asked for in one answer; others are named by their address
LISTED = 30
AT_ONCE = 10  # of the questions to the platform

Managed = Callable[[Channel, str], Awaitable[str | None]]
"""A chat and a person: the chat's name, if this person administers it; else None."""


class Elsewhere:
    """Hands what is asked for another chat to those who answer it there."""

    def __init__(
        self,
        *,
        store: Store,
        gate: Gate,
        managed: Managed,
        answers: Mapping[str, Callable[[Command], Awaitable[Reply]]],
        presses: Router,
    ) -> None:
        """`answers` and `presses`: what may be asked for another chat, its subscriptions and settings."""
        self._store = store
        self._gate = gate
        self._managed = managed
        self._inner_answers = answers
        self._inner_presses = presses
        self.answers: Mapping[str, Callable[[Command], Awaitable[Reply]]] = {"channel": self._channel}
        self.presses: Mapping[str, HandlePress] = {"at": self._pressed}

    async def _channel(self, command: Command) -> Reply:
        """/channel · /channel 2 · /channel 2 mute s-400 7d"""
        _, words = await manner(self._store, command)
        if command.channel.platform != "telegram":
            return text_reply(words.say("Here each command is given in the channel that it is for."))
        if not command.private:
            return text_reply(words.say("Send this in our private chat."))
        which, _, rest = command.args.strip().partition(" ")
        if not which:
            return _listed(await self._chats(command), words)
        found = await self._named(which, command)
        if found is None:
            return text_reply(
                words.say(
                    "No chat that you administer is called so. {how} lists them.",
                    how=slashed(command.channel, "channel"),
                )
            )
        name, _, args = rest.strip().lstrip("/").partition(" ")
        if not name:
            return _opened(*found, words)
        answer = self._inner_answers.get(name.casefold())
        if answer is None:
            known = ", ".join(self._inner_answers)
            return text_reply(words.say("For another chat these commands work: {known}.", known=known))
        chat, title = found
        inner = replace(
            command, name=name.casefold(), args=args.strip(), channel=chat, private=False, manager=True, reply_to=None
        )
        return _for(chat, title, await answer(inner), self._inner_presses)

    async def _pressed(self, press: Press) -> Reply:
        """ "at:-1001234/7:set:digest:off"; "at:-1001234" shows what can be done there."""
        _, address, *rest = press.action.split(":", 2)
        _, words = await manner(self._store, press)
        found = await self._asked_for(_chat_at(address), press)
        if found is None:
            return Reply(toast=words.say("Only administrators of this chat can change what it gets."))
        chat, title = found
        action = rest[0] if rest else ""
        if not action:
            return replace(_opened(chat, title, words), replace=True)
        inner: Reply | None
        if action == "subscribe":
            asked = Command(
                name=action, args="", channel=chat, user=press.user, private=False, manager=True, lang=press.lang
            )
            inner = await self._inner_answers[action](asked)
        elif action in self._inner_presses:
            inner = await self._inner_presses.press(
                replace(press, action=action, channel=chat, private=False, manager=True)
            )
        else:
            inner = None
        return _for(chat, title, inner or Reply(), self._inner_presses)

    async def _chats(self, asked: Asked) -> list[tuple[Channel, str]]:
        """The chats that this person administers and that may use the bot, with their names; by address."""
        known = [*await self._store.rooms("telegram", LOOKED_AT), *self._gate.rooms("telegram")]
        places = asyncio.Semaphore(AT_ONCE)

        async def one(chat: Channel) -> tuple[Channel, str] | None:
            async with places:
                return await self._asked_for(chat, asked)

        found = await asyncio.gather(*(one(chat) for chat in list(dict.fromkeys(known))[:LOOKED_AT]))
        return [each for each in found if each is not None]

    async def _named(self, which: str, asked: Asked) -> tuple[Channel, str] | None:
        """The chat with that address, of that number in the list, or with that name."""
        if chat := _chat_at(which.removeprefix("telegram:")):
            return await self._asked_for(chat, asked)
        chats = await self._chats(asked)
        if which.isdecimal() and 1 <= int(which[:6]) <= len(chats):
            return chats[int(which[:6]) - 1]
        return next((one for one in chats if one[1].casefold() == which.casefold()), None)

    async def _asked_for(self, chat: Channel | None, asked: Asked) -> tuple[Channel, str] | None:
        """The chat and its name, if it may use the bot and this person administers it."""
        if chat is None or not self._gate.allows(replace(asked, channel=chat, manager=False)):
            return None
        title = await self._managed(chat, asked.user)
        return None if title is None else (chat, title)


def _chat_at(address: str) -> Channel | None:
    """A group, channel or topic of Telegram, where one private chat serves for others; None for anything else."""
    try:
        chat = Channel.parse(f"telegram:{address}")
    except ValueError:
        return None
    return chat if chat.address.startswith("-") else None


def _listed(chats: list[tuple[Channel, str]], words: Words) -> Reply:
    if not chats:
        return text_reply(
            words.say(
                "I know no channel or group that you administer. Add me to it as an administrator, and post /subscribe "
                "there, or send me /channel with its address: /channel -1001234567890"
            )
        )
    rows = [line(f"{n}. {title} ({chat.key})") for n, (chat, title) in enumerate(chats[:LISTED], 1)]
    return Reply(
        lines=(line(Run(text=words.say("Which one?"), style="bold")), *rows),
        buttons=tuple((Button(text=title, action=_at(chat, "")),) for chat, title in chats[:LISTED]),
    )


def _opened(chat: Channel, title: str, words: Words) -> Reply:
    """What can be done for this chat."""
    return Reply(
        lines=(
            line(Run(text=title, style="bold"), f" ({chat.key})"),
            line(words.say("What you choose here changes that chat; it is told nothing of it.")),
        ),
        buttons=(
            (
                Button(text=words.say("Settings"), action=_at(chat, "set:menu")),
                Button(text=words.say("Mutes"), action=_at(chat, "set:mutes")),
            ),
            (
                Button(text=words.say("Subscriptions"), action=_at(chat, "subs:0")),
                Button(text=words.say("Subscribe"), action=_at(chat, "subscribe")),
            ),
        ),
    )


def _for(chat: Channel, title: str, reply: Reply, inner: Router) -> Reply:
    """An answer that was made for the chat, as it is shown to whoever manages it: its name above, its address in the
    buttons, and a way back."""
    if not (reply.lines or reply.cards):
        return reply
    buttons: Buttons = tuple(
        tuple(replace(button, action=_at(chat, button.action)) if button.action in inner else button for button in row)
        for row in reply.buttons
    )
    back = Button(text=f"‹ {title}", action=_at(chat, ""))
    return replace(reply, lines=(line(Run(text=title, style="bold")), *reply.lines), buttons=(*buttons, (back,)))


def _at(chat: Channel, action: str) -> str:
    where = chat.key.removeprefix(f"{chat.platform}:")
    return f"at:{where}:{action}" if action else f"at:{where}"
