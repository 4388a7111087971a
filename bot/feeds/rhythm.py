"""How often a feed brings something new, and when: what its interval and its silence are measured by.

Kept as counts of polls that brought something, in 16 slots: eight of three hours for working days, eight for
weekends (UTC), so that a night or a Sunday is no silence. Old counts fade, half of them in two weeks. A poll
counts once however much it brought: a burst of 500 is one arrival. As text it has about 100 characters and is
rewritten only by polls that brought something.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

HALF_LIFE = timedelta(days=14)  # judgement: long enough for weekends, short enough for a new editor's habits
ENOUGH = 15.0  # arrivals before the slots are believed; under it only their sum
WATCHED_FOR_SILENCE = timedelta(days=7)  # before a silence can be told from a habit
_MISSED = 10.0  # arrivals missed that make a silence: by chance alone one such silence in 20,000 (e**-10)
_SHORTEST_SILENCE = timedelta(hours=6)  # a wire that pauses for an hour is no news; judgement
_SLOT = timedelta(hours=3)
_SLOTS = 8  # a day
_WEEKEND_DAYS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A feed that answers and brings nothing new, against its habit."""

    lasts: timedelta
    usual_gap: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """Arrivals so far, faded to `last_at`."""

    since: datetime  # when watching began
    last_at: datetime  # the last arrival; `since` while there is none
    counts: tuple[float, ...] = (0.0,) * (2 * _SLOTS)  # working days' slots, then weekends'

    @classmethod
    def parse(cls, text: str) -> Rhythm | None:
        """What `str` wrote; None for "" and for what no version wrote."""
        try:
            since, last, *counts = map(float, text.split())
        except ValueError:
            return None
        if len(counts) != 2 * _SLOTS:
            return None
        return cls(since=_moment(since), last_at=_moment(last), counts=tuple(counts))

    @staticmethod
    def may_be_silent(text: str, now: datetime) -> bool:
        """False where `silence` surely finds none, told by the first two numbers of what `str` wrote: after most
        polls it need not be parsed."""
        try:
            since, last = map(float, text.split(" ", 2)[:2])
        except ValueError:
            return False
        return (
            now.timestamp() - last >= _SHORTEST_SILENCE.total_seconds() - 1  # as written it is rounded
            and last - since >= WATCHED_FOR_SILENCE.total_seconds() - 1
        )

    def __str__(self) -> str:
        seconds = (round(self.since.timestamp()), round(self.last_at.timestamp()))
        return " ".join([*map(str, seconds), *(f"{count:.2f}".rstrip("0").rstrip(".") for count in self.counts)])

    def arrival(self, now: datetime) -> Rhythm:
        """With one more poll that brought something, at `now`."""
        counts = list(self._faded(now))
        counts[_slot(now)] += 1
        return replace(self, last_at=max(now, self.last_at), counts=tuple(counts))

    def usual_gap(self, now: datetime) -> timedelta | None:
        """The time between two arrivals in the hours in which the feed is alive; None in the first day.

        With few arrivals the time watched shared among them, so that a feed that never brings anything is slow.
        """
        if now - self.since < timedelta(days=1):
            return None
        counts = self._faded(now)
        total = sum(counts)
        if total < ENOUGH:
            return self._watched(now) / (total + 1)
        rate = sum(count * count / self._slot_hours(slot, now) for slot, count in enumerate(counts)) / total
        return timedelta(hours=1 / rate)

    def silence(self, now: datetime) -> Silence | None:
        """The present silence if, by its habit, the feed should have brought something many times; else None."""
        lasts = now - self.last_at
        if lasts < _SHORTEST_SILENCE or self.last_at - self.since < WATCHED_FOR_SILENCE:
            return None
        if sum(self.counts) < ENOUGH:
            return None
        missed = 0.0
        for slot, hours in _slots_between(self.last_at, now):
            missed += self.counts[slot] / self._slot_hours(slot, self.last_at) * hours
            if missed >= _MISSED:
                gap = self.usual_gap(self.last_at)
                return Silence(lasts=lasts, usual_gap=gap) if gap else None
        return None

    def _faded(self, now: datetime) -> tuple[float, ...]:
        left = 0.5 ** max(0.0, (now - self.last_at) / HALF_LIFE)
        return tuple(count * left for count in self.counts)

    def _watched(self, now: datetime) -> timedelta:
        """The time watched, faded as the counts are."""
        seen: float = 1 - 0.5 ** ((now - self.since) / HALF_LIFE)
        return HALF_LIFE / math.log(2) * seen

    def _slot_hours(self, slot: int, now: datetime) -> float:
        days = self._watched(now) / timedelta(days=1)
        share = (_WEEKEND_DAYS if slot >= _SLOTS else 7 - _WEEKEND_DAYS) / 7
        return max(days * share, 0.1) * (_SLOT / timedelta(hours=1))


def _slot(at: datetime) -> int:
    at = at.astimezone(UTC)
    return at.hour * _SLOTS // 24 + (_SLOTS if at.weekday() >= 7 - _WEEKEND_DAYS else 0)


def _slots_between(start: datetime, end: datetime) -> Iterator[tuple[int, float]]:
    """The slots from `start` to `end` in order, each with the hours of it that lie between."""
    while start < end:
        boundary = min(end, _next_boundary(start))
        yield _slot(start), (boundary - start) / timedelta(hours=1)
        start = boundary


def _next_boundary(at: datetime) -> datetime:
    midnight = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + _SLOT * ((at - midnight) // _SLOT + 1)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
