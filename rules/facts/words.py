"""Cuts a text into the words, numbers and currency signs that the fact grammars read.

In: any text. Out: `Word` values in order, each with what stood between it and the one before. Model designators
(S-400, Су-30МКИ, एके-203) stay whole, so that their digits are never taken for a count, a sum or a year.
One pass, linear in the text: no repetition in the pattern can match the same characters in two ways.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

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


# Devanagari signs and accents are not \w, but belong to their words; so do joiners and the soft hyphen.
_MARKS = "\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u200c\u200d\u00ad"
_TOKEN = re.compile(
    r"(?P<sign>(?:US|HK|NT|[ASC])?\$|[₹₨€₽£¥])"
    rf"|(?P<word>[^\W\d_][\w{_MARKS}]*)"
    rf"(?P<tail>[-\u2010\u2011\u2013]\d[\w{_MARKS}]*(?:[-\u2010\u2011][\w{_MARKS}]{{1,4}}(?![\w{_MARKS}]))?)?"
    r"|(?P<number>\d(?:\d|[.,'\u2019](?=\d)|[\u00a0\u202f\u2009\u2007](?=\d{3}(?!\d)))*)"
)
# Words that stand before a number without making a designator of it: "mid-2026", "FY26", "Rs5,000", "May-2026".
_NOT_MODELS = frozenset(
    folded("""
    mid end early late fy cy since till until by before after pre post from to in approx about
    over rs inr usd eur rub re aed cny रु million billion trillion crore lakh thousand bn mn cr
    млн млрд january february march april may june july august september october november
    december jan feb mar apr jun jul aug sep sept oct nov dec
""")
)
_QUOTES = frozenset("\"'`«»“”„‘’()[]*")
_SPACES = frozenset(" \t\r\n\u00a0\u202f\u2009\u2007\u2002\u2003\u200a\u2008\u2006\u200b\ufeff\u2060")
_HYPHENS = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2212\u00ad")
_LONGEST_GAP = 6  # code points; more than this between two words is no phrase any more
_PLAIN_GAPS = {
    "": "",
    " ": " ",
    "\u00a0": " ",
    "-": "-",
    "–": "-",
    " – ": "–",
    " - ": "–",
    " — ": "–",
    ", ": ",",
    ". ": ".",
    ".": ".",
}

Kind = str  # "word" | "model" | "number" | "sign"
SENTENCE_ENDS: Final = frozenset((".", "!"))  # gaps that part sentences
CLAUSE_ENDS: Final = frozenset((".", "!", ";"))


class Word(NamedTuple):
    """One word, number, designator or currency sign. A named tuple, since a long article makes a thousand."""

    kind: Kind
    norm: str  # words: NFC, lower case, ё as е, no nukta, no accents of stress; numbers: as written
    start: int  # first code point in the text
    end: int  # one past the last
    gap: str  # what parts it from the word before: "" nothing, " " spaces, "-" a hyphen, "–" a dash with spaces,
    # "," "." ";" ":" "/" "%" "+" with or without spaces, "q" quotation marks or brackets, "!" anything else


def words_of(text: str) -> tuple[Word, ...]:
    """The words of the text in order; empty when it has none."""
    found: list[Word] = []
    position = last = 0
    search = _TOKEN.search
    while (match := search(text, position)) is not None:
        start, position = match.span()
        kind = match.lastgroup or "word"
        raw = match.group()
        if kind == "word" or kind == "tail":
            kind, raw = _word_or_model(match, raw)
            position = start + len(raw)
        norm = fold(raw) if kind in ("word", "model") else raw
        found.append(Word(kind, norm, start, position, _gap(text, last, start)))
        last = position
    return tuple(found)


def _word_or_model(match: re.Match[str], raw: str) -> tuple[Kind, str]:
    word = match.group("word")
    tail = match.group("tail")
    if tail is None and word.isalpha():
        return "word", word
    digit = next((at for at, char in enumerate(word) if char.isdigit()), len(word))
    if digit == len(word) and tail is None:
        return "word", word
    prefix = word[:digit]
    if fold(prefix) in _NOT_MODELS:
        return "word", prefix
    # An en dash joins a designator only to a short prefix: "С–400", but "Дели–2026" is two words.
    if tail is not None and tail[0] == "\u2013" and digit == len(word) and len(word) > 3:
        return "word", word
    return "model", raw


def _gap(text: str, start: int, end: int) -> str:
    if end - start > _LONGEST_GAP:
        return "!"
    between = text[start:end]
    known = _PLAIN_GAPS.get(between)
    if known is not None:
        return known
    marks = [char for char in between if char not in _SPACES]
    if not marks:
        return "!" if between.count("\n") > 1 else " "
    if all(char in _QUOTES for char in marks):
        return "q"
    if len(marks) == 1:
        mark = marks[0]
        if mark in _HYPHENS:
            return "-" if len(between) == 1 else "–"
        if mark in ",.;:/%+":
            return mark
    return "!"
