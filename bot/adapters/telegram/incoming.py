"""What comes in from Telegram: updates to commands, presses and inline queries, and what is answered to them.

The same for long polling and the webhook: each update starts a task, bounded and awaited at the stop, so that one
slow answer keeps nobody waiting.
"""

from __future__ import annotations

import asyncio
import logging

from telegram import (
    Bot,
    CallbackQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
    Message,
    Update,
)
from telegram import InlineQuery as TelegramInlineQuery
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.adapters.layout import clean, shorten
from bot.adapters.running import Running
from bot.adapters.telegram.administrators import Administrators
from bot.adapters.telegram.format import post_html
from bot.adapters.telegram.keyboard import keyboard
from bot.adapters.telegram.sender import Sender
from bot.adapters.telegram.updates import command_of, migration, press_of, shut_out, typed
from bot.model import Channel, InlineAnswer, InlineQuery, InlineResult, Reply, line
from bot.ports import Handlers

TOAST_WITHIN_S = 3.0  # a press is answered by then in any case: Telegram forgets it after some ten seconds
TOAST_MAX = 200  # characters (Bot API, answerCallbackQuery)
RESULTS_MAX = 50  # of one inline answer
PREVIEW_MAX = 250  # code points of a title or description in the list; judgement

_log = logging.getLogger(__name__)


class Incoming:
    """Takes updates one by one and answers them."""

    def __init__(
        self,
        bot: Bot,
        handlers: Handlers,
        *,
        sender: Sender,
        administrators: Administrators,
        running: Running,
        toast_within_s: float = TOAST_WITHIN_S,
    ) -> None:
        self._bot = bot
        self._handlers = handlers
        self._sender = sender
        self._administrators = administrators
        self._running = running
        self._toast_within_s = toast_within_s

    def take(self, update: Update) -> None:
        """Begin to answer; returns at once."""
        if (change := update.my_chat_member) is not None:
            self._sender.learn(change.chat)
            if gone := shut_out(change):
                self._running.start(self._tell(gone, None))
        if update.callback_query is not None:
            self._running.start(self._pressed(update.callback_query))
        if update.inline_query is not None:
            self._running.start(self._asked(update.inline_query))
        if (message := update.message or update.channel_post) is not None:
            self._take_message(message)

    def _take_message(self, message: Message) -> None:
        self._sender.learn(message.chat)
        if moved := migration(message):
            self._running.start(self._tell(*moved))
        elif (said := typed(message, self._bot.username)) is not None:
            self._running.start(self._answer(message, *said))

    async def _tell(self, channel: Channel, new: Channel | None) -> None:
        await self._handlers.changed(channel, new)

    async def _answer(self, message: Message, name: str, args: str) -> None:
        manager = await self._administrators.wrote(message)
        command = command_of(message, name, args, manager=manager)
        reply = await self._handlers.command(command)
        if reply is not None:
            _unsaid(command.channel, await self._sender.say(command.channel, reply))

    async def _pressed(self, query: CallbackQuery) -> None:
        chat = query.message.chat if query.message else None
        manager = chat is not None and await self._administrators.pressed(chat, query.from_user.id)
        press = press_of(query, manager=manager)
        if press is None:
            await self._acknowledge(query, None)
            return
        working = asyncio.ensure_future(self._handlers.press(press))
        try:
            await asyncio.wait([working], timeout=self._toast_within_s)
            done = working.done() and not working.cancelled() and working.exception() is None
            toasted = await self._acknowledge(query, working.result() if done else None)
            reply = await working
        finally:
            working.cancel()
        if reply is None:
            return
        if reply.toast and not toasted and press.private and not (reply.lines or reply.cards):
            reply = Reply(lines=(line(reply.toast),))  # too late for a toast, and worth a message where it is quiet
        if reply.replace:
            _unsaid(press.channel, await self._sender.replace(press.channel, press.message_id, reply))
        elif reply.lines or reply.cards:
            _unsaid(press.channel, await self._sender.say(press.channel, reply))

    async def _acknowledge(self, query: CallbackQuery, reply: Reply | None) -> bool:
        """End the button's waiting; whether the reply's toast was shown."""
        toast = shorten(clean(reply.toast), TOAST_MAX) if reply and reply.toast else None
        try:
            await self._bot.answer_callback_query(query.id, text=toast)
        except TelegramError as error:  # too old, as after a restart: the button stopped waiting by itself
            _log.info("telegram press not acknowledged reason=%s", error)
            return False
        return toast is not None

    async def _asked(self, query: TelegramInlineQuery) -> None:
        if self._handlers.inline is None:
            return
        answer = await self._handlers.inline(
            InlineQuery(
                text=query.query,
                user=f"telegram:{query.from_user.id}",
                lang=query.from_user.language_code,
                offset=query.offset,
            )
        )
        try:
            await self._bot.answer_inline_query(
                query.id,
                [article for one in answer.results[:RESULTS_MAX] if (article := _article(one))],
                cache_time=answer.cache_s,
                is_personal=answer.personal,
                next_offset=answer.next_offset,
                button=_button(answer),
            )
        except TelegramError as error:  # somebody typed on, and the answer comes too late
            _log.info("telegram inline query not answered reason=%s", error)


def _article(result: InlineResult) -> InlineQueryResultArticle | None:
    """The row and what choosing it sends; None for one that says nothing."""
    texts = post_html(result.post)
    if not texts:
        return None
    links = tuple(tuple(button for button in row if button.url) for row in result.post.buttons)
    return InlineQueryResultArticle(
        id=result.id,
        title=shorten(clean(result.title), PREVIEW_MAX) or "…",
        description=shorten(clean(result.description), PREVIEW_MAX) or None,
        input_message_content=InputTextMessageContent(
            texts[0], parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)
        ),
        reply_markup=keyboard(links),
    )


def _button(answer: InlineAnswer) -> InlineQueryResultsButton | None:
    return InlineQueryResultsButton(answer.button[0], start_parameter=answer.button[1]) if answer.button else None


def _unsaid(channel: Channel, why: str | None) -> None:
    if why:
        _log.warning("telegram answer not sent channel=%s reason=%s", channel.key, why)
