"""Slack: alerts out by the Web API, commands in by Socket Mode on Bolt.

A slash command is acknowledged at once and answered to the asker alone; a mention or a direct message is
answered where it stands. Pace and retries are ours: the SDK's retry handlers would post twice after a broken
connection, so there are none.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.adapters.answering import say
from bot.adapters.pacing import Limit, Monotonic, Pacer, Sleep
from bot.adapters.running import Running
from bot.adapters.slack.format import Message, alert_blocks, alert_plain, reply_blocks
from bot.adapters.slack.payloads import GONE_EVENTS, channel_at, direct, mention, slash
from bot.adapters.slack.refusals import blocks_refused, outcome
from bot.adapters.slack.socket import APP_ADVICE, BOT_ADVICE, Connection, UnreachableError
from bot.model import Alert, Channel, Command, Platform, Receipt, RetryLater, SendResult
from bot.ports import AdapterError, ChannelChanged, HandleCommand

# docs.slack.dev/apis/web-api/rate-limits: 1 message a second in a channel with short bursts, several hundred a
# minute in a workspace. A little less in a channel, since Slack's clock sees our messages closer together.
OVERALL = Limit(count=5, per_s=1.0)
PER_CHANNEL = Limit(count=2, per_s=2.1)

REQUEST_S = 20.0  # for one call
FIRST_TRY_S = 15.0  # start() waits so long for Slack before it leaves connecting to the background
BACKOFF_S = (2.0, 300.0)  # between two tries to connect: from, doubling, up to
TURN_WITHIN_S = 10.0  # a message that its channel's pace holds longer goes back to the queue

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
        self._per_channel = per_channel
        self._sleep = sleep
        self._pacer = Pacer(overall=overall, monotonic=monotonic, sleep=sleep)
        self._running = Running()
        self._session: aiohttp.ClientSession | None = None
        self._connection: Connection | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._web: AsyncWebClient | None = None
        self._handle: HandleCommand | None = None
        self._changed: ChannelChanged | None = None

    @property
    def platform(self) -> Platform:
        return "slack"

    # --- life ---

    async def start(self, handle: HandleCommand | None, changed: ChannelChanged) -> None:
        """Connect and take commands; with `handle` None only check the bot token, to send. An unreachable Slack is
        tried again in the background. Raises `AdapterError` for a refused token."""
        if not self._bot_token.startswith("xoxb-"):
            raise AdapterError(f"The Slack bot token does not begin with xoxb-. {BOT_ADVICE}")
        if handle is not None and not self._app_token.startswith("xapp-"):
            raise AdapterError(f"The Slack app-level token does not begin with xapp-. {APP_ADVICE}")
        self._handle, self._changed = handle, changed
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
        if self._session is not None:
            await self._session.close()

    async def _keep_connected(self, connection: Connection, tried: asyncio.Event) -> None:
        """For ever; `tried` is set after the first try. Raises `AdapterError` for a refused token."""
        pause, longest = BACKOFF_S
        while True:
            try:
                await connection.check()
                if self._handle is None:
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

    async def send(self, channel: Channel, alert: Alert) -> SendResult:
        """Post the card as blocks; as plain text if Slack refuses them."""
        wait_s = await self._turn(channel.address)
        if wait_s:
            return RetryLater(reason="the channel's pace is used up", after_s=wait_s)
        try:
            return await self._post(channel.address, alert_blocks(alert.card))
        except _FAILURES as error:
            if not blocks_refused(error):
                return self._failed(error, channel.address)
            _log.error("slack refused our blocks alert=%s reason=%s", alert.id, outcome(error).reason)
        try:
            return await self._post(channel.address, (alert_plain(alert.card), []), mrkdwn=False)
        except _FAILURES as error:
            return self._failed(error, channel.address)

    async def _post(self, address: str, message: Message, **more: Any) -> Receipt:
        """Raises one of `_FAILURES`."""
        assert self._web is not None  # messages come only after start
        text, blocks = message
        answer = await self._web.chat_postMessage(
            channel=address, text=text, blocks=blocks or None, unfurl_links=False, unfurl_media=False, **more
        )
        return Receipt(message_id=str(answer["ts"]), plain=not blocks)

    def _failed(self, error: Exception, address: str) -> SendResult:
        result = outcome(error)
        if isinstance(result, RetryLater) and result.after_s is not None:
            self._pacer.hold(address, result.after_s)
        return result

    async def _turn(self, address: str) -> float:
        return await self._pacer.turn(((address, self._per_channel),), within_s=TURN_WITHIN_S)

    # --- in ---

    def _bolt(self, web: AsyncWebClient) -> AsyncApp:
        # Envelopes of Socket Mode carry no signature to verify.
        app = AsyncApp(name="dealwire", client=web, request_verification_enabled=False)
        app.command(re.compile("."))(self._on_command)
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
        assert self._changed is not None  # events come only after start
        await self._changed(channel_at(address), channel_at(new) if new else None)

    async def _answer_asker(self, command: Command, response_url: str) -> None:
        """By the command's own URL, for the asker's eyes."""
        hook = AsyncWebhookClient(response_url, session=self._session, retry_handlers=[])
        for text, blocks in await self._messages(command):
            try:
                sent = await hook.send(text=text, blocks=blocks, response_type="ephemeral")
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                _unsaid(command, type(error).__name__)
                break
            if sent.status_code != 200:
                _unsaid(command, f"HTTP {sent.status_code}")
                break

    async def _answer_there(self, command: Command, thread: str | None) -> None:
        """In the channel, in the thread if there is one."""
        address = command.channel.address
        more = {"thread_ts": thread} if thread else {}

        async def post(message: Message) -> SendResult:
            try:
                return await self._post(address, message, **more)
            except _FAILURES as error:
                return self._failed(error, address)

        messages = await self._messages(command)
        if why := await say(messages, turn=lambda: self._turn(address), post=post, sleep=self._sleep):
            _unsaid(command, why)

    async def _messages(self, command: Command) -> tuple[Message, ...]:
        assert self._handle is not None  # commands come only after start
        reply = await self._handle(command)
        return reply_blocks(reply) if reply is not None else ()


_FAILURES = (SlackApiError, aiohttp.ClientError, OSError, TimeoutError)


def _unsaid(command: Command, why: str) -> None:
    _log.warning("slack answer not sent channel=%s reason=%s", command.channel.key, why)
