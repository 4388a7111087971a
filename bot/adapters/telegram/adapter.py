"""Telegram: alerts out, commands in, by long polling on python-telegram-bot.

The library is started by hand inside the product's own loop (its `run_polling` would own loop and signals, and
its `initialize` does not retry). Pace and retries are ours; texts come from `format`, meanings of failures from
`refusals`, meanings of updates from `updates`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from telegram import BotCommand, Chat, LinkPreviewOptions, Message, Update
from telegram.constants import ParseMode
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, ApplicationBuilder, TypeHandler

from bot.adapters.answering import say
from bot.adapters.pacing import Keys, Limit, Monotonic, Pacer, Sleep
from bot.adapters.running import Running
from bot.adapters.telegram.administrators import Administrators
from bot.adapters.telegram.format import alert_html, alert_plain, reply_html
from bot.adapters.telegram.refusals import markup_refused, outcome
from bot.adapters.telegram.request import AiohttpRequest
from bot.adapters.telegram.updates import channel_of, migration, replied_to, shut_out, typed, writer
from bot.model import Alert, Channel, Command, Platform, Receipt, Reply, RetryLater, SendResult
from bot.ports import AdapterError, ChannelChanged, HandleCommand

# core.telegram.org/bots/faq: 1 message a second in a chat with short bursts, 20 a minute in a group, about 30 a
# second in all. A little less each, since the server's clock sees our messages closer together than we sent them.
OVERALL = Limit(count=25, per_s=1.0)
PER_CHAT = Limit(count=2, per_s=2.1)
PER_GROUP = Limit(count=20, per_s=61.0)

UPDATES = ("message", "channel_post", "my_chat_member")
FIRST_TRY_S = 15.0  # start() waits so long for Telegram before it leaves connecting to the background
BACKOFF_S = (2.0, 300.0)  # between two tries to connect: from, doubling, up to
TURN_WITHIN_S = 10.0  # a message that its chat's pace holds longer goes back to the queue
REFUSED = "Telegram refuses the bot token. Copy it again from @BotFather (/mybots, API Token)."

_log = logging.getLogger(__name__)

_App = Application[Any, Any, Any, Any, Any, Any]


class TelegramAdapter:
    """One bot. Keeps trying in the background while Telegram cannot be reached."""

    def __init__(
        self,
        token: str,
        *,
        base_url: str | None = None,  # of a Bot API server of one's own, e.g. "http://127.0.0.1:8081"
        menu: tuple[tuple[str, str], ...] = (),  # (command, description) for the client's menu
        overall: Limit = OVERALL,
        per_chat: Limit = PER_CHAT,
        per_group: Limit = PER_GROUP,
        poll_timeout_s: int = 30,  # of getUpdates, at most 50
        read_timeout_s: float = 20.0,
        connect_timeout_s: float = 10.0,
        monotonic: Monotonic = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._menu = menu
        self._per_chat, self._per_group = per_chat, per_group
        self._poll_timeout_s = poll_timeout_s
        self._sleep = sleep
        self._pacer = Pacer(overall=overall, monotonic=monotonic, sleep=sleep)
        self._running = Running()
        self._connecting: asyncio.Task[None] | None = None
        self._handle: HandleCommand | None = None
        self._changed: ChannelChanged | None = None

        def request(*, connections: int, keep_polling: bool = False) -> AiohttpRequest:
            return AiohttpRequest(
                connections=connections,
                connect_timeout_s=connect_timeout_s,
                read_timeout_s=read_timeout_s,
                trust_env=base_url is None,
                keep_polling=keep_polling,
            )

        self._sending = request(connections=64)
        self._polling = request(connections=2, keep_polling=True)
        self._app = _application(token, base_url, self._sending, self._polling)
        self._administrators = Administrators(self._app.bot.get_chat_administrators, monotonic)
        self._app.add_handler(TypeHandler(Update, self._on_update))
        self._app.add_error_handler(_on_error)

    @property
    def platform(self) -> Platform:
        return "telegram"

    # --- life ---

    async def start(self, handle: HandleCommand | None, changed: ChannelChanged) -> None:
        """Connect and take commands; with `handle` None only check the token, to send. An unreachable Telegram is
        tried again in the background. Raises `AdapterError` for a refused token."""
        self._handle, self._changed = handle, changed
        await asyncio.gather(self._sending.initialize(), self._polling.initialize())
        tried = asyncio.Event()
        self._connecting = asyncio.create_task(self._keep_connecting(tried))
        try:
            async with asyncio.timeout(FIRST_TRY_S):
                await tried.wait()
            if self._connecting.done():
                self._connecting.result()
        except TimeoutError:
            _log.warning("telegram not reached, trying on in the background waited_s=%g", FIRST_TRY_S)
        except BaseException:  # refused, or start() itself was cancelled: leave nothing open
            await self.stop()
            raise

    async def stop(self) -> None:
        """Take no more commands, let the running ones finish, close; under 3 s."""
        for request in (self._polling, self._sending):
            request.hurry(0.8)
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        updater = self._app.updater
        if updater is not None and updater.running:
            await _within(0.8, updater.stop())
        if self._app.running:
            await _within(0.3, self._app.stop())
        await self._running.finish(within_s=0.8)
        await self._close()

    async def _connect(self) -> None:
        await self._app.initialize()
        if self._handle is None:
            return
        if not self._app.running:
            await self._app.start()
        assert self._app.updater is not None  # the builder makes one unless told not to
        await self._app.updater.start_polling(
            timeout=self._poll_timeout_s, allowed_updates=UPDATES, error_callback=_polling_failed
        )
        _log.info("telegram connected bot=@%s", self._app.bot.username)
        if self._menu:
            try:
                await self._app.bot.set_my_commands([BotCommand(name, text) for name, text in self._menu])
            except TelegramError as error:  # a menu is a comfort; commands work without
                _log.warning("telegram command menu not set reason=%s", _words(error))

    async def _keep_connecting(self, tried: asyncio.Event) -> None:
        """Until connected; `tried` is set after the first try. Raises `AdapterError` for a refused token."""
        pause, longest = BACKOFF_S
        while True:
            try:
                return await self._connect()
            except InvalidToken:
                _log.error("telegram refuses us reason=%s", REFUSED)
                if not tried.is_set():
                    # "from None": the library's message quotes the token.
                    raise AdapterError(REFUSED) from None
                pause = longest
            except TelegramError as error:
                _log.warning("telegram not reached next_try_s=%g reason=%s", pause, _words(error))
            finally:
                tried.set()
            await self._sleep(pause)
            pause = min(2 * pause, longest)

    async def _close(self) -> None:
        await self._app.shutdown()  # does nothing after a start that failed half-way, hence the next line
        await asyncio.gather(self._sending.shutdown(), self._polling.shutdown())

    # --- out ---

    async def send(self, channel: Channel, alert: Alert) -> SendResult:
        """Post the card as HTML; as plain text if Telegram refuses our markup."""
        wait_s = await self._turn(channel)
        if wait_s:
            return RetryLater(reason="the chat's pace is used up", after_s=wait_s)
        try:
            return await self._post(channel, alert_html(alert.card), ParseMode.HTML)
        except TelegramError as error:
            if not markup_refused(error):
                return self._failed(error, channel)
            _log.error("telegram refused our markup alert=%s reason=%s", alert.id, _words(error))
        try:
            return await self._post(channel, alert_plain(alert.card), None)
        except TelegramError as error:
            return self._failed(error, channel)

    async def _post(self, channel: Channel, text: str, parse_mode: str | None) -> Receipt:
        message = await self._app.bot.send_message(
            chat_id=int(channel.address),
            text=text,
            parse_mode=parse_mode,
            message_thread_id=int(channel.thread) if channel.thread else None,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
        return Receipt(message_id=str(message.message_id), plain=parse_mode is None)

    def _failed(self, error: TelegramError, channel: Channel) -> SendResult:
        result = outcome(error)
        if isinstance(result, RetryLater) and result.after_s is not None:
            self._pacer.hold(channel.address, result.after_s)
        return result

    async def _turn(self, channel: Channel) -> float:
        keys: Keys = ((channel.address, self._per_chat),)
        if channel.address.startswith("-"):  # groups and broadcast channels have negative ids
            keys = (*keys, (f"group {channel.address}", self._per_group))
        return await self._pacer.turn(keys, within_s=TURN_WITHIN_S)

    # --- in ---

    async def _on_update(self, update: Update, context: object) -> None:
        if update.my_chat_member is not None and (gone := shut_out(update.my_chat_member)):
            self._running.start(self._tell(gone, None))
        message = update.message or update.channel_post
        if message is None:
            return
        if moved := migration(message):
            self._running.start(self._tell(*moved))
        elif (said := typed(message, self._app.bot.username)) is not None:
            self._running.start(self._answer(message, *said))

    async def _tell(self, channel: Channel, new: Channel | None) -> None:
        if self._changed is not None:
            await self._changed(channel, new)

    async def _answer(self, message: Message, name: str, args: str) -> None:
        assert self._handle is not None  # updates come only after start
        command = Command(
            name=name,
            args=args,
            channel=channel_of(message),
            user=writer(message),
            private=message.chat.type == Chat.PRIVATE,
            manager=await self._administrators.wrote(message),
            reply_to=replied_to(message),
        )
        reply = await self._handle(command)
        if reply is not None:
            await self._say(command.channel, reply)

    async def _say(self, channel: Channel, reply: Reply) -> None:
        async def post(text: str) -> SendResult:
            try:
                return await self._post(channel, text, ParseMode.HTML)
            except TelegramError as error:
                return self._failed(error, channel)

        why = await say(reply_html(reply), turn=lambda: self._turn(channel), post=post, sleep=self._sleep)
        if why:
            _log.warning("telegram answer not sent channel=%s reason=%s", channel.key, why)


def _application(token: str, base_url: str | None, sending: AiohttpRequest, polling: AiohttpRequest) -> _App:
    builder: Any = ApplicationBuilder().token(token).request(sending).get_updates_request(polling)
    if base_url is not None:
        root = base_url.rstrip("/").removesuffix("/bot")
        builder = builder.base_url(f"{root}/bot").base_file_url(f"{root}/file/bot")
    # No job queue: it would be a second scheduler. Updates side by side: one slow handler blocks nobody.
    app: _App = builder.concurrent_updates(64).job_queue(None).build()
    return app


async def _on_error(update: object, context: Any) -> None:
    _log.error("telegram update failed", exc_info=context.error)


def _polling_failed(error: TelegramError) -> None:
    # A 409 means that another process polls with this token; the library goes on by itself.
    _log.warning("telegram polling failed reason=%s", _words(error))


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__


async def _within(limit_s: float, work: Any) -> None:
    """Await a step of the library's stop; it may log and go on, but not hold the process."""
    try:
        async with asyncio.timeout(limit_s):
            await work
    except (TimeoutError, TelegramError) as error:
        _log.warning("telegram stop was cut short reason=%s", _words(error))
