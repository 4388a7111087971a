"""What a feed remembers of its entries is kept with what they became: both or neither."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing

import pytest

from bot.polling import LEASE_S
from bot.storage import Store
from rules import Pack
from tests.desk import Desk, desk_on, world
from tests.feed_server import Report

SIGNED = Report(title="India and Russia sign contract for five more S-400 squadrons", guid="n1")
FRIGATE = Report(title="Russia delivers frigate INS Tamal to Indian Navy", guid="n2")
WEATHER = Report(title="Monsoon reaches Kerala three days early", guid="w1")


@pytest.fixture
async def desk(store: Store, pack: Pack) -> AsyncIterator[Desk]:
    async with world() as outside, desk_on(store, outside, pack) as made:
        yield made


async def remembered(desk: Desk) -> int:
    """How many entries the only feed remembers."""
    (health,) = await desk.store.feed_health()
    return max(0, len(health.state.seen_entries) - 8) // 20


async def test_entries_that_were_read_are_remembered_and_new_ones_told(desk: Desk) -> None:
    await desk.watch("wire")
    desk.server.publish("wire", [WEATHER, SIGNED])
    await desk.poll()
    assert await remembered(desk) == 2
    desk.server.publish("wire", [FRIGATE, WEATHER, SIGNED])
    await desk.poll()
    assert await remembered(desk) == 3
    assert sorted(await desk.headlines()) == sorted([SIGNED.title, FRIGATE.title])
    assert (await desk.store.status()).items == 3


async def test_entries_whose_commit_fails_are_read_again(desk: Desk, database_url: str) -> None:
    if not desk.store.sqlite:
        pytest.skip("the fault is made with a trigger of SQLite")
    await desk.watch("wire")
    desk.server.publish("wire", [WEATHER])
    await desk.poll()
    desk.server.publish("wire", [SIGNED, WEATHER])
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as other, other:
        other.execute("CREATE TRIGGER full BEFORE INSERT ON items BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    await desk.poll()
    assert (await desk.headlines(), await remembered(desk)) == ([], 1)
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as other, other:
        other.execute("DROP TRIGGER full")
    await desk.poll()
    assert (await desk.headlines(), await remembered(desk)) == ([SIGNED.title], 2)
    assert LEASE_S < 600  # else the feed would not have been free for the third poll
