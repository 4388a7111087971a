"""Looks around a date or a count for the words that tell its role or its tense.

In: the words of a text and the indexes between which the fact stands. All within one clause and a few words.
"""

from __future__ import annotations

from collections.abc import Sequence

from rules.facts import calendar_words as calendar
from rules.facts.word_cues import FUTURE, PAST
from rules.facts.words import CLAUSE_ENDS, Word

REACH = 7  # words to each side in which a cue counts; by judgement, about one clause


def nearest(words: Sequence[Word], first: int, last: int, tells: int) -> int | None:
    """The word nearest to first..last in the same clause that has one of the cues `tells`, of two as near the one
    before; None when there is none."""
    left, right = first, last
    low, high = max(first - REACH, 0), min(last + REACH, len(words) - 1)
    while left > low or right < high:
        if left > low:
            if words[left].gap in CLAUSE_ENDS:
                low = left
            else:
                left -= 1
                if words[left].cue & tells:
                    return left
        if right < high:
            if words[right + 1].gap in CLAUSE_ENDS:
                high = right
            else:
                right += 1
                if words[right].cue & tells:
                    return right
    return None


def tense_near(words: Sequence[Word], first: int, last: int) -> str | None:
    at = nearest(words, first, last, FUTURE | PAST)
    if at is None:
        return None
    return "future" if words[at].cue & FUTURE else "past"


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
