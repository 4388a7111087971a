"""Telegram: posts out, commands, presses and inline queries in, on python-telegram-bot.

The library is started by hand inside the product's own loop (its `run_polling` would own loop and signals, and
its `initialize` does not retry). This file is the life of the connection; what goes out is `sender`'s, what comes
in `incoming`'s, by long polling or by `webhook`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Any

from telegram import Update
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.ext import Application, ApplicationBuilder, TypeHandler

from bot.adapters.connecting import Connecting
from bot.adapters.pacing import Limit, Monotonic, Sleep
from bot.adapters.running import Running
from bot.adapters.telegram.administrators import Administrators
from bot.adapters.telegram.incoming import TOAST_WITHIN_S, Incoming
from bot.adapters.telegram.menus import set_menus
from bot.adapters.telegram.request import AiohttpRequest
from bot.adapters.telegram.sender import Limits, Sender
from bot.adapters.telegram.webhook import Webhook
from bot.model import Channel, Menu, Platform, Post, SendResult
from bot.ports import AdapterError, Handlers, Inlet

# core.telegram.org/bots/faq: 1 message a second in a chat with short bursts, 20 a minute in a group or channel,
# about 30 a second in all (more by paying). The exact numbers are not published; a 429 tells where they are lower.
OVERALL = Limit(count=30, per_s=1.0)
PER_CHAT = Limit(count=3, per_s=3.0)
PER_GROUP = Limit(count=20, per_s=60.0)

UPDATES = ("message", "channel_post", "my_chat_member", "callback_query")
BACKOFF_S = (2.0, 300.0)  # between two tries to connect: from, doubling, up to
COMPLAIN_S = 60.0  # polling that fails is told in the log once in so long
REFUSED = "Telegram refuses the bot token. Copy it again from @BotFather (/mybots, API Token)."
SECOND_READER = (
    "somebody else reads this bot's updates with the same token, so commands reach only one of the two: a second "
    "Dealwire, here or on another machine, or an old process. Stop it, or make a new token at @BotFather."
)
WEBHOOK_SET = (
    "a webhook is set for this bot, so Telegram hands its updates to that address: another program set it. Stop "
    "that program, or set webhook_url in [telegram] if it should be ours; the next start removes the webhook."
)

_log = logging.getLogger(__name__)

_App = Application[Any, Any, Any, Any, Any, Any]


class TelegramAdapter:
    """One bot. Keeps trying in the background while Telegram cannot be reached."""

    def __init__(
        self,
        token: str,
        *,
        base_url: str | None = None,  # of a Bot API server of one's own, e.g. "http://127.0.0.1:8081"
        menus: Sequence[Menu] = (),
        webhook_url: str = "",  # "https://bot.example.org": Telegram calls us there; "": we ask (long polling)
        overall: Limit = OVERALL,
        per_chat: Limit = PER_CHAT,
        per_group: Limit = PER_GROUP,
        paid: bool = False,  # the bot pays for more than Telegram's free allowance
        poll_timeout_s: int = 30,  # of getUpdates, at most 50
        read_timeout_s: float = 20.0,
        connect_timeout_s: float = 10.0,
        toast_within_s: float = TOAST_WITHIN_S,
        monotonic: Monotonic = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._menus = tuple(menus)
        self._poll_timeout_s = poll_timeout_s
        self._toast_within_s = toast_within_s
        self._sleep = sleep
        self._now = monotonic
        self._running = Running()
        self._connecting = Connecting("telegram")
        self._incoming: Incoming | None = None
        self._administrators: Administrators | None = None  # None: it takes no commands
        self._inline = False
        self._complained_at = float("-inf")

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
        self._app.add_handler(TypeHandler(Update, self._on_update))
        self._app.add_error_handler(_on_error)
        self._webhook = Webhook(token, webhook_url, self._app.bot) if webhook_url else None
        limits = Limits(overall=overall, per_chat=per_chat, per_group=per_group, paid=paid)
        self._sender = Sender(self._app.bot, self._sending, limits, monotonic=monotonic, sleep=sleep)

    @property
    def platform(self) -> Platform:
        return "telegram"

    @property
    def inlets(self) -> Sequence[Inlet]:
        return (self._webhook.inlet,) if self._webhook else ()

    # --- out ---

    async def send(self, channel: Channel, post: Post) -> SendResult:
        """Post it as HTML; as plain text if Telegram refuses our markup."""
        return await self._sender.send(channel, post)

    async def edit(self, channel: Channel, message_id: str, post: Post) -> SendResult:
        """Put the post in the place of the message, silently, when nothing else waits to be sent."""
        return await self._sender.edit(channel, message_id, post)

    async def managed(self, channel: Channel, user: str) -> str | None:
        """The name of a group or channel, if this person administers it; None: not, or Telegram does not say."""
        person = user.removeprefix("telegram:")
        if self._administrators is None or not person.isdecimal():
            return None
        if not await self._administrators.administers(int(channel.address), int(person)):
            return None
        return await self._sender.title(channel)

    def private_link(self, payload: str) -> str | None:
        """An address that opens the private chat and sends /start with `payload` (64 characters of A-Za-z0-9_-);
        None until Telegram told our name."""
        try:
            return f"https://t.me/{self._app.bot.username}?start={payload}"
        except RuntimeError:  # not initialised: Telegram is not reached yet
            return None

    # --- life ---

    async def start(self, handlers: Handlers | None) -> None:
        """Connect and take commands; with None only check the token, to send. An unreachable Telegram is
        tried again in the background. Raises `AdapterError` for a refused token."""
        if handlers is not None:
            bot = self._app.bot
            self._administrators = Administrators(bot.get_chat_administrators, self._now)
            self._incoming = Incoming(
                bot,
                handlers,
                sender=self._sender,
                administrators=self._administrators,
                running=self._running,
                toast_within_s=self._toast_within_s,
            )
            self._inline = handlers.inline is not None
        await asyncio.gather(self._sending.initialize(), self._polling.initialize())
        try:
            await self._connecting.start(self._keep_connecting)
        except BaseException:  # refused, or start() itself was cancelled: leave nothing open
            await self.stop()
            raise

    async def stop(self) -> None:
        """Take no more commands, let the running ones finish, close; under 3 s."""
        for request in (self._polling, self._sending):
            request.hurry(0.8)
        await self._connecting.stop()
        updater = self._app.updater
        if updater is not None and updater.running:
            await _within(0.8, updater.stop())
        if self._app.running:
            await _within(0.3, self._app.stop())
        if self._webhook is not None:
            self._webhook.close()
        await self._running.finish(within_s=0.8)
        await self._sender.close()
        await self._close()

    async def _connect(self) -> None:
        await self._app.initialize()
        if self._incoming is None:
            return
        updates = (*UPDATES, *(("inline_query",) if self._inline else ()))
        if self._webhook is not None:
            self._webhook.open(self._incoming.take)
            await self._app.bot.set_webhook(
                self._webhook.url, secret_token=self._webhook.secret, allowed_updates=updates
            )
        else:
            if not self._app.running:
                await self._app.start()
            assert self._app.updater is not None  # the builder makes one unless told not to
            await self._app.updater.start_polling(
                timeout=self._poll_timeout_s, allowed_updates=updates, error_callback=self._polling_failed
            )
        by = "webhook" if self._webhook else "polling"
        _log.info("telegram connected bot=@%s by=%s", self._app.bot.username, by)
        await set_menus(self._app.bot, self._menus)

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

    async def _on_update(self, update: Update, context: object) -> None:
        assert self._incoming is not None  # updates come only after start
        self._incoming.take(update)

    def _polling_failed(self, error: TelegramError) -> None:
        """The library goes on by itself; the log says so now and then."""
        if self._now() - self._complained_at < COMPLAIN_S:
            return
        self._complained_at = self._now()
        _log.warning("telegram polling failed reason=%s", conflict(error) or _words(error))


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


def conflict(error: TelegramError) -> str | None:
    """What a 409 to getUpdates means for the operator; None for another error."""
    if not isinstance(error, Conflict):
        return None
    return WEBHOOK_SET if "webhook" in str(error).lower() else SECOND_READER


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__


async def _within(limit_s: float, work: Any) -> None:
    """Await a step of the library's stop; it may log and go on, but not hold the process."""
    try:
        async with asyncio.timeout(limit_s):
            await work
    except (TimeoutError, TelegramError) as error:
        _log.warning("telegram stop was cut short reason=%s", _words(error))
