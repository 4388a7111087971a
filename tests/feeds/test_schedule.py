"""When a feed is polled next, and what is remembered."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from bot.feeds import Pace, body_sha256, first_due, interval_s, next_poll, silence_of
from bot.feeds.rhythm import Rhythm
from bot.feeds.schedule import LEAST_WITHOUT_VALIDATORS_S
from bot.feeds.skipping import skipped
from bot.model import Failed, FeedState, Fetched, NotModified, ParsedFeed
from tests.feeds.conftest import NOW, feed_at

FEED = feed_at("https://example.org/rss", interval_s=300)
STATE = replace(
    first_due(FEED, NOW),
    etag='"old"',
    last_modified="Sun",
    body_sha256="0" * 64,
    failures=2,
    last_error="x",
    succeeded_at=NOW - timedelta(hours=1),
)
FETCHED = Fetched(url=FEED.url, body=b"<rss/>", content_type="", etag='"new"', last_modified=None)
MANY = range(200)  # seeds


def waits(result: Fetched | NotModified | Failed, failures: int = 0, ttl_s: int | None = None) -> list[float]:
    """The seconds to the next poll for many seeds."""
    state = replace(STATE, failures=failures)
    parsed = ParsedFeed(title="", entries=(), ttl_s=ttl_s)
    return [
        (next_poll(FEED, state, result, NOW, Random(seed), parsed=parsed).due_at - NOW).total_seconds() for seed in MANY
    ]


def test_new_feeds_are_read_within_seconds_and_not_all_at_once() -> None:
    delays = [(first_due(feed_at(f"https://example.org/{n}"), NOW).due_at - NOW).total_seconds() for n in MANY]

    assert min(delays) >= 0
    assert max(delays) < 10
    assert max(delays) - min(delays) > 9
    assert first_due(FEED, NOW) == first_due(FEED, NOW)
    assert first_due(feed_at("https://example.org/quick", 1), NOW).due_at < NOW + timedelta(seconds=1)


def test_a_body_replaces_what_was_remembered() -> None:
    state = next_poll(FEED, STATE, FETCHED, NOW, Random(1))

    assert (state.etag, state.last_modified) == ('"new"', None)
    assert state.body_sha256 == body_sha256(b"<rss/>") == hashlib.sha256(b"<rss/>").hexdigest()
    assert (state.failures, state.last_error) == (0, None)
    assert state.polled_at == state.succeeded_at == NOW


def test_a_304_renews_validators_and_keeps_the_hash() -> None:
    state = next_poll(FEED, STATE, NotModified(etag='"newer"', last_modified="Mon"), NOW, Random(1))

    assert (state.etag, state.last_modified, state.body_sha256) == ('"newer"', "Mon", "0" * 64)
    assert (state.failures, state.succeeded_at) == (0, NOW)


def test_a_failure_keeps_the_validators_and_counts() -> None:
    state = next_poll(FEED, STATE, Failed(reason="HTTP 503"), NOW, Random(1))

    assert (state.etag, state.last_modified, state.body_sha256) == ('"old"', "Sun", "0" * 64)
    assert (state.failures, state.last_error) == (3, "HTTP 503")
    assert (state.polled_at, state.succeeded_at) == (NOW, STATE.succeeded_at)
    assert state.failing_since == NOW
    again = next_poll(FEED, state, Failed(reason="HTTP 503"), NOW + timedelta(hours=1), Random(1))
    assert again.failing_since == NOW
    assert next_poll(FEED, again, FETCHED, NOW, Random(1)).failing_since is None


def test_the_interval_gets_a_jitter_of_up_to_a_tenth() -> None:
    delays = waits(FETCHED)

    assert 300 <= min(delays) < 305
    assert 325 < max(delays) <= 330


@pytest.mark.parametrize(
    ("max_age_s", "ttl_s", "least"),
    [(1_800, None, 1_800), (60, None, 300), (31_536_000, None, 3_600), (None, 1_800, 1_800), (600, 1_200, 1_200)],
)
def test_hints_lengthen_up_to_an_hour(max_age_s: int | None, ttl_s: int | None, least: int) -> None:
    delays = waits(replace(FETCHED, max_age_s=max_age_s), ttl_s=ttl_s)

    assert least <= min(delays)
    assert max(delays) <= least + 30


def test_a_wished_interval_over_an_hour_is_not_shortened_by_the_cap() -> None:
    weekly = replace(FEED, interval_s=7_200)

    state = next_poll(weekly, STATE, replace(FETCHED, max_age_s=10_000), NOW, Random(1))

    assert state.due_at >= NOW + timedelta(seconds=7_200)


@pytest.mark.parametrize(
    ("failures_before", "least", "most"),
    [(0, 480, 720), (1, 960, 1_440), (5, 15_360, 23_040), (7, 17_280, 25_920), (10_000, 17_280, 25_920)],
)
def test_failures_back_off_to_six_hours_and_never_end(failures_before: int, least: int, most: int) -> None:
    delays = waits(Failed(reason="HTTP 500"), failures_before)

    assert least <= min(delays)
    assert max(delays) <= most
    assert max(delays) - min(delays) > 0.3 * least


@pytest.mark.parametrize(("retry_after_s", "least"), [(1_000, 1_000), (10, 300), (10**9, 86_400)])
def test_the_servers_retry_after_is_kept(retry_after_s: int, least: int) -> None:
    delays = waits(Failed(reason="HTTP 429", retry_after_s=retry_after_s), failures=6)

    assert least <= min(delays)
    assert max(delays) <= least + 30


def test_after_their_first_read_feeds_spread_over_the_whole_interval() -> None:
    feeds = [feed_at(f"https://example.org/{n}") for n in MANY]
    delays = [
        (next_poll(feed, first_due(feed, NOW), FETCHED, NOW, Random(1)).due_at - NOW).total_seconds() for feed in feeds
    ]

    assert 150 <= min(delays) < 160
    assert 435 < max(delays) <= 480
    fifths = [sum(150 + 60 * fifth <= delay < 210 + 60 * fifth for delay in delays) for fifth in range(5)]
    assert min(fifths) > 20  # of 40 each


def test_a_304_does_not_forget_what_the_feed_asked_for() -> None:
    slow = next_poll(FEED, STATE, FETCHED, NOW, Random(1), parsed=ParsedFeed(title="", entries=(), ttl_s=1_800))
    again = next_poll(FEED, slow, NotModified(etag=None, last_modified=None), NOW, Random(1))

    assert again.due_at >= NOW + timedelta(seconds=1_800)
    quick = next_poll(FEED, again, FETCHED, NOW, Random(1), parsed=ParsedFeed(title="", entries=()))
    assert quick.due_at <= NOW + timedelta(seconds=330)


def test_what_is_no_news_may_ask_for_a_day() -> None:
    blog = replace(FEED, kind="blog")
    state = next_poll(blog, STATE, replace(FETCHED, max_age_s=31_536_000), NOW, Random(1))

    assert timedelta(days=1) <= state.due_at - NOW <= timedelta(days=1, seconds=30)


def test_our_own_outage_is_not_counted_and_does_not_slow_the_feed() -> None:
    state = next_poll(FEED, STATE, Failed(reason="no connection", unreached=True), NOW, Random(1), ours=True)

    assert (state.failures, state.last_error, state.failing_since) == (2, "x", None)
    assert state.due_at <= NOW + timedelta(seconds=330)


# --- the feed's own rhythm -----------------------------------------------------------------------------

ADAPTIVE = replace(FEED, adaptive=True)


def watched(gap: timedelta, days: int, *, kind_of_day: str = "any") -> FeedState:
    """The state of a feed that brought something every `gap` for so many days; "office": on working days from 3 to
    12 UTC only."""
    start = NOW - timedelta(days=days)
    rhythm = Rhythm(since=start, last_at=start)
    at = start
    while (at := at + gap) <= NOW:
        if kind_of_day == "any" or (at.weekday() < 5 and 3 <= at.hour < 12):
            rhythm = rhythm.arrival(at)
    return replace(STATE, failures=0, rhythm=str(rhythm))


@pytest.mark.parametrize(
    ("gap", "least_s", "most_s"),
    [
        (timedelta(minutes=2), 120, 140),
        (timedelta(minutes=10), 270, 300),
        (timedelta(minutes=40), 540, 600),
        (timedelta(hours=6), 1_100, 1_300),
        (timedelta(days=3), 3_600, 3_600),
    ],
)
def test_the_interval_follows_the_feeds_rhythm(gap: timedelta, least_s: float, most_s: float) -> None:
    assert least_s <= interval_s(ADAPTIVE, watched(gap, 28), NOW) <= most_s


def test_until_its_rhythm_is_known_a_feed_keeps_the_configured_interval() -> None:
    state = next_poll(ADAPTIVE, replace(STATE, succeeded_at=None), FETCHED, NOW, Random(1), brought=50)

    assert interval_s(ADAPTIVE, state, NOW + timedelta(hours=20)) == 300
    assert interval_s(ADAPTIVE, state, NOW + timedelta(days=3)) == 3_600  # it brought nothing in three days
    assert interval_s(replace(ADAPTIVE, kind="blog"), state, NOW + timedelta(hours=20)) == 3_600


def test_an_interval_that_was_set_for_the_feed_stays() -> None:
    busy = watched(timedelta(minutes=2), 28)

    assert interval_s(FEED, busy, NOW) == 300


def test_the_bounds_are_the_operators() -> None:
    pace = Pace(shortest_s=240, longest_s=900)

    assert interval_s(ADAPTIVE, watched(timedelta(minutes=2), 28), NOW, pace) == 240
    assert interval_s(ADAPTIVE, watched(timedelta(days=3), 28), NOW, pace) == 900


def test_a_feed_without_validators_is_read_every_quarter_of_an_hour_at_most() -> None:
    bare = replace(FETCHED, etag=None, last_modified=None)
    state = next_poll(ADAPTIVE, watched(timedelta(minutes=2), 28), bare, NOW, Random(1))

    assert interval_s(ADAPTIVE, state, NOW) == LEAST_WITHOUT_VALIDATORS_S
    assert state.due_at >= NOW + timedelta(seconds=LEAST_WITHOUT_VALIDATORS_S)


def test_a_burst_is_one_arrival() -> None:
    calm = watched(timedelta(hours=6), 28)
    burst = next_poll(ADAPTIVE, calm, FETCHED, NOW + timedelta(hours=1), Random(1), brought=500)

    assert interval_s(ADAPTIVE, burst, NOW) >= 0.9 * interval_s(ADAPTIVE, calm, NOW)


def test_a_silence_against_the_habit_is_noticed_and_a_night_or_a_weekend_is_not() -> None:
    office = watched(timedelta(minutes=40), 28, kind_of_day="office")  # NOW is a Monday, 6:00 UTC
    friday_evening = NOW - timedelta(days=2, hours=12)
    rhythm = Rhythm.parse(office.rhythm)
    assert rhythm is not None
    quiet = replace(office, rhythm=str(replace(rhythm, last_at=friday_evening)))

    assert silence_of(quiet, NOW - timedelta(hours=3)) is None  # Monday, three o'clock: after a weekend
    noticed = silence_of(quiet, NOW + timedelta(days=1))
    assert noticed is not None
    assert noticed.lasts == timedelta(days=3, hours=12)
    assert timedelta(minutes=25) < noticed.usual_gap < timedelta(minutes=60)


def test_a_silence_is_told_after_many_usual_gaps_and_never_in_the_first_week() -> None:
    wire = watched(timedelta(minutes=40), 28)
    assert silence_of(wire, NOW + timedelta(hours=5)) is None
    found = silence_of(wire, NOW + timedelta(hours=18))
    assert found is not None
    assert timedelta(minutes=35) < found.usual_gap < timedelta(minutes=45)

    assert silence_of(watched(timedelta(minutes=40), 5), NOW + timedelta(days=5)) is None
    assert silence_of(watched(timedelta(days=2), 28), NOW + timedelta(days=30)) is None  # 14 arrivals


def test_a_rhythm_is_short_text_and_what_is_no_rhythm_is_none() -> None:
    text = watched(timedelta(minutes=40), 28).rhythm

    assert len(text) < 150
    assert str(Rhythm.parse(text)) == text
    assert Rhythm.parse("") is Rhythm.parse("1 2 3") is Rhythm.parse("old format") is None


# --- hours and days that a feed asks to skip -----------------------------------------------------------


def due_hour(skip_hours: str = "", skip_days: str = "") -> str:
    """When the feed is due, for a feed read on Monday at 5:58 that skips these hours and days."""
    hours = "".join(f"<hour>{hour}</hour>" for hour in skip_hours.split())
    days = "".join(f"<day>{day}</day>" for day in skip_days.split())
    bits = skipped(f"<rss><skipHours>{hours}</skipHours><skipDays>{days}</skipDays></rss>".encode())
    parsed = ParsedFeed(title="", entries=(), skip_hours=bits[0], skip_days=bits[1])
    now = NOW - timedelta(minutes=2)
    return f"{next_poll(FEED, STATE, FETCHED, now, Random(1), parsed=parsed).due_at:%a %H}"


def test_skipped_hours_are_waited_for_while_six_hours_stay_open() -> None:
    assert due_hour() == "Mon 06"
    assert due_hour("6 7 8") == "Mon 09"
    assert due_hour("0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17") == "Mon 18"
    assert due_hour("0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18") == "Mon 06"
    assert due_hour("24 6") == "Mon 07"
    assert due_hour("99 six") == "Mon 06"


def test_a_skipped_day_is_waited_for_when_its_end_is_near() -> None:
    assert due_hour(skip_days="Monday") == "Tue 00"
    assert due_hour(skip_days="Monday Tuesday") == "Mon 06"
    assert due_hour(skip_days="Sunday") == "Mon 06"


def test_a_poll_that_brings_something_is_counted_and_a_first_read_is_not() -> None:
    began = next_poll(ADAPTIVE, replace(STATE, succeeded_at=None), FETCHED, NOW, Random(1), brought=50)
    later = NOW + timedelta(hours=3)
    brought = next_poll(ADAPTIVE, began, FETCHED, later, Random(1), brought=2)
    nothing = next_poll(ADAPTIVE, brought, FETCHED, later + timedelta(hours=1), Random(1))

    assert began.rhythm == str(Rhythm(since=NOW, last_at=NOW))
    assert brought.rhythm == str(Rhythm(since=NOW, last_at=NOW).arrival(later))
    assert nothing.rhythm == brought.rhythm
