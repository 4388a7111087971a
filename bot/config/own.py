"""The [own] part of the configuration: names, programmes, keywords and rules beside those of the packs.

Only shapes are checked here; whether a concept exists is known when the packs are loaded, and is told then with
the line of the file, which `Own` therefore keeps.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

Names = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]
Text = Annotated[str, Field(min_length=1)]
_HEADER = re.compile(r"\s*\[")
_OWN_HEADER = re.compile(r"\s*\[\[?\s*own\s*[.\]]")


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class OwnAliases(_Entry):
    """More names of a concept that a pack has."""

    concept: Text
    aliases: Names
    lang: Literal["en", "hi", "ru"] | None = None  # None: by the script of each
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    pack: str | None = None  # None: each pack that has the concept


class OwnProgramme(_Entry):
    """A programme that no pack has."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    name: Text | None = None  # None: the first alias
    category: Text
    aliases: Names
    parents: tuple[str, ...] = ()
    implies: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    pack: str | None = None  # None: the first one


class OwnKeywords(_Entry):
    """Words that count for an item, or against it."""

    words: Names
    weight: Annotated[float, Field(ge=-20, le=20, allow_inf_nan=False)]
    reason: Text
    where: Literal["anywhere", "title", "lead"] = "anywhere"
    pack: str | None = None  # None: every one


class OwnRule(_Entry):
    """A rule as in a pack's rules.toml, which is where its other keys are checked."""

    model_config = ConfigDict(extra="allow")

    id: Text
    pack: str | None = None  # None: the first one


class Own(_Entry):
    """All of them, and where they stand."""

    aliases: tuple[OwnAliases, ...] = ()
    programmes: tuple[OwnProgramme, ...] = ()
    keywords: tuple[OwnKeywords, ...] = ()
    rules: tuple[OwnRule, ...] = ()
    _file: str = PrivateAttr("the configuration")
    _text: str = PrivateAttr("")

    def __bool__(self) -> bool:
        return bool(self.aliases or self.programmes or self.keywords or self.rules)

    @property
    def file(self) -> str:
        """The file of the entries, for messages."""
        return self._file

    @property
    def text(self) -> str:
        """The text of that file, of which only the lines of [own] are kept: others may hold secrets."""
        return self._text

    def told(self) -> str:
        """How many there are of each kind, in words; "" when there are none."""
        counts = {
            "aliases": sum(len(entry.aliases) for entry in self.aliases),
            "programmes": len(self.programmes),
            "keywords": len(self.keywords),
            "rules": len(self.rules),
        }
        return ", ".join(f"{count} {what}" for what, count in counts.items() if count)

    def entries(self) -> dict[str, list[dict[str, Any]]]:
        """The entries as plain values, without the keys that were left out."""
        dumped: dict[str, list[dict[str, Any]]] = self.model_dump(mode="json", exclude_unset=True)
        return dumped

    def written_in(self, file: str, text: str) -> Own:
        """The same entries, known to stand in that file with that text."""
        own = self.model_copy()
        own._file = file
        own._text = _own_lines(text)
        return own


def _own_lines(text: str) -> str:
    """`text` with every line emptied that does not belong to a table of [own]."""
    lines: list[str] = []
    inside = False
    for line in text.split("\n"):
        if _HEADER.match(line):
            inside = bool(_OWN_HEADER.match(line))
        lines.append(line if inside else "")
    return "\n".join(lines)
