"""Stories: read for likeness before each commit, saved with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Story
from bot.storage.codec import (
    decode_sources,
    decode_texts,
    decode_told,
    encode_sources,
    encode_texts,
    encode_told,
)
from bot.storage.database import Database, Unit, batches, insert_into
from bot.storage.schema import stories, story_programmes


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

    async def stories_of(self, programmes: Collection[str], since: datetime, limit: int = 100) -> list[Story]:
        """Told stories with a report at `since` or later that name one of the programmes, newest first."""
        named = select(story_programmes.c.story_id).where(story_programmes.c.programme.in_(programmes))
        query = (
            select(stories)
            .where(stories.c.id.in_(named), stories.c.updated_at >= since, stories.c.told)
            .order_by(stories.c.updated_at.desc(), stories.c.id)
            .limit(limit)
        )
        return [_story(row) for row in await self.connection.execute(query)]

    async def save_stories(self, saved: Iterable[Story]) -> None:
        """Adds stories, or replaces those with the same id."""
        statement = insert_into(self.connection, stories)
        changes = {each.name: statement.excluded[each.name] for each in stories.c if each.name != "id"}
        upsert = statement.on_conflict_do_update(index_elements=[stories.c.id], set_=changes)
        named = insert_into(self.connection, story_programmes).on_conflict_do_nothing()
        for batch in batches(saved):
            await self.connection.execute(upsert, [_row(story) for story in batch])
            rows = [{"programme": one, "story_id": story.id} for story in batch for one in story.programmes]
            if rows:
                await self.connection.execute(named, rows)


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
        "facts": encode_told(story.facts),
        "certainty": story.certainty,
        "denied": story.denied,
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
        facts=decode_told(row.facts),
        certainty=row.certainty,
        denied=row.denied,
    )
