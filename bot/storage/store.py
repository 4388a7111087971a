"""The store as a whole: what each subject adds, a unit of work over all of them, and how it is doing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import ColumnElement, ScalarSelect, Table, func, literal_column, select
from sqlalchemy import text as sql

from bot.model import Status
from bot.storage.access import AccessStore, AccessWrites
from bot.storage.alerts import AlertStore, AlertWrites
from bot.storage.audit import AuditStore, AuditWrites
from bot.storage.bundles import BundleStore, BundleWrites
from bot.storage.catalogue import CatalogueStore
from bot.storage.channels import ChannelStore
from bot.storage.corrections import CorrectionStore, CorrectionWrites
from bot.storage.edits import EditStore, EditWrites
from bot.storage.feeds import FeedStore, FeedWrites
from bot.storage.hubs import HubStore
from bot.storage.items import ItemStore, ItemWrites
from bot.storage.judgements import JudgementStore
from bot.storage.notices import NoticeStore, NoticeWrites
from bot.storage.outbox import OutboxStore, OutboxWrites
from bot.storage.personal import PersonalStore, PersonalWrites
from bot.storage.rates import RateStore
from bot.storage.schema import alerts, deliveries, feeds, items
from bot.storage.sent import SentStore
from bot.storage.settings import SettingsStore, SettingsWrites
from bot.storage.stories import StoryStore, StoryWrites
from bot.storage.subscriptions import SubscriptionReads, SubscriptionStore
from bot.storage.workspaces import WorkspaceStore


class Transaction(
    FeedWrites,
    ItemWrites,
    StoryWrites,
    AlertWrites,
    SubscriptionReads,
    OutboxWrites,
    NoticeWrites,
    AccessWrites,
    AuditWrites,
    CorrectionWrites,
    PersonalWrites,
    BundleWrites,
    SettingsWrites,
    EditWrites,
):
    """One unit of work, made by `Store.write`. Its rows may be added in any order."""


class Store(
    FeedStore,
    CatalogueStore,
    ItemStore,
    StoryStore,
    AlertStore,
    SubscriptionStore,
    OutboxStore,
    SentStore,
    ChannelStore,
    NoticeStore,
    RateStore,
    AccessStore,
    AuditStore,
    CorrectionStore,
    PersonalStore,
    BundleStore,
    SettingsStore,
    EditStore,
    JudgementStore,
    HubStore,
    WorkspaceStore,
):
    """Everything that is remembered. Safe for many tasks of one event loop, and for many processes.

    Any method may raise StoreUnavailable (try again later) or StoreError."""

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """A unit of work of the only writer: committed at the end of the block, rolled back on any exception.
        Do no network work in it, and within it use only the transaction's methods to write."""
        async with self._write() as connection:
            yield Transaction(connection)

    async def status(self) -> Status:
        failing = select(feeds.c.title, feeds.c.url, feeds.c.last_error).where(feeds.c.active, feeds.c.failures > 0)
        state: ColumnElement[str] = deliveries.c.state
        query = select(
            _count(feeds, feeds.c.active).label("feeds"),
            _count(feeds, feeds.c.active, feeds.c.succeeded_at.is_not(None)).label("feeds_read"),
            select(func.max(feeds.c.polled_at)).where(feeds.c.active).scalar_subquery().label("last_poll_at"),
            select(func.max(items.c.seen_at)).where(items.c.relevant).scalar_subquery().label("last_match_at"),
            select(func.max(deliveries.c.sent_at)).scalar_subquery().label("last_sent_at"),
            _count(deliveries, state == literal_column("'due'")).label("queued"),
            _count(deliveries, state == literal_column("'dead'")).label("dead"),
            _count(deliveries, state == literal_column("'waiting'")).label("later"),
            _count(items).label("items"),
            _count(alerts).label("alerts"),
        )
        async with self.read() as connection:
            row = (await connection.execute(query)).one()
            errors = (await connection.execute(failing.order_by(feeds.c.title, feeds.c.url))).all()
        titles = [error.title for error in errors]
        return Status(
            feeds=row.feeds,
            feeds_read=row.feeds_read,
            feeds_failing=len(errors),
            last_poll_at=row.last_poll_at,
            last_match_at=row.last_match_at,
            last_sent_at=row.last_sent_at,
            queued=row.queued,
            dead=row.dead,
            later=row.later,
            items=row.items,
            alerts=row.alerts,
            errors={
                error.title if titles.count(error.title) == 1 else f"{error.title} ({error.url})": error.last_error
                or ""
                for error in errors
            },
        )

    async def integrity(self) -> list[str]:
        """What the database finds wrong with itself, a line each; empty: sound. Reads the whole file on SQLite."""
        async with self.read() as connection:
            if not self.sqlite:
                return list((await connection.scalars(sql(_UNSOUND_POSTGRESQL))).all())
            found = [line for line in (await connection.scalars(sql("PRAGMA integrity_check"))).all() if line != "ok"]
            broken = (await connection.execute(sql("PRAGMA foreign_key_check"))).all()
            return found + [f"{row[0]} row {row[1]} refers to a missing row of {row[2]}" for row in broken]


# PostgreSQL checks its pages itself when it reads them; these two kinds of damage come from changes half done.
_UNSOUND_POSTGRESQL = """
SELECT 'index ' || indexrelid::regclass || ' is not valid' FROM pg_index
WHERE NOT indisvalid AND indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace)
UNION ALL
SELECT 'constraint ' || conname || ' of ' || conrelid::regclass || ' was never checked' FROM pg_constraint
WHERE NOT convalidated AND connamespace = current_schema()::regnamespace"""


def _count(table: Table, *conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(table).where(*conditions).scalar_subquery()
