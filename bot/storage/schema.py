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
    DateTime,
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
    Column("adaptive", Boolean, nullable=False),
    Column("first_read", Text, nullable=False),
    Column("via", Text, nullable=False),
    Column("link_prefix", Words, nullable=False),
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
    Column("whole_at", Moment),
    Column("read_at", Words),
    Column("closed_until", Moment),
    Column("moved_to", Words),  # where it is read now; `url` stays what the configuration says
    Column("moving_to", Words),
    Column("moving_since", Moment),
    Column("moving_seen", Integer, nullable=False),
    Column("gone_since", Moment),
    Column("gone_at", Moment),  # not None: no longer polled
    Column("rhythm", Text, nullable=False),
    Column("ttl_s", Integer),
    Column("skip_hours", Integer, nullable=False),  # bits, as is the next
    Column("skip_days", Integer, nullable=False),
    Column("ids", Text, nullable=False),
    Column("renumbered_at", Moment),
    Column("failing_since", Moment),
    Column("told_failing", Integer, nullable=False),
    Column("told_silent", Boolean, nullable=False),
    Column("seen_entries", LargeBinary, nullable=False),  # 20 bytes an entry, see `bot.feeds.incremental`
    Column("lease_owner", Text),
    Column("leased_until", Moment),  # None: nobody is polling it
)
Index("ix_feeds_due_at", feeds.c.due_at)

# What the operator decided while running; no row: as the configuration says.
feed_choices = Table(
    "feed_choices",
    metadata,
    Column("feed_id", Text, _ref("feeds.id"), primary_key=True),
    Column("choice", Text, nullable=False),  # added | off
    Column("chosen_by", Words, nullable=False),  # "telegram:42", "command line"
    Column("chosen_at", Moment, nullable=False),
)

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
    Column("facts", Text, nullable=False),  # JSON: the best known of each programme
    Column("certainty", Text),
    Column("denied", Boolean, nullable=False),
)
Index("ix_stories_updated_at", stories.c.updated_at)

story_programmes = Table(  # by which a later report finds the story, however long ago it was
    "story_programmes",
    metadata,
    Column("programme", Text, primary_key=True),
    Column("story_id", Text, _ref("stories.id"), primary_key=True),
)

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
    Column("article", Words),  # judged in place of `text`; None: not read
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
    Column("created_at", Moment, nullable=False),
    Column("corrected_at", Moment),  # None: it stands as it was told
    Column("correction", Words),  # why it was corrected, with who said so in `corrections`
    # The short ones first: SQLite reads a row up to the last column that is asked for.
    Column("outlets", Text, nullable=False),  # JSON, as is the next
    Column("facets", Text, nullable=False),
    Column("terms", _TERMS, nullable=False),
    Column("card", Text, nullable=False),  # JSON
    Column("words", Text, nullable=False),  # a few kB, read only where a filter needs them
    Column("brief", Text),  # JSON: what the card is made of; None: only the card was kept
    Column("follows", Text, _ref("alerts.id")),  # the alert that it updates or goes on from
)
alert_versions = Table(  # former cards; the present one stands in `alerts`
    "alert_versions",
    metadata,
    Column("alert_id", Text, _ref("alerts.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("card", Text, nullable=False),  # JSON
)
Index("ix_alerts_created_at", alerts.c.created_at)
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
    Column("paused_at", Moment),  # None: in force
    UniqueConstraint("channel", "filter_hash"),
)

# Subscriptions that are not in force: offered and not yet confirmed, or ended and not yet forgotten.
spare_subscriptions = Table(
    "spare_subscriptions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("batch", Text, nullable=False),  # those that one button puts into force
    Column("channel", ChannelKey, nullable=False),
    Column("filter", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", Words, nullable=False),
    Column("kept_until", Moment, nullable=False),
)
Index("ix_spare_subscriptions_batch", spare_subscriptions.c.batch)

# How a channel wants its alerts; no row: it never chose.
channel_settings = Table(
    "channel_settings",
    metadata,
    Column("channel", ChannelKey, primary_key=True),
    Column("settings", Text, nullable=False),  # JSON
)

# What the administrators of a workspace chose for all of its channels (Slack); no row: the configuration decides.
workspace_choices = Table(
    "workspace_choices",
    metadata,
    Column("home", Text, primary_key=True),  # "T012AB3CD"; "": the only one
    Column("who_may_change", Text, nullable=False),  # members | admins
)

# How often the subscriptions changed, so that who keeps them in memory knows when to read them again.
revisions = Table(
    "revisions",
    metadata,
    Column("name", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
)

rates = Table(
    "rates",
    metadata,
    Column("currency", Text, primary_key=True),
    Column("day", Text, primary_key=True),  # ISO 8601
    Column("per_dollar", Text, nullable=False),  # a decimal number
)

notices = Table(
    "notices",
    metadata,
    Column("seq", _SEQ, Identity(), primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("subject", Words, nullable=False),
    Column("words", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("buttons", Text, nullable=False),  # JSON; "": it asks nothing
    Column("told_at", Moment),  # None: it waits
)
_WAITING = text("told_at IS NULL")
Index("ix_notices_waiting", notices.c.at, sqlite_where=_WAITING, postgresql_where=_WAITING)

bulletins = Table(  # messages to the operator, of no story
    "bulletins",
    metadata,
    Column("id", Text, primary_key=True),
    Column("card", Text, nullable=False),  # JSON
    Column("buttons", Text, nullable=False),  # JSON; "": none
    Column("created_at", Moment, nullable=False),
)

troubles = Table(  # of the whole, that were told and go on; those of a feed are in its state
    "troubles",
    metadata,
    Column("name", Text, primary_key=True),
    Column("since", Moment, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("seq", _SEQ, Identity(), primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("alert_id", Text, _ref("alerts.id")),  # None: a bulletin
    Column("bulletin_id", Text, _ref("bulletins.id")),  # None: an alert
    Column("channel", ChannelKey, nullable=False),
    Column("state", Text, nullable=False),  # due | sent | dead
    Column("priority", Integer, nullable=False, server_default=text("3")),  # see PRIORITIES in bot.model
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("repeats", Integer, nullable=False),  # tries after one that may have arrived
    Column("reason", Words),  # of the last failure, or why it is untold; None: none
    Column("queued_at", Moment, nullable=False),  # when it became due first: what waits is not late before
    Column("waits", Text),  # of a waiting one, for what: quiet | digest | pause
    Column("bundle", Text),  # digest | running: a message of several alerts, whose rows name it; None: of one
    Column("bundle_id", Text),  # the message that tells it with others; None: it has a message of its own
    Column("lease_owner", Text),
    Column("leased_until", Moment),  # None: nobody is sending it
    Column("sent_at", Moment),
    Column("message_id", Words),
    Column("plain", Boolean, nullable=False),
    Column("version", Integer),  # of the card that the message shows; None: not sent
    Column("edits", Integer, nullable=False, server_default=text("0")),  # made of the message
    Column("edited_at", Moment),  # the last of them
    Column("edit_due_at", Moment),  # when the message gets the newest version; None: it shows it, or may not change
    Column("edit_attempts", Integer, nullable=False, server_default=text("0")),  # of the edit that is due
    Column("edit_leased_until", Moment),
    UniqueConstraint("alert_id", "channel"),
)
_EDITED = text("edit_due_at IS NOT NULL")
Index("ix_deliveries_edits", deliveries.c.edit_due_at, sqlite_where=_EDITED, postgresql_where=_EDITED)
_DUE = text("state = 'due'")
Index(
    "ix_deliveries_queue",
    deliveries.c.channel,
    deliveries.c.priority,
    deliveries.c.seq,
    sqlite_where=_DUE,
    postgresql_where=_DUE,
)
_LEASED = text("leased_until IS NOT NULL")
Index("ix_deliveries_leased", deliveries.c.leased_until, sqlite_where=_LEASED, postgresql_where=_LEASED)
_DEAD = text("state = 'dead'")
Index("ix_deliveries_dead", deliveries.c.seq, sqlite_where=_DEAD, postgresql_where=_DEAD)
_WAITS = text("state = 'waiting'")
Index(
    "ix_deliveries_waiting",
    deliveries.c.channel,
    deliveries.c.due_at,
    sqlite_where=_WAITS,
    postgresql_where=_WAITS,
)
_IN_BUNDLE = text("bundle_id IS NOT NULL")
Index("ix_deliveries_bundle_id", deliveries.c.bundle_id, sqlite_where=_IN_BUNDLE, postgresql_where=_IN_BUNDLE)
Index("ix_deliveries_message_id", deliveries.c.message_id)
Index("ix_deliveries_sent_at", deliveries.c.sent_at)

# --- who may use the bot -----------------------------------------------------------------------------

operators = Table(  # by a claim; the configuration's operator_chat is not here
    "operators",
    metadata,
    Column("who", Text, primary_key=True),  # "telegram:42", "slack:U123"
    Column("channel", ChannelKey, nullable=False),  # where notices reach that person
    Column("since", Moment, nullable=False),
)

claims = Table(  # one-time codes that make an operator, or let a workspace in
    "claims",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),  # the code itself is printed once and kept nowhere
    Column("opens", Text, nullable=False),  # operator | workspace
    Column("made_by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("used_by", Text),
)

allowed_chats = Table(  # beside those of the configuration; without topic: a group with all of its topics
    "allowed_chats",
    metadata,
    Column("chat", ChannelKey, primary_key=True),
    Column("allowed_by", Text, nullable=False),
    Column("allowed_at", Moment, nullable=False),
)

chat_moves = Table(  # groups that became supergroups: whoever was allowed before is allowed after
    "chat_moves",
    metadata,
    Column("old", ChannelKey, primary_key=True),
    Column("new", ChannelKey, nullable=False),
)

access_requests = Table(
    "access_requests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("chat", ChannelKey, nullable=False),
    Column("asked_in", ChannelKey, nullable=False),  # with the topic, for the answer
    Column("asked_by", Text, nullable=False),
    Column("called", Words, nullable=False),  # the name of the chat or the person, as the platform tells it
    Column("asked_at", Moment, nullable=False),
    Column("lang", Text, nullable=False),  # of the answer: en | hi | ru
    Column("state", Text, nullable=False),  # waiting | approved | refused
    Column("decided_by", Text),
    Column("decided_at", Moment),
)
_ASKED = text("state = 'waiting'")
Index("ix_access_requests_chat", access_requests.c.chat)
Index(
    "uq_access_requests_waiting",
    access_requests.c.chat,
    unique=True,
    sqlite_where=_ASKED,
    postgresql_where=_ASKED,
)

audit = Table(  # only added to; who asked to be forgotten is left out of it by name, the rows stay
    "audit",
    metadata,
    Column("seq", _SEQ, Identity(), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False),  # "telegram:42", "command line", "config"
    Column("action", Text, nullable=False),  # one word: "subscribe", "approve" …
    Column("place", Text, nullable=False),  # the channel's key; "" for none
    Column("words", Words, nullable=False),
)
Index("ix_audit_who", audit.c.who)

corrections = Table(
    "corrections",
    metadata,
    Column("id", Text, primary_key=True),
    Column("alert_id", Text, _ref("alerts.id"), nullable=False),
    Column("kind", Text, nullable=False),  # correct | retract
    Column("reason", Words, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_in", ChannelKey, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("state", Text, nullable=False),  # proposed | made | refused
    Column("decided_by", Text),
    Column("decided_at", Moment),
    Column("former_card", Text),  # JSON, what was told before; None: not made
    Column("told_at", Moment),  # None: edits and replies for those who have the alert are not queued yet
)
Index("ix_corrections_alert_id", corrections.c.alert_id)
_UNTOLD = text("state = 'made' AND told_at IS NULL")
Index("ix_corrections_untold", corrections.c.decided_at, sqlite_where=_UNTOLD, postgresql_where=_UNTOLD)

hub_subscriptions = Table(
    "hub_subscriptions",
    metadata,
    Column("feed_id", Text, _ref("feeds.id"), primary_key=True),
    Column("hub", Words, nullable=False),
    Column("topic", Words, nullable=False),
    Column("nonce", Text, nullable=False),  # no secret: worthless without a key that is not stored
    Column("address_hash", Text, nullable=False),
    Column("state", Text, nullable=False),  # new, asked, verified, refused
    Column("next_at", Moment, nullable=False),
    Column("refusals", Integer, nullable=False),
)

judgements = Table(
    "judgements",
    metadata,
    Column("alert_id", Text, _ref("alerts.id"), primary_key=True),
    Column("user", Text, primary_key=True),  # "telegram:42"
    Column("relevant", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
)

# --- Slack workspaces that installed the app ---------------------------------------------------------
#
# As slack_sdk's SQLAlchemy stores want them, whose statements run on them: hence the naive UTC moments. Tokens are
# sealed before they come here (bot.adapters.slack), which makes them longer than the columns that slack_sdk would make.

_INSTALLED = (
    *("client_id", "app_id", "enterprise_id", "enterprise_name", "team_id", "team_name"),
    *("bot_token", "bot_id", "bot_user_id", "bot_scopes", "bot_refresh_token"),
)
_NEEDED = {"client_id", "app_id", "user_id"}


def _texts(*names: str) -> list[Column[str]]:
    return [Column(name, Text, nullable=name not in _NEEDED) for name in names]


slack_installations = Table(  # one for each installation of a workspace or a whole organisation
    "slack_installations",
    metadata,
    Column("id", _SEQ, Identity(), primary_key=True),
    *_texts(*_INSTALLED, "enterprise_url", "user_id", "user_token", "user_scopes", "user_refresh_token"),
    *_texts("incoming_webhook_url", "incoming_webhook_channel", "incoming_webhook_channel_id"),
    *_texts("incoming_webhook_configuration_url", "token_type"),
    Column("bot_token_expires_at", DateTime),
    Column("user_token_expires_at", DateTime),
    Column("is_enterprise_install", Boolean, nullable=False),
    Column("installed_at", DateTime, nullable=False),
)
Index("ix_slack_installations_team_id", slack_installations.c.team_id)

slack_bots = Table(  # the newest bot token of each
    "slack_bots",
    metadata,
    Column("id", _SEQ, Identity(), primary_key=True),
    *_texts(*_INSTALLED),
    Column("bot_token_expires_at", DateTime),
    Column("is_enterprise_install", Boolean, nullable=False),
    Column("installed_at", DateTime, nullable=False),
)
Index("ix_slack_bots_team_id", slack_bots.c.team_id)

slack_states = Table(  # installations that were begun: each state is good for one redirect, for ten minutes
    "slack_states",
    metadata,
    Column("id", _SEQ, Identity(), primary_key=True),
    Column("state", Text, nullable=False, unique=True),
    Column("expire_at", DateTime, nullable=False),
)
