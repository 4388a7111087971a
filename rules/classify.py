"""Detections as JSON Lines: the contract of `dealwire classify` and `python -m rules classify`.

In: one object a line, {id, title, text?, lang?, date?, url?}. Out: one object a line, see `to_json`. A line that
cannot be read yields {"error": …, "line": n} and the next one goes on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, get_args

from rules.detection import detect
from rules.model import Detection, Fact, Item, Lang, Reason
from rules.pack import Pack

_LANGUAGES: tuple[str, ...] = get_args(Lang)


class ItemError(ValueError):
    """A line is no item; the message says why."""


def classify_lines(lines: Iterable[str], pack: Pack) -> Iterator[str]:
    """One line of JSON for each line that is not blank, in order, without line ends."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            item = item_from_json(line)
        except ItemError as error:
            yield json.dumps({"error": str(error), "line": number}, ensure_ascii=False)
            continue
        yield json.dumps(to_json(detect(item, pack)), ensure_ascii=False)


def item_from_json(line: str) -> Item:
    """The item of one line; raises ItemError with what is wrong."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ItemError(f"not JSON: {error}") from error
    if not isinstance(data, dict):
        raise ItemError("a line must hold one object {id, title, text?, lang?, date?, url?}")
    if "id" not in data or isinstance(data["id"], bool) or not isinstance(data["id"], str | int):
        raise ItemError("'id' must be a text or a number")
    if not isinstance(data.get("title"), str):
        raise ItemError("'title' must be a text")
    for key in ("text", "url", "date", "lang"):
        if not isinstance(data.get(key), str | None):
            raise ItemError(f"'{key}' must be a text when it is given")
    lang = data.get("lang") or None
    if lang is not None and lang not in _LANGUAGES:
        raise ItemError(f"'lang' must be one of {', '.join(_LANGUAGES)}, not '{lang}'")
    return Item(
        id=str(data["id"]),
        title=data["title"],
        text=data.get("text") or "",
        lang=lang,
        on=_day(data.get("date")),
        url=data.get("url"),
    )


def to_json(detection: Detection) -> dict[str, Any]:
    """The detection as plain JSON values, in the form that `classify` promises."""
    return {
        "id": detection.item_id,
        "relevant": detection.relevant,
        "score": detection.score,
        "programmes": list(detection.programmes),
        "stage": detection.stage,
        "certainty": detection.certainty,
        "speaker": detection.speaker,
        "facts": [fact_to_json(fact) for fact in detection.facts],
        "reasons": [_reason_to_json(reason) for reason in detection.reasons],
    }


def fact_to_json(fact: Fact) -> dict[str, Any]:
    """A fact as plain JSON values; money and quantity as a number, whole when it is."""
    value: Any = fact.value
    if isinstance(value, Decimal):
        value = int(value) if value == value.to_integral_value() else float(value)
    return {
        "kind": fact.kind, "role": fact.role, "programme": fact.programme, "speaker": fact.speaker,
        "certainty": fact.certainty, "value": value, "unit": fact.unit, "currency": fact.currency,
        "quote": fact.quote, "field": fact.field, "start": fact.start, "end": fact.end,
    }  # fmt: skip


def fact_from_json(data: Mapping[str, Any]) -> Fact:
    """The fact that `fact_to_json` wrote."""
    value = data["value"]
    return Fact(**{**data, "value": Decimal(str(value)) if data["kind"] in ("money", "quantity") else value})


def _reason_to_json(reason: Reason) -> dict[str, Any]:
    return {
        "rule": reason.rule,
        "weight": reason.weight,
        "sentence": dict(reason.sentence),
        "spans": [
            {"field": span.field, "start": span.start, "end": span.end, "quote": span.quote} for span in reason.spans
        ],
    }


def _day(text: str | None) -> date | None:
    """The day of an ISO date or date-time; ItemError when it is none."""
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise ItemError(f"'date' must be an ISO date such as 2026-05-31, not '{text}'") from error
