"""The keys that a pack's tables may have and the shape of each value.

The one list of what may be written: the loader refuses everything else, docs/packs.md describes it, and a test
keeps the two equal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

from rules.model import Certainty, ConceptKind, Lang
from rules.toml import PackError, Source, nearest

Shape = Literal["text", "number", "whole number", "list of texts", "true or false", "table", "list of tables"]
Report = Callable[[PackError], None]  # raises, or takes note so that reading can go on

KINDS: tuple[str, ...] = get_args(ConceptKind)
LANGUAGES: tuple[str, ...] = get_args(Lang)
CERTAINTIES: tuple[str, ...] = get_args(Certainty)
LOUDNESS: tuple[str, ...] = ("low", "normal", "high", "flash")  # of a stage's news
CHOICES: Mapping[str, tuple[str, ...]] = {
    "certainty": CERTAINTIES,
    "side": ("buyer", "seller", "maker"),
    "cue": ("package", "background", "theme", "hint", "foreign", "customer", "outlet", "official"),
}
_NAMES: dict[str, Shape] = dict.fromkeys(LANGUAGES, "list of texts")

PACK: Mapping[str, Shape] = {
    "id": "text", "title": "text", "languages": "list of texts", "threshold": "number", "bias": "number",
    "borrow": "list of texts", "stages": "table", "counting": "table",
}  # fmt: skip
STAGE: Mapping[str, Shape] = {
    "order": "whole number", "weight": "number", "hedged": "text", "negated": "text", "priced": "text",
    "takes": "list of texts",
    "programme": "text", "counts": "text", "day": "text", "name": "table",
    "importance": "text", "milestone": "true or false",
}  # fmt: skip
COUNTING: Mapping[str, Shape] = {"models": "table", "names": "list of texts", "numbered": "list of texts"}
CONCEPT: Mapping[str, Shape] = {
    "name": "text", "category": "text", "parents": "list of texts", "implies": "list of texts", "stage": "text",
    "certainty": "text", "side": "text", "cue": "text", "units": "table", "names": "table", **_NAMES,
    "unsure": "list of tables",
}  # fmt: skip
UNSURE: Mapping[str, Shape] = {
    **_NAMES, "needs": "list of texts", "unless": "list of texts", "within": "whole number",
}  # fmt: skip
RULES: Mapping[str, Shape] = {"sets": "table", "rule": "list of tables"}
RULE: Mapping[str, Shape] = {
    "id": "text", "weight": "number", "all": "list of texts", "any": "list of texts", "none": "list of texts",
    "where": "text", "near": "text", "lang": "list of texts", "say": "table", "programme": "text",
}  # fmt: skip
FEED: Mapping[str, Shape] = {
    "url": "text", "title": "text", "lang": "text", "kind": "text", "tier": "whole number",
    "default": "true or false",
}  # fmt: skip
EXAMPLE = ("id", "title", "text", "lang", "date", "label", "programmes", "stage", "gloss", "written")  # JSON


def has_shape(value: Any, shape: Shape) -> bool:
    """Whether a value of TOML is of that shape; texts in lists must not be empty."""
    match shape:
        case "text":
            return isinstance(value, str) and bool(value.strip())
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "whole number":
            return isinstance(value, int) and not isinstance(value, bool)
        case "list of texts":
            return isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value)
        case "true or false":
            return isinstance(value, bool)
        case "table":
            return isinstance(value, dict)
        case "list of tables":
            return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def checked(
    source: Source, table: Any, keys: Mapping[str, Shape], report: Report, *place: str | int, strict: bool = True
) -> dict[str, Any]:
    """The entries of `table` that have a known key and the right shape; the others are reported.

    `strict` False lets unknown keys pass, for tables whose keys are checked elsewhere.
    """
    if not isinstance(table, dict):
        report(source.error(f"'{place[-1]}' must be a table" if place else "a table is expected", *place))
        return {}
    good: dict[str, Any] = {}
    for key, value in table.items():
        if key not in keys:
            if strict:
                report(source.error(f"unknown key '{key}'{nearest(key, keys)}", *place, key))
            else:
                good[key] = value
        elif not has_shape(value, keys[key]):
            hint = ", none of them empty" if keys[key] == "list of texts" else ""
            report(source.error(f"'{key}' must be a {keys[key]}{hint}", *place, key))
        else:
            good[key] = value
    return good


def refuse(error: PackError) -> None:
    """The report of the loader: the first mistake ends it."""
    raise error
