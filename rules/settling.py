"""Which of the names found count: those in the company they need, and of nested ones the longest.

In: the hits of lexicon.py in one field, all of them. Out: those that detection and search go by. Linear.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from rules.lexicon import Hit, Unsure
from rules.text import Folded

_BESIDE = 8  # hits looked at on each side of one that needs a near companion
_LONG_WORD = 15  # letters: farther than so many for each word in between is not near


def settled(
    hits: Sequence[Hit], folded: Folded, sentences: tuple[tuple[int, int], ...], title: frozenset[str]
) -> list[Hit]:
    """The hits that count: unsure ones with what they need, and of nested ones the longest.

    `sentences` are spans of the original text; `title` the concepts of the item's title, none for the title.
    """
    if any(hit.unsure is not None for hit in hits):
        at = _sentence_numbers(hits, folded, sentences)
        near: dict[int, set[str]] = {}
        for sentence, hit in zip(at, hits, strict=True):
            if hit.unsure is None:
                near.setdefault(sentence, set()).add(hit.concept)
        hits = [
            hit
            for number, hit in enumerate(hits)
            if hit.unsure is None
            or (
                _in_company(hit.unsure, near.get(at[number], set()), title)
                if hit.unsure.within is None
                else _in_company(hit.unsure, _beside(hits, number, folded.text), frozenset())
            )
        ]
    kept: list[Hit] = []
    reach = hidden = (-1, -1)  # the span that reaches farthest so far, of all and of those that hide names
    for hit in hits:
        inside = hidden if hit.hides else reach
        if hit.end <= inside[1] and (hit.start, hit.end) != inside:
            continue
        if hit.end > reach[1]:
            reach = (hit.start, hit.end)
        if hit.hides and hit.end > hidden[1]:
            hidden = (hit.start, hit.end)
        for other in kept[-3:]:
            if other.concept == hit.concept and other.start == hit.start:
                break
        else:
            kept.append(hit)
    return kept


def _sentence_numbers(hits: Sequence[Hit], folded: Folded, sentences: tuple[tuple[int, int], ...]) -> list[int]:
    """The sentence of each hit; one walk, since both are in order."""
    numbers: list[int] = []
    number, following = 0, sentences[1][0] if len(sentences) > 1 else None
    for hit in hits:
        start = folded.origin(hit.start)
        while following is not None and following <= start:
            number += 1
            following = sentences[number + 1][0] if number + 1 < len(sentences) else None
        numbers.append(number)
    return numbers


def _in_company(unsure: Unsure, near: Set[str], title: Set[str]) -> bool:
    if not unsure.unless.isdisjoint(near) or not unsure.unless.isdisjoint(title):
        return False
    if not unsure.needs:
        return True
    return not unsure.needs.isdisjoint(near) or not unsure.needs.isdisjoint(title)


def _beside(hits: Sequence[Hit], number: int, text: str) -> set[str]:
    """The sure concepts among the hits on both sides that stand at most `within` words away."""
    hit = hits[number]
    within = hit.unsure.within if hit.unsure is not None and hit.unsure.within is not None else 0
    found: set[str] = set()
    for other in hits[max(number - _BESIDE, 0) : number + _BESIDE + 1]:
        if other.unsure is not None:
            continue
        first, last = (other, hit) if other.start < hit.start else (hit, other)
        gap = last.start - first.end
        if gap <= _LONG_WORD * (within + 1) and text.count(" ", first.end, last.start) <= within + 1:
            found.add(other.concept)
    return found
