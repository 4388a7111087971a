"""What is remembered between two runs: feeds, items, stories, alerts, subscriptions and the outbox.

On SQLite (`sqlite:///dealwire.db`) or PostgreSQL (`postgresql://user:password@host/name`), the same for both.
Values of `bot.model` go in and come out; no policy lives here.

    async with Store.open(url) as store:            # or: store = await Store.open(url); await store.close()
        claimed = await store.claim_due_feeds(now, lease_s=120, limit=32, owner="host:42")
        async with store.write() as tx:             # one commit, or nothing
            known = await tx.known_keys(keys)
            await tx.add_items(items, keys_of)
            await tx.save_stories(stories)
            await tx.add_alerts(alerts)
            await tx.add_deliveries(deliveries)
            await tx.save_feed_states(states)

Rows of one transaction may be added in any order: references are checked at its commit.

Store
    open(url) · close() · read() -> a connection · write() -> Transaction · status() · integrity()
    feeds: sync_feeds(feeds, first_due, now) · claim_due_feeds(now, lease_s, limit, owner) · next_due_at() ·
        spread_overdue(now, late_s, gap_s, most_s) · feed_health()
    catalogue: feed_choices() · add_feed(feed, state, by, now, chosen=True) · stop_feed(id, off, by, now) ·
        hasten(ids, at)
    items: known_keys(keys) · item(id) · item_by_url(key) · newest_of_feed(feed_id, limit) ·
        items_of_story(story_id)
    stories: story(id) · recent_stories(since)
    alerts: alert(id) · former_cards(id) · alerts(ids) · alerts_of_story(story_id) ·
        latest(limit, before_id=None) · search(query, limit, before_id=None) ·
        archived(query, limit, before_id=None, since=None, words=False) · alerts_since(since) · first_alert_at()
    subscriptions: add_subscription(s) · subscriptions(channel=None) · remove_subscriptions(channel, ids=None) ·
        sync_config_subscriptions(subs) · subscriptions_revision()
    rates: rates() · add_rates(rates)
    edits: claim_edits(now, lease_s, limit) · record_edits(outcomes) · end_edits(channel)
    outbox: claim_deliveries(now, lease_s, limit, owner) · record(outcomes) · release(deliveries) ·
        next_delivery_at()
    sent: alert_by_message(channel, message_id) · last_alert_sent(channel) · sent_to(alert_id) · outbox_counts()
    channels: move_channel(old, new) · end_channel(channel, reason, notice=None)
    notices: oldest_notice_at() · a_notice_asks() · troubles_told()
    access: access_revision() · permissions() · waiting_requests(limit) · access_request(id) ·
        last_request_of(chat)
    audit: audit_entries(limit, who=None)
    judgements: add_judgement(j) · judgements_of(alert_id)
    corrections: correction(id) · corrections_of(alert_id)
    personal: personal(who)
    hubs: hub_subscriptions() · keep_hub_subscriptions(changed, ended)
    settings: channel_settings(channel) · rooms(platform, limit) · zones() · spare_subscriptions(batch)
    waiting: channels_waiting(now) · waiting(channel)
    workspaces: engine(writes) · end_workspace(workspace, reason)
Transaction
    known_keys(keys) · add_items(items, keys) · update_item(item, keys=()) · add_item_keys(keys) ·
    recent_stories(since) · save_stories(stories) · add_alerts(alerts) · subscriptions(channel=None) ·
    subscriptions_revision() · add_deliveries(deliveries) · save_feed_states(states) · add_notices(notices) ·
    waiting_notices(limit) · notices_told(ids, now) · add_bulletin(message, deliveries) ·
    begin_trouble(name, since) · end_trouble(name) · stories_of(programmes, since) · stored_alerts(ids) ·
    save_versions(alerts) · queue_edits(alert_ids, now, always=False) · recipients(story_id) ·
    channel_settings(channels) · save_channel_settings(channel, settings) · zones() ·
    pause_subscriptions(ids, paused_at) ·
    spare_subscriptions(batch, subs, now, kept_until) · take_spare_subscriptions(batch) ·
    waiting(channel, until=None) · replan(deliveries) · rings(channels, since) · running_bundles(channels, since) ·
    add_bundle(id, channel, kind, due_at) · reopen_bundles(ids, now) ·
    add_claim(hash, by, now, expires_at, opens) · use_claim(hash, operator) ·
    use_workspace_claim(hash, workspace, by, now) · ask_access(request) · waiting_count() ·
    decide_request(id, state, by, now) · allow_chat(chat, by, now) · disallow_chat(chat, reason) ·
    end_operator(who) · operator_count() ·
    add_audit(*entries) · add_correction(c) · alert_to_correct(id) · make_correction(c, before, after, by, now) ·
    refuse_correction(id, by, now) · untold_corrections(limit) · corrections_told(ids, now) ·
    forget(who, private)
"""

from bot.storage.access import AccessRequest, Opens, Operator, Permissions
from bot.storage.audit import AuditEntry
from bot.storage.bundles import Waiting
from bot.storage.corrections import Correction, CorrectionKind
from bot.storage.edits import EditAgain, EditDropped, Edited, EditOutcome, Recipient
from bot.storage.errors import StoreError, StoreUnavailable
from bot.storage.feeds import FeedHealth, FeedsSynced
from bot.storage.judgements import Judgement
from bot.storage.outcomes import Again, Bundled, Claim, Dead, DeliveryRecord, OutboxCounts, Outcome, Sent
from bot.storage.personal import Personal
from bot.storage.store import Store, Transaction

__all__ = [
    "AccessRequest",
    "Again",
    "AuditEntry",
    "Bundled",
    "Claim",
    "Correction",
    "CorrectionKind",
    "Dead",
    "DeliveryRecord",
    "EditAgain",
    "EditDropped",
    "EditOutcome",
    "Edited",
    "FeedHealth",
    "FeedsSynced",
    "Judgement",
    "Opens",
    "Operator",
    "OutboxCounts",
    "Outcome",
    "Permissions",
    "Personal",
    "Recipient",
    "Sent",
    "Store",
    "StoreError",
    "StoreUnavailable",
    "Transaction",
    "Waiting",
]
