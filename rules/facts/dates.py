"""Finds dates in English, Hindi and Russian text.

In: a text and the day of its publication. Out: `Found` values of kind "date" in order of the text, ISO 8601 to the
precision given. Relative dates, and days and months named without a year, are resolved against that day and left
out without it.
- "2026-27" is the span "2026/2027": an Indian fiscal year or two years; the text seldom tells, so both stay
  readable.
- A range of days or months ("4-5 December 2025", "May and October 2024") gives each of them, with the words that
  prove it.
- Durations ("within 18 months", "over eight years") are no dates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from rules.facts import calendar_words as calendar
from rules.facts.absolute_dates import (
    day_at,
    day_first,
    fiscal_at,
    is_month,
    is_month_word,
    month_first,
    month_of,
    numeric_at,
    resolved,
    year_at,
)
from rules.facts.cues import is_deadline, nearest, tense_near
from rules.facts.found import Found
from rules.facts.relative_dates import Dated, relative_at
from rules.facts.word_cues import BEGINS_DATE, DONE, DUE, EVENT, SIGNED
from rules.facts.words import Cut, Word, words_of


def find_dates(text: str, lang: str, on: date | None) -> tuple[Found, ...]:
    """The dates in `text`, in order; empty when there are none. `lang` is not needed yet. Linear in the text."""
    return dates_in(words_of(text), on)


def dates_in(cut: Cut, on: date | None) -> tuple[Found, ...]:
    """The same for a text already cut into words."""
    return tuple(
        Found("date", found.value, cut.starts[found.first], cut.ends[found.last], role=_role(cut.words, found, on))
        for found in _scan(cut, on)
    )


def _scan(cut: Cut, on: date | None) -> Iterator[Dated]:
    words = cut.words
    free = 0  # the first word that no date has taken
    named_year: int | None = None  # for "in December of the same year"
    for at in cut.marked:
        if at < free or not words[at].cue & BEGINS_DATE:
            continue
        found = _dates_at(words, at, on, named_year)
        if not found:
            continue
        yield from (a_date for a_date in found if a_date.value)
        if found[-1].value:
            named_year = int(found[-1].value.rpartition("/")[2][:4])
        free = max(a_date.last for a_date in found) + 1


def _dates_at(words: Sequence[Word], at: int, on: date | None, named_year: int | None) -> list[Dated]:
    """The dates that begin with this word; one with an empty value is understood, but cannot be resolved."""
    word = words[at]
    if word.kind == "number":
        days = len(word.norm) <= 2
        return numeric_at(words, at) or (day_first(words, at, on, named_year) if days else year_at(words, at))
    if word.kind != "word":
        return []
    if is_month(words, at):
        return month_first(words, at, on, named_year)
    if word.norm in calendar.RELATIVE_STARTS:
        relative = relative_at(words, at, on)
        if relative is not None and not (word.norm == "today" and word.capital):  # "India Today"
            return [*_after_relative_year(words, relative, on)] or [relative]
    if word.norm in calendar.WEEKDAYS:
        return _weekday(words, at, on)
    return fiscal_at(words, at)


def _after_relative_year(words: Sequence[Word], relative: Dated, on: date | None) -> list[Dated]:
    """इस साल जून और नवंबर में (in June and November this year), पिछले साल 9 दिसंबर (on 9 December last year)."""
    at = relative.last + 1
    if len(relative.value) != 4 or at >= len(words) or words[at].gap != " ":
        return []
    year = int(relative.value)
    if is_month(words, at) and not words[at].norm.isascii():
        found = month_first(words, at, None, None)
    else:
        found = day_first(words, at, None, None)
    moved: list[Dated] = []
    for a_date in found:
        if a_date.value:
            return []  # it has a year of its own
        word = next(word for word in words[a_date.first : a_date.last + 1] if is_month_word(word))
        day = day_at(words, a_date.first)
        value = resolved(words, year, month_of(word), day[0] if day else None, relative.first, a_date.last, on)
        moved.append(value)
    return moved


def _weekday(words: Sequence[Word], at: int, on: date | None) -> list[Dated]:
    """The day last called so, or the next where a word of the future stands near; none where a date follows."""
    after = at + 1
    if after < len(words) and words[after].gap in (",", " ", "q"):
        if words[after].kind == "number" and day_first(words, after, on, None):
            return []
        if is_month(words, after) and words[after + 1 :] and words[after + 1].kind == "number":
            return []
    if on is None:
        return [Dated("", at, at)]
    back = (on.weekday() - calendar.WEEKDAYS[words[at].norm]) % 7
    before = words[at - 1].norm if at else ""
    if before == "last" and back == 0:
        back = 7
    ahead = before in ("next", "coming") or tense_near(words, at, at) == "future"
    try:
        day = on + timedelta(days=7 - back if back or before == "next" else 0) if ahead else on - timedelta(days=back)
    except OverflowError:
        return [Dated("", at, at)]
    return [Dated(day.isoformat(), at, at)]


def _role(words: Sequence[Word], found: Dated, on: date | None) -> str | None:
    """due, signed or event by the nearest cue in the sentence; a day of the last week without any is an event."""
    if is_deadline(words, found.first, found.last):
        return "due"
    at = nearest(words, found.first, found.last, SIGNED | DONE | DUE | EVENT)
    if at is not None:
        cue = words[at].cue
        if cue & SIGNED:
            return "signed"
        if cue & DONE:
            return "due" if at > 0 and words[at - 1].norm in calendar.NOT_YET else "event"
        return "due" if cue & DUE else "event"
    if on is not None and len(found.value) == 10 and 0 <= (on - date.fromisoformat(found.value)).days <= 7:
        return "event"
    return None
