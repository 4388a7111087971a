"""The first schema: feeds, items, stories, alerts with their search index, subscriptions, deliveries."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SEQ = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TERMS = sa.JSON().with_variant(postgresql.ARRAY(sa.Text), "postgresql")


def _ref(name: str, column: str) -> sa.ForeignKey:
    return sa.ForeignKey(column, name=name, deferrable=True, initially="DEFERRED")


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.create_table(
        "feeds",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("lang", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("tier", sa.Integer, nullable=False),
        sa.Column("interval_s", sa.Integer, nullable=False),
        sa.Column("adaptive", sa.Boolean, nullable=False),
        sa.Column("first_read", sa.Text, nullable=False),
        sa.Column("via", sa.Text, nullable=False),
        sa.Column("link_prefix", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("added_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("body_sha256", sa.Text),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_error", sa.Text),
        sa.Column("polled_at", sa.BigInteger),
        sa.Column("succeeded_at", sa.BigInteger),
        sa.Column("whole_at", sa.BigInteger),
        sa.Column("read_at", sa.Text),
        sa.Column("closed_until", sa.BigInteger),
        sa.Column("moved_to", sa.Text),
        sa.Column("moving_to", sa.Text),
        sa.Column("moving_since", sa.BigInteger),
        sa.Column("moving_seen", sa.Integer, nullable=False),
        sa.Column("gone_since", sa.BigInteger),
        sa.Column("gone_at", sa.BigInteger),
        sa.Column("rhythm", sa.Text, nullable=False),
        sa.Column("ttl_s", sa.Integer),
        sa.Column("skip_hours", sa.Integer, nullable=False),
        sa.Column("skip_days", sa.Integer, nullable=False),
        sa.Column("ids", sa.Text, nullable=False),
        sa.Column("renumbered_at", sa.BigInteger),
        sa.Column("failing_since", sa.BigInteger),
        sa.Column("told_failing", sa.Integer, nullable=False),
        sa.Column("told_silent", sa.Boolean, nullable=False),
        sa.Column("seen_entries", sa.LargeBinary, nullable=False),
        sa.Column("lease_owner", sa.Text),
        sa.Column("leased_until", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_feeds"),
    )
    op.create_index("ix_feeds_due_at", "feeds", ["due_at"])
    op.create_table(
        "feed_choices",
        sa.Column("feed_id", sa.Text, _ref("fk_feed_choices_feed_id", "feeds.id"), nullable=False),
        sa.Column("choice", sa.Text, nullable=False),
        sa.Column("chosen_by", sa.Text, nullable=False),
        sa.Column("chosen_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("feed_id", name="pk_feed_choices"),
    )
    op.create_table(
        "stories",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("lang", sa.Text, nullable=False),
        sa.Column("programmes", sa.Text, nullable=False),
        sa.Column("titles", sa.Text, nullable=False),
        sa.Column("sources", sa.Text, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("alert_id", sa.Text),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("certainty", sa.Text),
        sa.Column("denied", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stories"),
    )
    op.create_index("ix_stories_updated_at", "stories", ["updated_at"])
    op.create_table(
        "story_programmes",
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("story_id", sa.Text, _ref("fk_story_programmes_story_id", "stories.id"), nullable=False),
        sa.PrimaryKeyConstraint("programme", "story_id", name="pk_story_programmes"),
    )
    op.create_table(
        "items",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("feed_id", sa.Text, _ref("fk_items_feed_id", "feeds.id"), nullable=False),
        sa.Column("outlet", sa.Text, nullable=False),
        sa.Column("guid", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("article", sa.Text),
        sa.Column("published_at", sa.BigInteger),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("relevant", sa.Boolean, nullable=False),
        sa.Column("detection", sa.Text),
        sa.Column("story_id", sa.Text, _ref("fk_items_story_id", "stories.id")),
        sa.PrimaryKeyConstraint("id", name="pk_items"),
    )
    op.create_index("ix_items_feed_id_seen_at", "items", ["feed_id", "seen_at"])
    op.create_index("ix_items_story_id", "items", ["story_id"])
    op.create_index("ix_items_relevant", "items", ["seen_at"], **_where("relevant"))
    op.create_table(
        "item_keys",
        sa.Column("hash", sa.LargeBinary(16), nullable=False),
        sa.Column("item_id", sa.Text, _ref("fk_item_keys_item_id", "items.id"), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_item_keys"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_item_keys_item_id", "item_keys", ["item_id"])
    op.create_table(
        "alerts",
        sa.Column("seq", _SEQ, sa.Identity(), nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("story_id", sa.Text, _ref("fk_alerts_story_id", "stories.id"), nullable=False),
        sa.Column("item_id", sa.Text, _ref("fk_alerts_item_id", "items.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("importance", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("corrected_at", sa.BigInteger),
        sa.Column("correction", sa.Text),
        sa.Column("outlets", sa.Text, nullable=False),
        sa.Column("facets", sa.Text, nullable=False),
        sa.Column("terms", _TERMS, nullable=False),
        sa.Column("card", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("brief", sa.Text),
        sa.Column("follows", sa.Text, _ref("fk_alerts_follows", "alerts.id")),
        sa.PrimaryKeyConstraint("seq", name="pk_alerts"),
        sa.UniqueConstraint("id", name="uq_alerts_id"),
    )
    op.create_table(
        "alert_versions",
        sa.Column("alert_id", sa.Text, _ref("fk_alert_versions_alert_id", "alerts.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("card", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "version", name="pk_alert_versions"),
    )
    op.create_index("ix_alerts_created_at", "alerts", ["created_at"])
    op.create_index("ix_alerts_story_id", "alerts", ["story_id"])
    op.create_index("ix_alerts_item_id", "alerts", ["item_id"])
    if op.get_bind().dialect.name == "sqlite":
        # The index alone, without the words: they are in alerts.terms. See search.py for what a word is here.
        op.execute("CREATE VIRTUAL TABLE alert_search USING fts5(terms, content='', detail=none, columnsize=0)")
    else:
        op.create_index("ix_alerts_terms", "alerts", ["terms"], postgresql_using="gin")
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("filter", sa.Text, nullable=False),
        sa.Column("filter_hash", sa.LargeBinary(16), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("paused_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
        sa.UniqueConstraint("channel", "filter_hash", name="uq_subscriptions_channel_filter_hash"),
    )
    revisions = op.create_table(
        "revisions",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_revisions"),
    )
    op.bulk_insert(revisions, [{"name": "subscriptions", "number": 0}, {"name": "access", "number": 0}])
    op.create_table(
        "rates",
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("per_dollar", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("currency", "day", name="pk_rates"),
    )
    op.create_table(
        "notices",
        sa.Column("seq", _SEQ, sa.Identity(), nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("buttons", sa.Text, nullable=False),
        sa.Column("told_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("seq", name="pk_notices"),
        sa.UniqueConstraint("id", name="uq_notices_id"),
    )
    op.create_index("ix_notices_waiting", "notices", ["at"], **_where("told_at IS NULL"))
    op.create_table(
        "bulletins",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("card", sa.Text, nullable=False),
        sa.Column("buttons", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bulletins"),
    )
    op.create_table(
        "troubles",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_troubles"),
    )
    op.create_table(
        "deliveries",
        sa.Column("seq", _SEQ, sa.Identity(), nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("alert_id", sa.Text, _ref("fk_deliveries_alert_id", "alerts.id")),
        sa.Column("bulletin_id", sa.Text, _ref("fk_deliveries_bulletin_id", "bulletins.id")),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False, server_default=sa.text("3")),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("repeats", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("queued_at", sa.BigInteger, nullable=False),
        sa.Column("waits", sa.Text),
        sa.Column("bundle", sa.Text),
        sa.Column("bundle_id", sa.Text),
        sa.Column("lease_owner", sa.Text),
        sa.Column("leased_until", sa.BigInteger),
        sa.Column("sent_at", sa.BigInteger),
        sa.Column("message_id", sa.Text),
        sa.Column("plain", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer),
        sa.Column("edits", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("edited_at", sa.BigInteger),
        sa.Column("edit_due_at", sa.BigInteger),
        sa.Column("edit_attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("edit_leased_until", sa.BigInteger),
        sa.PrimaryKeyConstraint("seq", name="pk_deliveries"),
        sa.UniqueConstraint("id", name="uq_deliveries_id"),
        sa.UniqueConstraint("alert_id", "channel", name="uq_deliveries_alert_id_channel"),
    )
    op.create_index("ix_deliveries_queue", "deliveries", ["channel", "priority", "seq"], **_where("state = 'due'"))
    op.create_index("ix_deliveries_leased", "deliveries", ["leased_until"], **_where("leased_until IS NOT NULL"))
    op.create_index("ix_deliveries_dead", "deliveries", ["seq"], **_where("state = 'dead'"))
    op.create_index("ix_deliveries_waiting", "deliveries", ["channel", "due_at"], **_where("state = 'waiting'"))
    op.create_index("ix_deliveries_bundle_id", "deliveries", ["bundle_id"], **_where("bundle_id IS NOT NULL"))
    op.create_index("ix_deliveries_edits", "deliveries", ["edit_due_at"], **_where("edit_due_at IS NOT NULL"))
    op.create_index("ix_deliveries_message_id", "deliveries", ["message_id"])
    op.create_index("ix_deliveries_sent_at", "deliveries", ["sent_at"])
    _access()
    _wishes()


def _wishes() -> None:
    """How channels want their alerts, and subscriptions that are not in force."""
    op.create_table(
        "channel_settings",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("settings", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_channel_settings"),
    )
    op.create_table(
        "workspace_choices",
        sa.Column("home", sa.Text, nullable=False),
        sa.Column("who_may_change", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("home", name="pk_workspace_choices"),
    )
    op.create_table(
        "spare_subscriptions",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("batch", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("filter", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("kept_until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_spare_subscriptions"),
    )
    op.create_index("ix_spare_subscriptions_batch", "spare_subscriptions", ["batch"])


def _access() -> None:
    """Who may use the bot, what was changed by whom, what was corrected."""
    op.create_table(
        "operators",
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("who", name="pk_operators"),
    )
    op.create_table(
        "claims",
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("opens", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
        sa.Column("used_by", sa.Text),
        sa.PrimaryKeyConstraint("hash", name="pk_claims"),
    )
    op.create_table(
        "allowed_chats",
        sa.Column("chat", sa.Text, nullable=False),
        sa.Column("allowed_by", sa.Text, nullable=False),
        sa.Column("allowed_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("chat", name="pk_allowed_chats"),
    )
    op.create_table(
        "chat_moves",
        sa.Column("old", sa.Text, nullable=False),
        sa.Column("new", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("old", name="pk_chat_moves"),
    )
    op.create_table(
        "access_requests",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("chat", sa.Text, nullable=False),
        sa.Column("asked_in", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("called", sa.Text, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("lang", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_access_requests"),
    )
    op.create_index("ix_access_requests_chat", "access_requests", ["chat"])
    op.create_index(
        "uq_access_requests_waiting", "access_requests", ["chat"], unique=True, **_where("state = 'waiting'")
    )
    op.create_table(
        "audit",
        sa.Column("seq", _SEQ, sa.Identity(), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    op.create_index("ix_audit_who", "audit", ["who"])
    op.create_table(
        "corrections",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("alert_id", sa.Text, _ref("fk_corrections_alert_id", "alerts.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_in", sa.Text, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("former_card", sa.Text),
        sa.Column("told_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
    )
    op.create_index("ix_corrections_alert_id", "corrections", ["alert_id"])
    op.create_index(
        "ix_corrections_untold", "corrections", ["decided_at"], **_where("state = 'made' AND told_at IS NULL")
    )
    op.create_table(
        "hub_subscriptions",
        sa.Column("feed_id", sa.Text, _ref("fk_hub_subscriptions_feed_id", "feeds.id"), nullable=False),
        sa.Column("hub", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("nonce", sa.Text, nullable=False),
        sa.Column("address_hash", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("refusals", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("feed_id", name="pk_hub_subscriptions"),
    )
    op.create_table(
        "judgements",
        sa.Column("alert_id", sa.Text, _ref("fk_judgements_alert_id", "alerts.id"), nullable=False),
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("relevant", sa.Boolean, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "user", name="pk_judgements"),
    )
    op.create_table(
        "slack_installations",
        sa.Column("id", _SEQ, sa.Identity(), nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("app_id", sa.Text, nullable=False),
        sa.Column("enterprise_id", sa.Text),
        sa.Column("enterprise_name", sa.Text),
        sa.Column("team_id", sa.Text),
        sa.Column("team_name", sa.Text),
        sa.Column("bot_token", sa.Text),
        sa.Column("bot_id", sa.Text),
        sa.Column("bot_user_id", sa.Text),
        sa.Column("bot_scopes", sa.Text),
        sa.Column("bot_refresh_token", sa.Text),
        sa.Column("enterprise_url", sa.Text),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("user_token", sa.Text),
        sa.Column("user_scopes", sa.Text),
        sa.Column("user_refresh_token", sa.Text),
        sa.Column("incoming_webhook_url", sa.Text),
        sa.Column("incoming_webhook_channel", sa.Text),
        sa.Column("incoming_webhook_channel_id", sa.Text),
        sa.Column("incoming_webhook_configuration_url", sa.Text),
        sa.Column("token_type", sa.Text),
        sa.Column("bot_token_expires_at", sa.DateTime),
        sa.Column("user_token_expires_at", sa.DateTime),
        sa.Column("is_enterprise_install", sa.Boolean, nullable=False),
        sa.Column("installed_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_slack_installations"),
    )
    op.create_index("ix_slack_installations_team_id", "slack_installations", ["team_id"])
    op.create_table(
        "slack_bots",
        sa.Column("id", _SEQ, sa.Identity(), nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("app_id", sa.Text, nullable=False),
        sa.Column("enterprise_id", sa.Text),
        sa.Column("enterprise_name", sa.Text),
        sa.Column("team_id", sa.Text),
        sa.Column("team_name", sa.Text),
        sa.Column("bot_token", sa.Text),
        sa.Column("bot_id", sa.Text),
        sa.Column("bot_user_id", sa.Text),
        sa.Column("bot_scopes", sa.Text),
        sa.Column("bot_refresh_token", sa.Text),
        sa.Column("bot_token_expires_at", sa.DateTime),
        sa.Column("is_enterprise_install", sa.Boolean, nullable=False),
        sa.Column("installed_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_slack_bots"),
    )
    op.create_index("ix_slack_bots_team_id", "slack_bots", ["team_id"])
    op.create_table(
        "slack_states",
        sa.Column("id", _SEQ, sa.Identity(), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("expire_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_slack_states"),
        sa.UniqueConstraint("state", name="uq_slack_states_state"),
    )
