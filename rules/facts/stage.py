"""Which step an item tells, how sure it is, and who says so.

Reads the mentions only: actions of the pack carry a stage, context words a certainty. Hedged wordings ("to sign",
"yet to be delivered") are actions of their own in the pack, longer than the plain ones and so win over them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rules.model import Certainty, Mention
from rules.pack import Pack
from rules.reading import Placed, Reading

_SUREST_FIRST: tuple[Certainty, ...] = ("denied", "official", "confirmed", "reported", "claimed")
_DENIAL = "denial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The step of an item, its certainty and speaker."""

    stage: str | None
    certainty: Certainty
    speaker: str | None  # id of a party or person of the pack; None: the outlet
    mention: Mention | None  # the words that tell the stage


def told_by(reading: Reading, pack: Pack) -> Told:
    """What the item tells. The title speaks first, then the lead, then the rest of the text."""
    chosen = _stage_mention(reading, pack)
    stage = pack.concepts[chosen.concept].stage if chosen is not None else None
    certainty = "denied" if stage == _DENIAL else _certainty(reading, pack)
    return Told(stage=stage, certainty=certainty, speaker=_speaker(reading, pack), mention=chosen)


def _stage_mention(reading: Reading, pack: Pack) -> Mention | None:
    """Of the first place that tells steps, the one that ranks first in the pack's table of stages."""
    ranks = {stage: rank for rank, stage in enumerate(pack.stages)}
    telling = [one for one in reading.placed if pack.concepts[one.mention.concept].stage is not None]
    for place in _places(telling):
        return min(place, key=lambda one: ranks[pack.concepts[one.mention.concept].stage or ""]).mention
    return None


def _places(placed: Sequence[Placed]) -> list[list[Placed]]:
    title = [one for one in placed if one.sentence == 0]
    lead = [one for one in placed if one.sentence > 0 and one.lead]
    rest = [one for one in placed if not one.lead]
    return [place for place in (title, lead, rest) if place]


def _certainty(reading: Reading, pack: Pack) -> Certainty:
    """The surest of the first place that tells one; "reported" when nothing does."""
    telling = [one for one in reading.placed if pack.concepts[one.mention.concept].certainty is not None]
    for place in _places(telling):
        told = {pack.concepts[one.mention.concept].certainty for one in place}
        return next(certainty for certainty in _SUREST_FIRST if certainty in told)
    return "reported"


def _speaker(reading: Reading, pack: Pack) -> str | None:
    """The person or organisation in the first lead sentence that has a word of saying; countries do not speak."""
    for sentence in dict.fromkeys(one.sentence for one in reading.placed if one.lead):
        here = [one for one in reading.placed if one.sentence == sentence]
        if not any(pack.concepts[one.mention.concept].cue == "speech" for one in here):
            continue
        for one in here:
            concept = pack.concepts[one.mention.concept]
            if concept.kind == "person" or (concept.kind == "party" and concept.parents):
                return concept.id
    return None
