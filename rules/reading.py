"""What detection knows of an item after one pass: its mentions, each in its place.

Made by detection.py; read by the scorer and by the finders of facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from rules.model import Field, Item, Lang, Mention


class Placed(NamedTuple):
    """A mention and where it stands."""

    mention: Mention
    sentence: int  # 0: the title; 1 …: the sentences of the text
    lead: bool  # title or the first sentences of the text


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An item with its mentions, title first, and the sentences of its text in original offsets."""

    item: Item
    lang: Lang
    placed: tuple[Placed, ...]
    sentences: tuple[tuple[int, int], ...]  # of the text; empty when there is none

    def field(self, name: Field) -> str:
        """The original text of a field."""
        return self.item.title if name == "title" else self.item.text
