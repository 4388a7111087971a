"""Dates told from the day of publication: "next year", "в прошлом месяце", "इस साल", and a month without a year.

In: words and that day. Out: ISO 8601 values; "" where the day is not known or the calendar ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import MAXYEAR, MINYEAR, date, timedelta
from typing import NamedTuple

from rules.facts import calendar_words as calendar
from rules.facts.cues import is_deadline, tense_near
from rules.facts.words import Word


class Dated(NamedTuple):
    value: str
    first: int  # index of the first word
    last: int


def relative_at(words: Sequence[Word], at: int, on: date | None) -> Dated | None:
    """Next year, last month, this fiscal, в следующем году, अगले साल; with an empty value without `on`."""
    for length in calendar.RELATIVE_STARTS.get(words[at].norm, ()):
        known = calendar.RELATIVE.get(norms_at(words, at, length))
        if known is not None:
            return Dated(_shifted(known[0], known[1], on), at, at + length - 1)
    return None


def norms_at(words: Sequence[Word], at: int, length: int) -> tuple[str, ...]:
    phrase = words[at : at + length]
    if len(phrase) < length or any(word.gap not in (" ", "-", "q") for word in phrase[1:]):
        return ()
    return tuple(word.norm for word in phrase)


def _shifted(unit: str, shift: int, on: date | None) -> str:
    if on is None:
        return ""
    try:
        match unit:
            case "year":
                return f"{on.replace(year=on.year + shift, day=1).year:04}"
            case "month":
                month = on.year * 12 + on.month - 1 + shift
                return date(month // 12, month % 12 + 1, 1).isoformat()[:7]
            case "fiscal":
                start = on.year + shift - (on.month < 4)
                return f"{start:04}/{start + 1:04}"
            case _:
                return (on + timedelta(days=shift)).isoformat()
    except (ValueError, OverflowError):
        return ""  # beyond the calendar


def nearest_year(words: Sequence[Word], month: int, day: int | None, first: int, last: int, on: date) -> int:
    """The year that brings the day nearest to `on`; a cue of the past or the future makes the other side count
    four times as far (by judgement: "signed on 18 February", read in December, is ten months back)."""
    before = words[first - 1].norm if first else ""
    firm = 10 if before in ("last", "next") else 4
    if is_deadline(words, first, last) or before == "next":
        tense: str | None = "future"
    elif before in ("last", "since"):
        tense = "past"
    else:
        tense = tense_near(words, first, last)

    def cost(year: int) -> float:
        that = _safe_day(year, month, day or (on.day if month == on.month else 15))
        away = (that - on).days
        return abs(away) * (firm if (away > 0 and tense == "past") or (away < 0 and tense == "future") else 1)

    return min((on.year, on.year - 1, on.year + 1), key=cost)


def _safe_day(year: int, month: int, day: int) -> date:
    return date(min(max(year, MINYEAR), MAXYEAR), month, min(day, 28))
