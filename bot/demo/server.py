"""Serves the bundled sample feeds as RSS 2.0 on loopback, each item from its own moment on."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from importlib.resources import files
from types import TracebackType
from xml.sax.saxutils import escape

from aiohttp import web

from bot.feeds import feed_id
from bot.model import Feed
from bot.ports import Clock

POLL_S = 2  # a demonstration is watched: real feeds are polled every few minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleItem:
    feed: str
    after_s: float
    title: str
    text: str


class SampleFeeds:
    """The sample outlets as a local web server: `async with SampleFeeds(clock) as sample: sample.feeds`."""

    def __init__(self, clock: Clock, *, at_once: bool = False) -> None:
        """`at_once`: every item is there from the start."""
        sample = tomllib.loads(files("bot.demo").joinpath("sample.toml").read_text("utf-8"))
        self._outlets: Mapping[str, Mapping[str, str]] = sample["feeds"]
        self._items: Sequence[SampleItem] = [SampleItem(**item) for item in sample["items"]]
        self._clock = clock
        self._at_once = at_once
        self._started_at: datetime | None = None
        self._runner: web.AppRunner | None = None
        self.address = ""  # "127.0.0.1:PORT" once entered

    @property
    def feeds(self) -> tuple[Feed, ...]:
        """The outlets as feeds to poll."""
        return tuple(
            Feed(
                id=feed_id(url),
                url=url,
                title=outlet["title"],
                lang=outlet["lang"],
                interval_s=POLL_S,
                first_read="show",
            )
            for name, outlet in self._outlets.items()
            for url in [f"http://{self.address}/{name}.xml"]
        )

    @property
    def total(self) -> int:
        """How many items there are in all."""
        return len(self._items)

    async def __aenter__(self) -> SampleFeeds:
        app = web.Application()
        app.router.add_get("/{feed}.xml", self._rss)
        app.router.add_get("/{feed}/{number}", self._article)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.address = f"{host}:{port}"
        self._started_at = self._clock()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _rss(self, request: web.Request) -> web.Response:
        name = request.match_info["feed"]
        if name not in self._outlets:
            raise web.HTTPNotFound(text=f"no sample feed {name!r}; there are {', '.join(self._outlets)}")
        body = self._render(name).encode()
        etag = f'"{sha256(body).hexdigest()[:16]}"'
        headers = {"ETag": etag, "Content-Type": "application/rss+xml; charset=utf-8"}
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, headers=headers)

    async def _article(self, request: web.Request) -> web.Response:
        number = request.match_info["number"]
        if not number.isdecimal() or int(number) >= len(self._items):
            raise web.HTTPNotFound(text="no such sample item")
        item = self._items[int(number)]
        return web.Response(text=f"{item.title}\n\n{item.text}\n\n(A made-up sample.)\n")

    def _render(self, name: str) -> str:
        assert self._started_at is not None
        since = 1e9 if self._at_once else (self._clock() - self._started_at).total_seconds()
        rows = [
            f"<item><title>{escape(item.title)}</title><link>http://{self.address}/{name}/{number}</link>"
            f'<guid isPermaLink="false">sample-{number}</guid>'
            f"<pubDate>{format_datetime(self._started_at + timedelta(seconds=item.after_s))}</pubDate>"
            f"<description>{escape(item.text)}</description></item>"
            for number, item in enumerate(self._items)
            if item.feed == name and item.after_s <= since
        ]
        outlet = self._outlets[name]
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>'
            f"<title>{escape(outlet['title'])}</title><link>http://{self.address}/</link>"
            f"<description>Made-up reports</description>{''.join(reversed(rows))}</channel></rss>\n"
        )
