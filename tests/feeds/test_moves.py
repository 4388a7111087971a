"""When a feed has moved, when it has not, and when it is gone: decided from polls at moments set by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from bot.feeds import next_poll, settle
from bot.model import Deferred, Failed, FeedState, Fetched, NotModified
from tests.feeds.conftest import NOW, RSS, feed_at, fresh

FEED = feed_at("http://reader:hunter2@old.example/rss?key=hunter2")
OLD, NEW = FEED.url, "https://new.example/rss?key=hunter2"
STALE = Failed(reason="HTTP 404 Not Found", status=404)
GONE = Failed(reason="HTTP 410 Gone", status=410)


class Polls:
    """A feed's state over polls, and the notes that they brought."""

    def __init__(self, state: FeedState | None = None) -> None:
        self.state = state or fresh(FEED)
        self.notes: list[str] = []

    def poll(self, result: Fetched | NotModified | Failed, hours: float, known: bool = True) -> FeedState:
        """What is stored after `result`, so many hours after NOW."""
        now = NOW + timedelta(hours=hours)
        after = next_poll(FEED, self.state, result, now, Random(1))
        settled = settle(FEED, self.state, after, result, now, known=known)
        self.state = settled.state
        self.notes += [str(settled.note)] if settled.note else []
        return self.state


def read(moved_to: str | None = None, *, partial: bool = False) -> Fetched:
    return Fetched(
        url=moved_to or OLD,
        body=RSS,
        content_type="",
        etag='"1"',
        last_modified=None,
        moved_to=moved_to,
        partial=partial,
    )


def moved() -> FeedState:
    return replace(fresh(FEED), moved_to=NEW, succeeded_at=NOW)


def test_a_move_is_believed_at_the_third_time_after_a_day_and_told_once_without_keys() -> None:
    polls = Polls()

    assert polls.poll(read(NEW), 0).moved_to is None
    assert polls.poll(NotModified(etag='"1"', last_modified=None, moved_to=NEW), 12).moved_to is None
    assert polls.poll(read(NEW), 24).moved_to == NEW

    assert polls.notes == [
        "moved for good: read at https://new.example/rss from now on; the old address, http://old.example/rss, is "
        "kept on record"
    ]


@pytest.mark.parametrize(
    ("hours", "why"),
    [([0, 24], "twice is not enough"), ([0, 1, 2, 3, 23.9], "less than a day is not enough")],
)
def test_a_move_is_not_believed_too_soon(hours: list[float], why: str) -> None:
    polls = Polls()
    for hour in hours:
        polls.poll(read(NEW), hour)

    assert polls.state.moved_to is None, why


@pytest.mark.parametrize("between", [read(), read("https://other.example/")])
def test_a_redirect_that_changes_or_ends_begins_anew(between: Fetched) -> None:
    polls = Polls()
    polls.poll(read(NEW), 0)
    polls.poll(read(NEW), 12)
    polls.poll(between, 18)
    polls.poll(read(NEW), 24)

    assert polls.state.moved_to is None
    assert polls.state.moving_seen == 1


def test_a_target_without_any_known_item_is_no_move() -> None:
    polls = Polls()
    for hour in (0, 12, 24, 36):
        polls.poll(read(NEW), hour, known=False)

    assert polls.state.moved_to is None


def test_a_failure_between_does_not_begin_the_watch_anew() -> None:
    polls = Polls()
    polls.poll(read(NEW), 0)
    polls.poll(read(NEW), 12)
    polls.poll(STALE, 18)

    assert polls.poll(read(NEW), 24).moved_to == NEW


def test_a_move_back_to_the_configured_address_ends_the_exception() -> None:
    polls = Polls(moved())
    for hour in (0, 12, 24):
        polls.poll(read(OLD), hour)

    assert polls.state.moved_to is None


def test_a_new_address_that_fails_for_a_day_is_given_up_for_the_old() -> None:
    polls = Polls(moved())
    polls.poll(STALE, 1)
    polls.poll(STALE, 12)
    assert polls.poll(STALE, 23).moved_to == NEW

    assert polls.poll(STALE, 24).moved_to is None
    assert polls.notes == [
        "cannot be read at https://new.example/rss, where it had moved to (HTTP 404 Not Found): its old address, "
        "http://old.example/rss, is tried again"
    ]


def test_one_failure_after_a_day_switched_off_is_no_reason_to_go_back() -> None:
    assert Polls(moved()).poll(STALE, 48).moved_to == NEW


def test_gone_is_believed_when_said_again_a_day_later() -> None:
    polls = Polls()
    polls.poll(GONE, 0)
    assert polls.poll(GONE, 23.9).gone_at is None
    assert polls.poll(GONE, 24).gone_at == NOW + timedelta(hours=24)

    assert polls.notes == [
        "http://old.example/rss answered HTTP 410 again after more than a day; it stays listed and is no longer polled"
    ]


def test_a_success_between_two_gone_answers_begins_anew() -> None:
    polls = Polls()
    polls.poll(GONE, 0)
    polls.poll(read(), 12)

    assert polls.poll(GONE, 24).gone_at is None


@pytest.mark.parametrize("failure", [STALE, Failed(reason="timed out after 30 s")])
def test_no_other_failure_ends_polling(failure: Failed) -> None:
    polls = Polls()
    polls.poll(GONE, 0)
    for day in range(1, 60):
        polls.poll(failure, 24 * day)

    assert polls.state.gone_at is None
    assert polls.state.due_at <= NOW + timedelta(hours=59 * 24 + 8)  # backoff ends at 6 h and its jitter


def test_gone_at_the_new_address_sends_back_to_the_old() -> None:
    polls = Polls(moved())
    polls.poll(GONE, 0)
    polls.poll(GONE, 24)

    assert (polls.state.moved_to, polls.state.gone_at, polls.state.gone_since) == (None, None, None)


def test_a_whole_body_is_remembered_and_a_part_is_not_one() -> None:
    polls = Polls()
    polls.poll(read(), 0)
    polls.poll(read(partial=True), 20)

    assert polls.state.whole_at == NOW
    assert polls.state.read_at == OLD


def test_the_silence_a_host_asked_for_is_stored_and_ends_with_a_success() -> None:
    polls = Polls()

    asked = polls.poll(Failed(reason="HTTP 429", status=429, retry_after_s=7200), 0)
    assert asked.closed_until == NOW + timedelta(hours=2)
    assert polls.poll(read(), 3).closed_until is None


def test_a_feed_that_was_not_its_turn_has_not_failed() -> None:
    before = replace(fresh(FEED), failures=1, last_error="HTTP 404 Not Found", polled_at=NOW, etag='"1"')

    settled = settle(FEED, before, before, Deferred(wait_s=90, reason="not yet"), NOW, known=True)

    assert settled.state == replace(before, due_at=_after(90))
    assert settled.note is None


def _after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)
