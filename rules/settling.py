"""Which of the names found count: those in the company they need, and of nested ones the longest.

In: the hits of lexicon.py in one field, all of them. Out: those that detection and search go by. Linear.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence, Set

from rules.lexicon import Hit, Unsure
from rules.text import Folded, sentence_at

_BESIDE = 8  # hits looked at on each side of one that needs a near companion
_LONG_WORD = 15  # letters: farther than so many for each word in between is not near


def settled(
    hits: Sequence[Hit], folded: Folded, sentences: tuple[tuple[int, int], ...], title: frozenset[str]
) -> list[Hit]:
    """The hits that count: unsure ones with what they need, and of nested ones the longest.

    `sentences` are spans of the original text; `title` the concepts of the item's title, none for the title.
    """
    starts = [hit.start for hit in hits]
    near: dict[int, set[str]] = {}  # the sure concepts of a sentence, by its number
    kept: list[Hit] = []
    reach = hidden = (-1, -1)  # the span that reaches farthest so far, of all and of those that hide names
    for number, hit in enumerate(hits):
        concept, start, end, unsure, hides = hit
        if unsure is not None:
            if unsure.within is not None:
                around = _beside(hits, number, folded.text)
                if not _in_company(unsure, around, frozenset()):
                    continue
            else:
                sentence = sentence_at(sentences, folded.origin(start))
                if sentence not in near:
                    near[sentence] = _sure(hits, starts, folded, sentences, sentence)
                if not _in_company(unsure, near[sentence], title):
                    continue
        inside = hidden if hides else reach
        if end <= inside[1] and (start, end) != inside:
            continue
        if end > reach[1]:
            reach = (start, end)
        if hides and end > hidden[1]:
            hidden = (start, end)
        if kept and kept[-1].start == start and (concept, start) in [other[:2] for other in kept[-3:]]:
            continue
        kept.append(hit)
    return kept


def _sure(
    hits: Sequence[Hit], starts: Sequence[int], folded: Folded, sentences: tuple[tuple[int, int], ...], sentence: int
) -> set[str]:
    """The sure concepts of one sentence: of the hits from its beginning to the next one's, the first from 0."""

    def place(number: int) -> int:
        return bisect_left(starts, sentences[number][0], key=folded.origin)

    low = place(sentence) if sentence else 0
    high = place(sentence + 1) if sentence + 1 < len(sentences) else len(hits)
    return {hit.concept for hit in hits[low:high] if hit.unsure is None}


def _in_company(unsure: Unsure, near: Set[str], title: Set[str]) -> bool:
    if not unsure.unless.isdisjoint(near) or not unsure.unless.isdisjoint(title):
        return False
    if not unsure.needs:
        return True
    return not unsure.needs.isdisjoint(near) or not unsure.needs.isdisjoint(title)


def _beside(hits: Sequence[Hit], number: int, text: str) -> set[str]:
    """Of the sure concepts that the hit asks for, those among the hits on both sides that stand at most `within`
    words away."""
    _, start, end, unsure, _ = hits[number]
    if unsure is None:
        return set()
    needs, unless, within = unsure.needs, unsure.unless, unsure.within or 0
    reach = _LONG_WORD * (within + 1)
    found: set[str] = set()
    for concept, first, last, company, _ in hits[max(number - _BESIDE, 0) : number + _BESIDE + 1]:
        if company is not None or (concept not in needs and concept not in unless):
            continue
        low, high = (last, start) if first < start else (end, first)
        if high - low <= reach and text.count(" ", low, high) <= within + 1:
            found.add(concept)
    return found
