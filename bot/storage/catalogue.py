"""Feeds that were added or switched off while running, kept beside those of the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from sqlalchemy import delete, select, update

from bot.model import Feed, FeedState
from bot.storage.audit import AuditEntry, write_down
from bot.storage.database import Database, insert_into
from bot.storage.feeds import feed_row, read_feed, state_row
from bot.storage.schema import feed_choices, feeds

Choice = Literal["added", "off"]


class CatalogueStore(Database):
    async def feed_choices(self) -> dict[str, tuple[Choice, Feed]]:
        """What was chosen, by feed id: the feed as it was stored last."""
        query = select(feed_choices.c.choice, feeds).join_from(feed_choices, feeds)
        async with self.read() as connection:
            rows = (await connection.execute(query.order_by(feed_choices.c.chosen_at, feeds.c.id))).all()
        return {row.id: (row.choice, read_feed(row)) for row in rows}

    async def add_feed(self, feed: Feed, state: FeedState, *, by: str, now: datetime, chosen: bool = True) -> None:
        """Polls `feed` from now on, first at `state.due_at`; one that was known keeps what it remembers. `chosen`
        False: it is back in the configuration's hands, so that nothing but its switching off is forgotten."""
        values = {**feed_row(feed), "active": True}
        new = {**state_row(state), "added_at": now}
        async with self._write() as connection:
            await connection.execute(
                insert_into(connection, feeds)
                .values(**values, **new)
                .on_conflict_do_update(
                    index_elements=[feeds.c.id], set_={**values, "gone_since": None, "gone_at": None}
                )
            )
            await connection.execute(delete(feed_choices).where(feed_choices.c.feed_id == feed.id))
            await write_down(connection, [AuditEntry.of("feed", f"on: {_name(feed)}", who=by, at=now)])
            if chosen:
                row = {"feed_id": feed.id, "choice": "added", "chosen_by": by, "chosen_at": now}
                await connection.execute(feed_choices.insert(), row)

    async def stop_feed(self, feed_id: str, *, off: bool, by: str, now: datetime) -> bool:
        """Polls the feed no more; its items stay. `off`: remember that, against the configuration that names it.
        False: there is no such feed."""
        async with self._write() as connection:
            known = (await connection.execute(select(feeds).where(feeds.c.id == feed_id))).one_or_none()
            if known is None:
                return False
            told = AuditEntry.of("feed", f"off: {_name(read_feed(known))}", who=by, at=now)
            await write_down(connection, [told])
            await connection.execute(delete(feed_choices).where(feed_choices.c.feed_id == feed_id))
            if off:
                row = {"feed_id": feed_id, "choice": "off", "chosen_by": by, "chosen_at": now}
                await connection.execute(feed_choices.insert(), row)
            stop = update(feeds).where(feeds.c.id == feed_id)
            await connection.execute(stop.values(active=False, lease_owner=None, leased_until=None))
        return True

    async def hasten(self, feed_ids: Sequence[str], at: datetime) -> int:
        """Makes these feeds due at `at` where they were due later; how many of them."""
        if not feed_ids:
            return 0
        sooner = update(feeds).where(feeds.c.id.in_(list(feed_ids)), feeds.c.active, feeds.c.due_at > at)
        async with self._write_rows() as connection:
            return (await connection.execute(sooner.values(due_at=at))).rowcount


def _name(feed: Feed) -> str:
    """The title or, without one, the host and path: logins and keys stand elsewhere in an address."""
    parts = urlsplit(feed.url)
    return feed.title or parts.netloc.rpartition("@")[2] + parts.path
