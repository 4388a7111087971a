"""Several packs as one: each keeps its own names, rules and verdict; what they share is shared by its id.

`together` makes the Pack that the program is handed; `joined` makes one detection of those by the parts. A pack
judges exactly as it does alone: the names of one never hide those of another.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from rules.lexicon import Concept, Lexicon
from rules.model import Detection, Mention
from rules.pack import Pack, PackFeed, Stage
from rules.pack_own import KEYWORD
from rules.toml import PackError

_INTERNAL = (
    "action",
    "context",
)  # kinds that only a pack's own rules speak of; others are seen in filters and cards


def together(packs: Sequence[Pack]) -> Pack:
    """One pack of at least one; raises PackError when an id means different things in two of them."""
    if len(packs) == 1:
        return packs[0]
    first = packs[0]
    concepts: dict[str, Concept] = {}
    stages: dict[str, Stage] = {}
    owners: dict[str, str] = {}
    for number, pack in enumerate(packs):
        if any(pack.id == other.id for other in packs[:number]):
            raise PackError(pack.id, 0, f"two packs have the id '{pack.id}'; name each pack once")
        for concept in pack.concepts.values():
            known = concepts.get(concept.id)
            if known is not None:
                _same_thing(known, concept, owners[concept.id], pack.id)
            concepts[concept.id] = concept if known is None else _merged(known, concept)
            owners.setdefault(concept.id, pack.id)
        for stage in pack.stages.values():
            known_stage = stages.setdefault(stage.id, stage)
            if dict(known_stage.name) != dict(stage.name):
                message = f"the stage '{stage.id}' has other labels than in {_owner(packs, stage.id)}"
                raise PackError(pack.id, 0, f"{message}; use the same, or another id")
    ancestors = {
        concept_id: tuple(dict.fromkeys(above for pack in packs for above in pack.ancestors.get(concept_id, ())))
        for concept_id in concepts
    }
    return Pack(
        id="+".join(pack.id for pack in packs),
        title=" and ".join(pack.title for pack in packs),
        languages=tuple(dict.fromkeys(lang for pack in packs for lang in pack.languages)),
        threshold=first.threshold,
        bias=first.bias,
        concepts=MappingProxyType(concepts),
        programmes=MappingProxyType({key: one for pack in packs for key, one in pack.programmes.items()}),
        stages=MappingProxyType(stages),
        feeds=_feeds(packs),
        rules=(),
        lexicon=Lexicon(one for one in concepts.values() if not one.id.startswith(KEYWORD)),
        ancestors=MappingProxyType(ancestors),
        parts=tuple(_on_one_scale(pack, first.threshold) for pack in packs),
    )


def joined(detections: Sequence[Detection]) -> Detection:
    """One detection of an item from those by each pack: the strongest, with what the other relevant ones add."""
    told = [detection for detection in detections if detection.relevant]
    best = max(told or detections, key=lambda detection: detection.score)
    others = [detection for detection in told if detection is not best]
    taken = {(fact.kind, fact.field, fact.start) for fact in best.facts}
    facts = [*best.facts]
    for other in others:
        facts += [fact for fact in other.facts if (fact.kind, fact.field, fact.start) not in taken]
        taken |= {(fact.kind, fact.field, fact.start) for fact in other.facts}
    return replace(
        best,
        programmes=tuple(dict.fromkeys(one for each in (best, *others) for one in each.programmes)),
        facts=tuple(sorted(facts, key=lambda fact: (fact.field != "title", fact.start, fact.end, fact.kind))),
        mentions=_mentions((best, *others)),
        terms=tuple(dict.fromkeys(term for detection in detections for term in detection.terms)),
    )


def _same_thing(one: Concept, other: Concept, owner: str, pack: str) -> None:
    if one.kind == other.kind and (one.kind in _INTERNAL or one.name == other.name):
        return
    message = f"'{other.id}' is the {other.kind} {other.name} here, but the {one.kind} {one.name} in {owner}"
    raise PackError(pack, 0, f"{message}; give one of them another id, or both the same kind and name")


def _owner(packs: Sequence[Pack], stage: str) -> str:
    return next(pack.id for pack in packs if stage in pack.stages)


def _merged(one: Concept, other: Concept) -> Concept:
    """For search: every name of both."""
    aliases = {
        lang: tuple(dict.fromkeys((*one.aliases.get(lang, ()), *other.aliases.get(lang, ()))))
        for lang in {**one.aliases, **other.aliases}
    }
    return replace(
        one,
        aliases=aliases,
        names={**other.names, **one.names},
        unsure=(*one.unsure, *(part for part in other.unsure if part not in one.unsure)),
        parents=tuple(dict.fromkeys((*one.parents, *other.parents))),
        implies=tuple(dict.fromkeys((*one.implies, *other.implies))),
    )


def _feeds(packs: Sequence[Pack]) -> tuple[PackFeed, ...]:
    """Each address once; it is polled by default when any pack says so."""
    found: dict[str, PackFeed] = {}
    for pack in packs:
        for feed in pack.feeds:
            known = found.get(feed.url, feed)
            found[feed.url] = replace(known, default=known.default or feed.default)
    return tuple(found.values())


def _on_one_scale(pack: Pack, threshold: float) -> Pack:
    """The pack with another threshold and its bias moved as far, so that every verdict stays."""
    if pack.threshold == threshold:
        return pack
    moved = math.log(threshold / (1 - threshold)) - math.log(pack.threshold / (1 - pack.threshold))
    return replace(pack, threshold=threshold, bias=pack.bias + moved)


def _mentions(detections: Sequence[Detection]) -> tuple[Mention, ...]:
    found = dict.fromkeys(mention for detection in detections for mention in detection.mentions)
    return tuple(sorted(found, key=lambda one: (one.span.field != "title", one.span.start, one.span.end)))
