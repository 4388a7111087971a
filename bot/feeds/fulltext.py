"""Reads the article behind an entry whose feed says too little of it.

`wants_full_text` decides, purely; `FullText` fetches with the fetcher's safety and pace, asks robots.txt first,
and has the page read in the pages' process. Whatever fails (a wall, a timeout, a page without an article) leaves
the entry with the summary that it has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.feeds.google_news import article_url, is_google_news
from bot.feeds.robots import RobotsFiles
from bot.feeds.sources import TELEGRAM_HOSTS
from bot.model import Entry, Failed
from bot.ports import Clock

if TYPE_CHECKING:
    from bot.feeds.fetch import Fetcher
    from bot.feeds.page_reader import PageReader
    from rules import Detection

THIN_WORDS = 40  # the product's summaries have up to 60; under 40 a feed's text seldom names amount and date
# How far under the threshold an entry is still promising: a headline alone scores some 0.3 less than its article
# (judgement; to choose again, compare both on the labelled articles).
BAND = 0.3
PRODUCT_TOKEN = "Dealwire"  # noqa: S105 - the name in robots.txt, as in the User-Agent
MAX_PAGE_BYTES = 3 * 2**20
_AT_ONCE = 3  # articles of one poll under way


def wants_full_text(entry: Entry, detection: Detection, threshold: float) -> bool:
    """Whether the article behind `entry` may tell what its feed left out: it has a link that can be read, few
    words and a score near or above the `threshold`, or names a programme."""
    if entry.url is None or len(entry.text.split()) >= THIN_WORDS or readable_url(entry.url) is None:
        return False
    return detection.score >= threshold - BAND or bool(detection.programmes)


def readable_url(link: str) -> str | None:
    """Where the article behind `link` can be read; None where no article is: Google's newer links need its
    scripts, and a Telegram message was read whole."""
    if is_google_news(link):
        return article_url(link)
    return None if urlsplit(link).hostname in TELEGRAM_HOSTS else link


@dataclass(frozen=True, slots=True, kw_only=True)
class Articles:
    """What reading the links of one poll brought."""

    texts: Mapping[str, str]  # link as asked for -> the article
    failures: Mapping[str, str]  # link -> why not, in plain words


class FullText:
    """`await full_text.read(links)`."""

    def __init__(
        self, *, fetcher: Fetcher, pages: PageReader, clock: Clock, per_poll: int = 5, budget_s: float = 20.0
    ) -> None:
        """At most `per_poll` links of one poll are read, within `budget_s` together; what is late is left."""
        self._fetcher = fetcher
        self._pages = pages
        self._per_poll = per_poll
        self._budget_s = budget_s
        self._robots = RobotsFiles(fetcher.get, name=PRODUCT_TOKEN, clock=clock)

    async def read(self, links: Sequence[str]) -> Articles:
        """The articles behind the first of `links`. Takes no longer than the budget; never raises for a page."""
        wanted = list(dict.fromkeys(links))[: self._per_poll]
        if not wanted:
            return Articles(texts={}, failures={})
        places = asyncio.Semaphore(_AT_ONCE)
        tasks = {asyncio.create_task(self._in_place(places, link)): link for link in wanted}
        texts: dict[str, str] = {}
        failures: dict[str, str] = {}
        try:
            done, late = await asyncio.wait(tasks, timeout=self._budget_s)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            result = task.result()
            if isinstance(result, Failed):
                failures[tasks[task]] = result.reason
            else:
                texts[tasks[task]] = result
        failures |= {tasks[task]: f"not read within {self._budget_s:g} s" for task in late}
        return Articles(texts=texts, failures=failures)

    async def _in_place(self, places: asyncio.Semaphore, link: str) -> str | Failed:
        async with places:
            return await self._article(link)

    async def _article(self, link: str) -> str | Failed:
        url = readable_url(link)
        if url is None:
            return Failed(reason="a link that does not tell where the article is")
        if not await self._robots.allows(url):
            return Failed(reason="robots.txt asks not to read it")
        page = await self._fetcher.get(url, max_bytes=MAX_PAGE_BYTES)
        return page if isinstance(page, Failed) else await self._pages.article(page)
