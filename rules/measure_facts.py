"""How well facts are found: stage, certainty, main programme, money, quantities and dates against labelled rows.

Two kinds of rows, each a JSON object of a line: digests with `expected` and `normalised` (what must be found), and
long articles with `main_programme` and `money[].about` (what belongs to the programme and what is background).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from rules.detection import detect
from rules.model import Detection, Fact, Item
from rules.pack import Pack

NEAR = Decimal("0.02")  # two sums this near are the same: outlets round


@dataclass(slots=True)
class Figure:
    """A share of right answers, with the wrong ones in words."""

    right: int = 0
    of: int = 0
    misses: list[str] = field(default_factory=list)  # one line each: the row and what was wanted and found

    @property
    def share(self) -> float:
        """Right answers of all; 1.0 when nothing was asked."""
        return self.right / self.of if self.of else 1.0

    def add(self, right: bool, miss: str) -> None:
        """Counts one answer."""
        self.right += right
        self.of += 1
        if not right:
            self.misses.append(miss)


def rows_with_facts(lines: Iterable[str]) -> list[Mapping[str, Any]]:
    """The labelled rows that carry facts, relevant and not borderline; raises ValueError with the line number."""
    rows: list[Mapping[str, Any]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise ValueError(f"line {number} is no JSON: {error}") from error
        wanted = isinstance(row, dict) and row.get("label") and not row.get("borderline")
        if wanted and ("normalised" in row or "main_programme" in row):
            rows.append(row)
    return rows


def measure_facts(rows: Iterable[Mapping[str, Any]], pack: Pack) -> dict[str, Figure]:
    """Figures by name, in the order in which they are printed; empty for rows without facts.

    Of "unlisted sums" and "background sums as the price" the misses are the point: the first are for a reader
    to judge, the second must stay few.
    """
    figures: dict[str, Figure] = {}
    for row in rows:
        detection = detect(item_of(row), pack)
        if "main_programme" in row:
            _long(row, detection, figures)
        else:
            _digest(row, detection, figures)
    return figures


def item_of(row: Mapping[str, Any]) -> Item:
    """The item that a labelled row holds."""
    day = row.get("date")
    lang = row.get("lang")
    return Item(
        id=str(row.get("id") or row.get("url") or row["title"]),
        title=row["title"],
        text=row.get("text") or "",
        lang=lang if lang in ("en", "hi", "ru") else None,
        on=date.fromisoformat(day[:10]) if day else None,
    )


def _digest(row: Mapping[str, Any], detection: Detection, figures: dict[str, Figure]) -> None:
    name, wanted = row["title"][:70], row["normalised"]
    stage = row["expected"]["stage"]
    stages = stage if isinstance(stage, list) else [stage]
    _figure(figures, "stage").add(detection.stage in stages, f"{name}: {stage}, found {detection.stage}")
    sums = _facts(detection, "money")
    for one in wanted["money"]:
        _figure(figures, "money found").add(any(same_sum(fact, one) for fact in sums), f"{name}: {one}")
    counts = _facts(detection, "quantity")
    for number in wanted["quantities"]:
        right = any(fact.value == Decimal(number) for fact in counts)
        _figure(figures, "quantities found").add(right, f"{name}: {number}")
    days = _facts(detection, "date")
    for one in wanted["dates"]:
        right = any(same_date(str(fact.value), one) for fact in days)
        _figure(figures, "dates found").add(right, f"{name}: {one}")
    for fact in sums:
        listed = any(same_sum(fact, one) for one in wanted["money"])
        _figure(figures, "sums that are listed").add(listed, f"{name}: {fact.quote}")


def _long(row: Mapping[str, Any], detection: Detection, figures: dict[str, Figure]) -> None:
    name, main = row["title"][:60], row["main_programme"]
    first = detection.programmes[0] if detection.programmes else None
    _figure(figures, "main programme first").add(first == main, f"{name}: {main}, found {detection.programmes[:3]}")
    _figure(figures, "stage").add(detection.stage == row["stage"], f"{name}: {row['stage']}, found {detection.stage}")
    _figure(figures, "certainty").add(
        detection.certainty == row["certainty"],
        f"{name}: {row['certainty']} ({row['speaker']}), found {detection.certainty} ({detection.speaker})",
    )
    sums = _facts(detection, "money")
    own = set(row["programmes"])
    for one in row["money"]:
        same = [fact for fact in sums if same_sum(fact, one)]
        tied = [fact for fact in same if fact.role == "programme" and fact.programme in own]
        if one["about"] == "programme":
            told = ", ".join(f"{fact.role}/{fact.programme}" for fact in same) or "nothing"
            _figure(figures, "own money found and tied").add(bool(tied), f"{name}: {one['amount']}, found {told}")
        else:
            wrong = any(fact.role == "programme" for fact in same)
            _figure(figures, "background sums left alone").add(
                not wrong, f"{name}: {one['amount']} {one['currency']} as {[f.programme for f in same]}"
            )
    for one in row["quantities"]:
        if one["role"] != "background":
            right = any(
                fact.value == one["number"] and fact.role == one["role"] for fact in _facts(detection, "quantity")
            )
            _figure(figures, "own quantities with their role").add(right, f"{name}: {one}")
    for one in row["dates"]:
        right = any(
            same_iso(str(fact.value), one["iso"]) and fact.role == one["role"] for fact in _facts(detection, "date")
        )
        _figure(figures, "dates with their role").add(right, f"{name}: {one}")


def same_sum(fact: Fact, wanted: Mapping[str, Any]) -> bool:
    """Whether a money fact is the wanted {amount, currency}, outlets' rounding allowed."""
    amount = Decimal(str(wanted["amount"]))
    near = isinstance(fact.value, Decimal) and abs(fact.value - amount) <= amount * NEAR
    return near and fact.currency == wanted["currency"]


def same_date(iso: str, wanted: Mapping[str, int]) -> bool:
    """Whether a date is the wanted {year, month?, day?, until?}; a span counts for each of its years."""
    if "until" in wanted:
        return iso == f"{wanted['year']}/{wanted['until']}"
    return same_iso(
        iso,
        "-".join([str(wanted["year"]), *(f"{wanted[part]:02}" for part in ("month", "day") if part in wanted)]),
    )


def same_iso(found: str, wanted: str) -> bool:
    """Equal, or a span of years that holds the wanted year."""
    start, _, end = found.partition("/")
    return found == wanted or (len(wanted) == 4 and bool(end) and start[:4] <= wanted <= end[:4])


def _facts(detection: Detection, kind: str) -> list[Fact]:
    return [fact for fact in detection.facts if fact.kind == kind]


def _figure(figures: dict[str, Figure], name: str) -> Figure:
    return figures.setdefault(name, Figure())
