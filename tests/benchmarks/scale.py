"""Ten thousand feeds polled once, and changed feeds read to the end, beside a bare aiohttp client doing the same
requests in the same run.

The servers run in a process of their own and cost next to nothing. Ours is the whole path: claim due feeds from
the database, fetch, parse what changed, match it, and store states and items in groups. Per-host pacing is off.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median, quantiles

import aiohttp

from bot.feeds import FeedParser, Fetcher, feed_id, first_due
from bot.ingest import Ingest
from bot.model import Feed, FeedState
from bot.storage import Store
from rules import Pack, load_pack
from tests.benchmarks.quiet_server import ETAG
from tests.shared_material import ROOT

STILL_FEEDS = 10_000  # answering 304
CHANGED_FEEDS, ENTRIES, NEW = 300, 40, 2
PORTS = 8
IN_FLIGHT = 32
ROUNDS = 3  # of each kind, bare and ours in turn, since the machine is not ours alone
# Feeds on hosts of their own leave no connection to use again; the server closes each as their hosts would.
PATHS = {"each on a host of its own": "/alone", "on eight hosts, connections kept": ""}
START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
LAG_EVERY_S = 0.01
# As stored since the feed's first read, a week before (`bot.feeds.rhythm`).
_RHYTHM = f"{START.timestamp() - 604_800:.0f} {START.timestamp() - 3_600:.0f} {'4.52 0.31 ' * 8}".rstrip()
TICK_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one round took."""

    wall_s: float
    cpu_s: float  # of this process and of the parsing processes that ended with the round
    lags_s: Sequence[float] = ()


async def measure() -> Sequence[str]:
    """The figures as rows to print."""
    pack = load_pack("india_russia")
    async with quiet_servers(PORTS, ENTRIES) as ports:
        hosts = [f"http://127.0.0.1:{ports[n % PORTS]}" for n in range(STILL_FEEDS)]
        rows = [f"load of the machine before: {_load()}"]
        for where, path in PATHS.items():
            still = [f"{host}{path}/still/{n}" for n, host in enumerate(hosts)]
            changed = [f"{host}{path}/feed/{n}" for n, host in enumerate(hosts[:CHANGED_FEEDS])]
            rows += await _still_rows(where, still, pack)
            rows += await _changed_rows(where, changed, pack)
        return [*rows, f"and after: {_load()}"]


async def _still_rows(where: str, urls: Sequence[str], pack: Pack) -> list[str]:
    bare, ours = [], []
    for _ in range(ROUNDS):
        bare.append(await _bare(urls, {"If-None-Match": ETAG}))
        async with world(urls, pack, etag=ETAG) as polled:
            ours.append(await polled.poll_all())
    shares = [one.wall_s / other.wall_s for one, other in zip(bare, ours, strict=True)]
    lags_ms = [1_000 * lag for cost in ours for lag in cost.lags_s]
    return [
        f"{len(urls)} feeds answering 304, {where}: {_rate(bare, urls)} a second bare, {_rate(ours, urls)} with "
        f"claims and states stored: {median(shares):.0%} of the rate (rounds: {_listed(shares, '.0%')})",
        f"processor time each: {_each_ms(bare, urls)} ms bare, {_each_ms(ours, urls)} ms ours; by that "
        f"{median(one.cpu_s / other.cpu_s for one, other in zip(bare, ours, strict=True)):.0%} of the rate",
        f"loop lag meanwhile: p99 {quantiles(lags_ms, n=100)[-1]:.1f} ms, largest {max(lags_ms):.1f} ms",
    ]


async def _changed_rows(where: str, urls: Sequence[str], pack: Pack) -> list[str]:
    async with world([f"{url}?new={NEW}" for url in urls], pack) as polled:
        await polled.poll_all()  # the first reading; from now on two of forty entries are new
        bare, ours = [], []
        for _ in range(ROUNDS):
            bare.append(await _bare([f"{url}b" for url in urls], {}))
            ours.append(await polled.poll_all())
        items = (await polled.store.status()).items
    assert items == len(urls) * (ENTRIES + NEW * ROUNDS), items
    times = [one.cpu_s / other.cpu_s for one, other in zip(ours, bare, strict=True)]
    return [
        f"{len(urls)} changed feeds of {ENTRIES} entries, {NEW} new, {where}: processor time of a bare GET "
        f"{_each_ms(bare, urls)} ms, with parsing, matching and storing {_each_ms(ours, urls)} ms: "
        f"{median(times):.1f} times (rounds: {_listed(times, '.1f')})",
    ]


async def _bare(urls: Sequence[str], headers: dict[str, str]) -> Cost:
    """What a plain client needs for the same requests."""
    waiting = iter(urls)
    began, cpu = time.perf_counter(), _cpu_s()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def work() -> None:
            for url in waiting:
                async with session.get(url, headers=headers) as response:
                    await response.read()

        await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
    return Cost(wall_s=time.perf_counter() - began, cpu_s=_cpu_s() - cpu)


class World:
    """A database of feeds and the real polling of it, with time moved by hand."""

    def __init__(self, store: Store, ingest: Ingest, clock: list[datetime]) -> None:
        self.store = store
        self._ingest = ingest
        self._clock = clock

    async def poll_all(self, *, later: timedelta = timedelta(days=1)) -> Cost:
        """Every feed that is due once `later` has passed."""
        self._clock[0] += later
        began, cpu = time.perf_counter(), _cpu_s() + _children_cpu_s()
        lags: list[float] = []
        watching = asyncio.create_task(_watch_lag(lags))
        try:
            await self._ingest.tick()
            while not (self._ingest.idle and await self._all_polled()):  # noqa: ASYNC110 - as the page asks
                await asyncio.sleep(TICK_S)
        finally:
            watching.cancel()
        return Cost(wall_s=time.perf_counter() - began, cpu_s=_cpu_s() + _children_cpu_s() - cpu, lags_s=tuple(lags))

    async def _all_polled(self) -> bool:
        due_at = await self.store.next_due_at()
        return due_at is not None and due_at > self._clock[0]


@asynccontextmanager
async def world(urls: Sequence[str], pack: Pack, *, etag: str | None = None) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        clock = [START]
        store = await stack.enter_async_context(Store.open(f"sqlite:///{Path(folder) / 'bench.db'}"))
        feeds = [Feed(id=feed_id(url), url=url, title=f"Feed {n}") for n, url in enumerate(urls)]
        await store.sync_feeds(feeds, lambda feed: first_due(feed, START).due_at, START)
        if etag:
            async with store.write() as tx:
                await tx.save_feed_states([_read_before(feed, etag) for feed in feeds])
        ports = sorted({url.split("/")[2] for url in urls})
        fetcher = await stack.enter_async_context(
            Fetcher(
                user_agent="Dealwire-benchmark",
                allow_private=ports,
                per_host_gap_s=0,
                per_host_limit=IN_FLIGHT,
                concurrency=IN_FLIGHT,
                clock=lambda: clock[0],
            )
        )
        parser = await stack.enter_async_context(FeedParser())
        ingest = Ingest(
            store=store,
            fetcher=fetcher,
            parser=parser,
            pack=pack,
            clock=lambda: clock[0],
            random=Random(7),
            owner="benchmark",
            concurrency=IN_FLIGHT,
            on_deliveries=lambda: None,
        )
        running = asyncio.create_task(ingest.run())
        await asyncio.sleep(0)  # so that it runs before the first tick
        try:
            yield World(store, ingest, clock)
        finally:
            running.cancel()
            await asyncio.wait([running])


def _read_before(feed: Feed, etag: str) -> FeedState:
    whole_at = START + timedelta(days=30)  # so that no look at the whole falls into the measurement
    return FeedState(
        feed_id=feed.id,
        due_at=START,
        etag=etag,
        polled_at=START,
        succeeded_at=START,
        read_at=feed.url,
        whole_at=whole_at,
        rhythm=_RHYTHM,
    )


@asynccontextmanager
async def quiet_servers(ports: int, entries: int) -> AsyncIterator[list[int]]:
    """The ports of servers in a process of their own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.benchmarks.quiet_server", str(ports), str(entries)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        yield [int(port) for port in (await process.stdout.readline()).split()]
    finally:
        process.stdin.close()
        await process.wait()


async def _watch_lag(lags: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(LAG_EVERY_S)
        lags.append(max(0.0, time.perf_counter() - began - LAG_EVERY_S))


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _children_cpu_s() -> float:
    """Processor time of the parsing processes that run."""
    total = 0.0
    for pid in parsing_processes():
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / 100  # utime and stime, in ticks of 10 ms on Linux
    return total


def parsing_processes() -> list[int]:
    """Their process ids."""
    children = Path("/proc/self/task").glob("*/children")
    pids = [int(pid) for path in children for pid in path.read_text().split()]
    return [pid for pid in pids if b"worker_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def _load() -> str:
    return ", ".join(f"{each:.1f}" for each in os.getloadavg())


def _rate(costs: Sequence[Cost], urls: Sequence[str]) -> str:
    return f"{median(len(urls) / cost.wall_s for cost in costs):,.0f}"


def _each_ms(costs: Sequence[Cost], urls: Sequence[str]) -> str:
    return f"{median(1_000 * cost.cpu_s / len(urls) for cost in costs):.2f}"


def _listed(values: Sequence[float], form: str) -> str:
    return ", ".join(format(value, form) for value in values)
