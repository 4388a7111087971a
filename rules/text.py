"""Text made comparable, with the way back to the original.

`fold` turns a field of an item into the form that the lexicon compares: lower case, NFKC, one kind of hyphen
and quote, ё=е, no nukta, no soft hyphen, ASCII digits. Each folded code point knows which piece of the
original it came from, so that spans always count code points of the ORIGINAL text; `skim` leaves that out. Finding
words and sentences is here too; what the words mean is the lexicon's business.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

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
_ACCENTS = "\u0300-\u036f"  # combining: NFD text
_MAX_ACCENTS = 8  # of one letter: real text has two; composing longer runs would cost more than linear time
# Letters that fold to their small form and nothing else: nearly all of English, Russian and Hindi. The others are
# looked at one by one, each distinct one once.
_UNUSUAL = re.compile(
    "[^ -_a-~А-Яа-я\u0900\u0902-\u0928\u092a-\u0930\u0932\u0933\u0935-\u093b"
    "\u093d-\u0948\u094a-\u0957\u0960-\u0965\u0970-\u097f]"
)
_CLUSTER = f"[^{_ACCENTS}]?[{_ACCENTS}]{{1,{_MAX_ACCENTS}}}"
_COMBINING = frozenset(map(chr, range(0x300, 0x370)))
_FAR = 1 << 62  # beyond any position
# A word: letters, digits and marks of any script. `\w` alone breaks Hindi words at their vowel signs.
MARKS_IN_WORDS = "\u0300-\u036f\u0483-\u0487\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u200c\u200d"
_IN_WORD = rf"[\w{MARKS_IN_WORDS}]"
WORD = re.compile(rf"[^\W_]{_IN_WORD}*+(?:(?<=\d)[.,](?=\d){_IN_WORD}++)*+")
# Where a sentence may end. One class of characters first, which is searched many times faster than alternatives;
# possessive, and begun only at the first mark of a run: a line of full stops costs linear time.
_STOP = re.compile("[.!?\u2026\u0964\u0965\n][.!?\u2026\u0964\u0965]*+[\"'\u201d\u2019\u00bb)\\]]*+")
_DANDAS = frozenset("\u0964\u0965")  # end a sentence without a space behind them
_BLANK_LINE = re.compile(r"[^\S\n]*+\n")
# A full stop after one of these ends no sentence.
_ABBREVIATED = (
    "adm approx capt cmde co col corp dr etc gen inc jr lt ltd maj mr mrs ms no nos pvt rs sr st u.k u.s vs "
    "г гг долл др им млн млрд пр рис руб св см ст стр т трлн тыс ул डॉ रु श्री"
)
_ABBREVIATIONS = frozenset(_ABBREVIATED.split())
_LONGEST_ABBREVIATION = 12  # code points that are looked at before a full stop


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and the way back to the original."""

    text: str
    original: str
    # Where lengths differ: (start, end) in the folded text and (start, end) in the original; between them both
    # run side by side. Empty for ordinary text.
    _pieces: tuple[tuple[int, int, int, int], ...] = ()

    @property
    def even(self) -> bool:
        """Whether each code point stands where it stands in the original."""
        return not self._pieces

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The piece of the original that folded[start:end] came from; start < end."""
        if not self._pieces:
            return start, end
        return self._origin(start)[0], self._origin(end - 1)[1]

    def origin(self, position: int) -> int:
        """Where in the original the code point at `position` begins."""
        return self._origin(position)[0] if self._pieces else position

    def _origin(self, position: int) -> tuple[int, int]:
        number = bisect_right(self._pieces, (position, _FAR)) - 1
        if number < 0:
            return position, position + 1
        _, after, first, last = self._pieces[number]
        if position < after:
            return first, last
        return last + position - after, last + position - after + 1


def fold(text: str) -> Folded:
    """`text` in comparable form. Linear; ordinary text costs little more than `text.lower()`."""
    flat = text
    odd: list[str] = []
    for char in set(_UNUSUAL.findall(text)):
        folded = _folded_char(char)
        if len(folded) != 1 or char in _COMBINING:
            odd.append(char)
        elif folded != char:
            flat = flat.replace(char, folded)
    return _fold_by_pieces(text, flat, odd) if odd else Folded(flat.lower(), text)


def skim(text: str) -> str:
    """The folded text alone, somewhat faster than `fold(text).text`, which it equals."""
    flat = text
    for char in set(_UNUSUAL.findall(text)):
        if char in _COMBINING:
            return fold(text).text
        flat = flat.replace(char, _folded_char(char))
    return flat.lower()


def folded_text(text: str) -> str:
    """`text` in comparable form, without the way back: for aliases and queries."""
    return skim(text)


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
    for match in _STOP.finditer(text):
        begin, end = match.span()
        mark = text[begin]
        if mark == "\n":
            ends = _BLANK_LINE.match(text, end) is not None
        elif mark in _DANDAS:
            ends = True
        else:
            ends = text[end : end + 1].isspace() and (mark != "." or _ends_sentence(text, begin, end))
        if ends:
            _add_trimmed(spans, text, start, end)
            start = end
    _add_trimmed(spans, text, start, len(text))
    return tuple(spans)


def sentence_at(spans: tuple[tuple[int, int], ...], position: int) -> int:
    """Index of the sentence that holds `position`; the nearest before it when it lies between two; 0 at least."""
    return max(bisect_right(spans, (position, float("inf"))) - 1, 0)


@lru_cache(maxsize=10_000)
def _folded_char(char: str) -> str:
    if char in _CHANGED:
        return _CHANGED[char]
    if char in _IGNORED:
        return ""
    if char.isdecimal():  # Devanagari digits and others: ४ = 4
        return str(unicodedata.decimal(char))
    folded = unicodedata.normalize("NFKC", char).casefold()
    return "".join(_CHANGED.get(part, "" if part in _IGNORED else part) for part in folded)


def _fold_by_pieces(text: str, flat: str, odd: Iterable[str]) -> Folded:
    """The fold of a text in which lengths change: `flat` is `text` with its other letters folded, one to one."""
    letters = "".join(re.escape(char) for char in sorted(odd) if char not in _COMBINING)
    ways = [f"[{letters}]"] if letters else []
    if not _COMBINING.isdisjoint(odd):  # a text without accents is searched many times faster
        ways.insert(0, _CLUSTER)
    out: list[str] = []
    pieces: list[tuple[int, int, int, int]] = []
    length = done = 0
    for match in re.finditer("|".join(ways), flat):
        start, end = match.span()
        plain, folded = flat[done:start].lower(), _folded_cluster(text[start:end])
        out += (plain, folded)
        length += len(plain)
        pieces.append((length, length + len(folded), start, end))
        length += len(folded)
        done = end
    out.append(flat[done:].lower())
    return Folded("".join(out), text, tuple(pieces))


def _folded_cluster(cluster: str) -> str:
    """A letter with its accents: composed first, so that a letter written in two parts is the one letter."""
    if len(cluster) == 1:
        return _folded_char(cluster).lower()
    composed = unicodedata.normalize("NFC", cluster)
    return unicodedata.normalize("NFC", "".join(_folded_char(char) for char in composed)).lower()


def _ends_sentence(text: str, dot: int, after: int) -> bool:
    """Whether the full stop at `dot` ends a sentence: not after abbreviations, nor before small letters."""
    if text[after : after + 4].lstrip()[:1].islower():
        return False
    word = text[max(dot - _LONGEST_ABBREVIATION, 0) : dot].rpartition(" ")[2]
    if not word.isalnum():  # other marks than a space before it
        begin, least = dot, max(dot - _LONGEST_ABBREVIATION, 0)
        while begin > least and (text[begin - 1] == "." or is_word_char(text[begin - 1])):
            begin -= 1
        word = text[begin:dot]
    elif len(word) == _LONGEST_ABBREVIATION:
        return True  # only its end is known
    word = word.casefold()
    return word not in _ABBREVIATIONS and not (len(word) == 1 and word.isalpha())


def _add_trimmed(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))
