"""Items: known by their keys, whole when read again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import Known
from bot.storage import Store, StoreError
from tests.storage.samples import NOW, add_feeds, entry, item, story

HOSTILE = "Robert'); DROP TABLE items;-- \" \\ % _ \x00\ud800 ₹ эс-400 एस-400 \U0001f680"
CLEANED = "Robert'); DROP TABLE items;-- \" \\ % _ \ufffd ₹ эс-400 एस-400 \U0001f680"


async def test_an_item_comes_back_whole(store: Store) -> None:
    await add_feeds(store, "tass")
    async with store.write() as tx:
        await tx.add_items([item()], {})  # before its story: references are checked at commit
        await tx.save_stories([story()])
    assert await store.item("item-1") == item()
    assert await store.items_of_story("story-1") == [item()]
    assert await store.item("item-2") is None


async def test_a_baseline_item_has_no_verdict(store: Store) -> None:
    await add_feeds(store, "tass")
    bare = replace(item(story_id=None), detection=None, entry=replace(entry(), guid=None, url=None, published_at=None))
    async with store.write() as tx:
        await tx.add_items([bare], {})
    assert await store.item("item-1") == bare


async def test_an_item_is_known_by_each_of_its_keys(store: Store) -> None:
    await add_feeds(store, "tass")
    long_key = "guid:" + "x" * 10_000  # longer than an index of PostgreSQL takes
    async with store.write() as tx:
        await tx.add_items([item(story_id=None)], {"item-1": ["url:https://tass.example/1", long_key]})
        assert (await tx.known_keys([long_key]))[long_key].item_id == "item-1"
    known = await store.known_keys(["url:https://tass.example/1", long_key, "url:https://tass.example/2"])
    remembered = Known(
        item_id="item-1",
        fingerprint="f1",
        feed_id="tass",
        guid="guid-1",
        url="https://tass.example/1",
        title="India and Russia sign S-400 contract",
        published_at=NOW,
        seen_at=NOW,
    )
    assert known == dict.fromkeys(("url:https://tass.example/1", long_key), remembered)
    assert await store.newest_of_feed("tass", 5) == [remembered]
    assert await store.item_by_url("url:https://tass.example/1") == item(story_id=None)
    assert await store.item_by_url("url:https://tass.example/2") is None


async def test_thousands_of_keys_are_asked_at_once(store: Store) -> None:
    await add_feeds(store, "tass")
    names = [f"item-{number}" for number in range(1200)]
    async with store.write() as tx:
        await tx.add_items([item(name, story_id=None) for name in names], {name: [f"key:{name}"] for name in names})
    known = await store.known_keys([f"key:item-{number}" for number in range(2400)])
    assert {key: found.item_id for key, found in known.items()} == {f"key:{name}": name for name in names}
    assert await store.known_keys([]) == {}


async def test_a_key_stays_with_the_item_that_had_it_first(store: Store) -> None:
    await add_feeds(store, "tass")
    async with store.write() as tx:
        await tx.add_items([item("first", story_id=None)], {"first": ["shared"]})
        await tx.add_items([item("second", story_id=None)], {"second": ["shared", "own"]})
    known = await store.known_keys(["shared", "own"])
    assert {key: found.item_id for key, found in known.items()} == {"shared": "first", "own": "second"}


async def test_a_changed_entry_replaces_the_item_and_adds_its_keys(store: Store) -> None:
    await add_feeds(store, "tass")
    async with store.write() as tx:
        await tx.add_items([item(story_id=None)], {"item-1": ["old"]})
    changed = item(story_id=None, of=entry("Deal denied", fingerprint="f2"))
    async with store.write() as tx:
        await tx.update_item(changed, ["new"])
        await tx.update_item(item("nobody", story_id=None), ["stray"])
    assert await store.item("item-1") == changed
    known = await store.known_keys(["old", "new", "stray"])
    assert {key: (found.item_id, found.fingerprint) for key, found in known.items()} == {
        "old": ("item-1", "f2"),
        "new": ("item-1", "f2"),
    }


async def test_hostile_text_is_stored_as_text(store: Store) -> None:
    await add_feeds(store, "tass")
    nasty = replace(entry(HOSTILE), guid=HOSTILE, url=HOSTILE, text=HOSTILE, fingerprint=HOSTILE)
    async with store.write() as tx:
        await tx.add_items([item(story_id=None, of=nasty)], {"item-1": [HOSTILE]})
        await tx.save_stories([story(title=HOSTILE)])
    found = await store.item("item-1")
    assert found is not None
    assert (found.entry.title, found.entry.guid, found.entry.text) == (CLEANED, CLEANED, CLEANED)
    assert {key: one.fingerprint for key, one in (await store.known_keys([HOSTILE])).items()} == {HOSTILE: CLEANED}
    told = await store.story("story-1")
    assert told is not None
    assert told.titles[0] == told.title == CLEANED


async def test_an_id_is_used_once(store: Store) -> None:
    await add_feeds(store, "tass")
    with pytest.raises(StoreError, match=r"(?i)unique"):
        async with store.write() as tx:
            await tx.add_items([item(story_id=None), item(story_id=None)], {})


async def test_an_item_without_its_feed_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match=r"(?i)foreign key"):
        async with store.write() as tx:
            await tx.add_items([item(story_id=None)], {})
    assert await store.item("item-1") is None


async def test_a_moment_without_time_zone_is_refused(store: Store) -> None:
    await add_feeds(store, "tass")
    naive = replace(item(story_id=None), seen_at=NOW.replace(tzinfo=None))
    with pytest.raises(StoreError, match="no time zone"):
        async with store.write() as tx:
            await tx.add_items([naive], {})
