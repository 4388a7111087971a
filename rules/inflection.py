"""How an alias of the lexicon may look in running text: spellings, endings, look-alike letters.

An alias is written once, in its dictionary form; this file says what else it matches. Words in plain letters may
take the endings of their language (`*` after a word: any ending, for verbs); after `=` an alias counts only in
exactly these letters. Designators such as Su-30MKI match with hyphens, spaces or nothing between their groups and
with Latin letters typed for Cyrillic ones or the reverse.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise, product
from typing import NamedTuple

from rules.text import folded_text


def bare_name(alias: str) -> str:
    """The alias as people write it, without the signs for "any ending" and "exactly these letters"."""
    return alias.removeprefix(_EXACTLY).replace("*", "")


def _endings(listed: str) -> frozenset[str]:
    """The endings between the bars; nothing before the first bar means that no ending is an ending too."""
    return frozenset(listed.split("|"))


NO_ENDING = _endings("")
_EN_PLURAL = _endings("|s|es")
_EN_Y = _endings("y|ies")
_EN_ANY = _endings(
    "|s|es|e|ed|d|ing|ings|y|ies|ied|er|ers|or|ors|ion|ions|ation|ations|ment|ments|al|als|ance|ly|t|ts|tion|tions"
    "|ive|ives|able|ible|ability|ence|ency|ent|ents|ity"
)
# Devanagari: oblique and plural endings, as signs after a consonant or as letters after a vowel
_HI_NOUN = _endings("|ों|ें|ो|े|ा|ी|ि|ियों|ियां|यों|ओं|एं|ए|यां|ं|ीय")
_HI_CHANGING = {"ी": _endings("ियों|ियां|ि|ियो"), "ा": _endings("े|ों|ो")}  # पनडुब्बी, पनडुब्बियों; सौदा, सौदे
_HI_ANY = _HI_NOUN | _endings("ना|ने|नी|ता|ते|ती|ेगा|ेगी|ेंगे|ेंगी|ाया|ाई|ाए|कर|या|ये|यी|ई|एगा|एगी|एंगे")
# Russian: the cases of nouns by their dictionary form, of adjectives, and the usual verb endings
_RU_PLURAL = _endings("ов|ев|ей|ам|ами|ах|ям|ями|ях")
_RU_A = _endings("|а|ы|и|е|у|ой|ою") | _RU_PLURAL
_RU_YA = _endings("я|и|е|ю|ей|ею|ь|й|ям|ями|ях")
_RU_CONSONANT = _endings("|а|у|ом|ым|ем|е|ы|и") | _RU_PLURAL
_RU_NEUTER = _endings("о|е|а|я|у|ю|ом|ем|и|й|ь||ам|ами|ах|ям|ями|ях")
_RU_IE = _endings("ие|ия|ию|ием|ии|ий|иям|иями|иях|ье|ья|ью|ьем")
_RU_SOFT = _endings("ь|й|я|ю|ем|е|и|ев|ей|ям|ями|ях|ью")
_RU_ADJECTIVE = _endings("ий|ый|ой|ая|яя|ое|ее|ые|ие|ого|его|ому|ему|ым|им|ом|ем|ую|юю|ою|ею|ей|ых|их|ыми|ими|о")
_RU_VERB = _endings(
    "ть|ет|ит|ут|ют|ат|ят|ем|им|л|ла|ло|ли|ся|лся|лась|лось|лись|ется|ится|утся|ются|ятся|ены|ен|ена|ено|н|на|но|ны"
    "|нный|ный|ная|ное|ные|ного|ной|ных|ил|ила|ило|или|ал|ала|ало|али|ел|ела|ели|ать|ить|еть|ыть|ает|ают|яет|яют"
    "|ился|илась|илось|ились|иться|аться|ует|уют|овал|овала|овали|овать|ован|ована|овано|ованы|ание|ания|ение|ения"
    "|ению|ением|ении|ений|яли|ял|яла|ять|ав|ив|вший|вшая|вшие|ущий|ющий|ющая|ющие|ащий|ящий"
)
_RU_VERB |= _endings("ул|ула|уло|ули|уть|ь|ив|ает|ают|яет|яют|ивает|ивают|ывает|ывают|ивал|ивали|ывал|ывали")
_RU_FINITE = _endings(
    "ть|ет|ит|ут|ют|ат|ят|л|ла|ло|ли|ил|ила|ило|или|ал|ала|ало|али|ул|ула|уло|ули|ать|ить|уть|ует|уют|ает|ают|ивает|ивают"
)  # fmt: skip
# сдвин-улась, торг-уются: the same of oneself
_RU_VERB |= {ending + ("сь" if ending[-1] in "аои" else "ся") for ending in _RU_FINITE}
# модерниз-ирует, модерн-изация: verbs of foreign stems
_RU_VERB |= {middle + ending for middle in ("ир", "ова", "ирова", "ыва", "ива") for ending in _RU_VERB}
_RU_VERB |= {middle + ending for middle in ("у", "иру") for ending in _endings("ет|ют|ем|я|ющий|ющая|ющие")}
_RU_VERB |= _endings(
    "аци|ация|ации|ацию|ацией|аций|ициру|ицир|ицировал|ицировала|ицировать|ицировали|ицируют|ицирует|ицирован|ицирована"
)
_RU_ANY = _RU_A | _RU_YA | _RU_NEUTER | _RU_SOFT | _RU_ADJECTIVE | _RU_VERB
_RU_ADJECTIVE_OR_IE = _RU_ADJECTIVE | _RU_IE
_RU_MANY = _RU_A | _RU_YA | _RU_SOFT
_RU_ADJECTIVES = ("ий", "ый", "ой", "ая", "ое", "ые", "яя", "ее")
_RU_BY_LAST = {  # the last letter of a noun -> its endings
    "а": _RU_A, "я": _RU_YA, "о": _RU_NEUTER, "е": _RU_NEUTER,
    "ь": _RU_SOFT, "й": _RU_SOFT, "ы": _RU_MANY, "и": _RU_MANY,
}  # fmt: skip
_RUSSIAN = re.compile("[а-я]")
_TWINS = dict(zip("авекмнорстух", "abekmhopctyx", strict=True))  # Cyrillic letters that look Latin in capitals
_TWINS |= {latin: cyrillic for cyrillic, latin in _TWINS.items()}
_ACRONYM_ENDINGS = _endings("|s")
_DESIGNATOR_ENDINGS = _endings("|s|х|й")
# A space inside a designator is allowed only after heads that are not words: "an 32-year-old" is no aircraft.
_WORDS_LIKE_HEADS = _endings("a|an|as|at|be|by|do|go|he|i|if|in|is|it|me|my|no|of|on|or|so|to|up|us|we|bm|pp")
_GROUP = re.compile(r"\d+|[^\W\d_]+[\u0900-\u0903\u093a-\u094f]*(?:[^\W\d_]|[\u0900-\u0903\u093a-\u094f])*")
_EXACTLY = "="  # before an alias: it counts only in exactly these letters, capitals included
_MAX_LOOKALIKES = 5  # letters varied in one designator: 2**5 spellings


class Piece(NamedTuple):
    """One word of an alias: letters that must stand there and what may follow them inside the word."""

    literal: str
    endings: frozenset[str] = NO_ENDING


class Pattern(NamedTuple):
    """One way an alias may be written: its words in order."""

    pieces: tuple[Piece, ...]
    capitals: str | None = None  # the text must have exactly these letters, e.g. "MTA"; None: any case


_new = tuple.__new__  # makes a named tuple in less than half the time of its own constructor


def patterns(alias: str, lang: str) -> Sequence[Pattern]:
    """Every way that `alias`, written in `lang`, may stand in folded text; empty for an alias without letters."""
    tokens = alias.replace("\u2011", "-").split()
    if not tokens:
        return ()
    if alias.startswith(_EXACTLY):
        written = alias.removeprefix(_EXACTLY)
        return (Pattern((Piece(folded_text(written)),), written),)
    if is_acronym(alias):
        return (Pattern((Piece(folded_text(alias), _ACRONYM_ENDINGS),), alias),)
    ways: list[tuple[Piece, ...]] = [()]
    last = tokens.pop()
    for token in tokens:
        ways = _continued(ways, _word_choices(token, lang, False))
    return [_new(Pattern, (way, None)) for way in _continued(ways, _word_choices(last, lang, True))]


def _continued(ways: list[tuple[Piece, ...]], choices: list[tuple[Piece, ...]]) -> list[tuple[Piece, ...]]:
    """Each of the ways with each of the choices behind it."""
    if len(ways) == 1 and not ways[0]:
        return choices
    return [way + choice for way in ways for choice in choices]


def is_acronym(alias: str) -> bool:
    """Whether the alias counts only in capitals: two to five capital letters (MTA, ВТС); "mta" may be a word."""
    return 2 <= len(alias) <= 5 and alias.isalpha() and alias.isupper()


def spellings(designator: str) -> tuple[str, ...]:
    """How a designator may be typed: Su-30MKI -> su-30mki, su 30 mki …, Latin and Cyrillic letters mixed."""
    folded = folded_text(designator)
    groups = _GROUP.findall(folded)
    if len(groups) < 2:
        return (folded,)
    joins: list[list[str]] = []
    for left, right in pairwise(groups):
        head = left if not left[0].isdigit() else right
        options = ["-"] if _may_be_other_goods(left, right) else ["", "-"]
        if len(head) > 1 and head not in _WORDS_LIKE_HEADS:
            options.append(" ")
        joins.append(options)
    rest = "%s" * (len(groups) - 1 - len(joins[:4]))
    shapes = {_GROUP.sub("%s", folded.replace("%", "%%"))}  # the groups to be put in
    shapes.update("".join(["%s", *(f"{join}%s" for join in chosen), rest]) for chosen in product(*joins[:4]))
    variants = {shape % typed for typed in _lookalikes(groups) for shape in shapes}
    if not folded.isascii():
        # С400 typed wholly in Latin letters is C400, a scooter; with its hyphen, C-400, it is meant.
        variants = {variant for variant in variants if not variant.isascii() or "-" in variant}
    return tuple(sorted(variants))


def _may_be_other_goods(left: str, right: str) -> bool:
    """A letter joined to one or two digits names phones and roads as well: A50, T90, R27."""
    return len(left) == 1 and right.isdigit() and len(right) < 3


def _lookalikes(groups: Sequence[str]) -> list[tuple[str, ...]]:
    """The groups with each letter that has a twin in the other alphabet typed either way."""
    typed: list[Sequence[str]] = []
    varied = 0
    for group in groups:
        options: list[tuple[str, ...]] = []
        for char in group:
            twin = _TWINS.get(char) if varied < _MAX_LOOKALIKES else None
            varied += twin is not None
            options.append((char,) if twin is None else (char, twin))
        typed.append(list(map("".join, product(*options))))
    return list(product(*typed))


def _word_choices(token: str, lang: str, last: bool) -> list[tuple[Piece, ...]]:
    """The pieces of one word; a compound may also be written together (co-production, coproduction)."""
    if token.isalpha():  # most words, and those of Hindi that have no vowel signs
        return [(piece,) for piece in _inflected(token, lang, last)]
    if any(map(str.isdigit, token)):
        endings = _DESIGNATOR_ENDINGS if last else NO_ENDING
        return [(_new(Piece, (spelling, endings)),) for spelling in spellings(token)]
    pieces: list[tuple[Piece, ...]] = [()]
    parts = [part for part in token.split("-") if part]
    for number, part in enumerate(parts):
        final = last and number == len(parts) - 1
        pieces = [(*before, piece) for before in pieces for piece in _inflected(part, lang, final)]
    if len(parts) == 2 and lang == "en" and len(parts[0]) <= 3:
        pieces.extend((piece,) for piece in _inflected("".join(parts), lang, last))
    return pieces


def _inflected(word: str, lang: str, last: bool) -> tuple[Piece, ...]:
    folded = folded_text(word.rstrip("*"))
    if lang == "ru" and _RUSSIAN.search(folded):
        return _russian(folded, word.endswith("*"), word.isupper() and len(word) <= 5)
    if word.endswith("*"):
        return (_new(Piece, (folded, _HI_ANY if lang == "hi" else _EN_ANY)),)
    if not last:
        return (_new(Piece, (folded, NO_ENDING)),)
    if lang == "hi":
        return _hindi(folded)
    if len(folded) > 3 and folded[-1] == "y" and folded[-2] not in "aeiou":
        return (_new(Piece, (folded[:-1], _EN_Y)),)
    return (_new(Piece, (folded, _EN_PLURAL if len(folded) > 1 else NO_ENDING)),)


def _hindi(word: str) -> tuple[Piece, ...]:
    """A Hindi noun with its plural and oblique endings; those in -ी and -ा change their last sign."""
    if len(word) < 3:
        return (Piece(word),)
    noun: Piece = _new(Piece, (word, _HI_NOUN))
    changing = _HI_CHANGING.get(word[-1]) if len(word) > 3 else None
    return (noun,) if changing is None else (noun, _new(Piece, (word[:-1], changing)))


def _russian(word: str, any_ending: bool, acronym: bool) -> tuple[Piece, ...]:
    """A Russian word in all its cases, by the shape of its dictionary form."""
    if any_ending:
        return (_new(Piece, (word, _RU_ANY)),)
    if acronym or len(word) < 4:
        return (Piece(word, _RU_CONSONANT),) if len(word) == 3 and not acronym else (Piece(word),)
    if word.endswith("ие"):  # оружие (weapons), a noun, or крупные (big), an adjective: take both
        return (_new(Piece, (word[:-2], _RU_ADJECTIVE_OR_IE)),)
    if word.endswith(_RU_ADJECTIVES):
        return (_new(Piece, (word[:-2], _RU_ADJECTIVE)),)
    if word.endswith("ка"):
        return (Piece(word[:-1], _RU_A), Piece(word[:-2] + "ок"), Piece(word[:-2] + "ек"))
    endings = _RU_BY_LAST.get(word[-1])
    return (_new(Piece, (word, _RU_CONSONANT)),) if endings is None else (_new(Piece, (word[:-1], endings)),)
