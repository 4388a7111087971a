"""What the operator is to be told about feeds and the network, and when. Pure.

In: a feed's state before and after a poll. Out: the state that remembers what was told, and notices. Each trouble
is told once when it is sure, once more after a day, and once when it is over; what was told is in the feed's
state, so that a restart repeats nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.feeds import silence_of
from bot.model import Alert, Card, FactRow, Failed, Feed, FeedState, Notice, altered, new_id

FAILURES_TOLD = 3  # in a row
FAILING_TOLD = timedelta(hours=2)
FAILING_TOLD_AGAIN = timedelta(hours=24)
OUTAGE_HOSTS = 3  # that were well before and cannot be reached one after the other: it is our own network
OUTAGE_TOLD = timedelta(minutes=10)  # a router that restarts is nobody's business
ROWS = 10  # lines of one message; what is over is counted
# How a notice of each kind reads for one feed and for several; other kinds are shown as they are.
_HEADLINES: Mapping[str, tuple[str, str]] = {
    "failing": ("cannot be read", "{} feeds cannot be read"),
    "recovered": ("is read again", "{} feeds are read again"),
    "silent": ("is silent", "{} feeds are silent"),
    "heard": ("brings news again", "{} feeds bring news again"),
    "renumbered": ("has renumbered its items", "{} feeds have renumbered their items"),
    "address": ("has another address", "{} feeds have another address"),
    "gone": ("is gone", "{} feeds are gone"),
    "network": ("cannot reach the feeds", "{} notices about the network"),
    "asks": ("asks for access", "{} chats ask for access"),
    "proposes": ("proposes a correction", "{} corrections are proposed"),
    "network back": ("reaches the feeds again", "{} notices about the network"),
}


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
        found.append(_notice("recovered", feed, f"after {lasted}", now))
    after = altered(after, told_failing=0)
    if brought and after.told_silent:
        found.append(_notice("heard", feed, f"{brought} new", now))
        after = replace(after, told_silent=False)
    silence = silence_of(after, now) if silence_alarm and not after.told_silent and after.succeeded_at == now else None
    if silence is not None:
        words = f"silent {in_words(silence.lasts)}, usual gap {in_words(silence.usual_gap)}"
        found.append(_notice("silent", feed, words, now))
        after = replace(after, told_silent=True)
    return after, tuple(found)


def renumbered_notice(feed: Feed, before: FeedState, after: FeedState, items: int, now: datetime) -> Notice | None:
    """What to say of known items that came back under new ids; None when there is nothing new to say."""
    if after.renumbered_at == before.renumbered_at:
        return None
    words = f"{items} known items came back under new ids and were taken over without an alert"
    if after.ids == "changing":
        words += "; as its ids change again and again, it goes by headlines from now on"
    return _notice("renumbered", feed, words, now)


def address_notice(feed: Feed, after: FeedState, words: str, now: datetime) -> Notice:
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
        subject="This machine",
        words=f"no feed answers since {since:%d %b %H:%M} UTC; taken for a failure of the network here, so the "
        "feeds are not blamed",
        at=now,
    )


def network_back_notice(since: datetime, now: datetime) -> Notice:
    return Notice(
        id=new_id(now), kind="network back", subject="This machine", words=f"after {in_words(now - since)}", at=now
    )


def bulletin(notices: Sequence[Notice], now: datetime) -> Alert:
    """One message of all `notices` (at least one), for the operator's chat."""
    counts = Counter(notice.kind for notice in notices)
    first = notices[0]
    if len(notices) == 1:
        headline, summary = f"{first.subject} {_phrase(first.kind)}", first.words
    else:
        headline, summary = " · ".join(_counted(kind, count, notices) for kind, count in counts.items()), ""
    card = Card(
        label="NOTICE",
        headline=headline,
        url=None,
        summary=summary,
        rows=_rows(notices) if len(notices) > 1 else (),
        sources=(),
        at=now,
    )
    return Alert(
        id=new_id(now),
        story_id="",
        item_id="",
        kind="notice",
        importance="normal",
        card=card,
        terms=(),
        created_at=now,
    )


def in_words(lasted: timedelta) -> str:
    """About how long, in the largest unit that leaves at least two: "40 min", "18 h", "3 days"."""
    seconds = lasted.total_seconds()
    for unit, name in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * unit:
            return f"{round(seconds / unit)} {name}"
    return f"{round(seconds / 60)} min" if seconds >= 60 else f"{round(seconds)} s"


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
    times = "once" if after.failures == 1 else f"{after.failures} times"
    for_how_long = f" in {in_words(lasts)}" if after.failures > 1 else ""
    words = f"{after.last_error or 'unknown'} · {times}{for_how_long}"
    if shut >= FAILING_TOLD:
        words += f" · asks to wait {in_words(shut)}"
    return replace(after, told_failing=due), (_notice("failing", feed, words, now),)


def _notice(kind: str, feed: Feed, words: str, now: datetime) -> Notice:
    return Notice(id=new_id(now), kind=kind, subject=_name(feed), words=words, at=now)


def _name(feed: Feed) -> str:
    """The title or, without one, the host and path: logins and keys stand elsewhere in an address."""
    parts = urlsplit(feed.url)
    return feed.title or parts.netloc.rpartition("@")[2] + parts.path


def _phrase(kind: str) -> str:
    return _HEADLINES[kind][0] if kind in _HEADLINES else kind


def _counted(kind: str, count: int, notices: Sequence[Notice]) -> str:
    if count == 1:
        return f"{next(notice.subject for notice in notices if notice.kind == kind)} {_phrase(kind)}"
    return _HEADLINES[kind][1].format(count) if kind in _HEADLINES else f"{count} × {kind}"


def _rows(notices: Sequence[Notice]) -> tuple[FactRow, ...]:
    shown = notices if len(notices) <= ROWS else notices[: ROWS - 1]
    one_kind = len({notice.kind for notice in notices}) == 1  # the headline says it already
    rows = [
        FactRow(
            programme=notice.subject,
            facts=(notice.words if one_kind else f"{_phrase(notice.kind)}: {notice.words}",),
            quotes=("",),
        )
        for notice in shown
    ]
    if len(notices) > len(shown):
        rows.append(FactRow(programme=f"and {len(notices) - len(shown)} more", facts=("see /status",), quotes=("",)))
    return tuple(rows)
