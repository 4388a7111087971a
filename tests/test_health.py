"""What the operator is told: once when it is sure, once when it is over, several things together."""

from __future__ import annotations

import html
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.adapters import slack_adapter, telegram_adapter
from bot.deliver import post_of
from bot.feeds import feed_id
from bot.feeds.rhythm import Rhythm
from bot.health import (
    FAILING_TOLD,
    FAILING_TOLD_AGAIN,
    OUTAGE_TOLD,
    Network,
    in_words,
    network_down_notice,
    notices_for,
)
from bot.i18n import words_in
from bot.model import Channel, Choice, Failed, Feed, FeedState, Notice, NotModified, Receipt
from bot.model import said as said_words
from bot.notices import Notices, bulletin
from bot.ports import Adapter
from bot.settings import ChannelSettings
from bot.storage import Store
from rules import Pack
from tests.desk import OPERATOR, START, World, desk_on, world
from tests.feed_server import Report
from tests.servers import SlackServer, TelegramServer

FEED = Feed(id="pib", url="https://pib.example/rss", title="PIB")
WELL = FeedState(feed_id="pib", due_at=START, succeeded_at=START)
MINUTE = timedelta(minutes=1)
ENGLISH = words_in("en")
HTML = "an HTML page instead of a feed: blocked by Cloudflare"


def failing(failures: int, since: datetime, told: int = 0) -> FeedState:
    return replace(WELL, failures=failures, failing_since=since, last_error="HTTP 503", told_failing=told)


def said(state: FeedState, now: datetime, *, before: FeedState = WELL, brought: int = 0) -> list[str]:
    _, found = notices_for(FEED, before, state, now, brought=brought)
    return [f"{notice.kind}: {notice.words}" for notice in found]


# --- one feed ------------------------------------------------------------------------------------------


def test_a_feed_is_told_at_its_third_failure_or_after_two_hours() -> None:
    assert said(failing(1, START), START) == []
    assert said(failing(2, START), START + 90 * MINUTE) == []
    assert said(failing(3, START), START + 35 * MINUTE) == ["failing: HTTP 503 · 3 times in 35 min"]
    assert said(failing(2, START), START + FAILING_TOLD) == ["failing: HTTP 503 · 2 times in 2 h"]


def test_a_server_that_asks_to_wait_for_long_is_told_at_once() -> None:
    shut = replace(failing(1, START), closed_until=START + timedelta(hours=24))
    soon = replace(failing(1, START), closed_until=START + timedelta(minutes=30))

    assert said(shut, START) == ["failing: HTTP 503 · once · asks to wait 24 h"]
    assert said(soon, START) == []


def test_it_is_told_again_after_a_day_and_then_no_more() -> None:
    told, _ = notices_for(FEED, WELL, failing(3, START), START + 35 * MINUTE, brought=0)
    assert told.told_failing == 1
    assert said(replace(told, failures=4), START + FAILING_TOLD) == []
    a_day_on = START + FAILING_TOLD_AGAIN
    assert said(replace(told, failures=9), a_day_on) == ["failing: HTTP 503 · 9 times in 24 h"]
    again, _ = notices_for(FEED, told, replace(told, failures=9), a_day_on, brought=0)
    assert said(replace(again, failures=30), START + timedelta(days=9)) == []


def test_its_recovery_is_told_only_when_its_failure_was() -> None:
    now = START + timedelta(hours=3)
    back = replace(WELL, succeeded_at=now)

    assert said(replace(back, told_failing=1), now, before=failing(4, START, told=1)) == ["recovered: after 3 h"]
    assert said(back, now, before=failing(2, START)) == []
    state, _ = notices_for(FEED, failing(4, START, told=1), replace(back, told_failing=1), now, brought=0)
    assert state.told_failing == 0


def test_a_silence_is_told_once_and_so_is_its_end() -> None:
    at = START - timedelta(days=28)
    rhythm = Rhythm(since=at, last_at=at)
    while (at := at + timedelta(minutes=40)) <= START:
        rhythm = rhythm.arrival(at)
    now = START + timedelta(hours=18)
    quiet = replace(WELL, rhythm=str(rhythm), succeeded_at=now)

    assert said(quiet, now) == ["silent: for 18 h; the usual gap is 39 min"]
    assert notices_for(FEED, WELL, quiet, now, brought=0, silence_alarm=False)[1] == ()
    state, _ = notices_for(FEED, WELL, quiet, now, brought=0)
    assert said(state, now) == []
    assert said(replace(state, rhythm=str(rhythm.arrival(now))), now, brought=2) == ["heard: 2 new reports"]


def test_durations_read_as_people_say_them() -> None:
    words = [str(in_words(timedelta(seconds=n))) for n in (40, 90, 2_400, 7_100, 7_200, 64_800, 200_000)]

    assert words == ["40 s", "2 min", "40 min", "118 min", "2 h", "18 h", "2 days"]


# --- our own network -----------------------------------------------------------------------------------

UNREACHED = Failed(reason="no connection", unreached=True)


def host(number: int) -> Feed:
    return Feed(id=f"f{number}", url=f"https://host{number}.example/rss", title=f"Wire {number}")


def test_three_healthy_hosts_that_fall_silent_together_are_our_own_network() -> None:
    network = Network()
    for number in range(3):
        assert not network.down
        network.saw(host(number), WELL, UNREACHED, START)
    assert network.down
    assert not network.to_tell(START + OUTAGE_TOLD - MINUTE)
    assert network.to_tell(START + OUTAGE_TOLD)


@pytest.mark.parametrize(
    "others",
    [
        [(host(0), WELL, UNREACHED), (host(0), WELL, UNREACHED), (host(1), WELL, UNREACHED)],  # two hosts
        [(host(number), failing(4, START), UNREACHED) for number in range(9)],  # that failed before
        [(host(number), WELL, Failed(reason="HTTP 503", status=503)) for number in range(9)],  # answers
        [
            (host(0), WELL, UNREACHED),
            (host(1), WELL, UNREACHED),
            (host(2), WELL, NotModified(etag=None, last_modified=None)),
            (host(3), WELL, UNREACHED),
        ],
    ],
)
def test_anything_else_is_the_feeds_own(others: Sequence[tuple[Feed, FeedState, Failed | NotModified]]) -> None:
    network = Network()
    for feed, before, result in others:
        network.saw(feed, before, result, START)
    assert not network.down


def test_failures_counted_before_the_outage_was_known_are_forgiven() -> None:
    network = Network()
    for number in range(3):
        network.saw(host(number), WELL, UNREACHED, START)

    assert network.forgiven(failing(1, START)).failures == 0
    assert network.forgiven(failing(9, START - MINUTE)).failures == 9


# --- many notices, one message -------------------------------------------------------------------------


def notice(kind: str, subject: str, number: int = 0) -> Notice:
    return Notice(id=f"{kind}-{subject}-{number}", kind=kind, subject=subject, words=said_words("HTTP 503"), at=START)


def test_one_notice_is_a_short_message() -> None:
    message = bulletin([notice("failing", "PIB")], START, ENGLISH)

    assert (message.kind, message.card.label, message.card.headline) == ("notice", "NOTICE", "PIB cannot be read")
    assert (message.card.summary, message.card.rows) == ("HTTP 503", ())


def test_several_are_counted_and_listed_and_what_is_too_much_is_counted() -> None:
    some = bulletin([notice("failing", "PIB"), notice("failing", "TASS"), notice("silent", "ANI")], START, ENGLISH)
    assert some.card.headline == "2 feeds cannot be read · ANI is silent"
    assert [(row.programme, *row.facts) for row in some.card.rows] == [
        ("PIB cannot be read", "HTTP 503"),
        ("TASS cannot be read", "HTTP 503"),
        ("ANI is silent", "HTTP 503"),
    ]

    many = bulletin([notice("failing", f"Wire {number}") for number in range(37)], START, ENGLISH)
    assert many.card.headline == "37 feeds cannot be read"
    assert len(many.card.rows) == 10
    assert many.card.rows[-1].programme == "and 28 more"


# --- the whole: polls, restarts, two processes, chats --------------------------------------------------


@pytest.fixture
async def outside() -> AsyncIterator[World]:
    async with world() as made:
        yield made


async def test_a_failing_feed_is_told_once_across_restarts_and_again_when_it_is_back(
    database_url: str, outside: World, pack: Pack
) -> None:
    told: list[list[str]] = []
    for status in [200, *[503] * 6, 200, 200]:
        outside.server.publish("wire", [Report(title="Weather")])
        if status != 200:
            outside.server.serve("wire", b"", status=status)
        async with Store.open(database_url) as store, desk_on(store, outside, pack) as desk:
            await desk.watch("wire")
            await desk.poll(after=timedelta(hours=7))  # longer than any backoff
            told.append(await desk.told())
    assert told == [
        [],
        [],
        ["wire cannot be read"],
        [],
        [],
        ["wire cannot be read"],
        [],
        ["wire is read again"],
        [],
    ]


async def test_feeds_that_fail_together_make_one_message(store: Store, outside: World, pack: Pack) -> None:
    names = [f"wire-{number}" for number in range(12)]
    async with desk_on(store, outside, pack) as desk:
        await desk.watch(*names)
        for _ in range(3):
            await desk.poll(after=timedelta(minutes=50))
        assert await desk.told() == ["12 feeds cannot be read"]
        assert await desk.told() == []
        assert await desk.headlines() == []  # it is no alert
        assert (await store.status()).alerts == 0


async def test_two_processes_make_one_message_of_a_notice(database_url: str) -> None:
    async with Store.open(database_url) as one, Store.open(database_url) as two:
        async with one.write() as tx:
            await tx.add_notices([notice("failing", "PIB"), notice("silent", "TASS")])
            await tx.add_notices([notice("failing", "PIB")])  # the same one again
        for store in (one, two, one):
            await notices_of(store, START + MINUTE).tick()
        claims = await two.claim_deliveries(START + MINUTE, 60, 10, "test")
        assert [claim.alert.card.headline for claim in claims] == ["PIB cannot be read · TASS is silent"]
        assert (await one.outbox_counts()).queued == 1


async def test_a_notice_waits_a_moment_for_others_of_the_same_cause(store: Store) -> None:
    async with store.write() as tx:
        await tx.add_notices([notice("failing", "PIB")])
    await notices_of(store, START + timedelta(seconds=29)).tick()
    assert await store.next_delivery_at() is None
    await notices_of(store, START + timedelta(seconds=30)).tick()
    assert await store.next_delivery_at() is not None


async def test_without_an_operator_a_notice_is_only_logged(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    async with store.write() as tx:
        await tx.add_notices([notice("failing", "PIB")])
    await notices_of(store, START + MINUTE, operator=None).tick()
    assert await store.oldest_notice_at() is None
    assert await store.next_delivery_at() is None
    logged = [record for record in caplog.records if record.name.startswith("bot.")]
    assert [vars(record)["fields"]["subject"] for record in logged] == ["PIB"]


async def test_an_outage_of_our_network_is_one_notice_and_blames_no_feed(database_url: str, pack: Pack) -> None:
    """Five hosts that nobody answers for, as when the network is down; the outage outlives two restarts."""
    with socket.socket() as taken:  # bound and not listening: whoever connects is refused
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        hosts = [f"127.0.0.{number}:{port}" for number in range(1, 6)]
        async with world(more=hosts) as outside:
            feeds = [
                Feed(id=feed_id(url), url=url, title=url, interval_s=300)
                for address in hosts
                for url in [f"http://{address}/rss"]
            ]
            told: list[list[str]] = []
            for _ in range(3):
                async with Store.open(database_url) as store, desk_on(store, outside, pack) as desk:
                    await desk.configure(feeds)
                    for _ in range(4):
                        await desk.poll()
                    told.append(await desk.told())
                    assert [each.state.failures for each in await store.feed_health()] == [0] * 5
            assert told == [["No feed can be reached"], [], []]
            outside.server.publish("wire", [Report(title="Weather")])
            async with Store.open(database_url) as store, desk_on(store, outside, pack) as desk:
                await desk.watch("wire")
                await desk.poll()
                assert await desk.told() == ["The feeds are reached again"]


def test_a_notice_is_told_in_the_language_of_the_chat() -> None:
    _, [found] = notices_for(FEED, WELL, replace(failing(3, START), last_error=HTML), START + 35 * MINUTE, brought=0)
    card = bulletin([found], START, words_in("ru"), "Europe/Moscow").card
    assert (card.label, card.headline, card.lang) == ("УВЕДОМЛЕНИЕ", "PIB не читается", "ru")
    assert card.summary == "страница HTML вместо ленты: не пускает Cloudflare · 3 раза за 35 мин"
    since = network_down_notice(START, START + timedelta(hours=1))
    assert "14:02 IST, 20 नव" in bulletin([since], START, words_in("hi"), "Asia/Kolkata").card.summary


async def test_each_operator_is_told_in_the_own_language(store: Store) -> None:
    chats = {lang: Channel.parse(f"telegram:{number}") for number, lang in enumerate(("en", "hi", "ru"), 1)}
    async with store.write() as tx:
        for lang, chat in chats.items():
            await tx.save_channel_settings(chat, ChannelSettings(lang=lang))  # type: ignore[arg-type]
        asks = Choice(text=said_words("Leave it"), action="leave:1")
        await tx.add_notices([replace(notice("silent", "PIB"), buttons=((asks,),))])

    async def operators() -> Sequence[Channel]:
        return tuple(chats.values())

    await Notices(store=store, operators=operators, clock=lambda: START, on_deliveries=lambda: None).tick()
    claims = await store.claim_deliveries(START, 60, 10, "test")
    told = {one.delivery.channel: (one.alert.card.headline, one.buttons[0][0].text) for one in claims}
    assert told == {
        chats["en"]: ("PIB is silent", "Leave it"),
        chats["hi"]: (words_in("hi").say("{subject} is silent", subject="PIB"), words_in("hi").say("Leave it")),
        chats["ru"]: ("PIB молчит", words_in("ru").say("Leave it")),
    }


async def test_a_notice_is_a_message_on_telegram_and_on_slack() -> None:
    many = [notice("failing", f"Wire <{number}> & Co", number) for number in range(12)]
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramServer())
        slack = await stack.enter_async_context(SlackServer())
        chat = telegram.add_private(telegram.add_user("Asha"))
        channel = slack.add_channel("ops", members=[slack.add_user("asha")])
        message = bulletin(many, START, ENGLISH)
        adapters: list[tuple[Adapter, str]] = [
            (telegram_adapter(telegram.token, base_url=telegram.url, poll_timeout_s=1), f"telegram:{chat.id}"),
            (slack_adapter(slack.bot_token, slack.app_token, base_url=slack.base_url), f"slack:{channel.id}"),
        ]
        for adapter, key in adapters:
            await adapter.start(None)
            assert isinstance(await adapter.send(Channel.parse(key), post_of(message)), Receipt)
            await adapter.stop()
        got = await telegram.wait_for_message(chat)
        post = await slack.wait_for_message(channel)
        assert telegram.alarms == []
        assert slack.alarms == []
    slack_text = html.unescape(post.all_text())
    for text in (got.text, slack_text):
        assert "12 feeds cannot be read" in text
        assert "Wire <3> & Co" in text
        assert "and 3 more" in text


# --- after a pause of ours -----------------------------------------------------------------------------


async def test_after_a_long_downtime_overdue_feeds_are_asked_one_by_one_and_the_others_when_due(
    store: Store,
) -> None:
    feeds = [
        Feed(id=f"f{number}", url=f"https://host{number}.example/rss", title="", interval_s=300)
        for number in range(100)
    ]
    later = START + timedelta(hours=9)
    due = {feed.id: START + MINUTE * number * 6 for number, feed in enumerate(feeds)}
    await store.sync_feeds(feeds, lambda feed: due[feed.id], START)
    assert await store.spread_overdue(later, 60, 0.5, 20) == 90

    first = await store.claim_due_feeds(later, 60, 1000, "me")
    assert [feed.id for feed, _ in first] == ["f0", "f90"]  # f90 is due on the minute
    half = await store.claim_due_feeds(later + timedelta(seconds=10), 60, 1000, "me")
    assert 40 <= len(half) <= 50
    await store.claim_due_feeds(later + timedelta(seconds=20), 60, 1000, "me")
    assert await store.claim_due_feeds(later + 5 * MINUTE, 6000, 1000, "me") != []  # the leases are over
    assert await store.spread_overdue(later, 60, 0.5, 20) == 0


def notices_of(store: Store, now: datetime, operator: Channel | None = OPERATOR) -> Notices:
    async def operators() -> tuple[Channel, ...]:
        return (operator,) if operator else ()

    return Notices(store=store, operators=operators, clock=lambda: now, on_deliveries=lambda: None)
