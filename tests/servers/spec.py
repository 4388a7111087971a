"""The reduced API tables, and the check of a Bot API request's fields against them.

In: a method's name and its raw arguments (form texts or JSON values). Out: the arguments decoded to what the
table says they are, and every flaw found, deep inside objects and arrays too. Platform rules that no table
tells (text after parsing, rights, flood) are the servers' own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

DATA = Path(__file__).resolve().parent / "data"

Kind = Literal["missing", "type", "unknown", "length"]

# Judged after entity parsing, by `telegram_text`, not by the raw argument.
_PARSED = {"text", "caption", "description", "explanation", "question", "quote"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One way in which a request breaks the published description."""

    path: str  # "reply_markup.inline_keyboard[0][1].text"
    kind: Kind
    problem: str  # in words


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that came with a multipart request."""

    name: str
    content: bytes


@cache
def table(name: str) -> dict[str, Any]:
    """A table of tests/servers/data; not to be changed by anybody."""
    loaded: dict[str, Any] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return loaded


def telegram_method(method: str) -> tuple[str, Mapping[str, str]] | None:
    """What the method returns ("Boolean", "Message", …) and its fields; None: there is no such method.

    Names of methods are compared without case, as the real server does.
    """
    found = _methods_by_lower_case().get(method.lower())
    if found is None:
        return None
    fields = table("telegram_methods.json")["methods"][found]
    return fields["->"], {name: kind for name, kind in fields.items() if name != "->"}


def telegram_name(method: str) -> str:
    """The method's name as the documentation writes it."""
    return _methods_by_lower_case()[method.lower()]


def check_telegram(method: str, raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[Flaw]]:
    """The decoded arguments and the flaws. Unknown arguments are left out of the former."""
    described = telegram_method(method)
    assert described is not None, f"ask telegram_method first: {method}"
    args = {
        name: _decode(value, described[1].get(name, described[1].get(name + "?", ""))) for name, value in raw.items()
    }
    return args, list(_fields_flaws(args, described[1], path=""))


def _fields_flaws(value: Mapping[str, Any], fields: Mapping[str, str], path: str) -> list[Flaw]:
    flaws: list[Flaw] = []
    known = {name.rstrip("?"): kind for name, kind in fields.items()}
    for name in value.keys() - known.keys():
        flaws.append(Flaw(path=path + name, kind="unknown", problem="no such field"))
    for name in fields:
        bare = name.rstrip("?")
        if bare not in value or value[bare] is None:
            if not name.endswith("?"):
                flaws.append(Flaw(path=path + bare, kind="missing", problem="required field is missing"))
            continue
        flaws += _value_flaws(
            value[bare],
            known[bare],
            path + bare,
            judged_later=not path and bare in _PARSED and "parse_mode?" in fields,
        )
    return flaws


def _value_flaws(value: Any, kind: str, path: str, *, judged_later: bool = False) -> list[Flaw]:
    names, _, limits = kind.partition(":")
    tries = [_type_flaws(value, name, path) for name in names.split("|")]
    flaws = min(tries, key=len)
    if len(tries) > 1 and flaws and not isinstance(value, dict):
        flaws = [Flaw(path=path, kind="type", problem=f"expected {names}, found {_short(value)}")]
    if not flaws and limits and not judged_later and isinstance(value, str):
        flaws = _length_flaws(value, limits, path)
    return flaws


def _type_flaws(value: Any, name: str, path: str) -> list[Flaw]:
    if name.startswith("Array of "):
        if not isinstance(value, list):
            return [Flaw(path=path, kind="type", problem=f"expected an array, found {_short(value)}")]
        inner = name.removeprefix("Array of ")
        return [flaw for i, one in enumerate(value) for flaw in _value_flaws(one, inner, f"{path}[{i}]")]
    simple = _simple(value, name)
    if simple is not None:
        return [] if simple else [Flaw(path=path, kind="type", problem=f"expected {name}, found {_short(value)}")]
    described = table("telegram_methods.json")["types"][name]
    if not isinstance(value, dict):
        return [Flaw(path=path, kind="type", problem=f"expected an object {name}, found {_short(value)}")]
    if isinstance(described.get("or"), list):
        return min((_type_flaws(value, one, path) for one in described["or"]), key=len)
    return _fields_flaws(value, described, path + ".")


def _simple(value: Any, name: str) -> bool | None:
    """Whether `value` is of the simple type `name`; None: `name` is no simple type."""
    match name:
        case "String":
            return isinstance(value, str)
        case "Integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "Float":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "Boolean" | "True":
            return isinstance(value, bool)
        case "InputFile":
            return isinstance(value, Upload) or (isinstance(value, str) and value.startswith("attach://"))
    return None


def _length_flaws(value: str, limits: str, path: str) -> list[Flaw]:
    low, high, unit = re.fullmatch(r"(\d+)-(\d+) (\w+)", limits).groups()  # type: ignore[union-attr]
    length = len(value.encode()) if unit == "bytes" else len(value)
    if int(low) <= length <= int(high):
        return []
    return [Flaw(path=path, kind="length", problem=f"{length} {unit}, expected {low} to {high}")]


def _decode(value: Any, kind: str) -> Any:
    """A form's text as the value it stands for; what does not decode stays text and becomes a type flaw."""
    names = kind.partition(":")[0].split("|")
    if not isinstance(value, str) or names == [""] or names == ["String"]:
        return value
    if "Integer" in names and re.fullmatch(r"-?\d+", value):
        return int(value)
    if "String" in names:
        return value
    if "Boolean" in names and value.lower() in {"true", "1", "yes"}:  # as the real server reads truth
        return True
    if "Boolean" in names and value.lower() in {"false", "0", "no", ""}:
        return False
    try:
        return json.loads(value)
    except ValueError:
        return value


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


@cache
def _methods_by_lower_case() -> dict[str, str]:
    return {name.lower(): name for name in table("telegram_methods.json")["methods"]}
