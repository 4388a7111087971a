"""Which language a text is in, and the stem under which its words are searched.

Only the three languages of the product: English, Hindi, Russian, told apart by script. Stems come from the
Snowball stemmers of PyStemmer; they serve search, not the lexicon, which knows the inflections of its aliases.
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache

import Stemmer

from rules.model import Lang
from rules.text import folded_text, words

_CYRILLIC = re.compile("[\u0400-\u04ff]")
_DEVANAGARI = re.compile("[\u0900-\u097f]")
_LATIN = re.compile("[A-Za-z]")
_STEMMERS: dict[Lang, str] = {"en": "english", "hi": "hindi", "ru": "russian"}
_own = threading.local()  # a stemmer is not safe to share between threads; each thread keeps its own


def language(text: str) -> Lang:
    """The language of `text` by the script of most of its letters; English when it has no letters.

    A Hindi headline full of English names counts as Hindi from one third of Devanagari on: Latin words in
    Devanagari text are common, the reverse is not. The same for Cyrillic.
    """
    sample = text[:2000]  # enough to tell, and bounded
    latin = len(_LATIN.findall(sample))
    hindi = len(_DEVANAGARI.findall(sample))
    russian = len(_CYRILLIC.findall(sample))
    best: Lang = "hi" if hindi >= russian else "ru"
    return best if 2 * max(hindi, russian) > latin and max(hindi, russian) > 0 else "en"


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of one word in any case: regiments -> regiment, полков -> полк, मिसाइलें -> मिसाइल."""
    folded = folded_text(word).strip("'.,")
    if not folded or (not folded.isalpha() and any(char.isdigit() for char in folded)):
        return folded
    return folded_text(_stemmer(language(folded)).stemWord(folded))


def stems(text: str) -> tuple[str, ...]:
    """The stem of each word of `text`, in order, repeats included."""
    return tuple(found for start, end in words(text) if (found := stem(text[start:end])))


def _stemmer(lang: Lang) -> Stemmer.Stemmer:
    stemmers: dict[Lang, Stemmer.Stemmer] | None = getattr(_own, "stemmers", None)
    if stemmers is None:
        stemmers = _own.stemmers = {}
    if lang not in stemmers:
        stemmers[lang] = Stemmer.Stemmer(_STEMMERS[lang])
    return stemmers[lang]
