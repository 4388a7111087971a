"""Alerts: what was told, by id, by story, newest first, by their terms."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select, update
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Alert, ArchivedAlert, Card
from bot.storage.codec import (
    clean,
    decode_brief,
    decode_card,
    decode_facets,
    decode_texts,
    encode_brief,
    encode_card,
    encode_facets,
    encode_texts,
)
from bot.storage.database import Database, Unit, batches, insert_into
from bot.storage.schema import alert_versions, alerts
from bot.storage.search import Query, Seq, index_text, newest_postgresql, newest_sqlite, searchable


class AlertStore(Database):
    async def alert(self, alert_id: str) -> Alert | None:
        async with self.read() as connection:
            return (await alerts_by_id(connection, [alert_id])).get(alert_id)

    async def alerts_of_story(self, story_id: str) -> list[Alert]:
        """Every alert of the story, oldest first."""
        query = select(alerts).where(alerts.c.story_id == story_id).order_by(alerts.c.seq)
        async with self.read() as connection:
            return [alert_of(row) for row in await connection.execute(query)]

    async def latest(self, limit: int, before_id: str | None = None) -> list[Alert]:
        """The newest alerts, newest first; with `before_id` those older than that alert, for the next page.
        Empty: no more, or `before_id` is not known."""
        return await self.search((), limit, before_id)

    async def search(self, query: Sequence[Sequence[str]], limit: int, before_id: str | None = None) -> list[Alert]:
        """As `latest`, of the alerts that have a term of every group: `[["c:s-400"], ["sign", "подписа"]]` is
        S-400 AND (sign OR подписа). No group asks nothing of them; an empty group is met by none."""
        return [alert_of(row) for row in await self._found(query, limit, before_id, ())]

    async def archived(
        self,
        query: Sequence[Sequence[str]],
        limit: int,
        before_id: str | None = None,
        since: datetime | None = None,
        *,
        words: bool = False,
    ) -> list[ArchivedAlert]:
        """As `search`, without the cards, and down to `since`. `words`: read the running words too; they are
        most of the bytes, and only quotes and NEAR look at them."""
        left_out = ("card", "brief") if words else ("card", "brief", "words")
        rows = await self._found(query, limit, before_id, left_out)
        return [_archived(row, words) for row in rows if since is None or row.created_at >= since]

    async def alerts_since(self, since: datetime) -> int:
        """How many alerts were made since then."""
        query = select(func.count()).select_from(alerts).where(alerts.c.created_at >= since)
        async with self.read() as connection:
            return int(await connection.scalar(query) or 0)

    async def first_alert_at(self) -> datetime | None:
        """When the archive begins; None: it is empty."""
        async with self.read() as connection:
            at: datetime | None = await connection.scalar(select(func.min(alerts.c.created_at)))
        return at

    async def former_cards(self, alert_id: str) -> list[Card]:
        """What the alert said before, its first version first; empty: it stands as it was told."""
        query = select(alert_versions.c.card).where(alert_versions.c.alert_id == alert_id)
        async with self.read() as connection:
            rows = await connection.scalars(query.order_by(alert_versions.c.version))
            return [decode_card(text) for text in rows]

    async def alerts(self, ids: Collection[str]) -> dict[str, Alert]:
        """The alerts with these ids; those that are not there are left out."""
        async with self.read() as connection:
            return await alerts_by_id(connection, ids)

    async def _found(
        self, query: Sequence[Sequence[str]], limit: int, before_id: str | None, left_out: Collection[str]
    ) -> Sequence[Row[Any]]:
        older_than = None
        if before_id is not None:
            older_than = select(alerts.c.seq).where(alerts.c.id == before_id).scalar_subquery()
        groups = [searchable(group) for group in query]
        if not all(groups):
            return []
        async with self.read() as connection:
            for statement in self._searches(groups, older_than, limit):
                kept = [column for column in statement.selected_columns if column.name not in left_out]
                rows = (await connection.execute(statement.with_only_columns(*kept))).all()
                if len(rows) == limit:
                    break
        return rows

    def _searches(self, query: Query, older_than: Seq | None, limit: int) -> Sequence[Select[Any]]:
        """One query after the other, until one fills the page or is the last."""
        if not query:
            newest = select(alerts).order_by(alerts.c.seq.desc()).limit(limit)
            return [newest if older_than is None else newest.where(alerts.c.seq < older_than)]
        if self.sqlite:
            return [newest_sqlite(query, older_than, limit)]
        return newest_postgresql(query, older_than, limit)


class AlertWrites(Unit):
    async def add_alerts(self, added: Sequence[Alert]) -> None:
        """Adds alerts, to be found by their terms from the commit on. StoreError for an id that exists."""
        for batch in batches(added):
            await self.connection.execute(alerts.insert(), [_row(alert) for alert in batch])
            if self.connection.dialect.name == "sqlite":
                rows = [{"id": alert.id, "terms": index_text(searchable(alert.terms))} for alert in batch]
                await self.connection.execute(
                    sql("INSERT INTO alert_search (rowid, terms) SELECT seq, :terms FROM alerts WHERE id = :id"),
                    rows,
                )

    async def stored_alerts(self, ids: Collection[str]) -> dict[str, Alert]:
        """The alerts with these ids as they are now; nobody else can change them until this transaction ends."""
        return await alerts_by_id(self.connection, ids)

    async def save_versions(self, newer: Sequence[Alert]) -> None:
        """Puts newer versions in the place of stored alerts, whose cards are kept. Their terms stay: an alert is
        found by what it told first."""
        former = {}
        for id_, alert in (await alerts_by_id(self.connection, [each.id for each in newer])).items():
            former[id_] = alert.card
        kept = insert_into(self.connection, alert_versions).on_conflict_do_nothing()
        for batch in batches(each for each in newer if each.id in former):
            rows = [
                {"alert_id": id_, "version": former[id_].version, "card": encode_card(former[id_])}
                for id_ in (each.id for each in batch)
            ]
            await self.connection.execute(kept, rows)
            await self.connection.execute(_NEWER, [_version_row(each) for each in batch])


_NEWER = (
    update(alerts)
    .where(alerts.c.id == bindparam("alert"))
    .values({name: bindparam(name) for name in ("card", "brief", "facets", "outlets")})
)


def _version_row(alert: Alert) -> dict[str, Any]:
    row = _row(alert)
    return {"alert": alert.id, **{name: row[name] for name in ("card", "brief", "facets", "outlets")}}


async def alerts_by_id(connection: AsyncConnection, ids: Collection[str]) -> dict[str, Alert]:
    """The alerts with these ids."""
    found: dict[str, Alert] = {}
    for batch in batches(ids):
        for row in await connection.execute(select(alerts).where(alerts.c.id.in_(batch))):
            found[row.id] = alert_of(row)
    return found


def alert_of(row: Row[Any]) -> Alert:
    return Alert(
        id=row.id,
        story_id=row.story_id,
        item_id=row.item_id,
        kind=row.kind,
        importance=row.importance,
        card=decode_card(row.card),
        terms=tuple(row.terms),
        created_at=row.created_at,
        facets=decode_facets(row.facets, row.words),
        corrected_at=row.corrected_at,
        correction=row.correction or "",
        brief=decode_brief(row.brief),
        follows=row.follows,
    )


def _archived(row: Row[Any], words: bool) -> ArchivedAlert:
    return ArchivedAlert(
        id=row.id,
        kind=row.kind,
        importance=row.importance,
        outlets=decode_texts(row.outlets),
        terms=tuple(row.terms),
        created_at=row.created_at,
        facets=decode_facets(row.facets, row.words if words else ""),
    )


def _row(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "story_id": alert.story_id,
        "item_id": alert.item_id,
        "kind": alert.kind,
        "importance": alert.importance,
        "card": encode_card(alert.card),
        "terms": list(searchable(alert.terms)),
        "created_at": alert.created_at,
        "outlets": encode_texts([source.outlet for source in alert.card.sources]),
        "facets": encode_facets(alert.facets),
        "corrected_at": alert.corrected_at,
        "correction": alert.correction or None,
        "brief": encode_brief(alert.brief),
        "follows": alert.follows,
        "words": clean(alert.facets.words),
    }
