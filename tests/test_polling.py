"""Places among feeds: who holds one, who begins, and what a stop gives back."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from bot.feeds import FeedParser, Fetcher, feed_id
from bot.model import Failed, Feed, Fetched
from bot.polling import Polling
from bot.storage import Store
from tests.feed_server import FeedServer, Report

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@asynccontextmanager
async def silent_server() -> AsyncIterator[str]:
    """Takes connections and answers nothing; its address."""
    taken: list[asyncio.StreamWriter] = []

    async def hold(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken.append(writer)

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for writer in taken:
            writer.close()


@asynccontextmanager
async def polling_of(
    store: Store, urls: list[str], *, gap_s: float = 0, slow_after_s: float = 5, total_s: float = 30
) -> AsyncIterator[Polling]:
    feeds = [Feed(id=feed_id(url), url=url, title=url) for url in urls]
    order = {feed.id: NOW - timedelta(hours=1) + timedelta(seconds=number) for number, feed in enumerate(feeds)}
    await store.sync_feeds(feeds, lambda feed: order[feed.id], NOW)
    allowed = sorted({url.split("/")[2] for url in urls})
    fetcher = Fetcher(
        user_agent="test",
        allow_private=allowed,
        concurrency=1,
        per_host_gap_s=gap_s,
        slow_after_s=slow_after_s,
        total_timeout_s=total_s,
    )
    async with FeedParser() as parser, fetcher:
        polling = Polling(store=store, fetcher=fetcher, parser=parser, clock=lambda: NOW, owner="test", concurrency=1)
        async with polling.open():
            yield polling


async def read(polling: Polling, count: int) -> dict[str, type[object]]:
    """The next `count` polls: what came, by the feed's address."""
    found: dict[str, type[object]] = {}
    async with asyncio.timeout(10):
        while len(found) < count:
            polls = await polling.finished()
            polling.done(polls)
            found |= {poll.feed.url: type(poll.result) for poll in polls}
    return found


async def test_with_one_place_every_feed_is_read_in_its_turn(store: Store) -> None:
    async with FeedServer() as feeds:
        urls = [feeds.url(f"feed{number}") for number in range(5)]
        for number in range(5):
            feeds.publish(f"feed{number}", [Report(title="One")])
        async with polling_of(store, urls) as polling:
            await polling.tick()
            assert await read(polling, 5) == dict.fromkeys(urls, Fetched)
            assert polling.idle
        assert [name for name, _ in feeds.requests] == [f"feed{number}" for number in range(5)]


async def test_a_feed_that_hangs_gives_its_place_to_the_next(store: Store) -> None:
    async with FeedServer() as feeds, silent_server() as silent:
        feeds.publish("good", [Report(title="One")])
        urls = [f"http://{silent}/hangs", feeds.url("good")]
        began = time.monotonic()
        async with polling_of(store, urls, slow_after_s=0.1, total_s=2) as polling:
            await polling.tick()
            assert await read(polling, 2) == {urls[0]: Failed, urls[1]: Fetched}
            assert feeds.answered_at[0] < began + 2 < time.monotonic()  # while the other still hung


async def test_feeds_that_wait_for_their_host_hold_no_place(store: Store) -> None:
    async with FeedServer() as crowded, FeedServer() as other:
        for name in ("a", "b", "c"):
            crowded.publish(name, [Report(title="One")])
        other.publish("other", [Report(title="One")])
        urls = [*map(crowded.url, ("a", "b", "c")), other.url("other")]
        async with polling_of(store, urls, gap_s=0.4) as polling:
            await polling.tick()
            assert len(await read(polling, 4)) == 4
        # Three in turn at one host take 0.8 s, and nobody stood in the other's way meanwhile.
        assert other.answered_at[0] < crowded.answered_at[1]


async def test_a_stop_gives_back_what_was_not_begun(store: Store) -> None:
    async with silent_server() as silent:
        urls = [f"http://{silent}/{number}" for number in range(4)]
        async with polling_of(store, urls, total_s=0.5) as polling:
            await polling.tick()
            await asyncio.sleep(0.05)
            await polling.finish()
            again = await store.claim_due_feeds(NOW, 60, 10, "another")
            assert {feed.url for feed, _ in again} >= set(urls[1:])


async def test_collecting_goes_back_to_its_ways_with_the_end(store: Store) -> None:
    before = gc.get_threshold(), gc.get_freeze_count()
    async with polling_of(store, ["http://127.0.0.1:9/x"]):
        assert gc.get_freeze_count() > 0
    assert (gc.get_threshold(), gc.get_freeze_count()) == before
