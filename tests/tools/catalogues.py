"""Brings the interface's catalogues (bot/i18n/*.po) up to date with the code: `python -m tests.tools.catalogues`.

New texts are added without a translation, those that the code no longer says are dropped, translations are kept.
Each text names the files it stands in, without lines, and texts are sorted, so that a run without changes writes
the same bytes. Prints what is to be translated, and fails while there is something.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
BOT = ROOT / "bot"
LANGS = ("hi", "ru")
WIDTH = 110

Text = str | tuple[str, str]
"""A text, or its two English forms."""

# The names that mark a text, and how many forms of it they take. `later` marks what stands in a table, `said` what
# is kept with its values until somebody reads it.
MARKS: Mapping[str, int] = {"say": 1, "later": 1, "said": 1, "count": 2, "later_count": 2, "said_count": 2}
COUNTED = ("count", "said_count")
FILLED = ("say", "said", *COUNTED)


@dataclass(slots=True)
class Use:
    """Where a text stands in the code."""

    files: set[str] = field(default_factory=set)  # "bot/compose.py"
    values: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    # of each call that fills it in at once: "bot/compose.py:80" and the names of the values given


def texts(root: Path = BOT) -> dict[Text, Use]:
    """Every text of the interface, sorted; read from the syntax, so that only a call's own texts count."""
    found: dict[Text, Use] = {}
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root.parent).as_posix()
        for call, text in _marked(ast.parse(path.read_text(encoding="utf-8"))):
            use = found.setdefault(text, Use())
            use.files.add(name)
            if _name(call) in FILLED and all(word.arg for word in call.keywords):
                given = frozenset(word.arg for word in call.keywords if word.arg)
                use.values.append((f"{name}:{call.lineno}", given | {"n"} if _name(call) in COUNTED else given))
    return dict(sorted(found.items(), key=lambda one: _key(one[0])))


def built_texts(root: Path = BOT) -> list[str]:
    """Places where a marked text is put together at run time, so that no catalogue can hold it: "bot/x.py:12"."""
    return [
        f"{path.relative_to(root.parent).as_posix()}:{call.lineno}"
        for path in sorted(root.rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and _name(call) in MARKS
        for told in call.args[: MARKS[_name(call)]]
        if isinstance(told, ast.JoinedStr | ast.BinOp)
    ]


def catalogue(lang: str) -> Catalog:
    """The catalogue as it is. `PoFileError` with the line where it is broken."""
    return read_po(io.BytesIO(_path(lang).read_bytes()), locale=lang, abort_invalid=True)


def forms(translation: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """The forms of a translation: one, or one for each number that the language tells apart; () when there is
    none."""
    if not translation:
        return ()
    return (translation,) if isinstance(translation, str) else tuple(translation)


def updated(lang: str, known: Catalog, found: Mapping[Text, Use]) -> tuple[bytes, list[Text]]:
    """The catalogue's new body, and what has no translation yet."""
    fresh, missing = Catalog(locale=lang), []
    for text, use in found.items():
        message = known.get(text if isinstance(text, str) else text[0])
        kept = message is not None and (message.id if isinstance(message.id, str) else tuple(message.id)) == text
        translation = message.string if message is not None and kept else None
        if not forms(translation) or not all(forms(translation)):
            missing.append(text)
        fresh.add(text, translation or None, locations=[(file, 1) for file in sorted(use.files)])
    body = io.BytesIO()
    write_po(body, fresh, width=WIDTH, omit_header=True, include_lineno=False)
    return body.getvalue(), missing


def main() -> int:
    found = texts()
    left = 0
    for lang in LANGS:
        path = _path(lang)
        header = path.read_text(encoding="utf-8").partition("\n\n")[0].rstrip()  # ours: it holds no dates
        body, missing = updated(lang, catalogue(lang), found)
        path.write_bytes(f"{header}\n\n".encode() + body.strip() + b"\n")
        left += len(missing)
        print(f"{lang}: {len(found)} texts, {len(missing)} to translate")
        for text in missing:
            print(f"  {text!r}")
    return 1 if left else 0


def _marked(tree: ast.AST) -> Iterator[tuple[ast.Call, Text]]:
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        number = MARKS.get(_name(call), 0)
        if number == 1 and call.args:
            yield from ((call, text) for text in _constants(call.args[0]))
        elif number == 2 and len(call.args) >= 2:
            both = [text for told in call.args[:2] for text in _constants(told)]
            if len(both) == 2:
                yield call, (both[0], both[1])


def _constants(told: ast.expr) -> Iterator[str]:
    """The text, or both of `"a" if x else "b"`; nothing for what is looked up in a table."""
    if isinstance(told, ast.IfExp):
        yield from _constants(told.body)
        yield from _constants(told.orelse)
    elif isinstance(told, ast.Constant) and isinstance(told.value, str):
        yield told.value


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _key(text: Text) -> tuple[str, str]:
    first = text if isinstance(text, str) else text[0]
    return first.casefold(), first


def _path(lang: str) -> Path:
    return BOT / "i18n" / f"{lang}.po"


if __name__ == "__main__":
    sys.exit(main())
