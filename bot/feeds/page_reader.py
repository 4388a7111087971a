"""Reads HTML pages in a process of its own, which is killed when a page hangs it.

In: a page as `Fetched`. Out: what was asked for, or `Failed` in plain words. The process starts with the first
page.
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from bot.feeds.workers import Worker
from bot.model import Failed, Feed, Fetched, ParsedFeed


class PageReader:
    """`async with PageReader() as pages: await pages.article(page)`."""

    def __init__(self, *, limit_s: float = 10.0) -> None:
        """`limit_s`: what one page may take. The first article takes a second longer than others, to load the
        library."""
        self._limit_s = limit_s
        self._worker = Worker("bot.feeds.page_worker")
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._worker.close()

    async def article(self, page: Fetched) -> str | Failed:
        """The article in the page, paragraphs as lines."""
        found = await self._run("article", page)
        assert isinstance(found, str | Failed)
        return found

    async def feed_addresses(self, page: Fetched) -> tuple[str, ...]:
        """Where the feeds of the page's site may be, the likeliest first; none where the page cannot be read."""
        found = await self._run("feeds", page)
        return found if isinstance(found, tuple) else ()

    async def parse(self, feed: Feed, page: Fetched) -> ParsedFeed | Failed:
        """The page of a feed that is read `via` a page, as its entries."""
        if feed.via == "telegram":
            found = await self._run("telegram", page)
        else:
            found = await self._run("newslist", page, feed.link_prefix)
        assert isinstance(found, ParsedFeed | Failed)
        return found

    async def _run(self, job: str, page: Fetched, *more: object) -> object:
        async with self._turn:
            return await self._worker.run((job, page.body, page.content_type, page.url, *more), self._limit_s)
