"""What goes out to Telegram: posts, edits and answers, in their turn; failures come back as values.

Texts come from `format`, buttons from `keyboard`, the meaning of failures from `refusals`, turns from the pacer.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from telegram import Bot, Chat, ChatFullInfo, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.adapters.answering import say
from bot.adapters.pacing import Keys, Limit, Monotonic, Pacer, Rank, Sleep
from bot.adapters.telegram.format import post_html, post_plain, reply_html
from bot.adapters.telegram.keyboard import keyboard
from bot.adapters.telegram.refusals import edit_outcome, markup_refused, outcome, times_refused
from bot.adapters.telegram.request import AiohttpRequest
from bot.model import Buttons, Channel, Post, Receipt, Rejected, Reply, RetryLater, SendResult

TURN_WITHIN_S = 10.0  # a message that its chat's pace holds longer goes back to the queue
ANSWER_WITHIN_S = 30.0  # the same for an answer: somebody waits for it, and there is no queue to go back to
KEPT = 64  # texts ready to be sent again
KNOWN_MAX = 20_000  # chats whose kind is remembered

_PREVIEW_OFF = LinkPreviewOptions(is_disabled=True)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The platform's pace, and whether the bot pays for more (`allow_paid_broadcast`)."""

    overall: Limit
    per_chat: Limit
    per_group: Limit
    paid: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    """One request."""

    text: str
    parse_mode: str | None
    rank: Rank
    markup: InlineKeyboardMarkup | None = None
    reply_to: int | None = None
    silent: bool = False


class Sender:
    """Everything that this bot writes into chats passes here."""

    def __init__(
        self,
        bot: Bot,
        request: AiohttpRequest,
        limits: Limits,
        *,
        monotonic: Monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._bot = bot
        self._request = request
        self._html = lru_cache(maxsize=KEPT)(post_html)  # one alert goes to many chats
        self._limits = limits
        self._sleep = sleep
        self._pacer = Pacer(overall=limits.overall, monotonic=monotonic, sleep=sleep)
        self._known: OrderedDict[str, tuple[str, str]] = OrderedDict()
        # by chat id: "private", "group", "channel" …, and its name
        self._times = True  # the server knows date-time entities

    async def close(self) -> None:
        """Let nobody wait any more."""
        await self._pacer.close()

    def learn(self, chat: Chat | ChatFullInfo) -> None:
        """Remember of what kind the chat is, as an update told."""
        self._known[str(chat.id)] = (chat.type, chat.title or "")
        self._known.move_to_end(str(chat.id))
        while len(self._known) > KNOWN_MAX:
            self._known.popitem(last=False)

    async def title(self, channel: Channel) -> str:
        """The name of the group or channel; its address where Telegram does not say."""
        try:
            _, title = await self._chat(channel)
        except TelegramError:
            title = ""
        return title or channel.key

    async def send(self, channel: Channel, post: Post) -> SendResult:
        """Post it as HTML; as plain text if Telegram refuses our markup. The receipt is that of the first message
        where its lines take several."""
        html = True
        while True:
            try:
                return await self._sent(channel, post, html=html)
            except TelegramError as error:
                if not html or not markup_refused(error):
                    return self._failed(error, channel)
                html = self._times and times_refused(error)
                self._plainer(error)

    async def edit(self, channel: Channel, message_id: str, post: Post, *, rank: Rank = "edit") -> SendResult:
        """Put the post in the place of the message; only its first part where it is long."""
        if not message_id.isdecimal():
            return Rejected(reason=f"no message of Telegram's: {message_id[:20]!r}")
        html = True
        while True:
            texts = self._texts(post) if html else post_plain(post)
            try:
                markup = await self._markup(channel, post.buttons)
                async with self._turn(channel, rank, TURN_WITHIN_S) as wait_s:
                    if wait_s:
                        return _in_queue(wait_s)
                    await self._put(channel, int(message_id), texts, ParseMode.HTML if html else None, markup)
                self._pacer.passed()
                return Receipt(message_id=message_id, plain=not html)
            except TelegramError as error:
                if not html or not markup_refused(error):
                    return edit_outcome(error, message_id) or self._failed(error, channel)
                html = self._times and times_refused(error)
                self._plainer(error)

    async def say(self, channel: Channel, reply: Reply) -> str | None:
        """Post the answer's messages; None, or why (the rest of) it was not posted."""
        texts = reply_html(reply, times=self._times)
        try:
            markup = await self._markup(channel, reply.buttons)
        except TelegramError as error:
            return str(error)
        return await self._say(channel, _messages(texts, ParseMode.HTML, "answer", markup))

    async def replace(self, channel: Channel, message_id: str, reply: Reply) -> str | None:
        """Put the answer in the place of a message; what does not fit follows, and all of it where the message can
        no longer be changed. None, or why not."""
        first = await self.edit(channel, message_id, Post(lines=reply.lines, buttons=reply.buttons), rank="answer")
        texts = reply_html(reply, times=self._times)
        match first:
            case Receipt():
                rest = texts[1:] if reply.lines else texts
                return await self._say(channel, _messages(rest, ParseMode.HTML, "answer", None))
            case Rejected():
                return await self.say(channel, reply)
            case RetryLater(after_s=float(after_s)) if after_s <= ANSWER_WITHIN_S:
                await self._sleep(after_s)
                return await self.say(channel, reply)
        return getattr(first, "reason", "the chat has moved")

    # --- one request each ---

    async def _sent(self, channel: Channel, post: Post, *, html: bool) -> SendResult:
        texts = self._texts(post) if html else post_plain(post)
        if not texts:
            return Rejected(reason="an empty message")
        first, *rest = _messages(
            texts,
            ParseMode.HTML if html else None,
            post.importance,
            await self._markup(channel, post.buttons),
            reply_to=int(post.reply_to) if post.reply_to and post.reply_to.isdecimal() else None,
            silent=post.silent,
        )
        result = await self._posted(channel, first, TURN_WITHIN_S)
        if rest and isinstance(result, Receipt) and (why := await self._say(channel, rest)):
            # What stands there already must not come twice, so the rest is given up.
            _log.warning("telegram message cut short channel=%s reason=%s", channel.key, why)
        return result

    def _texts(self, post: Post) -> tuple[str, ...]:
        said = Post(card=post.card, lines=post.lines, zone=post.zone)  # without what differs from chat to chat
        return self._html(said, times=self._times)

    async def _say(self, channel: Channel, messages: Sequence[_Message]) -> str | None:
        async def post(message: _Message) -> SendResult:
            try:
                return await self._posted(channel, message, ANSWER_WITHIN_S)
            except TelegramError as error:
                return self._failed(error, channel)

        return await say(messages, post=post, sleep=self._sleep)

    async def _posted(self, channel: Channel, message: _Message, within_s: float) -> SendResult:
        """A receipt, or the seconds to wait. Raises `TelegramError`."""
        async with self._turn(channel, message.rank, within_s) as wait_s:
            if wait_s:
                return _in_queue(wait_s)
            posted = await self._request.call(
                f"{self._bot.base_url}/sendMessage", _arguments(channel, message, paid=self._limits.paid)
            )
        self._pacer.passed()
        return Receipt(message_id=str(posted["message_id"]), plain=message.parse_mode is None)

    async def _put(
        self,
        channel: Channel,
        message_id: int,
        texts: Sequence[str],
        parse_mode: str | None,
        markup: InlineKeyboardMarkup | None,
    ) -> None:
        if not texts:
            await self._bot.edit_message_reply_markup(
                chat_id=int(channel.address), message_id=message_id, reply_markup=markup
            )
            return
        await self._bot.edit_message_text(
            texts[0],
            chat_id=int(channel.address),
            message_id=message_id,
            parse_mode=parse_mode,
            link_preview_options=_PREVIEW_OFF,
            reply_markup=markup,
        )

    async def _markup(self, channel: Channel, buttons: Buttons) -> InlineKeyboardMarkup | None:
        """Raises `TelegramError` when Telegram must be asked of what kind the chat is, and does not say."""
        if not buttons:
            return None
        if not channel.address.startswith("-"):  # a private chat
            return keyboard(buttons)
        kind, _ = await self._chat(channel)
        if kind != Chat.CHANNEL:
            return keyboard(buttons)
        return keyboard(buttons, links_to=self._bot.username, chat=channel.address)

    async def _chat(self, channel: Channel) -> tuple[str, str]:
        """Of what kind the chat is, and its name. Raises `TelegramError` when Telegram must be asked, and does not
        say."""
        if channel.address not in self._known:
            self.learn(await self._bot.get_chat(int(channel.address)))
        return self._known[channel.address]

    # --- pace and failures ---

    def _turn(self, channel: Channel, rank: Rank, within_s: float) -> AbstractAsyncContextManager[float]:
        keys: Keys = ((channel.address, self._limits.per_chat),)
        if channel.address.startswith("-"):  # groups and broadcast channels have negative ids
            keys = (*keys, (f"group {channel.address}", self._limits.per_group))
        return self._pacer.turn(keys, within_s=within_s, rank=rank)

    def _failed(self, error: TelegramError, channel: Channel) -> SendResult:
        result = outcome(error)
        if isinstance(result, RetryLater) and result.after_s is not None:
            self._pacer.hold(channel.address, result.after_s)  # a 429, or a refused token, which means all
        return result

    def _plainer(self, error: TelegramError) -> None:
        """Telegram objects to our markup: the next try has less of it."""
        if times_refused(error):
            self._times = False  # a server of before the date-time entities; from now on without
        _log.error("telegram refused our markup reason=%s", error)


def _arguments(channel: Channel, message: _Message, *, paid: bool) -> dict[str, Any]:
    """Of sendMessage (core.telegram.org/bots/api#sendmessage)."""
    arguments: dict[str, Any] = {
        "chat_id": int(channel.address),
        "text": message.text,
        "link_preview_options": {"is_disabled": True},
    }
    if message.parse_mode:
        arguments["parse_mode"] = message.parse_mode
    if channel.thread:
        arguments["message_thread_id"] = int(channel.thread)
    if message.markup:
        arguments["reply_markup"] = message.markup.to_dict()
    if message.silent:
        arguments["disable_notification"] = True
    if message.reply_to:
        arguments["reply_parameters"] = {"message_id": message.reply_to, "allow_sending_without_reply": True}
    if paid:
        arguments["allow_paid_broadcast"] = True
    return arguments


def _messages(
    texts: Sequence[str],
    parse_mode: str | None,
    rank: Rank,
    markup: InlineKeyboardMarkup | None,
    *,
    reply_to: int | None = None,
    silent: bool = False,
) -> list[_Message]:
    """The texts as messages: the first answers, the last has the buttons."""
    return [
        _Message(
            text=text,
            parse_mode=parse_mode,
            rank=rank,
            markup=markup if position == len(texts) - 1 else None,
            reply_to=None if position else reply_to,
            silent=silent,
        )
        for position, text in enumerate(texts)
    ]


def _in_queue(wait_s: float) -> RetryLater:
    return RetryLater(reason="others go first", after_s=wait_s, tried=False)
