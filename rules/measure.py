"""Precision, recall and F1 of the detector on labelled items: `python -m rules measure FILE.jsonl`.

A labelled item is a JSON object {id, title, text?, lang?, label} where label 1 or true means relevant.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rules.detection import detect
from rules.model import Item
from rules.pack import Pack


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How detection did on some items."""

    right: int  # relevant and found
    false_alarms: tuple[str, ...]  # ids found that are not relevant
    missed: tuple[str, ...]  # ids relevant that were not found
    items: int

    @property
    def precision(self) -> float:
        """Share of the found items that are relevant; 1.0 when none was found."""
        found = self.right + len(self.false_alarms)
        return self.right / found if found else 1.0

    @property
    def recall(self) -> float:
        """Share of the relevant items that were found; 1.0 when there is none."""
        wanted = self.right + len(self.missed)
        return self.right / wanted if wanted else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def labelled_from_lines(lines: Iterable[str]) -> list[tuple[Item, bool]]:
    """The labelled items of JSON Lines; raises ValueError with the line number."""
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            data: Mapping[str, Any] = json.loads(line)
            item = Item(
                id=str(data["id"]), title=data["title"], text=data.get("text") or "", lang=data.get("lang")
            )
            found.append((item, bool(data["label"])))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"line {number} is no labelled item: {error!r}") from error
    return found


def measure(labelled: Iterable[tuple[Item, bool]], pack: Pack) -> dict[str, Measured]:
    """How detection did, by language and under "all"."""
    right: dict[str, int] = {}
    wrong: dict[str, list[str]] = {}
    missed: dict[str, list[str]] = {}
    items: dict[str, int] = {}
    for item, wanted in labelled:
        detection = detect(item, pack)
        for group in ("all", item.lang or detection.lang):
            items[group] = items.get(group, 0) + 1
            if detection.relevant and wanted:
                right[group] = right.get(group, 0) + 1
            elif detection.relevant:
                wrong.setdefault(group, []).append(item.id)
            elif wanted:
                missed.setdefault(group, []).append(item.id)
    return {
        group: Measured(
            right=right.get(group, 0),
            false_alarms=tuple(wrong.get(group, ())),
            missed=tuple(missed.get(group, ())),
            items=count,
        )
        for group, count in items.items()
    }
