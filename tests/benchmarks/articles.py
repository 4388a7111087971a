"""Reading articles: our own small pages in three languages, extracted in the pages' process; and the judging of a
long one with all its facts, see detection_article.py.

Figures: the share of the pages' sentences that were kept and of their furniture that came along (word by word,
against the paragraphs as they stand in the files), milliseconds a page, seconds until the first one is read.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from html import unescape
from pathlib import Path
from statistics import median

from bot.feeds import PageReader
from bot.model import Failed, Fetched
from tests.benchmarks import detection_article

PAGES = Path(__file__).parents[1] / "data/pages"
NAMES = ("article", "article_hi", "article_ru")
ROUNDS = 20


async def measure() -> Sequence[str]:
    kept = wanted = furniture = came_along = 0
    times: list[float] = []
    async with PageReader() as pages:
        started = time.perf_counter()
        await pages.article(_page(NAMES[0]))
        first_s = time.perf_counter() - started
        for name in NAMES:
            found = await pages.article(_page(name))
            words = set() if isinstance(found, Failed) else set(found.split())
            paragraphs, rest = _truth(name)
            wanted, kept = wanted + len(paragraphs), kept + len(paragraphs & words)
            furniture, came_along = furniture + len(rest), came_along + len(rest & words)
        for _ in range(ROUNDS):
            for name in NAMES:
                started = time.perf_counter()
                await pages.article(_page(name))
                times.append((time.perf_counter() - started) * 1000)
        wall = await pages.article(_page("wall"))
    return (
        f"words of the articles kept: {kept} of {wanted}",
        f"words of the furniture that came along: {came_along} of {furniture}",
        f"a page: {median(times):.1f} ms, the first one {first_s:.1f} s",
        f"a page behind a wall: {wall.reason if isinstance(wall, Failed) else 'taken for an article'}",
        *await detection_article.measure(),
    )


def _page(name: str) -> Fetched:
    body = (PAGES / f"{name}.html").read_bytes()
    return Fetched(url="https://post.example/1", body=body, content_type="", etag=None, last_modified=None)


def _truth(name: str) -> tuple[set[str], set[str]]:
    """The distinct words of the article's paragraphs, and those that stand only outside the article."""
    html = (PAGES / f"{name}.html").read_text("utf-8")
    paragraphs = set(" ".join(map(_text, re.findall(r"<p>(.*?)</p>", html, re.S))).split())
    outside = set(_text(re.sub(r"<article>.*?</article>|<title>.*?</title>", " ", html, flags=re.S)).split())
    return paragraphs, outside - paragraphs


def _text(markup: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", markup))
