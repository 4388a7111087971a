"""Text made comparable, with the way back to the original.

`fold` turns a field of an item into the form that the lexicon compares: lower case, NFKC, one kind of hyphen
and quote, ё=е, no nukta, no soft hyphen, ASCII digits. Each folded code point knows which piece of the
original it came from, so that spans always count code points of the ORIGINAL text. Finding words and sentences
is here too; what the words mean is the lexicon's business.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

# Ranges folded by table, one code point to one: what English, Hindi and Russian news use. Letters elsewhere
# stay as they are; they cannot match an alias anyway.
_TABLE_RANGES = (
    (0x41, 0x500),
    (0x900, 0x980),
    (0x1E00, 0x1F00),
    (0x2000, 0x2200),
    (0xFB00, 0xFB07),
    (0xFF00, 0xFFF0),
)
_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63\uff0d"
_APOSTROPHES = "\u2018\u2019\u02bc\u2032\u00b4`"
_QUOTES = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033"
# soft hyphen, zero-width space, joiners and marks, byte order mark, variation selectors, word joiner
_IGNORED = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0e\ufe0f\u093c"
_CHANGED = {
    **dict.fromkeys(_HYPHENS, "-"),
    **dict.fromkeys(_APOSTROPHES, "'"),
    **dict.fromkeys(_QUOTES, '"'),
    "ё": "е",
    "ѕ": "s",  # Cyrillic letters that only ever stand in for Latin ones in our languages
    "і": "i",
    "ј": "j",
    "\u0901": "\u0902",  # chandrabindu written as anusvara: पाँच = पांच (five)
    "\u0949": "\u093e",  # candra o as aa: स्क्वॉड्रन = स्क्वाड्रन (squadron)
    "\t": " ",
    "\n": " ",
    "\r": " ",
    "\v": " ",
    "\f": " ",
}
_MARK = "\u0300-\u036f"  # combining accents: NFD text
_MAX_ACCENTS = 8  # of one letter: real text has two; composing longer runs would cost more than linear time
_ODD = re.compile(f"[{_MARK}{_IGNORED}]| {{2,}}")
# A word: letters, digits and marks of any script. `\w` alone breaks Hindi words at their vowel signs.
_MARKS_IN_WORDS = "\u0300-\u036f\u0483-\u0487\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u200c\u200d"
WORD = re.compile(rf"[^\W_](?:[\w{_MARKS_IN_WORDS}]|(?<=\d)[.,](?=\d))*")
# Possessive and begun only at the first mark of a run: a line of full stops costs linear time.
_SENTENCE_END = re.compile(
    r"(?<![.!?\u2026])[.!?\u2026]++[\"'\u201d\u2019\u00bb)\]]*+(?=\s)|[\u0964\u0965]+|\n\s*\n"
)
# A full stop after one of these ends no sentence.
_ABBREVIATION = re.compile(
    r"adm|approx|capt|cmde|co|col|corp|dr|etc|gen|inc|jr|lt|ltd|maj|mr|mrs|ms|no|nos|pvt|rs|sr|st|u\.k|u\.s|vs"
    r"|г|гг|долл|др|им|млн|млрд|пр|рис|руб|св|см|ст|стр|т|трлн|тыс|ул|डॉ|रु|श्री"
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and where each of its code points came from."""

    text: str
    original: str
    _starts: tuple[int, ...] | None = None  # None: the same offsets as in the original
    _ends: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The piece of the original that folded[start:end] came from; start < end."""
        if self._starts is None or self._ends is None:
            return start, end
        return self._starts[start], self._ends[end - 1]


def fold(text: str) -> Folded:
    """`text` in comparable form: one translation for ordinary text, a slower walk for NFD and soft hyphens."""
    table, odd_letters = _tables()
    folded = text.translate(table)
    if len(folded) == len(text) and odd_letters.isdisjoint(text) and not _ODD.search(folded):
        return Folded(folded, text)
    return _fold_slowly(text, table)


def folded_text(text: str) -> str:
    """`text` in comparable form, without the way back: for aliases and queries."""
    return fold(text).text


def is_word_char(char: str) -> bool:
    """Whether `char` belongs to a word: a letter, a number or a mark (general category L, N or M)."""
    if char.isascii():
        return char.isalnum()
    return unicodedata.category(char)[0] in "LNM"


def words(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each word of `text`."""
    for match in WORD.finditer(text):
        yield match.span()


def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of each sentence, without the space around; a text without an end mark is one sentence."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if match.group().startswith(".") and not _ends_sentence(text, match.start(), match.end()):
            continue
        _add_trimmed(spans, text, start, match.end())
        start = match.end()
    _add_trimmed(spans, text, start, len(text))
    return tuple(spans)


def sentence_at(spans: tuple[tuple[int, int], ...], position: int) -> int:
    """Index of the sentence that holds `position`; the nearest before it when it lies between two; 0 at least."""
    return max(bisect_right(spans, (position, float("inf"))) - 1, 0)


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[int, str], frozenset[str]]:
    """The one-to-one table, and the letters of its ranges that fold to several code points or none."""
    table: dict[int, str] = {}
    odd: set[str] = set()
    for first, last in _TABLE_RANGES:
        for code in range(first, last):
            char = chr(code)
            folded = _fold_char(char)
            if len(folded) == 1:
                if folded != char:
                    table[code] = folded
            elif not unicodedata.combining(char):
                odd.add(char)
    table.update({ord(char): folded for char, folded in _CHANGED.items() if len(folded) == 1})
    return table, frozenset(odd | set(_IGNORED))


def _fold_char(char: str) -> str:
    if char in _CHANGED:
        return _CHANGED[char]
    if char in _IGNORED:
        return ""
    if char.isdecimal():  # Devanagari digits and others: ४ = 4
        return str(unicodedata.decimal(char))
    folded = unicodedata.normalize("NFKC", char).casefold()
    return "".join(_CHANGED.get(part, "" if part in _IGNORED else part) for part in folded)


def _fold_slowly(text: str, table: dict[int, str]) -> Folded:
    """Letter by letter, a letter and its accents together: linear, about ten times the cost of the fast way."""
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position, length = 0, len(text)
    while position < length:
        start = position
        position += 1
        limit = min(length, start + 1 + _MAX_ACCENTS)
        while position < limit and unicodedata.combining(text[position]) and text[position] not in _IGNORED:
            position += 1
        cluster = text[start:position]
        if len(cluster) == 1:
            folded = table.get(ord(cluster)) or _fold_char(cluster)
        else:
            composed = unicodedata.normalize("NFC", cluster)
            folded = unicodedata.normalize("NFC", "".join(_fold_char(char) for char in composed))
        if folded == " " and out and out[-1] == " ":
            continue
        for char in folded:
            out.append(char)
            starts.append(start)
            ends.append(position)
    return Folded("".join(out), text, tuple(starts), tuple(ends))


def _ends_sentence(text: str, dot: int, after: int) -> bool:
    """Whether the full stop at `dot` ends a sentence: not after abbreviations, nor before small letters."""
    begin = dot
    while begin > 0 and (is_word_char(text[begin - 1]) or text[begin - 1] == ".") and dot - begin < 12:
        begin -= 1
    word = text[begin:dot].casefold()
    if _ABBREVIATION.fullmatch(word) or (len(word) == 1 and word.isalpha()):
        return False
    following = text[after : after + 4].lstrip()[:1]
    return not following.islower()


def _add_trimmed(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))
