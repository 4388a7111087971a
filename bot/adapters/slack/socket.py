"""Socket Mode kept open: one connection, every envelope acknowledged and handled once, a clean end.

The SDK reconnects by itself, but it retries a bad app token for ever, tries a dead ticket again and again, and
leaves its tasks behind when closed. So tokens are checked first, a connection that stays down or was switched off
is built anew, and the tasks are ours. What came before is known across connections: a refresh cuts off
acknowledgements on their way, and Slack then sends the same again.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.refusals import code
from bot.adapters.slack.seen import Seen, ids_of
from bot.ports import AdapterError

CONNECT_S = 10.0  # for each of the three steps of connecting
CHECK_S = 5.0  # how often the connection is looked at
DOWN_S = 60.0  # so long the SDK may try by itself; a ticket is dead by then

_PASSING = {
    *("ratelimited", "rate_limited", "fatal_error", "internal_error", "service_unavailable"),
    *("request_timeout", "team_added_to_org"),
}

BOT_ADVICE = 'Copy the "Bot User OAuth Token" (xoxb-…) from OAuth & Permissions of your Slack app.'
APP_ADVICE = (
    "Make an app-level token (xapp-…) with the scope connections:write under Basic Information of your Slack "
    "app, and switch Socket Mode on."
)

_log = logging.getLogger(__name__)


class UnreachableError(Exception):
    """Slack could not be reached, or is out of order: try again."""


class Connection:
    """Opens, watches and closes the bot's Socket Mode connection."""

    def __init__(self, app: AsyncApp, web: AsyncWebClient, app_token: str) -> None:
        self._app = app
        self._web = web
        self._app_token = app_token
        self._client: _Client | None = None
        self._seen = Seen()

    async def check(self) -> tuple[str, str]:
        """The ids of the bot's user and of its workspace. Raises `AdapterError` in plain words for a refused token;
        `UnreachableError`."""
        who = await self._asked("bot token", BOT_ADVICE, self._web.auth_test())
        return str(who["user_id"]), str(who.get("team_id") or "")

    async def open(self) -> None:
        """Connect. Raises `AdapterError` in plain words for a refused token; `UnreachableError`. Asked by hand
        first, since the SDK's own connecting never returns on a bad app token."""
        opened = await self._asked(
            "app-level token", APP_ADVICE, self._web.apps_connections_open(app_token=self._app_token)
        )
        client = _Client(app_token=self._app_token, web_client=self._web)
        client.wss_uri = str(opened["url"])  # a ticket for one connection: this one
        client.socket_mode_request_listeners.append(self._on_envelope)
        self._client = client
        try:
            async with asyncio.timeout(CONNECT_S):
                await client.connect()  # type: ignore[no-untyped-call]  # the SDK's
        except TimeoutError:
            await self.close()
            raise UnreachableError("no Socket Mode connection") from None
        except BaseException:
            await self.close()
            raise

    async def until_lost(self) -> None:
        """Return when the connection was down for so long that it must be built anew, or was switched off."""
        up_at = time.monotonic()
        while self._client is not None and time.monotonic() - up_at < DOWN_S:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._client.switched_off.wait(), CHECK_S)
                return
            if await self._client.is_connected():
                up_at = time.monotonic()

    async def close(self) -> None:
        """Close the connection and await everything that worked for it."""
        client, self._client = self._client, None
        if client is not None:
            await client.end()

    async def _asked(self, token: str, advice: str, call: Any) -> Any:
        try:
            async with asyncio.timeout(CONNECT_S):
                return await call
        except SlackApiError as error:
            said = code(error)
            if said.startswith("HTTP") or said in _PASSING:
                raise UnreachableError(f"Slack answers {said}") from None
            raise AdapterError(f"Slack refuses the {token} ({said}). {advice}") from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise UnreachableError(f"no connection ({type(error).__name__})") from None

    async def _on_envelope(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        """Hand the envelope to Bolt once, and acknowledge it in any case: what is not acknowledged comes again."""
        started = time.time()
        response = BoltResponse(status=200)
        if not self._again(request):
            try:
                answer = await run_async_bolt_app(self._app, request)
                if answer.status == 200:  # 404: an event or click that nothing of ours listens to
                    response = answer
            except Exception:  # one envelope's failure is nobody else's
                _log.exception("slack envelope failed type=%s", request.type)
        await send_async_response(client, request, response, started)

    def _again(self, request: SocketModeRequest) -> bool:
        """Whether the envelope or what is in it came before: a refresh or a late acknowledgement repeats them."""
        return self._seen.again((request.envelope_id, *ids_of(request.payload)))


class _Client(SocketModeClient):
    """The SDK's client, with its tasks remembered so that they can be awaited."""

    def __init__(self, *, app_token: str, web_client: AsyncWebClient) -> None:
        super().__init__(app_token=app_token, web_client=web_client, ping_interval=10)
        self._listening: set[asyncio.Task[None]] = set()
        self.switched_off = asyncio.Event()  # Socket Mode is off in the app's settings

    async def process_message(self) -> None:
        """As in the SDK, except that the task is kept."""
        raw = await self.message_queue.get()
        message = json.loads(raw) if raw.startswith("{") else {}
        task = asyncio.create_task(self.run_message_listeners(message, raw))
        self._listening.add(task)
        task.add_done_callback(self._listening.discard)

    async def run_message_listeners(self, message: dict[str, Any], raw_message: str) -> None:
        """As in the SDK, which connects anew when Slack asks for it, whatever the reason: a warning ten seconds ahead,
        a refresh, too many connections. Where Socket Mode was switched off that cannot succeed."""
        if message.get("type") == "disconnect":
            _log.info("slack asks to reconnect reason=%s", message.get("reason"))
            if message.get("reason") == "link_disabled":
                self.auto_reconnect_enabled = False
                self.switched_off.set()
                return
        await super().run_message_listeners(message, raw_message)

    async def end(self) -> None:
        """Close in at most about 1.5 s, whatever the other side does."""
        self.closed = True
        self.auto_reconnect_enabled = False
        if self._listening:  # acknowledgements on their way
            await asyncio.wait(self._listening, timeout=0.4)
        try:
            async with asyncio.timeout(0.6):  # the closing handshake would wait 10 s for a silent server
                await self.close()  # type: ignore[no-untyped-call]  # the SDK's
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            _log.info("slack connection closed without its handshake reason=%s", type(error).__name__)
        tasks: list[Any] = [self.message_processor, self.current_session_monitor, self.message_receiver]
        alive = [task for task in (*tasks, *self._listening) if task]  # None before the first connection
        for task in alive:
            task.cancel()
        await asyncio.gather(*alive, return_exceptions=True)
        await self.aiohttp_client_session.close()
