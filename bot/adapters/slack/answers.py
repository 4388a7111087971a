"""How answers get back: to the asker alone, in the message's place, in the thread, or shared with the channel.

What only the asker sees bears a button that shows it to the channel. Slack does not hand over what such a message
says, so the button holds the question, which is asked again for whoever presses it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.adapters.layout import printable
from bot.adapters.slack.format import Block, Message, escape, reply_blocks
from bot.adapters.slack.people import People
from bot.adapters.slack.sender import Sender
from bot.adapters.slack.workspaces import split
from bot.i18n import Words, language_of, words_in
from bot.model import Command, Press, Receipt, Reply
from bot.ports import Handlers

SHARE = "share"  # action_id
_VALUE_MAX = 2000  # of a button

# What changes nothing, so that it may be asked again, and is not the asker's own affair.
_COMMANDS = frozenset(("latest", "search", "deals", "deal", "timeline", "why", "whynot", "sources", "status", "help"))
_PRESSES = frozenset(("older", "newer", "deal", "timeline", "why"))
_USER = re.compile(r"[UW][A-Z0-9]+")

_log = logging.getLogger(__name__)


class Answers:
    """Asks the product and brings its answers back."""

    def __init__(self, sender: Sender, people: People) -> None:
        self._sender = sender
        self._people = people
        self._handlers: Handlers | None = None

    def begin(self, handlers: Handlers | None) -> None:
        """Who answers from now on; None: nobody, and nothing will be asked."""
        self._handlers = handlers

    @property
    def handlers(self) -> Handlers:
        assert self._handlers is not None  # commands, clicks and events come only after the start
        return self._handlers

    async def to_asker(self, command: Command, response_url: str, *, thread: str = "") -> None:
        """By the command's own URL, for the asker's eyes. `thread`: where it goes when it is shared."""
        command = await self._people.known(command)
        reply = await self._asked(command)
        if reply is None:
            return
        messages = self._shareable(reply_blocks(reply), command, reply, f"{thread}\nc\n{command.name}\n{command.args}")
        if why := await self._sender.whisper(response_url, messages):
            _unsaid(command, why)

    async def to_presser(self, pressed: Press, response_url: str) -> None:
        """In the place of the message pressed, or by the click's own URL for the eyes of who clicked."""
        pressed = await self._people.known(pressed)
        reply = await self._pressed(pressed)
        if reply is None:
            return
        messages = reply_blocks(reply)
        why = None
        if reply.replace and messages:
            why = await self._sender.whisper(response_url, messages[:1], replace=True)
            if why:  # the URL lives half an hour and five answers; the message may be changed later too
                address = pressed.channel.address
                done = await self._sender.replace(address, pressed.message_id, messages[0])
                why = None if isinstance(done, Receipt) else getattr(done, "reason", why)
            messages = messages[1:]
        elif reply.toast and not messages:  # Slack has no passing words beside a button
            messages = ((escape(printable(reply.toast)), []),)
        else:
            messages = self._shareable(messages, pressed, reply, f"\np\n{pressed.action}")
        why = why or await self._sender.whisper(response_url, messages)
        if why:
            _unsaid(pressed, why)

    async def there(self, command: Command, thread: str | None) -> None:
        """In the channel, in the thread if there is one."""
        command = await self._people.known(command)
        reply = await self._asked(command)
        more: dict[str, Any] = {"thread_ts": thread} if thread else {}
        messages = reply_blocks(reply) if reply is not None else ()
        if why := await self._sender.say(command.channel.address, messages, **more):
            _unsaid(command, why)

    async def shared(self, pressed: Press, response_url: str) -> None:
        """What the button's question is answered now, for everybody in the channel, with who shows it."""
        pressed = await self._people.known(pressed)
        thread, _, question = pressed.action.partition("\n")
        reply = await self._again(question, pressed)
        words = words_in(language_of((reply.lang if reply else "") or pressed.lang))
        messages = reply_blocks(reply) if reply is not None else ()
        if not messages:
            nothing: Message = (words.say("There is nothing to share any more."), [])
            why = await self._sender.whisper(response_url, [nothing])
        else:
            why = await self._sender.show(response_url, _signed(messages, pressed.user, words), thread=thread or None)
        if why:
            _unsaid(pressed, why)

    async def _again(self, question: str, pressed: Press) -> Reply | None:
        """The question's answer; None for what may not be asked so."""
        kind, _, rest = question.partition("\n")
        name, _, args = rest.partition("\n")
        if kind == "c" and name in _COMMANDS:
            asked = Command(
                name=name,
                args=args,
                channel=pressed.channel,
                user=pressed.user,
                private=pressed.private,
                manager=pressed.manager,
                lang=pressed.lang,
                administrator=pressed.administrator,
                present=pressed.present,
                zone=pressed.zone,
            )
            return await self._asked(asked)
        if kind == "p" and rest.partition(":")[0] in _PRESSES:
            return await self._pressed(replace(pressed, action=rest))
        return None

    def _shareable(
        self, messages: Sequence[Message], asked: Command | Press, reply: Reply, question: str
    ) -> tuple[Message, ...]:
        """With the button under the last message, where others may see it and it may be asked again."""
        asks = asked.name if isinstance(asked, Command) else asked.action.partition(":")[0]
        known = _COMMANDS if isinstance(asked, Command) else _PRESSES
        if not messages or reply.own or asked.private or asks not in known or len(question) > _VALUE_MAX:
            return tuple(messages)
        words = words_in(language_of(reply.lang or asked.lang))
        text, blocks = messages[-1]
        return (*messages[:-1], (text, [*blocks, _share_button(question, words)]))

    async def _asked(self, command: Command) -> Reply | None:
        return await self.handlers.command(command)

    async def _pressed(self, press: Press) -> Reply | None:
        return await self.handlers.press(press)


def _share_button(question: str, words: Words) -> Block:
    text = {"type": "plain_text", "text": words.say("Share in channel"), "emoji": False}
    button = {"type": "button", "action_id": SHARE, "text": text, "value": question}
    return {"type": "actions", "elements": [button]}


def _signed(messages: Sequence[Message], user: str, words: Words) -> tuple[Message, ...]:
    """With who shows it, under the last message."""
    id_ = split(user.removeprefix("slack:"))[1]
    who = f"<@{id_}>" if _USER.fullmatch(id_) else escape(id_)
    note = escape(words.say("Shared by {who}", who="\0")).replace("\0", who)
    signature = {"type": "context", "elements": [{"type": "mrkdwn", "text": note}]}
    text, blocks = messages[-1]
    return (*messages[:-1], (text, [*blocks, signature]))


def _unsaid(command: Command | Press, why: str) -> None:
    _log.warning("slack answer not sent channel=%s reason=%s", command.channel.key, why)
