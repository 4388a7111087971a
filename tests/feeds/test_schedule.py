"""When a feed is polled next, and what is remembered."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from bot.feeds import body_sha256, first_due, next_poll
from bot.model import Failed, Fetched, NotModified
from tests.feeds.conftest import NOW, feed_at

FEED = feed_at("https://example.org/rss", interval_s=300)
STATE = replace(
    first_due(FEED, NOW), etag='"old"', last_modified="Sun", body_sha256="0" * 64, failures=2, last_error="x"
)
FETCHED = Fetched(url=FEED.url, body=b"<rss/>", content_type="", etag='"new"', last_modified=None)
MANY = range(200)  # seeds


def waits(result: Fetched | NotModified | Failed, failures: int = 0, ttl_s: int | None = None) -> list[float]:
    """The seconds to the next poll for many seeds."""
    state = replace(STATE, failures=failures)
    return [
        (next_poll(FEED, state, result, NOW, Random(seed), ttl_s=ttl_s).due_at - NOW).total_seconds()
        for seed in MANY
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
    assert (state.polled_at, state.succeeded_at) == (NOW, None)


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
