"""Finds the pack's concepts in a text: programmes, parties, people, forums, places, actions and context words.

One pass of an Aho-Corasick automaton over the folded text with overlapping matches; then each match is checked
for whole words (letters, numbers and marks of any script), for its ending and for its further words. Which of the
names found count is told in settling.py. Cost: linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from rules.inflection import NO_ENDING, Pattern, Piece, patterns
from rules.model import ConceptKind
from rules.text import MARKS_IN_WORDS, Folded, is_word_char

_LONGEST_ENDING = 8  # letters; longer tails are no endings of our three languages
_BETWEEN_WORDS = frozenset(" -\"'(«»/")
_OPENERS = frozenset(' -"(/,.:')  # the usual characters before a word; others are looked at closely
_CLOSERS = frozenset(" -\"')/,.:;!?")  # and after one
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
    names: Mapping[str, str] = field(default_factory=dict)  # language -> name for cards in it; missing: `name`
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
    told: int  # number of what it tells: names of one concept, one company share it; in order of the concepts' ids


# The names that stand at one place: those of one word, the end of them all, and those of several with their ends.
Names = tuple[Sequence[Entry], int, Sequence[tuple[Entry, int]]]


class _Entries(NamedTuple):
    """The names that begin with one string."""

    endings: frozenset[str]  # of all of them
    short: tuple[Entry, ...]  # of one word
    bare: tuple[Entry, ...]  # those of them that need no ending
    letters: str  # that the second word of a longer name may begin with
    long: Mapping[str, _Branch]  # those longer names by that letter


class _Branch(NamedTuple):
    """Names of several words that are the same up to here."""

    literals: tuple[str, ...]  # what their next word may begin with; tells most places apart in one look
    ways: tuple[_Way, ...]


class _Way(NamedTuple):
    """A next word, the names that end with it and those that go on."""

    literal: str
    endings: frozenset[str]
    whole: tuple[Entry, ...]
    longer: _Branch | None


_new = tuple.__new__  # makes a named tuple in less than half the time of its own constructor
BEHIND = "  "  # put behind a text in which names are looked for
_NO_LONG: Mapping[str, _Branch] = {}
_NO_NAMES: Names = ((), 0, ())


class Lexicon:
    """The compiled names of a pack. Immutable after building; safe to share between threads."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        entries: dict[str, list[Entry]] = {}
        told: list[tuple[str, Unsure | None, bool]] = []
        for concept in sorted(concepts, key=attrgetter("id")):
            hides = concept.kind != "action" and concept.cue is None and concept.certainty is None
            for unsure, names in ((None, concept.aliases), *((unsure, unsure.aliases) for unsure in concept.unsure)):
                for lang, aliases in names.items():
                    for alias in aliases:
                        _add(entries, concept.id, patterns(alias, lang), unsure, len(told))
                told.append((concept.id, unsure, hides))
        self._strings = tuple(entries)
        self._told = tuple(told)
        self._named = tuple([_distinct(named) if len(named) > 1 else tuple(named) for named in entries.values()])
        # Few of the strings are ever met: what each tells is worked out when it is first seen.
        self._entries: list[_Entries | None] = [None] * len(entries)
        self._plain: list[tuple[int, ...] | None] = [None] * len(entries)
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

    @property
    def unsure(self) -> Iterable[Unsure]:
        """What aliases that are ordinary words too need beside them."""
        return (unsure for _, unsure, _ in self._told if unsure is not None)

    def glance(self, text: str) -> list[tuple[int, int, int]]:
        """Every string in a folded text, unchecked: its number, start and end. Only they can become hits."""
        return self._automaton.find_matches_as_indexes(text, overlapping=True)

    def names_at(self, text: str, number: int, start: int, end: int) -> Names:
        """The names that stand where a glance saw their first string; capitals are not checked.

        `text` has BEHIND added, so that a look at what follows never leaves it.
        """
        if start and text[start - 1] not in _OPENERS and not _begins_word(text, start):
            return _NO_NAMES
        endings, short, bare, letters, long = self._entries[number] or self._at_first_sight(number)
        last = end
        tail = ""
        if text[end] in _CLOSERS:
            here: Sequence[Entry] = bare
        else:
            last = _LETTERS.match(text, end).end()  # type: ignore[union-attr]  # it may be empty
            tail = text[end:last]
            if tail not in endings:
                return _NO_NAMES
            here = [entry for entry in short if tail in entry.endings]
        if not letters:
            return here, last, ()
        begin = last + 1
        following = text[begin]
        if text[last] not in _BETWEEN_WORDS or following in _BETWEEN_WORDS:
            begin = _next_word(text, last)
            following = text[begin] if begin > 0 else ""
        if not following or following not in letters or not text.startswith(long[following].literals, begin):
            return here, last, ()
        found: list[tuple[Entry, int]] = []
        _follow(long[following], text, begin, tail, found)
        return here, last, found

    def hits(self, folded: Folded, *, any_case: bool = False) -> list[Hit]:
        """Every concept in the text, whole words only, overlaps and unsure ones included, in order of the text.

        `any_case`: acronyms count in small letters too, for what people type into a search.
        """
        text = folded.text + BEHIND
        found: list[tuple[int, int, int]] = []  # start, end below zero, number of what is told: nearly in order
        for number, start, end in self.glance(folded.text):
            plain = self._plain[number]
            if plain is None:
                self._at_first_sight(number)
                plain = self._plain[number]
            if plain and text[end] in _CLOSERS and (not start or text[start - 1] in _OPENERS):
                found += [(start, -end, told) for told in plain]
                continue
            short, last, long = self.names_at(text, number, start, end)
            for _, _, _, capitals, _, told in short:
                if capitals is None or any_case or _has_capitals(capitals, folded, start, end):
                    found.append((start, -last, told))
            for (_, _, _, capitals, _, told), after in long:
                if capitals is None or any_case or _has_capitals(capitals, folded, start, end):
                    found.append((start, -after, told))
        hits = []
        found.sort()
        for start, end, number in dict.fromkeys(found):
            concept, unsure, hides = self._told[number]
            hits.append(_new(Hit, (concept, start, -end, unsure, hides)))
        return hits

    def _at_first_sight(self, number: int) -> _Entries:
        """What a string tells, kept from now on; threads that do the same at once come to the same."""
        names = _by_length(self._named[number])
        self._plain[number] = _plain(names)
        self._entries[number] = names
        return names


def _add(
    entries: dict[str, list[Entry]], concept: str, ways: Iterable[Pattern], unsure: Unsure | None, told: int
) -> None:
    for pieces, capitals in ways:
        key, endings = pieces[0]
        taken = 1
        keys = [key]
        while len(keys[0]) < _SHORT_KEY and endings == NO_ENDING and taken < len(pieces):
            literal, endings = pieces[taken]
            keys = [f"{key}{joint}{literal}" for key in keys for joint in " -"]
            taken += 1
        entry: Entry = _new(Entry, (concept, endings, pieces[taken:], capitals, unsure, told))
        for key in keys:
            if key in entries:
                entries[key].append(entry)
            else:
                entries[key] = [entry]


def _distinct(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(dict.fromkeys(entries))


def _begins_word(text: str, start: int) -> bool:
    """Whether a word begins at `start`, which is not the first place."""
    before = text[start - 1]
    if before == "'":  # the s of "party's 400 seats" begins no designator
        return start < 2 or not is_word_char(text[start - 2])
    return not is_word_char(before)


def _tail(text: str, position: int) -> str:
    """The letters that stand between `position` and the end of its word, as far as an ending may reach."""
    if text[position] in _CLOSERS:
        return ""
    return text[position : _LETTERS.match(text, position).end()]  # type: ignore[union-attr]  # it may be empty


def _next_word(text: str, position: int) -> int:
    """Where the next word begins when only what may stand inside a name lies between; -1 when not."""
    begin = position
    while begin < len(text) and begin - position < _MOST_BETWEEN_WORDS and text[begin] in _BETWEEN_WORDS:
        begin += 1
    return begin if position < begin < len(text) else -1


def _follow(branch: _Branch, text: str, begin: int, ending: str, found: list[tuple[Entry, int]]) -> None:
    """Adds the names whose further words stand from `begin` on and whose first word may have this ending."""
    for literal, endings, whole, longer in branch.ways:
        if not text.startswith(literal, begin):
            continue
        after = begin + len(literal)
        tail = _tail(text, after)
        if tail not in endings:
            continue
        after += len(tail)
        found += [(entry, after) for entry in whole if ending in entry.endings]
        following = _next_word(text, after) if longer is not None else -1
        if longer is not None and following > 0 and text.startswith(longer.literals, following):
            _follow(longer, text, following, ending, found)


def _by_length(entries: Collection[Entry]) -> _Entries:
    if len(entries) == 1:  # most strings
        (entry,) = entries
        if not entry.more:
            alone = (entry,)
            return _Entries(entry.endings, alone, alone if "" in entry.endings else (), "", _NO_LONG)
        letter = entry.more[0].literal[0]
        return _Entries(entry.endings, (), (), letter, {letter: _branch((entry,), 0)})
    long: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.more:
            long.setdefault(entry.more[0].literal[0], []).append(entry)
    endings = {entry.endings for entry in entries}
    short = tuple([entry for entry in entries if not entry.more])
    return _Entries(
        endings.pop() if len(endings) == 1 else frozenset[str]().union(*endings),
        short,
        tuple([entry for entry in short if "" in entry.endings]),
        "".join(long),
        {letter: _branch(found, 0) for letter, found in long.items()} if long else _NO_LONG,
    )


def _plain(names: _Entries) -> tuple[int, ...]:
    """What a string tells by itself where no letter follows it; none when that takes a closer look."""
    bare = names.bare
    if not bare or names.letters:
        return ()
    if len(bare) == 1:
        return (bare[0].told,) if bare[0].capitals is None else ()
    return () if any(entry.capitals for entry in bare) else tuple(entry.told for entry in bare)


def _branch(entries: Collection[Entry], depth: int) -> _Branch:
    """The tree of these names' further words from the one at `depth` on, which they all have."""
    if len(entries) == 1:
        (entry,) = entries
        literal, endings = entry.more[depth].literal, entry.more[depth].endings
        last = len(entry.more) == depth + 1
        way = (
            _Way(literal, endings, (entry,), None) if last else _Way(literal, endings, (), _branch(entries, depth + 1))
        )
        return _Branch((literal,), (way,))
    by_word: dict[Piece, list[Entry]] = {}
    for entry in entries:
        by_word.setdefault(entry.more[depth], []).append(entry)
    ways = []
    for piece, alike in by_word.items():
        longer = [entry for entry in alike if len(entry.more) > depth + 1]
        whole = tuple([entry for entry in alike if len(entry.more) == depth + 1])
        ways.append(_Way(piece.literal, piece.endings, whole, _branch(longer, depth + 1) if longer else None))
    return _Branch(tuple({way.literal: None for way in ways}), tuple(ways))


def _has_capitals(capitals: str, folded: Folded, start: int, end: int) -> bool:
    first, _ = folded.span(start, end)
    return folded.original[first : first + len(capitals)] == capitals
