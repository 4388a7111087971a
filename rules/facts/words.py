"""Cuts a text into the words, numbers and currency signs that the fact grammars read.

In: any text. Out: a `Cut`, its words in order with what stands between them and what each tells by itself. Model
designators (S-400, Су-30МКИ, एके-203) stay whole, so that their digits are never taken for a count, a sum or a
year. One pass, linear in the text: no repetition in the pattern can match the same characters in two ways. News
repeats its words, so each is judged once and remembered with the gap before it: a text costs little more than the
search for the pattern.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, chain, starmap
from operator import itemgetter, sub
from typing import Final, NamedTuple

from rules.facts.clause_words import senses
from rules.facts.folding import fold, folded
from rules.facts.word_cues import MARKED, count_role, cues
from rules.remembered import Remembered

# Devanagari signs and accents are not \w, but belong to their words; so do joiners and the soft hyphen.
_MARKS = "\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u200c\u200d\u00ad"
_SIGNS = "$₹₨€₽£¥"
_GAP = rf"[^\w{_SIGNS}]*+(?:_[^\w{_SIGNS}]*+)*+"  # no word, number or sign begins with any of these
_WORD = rf"[^\W\d_][\w{_MARKS}]*+"
_TAIL = rf"[-\u2010\u2011\u2013]\d[\w{_MARKS}]*(?:[-\u2010\u2011][\w{_MARKS}]{{1,4}}(?![\w{_MARKS}]))?"
_NUMBER = r"\d(?:\d|[.,'\u2019](?=\d)|[\u00a0\u202f\u2009\u2007](?=\d{3}(?!\d)))*"
_PIECE = re.compile(rf"({_GAP})((?=[$ACHNSU])(?:US|HK|NT|[ASC])?\$|{_WORD}(?:{_TAIL})?+|{_NUMBER}|[{_SIGNS}]|\Z)")
_NAME = re.compile(rf"(?P<word>{_WORD})(?P<tail>{_TAIL})?")
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
_REMEMBERED = 1 << 15  # words, some 400 bytes each
_LONGEST_REMEMBERED = 64  # code points of word or gap: hostile text fills no memory

Kind = str  # "word" | "model" | "number" | "sign"
SENTENCE_ENDS: Final = frozenset((".", "!"))  # gaps that part sentences
CLAUSE_ENDS: Final = frozenset((".", "!", ";"))


class Word(NamedTuple):
    """One word, number, designator or currency sign, wherever it stands: texts share them."""

    kind: Kind
    norm: str  # words: NFC, lower case, ё as е, no nukta, no accents of stress; numbers: as written
    gap: str  # what parts it from the word before: "" nothing, " " spaces, "-" a hyphen, "–" a dash with spaces,
    # "," "." ";" ":" "/" "%" "+" with or without spaces, "q" quotation marks or brackets, "!" anything else
    tight: bool  # one character parts it from the word before, or none
    capital: bool  # written with a capital
    long: bool  # a word of more than three letters, which titles write with a capital
    sense: int  # what it tells of its clause, see clause_words; 0 for most
    cue: int  # what it tells the grammars, see word_cues; 0 for most
    role: str | None  # what it makes of a count beside it, see word_cues; None for most


class Cut(NamedTuple):
    """A text cut into words; what counts words counts them from 0."""

    text: str
    words: Sequence[Word]
    starts: Sequence[int]  # of each word its first code point
    ends: Sequence[int]  # and one past its last
    marked: Sequence[int]  # the words that have a cue of MARKED: most grammars look nowhere else


def words_of(text: str) -> Cut:
    """The words of the text in order; none when it has none."""
    chunks = text.split(" ")  # no word has a space in it
    found = list(map(_chunks.__getitem__, chunks))  # as if one space stood before each and nothing else
    odd = [at for at, (_, _, after) in enumerate(found) if after != ""]
    if found[0][0]:
        found[0] = _chunks_after[chunks[0]]
    done = 0
    for at in odd:
        if at < done:
            continue
        _, _, after = found[at]
        done = at + 1
        while done < len(chunks) and found[done][2] is None:
            done += 1
        if done < len(chunks):
            wordless = chunks[at if after is None else at + 1 : done]
            before = [after] if after is not None else [""] if at else []
            found[done] = _chunks_after[" ".join((*before, *wordless, chunks[done]))]
    words = list(chain.from_iterable(map(itemgetter(0), found)))
    edges = list(accumulate(chain.from_iterable(map(itemgetter(1), found))))
    return Cut(text, words, edges[::2], edges[1::2], [at for at, word in enumerate(words) if word.cue & MARKED])


# Of a piece without spaces its words, the lengths of gaps and words by turns, and what stands behind the last one;
# None: it has no word.
_Chunk = tuple[Sequence[Word], Sequence[int], str | None]


def _chunk_after(text: str) -> _Chunk:
    """A chunk with all that stands between it and the word before."""
    cut = _cut(text)
    if not cut.words:
        return (), (), None
    gaps = map(sub, cut.starts, (0, *cut.ends))
    lengths = tuple(chain.from_iterable(zip(gaps, map(sub, cut.ends, cut.starts), strict=False)))
    return tuple(cut.words), lengths, cut.text[cut.ends[-1] :]


_chunks_after = Remembered(_chunk_after, _REMEMBERED)
_chunks: Remembered[_Chunk] = Remembered(lambda chunk: _chunk_after(" " + chunk), _REMEMBERED)


def _cut(text: str) -> Cut:
    """The same by one search of the text, for what is not worth remembering."""
    pieces: list[tuple[str, str]] = _PIECE.findall(text)
    while pieces and not pieces[-1][1]:
        pieces.pop()  # what follows the last word
    if not pieces:
        return Cut(text, (), (), (), ())
    starts, ends, longest = _places(pieces)
    judge = _word if longest <= _LONGEST_REMEMBERED else _word.__wrapped__
    judged = list(starmap(judge, pieces))
    words = [word for word in judged if word is not None]
    if len(words) < len(judged):
        pieces = _parted(text, pieces)
        starts, ends, _ = _places(pieces)
        words = [word for word in starmap(judge, pieces) if word is not None]
    marked = [at for at, word in enumerate(words) if word.cue & MARKED]
    return Cut(text, words, starts, ends, marked)


def _places(pieces: Sequence[tuple[str, str]]) -> tuple[list[int], list[int], int]:
    """Where the words of the pieces begin and end, and the length of the longest gap or word."""
    lengths = list(map(len, chain.from_iterable(pieces)))
    edges = list(accumulate(lengths))  # each gap ends where its word begins
    return edges[::2], edges[1::2], max(lengths)


def _parted(text: str, pieces: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pieces with words like "mid" and "Rs" parted from the number behind them. Linear."""
    parted: list[tuple[str, str]] = []
    end = reached = 0
    for gap, token in pieces:
        start = end + len(gap)
        end = start + len(token)
        while reached < end:
            if reached <= start:
                gap, token = text[reached:start], text[start:end]
            else:
                gap, token = _PIECE.match(text, reached).groups()  # type: ignore[union-attr]  # it may be empty
            if not token:
                return parted
            token = token[: _kind(token)[1]]
            parted.append((gap, token))
            reached += len(gap) + len(token)
    return parted


@lru_cache(maxsize=_REMEMBERED)
def _word(gap: str, token: str) -> Word | None:
    """The word of a piece; None when only its beginning is one word."""
    kind, length = _kind(token)
    if length < len(token):
        return None
    norm = fold(token) if kind in ("word", "model") else token
    parted = _gap(gap)
    sense = senses(norm) if kind == "word" else 0
    return Word(
        kind=kind,
        norm=norm,
        gap=parted,
        tight=len(gap) <= 1,
        capital=token[0].isupper(),
        long=kind == "word" and len(norm) > 3,
        sense=sense,
        cue=cues(kind, norm, parted, sense),
        role=count_role(norm),
    )


def _kind(token: str) -> tuple[Kind, int]:
    """What a token is, and how much of it: of "FY26" the word is "FY"."""
    name = _NAME.fullmatch(token)
    if name is None:
        return ("number" if token[0].isdigit() else "sign"), len(token)
    word, tail = name.groups()
    if tail is None and word.isalpha():
        return "word", len(token)
    digit = next((at for at, char in enumerate(word) if char.isdigit()), len(word))
    if digit == len(word) and tail is None:
        return "word", len(token)
    if fold(word[:digit]) in _NOT_MODELS:
        return "word", digit
    # An en dash joins a designator only to a short prefix: "С–400", but "Дели–2026" is two words.
    if tail is not None and tail[0] == "\u2013" and digit == len(word) and len(word) > 3:
        return "word", digit
    return "model", len(token)


def _gap(between: str) -> str:
    if not between:
        return ""
    if len(between) > _LONGEST_GAP:
        return "!"
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
