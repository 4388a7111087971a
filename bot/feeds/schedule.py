"""Decides when a feed is polled next and what is remembered of the last poll. Pure: time and chance are handed in.

In: the feed, its state, the outcome of a poll. Out: the new state. A feed is never switched off here: an alert
bot's silent feed is a lost alert.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from bot.feeds.rhythm import Rhythm, Silence
from bot.model import Failed, Feed, FeedState, Fetched, NotModified, ParsedFeed, altered

FIRST_POLL_WITHIN_S = 10.0  # a new feed is read soon: whoever starts the bot wants to see something
LEAST_INTERVAL_S = 60  # nobody but the operator's own machines is asked more often
LONGEST_HINT_S = 3_600  # what hints may stretch the wait for news to: news an hour late is no news
LONGEST_HINT_UNHURRIED_S = 86_400  # and for what is no news
LONGEST_BACKOFF_S = 6 * 3_600
LONGEST_RETRY_AFTER_S = 86_400
LEAST_WITHOUT_VALIDATORS_S = 900  # each poll costs such a server the whole feed
UNHURRIED = frozenset({"blog", "think tank"})  # kinds of feeds that bring no news
_JITTER = 0.1  # of the interval, only ever added: so that a hundred feeds of 5 minutes do not meet for ever
_MOST_DOUBLINGS = 8
_OPEN_HOURS = 6  # of the coming 24 that must stay open for skipHours and skipDays to be heeded; judgement
# Minutes between polls = this * sqrt(minutes between arrivals). For a given number of polls in all, entries are
# found soonest with intervals in proportion to the square root of the gap; 1.5 makes 2 min of a gap of 2 min, 5 of
# 10, 9 of 40, and the hour of a gap of a day.
_INTERVAL_PER_ROOT_GAP = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Between what an adaptive interval stays."""

    shortest_s: float = 120
    longest_s: float = 3_600


def first_due(feed: Feed, now: datetime) -> FeedState:
    """The state of a feed never polled: due within 10 s (or its interval, if shorter), spread by the feed's id."""
    return FeedState(
        feed_id=feed.id,
        due_at=now + timedelta(seconds=_share(feed) * min(feed.interval_s, FIRST_POLL_WITHIN_S)),
    )


def next_poll(
    feed: Feed,
    state: FeedState,
    result: Fetched | NotModified | Failed,
    now: datetime,
    random: Random,
    *,
    parsed: ParsedFeed | None = None,
    brought: int = 0,
    pace: Pace = Pace(),
    ours: bool = False,
) -> FeedState:
    """The state after a poll that ended at `now`. A body that would not parse counts as `Failed`: its validators
    must not be kept. `parsed` None: no new body, so that the feed's own hints stay; `brought`: its new entries.
    Hints lengthen the wait, never shorten it. `ours`: the failure is our network's, not the feed's, and does not
    count.
    """
    if isinstance(result, Failed):
        return _after_failure(feed, state, result, now, random, pace, ours=ours)
    told: dict[str, Any] = {"body_sha256": sha256_of(result)} if isinstance(result, Fetched) else {}
    if parsed is not None:
        told |= {"ttl_s": parsed.ttl_s, "skip_hours": parsed.skip_hours, "skip_days": parsed.skip_days}
        if not _is_partial(result):  # a part of a feed says nothing about the entries that it leaves out
            told["seen_entries"] = parsed.seen_entries
    rhythm = _rhythm(state, brought, now)
    state = altered(state, **told, etag=result.etag, last_modified=result.last_modified, rhythm=rhythm)
    usual_s = interval_s(feed, state, now, pace)
    longest_s = LONGEST_HINT_UNHURRIED_S if feed.kind in UNHURRIED else LONGEST_HINT_S
    hint_s = min(max(result.max_age_s or 0, state.ttl_s or 0), longest_s)
    # After its first read a feed takes its own place in the interval, so that feeds added together do not stay so.
    wished_s = usual_s if state.succeeded_at else usual_s * (0.5 + _share(feed))
    wait_s = max(wished_s, hint_s) + random.random() * _JITTER * usual_s
    return altered(
        state,
        due_at=_in_an_open_hour(now + timedelta(seconds=wait_s), state, spread_s=_share(feed) * usual_s),
        failures=0,
        failing_since=None,
        last_error=None,
        polled_at=now,
        succeeded_at=now,
    )


def interval_s(feed: Feed, state: FeedState, now: datetime, pace: Pace = Pace()) -> float:
    """The time between two polls while nobody asks for another: the configured one or, where the feed is adaptive,
    that of its rhythm as soon as it has one (after a day)."""
    if not feed.adaptive:
        return feed.interval_s
    rhythm = Rhythm.parse(state.rhythm)
    gap = rhythm.usual_gap(now) if rhythm else None
    if gap is not None:
        wished_s = 60 * _INTERVAL_PER_ROOT_GAP * math.sqrt(gap / timedelta(minutes=1))
        wished_s = min(max(wished_s, pace.shortest_s), pace.longest_s)
    else:
        wished_s = max(feed.interval_s, pace.longest_s if feed.kind in UNHURRIED else 0)
    unvalidated = state.succeeded_at is not None and state.etag is None and state.last_modified is None
    return max(wished_s, LEAST_WITHOUT_VALIDATORS_S) if unvalidated else wished_s


def silence_of(state: FeedState, now: datetime) -> Silence | None:
    """The silence of a feed that was just read well, when it is no habit of this feed; None: it is none."""
    if not Rhythm.may_be_silent(state.rhythm, now):
        return None
    rhythm = Rhythm.parse(state.rhythm)
    return rhythm.silence(now) if rhythm else None


def sha256_of(result: Fetched) -> str:
    """What `FeedState.body_sha256` holds of its body."""
    return result.body_sha256 or body_sha256(result.body)


def body_sha256(body: bytes) -> str:
    """What `FeedState.body_sha256` holds of `body`; equal means that there is nothing to parse."""
    return hashlib.sha256(body).hexdigest()


def _after_failure(
    feed: Feed, state: FeedState, result: Failed, now: datetime, random: Random, pace: Pace, *, ours: bool
) -> FeedState:
    usual_s = interval_s(feed, state, now, pace)
    jitter_s = random.uniform(0, _JITTER * usual_s)
    if ours:
        return replace(state, due_at=now + timedelta(seconds=usual_s + jitter_s), polled_at=now)
    failures = state.failures + 1
    if result.retry_after_s is not None:
        wait_s = max(usual_s, min(result.retry_after_s, LONGEST_RETRY_AFTER_S)) + jitter_s
    else:
        doubled = usual_s * 2 ** min(failures, _MOST_DOUBLINGS)
        wait_s = max(usual_s, min(LONGEST_BACKOFF_S, doubled) * random.uniform(0.8, 1.2))
    return replace(
        state,
        due_at=now + timedelta(seconds=wait_s),
        failures=failures,
        failing_since=state.failing_since or now,
        last_error=result.reason,
        polled_at=now,
    )


def _is_partial(result: Fetched | NotModified) -> bool:
    return isinstance(result, Fetched) and result.partial


def _rhythm(state: FeedState, brought: int, now: datetime) -> str:
    """The rhythm after a success. The first read is where watching begins: what it brings is old."""
    if state.rhythm and not brought and state.succeeded_at is not None:
        return state.rhythm  # as after most polls
    rhythm = Rhythm.parse(state.rhythm)
    if rhythm is None or state.succeeded_at is None:
        return str(Rhythm(since=now, last_at=now))
    return str(rhythm.arrival(now)) if brought else state.rhythm


def _in_an_open_hour(due_at: datetime, state: FeedState, *, spread_s: float) -> datetime:
    """`due_at`, or a moment early in the next hour that the feed does not ask to skip; hours are GMT."""
    if not state.skip_hours and not state.skip_days:
        return due_at
    first = due_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    hours = [first + timedelta(hours=number) for number in range(24)]
    opened = [hour for hour in hours if not _skipped(hour, state)]
    if len(opened) < _OPEN_HOURS or opened[0] == first:
        return due_at
    return opened[0] + timedelta(seconds=min(spread_s, 3_599))


def _skipped(hour: datetime, state: FeedState) -> bool:
    return bool(state.skip_hours >> hour.hour & 1 or state.skip_days >> hour.weekday() & 1)


def _share(feed: Feed) -> float:
    """The feed's own place in any interval, from 0 to 1."""
    return int.from_bytes(hashlib.sha256(feed.id.encode()).digest()[:8], "big") / 2**64
