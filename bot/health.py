"""What the operator is to be told about feeds and the network, and when. Pure.

In: a feed's state before and after a poll. Out: the state that remembers what was told, and notices. Each trouble
is told once when it is sure, once more after a day, and once when it is over; what was told is in the feed's
state, so that a restart repeats nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.feed_words import reason_said
from bot.feeds import silence_of
from bot.model import (
    Channel,
    Failed,
    Feed,
    FeedState,
    Notice,
    Said,
    Trouble,
    altered,
    new_id,
    said,
    said_count,
)

FAILURES_TOLD = 3  # in a row
FAILING_TOLD = timedelta(hours=2)
FAILING_TOLD_AGAIN = timedelta(hours=24)
OUTAGE_HOSTS = 3  # that were well before and cannot be reached one after the other: it is our own network
OUTAGE_TOLD = timedelta(minutes=10)  # a router that restarts is nobody's business


def notices_for(
    feed: Feed, before: FeedState, after: FeedState, now: datetime, *, brought: int, silence_alarm: bool = True
) -> tuple[FeedState, tuple[Notice, ...]]:
    """`after` with what the operator knows from now on, and what to say: () most of the time. `brought`: new
    entries of this poll."""
    if after.failures:
        return _while_failing(feed, after, now)
    found: list[Notice] = []
    if before.told_failing and before.failing_since is not None:
        lasted = in_words(now - before.failing_since)
        found.append(_notice("recovered", feed, said("after {lasted}", lasted=lasted), now))
    after = altered(after, told_failing=0)
    if brought and after.told_silent:
        found.append(_notice("heard", feed, said_count("{n} new report", "{n} new reports", brought), now))
        after = replace(after, told_silent=False)
    silence = silence_of(after, now) if silence_alarm and not after.told_silent and after.succeeded_at == now else None
    if silence is not None:
        words = said(
            "for {lasted}; the usual gap is {gap}", lasted=in_words(silence.lasts), gap=in_words(silence.usual_gap)
        )
        found.append(_notice("silent", feed, words, now))
        after = replace(after, told_silent=True)
    return after, tuple(found)


def renumbered_notice(feed: Feed, before: FeedState, after: FeedState, items: int, now: datetime) -> Notice | None:
    """What to say of known items that came back under new ids; None when there is nothing new to say."""
    if after.renumbered_at == before.renumbered_at:
        return None
    words = said_count(
        "{n} known item came back under a new id and was taken over without an alert",
        "{n} known items came back under new ids and were taken over without an alert",
        items,
    )
    if after.ids == "changing":
        words = said("{what}; as its ids change again and again, it goes by headlines from now on", what=words)
    return _notice("renumbered", feed, words, now)


def address_notice(feed: Feed, after: FeedState, words: Said, now: datetime) -> Notice:
    """A feed that moved, moved back, or is gone; `words` are those of `bot.feeds.settle`."""
    return _notice("gone" if after.gone_at is not None else "address", feed, words, now)


class Network:
    """Tells a failure of our own network from those of feeds: healthy hosts that stop answering all at once.

    Kept in memory by the process that polls; after a restart it is found out anew.
    """

    def __init__(self) -> None:
        self.since: datetime | None = None  # the first unanswered try since the last answer
        self.down = False
        self.over = False  # somebody answered: what was told of an outage, perhaps before a restart, is to end
        self._answered = False  # since this process began
        self._silent: set[str] = set()  # hosts

    def saw(self, feed: Feed, before: FeedState, result: object, now: datetime) -> None:
        """One poll's result, in the order of the polls."""
        if not (isinstance(result, Failed) and result.unreached):
            self.over = self.over or self.down or not self._answered
            self._answered = True
            self._silent.clear()
            self.since, self.down = None, False
            return
        if before.failures == 0:
            self.since = self.since or now
            self._silent.add(urlsplit(feed.url).netloc.rpartition("@")[2])
            self.down = self.down or len(self._silent) >= OUTAGE_HOSTS

    def to_tell(self, now: datetime) -> bool:
        """Whether it has been down for so long that the operator should know."""
        return self.down and self.since is not None and now - self.since >= OUTAGE_TOLD

    def forgiven(self, state: FeedState) -> FeedState:
        """`state` without the failures that it was charged with before the network was known to be down."""
        charged = self.since is not None and state.failing_since is not None and state.failing_since >= self.since
        return replace(state, failures=0, failing_since=None, last_error=None) if charged else state


def network_down_notice(since: datetime, now: datetime) -> Notice:
    return Notice(
        id=new_id(now),
        kind="network",
        subject="",
        words=said(
            "none answers since {since}; taken for a failure of the network here, so the feeds are not blamed",
            since=since,
        ),
        at=now,
    )


def network_back_notice(since: datetime, now: datetime) -> Notice:
    words = said("after {lasted}", lasted=in_words(now - since))
    return Notice(id=new_id(now), kind="network back", subject="", words=words, at=now)


def trouble_notice(trouble: Trouble, words: Said, now: datetime) -> Notice:
    return Notice(id=new_id(now), kind=trouble.kind, subject=trouble.subject, words=words, at=now)


def trouble_over_notice(trouble: Trouble, since: datetime, now: datetime) -> Notice:
    return Notice(
        id=new_id(now),
        kind={"shut": "open", "deaf": "hears"}[trouble.kind],
        subject=trouble.subject,
        words=said("after {lasted}", lasted=in_words(now - since)),
        at=now,
    )


def lost_notice(channel: Channel, reason: str, now: datetime) -> Notice | None:
    """A channel whose subscriptions end, for whoever runs the bot for its readers; None where it is a person's own
    affair: a Telegram chat that blocks the bot."""
    if channel.platform != "slack":
        return None
    words = said("{reason}; its subscriptions have ended", reason=reason)
    return Notice(id=new_id(now), kind="lost", subject=f"Slack · {channel.address}", words=words, at=now)


def in_words(lasted: timedelta) -> Said:
    """About how long, in the largest unit that leaves at least two: "40 min", "18 h", "3 days"."""
    seconds = lasted.total_seconds()
    if seconds >= 2 * 86_400:
        return said_count("{n} day", "{n} days", round(seconds / 86_400))
    if seconds >= 2 * 3_600:
        return said("{n} h", n=round(seconds / 3_600))
    return said("{n} min", n=round(seconds / 60)) if seconds >= 60 else said("{n} s", n=round(seconds))


def _while_failing(feed: Feed, after: FeedState, now: datetime) -> tuple[FeedState, tuple[Notice, ...]]:
    lasts = now - (after.failing_since or now)
    shut = max((after.closed_until or now) - now, timedelta(0))  # no try before: there is no later moment to tell it
    if lasts >= FAILING_TOLD_AGAIN:
        due = 2
    elif after.failures >= FAILURES_TOLD or lasts >= FAILING_TOLD or shut >= FAILING_TOLD:
        due = 1
    else:
        due = 0
    if due <= after.told_failing:
        return after, ()
    reason = reason_said(after.last_error or "")
    words = (
        said("{reason} · once", reason=reason)
        if after.failures == 1
        else said_count(
            "{reason} · {n} time in {lasted}",
            "{reason} · {n} times in {lasted}",
            after.failures,
            reason=reason,
            lasted=in_words(lasts),
        )
    )
    if shut >= FAILING_TOLD:
        words = said("{what} · asks to wait {wait}", what=words, wait=in_words(shut))
    return replace(after, told_failing=due), (_notice("failing", feed, words, now),)


def _notice(kind: str, feed: Feed, words: Said, now: datetime) -> Notice:
    return Notice(id=new_id(now), kind=kind, subject=_name(feed), words=words, at=now)


def _name(feed: Feed) -> str:
    """The title or, without one, the host and path: logins and keys stand elsewhere in an address."""
    parts = urlsplit(feed.url)
    return feed.title or parts.netloc.rpartition("@")[2] + parts.path
