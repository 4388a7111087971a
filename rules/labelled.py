"""Labelled items, read from JSON Lines: what the detector is measured by and its weights are fitted to.

A row is {title, label} with any of {id, text, lang, date, kind, group, programmes, expected, borderline}: label 1
or true means relevant; `group` holds together items of one story; `programmes` (or `expected.programmes`) are the
ids that it is about. Rows marked `borderline` are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from rules.model import Item, Lang

_LANGUAGES = get_args(Lang)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """An item with what a reader said of it."""

    item: Item
    relevant: bool
    kind: str | None = None  # "procurement", "hard" …
    group: str = ""  # items of one group are never on both sides of a fold; "" never: the item's id stands in
    programmes: tuple[str, ...] | None = None  # None: not labelled


def rows_from_lines(lines: Iterable[str], name: str = "line") -> list[Labelled]:
    """The labelled items of JSON Lines, borderline ones left out; raises ValueError with the line number."""
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = _row(json.loads(line), f"{name}-{number}")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"line {number} is no labelled item: {error!r}") from error
        if row is not None:
            found.append(row)
    return found


def labelled_from_lines(lines: Iterable[str]) -> list[tuple[Item, bool]]:
    """The same as pairs of an item and whether it is relevant."""
    return [(row.item, row.relevant) for row in rows_from_lines(lines)]


def _row(data: Mapping[str, Any], otherwise: str) -> Labelled | None:
    if data.get("borderline"):
        return None
    lang = data.get("lang")
    item = Item(
        id=str(data.get("id", otherwise)),
        title=data["title"],
        text=data.get("text") or "",
        lang=lang if lang in _LANGUAGES else None,
        on=date.fromisoformat(data["date"][:10]) if len(data.get("date") or "") >= 10 else None,
        url=data.get("url"),
    )
    about = data.get("programmes", (data.get("expected") or {}).get("programmes"))
    return Labelled(
        item=item,
        relevant=bool(data["label"]),
        kind=data.get("kind"),
        group=str(data.get("group") or data.get("cluster") or item.id),
        programmes=None if about is None else tuple(about),
    )
