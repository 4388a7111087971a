"""Finds the pack's concepts in a text: programmes, parties, people, forums, places, actions and context words.

One pass of an Aho-Corasick automaton over the folded text with overlapping matches; then each match is checked
for whole words (letters, numbers and marks of any script), for its ending and for its further words. Which of the
names found count is told in settling.py. Cost: linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from rules.inflection import NO_ENDING, Pattern, Piece, patterns
from rules.model import ConceptKind
from rules.text import MARKS_IN_WORDS, Folded, is_word_char

_LONGEST_ENDING = 8  # letters; longer tails are no endings of our three languages
_BETWEEN_WORDS = frozenset(" -\"'(«»/")
_OPENERS = frozenset(' -"(/,.:')  # the usual characters before a word; others are looked at closely
_CLOSERS = frozenset(("", *" -\"')/,.:;!?"))  # and after one
# A first word as short as "to" would be found all over: it is looked for with the next word, a space or hyphen
# between.
_SHORT_KEY = 4
_LETTERS = re.compile(rf"(?:[^\W_]|[{MARKS_IN_WORDS}]){{0,{_LONGEST_ENDING + 1}}}+")
_MOST_BETWEEN_WORDS = 3  # characters between two words of an alias: space, quote, hyphen


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Unsure:
    """Aliases that are ordinary words too, and what must or must not stand near for them to count."""

    aliases: Mapping[str, tuple[str, ...]]  # language -> aliases
    needs: frozenset[str]  # concept ids, children included: one must be in the same sentence or the title; empty: none
    unless: frozenset[str] = frozenset()  # concept ids: none may be in the same sentence or the title
    within: int | None = None  # words between at most: what is needed or ruled out stands that near; None: see above


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One thing that a pack knows by its names."""

    id: str
    kind: ConceptKind
    name: str  # short, for cards and reasons
    aliases: Mapping[str, tuple[str, ...]]  # language -> names as written
    unsure: tuple[Unsure, ...] = ()
    parents: tuple[str, ...] = ()  # families and countries that it belongs to
    implies: tuple[str, ...] = ()  # parties that it speaks of without naming them, e.g. BrahMos: india, russia
    category: str | None = None  # programmes: "air-defence" …
    stage: str | None = None  # actions: the step that they tell
    certainty: str | None = None  # context: how sure a speaker makes the news
    side: str | None = None  # parties: "buyer" or "seller", children included
    cue: str | None = None  # what the words do in a sentence; the list is in pack_keys.CHOICES
    units: Mapping[str, str] = field(default_factory=dict)  # programmes: unit -> the one it is the same as there


class Hit(NamedTuple):
    """A concept at a place of the folded text. A tuple, since a long article has hundreds."""

    concept: str
    start: int
    end: int
    unsure: Unsure | None = None
    hides: bool = True  # names that lie inside it; actions and speakers' words hide only their like


class Entry(NamedTuple):
    """A name that begins with a string of the search."""

    concept: str
    endings: frozenset[str]  # of the first word
    more: tuple[Piece, ...]  # its further words
    capitals: str | None
    unsure: Unsure | None
    hides: bool


class _Entries(NamedTuple):
    """The names that begin with one string."""

    short: tuple[Entry, ...]  # of one word
    long: Mapping[str, tuple[Entry, ...]]  # of several, by the first letter of the second


class Lexicon:
    """The compiled names of a pack. Immutable after building; safe to share between threads."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        entries: dict[str, dict[Entry, None]] = {}
        for concept in concepts:
            for lang, aliases in concept.aliases.items():
                for alias in aliases:
                    _add(entries, concept, patterns(alias, lang), None)
            for unsure in concept.unsure:
                for lang, aliases in unsure.aliases.items():
                    for alias in aliases:
                        _add(entries, concept, patterns(alias, lang), unsure)
        self._strings = tuple(entries)
        self._entries = tuple(map(_by_length, entries.values()))
        self._endings = tuple(frozenset[str]().union(*(entry.endings for entry in found)) for found in entries.values())
        self._named = tuple(map(tuple, entries.values()))
        # Not the faster table of all moves: it costs 18 MB and 35 ms of loading for a microsecond a headline.
        self._automaton = AhoCorasick(self._strings, implementation=Implementation.ContiguousNFA)

    @property
    def strings(self) -> tuple[str, ...]:
        """What is looked for, in the order of `glance`'s numbers."""
        return self._strings

    @property
    def named(self) -> tuple[tuple[Entry, ...], ...]:
        """For each string that is looked for, the names that begin with it; in the order of `glance`'s numbers."""
        return self._named

    def glance(self, text: str) -> list[tuple[int, int, int]]:
        """Every string in a folded text, unchecked: its number, start and end. Only they can become hits."""
        return self._automaton.find_matches_as_indexes(text, overlapping=True)

    def names_at(self, text: str, number: int, start: int, end: int) -> Sequence[tuple[Entry, int]]:
        """The names that stand where a glance saw their first string, and their ends; capitals are not checked."""
        if start and text[start - 1] not in _OPENERS and not _begins_word(text, start):
            return ()
        tail = _tail(text, end)
        if tail not in self._endings[number]:
            return ()
        short, long = self._entries[number]
        last = end + len(tail)
        found = [(entry, last) for entry in short if tail in entry.endings]
        if long and (begin := _next_word(text, last)) > 0:
            for entry in long.get(text[begin], ()):
                if tail in entry.endings and (after := _finish(text, begin, entry.more)) > 0:
                    found.append((entry, after))
        return found

    def hits(self, folded: Folded, *, any_case: bool = False) -> list[Hit]:
        """Every concept in the text, whole words only, overlaps and unsure ones included, in order of the text.

        `any_case`: acronyms count in small letters too, for what people type into a search.
        """
        text = folded.text
        found: set[Hit] = set()
        for number, start, end in self.glance(text):
            for entry, last in self.names_at(text, number, start, end):
                if any_case or entry.capitals is None or _has_capitals(entry.capitals, folded, start, end):
                    found.add(Hit(entry.concept, start, last, entry.unsure, entry.hides))
        return sorted(found, key=_in_order)


def _in_order(hit: Hit) -> tuple[int, int, str]:
    return hit.start, -hit.end, hit.concept


def _add(
    entries: dict[str, dict[Entry, None]], concept: Concept, ways: tuple[Pattern, ...], unsure: Unsure | None
) -> None:
    hides = concept.kind != "action" and concept.cue is None and concept.certainty is None
    for way in ways:
        first, *more = way.pieces
        keys, endings = [first.literal], first.endings
        while len(keys[0]) < _SHORT_KEY and endings == NO_ENDING and more:
            following = more.pop(0)
            keys = [f"{key}{joint}{following.literal}" for key in keys for joint in " -"]
            endings = following.endings
        entry = Entry(concept.id, endings, tuple(more), way.capitals, unsure, hides)
        for key in keys:
            entries.setdefault(key, {})[entry] = None


def _begins_word(text: str, start: int) -> bool:
    """Whether a word begins at `start`, which is not the first place."""
    before = text[start - 1]
    if before == "'":  # the s of "party's 400 seats" begins no designator
        return start < 2 or not is_word_char(text[start - 2])
    return not is_word_char(before)


def _tail(text: str, position: int) -> str:
    """The letters that stand between `position` and the end of its word, as far as an ending may reach."""
    if text[position : position + 1] in _CLOSERS:
        return ""
    return text[position : _LETTERS.match(text, position).end()]  # type: ignore[union-attr]  # it may be empty


def _next_word(text: str, position: int) -> int:
    """Where the next word begins when only what may stand inside a name lies between; -1 when not."""
    begin = position
    while begin < len(text) and begin - position < _MOST_BETWEEN_WORDS and text[begin] in _BETWEEN_WORDS:
        begin += 1
    return begin if position < begin < len(text) else -1


def _finish(text: str, begin: int, more: tuple[Piece, ...]) -> int:
    """Where the name ends when its further words stand from `begin` on; -1 when they do not."""
    after = begin
    for number, piece in enumerate(more):
        if number:
            begin = _next_word(text, after)
        if begin < 0 or not text.startswith(piece.literal, begin):
            return -1
        after = begin + len(piece.literal)
        tail = _tail(text, after)
        if tail not in piece.endings:
            return -1
        after += len(tail)
    return after


def _by_length(entries: Iterable[Entry]) -> _Entries:
    long: dict[str, list[Entry]] = {}
    short: list[Entry] = []
    for entry in entries:
        if entry.more:
            long.setdefault(entry.more[0].literal[0], []).append(entry)
        else:
            short.append(entry)
    return _Entries(tuple(short), {letter: tuple(found) for letter, found in long.items()})


def _has_capitals(capitals: str, folded: Folded, start: int, end: int) -> bool:
    first, _ = folded.span(start, end)
    return folded.original[first : first + len(capitals)] == capitals
