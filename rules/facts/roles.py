"""Which of an item's programmes the news is about.

The set of programmes and their order come from rules.programmes. Here is decided which of them own the figures
told as news, and which are only named beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from rules.pack import Pack, Stage
from rules.reading import Reading


def with_implied(programmes: Sequence[str], stage: Stage | None, pack: Pack) -> tuple[str, ...]:
    """The programmes, first the one that the step speaks of without naming it: unpaid bills are the payments."""
    implied = stage.programme if stage is not None else None
    if implied is None or implied not in pack.programmes:
        return tuple(programmes)
    return (implied, *(one for one in programmes if one != implied))


def of_the_news(reading: Reading, programmes: Sequence[str]) -> frozenset[str]:
    """The main programme with those of the headline or, where it names none, of the first sentence."""
    if not programmes:
        return frozenset()
    known = set(programmes)
    first = takewhile(lambda one: one.sentence <= 1, reading.placed)  # they stand in order
    named = [one for one in first if one.mention.kind == "programme"]
    titled = {one.mention.concept for one in named if not one.sentence} & known
    return frozenset((titled or {one.mention.concept for one in named} & known) | {programmes[0]})
