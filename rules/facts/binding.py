"""Sums, counts and dates made into facts: each tied to its programme, its speaker and its certainty.

The grammars (grammars.py) know nothing of the pack; the mentions know nothing of numbers.
Here they meet: a finding belongs to the nearest programme of its sentence, else to the item's only programme.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rules.facts.found import Found
from rules.facts.grammars import find_facts
from rules.facts.stage import Told
from rules.model import Fact, Field, Mention
from rules.pack import Pack
from rules.reading import Placed, Reading
from rules.text import sentence_at

_ORDINAL = "ordinal"  # "the fourth squadron" names one of a row and counts nothing


@dataclass(frozen=True, slots=True)
class _Sentence:
    """What binding needs of one sentence."""

    programmes: tuple[Mention, ...]  # in order of the text
    package: bool  # speaks of a sum of several deals
    lead: bool


_NOTHING = _Sentence((), False, False)


def number_facts(reading: Reading, programmes: Sequence[str], told: Told, pack: Pack) -> Iterator[Fact]:
    """The money, quantity and date facts of title and text, in no special order."""
    sentences = _sentences(reading, pack)
    fields: tuple[Field, ...] = ("title", "text")
    for field in fields:
        text = reading.field(field)
        if not text:
            continue
        for found in find_facts(text, reading.lang, reading.item.on):
            if found.role == _ORDINAL:
                continue
            number = 0 if field == "title" else sentence_at(reading.sentences, found.start) + 1
            role, programme = _bound(found, sentences.get(number, _NOTHING), programmes)
            yield Fact(
                kind=found.kind,
                role=role,
                programme=programme,
                speaker=told.speaker,
                certainty=told.certainty,
                value=found.value,
                unit=found.unit,
                currency=found.currency,
                quote=text[found.start : found.end],
                field=field,
                start=found.start,
                end=found.end,
            )


def _sentences(reading: Reading, pack: Pack) -> dict[int, _Sentence]:
    """The sentences that have mentions, by number."""
    placed: dict[int, list[Placed]] = {}
    for one in reading.placed:
        placed.setdefault(one.sentence, []).append(one)
    return {
        number: _Sentence(
            programmes=tuple(one.mention for one in here if one.mention.kind == "programme"),
            package=any(pack.concepts[one.mention.concept].cue == "package" for one in here),
            lead=any(one.lead for one in here),
        )
        for number, here in placed.items()
    }


def _bound(found: Found, sentence: _Sentence, programmes: Sequence[str]) -> tuple[str | None, str | None]:
    """The role of a finding and the programme that it belongs to; a package total belongs to none."""
    if found.kind == "money" and sentence.package:
        return "package", None
    if sentence.programmes:
        return ("programme" if found.kind == "money" else found.role), _nearest(found, sentence.programmes)
    if len(programmes) != 1:
        return found.role, None
    told_in_lead = found.kind == "money" and sentence.lead
    return ("programme" if told_in_lead else found.role), programmes[0]


def _nearest(found: Found, named: Sequence[Mention]) -> str:
    """The programme whose mention lies nearest; of equally near ones the earlier."""
    after = bisect_right(named, found.start, key=lambda mention: mention.span.start)
    around = named[max(after - 1, 0) : after + 1]
    nearest = min(around, key=lambda one: max(one.span.start - found.end, found.start - one.span.end, 0))
    return nearest.concept
