"""Looks around a date or a count for the words that tell its role or its tense.

In: the words of a text and the indexes between which the fact stands. All within one clause and a few words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.facts import calendar_words as calendar
from rules.facts.words import CLAUSE_ENDS, Word, starts

REACH = 7  # words to each side in which a cue counts; by judgement, about one clause


def around(words: Sequence[Word], first: int, last: int) -> Iterator[int]:
    """Indexes of the words near first..last in the same clause, nearest first, of two as near the one before."""
    left, right = first, last
    left_open = right_open = True
    for _ in range(REACH):
        left_open = left_open and left > 0 and words[left].gap not in CLAUSE_ENDS
        if left_open:
            left -= 1
            yield left
        right_open = right_open and right + 1 < len(words) and words[right + 1].gap not in CLAUSE_ENDS
        if right_open:
            right += 1
            yield right


def tense_near(words: Sequence[Word], first: int, last: int) -> str | None:
    for at in around(words, first, last):
        if starts(words[at].norm, calendar.FUTURE):
            return "future"
        if starts(words[at].norm, calendar.PAST):
            return "past"
    return None


def is_deadline(words: Sequence[Word], first: int, last: int) -> bool:
    """By, until, к, до shortly before ("к концу 2026 года"), or तक shortly after ("2026 के अंत तक")."""
    at = first
    while at > 0 and first - at < REACH and words[at].gap in (" ", "-"):
        at -= 1
        if words[at].norm in calendar.DUE_BEFORE:
            return True
        if words[at].norm not in calendar.DEADLINE_PARTS:
            break
    for word in words[last + 1 : last + 1 + REACH]:
        if word.norm in calendar.DUE_AFTER:
            return True
        if word.norm not in calendar.DEADLINE_PARTS:
            break
    return False
