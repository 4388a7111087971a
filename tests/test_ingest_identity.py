"""Every item once, over many polls and restarts: nothing told twice, nothing missed, no flood at the start."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest

from bot.storage import Store
from rules import Pack
from tests.desk import START, Desk, World, desk_on, world
from tests.feed_server import Report

POLLS = 50
OLD = START - timedelta(days=30)
DEALS = (
    "India and Russia sign contract for five more S-400 squadrons",
    "Russia offers India Su-57 fighters with local production",
    "India approves purchase of Ka-31 helicopters from Russia",
    "India inducts frigate INS Tamal built in Russia",
    "Russia to lease a second Akula submarine to India",
)


@pytest.fixture
async def outside() -> AsyncIterator[World]:
    async with world() as made:
        yield made


@pytest.fixture
async def desk(store: Store, outside: World, pack: Pack) -> AsyncIterator[Desk]:
    async with desk_on(store, outside, pack) as made:
        yield made


def deal(number: int) -> str:
    """A headline that is relevant, and of another event than those of other numbers."""
    return f"India orders {number} Ka-31 helicopters from Russia"


def published(number: int) -> dict[str, Sequence[Report]]:
    """What each troublesome feed shows at its `number`th poll."""
    letters = chr(ord("a") + number // 26) + chr(ord("a") + number % 26)
    window = ([0] if number % 3 == 0 else []) + list(range(5 * number, 5 * number + 20))
    return {
        "new guids": [
            Report(title=title, guid=f"{number}-{title}", path=f"g/{each}") for each, title in enumerate(DEALS)
        ],
        "new links": [Report(title=title, guid=title, path=f"l/{each}?s={number}") for each, title in enumerate(DEALS)],
        "new everything": [
            Report(
                title=title,
                guid=f"n{number}-{title}",
                path=f"n/{number}/{each}",
                at=OLD + timedelta(minutes=number),
            )
            for each, title in enumerate(DEALS)
        ],
        "edited titles": [Report(title=f"{DEALS[0]}, update {letters}", guid="te", path="te")],
        "window": [Report(title=f"Match {each} ends in a draw", guid=f"w{each}") for each in window],
        "backdated": [Report(title=deal(each), guid=f"b{each}", at=OLD) for each in range(100, 100 + number + 1)],
        "one guid": [Report(title=deal(200 + number // 5), guid="top", path=f"top/{number // 5}")],
        "tracking": [
            Report(title=DEALS[1], guid="", path=f"story?id=7&utm_source=poll{number}"),
            Report(title=DEALS[1], guid="", path="story/?id=7#comments"),
            Report(title=DEALS[1], guid="", path="amp/story?id=7"),
        ],
        "copy": [Report(title=f"{DEALS[0]}: report", guid="c1", path="copy/1")],
    }


EXPECTED = {
    "new guids": 5,
    "new links": 5,
    "new everything": 5,
    "edited titles": 1,
    "window": 5 * (POLLS - 1) + 20,
    "backdated": POLLS,
    "one guid": POLLS // 5,
    "tracking": 1,
    "copy": 1,
}


async def test_over_fifty_polls_and_restarts_each_item_is_stored_once_and_each_story_told_once(
    database_url: str, outside: World, pack: Pack
) -> None:
    told: list[str] = []
    for number in range(POLLS):
        for name, reports in published(number).items():
            outside.server.publish(name, reports)
        async with Store.open(database_url) as store, desk_on(store, outside, pack) as desk:
            await desk.watch(*EXPECTED)
            await desk.poll()
            told += [alert.card.headline for alert in await desk.due()]
            if number == POLLS - 1:
                health = await store.feed_health()
                stories = {alert.story_id for alert in await store.latest(1000)}
    assert {each.feed.title: each.items for each in health} == EXPECTED
    assert not [headline for headline, count in Counter(told).items() if count > 1]
    wanted = {deal(number) for number in (*range(100, 100 + POLLS), *range(200, 200 + POLLS // 5))}
    assert wanted - set(told) == set()
    others = set(told) - wanted
    assert len(others) == len(DEALS)  # whatever feed told it first, in whatever of its versions
    assert len(stories) == len(told)


async def test_a_first_start_floods_nobody_and_misses_nothing_that_comes_after(desk: Desk) -> None:
    names = [f"feed-{number}" for number in range(50)]
    archive = {
        name: [Report(title=f"Old report {each} of {name}", guid=f"{name}-{each}", at=OLD) for each in range(99)]
        + [Report(title=deal(1000 + number), guid=f"{name}-deal")]
        for number, name in enumerate(names)
    }
    for name in names:
        desk.server.publish(name, archive[name])
    await desk.watch(*names, first_read="baseline")
    await desk.poll()
    assert await desk.due() == []
    assert (await desk.store.status()).items == 50 * 100

    for number, name in enumerate(names):
        desk.server.publish(name, [Report(title=deal(100 + number), guid=f"{name}-new"), *archive[name]])
    await desk.poll()
    assert Counter(alert.card.headline for alert in await desk.due()) == Counter(
        deal(100 + number) for number in range(50)
    )

    await desk.configure([])
    await desk.poll()
    await desk.watch(*names, first_read="baseline")
    await desk.poll()
    assert await desk.due() == []
    assert (await desk.store.status()).items == 50 * 101


async def test_a_burst_is_stored_and_told_whole(desk: Desk) -> None:
    await desk.watch("wire")
    first = [Report(title=f"Old report {number}", guid=f"o{number}") for number in range(30)]
    burst = [Report(title=deal(100 + number), guid=f"b{number}") for number in range(500)]
    desk.server.publish("wire", first)
    await desk.poll()
    desk.server.publish("wire", [*burst, *first])
    await desk.poll()
    await desk.poll()
    assert (await desk.store.status()).items == 530
    assert Counter(await desk.headlines()) == Counter(report.title for report in burst)
    assert (await desk.store.outbox_counts()).queued == 500
    assert await desk.store.oldest_notice_at() is None


async def test_a_site_that_renumbers_its_items_tells_the_operator_and_nobody_else(desk: Desk) -> None:
    await desk.watch("wire")
    before = [Report(title=title, guid=f"a{number}", path=f"old/{number}") for number, title in enumerate(DEALS)]
    after = [Report(title=title, guid=f"b{number}", path=f"new/{number}") for number, title in enumerate(DEALS)]
    new = Report(title=deal(7), guid="b9", path="new/9")
    desk.server.publish("wire", before)
    await desk.poll()
    assert len(await desk.due()) == len(DEALS)

    desk.server.publish("wire", [new, *after])
    await desk.poll()
    assert [alert.card.headline for alert in await desk.due()] == [new.title]
    assert (await desk.store.status()).items == len(DEALS) + 1
    assert await desk.told() == ["wire has renumbered its items"]

    desk.server.publish("wire", [Report(title="Weather", guid="b10"), new, *after])
    await desk.poll()
    assert await desk.told() == []
    assert await desk.due() == []


async def test_old_items_that_come_back_with_more_text_under_new_ids_ring_nobody(desk: Desk) -> None:
    titles = [f"Ministry statement {number}" for number in range(5)]
    await desk.watch("ministry")
    desk.server.publish("ministry", [Report(title=title, guid=title) for title in titles])
    await desk.poll()
    rebuilt = [
        Report(title=title, guid=f"new-{title}", path=f"new/{number}", text=f"{DEALS[number]}. It was signed today.")
        for number, title in enumerate(titles)
    ]
    desk.server.publish("ministry", rebuilt)
    await desk.poll()
    assert await desk.due() == []
    assert (await desk.store.status()).items == 5
    (found,) = [
        each
        for each in await desk.store.newest_of_feed((await desk.store.feed_health())[0].feed.id, 9)
        if each.title == titles[0]
    ]
    item = await desk.store.item(found.item_id)
    assert item is not None
    assert DEALS[0] in item.entry.text


async def test_feeds_by_other_names_do_not_share_their_ids(desk: Desk) -> None:
    await desk.watch("wire", "post")
    desk.server.publish("wire", [Report(title=DEALS[0], guid="1", path="wire/1")])
    desk.server.publish("post", [Report(title=DEALS[1], guid="1", path="post/1")])
    await desk.poll()
    assert (await desk.store.status()).items == 2
