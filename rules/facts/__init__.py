"""The checkable statements of an item: stage, parties, place, money, quantities, dates, each with its quote."""

from __future__ import annotations

from collections.abc import Sequence

from rules.facts.binding import number_facts
from rules.facts.parties import party_facts
from rules.facts.stage import Told, told_by
from rules.model import Fact
from rules.pack import Pack
from rules.reading import Reading

__all__ = ["Told", "extract", "told_by"]


def extract(reading: Reading, programmes: Sequence[str], told: Told, pack: Pack) -> tuple[Fact, ...]:
    """All facts of an item in the order of its text, title first; empty when it tells none."""
    main = programmes[0] if programmes else None
    facts = [*party_facts(reading, told, main, pack), *number_facts(reading, programmes, told, pack)]
    if told.stage is not None and told.mention is not None:
        span = told.mention.span
        facts.append(
            Fact(
                kind="stage",
                role=None,
                programme=main,
                speaker=told.speaker,
                certainty=told.certainty,
                value=told.stage,
                quote=span.quote,
                field=span.field,
                start=span.start,
                end=span.end,
            )
        )
    return tuple(sorted(facts, key=lambda fact: (fact.field != "title", fact.start, fact.end, fact.kind)))
