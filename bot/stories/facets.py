"""What filters look at of a report, beside its words: made once, when the alert is made."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from bot.model import Facets, StoredItem
from rules import Detection, Pack, field_terms, running_words

_OLD_NEWS = "background"  # role of a sum that belongs to another deal


def terms_of(detection: Detection, pack: Pack) -> tuple[str, ...]:
    """The terms under which an alert of this report is found: its words and names, and its fixed fields."""
    fields = field_terms(
        pack,
        programmes=detection.programmes,
        parties=[
            *(mention.concept for mention in detection.mentions if mention.kind == "party"),
            *(str(fact.value) for fact in detection.facts if fact.kind == "party"),
        ],
        speakers=dict.fromkeys(
            speaker
            for speaker in (detection.speaker, *(fact.speaker for fact in detection.facts))
            if speaker is not None
        ),
        stage=detection.stage,
        lang=detection.lang,
    )
    return (*detection.terms, *(term for term in fields if term not in detection.terms))


def facets_of(item: StoredItem, detection: Detection, kind: str | None, now: datetime) -> Facets:
    """The rest. `kind`: of the feed that brought the report; None: not known."""
    sums = (
        (fact.value, fact.currency)
        for fact in detection.facts
        if fact.kind == "money" and fact.role != _OLD_NEWS and isinstance(fact.value, Decimal)
    )
    counts = (fact.value for fact in detection.facts if fact.kind == "quantity" and isinstance(fact.value, Decimal))
    return Facets(
        certainty=detection.certainty,
        kinds=(kind,) if kind else (),
        score=detection.score,
        values=tuple(dict.fromkeys((value, currency) for value, currency in sums if currency is not None)),
        quantities=tuple(dict.fromkeys(counts)),
        published_at=item.entry.published_at or now,
        words=running_words(item.entry.title, item.judged_text, detection.mentions),
        programmes=detection.programmes,
    )
