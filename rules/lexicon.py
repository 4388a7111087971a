"""Finds the pack's concepts in a text: programmes, parties, people, forums, places, actions and context words.

One pass of an Aho-Corasick automaton over the folded text with overlapping matches; then each match is checked
for whole words (letters, numbers and marks of any script), for its ending and for its further words; then the
longest wins over what lies inside it. Aliases that are ordinary words as well ("triumph") count only beside the
words they need. Cost: linear in the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick

from rules.inflection import NO_ENDING, Pattern, Piece, patterns
from rules.model import ConceptKind
from rules.text import Folded, is_word_char, sentence_at

_LONGEST_ENDING = 8  # letters; longer tails are no endings of our three languages
_BETWEEN_WORDS = frozenset(" -\"'(«»/")
# A first word as short as "to" would be found all over: it is looked for with the next word, one space between.
_SHORT_KEY = 4
_MOST_BETWEEN_WORDS = 3  # characters between two words of an alias: space, quote, hyphen


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Unsure:
    """Aliases that are ordinary words too, and what must or must not stand near for them to count."""

    aliases: Mapping[str, tuple[str, ...]]  # language -> aliases
    needs: frozenset[
        str
    ]  # concept ids, children included: one must be in the same sentence or the title; empty: none
    unless: frozenset[str] = frozenset()  # concept ids: none may be in the same sentence or the title


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
    cue: str | None = None  # context: "speech" (said, told) or "package" (a sum of several deals)


@dataclass(frozen=True, slots=True)
class Hit:
    """A concept at a place of the folded text."""

    concept: str
    start: int
    end: int
    unsure: Unsure | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    concept: str
    first_endings: frozenset[str]
    more: tuple[Piece, ...]
    capitals: str | None
    unsure: Unsure | None


class Lexicon:
    """The compiled names of a pack. Immutable after building; safe to share between threads."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        entries: dict[str, dict[_Entry, None]] = {}
        for concept in concepts:
            for lang, aliases in concept.aliases.items():
                for alias in aliases:
                    _add(entries, concept.id, patterns(alias, lang), None)
            for unsure in concept.unsure:
                for lang, aliases in unsure.aliases.items():
                    for alias in aliases:
                        _add(entries, concept.id, patterns(alias, lang), unsure)
        self._entries = tuple(tuple(found) for found in entries.values())
        self._automaton = AhoCorasick(list(entries))

    def hits(self, folded: Folded, *, any_case: bool = False) -> list[Hit]:
        """Every concept in the text, whole words only, overlaps and unsure ones included, in order of the text.

        `any_case`: acronyms count in small letters too, for what people type into a search.
        """
        text = folded.text
        found: set[Hit] = set()
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            if not _begins_word(text, start):
                continue
            for entry in self._entries[index]:
                last = _finish(text, end, entry)
                if last is None:
                    continue
                if entry.capitals is not None and not any_case:
                    first, _ = folded.span(start, end)
                    if folded.original[first : first + len(entry.capitals)] != entry.capitals:
                        continue
                found.add(Hit(entry.concept, start, last, entry.unsure))
        return sorted(found, key=lambda hit: (hit.start, -hit.end, hit.concept))


def settled(
    hits: Sequence[Hit], folded: Folded, sentences: tuple[tuple[int, int], ...], title: frozenset[str]
) -> list[Hit]:
    """The hits that count: unsure ones with what they need, and of nested ones the longest.

    `sentences` are spans of the original text; `title` the concepts of the item's title, none for the title.
    """
    if any(hit.unsure is not None for hit in hits):
        at = [sentence_at(sentences, folded.span(hit.start, hit.end)[0]) for hit in hits]
        near: dict[int, set[str]] = {}
        for sentence, hit in zip(at, hits, strict=True):
            if hit.unsure is None:
                near.setdefault(sentence, set()).add(hit.concept)
        hits = [
            hit for sentence, hit in zip(at, hits, strict=True) if _counts(hit, near.get(sentence, set()), title)
        ]
    kept: list[Hit] = []
    reach = (-1, -1)  # the span that reaches farthest so far
    for hit in hits:
        if hit.end <= reach[1] and (hit.start, hit.end) != reach:
            continue
        if hit.end > reach[1]:
            reach = (hit.start, hit.end)
        if not any(other.concept == hit.concept and other.start == hit.start for other in kept[-3:]):
            kept.append(hit)
    return kept


def _add(
    entries: dict[str, dict[_Entry, None]], concept: str, ways: tuple[Pattern, ...], unsure: Unsure | None
) -> None:
    for way in ways:
        first, *more = way.pieces
        key, endings = first.literal, first.endings
        while len(key) < _SHORT_KEY and endings == NO_ENDING and more:
            following = more.pop(0)
            key, endings = f"{key} {following.literal}", following.endings
        entry = _Entry(concept, endings, tuple(more), way.capitals, unsure)
        entries.setdefault(key, {})[entry] = None


def _counts(hit: Hit, near: set[str], title: frozenset[str]) -> bool:
    if hit.unsure is None:
        return True
    if not hit.unsure.unless.isdisjoint(near) or not hit.unsure.unless.isdisjoint(title):
        return False
    if not hit.unsure.needs:
        return True
    return not hit.unsure.needs.isdisjoint(near) or not hit.unsure.needs.isdisjoint(title)


def _begins_word(text: str, start: int) -> bool:
    if start == 0:
        return True
    before = text[start - 1]
    if before == " ":
        return True
    if before == "'":  # the s of "party's 400 seats" begins no designator
        return start < 2 or not is_word_char(text[start - 2])
    return not is_word_char(before)


def _finish(text: str, end: int, entry: _Entry) -> int | None:
    """Where the alias ends when its ending and its further words stand there; None when they do not."""
    position = _after_ending(text, end, entry.first_endings)
    for piece in entry.more:
        if position is None:
            return None
        begin = position
        while begin < len(text) and begin - position < _MOST_BETWEEN_WORDS and text[begin] in _BETWEEN_WORDS:
            begin += 1
        if begin == position or not text.startswith(piece.literal, begin):
            return None
        position = _after_ending(text, begin + len(piece.literal), piece.endings)
    return position


def _after_ending(text: str, position: int, endings: frozenset[str]) -> int | None:
    """Where the word ends when what is left of it is one of the endings; None when it is not."""
    end = position
    limit = min(len(text), position + _LONGEST_ENDING + 1)
    while end < limit and text[end] != " " and is_word_char(text[end]):
        end += 1
    return end if text[position:end] in endings else None
