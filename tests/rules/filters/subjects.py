"""Subjects of filters: reports as an alert of them is seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from rules import Item, Pack, Subject, bundled_rates, detect, field_terms, running_words, subject_of

AT = datetime(2025, 6, 27, 8, 30, tzinfo=UTC)


def subject(
    pack: Pack,
    title: str,
    text: str = "",
    *,
    stage: str | None = None,
    programmes: Sequence[str] | None = None,
    parties: Sequence[str] = (),
    speakers: Sequence[str] = (),
    sources: Sequence[str] = ("Sample Wire",),
    kinds: Sequence[str] = ("press",),
    marks: Sequence[str] = ("new", "reported"),
    importance: str = "normal",
    score: float | None = 0.9,
    origins: int | None = 1,
    values: Sequence[tuple[int, str]] = (),
    quantities: Sequence[int] = (),
    published_at: datetime | None = AT,
) -> Subject:
    """The report as the detector reads it; what a test is about is given in its place."""
    detection = detect(Item(id="1", title=title, text=text, on=AT.date()), pack)
    fields = field_terms(
        pack,
        programmes=detection.programmes if programmes is None else programmes,
        parties=parties,
        speakers=speakers,
        stage=stage,
        lang=detection.lang,
    )
    return subject_of(
        terms=(*detection.terms, *fields),
        words=running_words(title, text, detection.mentions),
        sources=sources,
        kinds=kinds,
        marks=marks,
        importance=importance,
        score=score,
        origins=origins,
        values=[(Decimal(value), currency) for value, currency in values],
        quantities=[Decimal(quantity) for quantity in quantities],
        published_at=published_at,
        per_dollar=bundled_rates().per_dollar(AT.date()),
    )
