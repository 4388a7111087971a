"""Dates told by numbers and month names: "15 August 2026", "2026-27", "в октябре 2018 года", "FY26", "2018".

In: the words of a text and the index at which a date may begin. Out: the dates there, none when there are none.
A month or a day without a year is resolved against `on`, and has the value "" without it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import MAXYEAR, MINYEAR, date

from rules.facts import calendar_words as calendar
from rules.facts.folding import starts
from rules.facts.number_words import ORDINAL_SUFFIXES, SCALES
from rules.facts.relative_dates import Dated, nearest_year, norms_at, relative_at
from rules.facts.units import UNITS
from rules.facts.words import Word

_FIRST_YEAR, _LAST_YEAR = 1945, 2075  # arms news names no others; outside them four digits are a count
_MOST_MONTHS = 5  # that share a year; by judgement
_LONGEST_SPAN = 12  # years of "2020-24"; longer is two numbers
_SHORTEST_DMY = 8  # "1.5.2026"
_DMY = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")


def numeric_at(words: Sequence[Word], at: int) -> list[Dated]:
    """2026-08-15, 15.08.2026, 15/08/2026 and the spans 2026-27, 2026/27, 2026–2027."""
    dotted = _DMY.fullmatch(words[at].norm) if len(words[at].norm) >= _SHORTEST_DMY else None
    if dotted is not None:
        day, month, year = (int(group) for group in dotted.groups())
        return full_date(year, month, day, at, at)
    if at + 1 >= len(words) or words[at + 1].gap not in ("-", "–", "/"):
        return []
    one = _plain(words, at)
    two = _plain(words, at + 1)
    if one is None or two is None:
        return []
    three = _plain(words, at + 2)
    if three is not None and words[at + 2].gap == words[at + 1].gap and words[at + 1].gap in ("-", "/"):
        if len(words[at].norm) == 4 and _is_year(one):
            return full_date(one, two, three, at, at + 2)
        if len(words[at + 2].norm) == 4 and _is_year(three):
            return full_date(three, two, one, at, at + 2)
        return []
    until = _span_end(one, two, len(words[at + 1].norm))
    if len(words[at].norm) != 4 or not _is_year(one) or not _year_ends(words, at + 1):
        return []
    if until is not None:
        return [Dated(f"{one}/{until}", at, at + 1)]
    if len(words[at + 1].norm) == 2 and 1 <= two <= 12 and words[at + 1].gap == "-":
        return [Dated(f"{one}-{two:02}", at, at + 1)]
    return []


def full_date(year: int, month: int, day: int, first: int, last: int) -> list[Dated]:
    try:
        value = date(year, month, day).isoformat() if _is_year(year) else ""
    except ValueError:
        value = ""
    return [Dated(value, first, last)]


def _span_end(year: int, end: int, digits: int) -> int | None:
    until = year - year % 100 + end if digits == 2 else end
    longest = _LONGEST_SPAN if digits == 2 else 5 * _LONGEST_SPAN
    return until if digits in (2, 4) and year < until <= min(year + longest, _LAST_YEAR) else None


def _plain(words: Sequence[Word], at: int) -> int | None:
    """The value of a number of at most four digits without separators."""
    if at >= len(words) or words[at].kind != "number" or len(words[at].norm) > 4 or not words[at].norm.isdecimal():
        return None
    return int(words[at].norm)


def _is_year(value: int) -> bool:
    return _FIRST_YEAR <= value <= _LAST_YEAR


def _year_ends(words: Sequence[Word], last: int) -> bool:
    """False where what follows makes a count or a measure of the digits: "2000 km", "1990s", "2030 crore"."""
    if last + 1 >= len(words):
        return True
    after = words[last + 1]
    if after.gap == "%" or (after.gap == "" and after.kind == "word"):
        return False
    if after.kind == "word" and after.gap in (" ", "-"):
        return after.norm not in SCALES and not starts(after.norm, calendar.NOT_YEAR_AFTER)
    return True


def year_at(words: Sequence[Word], at: int) -> list[Dated]:
    if len(words[at].norm) != 4:
        return []
    year = _plain(words, at)
    if year is None or not _is_year(year) or not _year_ends(words, at):
        return []
    before = words[at - 1] if at else None
    if before is not None and words[at].gap in ("", " ", "-", "."):
        if before.kind == "sign" or before.norm in calendar.NOT_YEAR_BEFORE:
            return []
        if before.kind != "word" and words[at].gap in ("", "-"):
            return []  # the rest of something that was not understood
    last = at
    after = words[at + 1] if at + 1 < len(words) else None
    if after is not None and after.gap == "-" and after.kind == "word" and len(after.norm) <= 2:
        if after.norm not in calendar.YEAR_SUFFIXES_RU:
            return []
        last = at + 1
    counted = after is not None and after.kind == "word" and after.gap == " " and after.norm in UNITS
    if counted and (before is None or before.norm not in calendar.IN_YEAR):
        return []  # "2000 rifles"
    return [Dated(str(year), at, last)]


def fiscal_at(words: Sequence[Word], at: int) -> list[Dated]:
    """FY26, FY2025-26, fiscal 2026, financial year 2026, वित्त वर्ष 2026: the Indian year that ends in March."""
    for phrase in calendar.FISCAL:
        number = at + len(phrase)
        if words[at].norm != phrase[0] or (len(phrase) > 1 and norms_at(words, at, len(phrase)) != phrase):
            continue
        value = _plain(words, number)
        if value is None or words[number].gap not in ("", " ", "-"):
            continue
        span = numeric_at(words, number)
        if span:
            return [span[0]._replace(first=at)]
        year = value + 2000 if len(words[number].norm) == 2 else value
        return [Dated(f"{year - 1}/{year}", at, number)] if _is_year(year) else []
    return []


def is_month(words: Sequence[Word], at: int) -> bool:
    if at >= len(words) or words[at].kind != "word":
        return False
    word = words[at]
    beside_number = (at > 0 and words[at - 1].kind == "number") or (
        at + 1 < len(words) and words[at + 1].kind == "number"
    )
    if word.norm in calendar.AMBIGUOUS_MONTHS:
        before = words[at - 1].norm if at else ""
        near = beside_number or before in calendar.MONTH_PREPOSITIONS or before in ("th", "st", "nd", "rd")
        return near and word.capital
    return word.norm in calendar.MONTHS or (beside_number and word.norm in calendar.SHORT_MONTHS)


def month_of(word: Word) -> int:
    return calendar.MONTHS.get(word.norm) or calendar.SHORT_MONTHS[word.norm]


def is_month_word(word: Word) -> bool:
    return word.norm in calendar.MONTHS or word.norm in calendar.SHORT_MONTHS


def day_at(words: Sequence[Word], at: int) -> tuple[int, int] | None:
    """A day of a month and the index of its last word: "4", "4th", "4-го"."""
    value = _plain(words, at)
    if value is None or not 1 <= value <= 31 or len(words[at].norm) > 2:
        return None
    after = words[at + 1] if at + 1 < len(words) else None
    if after is not None and after.kind == "word" and after.norm in ORDINAL_SUFFIXES and after.gap in ("", "-"):
        return value, at + 1
    return value, at


def _days(words: Sequence[Word], at: int) -> tuple[list[int], int] | None:
    """One day or the two ends of a range ("4-5", "4 and 5", "4 से 5"), with the index of the last word."""
    one = day_at(words, at)
    if one is None:
        return None
    value, last = one
    joined = last + 1
    if joined < len(words) and words[joined].norm in calendar.AND:
        joined += 1
    elif joined >= len(words) or words[joined].gap not in ("-", "–"):
        return [value], last
    two = day_at(words, joined)
    return ([value, two[0]], two[1]) if two is not None and two[0] > value else ([value], last)


def day_first(words: Sequence[Word], at: int, on: date | None, named_year: int | None) -> list[Dated]:
    """15 August 2026, 15th of August, 4-5 दिसंबर, 1 июля 2025 года, 22 Mar 25."""
    days = _days(words, at)
    if days is None:
        return []
    values, last = days
    month_at = last + 1
    if month_at < len(words) and words[month_at].norm == "of":
        month_at += 1
    if not is_month(words, month_at) or words[month_at].gap not in (" ", "-", "", "."):
        return []
    month = month_of(words[month_at])
    year, last = _year_after(words, month_at, on, named_year)
    if year is None and words[month_at].norm in calendar.SHORT_MONTHS:
        short = _plain(words, month_at + 1)
        if short is not None and len(words[month_at + 1].norm) == 2 and words[month_at + 1].gap in (" ", "-"):
            year, last = 2000 + short, month_at + 1
    return [resolved(words, year, month, day, at, last, on) for day in values]


def month_first(words: Sequence[Word], at: int, on: date | None, named_year: int | None) -> list[Dated]:
    """Aug 15, 2026; December 4-5; August 2026; May and October 2024; in July."""
    month = month_of(words[at])
    days = _days(words, at + 1) if words[at].norm.isascii() and at + 1 < len(words) else None
    if days is not None and words[at + 1].gap in (" ", ".") and not _counts(words, days[1]):
        year, last = _year_after(words, days[1], on, named_year)
        return [resolved(words, year, month, day, at, last, on) for day in days[0]]
    months = [(month, at)]
    last = at
    while True:  # "in March, May and October 2024"
        year, year_last = _year_after(words, last, on, named_year)
        joined = last + 1
        if year is not None or joined >= len(words) or len(months) == _MOST_MONTHS:
            break
        if words[joined].norm in calendar.AND:
            joined += 1
        elif words[joined].gap not in (",", "-", "–"):
            break
        if not (joined < len(words) and words[joined].kind == "word" and words[joined].norm in calendar.MONTHS):
            break
        if words[joined].norm in calendar.AMBIGUOUS_MONTHS and not words[joined].capital:
            break
        months.append((month_of(words[joined]), joined))
        last = joined
    if year is None and words[at].norm in calendar.SHORT_MONTHS and words[at].norm not in calendar.MONTHS:
        return []
    if year is not None:
        return [resolved(words, year, month, None, first, year_last, on) for month, first in months]
    return [resolved(words, None, month, None, first, first, on) for month, first in months]


def _counts(words: Sequence[Word], at: int) -> bool:
    """True when the number before a thing counts it: "in July 12 jets arrived", "in May 5 S-400 systems"."""
    if at + 1 >= len(words) or words[at + 1].gap != " ":
        return False
    after = words[at + 1]
    return after.kind == "model" or after.norm in UNITS or after.norm in SCALES


def _year_after(words: Sequence[Word], at: int, on: date | None, named_year: int | None) -> tuple[int | None, int]:
    """The year told after that word ("2026", "this year", "того же года") and the index of its last word."""
    nxt = at + 1
    if nxt < len(words) and words[nxt].norm == "of":
        nxt += 1
    if nxt >= len(words) or words[nxt].gap not in (" ", ",", "-", "."):
        return None, at
    year = year_at(words, nxt) if words[nxt].kind == "number" else []
    if year:
        return int(year[0].value), year[0].last
    relative = relative_at(words, nxt, on)
    if relative is not None and len(relative.value) == 4:
        return int(relative.value), relative.last
    if named_year is None or words[nxt].norm not in calendar.SAME_YEAR_STARTS:
        return None, at
    for phrase in calendar.SAME_YEAR:
        if norms_at(words, nxt, len(phrase)) == phrase:
            return named_year, nxt + len(phrase) - 1
    return None, at


def resolved(
    words: Sequence[Word], year: int | None, month: int, day: int | None, first: int, last: int, on: date | None
) -> Dated:
    if year is None:
        if on is None:
            return Dated("", first, last)
        year = nearest_year(words, month, day, first, last, on)
    if day is None:
        return Dated(f"{year:04}-{month:02}" if MINYEAR <= year <= MAXYEAR else "", first, last)
    return full_date(year, month, day, first, last)[0]
