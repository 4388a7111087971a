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
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.adapters.answering import say
from bot.adapters.layout import printable
from bot.adapters.pacing import Limit, Monotonic, Pacer, Rank, Sleep
from bot.adapters.running import Running
from bot.adapters.slack.format import ACTION, Message, escape, post_blocks, post_plain, reply_blocks
from bot.adapters.slack.payloads import GONE_EVENTS, channel_at, direct, mention, press, slash
from bot.adapters.slack.refusals import blocks_refused, outcome
from bot.adapters.slack.socket import APP_ADVICE, BOT_ADVICE, Connection, UnreachableError
from bot.model import Channel, Command, Platform, Post, Press, Receipt, Rejected, RetryLater, SendResult
from bot.ports import AdapterError, Handlers, Inlet

# docs.slack.dev/apis/web-api/rate-limits: 1 message a second in a channel with short bursts, several hundred a
# minute in a workspace.
OVERALL = Limit(count=5, per_s=1.0)
PER_CHANNEL = Limit(count=2, per_s=2.0)

REQUEST_S = 20.0  # for one call
FIRST_TRY_S = 15.0  # start() waits so long for Slack before it leaves connecting to the background
BACKOFF_S = (2.0, 300.0)  # between two tries to connect: from, doubling, up to
TURN_WITHIN_S = 10.0  # a message that its channel's pace holds longer goes back to the queue
ANSWER_WITHIN_S = 30.0  # the same for an answer, which has no queue to go back to

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
        await self._pacer.close()
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
        """Post it as blocks; as plain text if Slack refuses them. The receipt is that of the first message where
        its lines take several."""
        messages = post_blocks(post)
        if not messages:
            return Rejected(reason="an empty message")
        more = {"thread_ts": post.reply_to} if post.reply_to else {}
        first = await self._posted(channel.address, messages[0], post.importance, **more)
        if isinstance(first, _BlocksRefused):
            return await self._said(channel.address, (post_plain(post), []), post.importance, mrkdwn=False, **more)
        rest = messages[1:]
        if rest and isinstance(first, Receipt) and (why := await self._say(channel.address, rest, **more)):
            # What stands there already must not come twice, so the rest is given up.
            _log.warning("slack message cut short channel=%s reason=%s", channel.key, why)
        return first

    async def edit(self, channel: Channel, message_id: str, post: Post) -> SendResult:
        """Put the post in the place of the message by chat.update; only its first part where it is long."""
        messages = post_blocks(post)
        if not messages:
            return Rejected(reason="an empty message")
        result = await self._posted(channel.address, messages[0], "edit", ts=message_id)
        if isinstance(result, _BlocksRefused):
            return await self._said(channel.address, (post_plain(post), []), "edit", ts=message_id)
        return result

    async def _said(self, address: str, message: Message, rank: Rank, **more: Any) -> SendResult:
        """The last try: what Slack refuses now, it refuses for good."""
        result = await self._posted(address, message, rank, **more)
        return Rejected(reason=result.reason) if isinstance(result, _BlocksRefused) else result

    async def _say(self, address: str, messages: Sequence[Message], **more: Any) -> str | None:
        async def post(message: Message) -> SendResult:
            return await self._said(address, message, "answer", **more)

        return await say(messages, post=post, sleep=self._sleep)

    async def _posted(self, address: str, message: Message, rank: Rank, **more: Any) -> SendResult | _BlocksRefused:
        """One chat.postMessage in its turn; a chat.update where `more` has the message's ts."""
        within_s = ANSWER_WITHIN_S if rank == "answer" else TURN_WITHIN_S
        async with self._pacer.turn(((address, self._per_channel),), within_s=within_s, rank=rank) as wait_s:
            if wait_s:
                return RetryLater(reason="others go first", after_s=wait_s, tried=False)
            try:
                ts = await self._call(address, message, **more)
            except _FAILURES as error:
                result = outcome(error)
                if isinstance(result, RetryLater) and result.after_s is not None:
                    self._pacer.hold(address, result.after_s)
                if message[1] and blocks_refused(error):
                    _log.error("slack refused our blocks reason=%s", result.reason)
                    return _BlocksRefused(result.reason)
                return result
        self._pacer.passed()
        return Receipt(message_id=ts, plain=not message[1])

    async def _call(self, address: str, message: Message, **more: Any) -> str:
        """The message's ts. Raises one of `_FAILURES`."""
        assert self._web is not None  # messages come only after start
        text, blocks = message
        if "ts" in more:  # an empty list takes the old blocks away
            answer = await self._web.chat_update(channel=address, text=text, blocks=blocks, **more)
        else:
            answer = await self._web.chat_postMessage(
                channel=address, text=text, blocks=blocks or None, unfurl_links=False, unfurl_media=False, **more
            )
        return str(answer["ts"])

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
        why = await self._whisper(response_url, await self._messages(command))
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
            why = await self._whisper(response_url, messages[:1], replace=True)
            if why:  # the URL lives half an hour and five answers; the message may be changed later too
                address = pressed.channel.address
                done = await self._said(address, messages[0], "answer", ts=pressed.message_id)
                why = None if isinstance(done, Receipt) else getattr(done, "reason", why)
            messages = messages[1:]
        elif reply.toast and not messages:  # Slack has no passing words beside a button
            messages = ((escape(printable(reply.toast)), []),)
        why = why or await self._whisper(response_url, messages)
        if why:
            _unsaid(pressed, why)

    async def _whisper(self, response_url: str, messages: Sequence[Message], *, replace: bool = False) -> str | None:
        """None when all were taken; else why not."""
        hook = AsyncWebhookClient(response_url, session=self._session, retry_handlers=[])
        for text, blocks in messages:
            try:
                sent = await hook.send(
                    text=text,
                    blocks=blocks or None,
                    response_type=None if replace else "ephemeral",
                    replace_original=replace,
                )
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
                return type(error).__name__
            if sent.status_code != 200:
                return f"HTTP {sent.status_code}"
        return None

    async def _answer_there(self, command: Command, thread: str | None) -> None:
        """In the channel, in the thread if there is one."""
        more = {"thread_ts": thread} if thread else {}
        if why := await self._say(command.channel.address, await self._messages(command), **more):
            _unsaid(command, why)

    async def _messages(self, command: Command) -> tuple[Message, ...]:
        assert self._handlers is not None  # commands come only after start
        reply = await self._handlers.command(command)
        return reply_blocks(reply) if reply is not None else ()


@dataclass(frozen=True, slots=True)
class _BlocksRefused:
    """Slack objects to our blocks, so that plain text may pass."""

    reason: str


_FAILURES = (SlackApiError, aiohttp.ClientError, OSError, TimeoutError)


def _unsaid(command: Command | Press, why: str) -> None:
    _log.warning("slack answer not sent channel=%s reason=%s", command.channel.key, why)
