"""Trouble with feeds: 500 of them at intervals of five minutes, a quarter bad, polled for an hour by the real
polling.

Time runs 20 times faster: interval, limits and pauses are divided by 20, the work is not, so that the machine has
20 times less of it than in use. Lateness is counted at the server: the moment a request arrives less the moment
that the feed was due, in the feed's own time. Beside it the politeness figures, from the hostile server's log.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import quantiles

import aiohttp

from bot.feeds import FeedParser, Fetcher, feed_id, first_due
from bot.ingest import Ingest
from bot.jobs import Jobs
from bot.model import Deferred, Failed, Feed, FeedState, Fetched, NotModified
from bot.storage import Store
from rules import load_pack
from tests.shared_material import ROOT
from tests.tools.bad_feeds import host, kind
from tests.tools.hostile import FEEDS as MATERIAL
from tests.tools.hostile import hostile_server
from tests.tools.politeness import score

SPEED = 20
HOUR_S = 3_600
INTERVAL_S = 300
FEEDS = 500
START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@dataclass(slots=True)
class _Watch:
    """What one run saw."""

    began: float = field(default_factory=time.monotonic)
    due_at: dict[int, list[datetime]] = field(default_factory=dict)  # of each poll, by the feed's number
    outcomes: dict[str, int] = field(default_factory=dict)
    lags_s: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    descriptors: int = 0

    def at(self, moment: float) -> datetime:
        """A moment of `time.monotonic()` in the feeds' time."""
        return START + timedelta(seconds=(moment - self.began) * SPEED)

    def now(self) -> datetime:
        return self.at(time.monotonic())


class _Watched(Fetcher):
    """Notes of each poll when it was due and how it ended."""

    watch: _Watch

    async def fetch(
        self, feed: Feed, state: FeedState, on_wait: Callable[[], None] | None = None
    ) -> Fetched | NotModified | Failed | Deferred:
        self.watch.due_at.setdefault(int(feed.title), []).append(state.due_at)
        result = await super().fetch(feed, state, on_wait)
        ended = f"{kind(int(feed.title))}: {result.reason if isinstance(result, Failed) else type(result).__name__}"
        self.watch.outcomes[ended] = self.watch.outcomes.get(ended, 0) + 1
        return result


async def measure() -> Sequence[str]:
    """The figures as rows to print."""
    return [*await _trouble(), *await _politeness()]


async def _politeness() -> Sequence[str]:
    if not MATERIAL.exists():
        return ["politeness not measured: the hostile server lies beside the project on developers' machines only"]
    with tempfile.TemporaryDirectory() as folder:
        async with hostile_server():
            found = await score(Path(folder), polls=15)
    return [
        f"politeness over 15 polls of each feed and a restart, {found.requests} requests: "
        f"{found.unconditional} unconditional after the first, {found.altered} validators altered, "
        f"{found.early} too early, {found.needless} with a cookie or referer, {found.after_restart} at the "
        f"restart of feeds that were not due; gap between polls: least {found.least_gap_s:.0f} s, "
        f"median {found.median_gap_s:.0f} s"
    ]


async def _trouble() -> Sequence[str]:
    watch = _Watch()
    logging.disable(logging.WARNING)  # every failure is logged, thousands here
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        port = await stack.enter_async_context(_server())
        feeds = [_feed(number, port) for number in range(FEEDS)]
        store = await stack.enter_async_context(Store.open(f"sqlite:///{Path(folder) / 'bench.db'}"))
        parser = await stack.enter_async_context(FeedParser())
        fetcher = _Watched(
            user_agent="Dealwire/bench",
            allow_private=[f"{host(number)}:{port}" for number in range(FEEDS)],
            connect_timeout_s=10 / SPEED,
            read_timeout_s=15 / SPEED,
            total_timeout_s=30 / SPEED,
            per_host_gap_s=1 / SPEED,
            per_host_patience_s=20 / SPEED,
            slow_after_s=5 / SPEED,
            idle_connection_s=5 / SPEED,
            clock=watch.now,
        )
        fetcher.watch = watch
        await stack.enter_async_context(fetcher)
        watch.began = time.monotonic()
        await store.sync_feeds(feeds, lambda feed: first_due(feed, START).due_at, START)
        ingest = Ingest(
            store=store,
            fetcher=fetcher,
            parser=parser,
            pack=load_pack("india_russia"),
            clock=watch.now,
            random=Random(1),
            owner="bench",
            concurrency=32,
            on_deliveries=lambda: None,
        )
        jobs = Jobs()
        jobs.every(1 / SPEED, "poll", ingest.tick)
        tasks = [asyncio.create_task(ingest.run()), asyncio.create_task(_observe(watch))]
        jobs.start()
        await asyncio.sleep(HOUR_S / SPEED)
        await jobs.stop()
        await ingest.finish()
        arrivals = await _arrivals(port)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    logging.disable(logging.NOTSET)
    return _rows(watch, arrivals)


def _feed(number: int, port: int) -> Feed:
    url = f"http://{host(number)}:{port}/feed"
    return Feed(id=feed_id(url), url=url, title=str(number), interval_s=INTERVAL_S)


@asynccontextmanager
async def _server() -> AsyncIterator[int]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.tools.bad_feeds", str(FEEDS)), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield int(await process.stdout.readline())
    finally:
        process.kill()
        await process.wait()


async def _arrivals(port: int) -> list[tuple[int, float]]:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/_arrivals") as response:
        return [(number, moment) for number, moment in await response.json()]


async def _observe(watch: _Watch) -> None:
    """The loop's lag each 10 ms, memory and open files each second."""
    loop = asyncio.get_running_loop()
    for count in range(1_000_000):
        wished = loop.time() + 0.01
        await asyncio.sleep(0.01)
        watch.lags_s.append(loop.time() - wished)
        if count % 100 == 0:
            resident = int(Path("/proc/self/statm").read_text().split()[1]) * 4_096 / 2**20  # noqa: ASYNC240
            watch.memory_mb.append(resident)
            watch.descriptors = max(watch.descriptors, len(list(Path("/proc/self/fd").iterdir())))  # noqa: ASYNC240


def _rows(watch: _Watch, arrivals: Sequence[tuple[int, float]]) -> Sequence[str]:
    late: list[float] = []
    settled: list[float] = []
    for number in (number for number in range(FEEDS) if kind(number) == "good"):
        asked = [watch.at(moment) for other, moment in arrivals if other == number]
        due = sorted(set(watch.due_at.get(number, [])))  # one that was deferred kept its place
        late += [(at - due_at).total_seconds() for due_at, at in zip(due, asked, strict=False)]
        settled += [(at - due_at).total_seconds() for due_at, at in zip(due[1:], asked[1:], strict=False)]
    memory = watch.memory_mb
    return [
        f"{len(late)} polls of good feeds, lateness of {INTERVAL_S} s: {_spread(late)}",
        f"of them {len(settled)} after the first, which all feeds have within 10 s: {_spread(settled)}",
        f"loop lag p99 {quantiles(watch.lags_s, n=100)[98] * 1000:.0f} ms, open files at most {watch.descriptors}",
        f"memory {memory[len(memory) // 4]:.0f} MB after a quarter, {memory[-1]:.0f} MB at the end",
        *(f"  {count} × {ended}" for ended, count in sorted(watch.outcomes.items())),
    ]


def _spread(late: Sequence[float]) -> str:
    p95, p99 = quantiles(late, n=100)[94], quantiles(late, n=100)[98]
    return f"p95 {p95:.1f} s ({p95 / INTERVAL_S:.1%}), p99 {p99:.1f} s, worst {max(late):.1f} s"
