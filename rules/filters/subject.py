"""What a filter is held against: an alert or an item as terms and a few ordered facts.

Everything that is either there or not (a word, a name, a programme, a language, "denied") is a term, so that one
index serves them all; what can be more or less (money, scores, days) stays a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from rules.pack import Pack
from rules.text import folded_text, words

IMPORTANCE = ("low", "normal", "high", "flash")  # in order
# Fields whose terms never change after an alert was made: these may be kept in an index of stored alerts.
KEPT_FIELDS = frozenset({"c", "programme", "category", "party", "stage", "lang", "speaker"})
_LONGEST_NAME = 8  # words of a source's or speaker's name that can be asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One alert or item as filters see it. Empty and None mean that it does not tell."""

    terms: frozenset[str]  # stems and concepts (rules.search_terms) and "field:value" for each fixed field
    words: str = ""  # see running.py; "": quotes and NEAR find nothing
    score: float | None = None
    origins: int | None = None
    # Floats: they are only compared, and Decimals take ten times as long.
    values: tuple[tuple[float, str], ...] = ()  # sums of money: whole units, ISO 4217
    quantities: tuple[float, ...] = ()
    published_at: datetime | None = None
    per_dollar: Mapping[str, float] = field(default_factory=dict)  # rates of its day, see rates.py


def subject_of(
    *,
    terms: Iterable[str],
    words: str = "",
    sources: Iterable[str] = (),
    kinds: Iterable[str] = (),
    marks: Iterable[str] = (),
    importance: str | None = None,
    score: float | None = None,
    origins: int | None = None,
    values: Iterable[tuple[Decimal, str]] = (),
    quantities: Iterable[Decimal] = (),
    published_at: datetime | None = None,
    per_dollar: Mapping[str, float] | None = None,
) -> Subject:
    """A subject of `terms` (those of `field_terms` among them) and of what may change with an alert:
    its outlets, the kinds of its feeds, its marks ("denied", "slip", "official" …), its importance."""
    marks = set(marks)
    all_terms = {*terms, *(f"kind:{kind.replace(' ', '-')}" for kind in kinds), *(f"is:{mark}" for mark in marks)}
    all_terms.add("official:yes" if "official" in marks else "official:no")
    all_terms.update(_names("source", tuple(sources)))
    if importance is not None:
        all_terms.add(f"importance:{importance}")
    return Subject(
        terms=frozenset(all_terms),
        words=words,
        score=score,
        origins=origins,
        values=tuple((float(value), currency) for value, currency in values),
        quantities=tuple(map(float, quantities)),
        published_at=published_at,
        per_dollar=per_dollar or {},
    )


def field_terms(
    pack: Pack,
    *,
    programmes: Iterable[str] = (),
    parties: Iterable[str] = (),
    speakers: Iterable[str] = (),
    stage: str | None = None,
    lang: str | None = None,
) -> tuple[str, ...]:
    """The terms of the fields that a report fixes: programmes and parties with all that they belong to, parties
    that a programme implies, categories, speakers (ids of the pack, or names as written), stage, language."""
    found: dict[str, None] = {}
    for programme in programmes:
        for ancestor in pack.ancestors.get(programme, (programme,)):
            found[f"programme:{ancestor}"] = None
            concept = pack.concepts.get(ancestor)
            if concept is not None:
                if concept.category:
                    found[f"category:{concept.category}"] = None
                parties = (*parties, *concept.implies)
    for party in parties:
        found.update(dict.fromkeys(f"party:{ancestor}" for ancestor in pack.ancestors.get(party, (party,))))
    for speaker in speakers:
        if speaker in pack.ancestors:
            found.update(dict.fromkeys(f"speaker:{ancestor}" for ancestor in pack.ancestors[speaker]))
        else:
            found.update(dict.fromkeys(_names("speaker", (speaker,))))
    if stage is not None:
        found[f"stage:{stage}"] = None
    if lang is not None:
        found[f"lang:{lang}"] = None
    return tuple(found)


def name_term(name_of: str, name: str) -> str | None:
    """The term of a name as typed: "source:times of india"; None for one without letters or too long."""
    row = _words(name)
    return f"{name_of}:{' '.join(row)}" if 0 < len(row) <= _LONGEST_NAME else None


@lru_cache(maxsize=1_000)  # outlets come again and again
def _names(name_of: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """A term for each run of words of each name, so that "times" and "times of india" both find it."""
    rows = [_words(name)[:_LONGEST_NAME] for name in names]
    return tuple(
        f"{name_of}:{' '.join(row[start:end])}"
        for row in rows
        for start in range(len(row))
        for end in range(start + 1, len(row) + 1)
    )


def _words(name: str) -> list[str]:
    folded = folded_text(name)
    return [folded[start:end] for start, end in words(folded)]
