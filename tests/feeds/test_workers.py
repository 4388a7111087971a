"""Parsing in processes of their own: a feed that hangs or kills one harms no other."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from bot.feeds import FeedParser
from bot.model import Failed, ParsedFeed
from tests.feeds.conftest import RSS

URL = "https://news.example/feed"
# Damaged XML of 8 MB, the most that is fetched: nothing stands still, but the tolerant parser takes half a minute.
HANGS = RSS.replace(b"</item>", b"<category>c</category>" * 360_000 + b"&nbsp;</item>")

needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for child processes in /proc")


def workers_of_this_process() -> list[int]:
    """The process ids of the parsing processes that we started and that still run."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(pid) for pid in children if b"worker_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def environment_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


async def test_a_feed_comes_back_parsed() -> None:
    async with FeedParser() as parser:
        result = await parser.parse(RSS, "text/xml", URL)

    assert isinstance(result, ParsedFeed)
    assert [entry.title for entry in result.entries] == ["India, Russia sign deal"]


async def test_entries_seen_before_are_left_out() -> None:
    two = RSS.replace(b"</channel>", b"<item><title>Older</title><guid>a0</guid></item></channel>")
    new = two.replace(b"<item>", b"<item><title>Newer</title><guid>a2</guid></item><item>", 1)
    async with FeedParser() as parser:
        first = await parser.parse(two, "text/xml", URL)
        assert isinstance(first, ParsedFeed)
        second = await parser.parse(new, "text/xml", URL, first.seen_entries)

    assert isinstance(second, ParsedFeed)
    assert [entry.title for entry in second.entries] == ["Newer"]
    assert second.left_out == 2


async def test_what_is_no_feed_comes_back_as_a_failure() -> None:
    async with FeedParser() as parser:
        assert await parser.parse(b"Gone fishing", "", URL) == Failed(reason="something that is no feed")


async def test_a_hanging_feed_is_cut_off_and_the_next_one_read() -> None:
    async with FeedParser(limit_s=0.7) as parser:
        assert await parser.parse(HANGS, "", URL) == Failed(reason="parsing took longer than 0.7 s")
        assert isinstance(await parser.parse(RSS, "", URL), ParsedFeed)


async def test_the_loop_and_other_workers_go_on_while_one_hangs() -> None:
    async with FeedParser(workers=2, limit_s=1.5) as parser:
        hanging = asyncio.create_task(parser.parse(HANGS, "", URL))
        await asyncio.sleep(0.05)

        results = [await parser.parse(RSS, "", URL) for _ in range(3)]

        assert not hanging.done()
        assert all(isinstance(result, ParsedFeed) for result in results)
        assert isinstance(await hanging, Failed)


@needs_proc
async def test_nothing_runs_before_the_first_feed_nor_after_closing() -> None:
    async with FeedParser(workers=2) as parser:
        assert workers_of_this_process() == []
        await parser.parse(RSS, "", URL)
        await parser.parse(RSS, "", URL)
        assert len(workers_of_this_process()) == 1

    assert workers_of_this_process() == []


@needs_proc
async def test_a_worker_killed_while_idle_is_replaced() -> None:
    async with FeedParser() as parser:
        await parser.parse(RSS, "", URL)
        (pid,) = workers_of_this_process()
        os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.2)

        assert isinstance(await parser.parse(RSS, "", URL), ParsedFeed)


@needs_proc
async def test_a_worker_killed_at_work_costs_that_feed_only() -> None:
    async with FeedParser() as parser:
        await parser.parse(RSS, "", URL)
        (pid,) = workers_of_this_process()
        at_work = asyncio.create_task(parser.parse(HANGS, "", URL))
        await asyncio.sleep(0.1)
        os.kill(pid, signal.SIGKILL)

        assert await at_work == Failed(reason="the parser died on this feed")
        assert isinstance(await parser.parse(RSS, "", URL), ParsedFeed)


async def test_cancelling_leaves_no_answer_for_the_next_feed() -> None:
    async with FeedParser() as parser:
        task = asyncio.create_task(parser.parse(HANGS, "", URL))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        result = await parser.parse(RSS.replace(b"Wire", b"Other wire"), "", URL)

    assert isinstance(result, ParsedFeed)
    assert result.title == "Other wire"


@needs_proc
async def test_the_worker_knows_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEALWIRE_TELEGRAM_TOKEN", "123:secret")
    async with FeedParser() as parser:
        await parser.parse(RSS, "", URL)
        (pid,) = workers_of_this_process()

        assert b"secret" not in environment_of(pid)
