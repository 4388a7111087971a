"""A local Slack as strict as the real one: Web API, Socket Mode and response_url, for the real client libraries.

A test declares users and channels, acts for users (`slash`, `event`, `interact`), breaks things (`archive`,
`remove_bot`, `revoke`, `disconnect`, `faults`, `flood`) and reads what the bot posted (`messages`,
`wait_for_message`). What the real server tolerates but a correct app never sends lands in `alarms`.

One workspace, the bot's token and Socket Mode are there from the start. For more:

    embassy = server.add_workspace("T0EMBASSY")               # users and channels there: add_user(at=embassy) …
    server.call("http://127.0.0.1:8787/slack/events")         # from now on signed HTTP instead of Socket Mode
    back = await server.approve(location_of_install, workspace=embassy, user=user)   # the browser's next address
    token = server.install(embassy)                           # or a token at once, without a browser
    await server.uninstall(embassy)                           # its token dies, the app gets both events

A token decides the workspace of a call; who acts where follows from the user and the channel that are handed in.
"""

from __future__ import annotations

import asyncio
import json
import math
from base64 import b64decode
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from aiohttp import web

from tests.servers.flood import SlackFlood
from tests.servers.serving import drop, now_monotonic
from tests.servers.slack_answers import ResponseUrl, SlackReply
from tests.servers.slack_files import take_bytes
from tests.servers.slack_methods import UnservedMethodError, perform
from tests.servers.slack_oauth import OAuth
from tests.servers.slack_rules import Grant, SlackRefusalError, check_content, check_token, decode
from tests.servers.slack_stage import SlackStage
from tests.servers.slack_state import DEFAULT_SCOPES, SlackUser, Workspace
from tests.servers.spec import table

BOT_TOKEN = "xoxb-1111-2222-localbot"
APP_TOKEN = "xapp-1-A0DEALWIRE-3333-localapp"

RESPONSE_USES = 5  # a response_url takes five posts
RESPONSE_LIFE = timedelta(minutes=30)

# Refusals that are our own fault, whatever became of the workspace: no request of ours may ever meet one, also
# where the product would recover. A scope that the app does not ask for counts, too.
MISUSE = frozenset(
    {
        *("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text"),
        *("invalid_arguments", "missing_argument", "markdown_text_conflict", "too_many_attachments"),
        *("view_too_large", "alt_txt_too_large", "invalid_types", "not_authed"),
    }
)

_RESPONSE_FIELDS = {
    *("text", "blocks", "attachments", "response_type", "replace_original", "delete_original", "thread_ts"),
    *("unfurl_links", "unfurl_media", "metadata", "mrkdwn"),
}


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SlackServer(SlackStage):
    """`AsyncWebClient(token=server.bot_token, base_url=server.base_url)`."""

    misuse: ClassVar[frozenset[str]] = MISUSE  # tests of this server itself break the rules on purpose: none there

    def __init__(
        self,
        *,
        bot_token: str = BOT_TOKEN,
        app_token: str = APP_TOKEN,
        scopes: Iterable[str] = DEFAULT_SCOPES,
        flood: SlackFlood | None = None,  # None: no limits
        clock: Callable[[], datetime] = _utc_now,  # ts of messages, life of triggers and response_urls
        port: int = 0,
    ) -> None:
        super().__init__(clock=clock, port=port)
        self.bot_token, self.app_token = bot_token, app_token
        self.flood = flood
        self.grants = {
            bot_token: Grant(token=bot_token, kind="bot", scopes=frozenset(scopes), team=self.workspace.home),
            app_token: Grant(token=app_token, kind="app", scopes=frozenset({"connections:write"})),
        }
        self.oauth = OAuth(grants=self.grants, alarms=self.alarms, clock=clock)

    @property
    def base_url(self) -> str:
        """With the slash at the end that slack_sdk expects."""
        return f"{self.url}/api/"

    async def stop(self) -> None:
        await self.socket.close()
        await super().stop()

    def revoke(self, trouble: str = "account_inactive", *, token: str | None = None) -> None:
        """From now on the token (default: the bot's) answers account_inactive, token_revoked or token_expired."""
        self.grants[token or self.bot_token].trouble = trouble

    # --- many workspaces ---

    async def approve(self, url: str, *, workspace: Workspace, user: SlackUser, deny: bool = False) -> str:
        """An administrator opens Slack's page at `url` and allows the app (or cancels); where the browser is sent."""
        return self.oauth.approve(url, workspace=workspace, user=user, deny=deny)

    def install(self, workspace: Workspace, scopes: Iterable[str] = DEFAULT_SCOPES) -> str:
        """A bot token for the workspace, as if OAuth had given it."""
        token = self.oauth.token_of(workspace) or f"xoxb-{workspace.home}-{workspace.number()}"
        self.grants[token] = Grant(token=token, kind="bot", scopes=frozenset(scopes), team=workspace.home)
        return token

    async def uninstall(
        self, workspace: Workspace, events: Iterable[str] = ("tokens_revoked", "app_uninstalled")
    ) -> None:
        """An administrator removes the app: its tokens die, then the app is told, in this order."""
        for grant in self.grants.values():
            if grant.kind == "bot" and grant.team == workspace.home:
                grant.trouble = "account_inactive"
        for kind in events:
            event: dict[str, Any] = {"type": kind}
            if kind == "tokens_revoked":
                event["tokens"] = {"oauth": [], "bot": [workspace.bot.id]}
            await self.event(event, at=workspace)

    def _space(self, grant: Grant) -> Workspace:
        return self.workspaces[grant.team] if grant.team else self.workspace

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/api/{method}", self._serve),
            web.get("/link/", self.socket.serve),
            web.post("/upload/{home}/{id}", self._take_bytes),
            web.post("/commands/{id}", self._respond),
            web.post("/actions/{id}", self._respond),
        ]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        at = now_monotonic()
        method = request.match_info["method"]
        raw = await _arguments(request)
        token = raw.pop("token", None) or request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        if method == "oauth.v2.access":
            return self._access(request, raw, at)
        fault = self.faults.draw(method)
        if fault == "5xx":
            self.record(method, raw, 503, "503", at)
            return web.Response(status=503, text="<html>upstream request timeout</html>", content_type="text/html")
        if fault == "drop_before":
            self.record(method, raw, 0, "dropped before acceptance", at)
            return drop(request)
        if fault == "slow":
            await asyncio.sleep(self.faults.delay_s)
        try:
            if fault == "429":
                raise SlackRefusalError("ratelimited", retry_after_s=self.faults.retry_after_s)
            answer, args = self._call(method, token, raw)
        except SlackRefusalError as refusal:
            self.record(method, raw, 429 if refusal.retry_after_s else 200, refusal.code, at)
            return _refused(refusal)
        except UnservedMethodError as missing:
            self.alarms.append(str(missing))
            self.record(method, raw, 200, "fatal_error", at)
            return web.json_response({"ok": False, "error": "fatal_error"})
        if fault == "drop_after":
            self._mark_lost(answer)
            self.record(method, args, 0, "dropped after acceptance", at)
            return drop(request)
        self.record(method, args, 200, None, at)
        scopes = ",".join(sorted(self.grants[token].scopes)) if token in self.grants else ""
        return web.json_response({"ok": True, **answer}, headers={"x-oauth-scopes": scopes})

    def _access(self, request: web.Request, raw: dict[str, Any], at: float) -> web.Response:
        """Called without a token, by the app's own id and secret."""
        sent = request.headers.get("Authorization", "")
        basic = b64decode(sent.removeprefix("Basic ")).decode().split(":", 1) if sent.startswith("Basic ") else None
        told = {name: value for name, value in raw.items() if name != "client_secret"}
        try:
            args = decode("oauth.v2.access", raw, self.alarms)
            answer = self.oauth.access(args, (basic[0], basic[1]) if basic else None)
        except SlackRefusalError as refusal:
            self.record("oauth.v2.access", told, 200, refusal.code, at)
            return _refused(refusal)
        self.record("oauth.v2.access", told, 200, None, at)
        return web.json_response({"ok": True, **answer})

    def _call(self, method: str, token: str, raw: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        known = table("slack_methods.json")["methods"]
        if method not in known:
            self.alarms.append(f"{method}: no such method")
            raise SlackRefusalError("unknown_method", req_method=method)
        try:
            return self._judged(method, token, raw)
        except SlackRefusalError as refusal:
            unasked = refusal.code == "missing_scope" and refusal.more["needed"] not in DEFAULT_SCOPES
            if refusal.code in self.misuse or (unasked and self.misuse):
                self.alarms.append(f"{method}: {refusal.code} {refusal.more.get('errors', '')}".rstrip())
            raise

    def _judged(self, method: str, token: str, raw: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        known = table("slack_methods.json")["methods"]
        grant = check_token(self.grants, token, method)
        args = decode(method, raw, self.alarms)
        wait = self.flood.wait_s(method, known[method]["tier"], args.get("channel"), grant.team) if self.flood else 0.0
        if wait:
            raise SlackRefusalError("ratelimited", retry_after_s=math.ceil(wait))
        if method == "apps.connections.open":
            ticket = self.socket.ticket()
            return {"url": f"ws://127.0.0.1:{self.port}/link/?ticket={ticket}&app_id={self.workspace.app_id}"}, args
        space = self._space(grant)
        space.files.url = f"{self.url}/upload/{space.home}"
        try:
            return perform(space, method, args, grant), args
        except SlackRefusalError as refusal:
            if refusal.code not in {*known[method]["errors"], *table("slack_methods.json")["common_errors"]}:
                self.alarms.append(f"{method}: answered {refusal.code}, which its documentation does not list")
            raise

    async def _take_bytes(self, request: web.Request) -> web.StreamResponse:
        at = now_monotonic()
        fault = self.faults.draw("upload")
        if fault == "drop_before":
            self.record("upload", {}, 0, "dropped before acceptance", at)
            return drop(request)
        if fault in {"429", "5xx"}:
            self.record("upload", {}, 503, "503", at)
            return web.Response(status=503)
        taken = await take_bytes(self.workspaces[request.match_info["home"]], request.match_info["id"], request)
        self.record("upload", {}, taken.status, None if taken.status == 200 else taken.text, at)
        return taken

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        """A post to a response_url. Error bodies of the real one are not documented; these are plain words."""
        at = now_monotonic()
        found = self._response_urls.get(request.match_info["id"])
        body = await request.json()
        fault = self.faults.draw("response_url")
        if fault in {"429", "5xx"}:
            status = 429 if fault == "429" else 503
            self.record("response_url", body, status, str(status), at)
            return web.Response(status=status, headers={"Retry-After": str(self.faults.retry_after_s)})
        if fault == "drop_before":
            self.record("response_url", body, 0, "dropped before acceptance", at)
            return drop(request)
        if fault == "slow":
            await asyncio.sleep(self.faults.delay_s)
        error = self._response_error(found, body)
        if error is not None or found is None:
            self.record("response_url", body, 404 if found is None else 200, error, at)
            return web.json_response({"ok": False, "error": error}, status=404 if error == "expired_url" else 200)
        found.uses += 1
        blocks = tuple(body.get("blocks") or ())
        reply = SlackReply(
            channel=found.channel,
            via="response_url",
            text=body.get("text") or "",
            blocks=blocks,
            in_channel=body.get("response_type") == "in_channel",
            body=body,
        )
        self._replies[request.match_info["id"]].append(reply)
        if reply.in_channel:
            self.space_of(found.room).put(found.room, body)
        self.record("response_url", body, 200, None, at)
        return drop(request) if fault == "drop_after" else web.Response(text="ok")

    def _response_error(self, found: ResponseUrl | None, body: dict[str, Any]) -> str | None:
        """What speaks against the post; None: nothing."""
        if found is None or found.uses >= RESPONSE_USES or self.workspace.clock() - found.made_at > RESPONSE_LIFE:
            return "expired_url"
        self.alarms.extend(f"response_url: unknown field {name}" for name in body.keys() - _RESPONSE_FIELDS)
        if found.for_command and (body.get("replace_original") or body.get("delete_original")):
            self.alarms.append("response_url: replace_original and delete_original do nothing for slash commands")
        if body.get("delete_original"):
            return None
        try:
            check_content("response_url", body, self.alarms)
        except SlackRefusalError as refusal:
            self.alarms.append(f"response_url: {refusal.code} {refusal.more.get('errors', '')}")
            return refusal.code
        return None


async def _arguments(request: web.Request) -> dict[str, Any]:
    raw: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = json.loads(await request.text() or "{}")
        return raw | (body if isinstance(body, dict) else {})
    if request.can_read_body:
        raw |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    return raw


def _refused(refusal: SlackRefusalError) -> web.Response:
    body = {"ok": False, "error": refusal.code, **refusal.more}
    if refusal.retry_after_s is not None:
        return web.json_response(body, status=429, headers={"Retry-After": str(refusal.retry_after_s)})
    return web.json_response(body)
