"""What both local servers share: a free port on 127.0.0.1, a log of requests, waiting without polling."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.servers.faults import Faults

T = TypeVar("T")

MAX_BODY = 52_428_800  # 50 MB: what the Bot API takes as an upload


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One request as it arrived and what was answered; tokens are left out."""

    at: float  # time.monotonic() on arrival
    method: str  # "sendMessage", "chat.postMessage", "response_url"
    args: Mapping[str, Any]  # decoded; uploads as bytes
    status: int  # HTTP; 0: the connection was dropped by a fault
    error: str | None  # the error's text or code; None: accepted


class Signal:
    """Wakes those who wait for a state of the server whenever that state may have changed."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()

    def fire(self) -> None:
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    async def until(self, found: Callable[[], T | None], timeout: float) -> T | None:
        """What `found` gives as soon as that counts as true; None when `timeout` seconds passed first."""
        try:
            async with asyncio.timeout(timeout):
                while True:
                    result = found()
                    if result:
                        return result
                    waiter = asyncio.get_running_loop().create_future()
                    self._waiters.add(waiter)
                    await waiter
        except TimeoutError:
            return None


class Alarms(list[str]):
    """What a server found wrong with its client. Whoever compares or goes through them has read them; no test ends
    while a server has some that nobody read (see `unread_alarms`)."""

    def __init__(self) -> None:
        super().__init__()
        self._read = 0

    def unread(self) -> list[str]:
        """Those that came since they were read last."""
        return list(super().__iter__())[self._read :]

    def __eq__(self, other: object) -> bool:
        self._read = len(self)
        return super().__eq__(other)

    __hash__ = None  # a list has none

    def __iter__(self) -> Iterator[str]:
        self._read = len(self)
        return super().__iter__()

    def clear(self) -> None:
        self._read = 0
        super().clear()


_made: list[LocalServer] = []  # since `unread_alarms` was asked last


def unread_alarms() -> list[str]:
    """Of all servers made since the last call."""
    found = [alarm for server in _made for alarm in server.alarms.unread()]
    _made.clear()
    return found


class LocalServer:
    """An aiohttp application on a free port of 127.0.0.1 for the time of an `async with`."""

    def __init__(self, *, port: int = 0) -> None:
        self.faults = Faults()  # none; a test puts its own here
        self.alarms = Alarms()  # what the real server lets pass but a correct client never sends
        self.log: list[Logged] = []
        self.changed = Signal()
        self.stopping = False
        self.port = port  # 0 until started, unless a test restarts on an old port
        self._runner: web.AppRunner | None = None
        _made.append(self)

    @property
    def url(self) -> str:
        """http://127.0.0.1:PORT without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def routes(self) -> list[web.RouteDef]:
        raise NotImplementedError

    async def start(self) -> None:
        self.stopping = False
        app = web.Application(client_max_size=MAX_BODY)
        app.add_routes(self.routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Ends waiting requests and closes the port; state stays, and `start` opens the same port again."""
        self.stopping = True
        self.changed.fire()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def requests(self, method: str) -> tuple[Logged, ...]:
        """The logged requests of one method, in order."""
        return tuple(entry for entry in self.log if entry.method == method)

    def record(self, method: str, args: Mapping[str, Any], status: int, error: str | None, at: float) -> None:
        self.log.append(Logged(at=at, method=method, args=dict(args), status=status, error=error))
        self.changed.fire()


def drop(request: web.Request) -> web.Response:
    """Breaks the client's connection; the response it returns goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def now_monotonic() -> float:
    return time.monotonic()
