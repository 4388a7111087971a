"""Who buys, who sells, and where: facts straight from mentions.

Thin by intent: roles are told only when a step of trade stands in the same sentence as the party.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts.stage import Told
from rules.model import Fact, Mention
from rules.pack import Pack
from rules.reading import Reading


def party_facts(reading: Reading, told: Told, programme: str | None, pack: Pack) -> Iterator[Fact]:
    """The first buyer and the first seller named in a sentence that tells a step, and the first place named."""
    steps = {one.sentence for one in reading.placed if pack.concepts[one.mention.concept].stage is not None}
    seen: set[str] = set()
    for one in reading.placed:
        mention = one.mention
        if mention.kind == "party" and one.sentence in steps:
            role = _role(mention, pack)
            if role is not None and role not in seen:
                seen.add(role)
                yield _fact(mention, "party", role, programme, told)
        elif mention.kind == "place" and one.lead and "place" not in seen:
            seen.add("place")
            yield _fact(mention, "place", None, programme, told)


def _role(mention: Mention, pack: Pack) -> str | None:
    """Buyer or seller by the side that the pack gives the party; None for third parties and joint ventures."""
    sides = {
        side for ancestor in pack.ancestors[mention.concept] if (side := pack.concepts[ancestor].side) is not None
    }
    return sides.pop() if len(sides) == 1 else None


def _fact(mention: Mention, kind: str, role: str | None, programme: str | None, told: Told) -> Fact:
    return Fact(
        kind="party" if kind == "party" else "place",
        role=role,
        programme=programme,
        speaker=told.speaker,
        certainty=told.certainty,
        value=mention.concept,
        quote=mention.span.quote,
        field=mention.span.field,
        start=mention.span.start,
        end=mention.span.end,
    )
