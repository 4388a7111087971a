"""A local Bot API server as strict as the real one, for the real client library to talk to.

A test declares users and chats, speaks for the users (`user_says`, `press`), breaks things (`block`, `migrate`,
`faults`, `flood`) and reads what the bot got accepted (`messages`, `wait_for_message`). Whatever the real
server silently ignores but a correct client never sends lands in `alarms`; tests assert that it is empty.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.servers.flood import TelegramFlood
from tests.servers.serving import drop, now_monotonic
from tests.servers.spec import Flaw, Upload, check_telegram, telegram_method, telegram_name
from tests.servers.telegram_methods import NotServedError, perform
from tests.servers.telegram_rules import RefusedError
from tests.servers.telegram_stage import TelegramStage
from tests.servers.telegram_state import (
    User,
)

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
"""The token of the Bot API's own documentation; it has no account."""

MAX_POLL_S = 50  # the real server clamps longer long polls


def _utc_now() -> datetime:
    return datetime.now(UTC)


class TelegramServer(TelegramStage):
    """`Bot(server.token, base_url=server.base_url, base_file_url=server.base_file_url)`."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        bot_username: str = "dealwire_bot",
        flood: TelegramFlood | None = None,  # None: no limits
        clock: Callable[[], datetime] = _utc_now,  # dates of messages and the life of callback queries
        privacy: bool = True,  # the bot sees only what concerns it in groups, as by default
        port: int = 0,
    ) -> None:
        bot = User(id=int(token.partition(":")[0]), first_name="Dealwire", username=bot_username, is_bot=True)
        super().__init__(bot=bot, flood=flood, clock=clock, privacy=privacy, port=port)
        self.token = token
        self._poll: asyncio.Future[str] | None = None  # the waiting getUpdates; its result ends it with a 409
        self._last_poll = (-1, 0.0)

    @property
    def base_url(self) -> str:
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        return f"{self.url}/file/bot"

    def routes(self) -> list[web.RouteDef]:
        return [web.route("*", "/bot{token}/{method}", self._serve), web.route("*", "/{rest:.*}", self._nowhere)]

    async def _nowhere(self, request: web.Request) -> web.Response:
        return _failed(RefusedError(404, ""))

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        at = now_monotonic()
        token, method = request.match_info["token"], request.match_info["method"]
        raw = await _arguments(request)
        if telegram_method(method) is not None:
            method = telegram_name(method)
        fault = self.faults.draw(method)
        try:
            if fault == "429":
                raise RefusedError.flood(self.faults.retry_after_s)
            if fault == "5xx":
                raise RefusedError(500, "Internal Server Error: restart")
            if fault == "drop_before":
                self.record(method, raw, 0, "dropped before acceptance", at)
                return drop(request)
            if fault == "slow":
                await asyncio.sleep(self.faults.delay_s)
            result, args = await self._call(token, method, raw)
        except RefusedError as refused:
            self.record(method, raw, refused.code, str(refused), at)
            return _failed(refused)
        except ConnectionAbortedError:
            return drop(request)
        except NotServedError as missing:
            self.alarms.append(str(missing))
            self.record(method, raw, 500, str(missing), at)
            return _failed(RefusedError(500, str(missing)))
        if fault == "drop_after":
            self._mark_lost(result)
            self.record(method, args, 0, "dropped after acceptance", at)
            return drop(request)
        self.record(method, args, 200, None, at)
        return _json(200, {"ok": True, "result": result})

    async def _call(self, token: str, method: str, raw: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        if ":" not in token or not token.partition(":")[0].isdecimal():
            raise RefusedError(404, "")
        if token != self.token:
            raise RefusedError(401, "Unauthorized")
        if telegram_method(method) is None:
            self.alarms.append(f"{method}: no such method")
            raise RefusedError(404, ": method not found")
        args, flaws = check_telegram(method, raw)
        self.alarms.extend(f"{method}: {flaw.path}: {flaw.problem}" for flaw in flaws if flaw.kind == "unknown")
        broken = [flaw for flaw in flaws if flaw.kind in {"missing", "type"}]
        if broken:
            self.alarms.extend(f"{method}: {flaw.path}: {flaw.problem}" for flaw in broken)
            raise _refusal(broken[0])
        if method == "getUpdates":
            return await self._get_updates(args), args
        # Buttons' data and commands have error texts of their own, given by `perform`.
        long = [flaw for flaw in flaws if flaw.kind == "length" and "callback_data" not in flaw.path]
        if long and method != "setMyCommands":
            raise RefusedError(400, "MESSAGE_TOO_LONG") if long[0].path == "text" else _refusal(long[0])
        return perform(self.world, method, args), args

    async def _get_updates(self, args: dict[str, Any]) -> list[dict[str, Any]]:
        """Long polling: a newer request ends the older one with 409, as the real server does."""
        world = self.world
        if world.webhook_url:
            raise RefusedError(
                409,
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            )
        if "allowed_updates" in args:
            world.allowed_updates = frozenset(args["allowed_updates"]) or None
        offset = args.get("offset", 0)
        while world.updates and world.updates[0]["update_id"] < offset:
            world.updates.popleft()
        self.changed.fire()
        limit = min(max(args.get("limit", 100), 1), 100)
        last_offset, last_at = self._last_poll
        if offset == last_offset and now_monotonic() - last_at < 0.5:
            limit = 1
        self._last_poll = (offset, now_monotonic())
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(
                "terminated by other getUpdates request; make sure that only one bot instance is running"
            )
            self.changed.fire()
        mine: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._poll = mine
        timeout = min(max(args.get("timeout", 0), 0), MAX_POLL_S)
        await self.changed.until(lambda: world.updates or mine.done() or world.webhook_url or self.stopping, timeout)
        if mine.done():
            raise RefusedError(409, mine.result())
        self._poll = None
        if self.stopping:
            raise ConnectionAbortedError("the server stops")
        if world.webhook_url:
            raise RefusedError(409, "terminated by setWebhook request")
        return list(world.updates)[:limit]


async def _arguments(request: web.Request) -> dict[str, Any]:
    """Query, form, multipart or JSON, whichever the client chose; all of them, as the real server takes them."""
    raw: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.json()
        return raw | (body if isinstance(body, dict) else {})
    if request.content_type not in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return raw
    uploads: dict[str, Upload] = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            uploads[name] = Upload(name=value.filename, content=value.file.read())
        else:
            raw[name] = value if isinstance(value, str) else bytes(value).decode()
    attached = json.dumps({name: value for name, value in raw.items() if isinstance(value, str)})
    # A file that some argument names as attach://NAME is no argument itself.
    return raw | {name: upload for name, upload in uploads.items() if f"attach://{name}" not in attached}


def _refusal(flaw: Flaw) -> RefusedError:
    """The real server's words for a missing or mistyped field where they are known, else plain ones."""
    match (flaw.path, flaw.kind):
        case ("chat_id", "missing"):
            return RefusedError(400, "chat_id is empty")
        case ("text", "missing"):
            return RefusedError(400, "message text is empty")
        case ("reply_markup", _):
            return RefusedError(400, "object expected as reply markup")
    if flaw.path.startswith("reply_markup.inline_keyboard") and flaw.path.endswith(".text"):
        return RefusedError(400, "can't parse inline keyboard button: Can't find field \"text\"")
    return RefusedError(400, f"invalid {flaw.path} specified: {flaw.problem}")


def _failed(refused: RefusedError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": refused.code, "description": str(refused)}
    headers = {}
    if refused.parameters:
        body["parameters"] = refused.parameters
        if "retry_after" in refused.parameters:
            headers["Retry-After"] = str(refused.parameters["retry_after"])
    return _json(refused.code, body, headers)


def _json(status: int, body: Any, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response(body, status=status, headers=headers)
