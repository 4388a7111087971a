"""Slack: posts out by the Web API, commands and clicks in by Socket Mode on Bolt.

A slash command or a click is acknowledged at once and answered to the asker alone; a mention or a direct message
is answered where it stands. Pace and retries are ours: the SDK's retry handlers would post twice after a broken
connection, so there are none.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Sequence
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.layout import printable
from bot.adapters.pacing import Limit, Monotonic, Sleep
from bot.adapters.running import Running
from bot.adapters.slack.format import ACTION, Message, escape, reply_blocks
from bot.adapters.slack.payloads import GONE_EVENTS, channel_at, direct, mention, press, slash
from bot.adapters.slack.sender import Sender
from bot.adapters.slack.socket import APP_ADVICE, BOT_ADVICE, Connection, UnreachableError
from bot.model import Channel, Command, Platform, Post, Press, Receipt, SendResult
from bot.ports import AdapterError, Handlers, Inlet

# docs.slack.dev/apis/web-api/rate-limits: 1 message a second in a channel with short bursts, several hundred a
# minute in a workspace.
OVERALL = Limit(count=5, per_s=1.0)
PER_CHANNEL = Limit(count=2, per_s=2.0)

REQUEST_S = 20.0  # for one call
FIRST_TRY_S = 15.0  # start() waits so long for Slack before it leaves connecting to the background
BACKOFF_S = (2.0, 300.0)  # between two tries to connect: from, doubling, up to

_log = logging.getLogger(__name__)


class SlackAdapter:
    """One workspace's bot. Keeps trying in the background while Slack cannot be reached."""

    def __init__(
        self,
        bot_token: str,
        app_token: str,
        *,
        base_url: str | None = None,  # of the Web API, for tests: "http://127.0.0.1:8081/api/"
        overall: Limit = OVERALL,
        per_channel: Limit = PER_CHANNEL,
        monotonic: Monotonic = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._bot_token, self._app_token = bot_token, app_token
        self._base_url = base_url
        self._sleep = sleep
        self._sender = Sender(overall=overall, per_channel=per_channel, monotonic=monotonic, sleep=sleep)
        self._running = Running()
        self._session: aiohttp.ClientSession | None = None
        self._connection: Connection | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._web: AsyncWebClient | None = None
        self._handlers: Handlers | None = None

    @property
    def platform(self) -> Platform:
        return "slack"

    @property
    def inlets(self) -> Sequence[Inlet]:
        return ()

    # --- life ---

    async def start(self, handlers: Handlers | None) -> None:
        """Connect and take commands; with None only check the bot token, to send. An unreachable Slack is
        tried again in the background. Raises `AdapterError` for a refused token."""
        if not self._bot_token.startswith("xoxb-"):
            raise AdapterError(f"The Slack bot token does not begin with xoxb-. {BOT_ADVICE}")
        if handlers is not None and not self._app_token.startswith("xapp-"):
            raise AdapterError(f"The Slack app-level token does not begin with xapp-. {APP_ADVICE}")
        self._handlers = handlers
        # One session for all calls: with the SDK's session per call a third of the rate was measured.
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=REQUEST_S, sock_connect=10), trust_env=self._base_url is None
        )
        self._web = AsyncWebClient(
            token=self._bot_token,
            base_url=(self._base_url or AsyncWebClient.BASE_URL).rstrip("/") + "/",
            session=self._session,
            retry_handlers=[],
        )
        self._sender.open(self._web, self._session)
        self._connection = Connection(self._bolt(self._web), self._web, self._app_token)
        tried = asyncio.Event()
        self._connecting = asyncio.create_task(self._keep_connected(self._connection, tried))
        try:
            async with asyncio.timeout(FIRST_TRY_S):
                await tried.wait()
            if self._connecting.done():
                self._connecting.result()
        except TimeoutError:
            _log.warning("slack not reached, trying on in the background waited_s=%g", FIRST_TRY_S)
        except BaseException:  # refused, or start() itself was cancelled: leave nothing open
            await self.stop()
            raise

    async def stop(self) -> None:
        """Take no more commands, let the running ones finish, close; under 3 s."""
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        if self._connection is not None:
            await self._connection.close()
        await self._running.finish(within_s=0.8)
        await self._sender.close()
        if self._session is not None:
            await self._session.close()

    async def _keep_connected(self, connection: Connection, tried: asyncio.Event) -> None:
        """For ever; `tried` is set after the first try. Raises `AdapterError` for a refused token."""
        pause, longest = BACKOFF_S
        while True:
            try:
                await connection.check()
                if self._handlers is None:
                    return
                await connection.open()
                _log.info("slack connected bot=%s", connection.bot_user)
                tried.set()
                await connection.until_lost()
                _log.warning("slack connection lost, connecting anew")
                pause = BACKOFF_S[0]
            except AdapterError as error:
                _log.error("slack refuses us reason=%s", error)
                if not tried.is_set():
                    raise
                pause = longest  # it had worked, or the network was down: Slack's trouble, or somebody mends it
            except UnreachableError as error:
                _log.warning("slack not reached next_try_s=%g reason=%s", pause, error)
            finally:
                tried.set()
            await connection.close()
            await self._sleep(pause)
            pause = min(2 * pause, longest)

    # --- out ---

    async def send(self, channel: Channel, post: Post) -> SendResult:
        """Post it as blocks; as plain text if Slack refuses them."""
        return await self._sender.send(channel, post)

    async def edit(self, channel: Channel, message_id: str, post: Post) -> SendResult:
        """Put the post in the place of the message by chat.update."""
        return await self._sender.edit(channel, message_id, post)

    # --- in ---

    def _bolt(self, web: AsyncWebClient) -> AsyncApp:
        # Envelopes of Socket Mode carry no signature to verify.
        app = AsyncApp(name="dealwire", client=web, request_verification_enabled=False)
        app.command(re.compile("."))(self._on_command)
        app.action(re.compile(ACTION))(self._on_press)
        app.event("app_mention")(self._on_mention)
        app.event("message")(self._on_message)
        for kind in GONE_EVENTS:
            app.event(kind)(self._on_gone)
        app.event("member_left_channel")(self._on_member_left)
        app.event("channel_id_changed")(self._on_new_id)
        app.event(re.compile("."))(self._on_other)
        return app

    async def _on_command(self, ack: Any, body: dict[str, Any]) -> None:
        await ack()
        self._running.start(self._answer_asker(slash(body), body["response_url"]))

    async def _on_press(self, ack: Any, body: dict[str, Any]) -> None:
        await ack()
        if (pressed := press(body)) is not None:
            self._running.start(self._answer_press(pressed, str(body.get("response_url") or "")))

    async def _on_mention(self, event: dict[str, Any]) -> None:
        if (command := mention(event)) is not None:
            self._running.start(self._answer_there(command, event.get("thread_ts") or event["ts"]))

    async def _on_message(self, event: dict[str, Any]) -> None:
        if (command := direct(event)) is not None:
            self._running.start(self._answer_there(command, event.get("thread_ts")))

    async def _on_gone(self, event: dict[str, Any]) -> None:
        self._running.start(self._tell(event["channel"], None))

    async def _on_member_left(self, event: dict[str, Any]) -> None:
        assert self._connection is not None  # events come over it
        if event.get("user") == self._connection.bot_user:
            self._running.start(self._tell(event["channel"], None))

    async def _on_new_id(self, event: dict[str, Any]) -> None:
        self._running.start(self._tell(event["old_channel_id"], event["new_channel_id"]))

    async def _on_other(self, event: dict[str, Any]) -> None:
        """Whatever else the app is subscribed to: taken, and left."""

    async def _tell(self, address: str, new: str | None) -> None:
        assert self._handlers is not None  # events come only after start
        await self._handlers.changed(channel_at(address), channel_at(new) if new else None)

    async def _answer_asker(self, command: Command, response_url: str) -> None:
        """By the command's own URL, for the asker's eyes."""
        why = await self._sender.whisper(response_url, await self._messages(command))
        if why:
            _unsaid(command, why)

    async def _answer_press(self, pressed: Press, response_url: str) -> None:
        """In the place of the message pressed, or by the click's own URL for the eyes of who clicked."""
        assert self._handlers is not None  # clicks come only after start
        reply = await self._handlers.press(pressed)
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
        why = why or await self._sender.whisper(response_url, messages)
        if why:
            _unsaid(pressed, why)

    async def _answer_there(self, command: Command, thread: str | None) -> None:
        """In the channel, in the thread if there is one."""
        more = {"thread_ts": thread} if thread else {}
        if why := await self._sender.say(command.channel.address, await self._messages(command), **more):
            _unsaid(command, why)

    async def _messages(self, command: Command) -> tuple[Message, ...]:
        assert self._handlers is not None  # commands come only after start
        reply = await self._handlers.command(command)
        return reply_blocks(reply) if reply is not None else ()


def _unsaid(command: Command | Press, why: str) -> None:
    _log.warning("slack answer not sent channel=%s reason=%s", command.channel.key, why)
