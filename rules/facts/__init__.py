"""The checkable statements of an item: stage, parties, place, money, quantities, dates, each with its quote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rules.facts.binding import number_facts
from rules.facts.parties import party_facts
from rules.facts.roles import of_the_news, with_implied
from rules.facts.scene import Scene, scene_of
from rules.facts.speech import Source, source_of_item, sources_of
from rules.facts.stage import Step, steps_of
from rules.facts.units import NAMES as UNIT_NAMES
from rules.model import Certainty, Fact
from rules.pack import Pack
from rules.reading import Reading

__all__ = ["UNIT_NAMES", "Told", "tell"]

_DENIAL = "denial"  # ids of stages that packs share
_RUMOUR = "rumour"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a relevant item tells."""

    programmes: tuple[str, ...]  # the main one first
    stage: str | None  # None: no step is told
    certainty: Certainty
    speaker: str | None  # id of a person or party of the pack, or the words as written; None: the outlet itself
    facts: tuple[Fact, ...]  # in order of the text, title first


def tell(reading: Reading, named: Sequence[str], pack: Pack) -> Told:
    """Reads the whole item; `named`: its programmes, the main one first. Linear in the text."""
    scene = scene_of(reading, pack)
    steps = steps_of(scene, of_the_news(reading, named), pack)
    step = steps[0] if steps else None
    stage = pack.stages[step.stage] if step is not None else None
    programmes = with_implied(named, stage, pack)
    news = of_the_news(reading, programmes)
    sources = sources_of(scene, pack)
    source = source_of_item(scene, sources, pack)
    if step is not None and step.stage == _DENIAL:
        source = Source("denied", source.speaker, True)
    if step is not None and source.certainty == "claimed" and _can_be_rumour(step, pack):
        step = replace(step, stage=_RUMOUR)
    main = programmes[0] if programmes else None
    facts = [
        *party_facts(scene, main, source, sources, pack),
        *number_facts(scene, programmes, news, source, sources, stage, pack),
    ]
    if step is not None:
        facts.append(_stage_fact(step, main, source, scene))
    facts.sort(key=lambda fact: (fact.field != "title", fact.start, fact.end, fact.kind))
    return Told(
        programmes=programmes,
        stage=step.stage if step else None,
        certainty=source.certainty,
        speaker=source.speaker,
        facts=tuple(facts),
    )


def _can_be_rumour(step: Step, pack: Pack) -> bool:
    """Whether the step is one of the path, which a weak source cannot put a programme on."""
    return _RUMOUR in pack.stages and pack.stages[step.stage].order is not None


def _stage_fact(step: Step, programme: str | None, source: Source, scene: Scene) -> Fact:
    return Fact(
        kind="stage",
        role=None,
        programme=programme,
        speaker=source.speaker,
        certainty=source.certainty,
        value=step.stage,
        quote=scene.reading.field(step.field)[step.start : step.end],
        field=step.field,
        start=step.start,
        end=step.end,
    )
