"""The values of `rules`: what goes into detection and what comes out.

In: an `Item` (one news item's text) and a `Pack` (see pack.py). Out: a `Detection`, always, so that a
rejection explains itself as well as an acceptance. All values are frozen; offsets count code points of
the original text of the field they name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

Field = Literal["title", "text"]
Lang = Literal["en", "hi", "ru"]
ConceptKind = Literal["programme", "family", "party", "person", "forum", "place", "action", "context"]
FactKind = Literal["money", "quantity", "date", "party", "place", "stage"]
Certainty = Literal["official", "confirmed", "reported", "claimed", "denied"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One news item as the detector reads it; made by the caller."""

    id: str  # the caller's own id; only carried through
    title: str  # plain text, no markup
    text: str = ""  # plain text; the feed's description or the article; "" when there is none
    lang: Lang | None = None  # None: found from the text
    on: date | None = None  # the day of publication, for "next year"; None: relative dates are left out
    url: str | None = None


class Span(NamedTuple):
    """A piece of one field of an item. A named tuple, as Mention and Fact: a long article has hundreds, and they are
    made in a fifth of the time of a frozen dataclass."""

    field: Field
    start: int  # first code point
    end: int  # one past the last code point
    quote: str  # field[start:end]


class Mention(NamedTuple):
    """A concept of the pack found in the text."""

    concept: str  # id, e.g. "s-400", "russia", "rajnath-singh", "sign"
    kind: ConceptKind
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One rule that spoke for (weight > 0) or against (weight < 0) the item."""

    rule: str  # id of the rule in the pack
    weight: float
    sentence: Mapping[str, str]  # language -> one plain sentence, e.g. {"en": "Names a programme: S-400"}
    spans: tuple[Span, ...] = ()  # where; empty when the rule speaks of an absence


class Fact(NamedTuple):
    """One checkable statement with the words that prove it. No quote, no fact."""

    kind: FactKind
    role: str | None  # money: programme|package|background; quantity: ordered|delivered|remaining|planned|fleet;
    # date: due|signed|event; quantity and date also background; party: buyer|seller|maker; place:
    # signed|delivered|produced; None: not told
    programme: str | None  # programme id that it belongs to; None: the item as a whole
    speaker: str | None  # who said it, as written or a pack id; None: the outlet itself
    certainty: Certainty
    value: Decimal | str  # money and quantity: a number (whole currency units); dates: ISO 8601 to the precision
    # given ("2026", "2026-08", "2026-08-15", a span "2026/2027"); others: the canonical id
    quote: str  # the words of the text that carry it: field[start:end]
    field: Field
    start: int
    end: int
    unit: str | None = None  # quantity: squadron|aircraft|rifle…; date: the unit of `ordinal`; None: not told
    ordinal: int | None = None  # date: which of a row it is of: 4 for "the fourth squadron in 2026"; None: none
    currency: str | None = None  # money: ISO 4217, e.g. "INR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """The verdict on one item with everything that led to it."""

    item_id: str
    lang: Lang
    relevant: bool
    score: float  # 0..1; relevant means score >= the pack's threshold
    programmes: tuple[str, ...] = ()  # ids, the main one first; empty: none named
    stage: str | None = None  # id of the pack's stage table; None: no step told
    certainty: Certainty = "reported"
    speaker: str | None = None
    facts: tuple[Fact, ...] = ()  # in order of the text, title first
    reasons: tuple[Reason, ...] = ()  # heaviest first
    mentions: tuple[Mention, ...] = ()  # in order of the text, title first
    terms: tuple[str, ...] = field(default=())  # what search indexes: stems ("regiment") and concepts ("c:s-400"),
    # distinct, with the parents of each concept; see rules.search_terms
