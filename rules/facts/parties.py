"""Who buys, who sells, who makes, and where: facts from mentions and the steps beside them.

A country that the pack marks as a customer ("Philippines" beside BrahMos) is the buyer of a deal that it stands
in, and what else would buy then sells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rules.facts.scene import FieldScene, Scene
from rules.facts.speech import NOBODY, Source
from rules.model import Fact, Mention
from rules.pack import Pack

_LEAD = 3  # sentences of the text whose parties are those of the news
# What a place is in a clause that tells a step; by the step's id, which packs share.
_PLACES: Mapping[str, str] = {
    "contract": "signed",
    "mou": "signed",
    "delivery": "delivered",
    "delivery-planned": "delivered",
    "induction": "delivered",
    "production": "produced",
    "coproduction-tot": "produced",
}


def party_facts(
    scene: Scene, programme: str | None, told: Source, sources: Mapping[int, Source], pack: Pack
) -> Iterator[Fact]:
    """The first buyer, seller and maker named in headline or lead beside a step, and the places named there."""
    seen: set[tuple[str, str]] = set()
    customer = _customer(scene, pack)
    telling = {one.sentence for one in scene.reading.placed if pack.concepts[one.mention.concept].stage is not None}
    for field in scene.fields:
        for clause in field.clauses:
            if clause.sentence > _LEAD or clause.old:
                continue
            place_role = _place_role(field, clause.start, clause.end, pack)
            source = sources.get(clause.sentence) or (told if clause.sentence <= _LEAD else NOBODY)
            for mention in field.mentions_in(clause.start, clause.end):
                if mention.kind == "place":
                    if ("place", mention.concept) not in seen:
                        seen.add(("place", mention.concept))
                        yield _fact(mention, "place", place_role, programme, source)
                elif clause.sentence in telling:
                    party_role = _role(mention, customer, pack)
                    if party_role is not None and ("party", party_role) not in seen:
                        seen.add(("party", party_role))
                        yield _fact(mention, "party", party_role, programme, source)


def _customer(scene: Scene, pack: Pack) -> bool:
    """Whether a customer country stands in the headline or the first sentence."""
    return any(
        pack.concepts[one.mention.concept].cue == "customer" for one in scene.reading.placed if one.sentence <= 1
    )


def _role(mention: Mention, customer: bool, pack: Pack) -> str | None:
    """The role by the side that the pack gives the party, its own before its country's; None for third parties."""
    concept = pack.concepts[mention.concept]
    if concept.cue == "customer":
        return "buyer"
    if mention.kind != "party":
        return None
    side = concept.side
    if side is None:
        sides = {
            told for ancestor in pack.ancestors[mention.concept] if (told := pack.concepts[ancestor].side) is not None
        }
        side = sides.pop() if len(sides) == 1 else None
    return "seller" if side == "buyer" and customer else side


def _place_role(field: FieldScene, start: int, end: int, pack: Pack) -> str | None:
    for mention in field.mentions_in(start, end):
        stage = pack.concepts[mention.concept].stage
        if stage is not None and stage in _PLACES:
            return _PLACES[stage]
    return None


def _fact(mention: Mention, kind: str, role: str | None, programme: str | None, source: Source) -> Fact:
    return Fact(
        kind="party" if kind == "party" else "place",
        role=role,
        programme=programme,
        speaker=source.speaker,
        certainty=source.certainty,
        value=mention.concept,
        quote=mention.span.quote,
        field=mention.span.field,
        start=mention.span.start,
        end=mention.span.end,
    )
