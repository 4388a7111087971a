"""Finds the noun that a number counts: from "five" over "more Russian S-400 air defence" to "systems".

In: a `Reading` and a number of it. Out: the unit and where it ends. quantity.py decides what becomes a count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rules.facts import quantity_words as near
from rules.facts.counting import Known
from rules.facts.numbers import Number
from rules.facts.units import SINGULAR, UNITS
from rules.facts.words import Cut, Word

_STEPS = 8  # words between a number and its noun, by judgement: "five more ... surface-to-air missile systems"


class Reading(NamedTuple):
    """A text cut once for all grammars, with the words that sums and dates have taken."""

    cut: Cut
    words: Sequence[Word]  # of the cut
    numbers: Sequence[Number]  # those that are free to be counts
    known: Known  # the pack's names
    title_case: bool


def noun_after(reading: Reading, number: Number) -> tuple[str | None, int]:
    """The unit that the number counts and the index of the last word that tells it; None when there is none."""
    words = reading.words
    unit: str | None = None
    last = number.last
    for at in range(number.last + 1, min(number.last + 1 + _STEPS, len(words))):
        word = words[at]
        directly = at == number.last + 1
        if not _continues(words, at, number, directly=directly):
            break
        if word.kind == "model":
            told = _model_unit(word.norm, reading.known.models)
            if told is not None:
                unit, last = (unit or told), at
            continue
        if _links(words, at, directly=directly):
            continue
        if word.norm in near.ATTRIBUTIVE and unit is not None:
            return None, last
        if word.kind == "number":
            if not names_by_number(reading, words[at - 1].norm):
                break
            continue
        if word.kind == "sign" or word.norm in near.STOPS:
            break
        named = UNITS.get(word.norm)
        if named is not None and word.gap == "-" and not directly and "\u0400" <= word.norm[0] <= "\u04ff":
            return None, last  # "46 тест-систем" are no systems
        if named is not None:
            if _is_head(number, word, directly):
                regimental = named == "system" and words[at - 1].norm.startswith("полков")
                unit, last = ("regiment" if regimental else named), at  # полковой комплект: a regiment's set
                if _ends_phrase(word):
                    break
            continue
        if directly and word.gap == "-":
            return None, last  # "10-year", "three-fold", "400-километровых"
        name = _named_model(word, reading.known.models)
        if name is not None:
            unit, last = (unit or name), at  # "200 BrahMos", "26 Rafale Marine"
            continue
        if not is_modifier(reading, at):
            if unit is not None and word.gap == " " and word.norm.startswith(near.TURNING) and _bare_form(words[last]):
                return None, last
            break
    return unit, last


def _links(words: Sequence[Word], at: int, *, directly: bool) -> bool:
    """True inside "260 of the jets" and "1,200 से अधिक टी-90" (more than 1,200 T-90s)."""
    norm, after = words[at].norm, words[at + 1].norm if at + 1 < len(words) else ""
    if directly:
        return (norm in near.OF and after in near.THEM) or (norm == "से" and after in near.HINDI_MORE)
    return norm in near.HINDI_MORE and words[at - 1].norm == "से"


def _continues(words: Sequence[Word], at: int, number: Number, *, directly: bool) -> bool:
    gap = words[at].gap
    if gap in (" ", "-", "q"):
        return True
    if gap == "" and not directly:
        return words[at - 1].kind == "number"  # "Project 877EKM boats"
    return gap == "." and directly and words[number.last].norm in ("тыс", "млн")


def _is_head(number: Number, word: Word, directly: bool) -> bool:
    """False for an English singular after "two": it belongs to the noun that follows ("two missile tests")."""
    if number.ordinal or number.value == 1 or (directly and word.gap == "-"):
        return True
    return not (word.norm.isascii() and word.norm in SINGULAR)


def _ends_phrase(word: Word) -> bool:
    """English plurals and all Russian nouns end the phrase; "aircraft" and Hindi nouns may go on ("विमान इंजन")."""
    if word.norm.isascii():
        return word.norm.endswith("s")
    return "\u0400" <= word.norm[0] <= "\u04ff"


def _bare_form(word: Word) -> bool:
    return word.kind == "word" and not (word.norm.isascii() and word.norm.endswith("s"))


def _model_unit(norm: str, models: Mapping[str, str]) -> str | None:
    letters = next((at for at, char in enumerate(norm) if not (char.isalpha() or _is_sign(char))), len(norm))
    return models.get(norm[:letters])


def _named_model(word: Word, models: Mapping[str, str]) -> str | None:
    """The unit of a programme named without digits: "200 BrahMos", "36 Rafales"."""
    name = word.norm.removesuffix("s") if word.norm.isascii() and word.norm not in models else word.norm
    if len(name) < 4 or name not in models:
        return None
    return models[name] if not name.isascii() or word.capital else None


def _is_sign(char: str) -> bool:
    return "\u0900" <= char <= "\u0963"


def names_by_number(reading: Reading, norm: str) -> bool:
    """Whether a number behind the word is part of a name: "Project 11356", "Mirage 2000"."""
    return norm in near.NAMED or norm in reading.known.numbered


def is_modifier(reading: Reading, at: int) -> bool:
    words, word = reading.words, reading.words[at]
    norm = word.norm
    if norm in near.MODIFIERS or norm in reading.known.names or word.gap == "-":
        return True
    if at + 1 < len(words) and words[at + 1].gap == "-" and words[at + 1].kind == "word":
        return True  # the first part of "carrier-based"
    if not reading.title_case and word.capital:
        return True  # a name: "five Triumf systems"
    if norm.isascii():
        return len(norm) > 4 and norm.endswith(near.ADJECTIVE_ENDINGS_EN)
    return len(norm) > 4 and norm.endswith(near.ADJECTIVE_ENDINGS_RU)
