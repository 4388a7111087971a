"""Decides whether a feed has moved for good, has to be looked for at its old address again, or is gone.

In: the feed, its state before a poll and after `next_poll`, the poll's outcome, the present moment. Out: the state
to store and a note for the operator, or none. Pure. Slow to believe: a captive portal or a broken redirect must
not turn a feed into something else, and nothing is ever switched off for another reason than a confirmed 410.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit, urlunsplit

from bot.model import Deferred, Failed, Feed, FeedState, Fetched, NotModified, Said, altered, said

MOVE_SEEN = 3  # polls that must be redirected to the same address, with at least one known item behind it
MOVE_OVER = timedelta(hours=24)  # the least time from the first of them to the last
GONE_OVER = timedelta(hours=24)  # between the first 410 and the one that confirms it
BACK_AFTER = timedelta(hours=24)  # without a success at the new address the old one is tried again
BACK_FAILURES = 3  # and so many failures in a row there: a machine that was off for a day has not failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    state: FeedState
    note: Said | None = None  # for the operator, in plain words and without logins; None: nothing worth telling


def settle(
    feed: Feed,
    before: FeedState,
    after: FeedState,
    result: Fetched | NotModified | Failed | Deferred,
    now: datetime,
    *,
    known: bool,
) -> Settled:
    """`after` with what the poll says about the feed's address. `known`: the answer holds an item that we have
    from this feed, or is the very document that we have.
    """
    match result:
        case Deferred(wait_s=wait_s):
            return Settled(state=replace(before, due_at=now + timedelta(seconds=wait_s)))
        case Failed():
            return _after_failure(feed, before, after, result, now)
        case Fetched():
            whole_at = after.whole_at if result.partial else now
            after = replace(after, whole_at=whole_at, read_at=result.url)
    after = altered(after, closed_until=None, gone_since=None, gone_at=None)
    return _after_success(feed, after, result.moved_to if known else None, now)


def _after_success(feed: Feed, state: FeedState, target: str | None, now: datetime) -> Settled:
    if target is None or state.moving_since is None or target != state.moving_to:
        watched = altered(state, moving_to=target, moving_since=now if target else None, moving_seen=1 if target else 0)
        return Settled(state=watched)
    seen = state.moving_seen + 1
    if seen < MOVE_SEEN or now - state.moving_since < MOVE_OVER:
        return Settled(state=replace(state, moving_seen=seen))
    moved_to = None if target == feed.url else target
    return Settled(
        state=replace(state, moved_to=moved_to, moving_to=None, moving_since=None, moving_seen=0),
        note=said(
            "moved for good: read at {address} from now on; the old address, {old}, is kept on record",
            address=_shown(target),
            old=_shown(state.moved_to or feed.url),
        ),
    )


def _after_failure(feed: Feed, before: FeedState, after: FeedState, result: Failed, now: datetime) -> Settled:
    if result.retry_after_s is not None:
        after = replace(after, closed_until=now + timedelta(seconds=result.retry_after_s))
    if result.status == 410 and before.gone_since is None:
        return Settled(state=replace(after, gone_since=now))
    confirmed = result.status == 410 and before.gone_since is not None and now - before.gone_since >= GONE_OVER
    if before.moved_to is not None:
        silent = before.succeeded_at is None or now - before.succeeded_at >= BACK_AFTER
        if confirmed or (silent and after.failures >= BACK_FAILURES):
            return Settled(
                state=replace(after, moved_to=None, moving_to=None, moving_since=None, moving_seen=0, gone_since=None),
                note=said(
                    "cannot be read at {address}, where it had moved to ({reason}): its old address, {old}, is "
                    "tried again",
                    address=_shown(before.moved_to),
                    reason=result.reason,
                    old=_shown(feed.url),
                ),
            )
    if confirmed:
        return Settled(
            state=replace(after, gone_at=now),
            note=said(
                "{address} answered HTTP 410 again after more than a day; it stays listed and is no longer polled",
                address=_shown(before.moved_to or feed.url),
            ),
        )
    return Settled(state=after)


def _shown(url: str) -> str:
    """`url` without login and query: keys to feeds stand in either."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
