"""Values to JSON text and back: what is kept whole in one column because no query looks inside it.

Every value comes back equal to what went in, but for NUL characters, which PostgreSQL cannot keep, and lone
surrogates, which are no characters. Fields a later version adds take their default when older rows are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.model import (
    Brief,
    BriefRow,
    Button,
    Buttons,
    Card,
    Choice,
    Facets,
    FactChange,
    FactRow,
    Said,
    Source,
    ToldFact,
)
from rules import Detection, Fact, Mention, Reason, Span

_FIELDS: Mapping[type[Any], tuple[str, ...]] = {
    kind: kind._fields if hasattr(kind, "_fields") else tuple(each.name for each in fields(kind))
    for kind in (
        Button,
        Card,
        FactRow,
        Facets,
        Source,
        Detection,
        Fact,
        Mention,
        Reason,
        Span,
        Brief,
        BriefRow,
        FactChange,
        ToldFact,
    )
}
_USUAL_FACETS = {name: getattr(Facets(), name) for name in _FIELDS[Facets]}
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """`text` as every database can keep it: without NUL, lone surrogates as U+FFFD."""
    if text.isascii():
        return text.replace("\0", "")
    return _SURROGATE.sub("\ufffd", text.replace("\0", ""))


def encode_texts(texts: Sequence[str]) -> str:
    return _dump(list(texts))


def decode_texts(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def encode_sources(sources: Sequence[Source]) -> str:
    return _dump([_source_row(source) for source in sources])


def decode_sources(text: str) -> tuple[Source, ...]:
    return tuple(map(_source, json.loads(text)))


def encode_card(card: Card) -> str:
    rows = [_flat(row) for row in card.rows]
    sources = [_source_row(source) for source in card.sources]
    return _dump({**_flat(card), "rows": rows, "sources": sources, "at": card.at.isoformat()})


def decode_card(text: str) -> Card:
    row = json.loads(text)
    row["rows"] = tuple(
        FactRow(**_known(FactRow, {**each, "facts": tuple(each["facts"]), "quotes": tuple(each["quotes"])}))
        for each in row["rows"]
    )
    row["sources"] = tuple(map(_source, row["sources"]))
    row["at"] = datetime.fromisoformat(row["at"])
    row["notes"] = tuple(row.get("notes", ()))
    return Card(**_known(Card, row))


def encode_buttons(buttons: Buttons) -> str:
    """ "" for none."""
    return _dump([[_flat(button) for button in row] for row in buttons]) if buttons else ""


def decode_buttons(text: str) -> Buttons:
    rows = json.loads(text) if text else []
    return tuple(tuple(Button(**_known(Button, button)) for button in row) for row in rows)


def encode_said(said: Said) -> str:
    return _dump(_said_row(said))


def decode_said(text: str) -> Said:
    return _said(json.loads(text))


def encode_choices(choices: Sequence[Sequence[Choice]]) -> str:
    """ "" for none."""
    rows = [[{"text": _said_row(one.text), "action": one.action} for one in row] for row in choices]
    return _dump(rows) if rows else ""


def decode_choices(text: str) -> tuple[tuple[Choice, ...], ...]:
    rows = json.loads(text) if text else []
    return tuple(tuple(Choice(text=_said(one["text"]), action=one["action"]) for one in row) for row in rows)


def encode_told(facts: Sequence[ToldFact]) -> str:
    return _dump([_told_row(fact) for fact in facts])


def decode_told(text: str) -> tuple[ToldFact, ...]:
    return tuple(map(_told, json.loads(text)))


def encode_brief(brief: Brief | None) -> str | None:
    if brief is None:
        return None
    rows = [{**_flat(row), "facts": [_told_row(fact) for fact in row.facts]} for row in brief.rows]
    changes = [
        {
            **_flat(change),
            "before": _told_row(change.before) if change.before else None,
            "after": _told_row(change.after) if change.after else None,
        }
        for change in brief.changes
    ]
    return _dump({**_flat(brief), "rows": rows, "changes": changes})


def decode_brief(text: str | None) -> Brief | None:
    if text is None:
        return None
    row = json.loads(text)
    row["rows"] = tuple(
        BriefRow(**_known(BriefRow, {**each, "facts": tuple(map(_told, each["facts"]))})) for each in row["rows"]
    )
    row["changes"] = tuple(
        FactChange(
            **_known(
                FactChange,
                {**each, **{name: _told(each[name]) if each[name] else None for name in ("before", "after")}},
            )
        )
        for each in row["changes"]
    )
    return Brief(**_known(Brief, row))


def encode_facets(facets: Facets) -> str:
    """All but the words, which have a column of their own; what is empty or usual is left out."""
    row = {name: value for name, value in _flat(facets).items() if value != _USUAL_FACETS[name] and name != "words"}
    if facets.values:
        row["values"] = [[str(value), currency] for value, currency in facets.values]
    if facets.quantities:
        row["quantities"] = [str(quantity) for quantity in facets.quantities]
    if facets.published_at is not None:
        row["published_at"] = facets.published_at.isoformat()
    return _dump(row)


def decode_facets(text: str, words: str) -> Facets:
    row = json.loads(text)
    published = row.get("published_at")
    return Facets(
        **_known(
            Facets,
            {
                **row,
                "kinds": tuple(row.get("kinds", ())),
                "programmes": tuple(row.get("programmes", ())),
                "marks": tuple(row.get("marks", ())),
                "values": tuple((Decimal(value), currency) for value, currency in row.get("values", ())),
                "quantities": tuple(map(Decimal, row.get("quantities", ()))),
                "published_at": datetime.fromisoformat(published) if published else None,
                "words": words,
            },
        )
    )


def encode_detection(detection: Detection) -> str:
    facts = [{**_flat(fact), "value": _value_row(fact.value)} for fact in detection.facts]
    reasons = [
        {**_flat(reason), "sentence": dict(reason.sentence), "spans": [_flat(span) for span in reason.spans]}
        for reason in detection.reasons
    ]
    mentions = [{**_flat(mention), "span": _flat(mention.span)} for mention in detection.mentions]
    return _dump({**_flat(detection), "facts": facts, "reasons": reasons, "mentions": mentions})


def decode_detection(text: str) -> Detection:
    row = json.loads(text)
    row["programmes"] = tuple(row["programmes"])
    row["terms"] = tuple(row["terms"])
    row["facts"] = tuple(Fact(**_known(Fact, {**fact, "value": _value(fact["value"])})) for fact in row["facts"])
    row["reasons"] = tuple(
        Reason(**_known(Reason, {**reason, "spans": tuple(map(_span, reason["spans"]))})) for reason in row["reasons"]
    )
    row["mentions"] = tuple(
        Mention(**_known(Mention, {**mention, "span": _span(mention["span"])})) for mention in row["mentions"]
    )
    return Detection(**_known(Detection, row))


def _dump(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if "\\u0000" in text:  # a NUL, or somebody's text about one: told apart by cleaning the strings themselves
        text = json.dumps(_without_nul(value), ensure_ascii=False, separators=(",", ":"))
    return clean(text)


def _without_nul(value: object) -> object:
    match value:
        case str():
            return value.replace("\0", "")
        case Mapping():
            return {clean(str(key)): _without_nul(each) for key, each in value.items()}
        case list() | tuple():
            return [_without_nul(each) for each in value]
    return value


def _flat(value: Any) -> dict[str, Any]:
    """The fields of a dataclass, one level deep."""
    return {name: getattr(value, name) for name in _FIELDS[type(value)]}


def _known(kind: type[Any], row: dict[str, Any]) -> dict[str, Any]:
    """`row` without what `kind` no longer has."""
    return {name: row[name] for name in _FIELDS[kind] if name in row}


def _source_row(source: Source) -> dict[str, Any]:
    return {**_flat(source), "seen_at": source.seen_at.isoformat()}


def _source(row: dict[str, Any]) -> Source:
    return Source(**_known(Source, {**row, "seen_at": datetime.fromisoformat(row["seen_at"])}))


_USUAL_TOLD = {
    each.name: each.default for each in fields(ToldFact) if each.default is not MISSING
}  # left out: most facts have no rate, no row, no currency


def _told_row(fact: ToldFact) -> dict[str, Any]:
    row = {name: value for name, value in _flat(fact).items() if name not in _USUAL_TOLD or value != _USUAL_TOLD[name]}
    row["value"], row["at"] = _value_row(fact.value), fact.at.isoformat()
    if fact.worth is not None:
        row["worth"] = str(fact.worth)
    return row


def _told(row: dict[str, Any]) -> ToldFact:
    worth = row.get("worth")
    return ToldFact(
        **_known(
            ToldFact,
            {
                **row,
                "value": _value(row["value"]),
                "at": datetime.fromisoformat(row["at"]),
                "worth": Decimal(worth) if worth is not None else None,
            },
        )
    )


def _said_row(said: Said) -> dict[str, Any]:
    values = {
        name: {"said": _said_row(value)}
        if isinstance(value, Said)
        else {"at": value.isoformat()}
        if isinstance(value, datetime)
        else value
        for name, value in said.values.items()
    }
    return {"text": said.text, **({"many": said.many} if said.many else {}), "values": values}


def _said(row: dict[str, Any]) -> Said:
    values = {name: _said_value(value) for name, value in row["values"].items()}
    return Said(text=row["text"], many=row.get("many", ""), values=values)


def _said_value(value: Any) -> str | int | datetime | Said:
    match value:
        case {"said": row}:
            return _said(row)
        case {"at": moment}:
            return datetime.fromisoformat(moment)
    return value  # type: ignore[no-any-return]  # a text or a number, as `_said_row` wrote it


def _span(row: dict[str, Any]) -> Span:
    return Span(**_known(Span, row))


def _value_row(value: Decimal | str) -> object:
    """A number is kept by its digits, so that 60.10 stays 60.10 and is told from the text "60.10"."""
    return {"number": str(value)} if isinstance(value, Decimal) else value


def _value(row: Any) -> Decimal | str:
    return Decimal(row["number"]) if isinstance(row, dict) else str(row)
