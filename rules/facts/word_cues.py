"""What a single word tells the grammars of numbers, dates and counts: looked up once for each word, then kept.

In: a word's kind and its folded form. Out: bits, and the role that it gives a count beside it.
"""

from __future__ import annotations

from typing import Final

from rules.facts import calendar_words as calendar
from rules.facts import clause_words as clause
from rules.facts import quantity_words as near
from rules.facts.folding import starts
from rules.facts.number_words import ALONE, FRACTIONS, ORDINALS, SCALES, VALUES

BEGINS_NUMBER: Final = 1 << 0  # digits, "five", "half", साढ़े
BEGINS_DATE: Final = 1 << 1  # digits, "May", "next", сегодня, "fiscal"
SIGNED: Final = 1 << 2  # the rest: what makes of a date, see the tables of the same names in calendar_words
DONE: Final = 1 << 3
DUE: Final = 1 << 4
EVENT: Final = 1 << 5
FUTURE: Final = 1 << 6
PAST: Final = 1 << 7
MAY_OPEN: Final = 1 << 8  # a clause, by its gap or with it: "; he", ", which"
SAYS: Final = 1 << 9  # said, according, claims
GOES_ON: Final = 1 << 10  # with the number before it: "million", "twenty", "5 करोड़ 20 लाख"
GIVES_ROLE: Final = 1 << 11  # to a count beside it, see `count_role`
MARKED: Final = BEGINS_NUMBER | BEGINS_DATE | MAY_OPEN | SAYS  # where the grammars look closely

_PARTS = frozenset((";", "–", ":"))  # gaps that open a clause
_ARTICLES = ("a", "half")  # "a billion", "half a dozen"
_NUMBERS: Final = frozenset((*VALUES, *ALONE, *ORDINALS, *FRACTIONS, *_ARTICLES))
_DATES: Final = frozenset(
    (
        *calendar.MONTHS,
        *calendar.SHORT_MONTHS,
        *calendar.RELATIVE_STARTS,
        *calendar.WEEKDAYS,
        *(phrase[0] for phrase in calendar.FISCAL),
    )
)
_BEGINNINGS: Final = (
    (SIGNED, calendar.SIGNED),
    (DONE, calendar.DONE),
    (DUE, calendar.DUE),
    (EVENT, calendar.EVENT),
    (FUTURE, calendar.FUTURE),
    (PAST, calendar.PAST),
)


def cues(kind: str, norm: str, gap: str, sense: int) -> int:
    """What the word tells, as a sum of the constants above; 0 for most words. `sense`: see clause_words."""
    found = sum(bit for bit, beginnings in _BEGINNINGS if starts(norm, beginnings))
    if kind == "number":
        found |= BEGINS_NUMBER | BEGINS_DATE
    elif kind == "word":
        found |= BEGINS_NUMBER if norm in _NUMBERS else 0
        found |= BEGINS_DATE if norm in _DATES else 0
    if kind == "number" or norm in SCALES or norm in VALUES or norm == "and":
        found |= GOES_ON
    if count_role(norm) is not None:
        found |= GIVES_ROLE
    if gap in _PARTS or (gap == "," and sense & clause.OPENS):
        found |= MAY_OPEN
    if sense & (clause.SAYING | clause.BY_WORD_OF | clause.CLAIMING):
        found |= SAYS
    return found


def count_role(norm: str) -> str | None:
    """The role that the word gives a count beside it; None for most words."""
    return next((role for role, beginnings in near.ROLES if starts(norm, beginnings)), None)
