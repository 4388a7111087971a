"""Serves the page and /healthz from what the store holds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import files
from types import TracebackType

from aiohttp import web

from bot.model import Status
from bot.ports import Called, Inlet
from bot.storage import Store
from bot.web.page import latest_page
from bot.web.websub import MAX_PUSH_BYTES, add_websub
from bot.websub import WebSub

SHOWN = 50
READ_S = 10.0  # for what a platform sends us; it waits 3 s for the answer itself
# Nothing on the page comes from elsewhere, so nothing else may load or run, whatever a feed smuggles in.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class WebError(Exception):
    """The page cannot be served; the message says why and what to do."""


class Web:
    """The local web server: `async with Web(store, host=…, port=…) as page: page.url`."""

    def __init__(
        self,
        store: Store,
        *,
        host: str,
        port: int,
        refresh_s: int = 30,
        websub: WebSub | None = None,
        inlets: Sequence[Inlet] = (),
        read_s: float = READ_S,
    ) -> None:
        """`port` 0 takes a free one. `refresh_s`: the page reads itself anew; 0 never. `websub`: what hubs say
        goes to it; None: there is no address for hubs. `inlets`: where chat platforms call; a call
        must have come whole within `read_s`."""
        self._store = store
        self._host = host
        self._port = port
        self._refresh_s = refresh_s
        self._websub = websub
        self._inlets = tuple(inlets)
        self._read_s = read_s
        self._style = files("bot.web").joinpath("page.css").read_text("utf-8")
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Web:
        app = web.Application(client_max_size=MAX_PUSH_BYTES)
        app.router.add_get("/", self._latest)
        app.router.add_get("/healthz", self._health)
        if self._websub is not None:
            add_websub(app, self._websub)
        for inlet in self._inlets:
            for method in inlet.methods:
                app.router.add_route(method, inlet.path, _taking(inlet, self._read_s))
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError as error:
            await runner.cleanup()
            raise WebError(
                f"the page cannot be served on {self._host}:{self._port} ({error.strerror or error}); "
                "choose another port in [web], or set enabled = false"
            ) from error
        self._runner = runner
        port = runner.addresses[0][1]
        self.url = f"http://{f'[{self._host}]' if ':' in self._host else self._host}:{port}/"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _latest(self, request: web.Request) -> web.Response:
        alerts = await self._store.latest(SHOWN)
        body = latest_page(alerts, await self._store.status(), style=self._style, refresh_s=self._refresh_s)
        return web.Response(text=body, content_type="text/html", headers=_HEADERS)

    async def _health(self, request: web.Request) -> web.Response:
        """200 while the database answers; 503 with the reason when it does not."""
        try:
            status = await self._store.status()
        except Exception as error:  # whatever the database says, a health check answers
            return web.json_response({"ok": False, "reason": type(error).__name__}, status=503)
        return web.json_response({"ok": True, **_figures(status)})


def _taking(inlet: Inlet, read_s: float) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def take(request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(read_s):
                body = await request.read()
        except TimeoutError:  # whoever sends so slowly is no platform, and must not be waited for
            raise web.HTTPRequestTimeout from None
        answered = await inlet.take(
            Called(method=request.method, query=request.query, headers=request.headers, body=body)
        )
        return web.Response(status=answered.status, headers=list(answered.headers), body=answered.body)

    return take


def _figures(status: Status) -> dict[str, object]:
    return {
        "feeds": status.feeds,
        "feeds_failing": status.feeds_failing,
        "last_poll_at": status.last_poll_at.isoformat() if status.last_poll_at else None,
        "last_sent_at": status.last_sent_at.isoformat() if status.last_sent_at else None,
        "queued": status.queued,
        "later": status.later,
        "dead": status.dead,
    }
