"""Feeds: what the configuration makes of them, who polls them, what is remembered."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.model import FeedState
from bot.storage import FeedsSynced, Store
from bot.storage.prepared import ABREAST
from tests.storage.samples import NOW, add_feeds, after, feed, item, polled


async def test_a_new_feed_is_due_when_first_due_says(store: Store) -> None:
    await store.sync_feeds([feed("tass")], lambda each: after(each.interval_s), NOW)
    assert await store.next_due_at() == after(300)
    assert await store.claim_due_feeds(after(299), 60, 10, "me") == []
    assert await store.claim_due_feeds(after(300), 60, 10, "me") == [
        (feed("tass"), FeedState(feed_id="tass", due_at=after(300)))
    ]


async def test_a_restart_keeps_state_takes_changes_and_drops_what_is_gone(store: Store) -> None:
    await add_feeds(store, "tass", "ani")
    async with store.write() as tx:
        await tx.save_feed_states([polled("tass", after(100)), polled("ani", after(200))])
    renamed = feed("tass", title="TASS in English")
    assert await store.sync_feeds([renamed, feed("pib")], lambda _: after(300), NOW) == FeedsSynced(
        added=1, changed=1, dropped=1
    )
    claimed = await store.claim_due_feeds(after(400), 60, 10, "me")
    assert claimed == [
        (renamed, polled("tass", after(100))),
        (feed("pib"), FeedState(feed_id="pib", due_at=after(300))),
    ]


async def test_the_same_configuration_again_changes_nothing(store: Store) -> None:
    await add_feeds(store, "tass", "ani")
    again = await store.sync_feeds([feed("tass"), feed("ani")], lambda _: after(9), NOW)
    assert again == FeedsSynced(added=0, changed=0, dropped=0)


async def test_a_feed_that_comes_back_knows_its_state(store: Store) -> None:
    await add_feeds(store, "tass")
    async with store.write() as tx:
        await tx.save_feed_states([polled("tass", after(100))])
    await store.sync_feeds([], lambda _: NOW, NOW)
    assert await store.next_due_at() is None
    await add_feeds(store, "tass")
    assert await store.claim_due_feeds(after(100), 60, 10, "me") == [(feed("tass"), polled("tass", after(100)))]


async def test_a_claimed_feed_is_nobody_elses_until_its_lease_ends(store: Store) -> None:
    await add_feeds(store, "tass")
    assert len(await store.claim_due_feeds(NOW, 60, 10, "me")) == 1
    assert await store.claim_due_feeds(after(59), 60, 10, "other") == []
    assert await store.next_due_at() == after(60)
    assert len(await store.claim_due_feeds(after(60), 60, 10, "other")) == 1


async def test_a_feed_that_is_gone_is_listed_and_not_polled_until_it_is_configured_anew(store: Store) -> None:
    await add_feeds(store, "tass")
    gone = replace(polled("tass", after(100)), gone_since=NOW, gone_at=after(90))
    async with store.write() as tx:
        await tx.save_feed_states([gone])

    assert [each.state for each in await store.feed_health()] == [gone]
    assert await store.next_due_at() is None
    assert await store.claim_due_feeds(after(9_999), 60, 10, "me") == []

    await store.sync_feeds([], lambda _: NOW, NOW)
    await add_feeds(store, "tass")
    ((_, state),) = await store.claim_due_feeds(after(100), 60, 10, "me")
    assert (state.gone_since, state.gone_at) == (None, None)


async def test_what_is_known_of_a_feeds_address_is_kept(store: Store) -> None:
    await add_feeds(store, "tass")
    state = replace(
        polled("tass", after(100)),
        whole_at=NOW,
        read_at="https://tass.example/rss",
        moved_to="https://tass.example/new",
        moving_to="https://tass.example/newer",
        moving_since=after(5),
        moving_seen=2,
    )
    async with store.write() as tx:
        await tx.save_feed_states([state])

    assert [found for _, found in await store.claim_due_feeds(after(100), 60, 10, "me")] == [state]


async def test_hosts_that_asked_for_silence_are_known_after_a_restart(store: Store) -> None:
    await add_feeds(store, "tass", "ani", "pib")
    async with store.write() as tx:
        await tx.save_feed_states(
            [
                replace(polled("tass", after(100)), closed_until=after(60)),
                replace(polled("ani", after(100)), closed_until=after(60), moved_to="https://moved.example/"),
                replace(polled("pib", after(100)), closed_until=after(10)),
            ]
        )

    assert sorted(await store.closed_hosts(after(10))) == sorted(
        [(feed("tass").url, after(60)), ("https://moved.example/", after(60))]
    )


async def test_saving_the_state_ends_the_lease(store: Store) -> None:
    await add_feeds(store, "tass")
    await store.claim_due_feeds(NOW, 3600, 10, "me")
    async with store.write() as tx:
        await tx.save_feed_states([polled("tass", after(10))])
    assert await store.claim_due_feeds(after(10), 60, 10, "other") == [(feed("tass"), polled("tass", after(10)))]


async def test_a_crowd_of_states_is_saved_each_to_its_own_feed(store: Store) -> None:
    """More than one statement takes, with some left over; of several of one feed the last counts."""
    names = [f"feed{number:03}" for number in range(2 * ABREAST + 7)]
    await add_feeds(store, *names)
    assert len(await store.claim_due_feeds(NOW, 60, 500, "me")) == len(names)
    states = [
        replace(
            polled(name, after(100 + number), failures=number, error="не отвечает" if number % 2 else None),
            seen_entries=number.to_bytes(20, "big"),
            told_silent=number % 3 == 0,
            closed_until=after(number) if number % 5 == 0 else None,
            rhythm=f"{number} 0.5",
        )
        for number, name in enumerate(names)
    ]
    async with store.write() as tx:
        await tx.save_feed_states([polled(names[3], after(9)), polled("unknown", NOW), *states])
    claimed = await store.claim_due_feeds(after(1_000), 60, 500, "other")
    assert [state for _, state in claimed] == states


async def test_the_longest_waiting_are_claimed_first(store: Store) -> None:
    await add_feeds(store, "a", "b", "c")
    async with store.write() as tx:
        await tx.save_feed_states([polled("a", after(30)), polled("b", after(10)), polled("c", after(20))])
    claimed = await store.claim_due_feeds(after(60), 60, 2, "me")
    assert [each.id for each, _ in claimed] == ["b", "c"]


async def test_two_processes_never_claim_the_same_feed(database_url: str) -> None:
    async with Store.open(database_url) as one, Store.open(database_url) as two:
        await add_feeds(one, *(f"feed-{number:03}" for number in range(120)))
        rounds = await asyncio.gather(
            *(store.claim_due_feeds(NOW, 60, 7, "who") for _ in range(10) for store in (one, two))
        )
    claimed = [each.id for batch in rounds for each, _ in batch]
    assert len(claimed) == len(set(claimed)) == 120


async def test_feed_health_tells_how_each_goes_and_what_it_brought(store: Store) -> None:
    await add_feeds(store, "tass", "ani")
    async with store.write() as tx:
        await tx.save_feed_states([polled("ani", after(60), failures=3, error="HTTP 503")])
        await tx.add_items([item("1", story_id=None)], {})
    ani, tass = await store.feed_health()
    assert (ani.feed.id, ani.state.failures, ani.state.last_error, ani.items) == ("ani", 3, "HTTP 503", 0)
    assert (tass.feed.id, tass.items, tass.relevant, tass.last_item_at) == ("tass", 1, 1, NOW)
