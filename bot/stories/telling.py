"""What a report tells of each programme, as values: who said it, where, when, in which words.

In: a judged item. Out: rows in the order of a card, uncut. Old deals, sums of whole sessions and, of a denial,
what is denied stay out: they are not what the report tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, cast

from bot.model import BriefRow, StoredItem, ToldFact
from rules import Detection, Fact, Pack, Rates, sentences

MAX_ROWS = 4
SENTENCE_MAX = 240  # characters: two lines of a chat
# An old deal, the sum of a whole session, and the day the thing was said: not what a reader looks for.
_UNTOLD = ("background", "package", "event")
_FIRMNESS: Mapping[str | None, int] = {"planned": 1, "remaining": 2, "ordered": 3, "delivered": 4}
# Facts are told in this order, whatever their order in the text.
_KINDS: tuple[Literal["money", "quantity", "date"], ...] = ("money", "quantity", "date")
_DATED = frozenset({"delivery", "delivery-planned", "delay", "induction"})
_AGREED = frozenset({"contract", "negotiation", "mou", "talks", "ratification", "contract-reported"})
# What a denying sentence says beside the words that the packs know.
_DENYING = re.compile(
    r"\b(?:false|fake|untrue|baseless|incorrect|misleading|fabricat\w+|rejected|dismiss\w+|refut\w+|den(?:y|ies|ied|ial)|"
    r"reports?|claims?|rumou?rs?|ложн\w+|фейк\w*|недостоверн\w+|слух\w*|опроверг\w+|отрица\w+|не соответству\w+)\b"
    r"|गलत|झूठ|फर्जी|अफवाह|निराधार|खंडन|इनकार|इंकार",  # wrong, lie, fake, rumour, baseless, denial, refusal
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What a report tells, ready to be shown and to be held against earlier ones."""

    rows: tuple[BriefRow, ...]  # empty: no programme is named
    denied: tuple[ToldFact, ...]  # of a denial: what it denies, its figures and dates before the steps it names
    speaker: str | None  # as shown; None: nobody but the outlet
    outlet: str

    @property
    def facts(self) -> tuple[ToldFact, ...]:
        return tuple(fact for row in self.rows for fact in row.facts)

    @property
    def by(self) -> str:
        """Who says it, with the outlet: "Rosoboronexport, TASS"."""
        return f"{self.speaker}, {self.outlet}" if self.speaker not in (None, self.outlet) else self.outlet


def tell(item: StoredItem, pack: Pack, rates: Rates, now: datetime, *, tier: int = 3) -> Telling:
    """What `item` tells: at most four programmes, the main one first, of each the step, then sums, counts and
    dates.

    The main programme also takes the facts of the item as a whole. `tier`: of the feed.
    """
    detection = item.detection
    assert detection is not None
    teller = _Teller(item, detection, pack, rates, now, tier)
    return Telling(
        rows=_rows(teller, detection, pack),
        denied=_denied(teller, detection, pack) if detection.certainty == "denied" else (),
        speaker=pack.name(detection.speaker) if detection.speaker else None,
        outlet=item.outlet,
    )


def _rows(teller: _Teller, detection: Detection, pack: Pack) -> tuple[BriefRow, ...]:
    rows = []
    for number, programme in enumerate(detection.programmes[:MAX_ROWS]):
        told = tuple(teller.told(fact, programme) for fact in teller.facts_of(programme, main=number == 0))
        if told or number == 0:
            rows.append(BriefRow(programme=programme, name=pack.name(programme), facts=told))
    return tuple(rows)


def _denied(teller: _Teller, detection: Detection, pack: Pack) -> tuple[ToldFact, ...]:
    """The figures and dates of the denying sentences, and the steps they name. Empty where there is nothing
    that an earlier report could be held against."""
    main = detection.programmes[0] if detection.programmes else None
    if main is None:
        return ()
    figures = [
        teller.told(fact, fact.programme or main)
        for fact in detection.facts
        if fact.kind in _KINDS and teller.denies(fact.field, fact.start)
    ]
    steps = [
        teller.step(main, stage, mention.span.quote, mention.span.field, mention.span.start)
        for mention in detection.mentions
        if (stage := pack.concepts[mention.concept].stage) not in (None, "denial", "rumour")
        and teller.denies(mention.span.field, mention.span.start)
    ]
    return (*figures, *steps)


class _Teller:
    """One report with what its facts need to be told."""

    def __init__(
        self, item: StoredItem, detection: Detection, pack: Pack, rates: Rates, now: datetime, tier: int
    ) -> None:
        self._item = item
        self._detection = detection
        self._pack = pack
        self._rates = rates
        self._at = item.entry.published_at or now
        self._tier = tier
        self._texts = {"title": item.entry.title, "text": item.judged_text}
        self._sentences = {"title": ((0, len(item.entry.title)),), "text": sentences(item.judged_text)}

    def facts_of(self, programme: str, *, main: bool) -> list[Fact]:
        """The programme's own facts, the step first. Of a denied report the denial itself, and what it tells
        beside it: its figures and dates are what is denied, and stand in the summary with who denied them."""
        detection = self._detection
        own = [
            fact
            for fact in detection.facts
            if (fact.programme == programme or (main and fact.programme is None)) and fact.role not in _UNTOLD
        ]
        stages = [f for f in own if f.kind == "stage" and (not main or f.value == detection.stage)]
        rest = [fact for kind in _KINDS for fact in own if fact.kind == kind]
        if detection.certainty == "denied":
            rest = [fact for fact in rest if not self.denies(fact.field, fact.start)]
        return [*stages[:1], *_once(rest)]

    def denies(self, field: str, start: int) -> bool:
        """Whether that place of a denial stands in its headline or in a sentence that denies or names the
        claim."""
        if field == "title":
            return True
        begin, end = self._sentence_at(field, start)
        return _DENYING.search(self._texts[field][begin:end]) is not None

    def told(self, fact: Fact, programme: str) -> ToldFact:
        denial = self._detection.certainty == "denied"
        certainty, speaker = fact.certainty, fact.speaker
        if denial and certainty == "denied" and fact.kind != "stage":  # told beside the denial, not denied
            certainty = "official" if self._detection.speaker else "reported"
        worth, rate_on = self._worth(fact)
        begin, end = self._sentence_at(fact.field, fact.start)
        return ToldFact(
            programme=programme,
            kind=cast("Literal['stage', 'money', 'quantity', 'date']", fact.kind),
            role=fact.role,
            value=fact.value,
            unit=fact.unit,
            ordinal=fact.ordinal,
            currency=fact.currency,
            certainty=certainty,
            tier=self._tier,
            speaker=self._pack.name(speaker) if speaker else None,
            outlet=self._item.outlet,
            at=self._at,
            quote=fact.quote,
            sentence=_cut(self._texts[fact.field][begin:end]),
            about=self._about(fact) if fact.kind == "date" else None,
            lead=fact.field == "title" or (begin, end) == self._first(fact.field),
            worth=worth,
            rate_on=rate_on,
        )

    def step(self, programme: str, stage: str | None, quote: str, field: str, start: int) -> ToldFact:
        begin, end = self._sentence_at(field, start)
        return ToldFact(
            programme=programme,
            kind="stage",
            role=None,
            value=str(stage),
            certainty="denied",
            speaker=None,
            outlet=self._item.outlet,
            at=self._at,
            quote=quote,
            sentence=_cut(self._texts[field][begin:end]),
        )

    def _worth(self, fact: Fact) -> tuple[Decimal | None, str | None]:
        if fact.kind != "money" or not isinstance(fact.value, Decimal) or fact.currency in (None, "USD"):
            return None, None
        worth = self._rates.dollars(fact.value, fact.currency or "", self._at.date())
        if worth is None:
            return None, None
        dollars, rate = worth
        day = rate.on.isoformat()
        return dollars, day if rate.precision == "day" else day[:7]

    def _about(self, fact: Fact) -> str | None:
        """ "delivery" or "contract": what the nearest step named in the same sentence is about."""
        begin, end = self._sentence_at(fact.field, fact.start)
        near: list[tuple[int, str]] = []
        for mention in self._detection.mentions:
            span = mention.span
            stage = self._pack.concepts[mention.concept].stage
            if span.field == fact.field and begin <= span.start < end and stage in _DATED | _AGREED:
                near.append((abs(span.start - fact.start), "delivery" if stage in _DATED else "contract"))
        return min(near)[1] if near else None

    def _sentence_at(self, field: str, start: int) -> tuple[int, int]:
        return next(
            ((begin, end) for begin, end in self._sentences[field] if begin <= start < end),
            (0, len(self._texts[field])),
        )

    def _first(self, field: str) -> tuple[int, int]:
        return self._sentences[field][0] if self._sentences[field] else (0, 0)


def _once(facts: Iterable[Fact]) -> list[Fact]:
    """One fact for each figure: of "5 squadrons planned" and "5 squadrons ordered" the firmer."""
    best: dict[tuple[object, ...], Fact] = {}
    for fact in facts:
        key = (fact.kind, fact.value, fact.unit, fact.currency, fact.ordinal)
        if key not in best or _FIRMNESS.get(fact.role, 0) > _FIRMNESS.get(best[key].role, 0):
            best[key] = fact
    return list(best.values())


def _cut(sentence: str) -> str:
    flat = " ".join(sentence.split())
    return flat if len(flat) <= SENTENCE_MAX else flat[: SENTENCE_MAX - 1].rsplit(" ", 1)[0] + "…"
