"""Which language a text is in, and the stem under which its words are searched.

Only the three languages of the product: English, Hindi, Russian, told apart by script. Stems come from the
Snowball stemmers of PyStemmer; they serve search, not the lexicon, which knows the inflections of its aliases.
"""

from __future__ import annotations

import string
import threading
from itertools import chain

import Stemmer

from rules.model import Lang
from rules.remembered import Remembered
from rules.text import WORD, folded_text

_CYRILLIC = (b"\xd0", b"\xd1", b"\xd2", b"\xd3")  # the first bytes of U+0400..U+04FF in UTF-8, one a letter
_DEVANAGARI = (b"\xe0\xa4", b"\xe0\xa5")  # of U+0900..U+097F
_NOT_LATIN = bytes(sorted(set(range(256)) - set(string.ascii_letters.encode())))
_SAMPLE = 400  # code points of each field: enough to tell, and bounded
_STEMMERS: dict[Lang, str] = {"en": "english", "hi": "hindi", "ru": "russian"}
_own = threading.local()  # a stemmer is not safe to share between threads; each thread keeps its own


def language(title: str, text: str = "") -> Lang:
    """The language of an item by the script of most of its letters; English when it has none.

    A Hindi headline full of English names counts as Hindi from one third of Devanagari on: Latin words in
    Devanagari text are common, the reverse is not. The same for Cyrillic.
    """
    sample = title[:_SAMPLE] + text[:_SAMPLE]
    if sample.isascii():
        return "en"
    coded = sample.encode("utf-8", "replace")  # counting bytes is many times faster than matching letters
    hindi = sum(map(coded.count, _DEVANAGARI))
    russian = sum(map(coded.count, _CYRILLIC))
    best: Lang = "hi" if hindi >= russian else "ru"
    most = max(hindi, russian)
    return best if most and 2 * most > len(coded.translate(None, _NOT_LATIN)) else "en"


def stem(word: str) -> str:
    """The stem of one word in any case: regiments -> regiment, полков -> полк, मिसाइलें -> मिसाइल."""
    return _stem_of[word]


def _stem(word: str) -> str:
    folded = folded_text(word).strip("'.,")
    if not folded or (not folded.isalpha() and any(char.isdigit() for char in folded)):
        return folded
    return folded_text(_stemmer(language(folded)).stemWord(folded))


def stems(text: str) -> tuple[str, ...]:
    """The stem of each word of `text`, in order, repeats included."""
    return tuple(chain.from_iterable(map(_stems_of.__getitem__, text.split())))  # no word has a space in it


def _stems(piece: str) -> tuple[str, ...]:
    return tuple(filter(None, map(_stem_of.__getitem__, WORD.findall(piece))))


_stem_of = Remembered(_stem, 1 << 15)
_stems_of = Remembered(_stems, 1 << 15)  # pieces repeat, and looking one up costs less than finding its words


def _stemmer(lang: Lang) -> Stemmer.Stemmer:
    stemmers: dict[Lang, Stemmer.Stemmer] | None = getattr(_own, "stemmers", None)
    if stemmers is None:
        stemmers = _own.stemmers = {}
    if lang not in stemmers:
        stemmers[lang] = Stemmer.Stemmer(_STEMMERS[lang], 0)  # its own memory would keep words of any length
    return stemmers[lang]
