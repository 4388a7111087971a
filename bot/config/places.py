"""Where in a TOML text each key stands, since the standard parser keeps no lines.

In: a text that `tomllib` accepts. Out: key paths with their line. It reads headers and the keys before `=`
only; multi-line strings and arrays are skipped as a whole, keys inside inline tables stand on the line of
the table.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

Path = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=\s*(.*)""", re.S)


def lines_of(text: str) -> dict[Path, int]:
    """The line, counted from 1, of every table and key, e.g. ("feeds", 0, "url") -> 12."""
    places: dict[Path, int] = {}
    table: Path = ()
    arrays: dict[Path, int] = {}
    for number, statement in _statements(text):
        if header := _HEADER.match(statement):
            table = _indexed(_parts(header[2]), arrays, opens=header[1] == "[[")
            places.setdefault(table, number)
            places.setdefault(table[:1], number)
        elif key := _KEY.match(statement):
            places.setdefault(table + tuple(_parts(key[1])), number)
    return places


def line_of(places: dict[Path, int], path: Path) -> int | None:
    """The line of `path`, or of the nearest table that holds it; None when nothing of it is written."""
    return next((places[path[:end]] for end in range(len(path), 0, -1) if path[:end] in places), None)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Headers and whole key-value pairs with the line they begin on."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        first = at
        at += 1
        if not lines[first].strip() or lines[first].lstrip().startswith("#"):
            continue
        # A value that goes on over several lines is the shortest run of lines that is TOML by itself.
        while at < len(lines) and not _complete("\n".join(lines[first:at])):
            at += 1
        yield first + 1, "\n".join(lines[first:at])


def _complete(statement: str) -> bool:
    try:
        tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _parts(dotted: str) -> list[str]:
    """The names of a dotted key, unquoted."""
    names: list[str] = []
    node: object = tomllib.loads(f"{dotted} = 0")
    while isinstance(node, dict):
        name, node = next(iter(node.items()))
        names.append(name)
    return names


def _indexed(names: list[str], arrays: dict[Path, int], *, opens: bool) -> Path:
    """The path of a header with the number of the current element after each array of tables."""
    path: Path = ()
    for depth, name in enumerate(names):
        path += (name,)
        if opens and depth == len(names) - 1:
            arrays[path] = arrays.get(path, -1) + 1
        if path in arrays:
            path += (arrays[path],)
    return path
