"""TOML files read with their line numbers kept for messages.

`tomllib` tells no lines after parsing, so a `Source` finds the line of a table, a key or a value again in the
text when a message needs it: only for errors, hence the plain search.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


class PackError(Exception):
    """A pack cannot be used as written: `file`, `line` (0: the whole file) and `message` tell what to mend."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}, line {line}: {message}" if line else f"{file}: {message}")
        self.file = file
        self.line = line
        self.message = message


@dataclass(frozen=True, slots=True)
class Source:
    """One TOML file of a pack: its name, its text and what it says."""

    name: str
    text: str
    data: Mapping[str, Any]

    def line(self, *keys: str | int) -> int:
        """The line of the deepest of `keys` that can be found, e.g. ("programme", "s-400", "parents"); 0: none."""
        lines = self.text.splitlines()
        at = 0
        table: list[str] = []
        in_list = False  # the key before is that of a list: this one is a value of it
        for key in keys:
            if isinstance(key, int):
                at = _nth_header(lines, ".".join(table), key) or at
                in_list = False
                continue
            table.append(key)
            if header := _header(lines, ".".join(table)):
                at = header
                continue
            if in_list:
                at = _value(lines, at, key) or at
                continue
            found = _key(lines, at, key)
            in_list = found > 0
            at = found or _value(lines, at, key) or at
        return at

    def error(self, message: str, *keys: str | int) -> PackError:
        """The error `message` at the line of `keys`."""
        return PackError(self.name, self.line(*keys), message)


def parse(name: str, text: str) -> Source:
    """The file's content; raises PackError with the line where it is no TOML."""
    try:
        return Source(name, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        raise PackError(name, int(place[1]) if place else 0, f"not valid TOML: {error}") from error


def nearest(word: str, known: Iterable[str]) -> str:
    """ " Did you mean 'x'?", or nothing when no known word is near."""
    found = nearest_of(word, known)
    return f"; did you mean '{found}'?" if found else ""


def nearest_of(word: str, known: Iterable[str]) -> str | None:
    """The known word that is nearest; None when none is near."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)), None)


def _header(lines: list[str], name: str) -> int:
    pattern = re.compile(rf"\s*\[\[?\s*{re.escape(name)}\s*[\].]")
    return next((number for number, line in enumerate(lines, 1) if pattern.match(line)), 0)


def _nth_header(lines: list[str], name: str, index: int) -> int:
    pattern = re.compile(rf"\s*\[\[\s*{re.escape(name)}\s*\]\]")
    found = [number for number, line in enumerate(lines, 1) if pattern.match(line)]
    return found[index] if index < len(found) else 0


def _key(lines: list[str], after: int, key: str) -> int:
    pattern = re.compile(rf'\s*"?{re.escape(key)}"?\s*=')
    for number in range(after, len(lines)):
        if after and number > after and lines[number].lstrip().startswith("["):
            return 0
        if pattern.match(lines[number]):
            return number + 1
    return 0


def _value(lines: list[str], after: int, value: str) -> int:
    """The line of a quoted value from the line of its key on, within the same table."""
    for number in range(max(after - 1, 0), len(lines)):
        if number >= after and lines[number].lstrip().startswith("["):
            return 0
        if f'"{value}"' in lines[number]:
            return number + 1
    return 0
