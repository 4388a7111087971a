"""The terms under which an item is found again: stems of its words and the concepts it names.

Both sides of a search come from here, so they agree: `search_terms` for what is indexed, `query_terms` for what
is typed. A concept brings its parents along, so that a search for the family Sukhoi finds Су-30МКИ.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rules.languages import stem, stems
from rules.lexicon import Hit
from rules.model import Lang
from rules.pack import Pack
from rules.settling import settled
from rules.text import fold, sentences, words

CONCEPT = "c:"  # prefix of a concept's term; no stem has a colon
_SPACES = re.compile(r"\s+")
_INDEXED = frozenset({"programme", "family", "party", "person", "forum", "place"})


def search_terms(text: str, pack: Pack, lang: Lang | None = None) -> tuple[str, ...]:
    """The distinct terms of a text, stems first, in order of first use; empty for an empty text.

    `lang` is of no use yet: each word is stemmed by its own script, since Hindi and Russian news mix in English.
    """
    folded = fold(text)
    hits = settled(pack.lexicon.hits(folded), folded, sentences(text), frozenset())
    return terms_of(stems(text), (hit.concept for hit in hits), pack)


def terms_of(found_stems: Iterable[str], concepts: Iterable[str], pack: Pack) -> tuple[str, ...]:
    """The distinct terms of stems and of indexed concepts with all their parents."""
    terms = dict.fromkeys(found_stems)
    for concept in dict.fromkeys(concepts):
        if pack.concepts[concept].kind in _INDEXED:
            terms.update(dict.fromkeys(CONCEPT + ancestor for ancestor in pack.ancestors[concept]))
    return tuple(terms)


@dataclass(frozen=True, slots=True)
class Asked:
    """One word or name of a query."""

    terms: tuple[str, ...]  # one of them must be among an item's terms
    typed: int  # number of the piece between spaces that it stands in, from 0


def query_terms(query: str, pack: Pack) -> tuple[tuple[str, ...], ...]:
    """What a typed query asks for: of each inner tuple one alternative must be among an item's terms.

    "s400 regiment" -> (("c:s-400",), ("regiment",)). A name counts in any spelling and case; one that is an
    ordinary word too ("triumf") is also looked for as that word. Quotes are read as their words. Empty for a query
    without words: it asks for nothing and every item fits.
    """
    return tuple(dict.fromkeys(asked.terms for asked in asked_in(query, pack)))


def asked_in(query: str, pack: Pack) -> tuple[Asked, ...]:
    """The words and names of a query in their order, repeats included."""
    folded = fold(query)
    named = _longest([hit for hit in pack.lexicon.hits(folded, any_case=True) if _indexed(hit, pack)])
    asked: list[tuple[int, tuple[str, ...]]] = []
    for start, end in sorted({(hit.start, hit.end) for hit in named}):
        here = [hit for hit in named if (hit.start, hit.end) == (start, end)]
        sure = [hit for hit in here if hit.unsure is None]
        alternatives = [CONCEPT + hit.concept for hit in sure or here]
        if not sure and len(stems(folded.text[start:end])) == 1:
            alternatives.append(stem(folded.text[start:end]))
        asked.append((start, tuple(dict.fromkeys(alternatives))))
    for start, end in words(folded.text):
        if not any(hit.start <= start and end <= hit.end for hit in named):
            found = stem(folded.text[start:end])
            if found:
                asked.append((start, (found,)))
    spaces = [match.start() for match in _SPACES.finditer(folded.text)]
    return tuple(Asked(terms, bisect_left(spaces, start)) for start, terms in sorted(asked))


def _indexed(hit: Hit, pack: Pack) -> bool:
    return pack.concepts[hit.concept].kind in _INDEXED


def _longest(hits: Sequence[Hit]) -> list[Hit]:
    """Without what lies inside a longer one, and of overlapping ones the first; equal spans all stay."""
    kept: list[Hit] = []
    for hit in hits:
        if not kept or hit.start >= kept[-1].end or (hit.start, hit.end) == (kept[-1].start, kept[-1].end):
            kept.append(hit)
    return kept
