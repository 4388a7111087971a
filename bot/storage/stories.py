"""Stories: read for likeness before each commit, saved with it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Story
from bot.storage.codec import decode_sources, decode_texts, encode_sources, encode_texts
from bot.storage.database import Database, Unit, batches, insert_into
from bot.storage.schema import stories


class StoryStore(Database):
    async def story(self, story_id: str) -> Story | None:
        async with self.read() as connection:
            row = (await connection.execute(select(stories).where(stories.c.id == story_id))).one_or_none()
        return None if row is None else _story(row)

    async def recent_stories(self, since: datetime) -> list[Story]:
        """Stories with a report at `since` or later, oldest first. To decide on writing, ask the transaction."""
        async with self.read() as connection:
            return await _recent_stories(connection, since)


class StoryWrites(Unit):
    async def recent_stories(self, since: datetime) -> list[Story]:
        """As `Store.recent_stories`; nobody else can change them until this transaction ends."""
        return await _recent_stories(self.connection, since)

    async def save_stories(self, saved: Iterable[Story]) -> None:
        """Adds stories, or replaces those with the same id."""
        statement = insert_into(self.connection, stories)
        changes = {each.name: statement.excluded[each.name] for each in stories.c if each.name != "id"}
        upsert = statement.on_conflict_do_update(index_elements=[stories.c.id], set_=changes)
        for batch in batches(saved):
            await self.connection.execute(upsert, [_row(story) for story in batch])


async def _recent_stories(connection: AsyncConnection, since: datetime) -> list[Story]:
    query = select(stories).where(stories.c.updated_at >= since).order_by(stories.c.opened_at, stories.c.id)
    return [_story(row) for row in await connection.execute(query)]


def _row(story: Story) -> dict[str, Any]:
    return {
        "id": story.id,
        "title": story.title,
        "lang": story.lang,
        "programmes": encode_texts(story.programmes),
        "titles": encode_texts(story.titles),
        "sources": encode_sources(story.sources),
        "opened_at": story.opened_at,
        "updated_at": story.updated_at,
        "alert_id": story.alert_id,
        "told": story.told,
    }


def _story(row: Row[Any]) -> Story:
    return Story(
        id=row.id,
        title=row.title,
        lang=row.lang,
        programmes=decode_texts(row.programmes),
        titles=decode_texts(row.titles),
        sources=decode_sources(row.sources),
        opened_at=row.opened_at,
        updated_at=row.updated_at,
        alert_id=row.alert_id,
        told=row.told,
    )
