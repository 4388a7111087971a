"""Spells a word as the tables of the fact grammars spell it, so that writings of one word compare as equal."""

from __future__ import annotations

import unicodedata
from typing import Final

_EVEN: Final = {
    ord("ё"): "е",
    0x093C: None,  # nukta: हज़ार and हजार, करोड़ and करोड
    0x0901: "\u0902",  # chandrabindu as anusvara: पाँच and पांच
    0x0949: "\u093e",  # candra o as aa: स्क्वॉड्रन and स्क्वाड्रन
    0x200C: None,
    0x200D: None,
    0x00AD: None,
}


def fold(word: str) -> str:
    """The word as the tables spell it: lower case, NFC, ё as е, nukta, joiners and chandrabindu evened out."""
    if word.isascii():
        return word.lower()
    folded = unicodedata.normalize("NFC", word).casefold().translate(_EVEN)
    return folded.replace("\u0301", "")


def folded(words: str) -> tuple[str, ...]:
    """The words of a table typed as one string, each folded."""
    return tuple(fold(word) for word in words.split())


def starts(norm: str, cues: tuple[str, ...]) -> bool:
    """True when the word begins with one of the cues; one that ends in "_" is a whole word ("plan_")."""
    return (norm + "_").startswith(cues)
