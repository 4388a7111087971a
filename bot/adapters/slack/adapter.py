"""Slack: posts out by the Web API, commands and clicks in by Bolt: over Socket Mode for one workspace with two
tokens, over HTTP for many that install the app.

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
from functools import partial
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.connecting import Connecting
from bot.adapters.oauth_app import OAuthApp
from bot.adapters.pacing import Limit, Monotonic, Sleep
from bot.adapters.running import Running
from bot.adapters.slack.allowances import PER_CHANNEL, PER_WORKSPACE, Allowances
from bot.adapters.slack.answers import Answers
from bot.adapters.slack.format import ACTION
from bot.adapters.slack.many import UNINSTALLED, Many
from bot.adapters.slack.payloads import GONE_EVENTS, direct, mention, press, slash
from bot.adapters.slack.people import People
from bot.adapters.slack.sender import Sender
from bot.adapters.slack.socket import APP_ADVICE, BOT_ADVICE, Connection, UnreachableError
from bot.adapters.slack.surfaces import Surfaces
from bot.adapters.slack.troubles import Troubles, of_connection
from bot.adapters.slack.workspaces import FindError, NotInstalledError, Workspaces, channel_at
from bot.model import Channel, Image, Platform, Post, SendResult, Trouble
from bot.ports import AdapterError, Handlers, Inlet

REQUEST_S = 20.0  # for one call
BACKOFF_S = (2.0, 300.0)  # between two tries to connect: from, doubling, up to

_log = logging.getLogger(__name__)


class SlackAdapter:
    """The bot of one workspace, or of many. Keeps trying in the background while Slack cannot be reached."""

    def __init__(
        self,
        bot_token: str = "",
        app_token: str = "",
        *,
        oauth: OAuthApp | None = None,  # many workspaces, instead of the two tokens
        base_url: str | None = None,  # of the Web API, for tests: "http://127.0.0.1:8081/api/"
        per_workspace: Limit = PER_WORKSPACE,
        per_channel: Limit = PER_CHANNEL,
        monotonic: Monotonic = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._bot_token, self._app_token = bot_token, app_token
        self._base_url = base_url
        self._sleep = sleep
        # Whatever goes to Slack asks it for the workspace, whatever comes from Slack for whose it is.
        allowances = Allowances(posts=per_workspace, per_channel=per_channel, monotonic=monotonic, sleep=sleep)
        self._many = Many(oauth, base_url=base_url) if oauth is not None else None
        self._workspaces = Workspaces(
            token=bot_token,
            find=self._many.installations.find if self._many else None,
            base_url=base_url,
            allowances=allowances,
            monotonic=monotonic,
        )
        self._troubles = Troubles(monotonic=monotonic, report=self._report)
        self._workspaces.renewed = self._troubles.forget
        self._sender = Sender(self._workspaces, allowances, self._troubles, sleep=sleep)
        self._running = Running()
        self._people = People(self._workspaces, monotonic=monotonic)
        self._answers = Answers(self._sender, self._people)
        self._surfaces = Surfaces(
            self._workspaces, self._people, self._sender, self._answers, self._running, sleep=sleep
        )
        self._session: aiohttp.ClientSession | None = None
        self._connection: Connection | None = None
        self._connecting = Connecting("slack")
        self._handlers: Handlers | None = None

    @property
    def platform(self) -> Platform:
        return "slack"

    @property
    def inlets(self) -> Sequence[Inlet]:
        return self._many.inlets if self._many else ()

    # --- life ---

    async def start(self, handlers: Handlers | None) -> None:
        """Connect and take commands; with None only check the bot token, to send. An unreachable Slack is
        tried again in the background. Raises `AdapterError` for a refused token."""
        if self._many is not None:
            await self._many.check()
            self._open(handlers)
            if handlers is not None:
                self._many.open(self._bolt(self._workspaces.client()), self._workspaces, self._installed)
            return
        if not self._bot_token.startswith("xoxb-"):
            raise AdapterError(f"The Slack bot token does not begin with xoxb-. {BOT_ADVICE}")
        if handlers is not None and not self._app_token.startswith("xapp-"):
            raise AdapterError(f"The Slack app-level token does not begin with xapp-. {APP_ADVICE}")
        self._open(handlers)
        web = self._workspaces.only.web
        self._connection = Connection(self._bolt(web), web, self._app_token)
        try:
            await self._connecting.start(partial(self._keep_connected, self._connection))
        except BaseException:  # refused, or start() itself was cancelled: leave nothing open
            await self.stop()
            raise

    def _open(self, handlers: Handlers | None) -> None:
        self._handlers = handlers
        self._answers.begin(handlers)
        # One session for all calls: with the SDK's session per call a third of the rate was measured.
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=REQUEST_S, sock_connect=10), trust_env=self._base_url is None
        )
        self._workspaces.open(self._session)
        self._sender.open(self._session)

    async def stop(self) -> None:
        """Take no more commands, let the running ones finish, close; under 3 s."""
        if self._many is not None:
            self._many.close()
        await self._connecting.stop()
        if self._connection is not None:
            await self._connection.close()
        await self._running.finish(within_s=0.8)
        await self._sender.close()
        if self._session is not None:
            await self._session.close()

    async def _keep_connected(self, connection: Connection, tried: asyncio.Event) -> None:
        """For ever; `tried` is set after the first try. Raises `AdapterError` for a refused token."""
        pause, longest = BACKOFF_S
        deaf: bool | None = None  # and the operator knows; None: perhaps, from before the start
        while True:
            try:
                self._workspaces.learned(*await connection.check())
                if self._handlers is None:
                    return
                await connection.open()
                _log.info("slack connected bot=%s", self._workspaces.only.bot_user)
                if deaf is not False:
                    self._report(of_connection(None))
                    deaf = False
                tried.set()
                await connection.until_lost()
                _log.warning("slack connection lost, connecting anew")
                pause = BACKOFF_S[0]
            except AdapterError as error:
                _log.error("slack refuses us reason=%s", error)
                if not tried.is_set():
                    raise
                if not deaf:
                    self._report(of_connection(str(error)))
                    deaf = True
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

    async def upload(self, channel: Channel, image: Image, *, reply_to: str | None = None) -> SendResult:
        """Put the picture into the channel, as a file with its title and description. The receipt names the file."""
        return await self._sender.upload(channel, image, reply_to=reply_to)

    # --- in ---

    def _bolt(self, web: AsyncWebClient) -> AsyncApp:
        # Envelopes of Socket Mode carry no signature to verify; the door verifies what comes over HTTP.
        authorize = self._many.authorizer() if self._many else None
        app = AsyncApp(
            name="dealwire",
            client=web,
            authorize=authorize,
            request_verification_enabled=False,
            user_facing_authorize_error_message=self._many.left_words if self._many else None,
        )
        app.command(re.compile("."))(self._on_command)
        app.action(re.compile(ACTION))(self._on_press)
        self._surfaces.listen(app)
        app.event("app_mention")(self._on_mention)
        app.event("message")(self._on_message)
        for kind in GONE_EVENTS:
            app.event(kind)(self._on_gone)
        for kind in UNINSTALLED:
            app.event(kind)(self._on_uninstalled)
        app.event("member_left_channel")(self._on_member_left)
        app.event("channel_id_changed")(self._on_new_id)
        app.event(re.compile("."))(self._on_other)
        return app

    async def _on_command(self, ack: Any, body: dict[str, Any]) -> None:
        await ack()
        home = self._workspaces.home(body)
        command = slash(body, home)
        if self._surfaces.opens(command):
            self._running.start(self._surfaces.open(command, body), of=home)
        else:
            self._running.start(self._answers.to_asker(command, body["response_url"]), of=home)

    async def _on_press(self, ack: Any, body: dict[str, Any]) -> None:
        await ack()
        home = self._workspaces.home(body)
        if (pressed := press(body, home)) is None:
            return
        if self._surfaces.opens(pressed):
            self._running.start(self._surfaces.open(pressed, body), of=home)
        else:
            self._running.start(self._answers.to_presser(pressed, str(body.get("response_url") or "")), of=home)

    async def _on_mention(self, body: dict[str, Any]) -> None:
        event, home = body["event"], self._workspaces.home(body)
        if (command := mention(event, home)) is not None:
            self._running.start(self._answers.there(command, event.get("thread_ts") or event["ts"]), of=home)

    async def _on_message(self, body: dict[str, Any]) -> None:
        event, home = body["event"], self._workspaces.home(body)
        if (command := direct(event, home)) is not None:
            self._running.start(self._answers.there(command, event.get("thread_ts")), of=home)

    async def _on_gone(self, body: dict[str, Any]) -> None:
        self._running.start(self._tell(self._workspaces.home(body), body["event"]["channel"], None))

    async def _on_member_left(self, body: dict[str, Any]) -> None:
        event, home = body["event"], self._workspaces.home(body)
        try:
            workspace = await self._workspaces.of(home)
        except (NotInstalledError, FindError):
            return
        if event.get("user") == workspace.bot_user:
            self._running.start(self._tell(home, event["channel"], None))

    async def _on_new_id(self, body: dict[str, Any]) -> None:
        event = body["event"]
        moved = self._tell(self._workspaces.home(body), event["old_channel_id"], event["new_channel_id"])
        self._running.start(moved)

    async def _on_uninstalled(self, body: dict[str, Any]) -> None:
        if self._many is None:
            _log.error("slack removed the app or its token event=%s", body["event"]["type"])
            return
        self._running.start(self._end_workspace(self._many, body))

    async def _end_workspace(self, many: Many, body: dict[str, Any]) -> None:
        assert self._handlers is not None  # events come only after start
        if home := await many.left(body):
            await self._handlers.changed(Channel(platform="slack", address=home), None)

    async def _on_other(self, event: dict[str, Any]) -> None:
        """Whatever else the app is subscribed to: taken, and left."""

    async def _tell(self, home: str, channel: str, new: str | None) -> None:
        assert self._handlers is not None  # events come only after start
        self._people.forget(home, channel)
        await self._handlers.changed(channel_at(home, channel), channel_at(home, new) if new else None)

    def _installed(self, home: str) -> None:
        """What was known of the workspace holds no more."""
        self._workspaces.forget(home)
        self._troubles.forget(home)

    def _report(self, trouble: Trouble) -> None:
        if trouble.words is not None:
            _log.warning("trouble name=%r reason=%s", trouble.name, trouble.words)
        if self._handlers is not None and self._handlers.trouble is not None:
            self._running.start(self._handlers.trouble(trouble))
