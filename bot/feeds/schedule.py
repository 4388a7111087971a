"""Decides when a feed is polled next and what is remembered of the last poll. Pure: time and chance are handed in.

In: the feed, its state, the outcome of a poll. Out: the new state. A feed is never switched off here: an alert
bot's silent feed is a lost alert.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from bot.model import Failed, Feed, FeedState, Fetched, NotModified

FIRST_POLL_WITHIN_S = 10.0  # a new feed is read soon: whoever starts the bot wants to see something
LONGEST_HINT_S = 3_600  # what a server's hints may stretch the wait to: news an hour late is no news
LONGEST_BACKOFF_S = 6 * 3_600
LONGEST_RETRY_AFTER_S = 86_400
_JITTER = 0.1  # of the interval, only ever added: so that a hundred feeds of 5 minutes do not meet for ever
_MOST_DOUBLINGS = 8


def first_due(feed: Feed, now: datetime) -> FeedState:
    """The state of a feed never polled: due within 10 s (or its interval, if shorter), spread by the feed's id."""
    share = int.from_bytes(hashlib.sha256(feed.id.encode()).digest()[:8], "big") / 2**64
    return FeedState(
        feed_id=feed.id,
        due_at=now + timedelta(seconds=share * min(feed.interval_s, FIRST_POLL_WITHIN_S)),
    )


def next_poll(
    feed: Feed,
    state: FeedState,
    result: Fetched | NotModified | Failed,
    now: datetime,
    random: Random,
    *,
    ttl_s: int | None = None,
) -> FeedState:
    """The state after a poll that ended at `now`. A body that would not parse counts as `Failed`: its validators
    must not be kept. `ttl_s` is the feed's own hint (`ParsedFeed.ttl_s`); like the server's it lengthens, never
    shortens.
    """
    match result:
        case Failed():
            failures = state.failures + 1
            return replace(
                state,
                due_at=now + timedelta(seconds=_after_failure_s(feed, failures, result.retry_after_s, random)),
                failures=failures,
                last_error=result.reason,
                polled_at=now,
            )
        case Fetched(body=body):
            state = replace(state, body_sha256=body_sha256(body))
    hint_s = min(max(result.max_age_s or 0, ttl_s or 0), LONGEST_HINT_S)
    wait_s = max(feed.interval_s, hint_s) + random.uniform(0, _JITTER * feed.interval_s)
    return replace(
        state,
        due_at=now + timedelta(seconds=wait_s),
        etag=result.etag,
        last_modified=result.last_modified,
        failures=0,
        last_error=None,
        polled_at=now,
        succeeded_at=now,
    )


def body_sha256(body: bytes) -> str:
    """What `FeedState.body_sha256` holds of `body`; equal means that there is nothing to parse."""
    return hashlib.sha256(body).hexdigest()


def _after_failure_s(feed: Feed, failures: int, retry_after_s: int | None, random: Random) -> float:
    if retry_after_s is not None:
        wait_s = max(feed.interval_s, min(retry_after_s, LONGEST_RETRY_AFTER_S))
        return wait_s + random.uniform(0, _JITTER * feed.interval_s)
    doubled: int = feed.interval_s * 2 ** min(failures, _MOST_DOUBLINGS)
    return max(feed.interval_s, min(LONGEST_BACKOFF_S, doubled) * random.uniform(0.8, 1.2))
