"""Finds counts of things in English, Hindi and Russian text: "five S-400 squadrons", "35 тыс. автоматов".

In: a text. Out: `Found` values of kind "quantity" in order of the text, each with the unit it counts and, where
the words nearby tell it, a role. Not counts: sums, dates, ranges, calibres, percentages, durations, designators.
- A range ("two to three squadrons") gives both ends; the first carries its own words up to the shared noun.
- A number without a noun is taken only where nothing else can be meant ("the remaining two will come", "three of
  five squadrons", "upgrade of 59", "10 for the IAF"); its unit is then None, or that of its whole.
- Ordinals name one of a row and count nothing: `find_ordinals` gives them apart, with role "ordinal".
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from rules.facts import quantity_words as near
from rules.facts.counted_nouns import Reading, is_modifier, names_by_number, noun_after
from rules.facts.counting import known
from rules.facts.cues import nearest
from rules.facts.dates import dates_in
from rules.facts.found import Found
from rules.facts.money import money_in
from rules.facts.numbers import Number, numbers_of
from rules.facts.word_cues import GIVES_ROLE
from rules.facts.words import CLAUSE_ENDS, Cut, Word, words_of
from rules.pack import Counting

_MOST = Decimal(10**8)  # no order of arms counts more
_PART_REACH = 14  # words after a whole in which the state of its part is told; by judgement, a clause
_TITLE_CASE = 0.6  # share of capitalised words above which a capital does not make a name


class _Count(NamedTuple):
    number: Number
    unit: str | None
    last: int  # index of the last word that belongs to it


def find_quantities(text: str, lang: str, counting: Counting) -> tuple[Found, ...]:
    """The counts in `text`, in order; empty when there are none. Linear in the text."""
    return quantities_in(_read(text, lang, counting))


def find_ordinals(text: str, lang: str, counting: Counting) -> tuple[Found, ...]:
    """What is named by its place in a row ("the fourth squadron", "пятый корабль"): value 4, role "ordinal"."""
    return ordinals_in(_read(text, lang, counting))


def ordinals_in(reading: Reading) -> tuple[Found, ...]:
    """The same for a text already read."""
    found: list[Found] = []
    pending: list[Number] = []  # "четвертая и пятая эскадрильи": the noun comes after the second
    for number in reading.numbers:
        if not number.ordinal:
            pending = []
            continue
        unit, last = noun_after(reading, number)
        if unit is None:
            pending = [number]
            continue
        for one in (*(p for p in pending if _joins(reading.words, p.last, number.first)), number):
            found.append(_found(reading, _Count(one, unit, last if one is number else one.last), "ordinal"))
        pending = []
    return tuple(found)


def reading_of(cut: Cut, numbers: Sequence[Number], taken: Sequence[Found], counting: Counting) -> Reading:
    """What counts are read from, given the sums and dates already found."""
    spans = sorted((found.start, found.end) for found in taken)
    free: list[Number] = []
    at = 0
    for number in numbers:
        start, end = cut.starts[number.first], cut.ends[number.last]
        while at < len(spans) and spans[at][1] <= start:
            at += 1
        if at == len(spans) or spans[at][0] >= end:
            free.append(number)
    capitals = [word.capital for word in cut.words if word.long]
    return Reading(cut, cut.words, free, known(counting), sum(capitals) > _TITLE_CASE * len(capitals))


def quantities_in(reading: Reading) -> tuple[Found, ...]:
    """The same as `find_quantities` for a text already read."""
    free = [_may_count(reading, number) for number in reading.numbers]
    counts: list[_Count | None] = [
        _counted(reading, number) if may else None for number, may in zip(reading.numbers, free, strict=True)
    ]
    for at in range(len(counts) - 2, -1, -1):
        if free[at]:
            _borrow_from_next(reading, counts, at)
    some_unit = any(count is not None for count in counts)
    for at, number in enumerate(reading.numbers):
        if counts[at] is None and free[at]:
            counts[at] = _part_of_previous(reading, counts, at) or _without_noun(reading, number, some_unit)
    return tuple(
        _found(reading, count, _part_role(reading, counts, at) or _role(reading, count))
        for at, count in enumerate(counts)
        if count is not None
    )


def _part_role(reading: Reading, counts: Sequence[_Count | None], at: int) -> str | None:
    """Of "three of the five ordered squadrons have come" the three are delivered, the five ordered."""
    count, words = counts[at], reading.words
    before = counts[at - 1] if at else None
    if count is not None and before is not None and _is_part(words, before.number.last, count.number.first):
        return "ordered"
    whole = counts[at + 1] if at + 1 < len(counts) else None
    if count is None or whole is None or not _is_part(words, count.number.last, whole.number.first):
        return None
    for after in range(whole.last + 1, min(whole.last + _PART_REACH, len(words))):
        if words[after].gap in CLAUSE_ENDS:
            return None
        role = _role_of(words, after)
        if role in ("delivered", "remaining"):
            return role
    return None


def _read(text: str, lang: str, counting: Counting) -> Reading:
    cut = words_of(text)
    numbers = numbers_of(cut, lang)
    return reading_of(cut, numbers, (*money_in(cut, numbers), *dates_in(cut, None)), counting)


def _found(reading: Reading, count: _Count, role: str | None) -> Found:
    start, end = reading.cut.starts[count.number.first], reading.cut.ends[count.last]
    return Found("quantity", count.number.value.to_integral_value(), start, end, count.unit, None, role)


def _counted(reading: Reading, number: Number) -> _Count | None:
    unit, last = noun_after(reading, number)
    return _Count(number, unit, last) if unit is not None else None


def _may_count(reading: Reading, number: Number) -> bool:
    """False for what is written like a number but counts nothing: names, times, measures, fractions, articles."""
    words, value = reading.words, number.value
    if number.ordinal or not 0 < value <= _MOST or value != value.to_integral_value():
        return False
    if words[number.first].norm == "एक":
        return False  # "one" is Hindi's article
    before = words[number.first - 1] if number.first else None
    gap = words[number.first].gap
    if before is not None and _belongs_to(before, words[number.first]):
        return False
    if before is not None and number.digits and gap in (" ", "-", "q", "") and names_by_number(reading, before.norm):
        return False
    after = words[number.last + 1] if number.last + 1 < len(words) else None
    if after is None:
        return True
    if after.gap in ("", "%") and after.kind != "sign":
        return False
    if after.kind == "number" and _belongs_to(words[number.last], after):
        return False
    end = reading.cut.ends[number.last]
    return reading.cut.text[end : end + 2].strip()[:1] != "%"


def _belongs_to(before: Word, word: Word) -> bool:
    """True for the rest of a time, a designator or a fraction: 19:42, S-400-2, 24/7; "two-3" is a range."""
    if word.gap == "-":
        return before.kind == "model"
    return word.tight and word.gap in ("", ":", "/") and before.kind in ("number", "model")


def _borrow_from_next(reading: Reading, counts: list[_Count | None], at: int) -> None:
    """Gives a number the next one's noun: "two to three squadrons", "22 single-seat and four twin-seat jets"."""
    number, following = reading.numbers[at], counts[at + 1]
    if counts[at] is not None or following is None:
        return
    words, end = reading.words, following.number.first
    last = number.last
    while last + 1 < end and last < number.last + 4 and is_modifier(reading, last + 1) and words[last + 1].gap in " -":
        last += 1
    if end == number.last + 1 and words[end].gap in ("-", "–"):
        counts[at] = _Count(number, following.unit, following.last)
    elif _joins(words, last, end):
        counts[at] = _Count(number, following.unit, last)
    elif _is_part(words, number.last, end):
        counts[at] = _Count(number, following.unit, number.last)


def _joins(words: Sequence[Word], last: int, following: int) -> bool:
    return following == last + 2 and words[last + 1].norm in near.JOINTS and words[last + 1].gap == " "


def _is_part(words: Sequence[Word], last: int, following: int) -> bool:
    """ "three of five", "three out of the five", "три из пяти", "पांच में से तीन"."""
    between = [word.norm for word in words[last + 1 : min(following, last + 5)]]
    if not between or following - last > 4:
        return False
    return between[0] in near.OF or between[:2] in (["out", "of"], ["में", "से"])


def _part_of_previous(reading: Reading, counts: list[_Count | None], at: int) -> _Count | None:
    """Gives the whole the noun of its part: "two S-400 squadrons out of five"."""
    previous = counts[at - 1] if at else None
    if previous is None or not _is_part(reading.words, previous.last, reading.numbers[at].first):
        return None
    return _Count(reading.numbers[at], previous.unit, reading.numbers[at].last)


def _without_noun(reading: Reading, number: Number, some_unit: bool) -> _Count | None:
    """A number that counts though no noun follows; `some_unit`: the text counts something elsewhere."""
    words = reading.words
    if number.value == 1:
        return None
    ends = _phrase_ends(words, number.last)
    before = words[number.first - 1].norm if number.first and words[number.first].gap == " " else ""
    if before == "the" and number.first > 1:
        before = words[number.first - 2].norm
    if ends and before.startswith(near.REMAINING):
        return _Count(number, None, number.last)
    if ends and before in ("of", "for", "on") and words[number.first - 2].norm.startswith(near.BUYING):
        return _Count(number, None, number.last)
    if _for_a_force(words, number.last):
        return _Count(number, None, number.last)
    if ends and _is_held(words, number):
        return _Count(number, None, number.last)
    following = [word.norm for word in words[number.last + 1 : number.last + 3]]
    if some_unit and following[:1] == ["more"] and _phrase_ends(words, number.last + 1):
        return _Count(number, None, number.last + 1)  # "and supply three more,"
    if some_unit and following in (["of", "these"], ["of", "them"], ["of", "those"]):
        return _Count(number, None, number.last)
    state = _state_after(words, number.last)
    if state is not None:
        return _Count(number, None, state)
    if ends and some_unit and number.value >= 1000 and (number.grouped or number.scale > 1):
        return _Count(number, None, number.last)
    return None


def _phrase_ends(words: Sequence[Word], last: int) -> bool:
    if last + 1 >= len(words) or words[last + 1].gap not in (" ", "-"):
        return True
    return words[last + 1].gap == " " and words[last + 1].norm in near.FUNCTION


def _is_held(words: Sequence[Word], number: Number) -> bool:
    """ "The air force has more than 260.", "had meant to get 200,"."""
    at, approximate = number.first - 1, False
    while at >= 0 and number.first - at <= 4 and words[at].norm in near.APPROXIMATE:
        at, approximate = at - 1, True
    if at < 0 or number.value < 3 or any(word.gap != " " for word in words[at + 1 : number.first + 1]):
        return False
    return words[at].norm in near.HOLDING or (approximate and words[at].norm in near.HAVING)


def _for_a_force(words: Sequence[Word], last: int) -> bool:
    following = [word.norm for word in words[last + 1 : last + 4] if word.gap == " "]
    if len(following) == 3 and following[:2] == ["for", "the"]:
        return following[2].startswith(near.FORCES)
    return len(following) > 1 and following[0] in ("for", "для") and following[1].startswith(near.FORCES)


def _state_after(words: Sequence[Word], last: int) -> int | None:
    for at in range(last + 1, min(last + 6, len(words))):
        if words[at].gap != " ":
            return None
        if words[at].norm.startswith(near.STATES):
            return at if _phrase_ends(words, at) else None  # not "5,002 active cases"
        if words[at].norm not in near.AUXILIARIES:
            return None
    return None


def _role(reading: Reading, count: _Count) -> str | None:
    """The role that the nearest telling word gives, those inside the phrase first, then outwards, before first."""
    words, first, last = reading.words, count.number.first, count.last
    if first > 1 and words[first - 1].norm in near.OTHER and words[first - 2].norm in near.THEM:
        return "remaining"  # "the other two"
    within = (at for at in range(count.number.last + 1, last + 1) if words[at].role is not None)
    at = next(within, None)
    if at is None:
        at = nearest(words, first, last, GIVES_ROLE)
    return _role_of(words, at) if at is not None else None


def _role_of(words: Sequence[Word], at: int) -> str | None:
    role = words[at].role
    if role == "delivered" and at > 0 and words[at - 1].norm in near.NOT_YET:
        return "planned"  # "to be delivered"
    return role
