"""Subscriptions: one of a kind per channel, the configuration's apart from people's."""

from __future__ import annotations

from bot.storage import Store
from tests.storage.samples import CHAT, SLACK, TOPIC, subscription


async def test_the_same_filter_is_subscribed_once_per_channel(store: Store) -> None:
    assert await store.add_subscription(subscription("a"))
    assert not await store.add_subscription(subscription("b", by="telegram:42"))
    assert await store.add_subscription(subscription("c", words="s-400 OR su-57"))
    assert await store.add_subscription(subscription("d", TOPIC))
    assert await store.subscriptions(CHAT) == [subscription("a"), subscription("c", words="s-400 OR su-57")]
    assert [each.id for each in await store.subscriptions()] == ["a", "c", "d"]


async def test_a_filter_may_be_longer_than_an_index_takes(store: Store) -> None:
    long = " OR ".join(f"सौदा-{number}" for number in range(1000))  # deal
    assert await store.add_subscription(subscription("a", words=long))
    assert not await store.add_subscription(subscription("b", words=long))
    assert (await store.subscriptions())[0].filter == long


async def test_removing_ends_those_named_of_that_channel_only(store: Store) -> None:
    for each in (subscription("a"), subscription("b", words="su-57"), subscription("c", SLACK)):
        await store.add_subscription(each)
    assert await store.remove_subscriptions(CHAT, ["a", "c", "unknown"]) == 1
    assert [each.id for each in await store.subscriptions()] == ["b", "c"]
    assert await store.remove_subscriptions(CHAT) == 1
    assert await store.remove_subscriptions(CHAT, []) == 0
    assert [each.id for each in await store.subscriptions()] == ["c"]


async def test_the_configuration_replaces_its_own_and_leaves_peoples(store: Store) -> None:
    await store.add_subscription(subscription("mine", words="brahmos", by="telegram:42"))
    await store.sync_config_subscriptions([subscription("a", words=""), subscription("b", SLACK)])
    await store.sync_config_subscriptions([subscription("again", words=""), subscription("new", TOPIC)])
    assert [each.id for each in await store.subscriptions()] == ["a", "mine", "new"]
    await store.sync_config_subscriptions([])
    assert [each.id for each in await store.subscriptions()] == ["mine"]


async def test_a_transaction_sees_the_subscriptions(store: Store) -> None:
    await store.add_subscription(subscription("a", SLACK))
    async with store.write() as tx:
        assert await tx.subscriptions() == await tx.subscriptions(SLACK) == [subscription("a", SLACK)]
        assert await tx.subscriptions(CHAT) == []
