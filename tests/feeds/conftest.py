"""A loopback web server whose answers a test scripts, and feeds to read from it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from aiohttp import web

from bot.feeds import Fetcher, feed_id, first_due
from bot.model import Feed, FeedState

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
USER_AGENT = "Dealwire/0.1 (+https://example.org/dealwire)"
RSS = (
    b'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Wire</title>'
    b"<item><title>India, Russia sign deal</title><link>https://example.org/1</link><guid>a1</guid></item>"
    b"</channel></rss>"
)


@dataclass
class FeedServer:
    """Answers with what `answers` holds for a path; keeps every request's path and headers."""

    port: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.origin}{path}"

    def gives(self, path: str, body: bytes = RSS, status: int = 200, headers: Mapping[str, str] | None = None) -> Feed:
        """Answers `path` with this from now on; returns the feed to poll it by."""

        async def answer(request: web.Request) -> web.Response:
            return web.Response(body=body, status=status, headers=headers)

        return self.runs(path, answer)

    def runs(self, path: str, answer: Answer) -> Feed:
        self.answers[path] = answer
        return feed_at(self.url(path))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((request.path_qs, request.headers))
        return await self.answers[request.path](request)


def feed_at(url: str, interval_s: int = 300) -> Feed:
    return Feed(id=feed_id(url), url=url, title="Wire", interval_s=interval_s)


def fresh(feed: Feed) -> FeedState:
    """The state of a feed never polled."""
    return first_due(feed, NOW)


async def _serve(answers: FeedServer) -> web.AppRunner:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answers.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    answers.port = runner.addresses[0][1]
    return runner


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    """A server that the fetcher may read."""
    answers = FeedServer()
    runner = await _serve(answers)
    yield answers
    await runner.cleanup()


@pytest.fixture
async def internal() -> AsyncIterator[FeedServer]:
    """A server on loopback that nobody allowed: no request may ever reach it."""
    answers = FeedServer()
    runner = await _serve(answers)
    yield answers
    await runner.cleanup()


@pytest.fixture
async def fetcher(server: FeedServer) -> AsyncIterator[Fetcher]:
    """A fetcher with short limits and no pacing, allowed to read `server` and nothing else that is private."""
    async with Fetcher(
        user_agent=USER_AGENT,
        allow_private=[server.origin],
        read_timeout_s=5,
        total_timeout_s=5,
        max_bytes=200_000,
        per_host_gap_s=0,
    ) as made:
        yield made
