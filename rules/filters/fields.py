"""The fields of the filter language: what each takes, and what part of a filter it becomes.

Values are checked against the pack, so that a slip is refused when it is typed, with the nearest valid spelling.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation
from operator import ge, gt, le, lt

from rules.filters.mistakes import FilterError
from rules.filters.nodes import Expression, Number, NumberField, OneOf, Published, Sum
from rules.filters.subject import IMPORTANCE, name_term
from rules.filters.tokens import FIELDS, Token
from rules.lexicon import Concept
from rules.model import ConceptKind
from rules.pack import Pack
from rules.text import fold, folded_text
from rules.toml import nearest_of

__all__ = ["FIELDS", "field_part"]

MARKS = (
    "new", "update", "official", "confirmed", "reported", "claimed", "denied", "slip", "earlier", "dates-differ",
    "corrected",
)  # fmt: skip
KINDS = ("official", "wire", "press", "specialist", "aggregator", "blog", "think-tank")
_LANGUAGES: Mapping[str, str] = {
    folded_text(name): code
    for code, names in (
        ("en", "en english английский अंग्रेजी"),
        ("hi", "hi hindi хинди हिंदी हिन्दी"),
        ("ru", "ru russian русский रूसी"),
    )
    for name in names.split()
}
_YES_NO: Mapping[str, str] = {"yes": "yes", "true": "yes", "no": "no", "false": "no"}
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_ORDER: Mapping[str, Callable[[int, int], bool]] = {">=": ge, "<=": le, ">": gt, "<": lt}


def field_part(token: Token, pack: Pack, zone: tzinfo) -> Expression:
    """The part of a filter that a field token is; FilterError at its value when that is not understood."""
    if token.operator != "=" and token.field not in (
        "stage",
        "importance",
        "score",
        "origins",
        "quantity",
        "value",
    ):
        example = f"{token.field}:{token.text.strip()}"
        raise FilterError(token.position, "no-order", field=token.field, example=example)
    match token.field:
        case "programme":
            return OneOf((f"programme:{_concept(token, pack, ('programme', 'family'))}",))
        case "party":
            return OneOf((f"party:{_concept(token, pack, ('party',))}",))
        case "speaker":
            return _speaker(token, pack)
        case "source":
            return OneOf((_name(token),))
        case "category":
            known = {concept.category for concept in pack.concepts.values() if concept.category}
            return OneOf((f"category:{_known(token, known)}",))
        case "kind":
            known = {*KINDS, *(feed.kind.replace(" ", "-") for feed in pack.feeds)}
            return OneOf((f"kind:{_known(token, known)}",))
        case "lang":
            return OneOf((f"lang:{_LANGUAGES[_known(token, _LANGUAGES)]}",))
        case "official":
            return OneOf((f"official:{_YES_NO[_known(token, _YES_NO)]}",))
        case "is":
            return OneOf((f"is:{_known(token, MARKS)}",))
        case "stage":
            return _stage(token, pack)
        case "importance":
            return _importance(token)
        case "value":
            return _sum(token)
        case "after" | "before":
            return Published(token.field, _midnight(token, zone))
        case _:
            return _number(token)


def _concept(token: Token, pack: Pack, kinds: tuple[ConceptKind, ...]) -> str:
    concept = _named(token.text, pack, kinds)
    if concept is not None:
        return concept
    known = [concept.id for concept in pack.concepts.values() if concept.kind in kinds]
    raise _unknown(token, known)


def _named(value: str, pack: Pack, kinds: tuple[ConceptKind, ...]) -> str | None:
    """The concept with that id, or with that name in any spelling; None when there is none."""
    dashed = _dashed(value)
    found = pack.concepts.get(dashed)
    if found is not None and found.kind in kinds:
        return dashed
    folded = fold(value.strip())
    hits = pack.lexicon.hits(folded, any_case=True)
    whole = [hit for hit in hits if (hit.start, hit.end) == (0, len(folded.text))]
    for hit in sorted(whole, key=lambda hit: hit.unsure is not None):
        if pack.concepts[hit.concept].kind in kinds:
            return hit.concept
    return next((each.id for each in pack.concepts.values() if each.kind in kinds and _is_named(each, dashed)), None)


def _is_named(concept: Concept, dashed: str) -> bool:
    return _dashed(concept.name) == dashed


def _speaker(token: Token, pack: Pack) -> Expression:
    """Somebody of the pack, or a name as it stands in the news."""
    concept = _named(token.text, pack, ("person", "party", "forum"))
    return OneOf((f"speaker:{concept}",) if concept else (_name(token),))


def _name(token: Token) -> str:
    term = name_term(token.field, token.text)
    if term is None:
        raise FilterError(token.value_at, "no-name", typed=token.text)
    return term


def _stage(token: Token, pack: Pack) -> Expression:
    """By its id or label; "approval" stands for approval-aon, approval-dpb and approval-ccs together."""
    dashed = _dashed(token.text)
    meant = [
        stage
        for stage in pack.stages.values()
        if stage.id == dashed or dashed in {_dashed(name) for name in stage.name.values()}
    ] or [stage for stage in pack.stages.values() if stage.id.startswith(f"{dashed}-")]
    if not meant:
        raise _unknown(token, pack.stages)
    if token.operator == "=":
        return OneOf(tuple(f"stage:{stage.id}" for stage in meant))
    orders = [stage.order for stage in meant if stage.order is not None]
    if not orders:
        stage = meant[0].id
        raise FilterError(token.value_at, "stage-without-order", stage=stage, example=f"stage:{stage}")
    limit = min(orders) if token.operator in (">=", "<") else max(orders)
    holds = _ORDER[token.operator]
    fits = (s.id for s in pack.stages.values() if s.order is not None and holds(s.order, limit))
    return OneOf(tuple(f"stage:{stage}" for stage in fits))


def _importance(token: Token) -> Expression:
    limit = IMPORTANCE.index(_known(token, IMPORTANCE))
    if token.operator == "=":
        return OneOf((f"importance:{IMPORTANCE[limit]}",))
    holds = _ORDER[token.operator]
    return OneOf(tuple(f"importance:{name}" for at, name in enumerate(IMPORTANCE) if holds(at, limit)))


def _sum(token: Token) -> Expression:
    example = "$1bn, ₹500cr, 5 млрд руб"
    if token.amount is None:
        raise FilterError(token.value_at, "no-sum", typed=token.text, example=example)
    if token.amount.currency is None:
        raise FilterError(token.value_at, "no-currency", typed=token.text.strip(), example=example)
    return Sum(token.operator, float(token.amount.value), token.amount.currency)


def _number(token: Token) -> Expression:
    field: NumberField = token.field  # type: ignore[assignment]  # what is left of FIELDS
    text = folded_text(token.text).strip()
    try:
        value = Decimal(re.sub(r"(?<=\d),(?=\d{2,3}(?:\D|$))", "", text)) if text.isascii() else None
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite():
        raise FilterError(token.value_at, "no-number", typed=token.text)
    if field == "score" and not 0 <= value <= 1:
        raise FilterError(token.value_at, "score-range", example="score>=0.8")
    return Number(field, token.operator, float(value))


def _midnight(token: Token, zone: tzinfo) -> datetime:
    match = _DATE.fullmatch(folded_text(token.text).strip())
    if match is not None:
        try:
            return datetime(int(match[1]), int(match[2] or 1), int(match[3] or 1), tzinfo=zone)
        except (ValueError, OverflowError):
            pass
    raise FilterError(token.value_at, "no-date", typed=token.text, example="2026-01-31, 2026-01, 2026")


def _known(token: Token, known: Iterable[str]) -> str:
    value = _dashed(token.text)
    if value not in (valid := list(known)):
        raise _unknown(token, valid)
    return value


def _unknown(token: Token, known: Iterable[str]) -> FilterError:
    valid = sorted(known)
    near = nearest_of(_dashed(token.text), valid)
    few = tuple(valid) if len(valid) <= 12 else ()
    return FilterError(token.value_at, "not-known", near=near, known=few, field=token.field, typed=token.text)


def _dashed(value: str) -> str:
    """A typed value as ids are written: folded, with hyphens for spaces."""
    return "-".join(folded_text(value).replace("_", " ").split())
