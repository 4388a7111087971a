"""Which subscriptions an alert meets, and how they are kept when they change."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.matching import Matcher
from bot.model import Channel, Subscription
from bot.settings import ChannelSettings
from bot.storage import Store
from rules import Pack, parse_filter
from tests.archive_samples import FEED, archive, made

NOW = datetime(2025, 11, 20, 8, 32, tzinfo=UTC)
HEADLINE = "India signs ₹63,000 crore contract with Russia for five S-400 squadrons"


def subscription(name: str, words: str, chat: int = 1) -> Subscription:
    channel = Channel(platform="telegram", address=str(chat))
    return Subscription(id=name, channel=channel, filter=words, created_at=NOW, created_by="telegram:7")


def test_a_channel_gets_an_alert_once_and_in_the_order_of_subscribing(pack: Pack) -> None:
    matcher = Matcher(pack)
    wanted = [
        subscription("a", "stage>=contract value>=$1bn", chat=3),
        subscription("b", "brahmos", chat=2),
        subscription("c", "s-400", chat=1),
        subscription("d", "", chat=3),
        subscription("e", "no such field:x", chat=4),  # of another version: it matches nothing and harms nobody
    ]
    matcher.load(wanted, 1)
    _, _, alert = made(pack, HEADLINE, NOW)
    assert [channel.address for channel in matcher.channels(alert)] == ["3", "1"]


def test_loading_again_takes_over_what_changed(pack: Pack) -> None:
    matcher = Matcher(pack)
    _, _, alert = made(pack, HEADLINE, NOW)
    matcher.load([subscription("a", "s-400", 1), subscription("b", "s-400", 2)], 1)
    matcher.load([subscription("b", "brahmos", 2), subscription("c", "s-400", 3)], 2, [alert])
    assert matcher.revision == 2
    assert [each.id for each in matcher.subscriptions(alert)] == ["c"]


def test_an_alert_tells_filters_what_its_report_told(pack: Pack) -> None:
    matcher = Matcher(pack)
    _, _, alert = made(pack, HEADLINE, NOW, text="Rajnath Singh said so.", kind="official")
    for text in (
        "programme:s-400", "category:air-defence", "party:india", "stage:contract", "lang:en", "is:new",
        "is:official", "kind:official", "source:sample", "official:yes", "value>₹60,000cr", "value>$6bn",
        "quantity:5", "score>0.5", "origins:1", "importance>=high", "after:2025-11-20",
        '"five s-400 squadrons"', "signs NEAR/5 contract",
    ):  # fmt: skip
        assert matcher.matches(text, alert), text
    for text in ("is:denied", "kind:press", "value>$8bn", "before:2025-11-20", "origins>1", "no such field:x"):
        assert not matcher.matches(text, alert), text


async def test_the_store_says_when_the_subscriptions_changed(store: Store) -> None:
    before = await store.subscriptions_revision()
    one = subscription("a", "s-400")
    await store.add_subscription(one)
    added = await store.subscriptions_revision()
    assert added > before
    await store.add_subscription(subscription("again", "s-400"))  # there already
    assert await store.subscriptions_revision() == added
    await store.move_channel(one.channel, Channel(platform="telegram", address="2"))
    moved = await store.subscriptions_revision()
    assert moved > added
    await store.end_channel(Channel(platform="telegram", address="2"), "blocked")
    ended = await store.subscriptions_revision()
    assert ended > moved
    await store.sync_config_subscriptions([subscription("c", "brahmos")])
    configured = await store.subscriptions_revision()
    assert configured > ended
    await store.remove_subscriptions(one.channel)
    assert await store.subscriptions_revision() > configured
    async with store.write() as tx:
        assert await tx.subscriptions_revision() == await store.subscriptions_revision()


async def test_an_archived_alert_is_the_same_to_filters(store: Store, pack: Pack) -> None:
    await store.sync_feeds([FEED], lambda feed: NOW, NOW)
    alert = await archive(store, pack, HEADLINE, NOW, kind="official")
    matcher = Matcher(pack)
    (whole,) = await store.latest(1)
    assert whole.facets == alert.facets
    (light,) = await store.archived((), 1, words=True)
    assert matcher.subject(light) == matcher.subject(alert)
    (lighter,) = await store.archived([["c:s-400"]], 1)
    assert lighter.facets.words == ""
    assert parse_filter("value>$6bn", pack).matches(matcher.subject(lighter))


def test_the_days_of_a_filter_begin_in_the_channels_time_zone(pack: Pack) -> None:
    """At 20:00 in New York on the 19th it is the 20th in India."""
    matcher = Matcher(pack)
    _, _, alert = made(pack, HEADLINE, datetime(2025, 11, 20, 1, 0, tzinfo=UTC))
    wanted = [subscription("india", "after:2025-11-20", chat=1), subscription("york", "after:2025-11-20", chat=2)]
    york = {wanted[1].channel: "America/New_York"}
    matcher.load(wanted, 1, zones=york)
    assert [one.id for one in matcher.subscriptions(alert)] == ["india"]
    matcher.load(wanted, 2)  # it chose another time zone since
    assert [one.id for one in matcher.subscriptions(alert)] == ["india", "york"]
    assert matcher.matches("after:2025-11-20", alert)
    assert not matcher.matches("after:2025-11-20", alert, "America/New_York")


async def test_another_time_zone_of_a_channel_is_a_change_of_its_filters(store: Store) -> None:
    channel = Channel.parse("telegram:1")
    async with store.write() as tx:
        await tx.save_channel_settings(channel, ChannelSettings(lang="ru"))
    before = await store.subscriptions_revision()
    async with store.write() as tx:
        await tx.save_channel_settings(channel, ChannelSettings(lang="hi"))
    assert (await store.subscriptions_revision(), await store.zones()) == (before, {})
    async with store.write() as tx:
        await tx.save_channel_settings(channel, ChannelSettings(zone="Europe/Moscow"))
    assert await store.subscriptions_revision() > before
    assert await store.zones() == {channel: "Europe/Moscow"}
