"""What an alert says of a story: label, headline, summary, a row of facts per programme, sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from bot.model import Alert, Card, FactRow, Importance, StoredItem, StoryChange
from bot.stories.facets import facets_of, terms_of
from bot.stories.summary import summarise
from bot.stories.wording import dollar_words, fact_words
from rules import Certainty, Detection, Fact, Pack, Rates, bundled_rates

MAX_ROWS = 4
MAX_FACTS = 6  # a row longer than this is not read
_FLASH = frozenset({"contract", "cancellation", "denial"})
_HIGH = frozenset({"delivery", "induction", "approval-ccs", "delay", "contract-reported", "mou", "lease"})
_LOW = frozenset({"interest", "rumour", "cooperation"})
# An old deal, the sum of a whole session, and the day the thing was said: not what a reader looks for.
_UNTOLD = ("background", "package", "event")
_FIRMNESS: Mapping[str | None, int] = {"planned": 1, "remaining": 2, "ordered": 3, "delivered": 4}
# Facts are told in this order, whatever their order in the text.
_KINDS = ("money", "quantity", "date")


def alert_for(
    change: StoryChange,
    item: StoredItem,
    pack: Pack,
    now: datetime,
    *,
    kind: str | None = None,
    rates: Rates | None = None,
) -> Alert | None:
    """The alert of a story that `item` opened; None when the story has its alert already.

    `kind`: of the feed that brought the item, for filters. `rates`: for figures in dollars; None: those bundled.
    """
    if change.before is not None:
        return None
    detection = item.detection
    alert_id = change.after.alert_id
    assert detection is not None and alert_id is not None
    return Alert(
        id=alert_id,
        story_id=change.after.id,
        item_id=item.id,
        kind="new",
        importance=importance_of(detection.stage, detection.certainty),
        card=Card(
            label=_label(detection.certainty, detection.speaker, item.outlet, pack),
            headline=item.entry.title,
            url=item.entry.url,
            summary=summarise(item.entry.title, item.judged_text, detection),
            rows=_rows(detection, pack, rates or bundled_rates(), (item.entry.published_at or now).date()),
            sources=change.after.sources,
            at=now,
        ),
        terms=terms_of(detection, pack),
        created_at=now,
        facets=facets_of(item, detection, kind, now),
    )


def importance_of(stage: str | None, certainty: Certainty) -> Importance:
    """How loud the news is, from the step it tells and who vouches for it; not its relevance."""
    firm = certainty in ("official", "confirmed", "denied")
    if stage in _FLASH:
        return "flash" if firm else "high"
    if stage in _HIGH:
        return "high" if firm else "normal"
    return "low" if stage in _LOW and not firm else "normal"


def _label(certainty: Certainty, speaker: str | None, outlet: str, pack: Pack) -> str:
    said_by = pack.name(speaker) if speaker else None
    parts = ["DENIED" if certainty == "denied" else "NEW"]
    if certainty != "denied":
        parts.append(certainty.upper())
    parts.append(f"{said_by}, by {outlet}" if said_by and said_by != outlet else outlet)
    return " · ".join(parts)


def _rows(detection: Detection, pack: Pack, rates: Rates, on: date) -> tuple[FactRow, ...]:
    rows = []
    for number, programme in enumerate(detection.programmes[:MAX_ROWS]):
        facts = _facts_of(programme, detection, main=number == 0)
        quotes = {_told(fact, rates, on): fact.quote for fact in reversed(facts)}
        words = tuple(reversed(quotes))[:MAX_FACTS]
        rows.append(
            FactRow(
                programme=pack.name(programme),
                facts=words,
                quotes=tuple(quotes[word] for word in words),
            )
        )
    return tuple(row for number, row in enumerate(rows) if row.facts or number == 0)


def _told(fact: Fact, rates: Rates, on: date) -> str:
    """The fact in words, a sum with what it was worth in dollars where that is known."""
    words = fact_words(fact)
    if fact.kind != "money" or not isinstance(fact.value, Decimal) or fact.currency in (None, "USD"):
        return words
    worth = rates.dollars(fact.value, fact.currency or "", on)
    return f"{words} ({dollar_words(*worth)})" if worth else words


def _facts_of(programme: str, detection: Detection, *, main: bool) -> list[Fact]:
    """The programme's own facts, the stage first; the main programme also takes those of the whole item.

    Of a denied report only the denial itself is told: its figures and dates are what is denied, and stand in
    the summary with who denied them.
    """
    own = [
        fact
        for fact in detection.facts
        if (fact.programme == programme or (main and fact.programme is None)) and fact.role not in _UNTOLD
    ]
    stages = [f for f in own if f.kind == "stage" and (not main or f.value == detection.stage)]
    if detection.certainty == "denied":
        return stages[:1]
    rest = [fact for kind in _KINDS for fact in own if fact.kind == kind]
    return [*stages[:1], *_once(rest)]


def _once(facts: Iterable[Fact]) -> list[Fact]:
    """One fact for each figure: of "5 squadrons planned" and "5 squadrons ordered" the firmer."""
    best: dict[tuple[str, object, str | None, str | None], Fact] = {}
    for fact in facts:
        key = (fact.kind, fact.value, fact.unit, fact.currency)
        if key not in best or _FIRMNESS.get(fact.role, 0) > _FIRMNESS.get(best[key].role, 0):
            best[key] = fact
    return list(best.values())
