"""Reads numbers out of words: digits with any grouping, number words, and both with scale words.

In: the words of a text. Out: `Number` values in order. What the number counts is for the other grammars.
"2,095.70", "6,01,427", "5,43 млрд", "1.05 lakh crore", "एक हजार 7 सौ करोड़", "twenty-one", "пятьдесят пять".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from rules.facts.number_words import ALONE, FRACTIONS, ORDINAL_SUFFIXES, ORDINALS, SCALES, VALUES
from rules.facts.word_cues import BEGINS_NUMBER, GOES_ON
from rules.facts.words import Cut, Word

_MOST_DIGITS = 18  # more is a serial number or hostile; by judgement: no sum or count in the news has 19
_MOST_WORDS = 12  # words of one number; bounds the work for each start
_HUNDRED = Decimal(100)
_ONE = Decimal(1)


class Number(NamedTuple):
    """A number and where it stands. A named tuple for the same reason as `Word`."""

    value: Decimal
    base: Decimal  # the value without its scale words: 5.43 of "5.43 billion"
    scale: Decimal  # the scale words multiplied: 1000000000; 1 when there are none
    first: int  # index of its first word
    last: int  # index of its last word
    digits: bool  # its first word is written in digits
    grouped: bool  # with separators of thousands: "70,000"
    ordinal: bool  # "fourth", "5-я": names a place in a row and counts nothing


def numbers_of(cut: Cut, lang: str) -> tuple[Number, ...]:
    """The numbers in order, none overlapping another; empty when there are none."""
    words = cut.words
    found: list[Number] = []
    free = 0  # the first word that no number has taken
    for at in cut.marked:
        if at < free or not words[at].cue & BEGINS_NUMBER:
            continue
        number = _number_at(words, at, lang)
        if number is not None:
            found.append(number)
            free = number.last + 1
    return tuple(found)


def parse_digits(raw: str, *, comma_is_decimal: bool = False) -> tuple[Decimal, bool] | None:
    """The value of digits with separators, and whether thousands are grouped; None when they make no one number.

    One comma before three digits groups ("5,124"), unless `comma_is_decimal`; before one or two it is decimal
    ("5,43"). Indian grouping (6,01,427) and the German 52.497,2 are read; dates (15.08.2026) and lists are not.
    """
    return _parsed(raw, comma_is_decimal) if len(raw) <= 2 * _MOST_DIGITS else None


@lru_cache(maxsize=1 << 12)
def _parsed(raw: str, comma_is_decimal: bool) -> tuple[Decimal, bool] | None:
    if raw.isascii() and raw.isdigit():
        return (Decimal(raw), False) if len(raw) <= _MOST_DIGITS else None
    text = "".join(str(unicodedata.decimal(char)) if char.isdigit() else char for char in raw)
    pieces: list[str] = [""]
    seps: list[str] = []
    for char in text:
        if char.isdigit():
            pieces[-1] += char
        else:
            seps.append(char if char in ".," else "_")
            pieces.append("")
    if sum(map(len, pieces)) > _MOST_DIGITS:
        return None
    if not seps:
        return Decimal(pieces[0]), False
    if len(seps) == 1 and seps[0] in ".,":
        grouped = seps[0] == "," and len(pieces[1]) == 3 and len(pieces[0]) <= 3 and pieces[0] != "0"
        if grouped and not comma_is_decimal:
            return Decimal(pieces[0] + pieces[1]), True
        if seps[0] == "," and len(pieces[1]) > 3 and not comma_is_decimal:
            return None  # "2018,2019" is a list
        return Decimal(f"{pieces[0]}.{pieces[1]}"), False
    decimal_part = ""
    if seps[-1] != seps[0] and seps[-1] in ".,":
        decimal_part = pieces.pop()
        seps.pop()
    if len(set(seps)) != 1 or not _grouped_well(pieces):
        return None
    return Decimal("".join(pieces) + (f".{decimal_part}" if decimal_part else "")), True


def _grouped_well(pieces: Sequence[str]) -> bool:
    head, *middle, last = pieces
    western = all(len(piece) == 3 for piece in middle)
    indian = all(len(piece) == 2 for piece in middle)
    return 1 <= len(head) <= 3 and len(last) == 3 and (western or indian)


def _number_at(words: Sequence[Word], at: int, lang: str) -> Number | None:
    word = words[at]
    if word.kind == "number":
        return _from_digits(words, at, lang)
    if word.norm in ORDINALS:
        return Number(ORDINALS[word.norm], ORDINALS[word.norm], _ONE, at, at, False, False, True)
    if word.norm in FRACTIONS:
        return _after_fraction(words, at)
    if word.norm in ("a", "half"):
        return _after_article(words, at)
    if word.norm in ALONE:
        return Number(SCALES[word.norm], _ONE, SCALES[word.norm], at, at, False, False, False)
    return _compound(words, at, at, VALUES[word.norm], digits=False, grouped=False)


def _from_digits(words: Sequence[Word], at: int, lang: str) -> Number | None:
    word = words[at]
    follower = words[at + 1] if at + 1 < len(words) else None
    cyrillic = follower is not None and follower.norm[0] >= "\u0400" and follower.norm[0] <= "\u04ff"
    scaled = follower is not None and cyrillic and follower.norm in SCALES and follower.gap in ("", " ")
    parsed = parse_digits(word.norm, comma_is_decimal=scaled)
    if parsed is None:
        return None
    value, grouped = parsed
    if follower is not None and _is_ordinal_suffix(follower):
        return Number(value, value, _ONE, at, at + 1, True, False, True)
    last = at
    if value == value.to_integral_value() and len(word.norm) <= 3 and word.norm[0] != "0":
        joined, last = _space_groups(words, at, lang)
        if last > at:
            value, grouped = joined, True
    return _compound(words, at, last, value, digits=True, grouped=grouped)


def _is_ordinal_suffix(word: Word) -> bool:
    return word.kind == "word" and word.gap in ("", "-") and word.norm in ORDINAL_SUFFIXES


def _space_groups(words: Sequence[Word], at: int, lang: str) -> tuple[Decimal, int]:
    """Joins "35 000": only in Russian text, where the space groups thousands; elsewhere it parts two numbers."""
    digits, last = words[at].norm, at
    while last + 1 < len(words) and len(digits) < _MOST_DIGITS - 3:
        word = words[last + 1]
        if word.kind != "number" or word.gap != " " or len(word.norm) != 3 or not word.norm.isdigit():
            break
        digits += word.norm
        last += 1
    if last == at:
        return Decimal(0), at
    follower = words[last + 1] if last + 1 < len(words) else None
    russian = lang == "ru" or (follower is not None and "\u0400" <= follower.norm[0] <= "\u04ff")
    return (Decimal(int(digits)), last) if russian else (Decimal(0), at)


def _after_fraction(words: Sequence[Word], at: int) -> Number | None:
    """साढ़े पांच (five and a half), सवा करोड़ (one and a quarter crore)."""
    part = FRACTIONS[words[at].norm]
    if at + 1 >= len(words) or words[at + 1].gap != " ":
        return None
    follower = words[at + 1]
    if follower.kind == "word" and follower.norm in VALUES:
        return _compound(words, at, at + 1, VALUES[follower.norm] + part, digits=False, grouped=False)
    if follower.kind == "word" and follower.norm in SCALES:
        return _compound(words, at, at, _ONE + part, digits=False, grouped=False)
    return None


def _after_article(words: Sequence[Word], at: int) -> Number | None:
    """ "a billion", "a dozen", "half a billion", "half a dozen"."""
    value, last = (Decimal("0.5"), at) if words[at].norm == "half" else (_ONE, at)
    if words[at].norm == "half":
        if at + 1 >= len(words) or words[at + 1].norm != "a":
            return None
        last = at + 1
    if last + 1 >= len(words):
        return None
    follower = words[last + 1]
    if follower.gap != " " or follower.norm not in SCALES or not follower.norm.isascii() or len(follower.norm) < 4:
        return None
    return _compound(words, at, last, value, digits=False, grouped=False)


def _compound(words: Sequence[Word], first: int, last: int, value: Decimal, *, digits: bool, grouped: bool) -> Number:
    """Goes on from a first value: adds smaller words and multiplies by scales ("दो अरब 95 करोड़").

    A scale multiplies all the terms smaller than itself: "एक हजार 7 सौ करोड़" is 1,700 crore.
    """
    if last + 1 == len(words) or not words[last + 1].cue & GOES_ON:
        return Number(value, value, _ONE, first, last, digits, grouped, False)
    terms = [value]
    scale = _ONE
    scaled = False  # the last step was a scale
    base = value
    at = last + 1
    while at < len(words) and at - first < _MOST_WORDS:
        word = words[at]
        if word.kind == "word" and word.norm in SCALES and _scale_joins(words, at):
            factor = SCALES[word.norm]
            below = Decimal(0)
            if scaled and terms[-1] >= factor and len(terms) == 1:
                break  # "crore million": no such number
            while terms and terms[-1] < factor:
                below += terms.pop()
            terms.append((below or _ONE) * factor)
            scale, scaled, last = (scale * factor if len(terms) == 1 else scale), True, at
            at += 1
            continue
        more = _addend(words, at, terms[-1], digits=digits, scaled=scaled)
        if more is None:
            break
        addend, at = more
        terms.append(addend)
        scaled, last = False, at
        at += 1
    total = sum(terms, Decimal(0))
    return Number(total, base, scale, first, last, digits, grouped, False)


def _scale_joins(words: Sequence[Word], at: int) -> bool:
    word = words[at]
    if word.norm == "अरब" and at + 1 < len(words) and words[at + 1].norm.startswith(("देश", "राष्ट्र", "अमीरात")):
        return False  # "5 अरब देश" are five Arab countries
    if word.norm == "k":
        return word.gap == ""
    return word.gap in ("", " ", "-") or (word.gap == "." and words[at - 1].norm in ("тыс", "млн"))


def _addend(
    words: Sequence[Word], at: int, previous: Decimal, *, digits: bool, scaled: bool
) -> tuple[Decimal, int] | None:
    """The next term and the index of its word, where the words go on with the same number."""
    word = words[at]
    if word.norm == "and" and word.gap == " " and scaled and not digits and previous >= _HUNDRED:
        at += 1
        if at >= len(words):
            return None
        word = words[at]
    if word.kind == "number":
        # Only with a smaller scale of its own: "5 करोड़ 20 लाख", never "$5 billion 12 jets".
        follower = words[at + 1] if at + 1 < len(words) else None
        if not scaled or word.gap != " " or follower is None or follower.gap not in ("", " "):
            return None
        parsed = parse_digits(word.norm)
        factor = SCALES.get(follower.norm)
        if parsed is None or factor is None or parsed[0] >= previous or factor >= previous:
            return None
        return parsed[0], at
    if word.kind != "word" or word.norm not in VALUES or word.gap not in (" ", "-"):
        return None
    value = VALUES[word.norm]
    if digits and not (scaled and at + 1 < len(words) and SCALES.get(words[at + 1].norm, previous) < previous):
        return None
    room = Decimal(10) ** (value.adjusted() + 1)
    if previous < room or previous % room != 0 or (not scaled and previous < 20):
        return None
    return value, at
