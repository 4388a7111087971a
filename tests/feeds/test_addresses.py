"""Feeds that move or go, and hosts that ask for silence, in the running application; its clock moves by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from aiohttp import web
from pydantic import SecretStr

from bot.app import App, running
from bot.config import Config, Console, Database, Polling, Web
from bot.model import Feed, FeedState
from tests.feeds.conftest import NOW, FeedServer


class Newsroom:
    """The application over one database, polled when the test says so; may be started again."""

    def __init__(self, folder: Path, server: FeedServer, *feeds: Feed) -> None:
        self.now = NOW
        self._feeds = feeds
        self._config = Config(
            default_feeds=False,
            database=Database(url=SecretStr(f"sqlite:///{folder / 'dealwire.db'}")),
            polling=Polling(allow_private=(server.origin,), per_host_gap_s=0.0),
            console=Console(enabled=False),
            web=Web(enabled=False),
        )

    @asynccontextmanager
    async def open(self) -> AsyncIterator[App]:
        async with running(self._config, feeds=self._feeds, clock=self._clock, random=Random(1), tick_s=3600) as app:
            await asyncio.sleep(0.01)  # polling begins with the loop's next turn
            yield app

    def _clock(self) -> datetime:
        return self.now

    async def poll(self, app: App, after: timedelta) -> FeedState:
        """Poll what is due `after` so long; the state of the first feed then."""
        self.now += after
        await app.ingest.tick()
        async with asyncio.timeout(20):
            while not app.ingest.idle:  # noqa: ASYNC110 - what the application itself can see
                await asyncio.sleep(0.005)
        states = {each.feed.id: each.state for each in await app.store.feed_health()}
        return states[self._feeds[0].id]


async def test_a_feed_that_moved_for_good_is_read_at_its_new_address_also_after_a_restart(
    tmp_path: Path, server: FeedServer
) -> None:
    feed = server.gives("/old", b"", 308, {"Location": "/new"})
    server.gives("/new")
    room = Newsroom(tmp_path, server, feed)

    async with room.open() as app:
        first = await room.poll(app, timedelta(minutes=1))
        for _ in range(3):
            state = await room.poll(app, timedelta(hours=13))
    assert first.moving_to is None  # nothing behind it was known yet
    assert state.moved_to == server.url("/new")

    server.requests.clear()
    async with room.open() as app:
        await room.poll(app, timedelta(hours=2))
    assert [path for path, _ in server.requests] == ["/new"]


async def test_a_captive_portal_moves_nothing(tmp_path: Path, server: FeedServer) -> None:
    """It answers everything with a permanent redirect to a feed of its own."""
    feed = server.gives("/feed")
    room = Newsroom(tmp_path, server, feed)
    async with room.open() as app:
        await room.poll(app, timedelta(minutes=1))
        server.gives("/feed", b"", 301, {"Location": "/portal"})
        for number in range(5):
            other = f"<rss><channel><item><title>Welcome {number}</title></item></channel></rss>"
            server.gives("/portal", other.encode())
            state = await room.poll(app, timedelta(hours=13))

    assert state.moved_to is None


async def test_a_feed_that_is_gone_is_asked_twice_and_no_more(tmp_path: Path, server: FeedServer) -> None:
    feed = server.gives("/feed", b"", 410)
    room = Newsroom(tmp_path, server, feed)
    async with room.open() as app:
        await room.poll(app, timedelta(minutes=1))
        gone = await room.poll(app, timedelta(hours=25))
        asked = len(server.requests)
        await room.poll(app, timedelta(days=30))

    assert gone.gone_at == room.now - timedelta(days=30)
    assert len(server.requests) == asked == 2


async def test_a_host_that_asked_for_silence_is_left_alone_by_all_its_feeds_also_after_a_restart(
    tmp_path: Path, server: FeedServer
) -> None:
    busy = server.gives("/busy", b"", 429, {"Retry-After": "7200"})
    room = Newsroom(tmp_path, server, busy)
    async with room.open() as app:
        await room.poll(app, timedelta(minutes=1))
    other = server.gives("/other")
    room = Newsroom(tmp_path, server, busy, other)
    room.now = NOW + timedelta(minutes=2)

    async with room.open() as app:
        await room.poll(app, timedelta(hours=1))
        assert [path for path, _ in server.requests] == ["/busy"]
        health = {each.feed.id: each.state for each in await app.store.feed_health()}
        assert health[other.id].failures == 0
        await room.poll(app, timedelta(hours=1))
    assert "/other" in [path for path, _ in server.requests]


async def test_a_stuck_cache_is_found_out_within_a_day(tmp_path: Path, server: FeedServer) -> None:
    whole = 0

    async def stuck(request: web.Request) -> web.Response:
        nonlocal whole
        if "If-None-Match" in request.headers:
            return web.Response(status=304)
        whole += 1
        item = f"<item><title>Statement {whole}</title><guid>{whole}</guid></item>"
        return web.Response(text=f"<rss><channel>{item}</channel></rss>", headers={"ETag": '"stuck"'})

    feed = server.runs("/feed", stuck)
    room = Newsroom(tmp_path, server, feed)
    async with room.open() as app:
        for _ in range(30):
            await room.poll(app, timedelta(hours=1))
        assert (await app.store.status()).items == 2
    assert whole == 2
