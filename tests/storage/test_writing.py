"""One commit or nothing: crashes, errors, several writers."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.model import Channel
from bot.storage import Store, StoreError, StoreUnavailable
from tests.postgres import PostgresServer
from tests.storage.samples import NOW, add_alerts, after, alert, delivery, polled, queue, story

ROOT = Path(__file__).resolve().parents[2]

# Writes everything that belongs to one alert, then dies before the commit, as a killed process does.
_CRASH = """
import asyncio, os, sys
from bot.storage import Store
from tests.storage.samples import NOW, alert, delivery, feed, item, story

async def main():
    store = await Store.open(sys.stdin.readline().strip())
    await store.sync_feeds([feed("tass")], lambda _: NOW, NOW)
    async with store.write() as tx:
        await tx.add_items([item()], {"item-1": ["key-1"]})
        await tx.save_stories([story()])
        await tx.add_alerts([alert("alert-1")])
        await tx.add_deliveries([delivery("d")])
        print(len(await tx.known_keys(["key-1"])), flush=True)
        os._exit(9)

asyncio.run(main())
"""


async def test_a_crash_before_the_commit_leaves_nothing(database_url: str) -> None:
    died = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", _CRASH],
        input=database_url,
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )
    assert (died.returncode, died.stdout) == (9, "1\n"), died.stderr
    async with Store.open(database_url) as store:
        status = await store.status()
        assert (status.feeds, status.items, status.alerts, status.queued) == (1, 0, 0, 0)
        assert await store.story("story-1") is None
        assert await store.known_keys(["key-1"]) == {}
        assert await store.search([["c:s-400"]], 5) == []
        assert await store.integrity() == []
        await add_alerts(store, alert("alert-1"))  # nobody holds a lock any more


async def test_an_error_leaves_nothing_and_passes(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        async with store.write() as tx:
            await tx.save_stories([story()])
            raise ZeroDivisionError
    assert await store.story("story-1") is None


async def test_a_cancelled_writer_leaves_nothing_and_frees_the_way(store: Store) -> None:
    inside = asyncio.Event()

    async def write_and_wait() -> None:
        async with store.write() as tx:
            await tx.save_stories([story()])
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write_and_wait())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await store.story("story-1") is None
    async with store.write() as tx:
        await tx.save_stories([story()])
    assert await store.story("story-1") == story()


async def test_readers_do_not_see_what_is_not_committed(store: Store) -> None:
    async with store.write() as tx:
        await tx.save_stories([story()])
        assert await store.story("story-1") is None
    assert await store.story("story-1") == story()


async def test_writers_of_two_processes_go_one_after_the_other(database_url: str) -> None:
    """Each reads the newest story and adds the next: without order some would be lost."""

    async def add_next(store: Store) -> None:
        async with store.write() as tx:
            number = len(await tx.recent_stories(NOW))
            await asyncio.sleep(0)
            await tx.save_stories([story(f"story-{number}")])

    async with Store.open(database_url) as one, Store.open(database_url) as two:
        await asyncio.gather(*(add_next(store) for _ in range(10) for store in (one, two)))
        assert len(await one.recent_stories(NOW)) == 20


async def test_writing_within_writing_is_a_mistake_told_at_once(store: Store) -> None:
    async with store.write():
        with pytest.raises(RuntimeError, match="use the transaction it has"):
            await store.remove_subscriptions(delivery("d").channel)


async def test_an_alert_of_no_story_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match=r"(?i)foreign key"):
        async with store.write() as tx:
            await tx.add_alerts([alert("alert-1")])
    assert await store.latest(5) == []


async def test_what_the_callers_own_code_raises_passes_as_it_is(store: Store) -> None:
    with pytest.raises(TimeoutError):
        async with store.write():
            raise TimeoutError
    with pytest.raises(FileNotFoundError):
        async with store.read():
            raise FileNotFoundError


async def test_a_full_disk_is_unavailable_and_leaves_what_was_there(tmp_path: Path) -> None:
    async with Store.open(f"sqlite:///{tmp_path}/dealwire.db") as store:
        with pytest.raises(StoreUnavailable, match="disk is full"):
            async with store.write() as tx:
                await tx.connection.execute(text("PRAGMA max_page_count = 1"))  # the present size: no page more
                await tx.save_stories([story(title="long " * 10_000)])
        assert await store.recent_stories(NOW) == []
        assert await store.integrity() == []


@pytest.mark.postgres
async def test_a_server_that_cuts_us_off_is_unavailable_then_back(postgres: PostgresServer) -> None:
    name = await postgres.fresh_database()
    async with Store.open(postgres.url(name)) as store, Store.open(postgres.url(name)) as other:
        with pytest.raises(StoreUnavailable):
            async with store.write() as tx:
                async with other.read() as connection:
                    await connection.execute(text(_CUT_OTHERS))
                await tx.save_stories([story()])
        async with store.write() as tx:
            await tx.save_stories([story()])
        assert await store.story("story-1") == story()
    await postgres.drop(name)


_CUT_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""


async def test_status_tells_the_counts_and_the_last_moments(store: Store) -> None:
    await queue(store, delivery("d"))
    async with store.write() as tx:
        await tx.save_feed_states([polled("tass", after(60), failures=2, error="HTTP 503")])
    status = await store.status()
    assert (status.feeds, status.feeds_failing, status.errors) == (1, 1, {"TASS": "HTTP 503"})
    assert (status.last_poll_at, status.last_match_at, status.last_sent_at) == (NOW, NOW, None)
    assert (status.queued, status.later, status.dead, status.items, status.alerts) == (1, 0, 0, 1, 1)
    async with store.write() as tx:
        held = delivery("e", Channel.parse("telegram:2"), due_at=after(3600))
        await tx.add_deliveries([replace(held, state="waiting", waits="digest")])
    status = await store.status()
    assert (status.queued, status.later) == (1, 1)
