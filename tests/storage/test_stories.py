"""Stories as they grow."""

from __future__ import annotations

from bot.storage import Store
from tests.storage.samples import NOW, after, story


async def test_a_story_comes_back_whole_and_is_replaced_when_saved_again(store: Store) -> None:
    async with store.write() as tx:
        await tx.save_stories([story()])
    assert await store.story("story-1") == story()
    grown = story(updated_at=after(60), title="S-400 contract signed")
    async with store.write() as tx:
        await tx.save_stories([grown])
    assert await store.story("story-1") == grown
    assert await store.recent_stories(NOW) == [grown]


async def test_recent_stories_are_those_with_a_report_since(store: Store) -> None:
    async with store.write() as tx:
        await tx.save_stories([story("old", updated_at=after(-1)), story("new", updated_at=NOW)])
        assert [each.id for each in await tx.recent_stories(NOW)] == ["new"]
