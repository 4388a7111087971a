"""A poll of a 50-entry feed with 2 new entries: the processor time of our reading against feedparser's.

Four readings of the same bytes: feedparser as it comes, which removes dangerous markup; feedparser without that,
and so without any cleaning; our path over the whole, cleaned as we do; our path over what is new. Smallest of
several rounds, all in one process.
"""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Callable, Sequence

import feedparser

from bot.feeds import parse_feed
from tests.benchmarks.sample_feed import feed

URL = "https://news.example/feed"
CONTENT_TYPE = "application/rss+xml; charset=utf-8"
ENTRIES, NEW = 50, 2
ROUNDS = 7
ROUND_S = 0.15  # the least that a round takes


async def measure() -> Sequence[str]:
    """The figures as rows to print."""
    return await asyncio.to_thread(_rows)


def _rows() -> list[str]:
    return [row for whole_text in (False, True) for row in _of_one_feed(whole_text)]


def _of_one_feed(whole_text: bool) -> list[str]:
    before = feed(range(ENTRIES, 0, -1), whole_text=whole_text)
    body = feed(range(ENTRIES + NEW, NEW, -1), whole_text=whole_text)
    seen = parse_feed(before, CONTENT_TYPE, URL).seen_entries
    part = parse_feed(body, CONTENT_TYPE, URL, seen)
    assert (len(part.entries), part.left_out) == (NEW, ENTRIES - NEW)
    headers = {"content-type": CONTENT_TYPE}
    stock = _cpu_ms(lambda: feedparser.parse(io.BytesIO(body), response_headers=headers))
    bare = _cpu_ms(
        lambda: feedparser.parse(
            io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    )
    whole = _cpu_ms(lambda: parse_feed(body, CONTENT_TYPE, URL))
    ours = _cpu_ms(lambda: parse_feed(body, CONTENT_TYPE, URL, seen))
    name = f"{ENTRIES} entries, {NEW} new, {len(body) // 1000} kB"
    return [
        f"{name}: what is new {ours:.2f} ms",
        f"{name}: feedparser as it comes {stock:.2f} ms, {stock / ours:.1f} times",
        f"{name}: feedparser without sanitising {bare:.2f} ms, {bare / ours:.1f} times",
        f"{name}: the whole by the same path, cleaned the same, {whole:.2f} ms, {whole / ours:.1f} times",
    ]


def _cpu_ms(work: Callable[[], object]) -> float:
    """Processor time of one call, the smallest of several rounds."""
    work()
    best = float("inf")
    for _ in range(ROUNDS):
        began, calls = time.process_time(), 0
        while (spent := time.process_time() - began) < ROUND_S:
            work()
            calls += 1
        best = min(best, spent / calls)
    return best * 1_000
