"""Which programmes an item is about, the main one first. Others it only mentions: they stay mentions.

News of one deal recalls many: lists of past projects, older orders of the same type, what else is on the table.
What counts is the title and the first sentences; a sentence that recalls (a cue "background" of the pack) counts
only where nothing else names a programme.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from rules.pack import Pack
from rules.reading import Placed, Reading

# "Invar missiles FOR T-90 tanks": of two programmes with such words between, one receives and is not the subject.
_FOR = re.compile(r"\s*(?:\w+\s+){0,3}(?:for|для)\s+(?:\w+\s+){0,3}", re.IGNORECASE)  # the second receives
_HINDI_FOR = re.compile(r"\s*(?:[\w\u0900-\u0963]+\s+){0,2}के लिए\s+(?:[\w\u0900-\u0963]+\s+){0,2}")  # the first
# The same before and after the one that receives alone: "for its Su-30s", "सुखोई-30 के लिए".
_FOR_IT = re.compile(r"\b(?:for|for its|for the|for their|aboard|для|под)\s+(?:[\w-]+\s+){0,2}$", re.IGNORECASE)
_FOR_ITS = re.compile(r"\b(?:for (?:its|their)|для своих)\s+(?:[\w-]+\s+){0,2}$", re.IGNORECASE)
_FOR_HINDI = re.compile(r"[\w\u0900-\u0963-]*\s+(?:[\w\u0900-\u0963]+\s+){0,1}(?:के लिए|से लैस)")
# What only shows where, or is guarded: "the Su-30 plant", "to shield S-400 batteries".
_GUARDED = re.compile(
    r"\b(?:to (?:shield|protect|guard|cover|escort)|for (?:the )?protection of|для (?:защиты|охраны|прикрытия)"
    r"|прикрыть|прикроют|защитить|защитят)\s+(?:[\w-]+\s+){0,1}[«\"]?$",
    re.IGNORECASE,
)
_PLACE_AFTER = re.compile(
    r"[\w\u0900-\u0963-]*[»\"]?\s+(?:(?:plant|factory|line|assembly line)\b"
    r"|(?:वाली|वाले|की|के)\s+(?:फैक्ट्री|फैक्टरी|प्लांट|कारखाने|सुरक्षा|हिफाजत))"
)
_ABOUT_OTHERS = ("agreement", "sanctions", "payments")  # categories of what is never made for another programme
_LOADS = ("missile", "engine", "radar")  # categories of what is carried
_CARRIERS = ("aircraft", "land", "naval", "helicopter")  # and of what carries it
_LONG = 60  # characters between two programmes; farther apart, "for" speaks of something else


def about(reading: Reading, general: Iterable[str], pack: Pack) -> tuple[str, ...]:
    """The programmes of a reading, the main one first; `general` ones only when no other is named.

    `general`: ids that rules propose for what the reading tells without a name, the first being the best guess; those
    that no name stands for alone (the whole field) give way to all others. Empty when nothing is named or proposed.
    """
    named = [one for one in reading.placed if one.mention.kind == "programme"]
    recalling = _recalling(reading.placed, pack)
    close = [one for one in named if one.lead and one.sentence not in recalling]
    close = close or [one for one in named if one.sentence not in recalling]
    kept = _without_the_wider(close, pack)
    wide = {
        rule.programme
        for rule in pack.rules
        if rule.programme and not any(pack.concepts[rule.programme].aliases.values())
    }
    special = [one for one in kept if one.mention.concept not in wide]
    if not special:
        proposed = tuple(dict.fromkeys(general))
        guessed = [concept for concept in proposed if concept not in wide]
        return tuple(guessed[:1]) or tuple(dict.fromkeys((*proposed, *(one.mention.concept for one in kept))))
    receiving = _receiving(special, reading, pack) | _carrying(special, reading, pack) | _placing(special, reading)
    subjects = [one for one in special if one.mention.concept not in receiving]
    return _by_place(subjects or special)


def _recalling(placed: Iterable[Placed], pack: Pack) -> frozenset[int]:
    """The sentences of the text that list what was before or elsewhere."""
    return frozenset(
        one.sentence for one in placed if one.sentence and pack.concepts[one.mention.concept].cue == "background"
    )


def _without_the_wider(placed: Sequence[Placed], pack: Pack) -> list[Placed]:
    """Without a type beside one of its orders ("S-400" beside "five more S-400"), unless a sentence is its own."""
    present = {one.mention.concept for one in placed}
    members: dict[str, set[str]] = {}
    for concept in present:
        for above in pack.ancestors[concept][1:]:
            if above in present:
                members.setdefault(above, set()).add(concept)
    if not members:
        return list(placed)
    spoken: dict[int, set[str]] = {}
    for one in placed:
        spoken.setdefault(one.sentence, set()).add(one.mention.concept)
    own = {
        concept
        for concept, narrower in members.items()
        if any(number and concept in here and here.isdisjoint(narrower) for number, here in spoken.items())
    }
    return [one for one in placed if one.mention.concept not in members or one.mention.concept in own]


def _by_place(placed: Sequence[Placed]) -> tuple[str, ...]:
    """In the title before the lead before the rest; there in their order."""
    ranks: dict[str, tuple[int, int]] = {}
    for number, one in enumerate(placed):
        rank = (0 if one.sentence == 0 else 1 if one.lead else 2, number)
        ranks[one.mention.concept] = min(rank, ranks.get(one.mention.concept, rank))
    return tuple(sorted(ranks, key=ranks.__getitem__))


def _carrying(placed: Sequence[Placed], reading: Reading, pack: Pack) -> set[str]:
    """The aircraft, ships and tanks of the text that only carry what the title names: "for its Su-30s"."""
    loads = [one for one in placed if pack.concepts[one.mention.concept].category in _LOADS]
    found: set[str] = set()
    for one in placed if loads else ():
        if pack.concepts[one.mention.concept].category not in _CARRIERS:
            continue
        written = reading.item.title if one.mention.span.field == "title" else reading.item.text
        before = written[max(one.mention.span.start - _LONG, 0) : one.mention.span.start]
        after = written[one.mention.span.end : one.mention.span.end + _LONG]
        if _FOR_HINDI.match(after):
            told = any(load.sentence <= one.sentence for load in loads)
        elif not one.sentence and _FOR_ITS.search(before):  # a headline that tells the load by its sort alone
            told = True
        else:  # "for 12 Su-30MKI and their R-37M": what is for something stands before it
            at = (one.sentence, one.mention.span.start)
            told = any((load.sentence, load.mention.span.start) < at for load in loads) and bool(_FOR_IT.search(before))
        if told:
            found.add(one.mention.concept)
    return found


def _placing(placed: Sequence[Placed], reading: Reading) -> set[str]:
    """What the title names only as a place or as what another one guards."""
    title = reading.item.title
    return {
        one.mention.concept
        for one in placed
        if not one.sentence
        and (
            _GUARDED.search(title[max(one.mention.span.start - _LONG, 0) : one.mention.span.start])
            or _PLACE_AFTER.match(title[one.mention.span.end : one.mention.span.end + _LONG])
        )
    }


def _receiving(placed: Sequence[Placed], reading: Reading, pack: Pack) -> set[str]:
    """The programmes of the title for which another one is meant."""
    found: set[str] = set()
    for first, second in pairwise(one for one in placed if one.sentence == 0):
        start, end = first.mention.span.end, second.mention.span.start
        if not 0 < end - start < _LONG or pack.concepts[first.mention.concept].category in _ABOUT_OTHERS:
            continue
        between = reading.item.title[start:end]
        if _FOR.fullmatch(between):
            found.add(second.mention.concept)
        elif _HINDI_FOR.fullmatch(between):
            found.add(first.mention.concept)
    return found
