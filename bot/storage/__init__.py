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
        feed_health()
    items: known_keys(keys) · item(id) · item_by_url(key) · items_of_story(story_id)
    stories: story(id) · recent_stories(since)
    alerts: alert(id) · alerts_of_story(story_id) · latest(limit, before_id=None) ·
        search(query, limit, before_id=None)
    subscriptions: add_subscription(s) · subscriptions(channel=None) · remove_subscriptions(channel, ids=None) ·
        sync_config_subscriptions(subs)
    outbox: claim_deliveries(now, lease_s, limit, owner) · record(outcomes) · release(deliveries) ·
        next_delivery_at() · move_channel(old, new) · end_channel(channel, reason) ·
        alert_by_message(channel, message_id) · last_alert_sent(channel) · sent_to(alert_id) · outbox_counts()
Transaction
    known_keys(keys) · add_items(items, keys) · update_item(item, keys=()) · recent_stories(since) ·
    save_stories(stories) · add_alerts(alerts) · subscriptions(channel=None) · add_deliveries(deliveries) ·
    save_feed_states(states)
"""

from bot.storage.errors import StoreError, StoreUnavailable
from bot.storage.feeds import FeedHealth, FeedsSynced
from bot.storage.items import Known
from bot.storage.outcomes import Again, Claim, Dead, DeliveryRecord, OutboxCounts, Outcome, Sent
from bot.storage.store import Store, Transaction

__all__ = [
    "Again",
    "Claim",
    "Dead",
    "DeliveryRecord",
    "FeedHealth",
    "FeedsSynced",
    "Known",
    "OutboxCounts",
    "Outcome",
    "Sent",
    "Store",
    "StoreError",
    "StoreUnavailable",
    "Transaction",
]
