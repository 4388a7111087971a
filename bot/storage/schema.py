"""The tables, one definition for both databases.

Moments are whole microseconds since 1970 UTC: exact, ordered, and the same number on SQLite and PostgreSQL.
Texts lose what PostgreSQL refuses (see `codec.clean`). References are checked at commit, so that the rows of
one change may be written in any order. `seq` numbers rows as they were committed: writers that add alerts or
deliveries go one after the other. Changing a table here needs a migration; a test compares the two.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import JSON, TypeDecorator

from bot.model import Channel
from bot.storage.codec import clean

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC. ValueError for a moment without a time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone; moments are aware and UTC")
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


class Moment(TypeDecorator[datetime]):
    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_micros(value)


class Words(TypeDecorator[str]):
    """Text from outside."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else clean(value)


class ChannelKey(TypeDecorator[Channel]):
    """A channel by its key. ValueError for one that could not be read back."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Channel | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        Channel.parse(value.key)
        return value.key

    def process_result_value(self, value: str | None, dialect: Dialect) -> Channel | None:
        return None if value is None else Channel.parse(value)


# SQLite numbers rows itself only where the key is INTEGER.
_SEQ = BigInteger().with_variant(Integer, "sqlite")
_TERMS = JSON().with_variant(ARRAY(Text), "postgresql")


def _ref(column: str) -> ForeignKey:
    return ForeignKey(column, deferrable=True, initially="DEFERRED")


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

feeds = Table(
    "feeds",
    metadata,
    Column("id", Text, primary_key=True),
    Column("url", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("lang", Text),
    Column("kind", Text, nullable=False),
    Column("tier", Integer, nullable=False),
    Column("interval_s", Integer, nullable=False),
    Column("first_read", Text, nullable=False),
    Column("active", Boolean, nullable=False),  # False: no longer configured; its state and items stay
    Column("added_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("etag", Words),
    Column("last_modified", Words),
    Column("body_sha256", Text),
    Column("failures", Integer, nullable=False),
    Column("last_error", Words),
    Column("polled_at", Moment),
    Column("succeeded_at", Moment),
    Column("lease_owner", Text),
    Column("leased_until", Moment),  # None: nobody is polling it
)
Index("ix_feeds_due_at", feeds.c.due_at)

stories = Table(
    "stories",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Words, nullable=False),
    Column("lang", Text, nullable=False),
    Column("programmes", Text, nullable=False),  # JSON, as are the next two
    Column("titles", Text, nullable=False),
    Column("sources", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("alert_id", Text),  # no reference: alerts refer to their stories, and a circle cannot be created
    Column("told", Boolean, nullable=False),  # False: known only from silent first reads
)
Index("ix_stories_updated_at", stories.c.updated_at)

items = Table(
    "items",
    metadata,
    Column("id", Text, primary_key=True),
    Column("feed_id", Text, _ref("feeds.id"), nullable=False),
    Column("outlet", Words, nullable=False),
    Column("guid", Words),
    Column("url", Words),
    Column("title", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("published_at", Moment),
    Column("fingerprint", Words, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("relevant", Boolean, nullable=False),  # False also for a baseline item
    Column("detection", Text),  # JSON, in full; None: baseline
    Column("story_id", Text, _ref("stories.id")),
)
Index("ix_items_feed_id_seen_at", items.c.feed_id, items.c.seen_at)
Index("ix_items_story_id", items.c.story_id)
Index(
    "ix_items_relevant",
    items.c.seen_at,
    sqlite_where=text("relevant"),
    postgresql_where=text("relevant"),
)

item_keys = Table(
    "item_keys",
    metadata,
    # A hash, since guids and addresses from outside may be longer than an index of PostgreSQL takes (2.7 kB).
    Column("hash", LargeBinary(16), primary_key=True),
    Column("item_id", Text, _ref("items.id"), nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_item_keys_item_id", item_keys.c.item_id)

alerts = Table(
    "alerts",
    metadata,
    Column("seq", _SEQ, Identity(), primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("story_id", Text, _ref("stories.id"), nullable=False),
    Column("item_id", Text, _ref("items.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("importance", Text, nullable=False),
    Column("card", Text, nullable=False),  # JSON
    Column("terms", _TERMS, nullable=False),
    Column("created_at", Moment, nullable=False),
)
Index("ix_alerts_story_id", alerts.c.story_id)
Index("ix_alerts_item_id", alerts.c.item_id)
Index("ix_alerts_terms", alerts.c.terms, postgresql_using="gin").ddl_if(dialect="postgresql")

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("channel", ChannelKey, nullable=False),
    Column("filter", Words, nullable=False),
    Column("filter_hash", LargeBinary(16), nullable=False),  # a filter may be longer than an index takes
    Column("created_at", Moment, nullable=False),
    Column("created_by", Words, nullable=False),
    UniqueConstraint("channel", "filter_hash"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("seq", _SEQ, Identity(), primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("alert_id", Text, _ref("alerts.id"), nullable=False),
    Column("channel", ChannelKey, nullable=False),
    Column("state", Text, nullable=False),  # due | sent | dead
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("repeats", Integer, nullable=False),  # tries after one that may have arrived
    Column("reason", Words),  # of the last failure; None: none
    Column("lease_owner", Text),
    Column("leased_until", Moment),  # None: nobody is sending it
    Column("sent_at", Moment),
    Column("message_id", Words),
    Column("plain", Boolean, nullable=False),
    UniqueConstraint("alert_id", "channel"),
)
_DUE = text("state = 'due'")
Index("ix_deliveries_queue", deliveries.c.channel, deliveries.c.seq, sqlite_where=_DUE, postgresql_where=_DUE)
_DEAD = text("state = 'dead'")
Index("ix_deliveries_dead", deliveries.c.seq, sqlite_where=_DEAD, postgresql_where=_DEAD)
Index("ix_deliveries_message_id", deliveries.c.message_id)
Index("ix_deliveries_sent_at", deliveries.c.sent_at)
