"""How an alias of the lexicon may look in running text: spellings, endings, look-alike letters.

An alias is written once, in its dictionary form; this file says what else it matches. Words in plain letters may
take the endings of their language (`*` after a word: any ending, for verbs); after `=` an alias counts only in
exactly these letters. Designators such as Su-30MKI match with hyphens, spaces or nothing between their groups and
with Latin letters typed for Cyrillic ones or the reverse.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise, product

from rules.text import folded_text


def _endings(listed: str) -> frozenset[str]:
    """The endings between the bars; nothing before the first bar means that no ending is an ending too."""
    return frozenset(listed.split("|"))


NO_ENDING = _endings("")
_EN_PLURAL = _endings("|s|es")
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
# модерниз-ирует, модерн-изация: verbs of foreign stems
_RU_VERB |= {middle + ending for middle in ("ир", "ова", "ирова", "ыва", "ива") for ending in _RU_VERB}
_RU_VERB |= {middle + ending for middle in ("у", "иру") for ending in _endings("ет|ют|ем|я|ющий|ющая|ющие")}
_RU_VERB |= _endings(
    "аци|ация|ации|ацию|ацией|аций|ициру|ицир|ицировал|ицировала|ицировать|ицировали|ицируют|ицирует|ицирован|ицирована"
)
_RU_ANY = _RU_A | _RU_YA | _RU_NEUTER | _RU_SOFT | _RU_ADJECTIVE | _RU_VERB
_LATIN_OF = dict(zip("авекмнорстух", "abekmhopctyx", strict=True))  # Cyrillic letters that look Latin in capitals
_CYRILLIC_OF = {latin: cyrillic for cyrillic, latin in _LATIN_OF.items()}
# A space inside a designator is allowed only after heads that are not words: "an 32-year-old" is no aircraft.
_WORDS_LIKE_HEADS = _endings("a|an|as|at|be|by|do|go|he|i|if|in|is|it|me|my|no|of|on|or|so|to|up|us|we|bm|pp")
_GROUP = re.compile(r"\d+|[^\W\d_]+[\u0900-\u0903\u093a-\u094f]*(?:[^\W\d_]|[\u0900-\u0903\u093a-\u094f])*")
_EXACTLY = "="  # before an alias: it counts only in exactly these letters, capitals included
_MAX_LOOKALIKES = 5  # letters varied in one designator: 2**5 spellings


@dataclass(frozen=True, slots=True)
class Piece:
    """One word of an alias: letters that must stand there and what may follow them inside the word."""

    literal: str
    endings: frozenset[str] = NO_ENDING


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way an alias may be written: its words in order."""

    pieces: tuple[Piece, ...]
    capitals: str | None = None  # the text must have exactly these letters, e.g. "MTA"; None: any case


def patterns(alias: str, lang: str) -> tuple[Pattern, ...]:
    """Every way that `alias`, written in `lang`, may stand in folded text; empty for an alias without letters."""
    tokens = alias.replace("\u2011", "-").split()
    if not tokens:
        return ()
    if alias.startswith(_EXACTLY):
        written = alias.removeprefix(_EXACTLY)
        return (Pattern((Piece(folded_text(written)),), written),)
    if is_acronym(alias):
        return (Pattern((Piece(folded_text(alias), frozenset({"", "s"})),), alias),)
    choices: list[tuple[tuple[Piece, ...], ...]] = []
    for number, token in enumerate(tokens):
        last = number == len(tokens) - 1
        if any(char.isdigit() for char in token):
            choices.append(tuple((Piece(spelling, _designator_endings(last)),) for spelling in spellings(token)))
        else:
            parts = [part for part in re.split(r"-+", token) if part]
            choices.append(_word_choices(parts, lang, last))
    return tuple(Pattern(tuple(piece for group in choice for piece in group)) for choice in product(*choices))


def is_acronym(alias: str) -> bool:
    """Whether the alias counts only in capitals: two to five capital letters (MTA, ВТС); "mta" may be a word."""
    return 2 <= len(alias) <= 5 and alias.isalpha() and alias.isupper()


def spellings(designator: str) -> tuple[str, ...]:
    """How a designator may be typed: Su-30MKI -> su-30mki, su 30 mki …, Latin and Cyrillic letters mixed."""
    folded = folded_text(designator)
    groups = _GROUP.findall(folded)
    if len(groups) < 2:
        return (folded,)
    joins = []
    for left, right in pairwise(groups):
        head = left if not left[0].isdigit() else right
        options = ["-"] if _may_be_other_goods(left, right) else ["", "-"]
        if len(head) > 1 and head not in _WORDS_LIKE_HEADS:
            options.append(" ")
        joins.append(options)
    joined = {folded}
    for chosen in product(*joins[:4]):
        filled = [*chosen, *([""] * (len(groups) - 1 - len(chosen)))]
        joined.add(groups[0] + "".join(join + group for join, group in zip(filled, groups[1:], strict=True)))
    variants = {variant for spelling in joined for variant in _lookalikes(spelling)}
    return tuple(sorted(variant for variant in variants if not _foreign_joined(variant, folded)))


def _may_be_other_goods(left: str, right: str) -> bool:
    """A letter joined to one or two digits names phones and roads as well: A50, T90, R27."""
    return len(left) == 1 and right.isdigit() and len(right) < 3


def _foreign_joined(variant: str, designator: str) -> bool:
    """С400 typed wholly in Latin letters is C400, a scooter; with its hyphen, C-400, it is meant."""
    return variant.isascii() and not designator.isascii() and "-" not in variant


def _lookalikes(text: str) -> set[str]:
    """`text` with each letter that has a twin in the other alphabet typed either way."""
    options: list[tuple[str, ...]] = []
    varied = 0
    for char in text:
        twin = _LATIN_OF.get(char) or _CYRILLIC_OF.get(char)
        if twin is not None and varied < _MAX_LOOKALIKES:
            varied += 1
            options.append((char, twin))
        else:
            options.append((char,))
    return {"".join(chosen) for chosen in product(*options)}


def _designator_endings(last: bool) -> frozenset[str]:
    return frozenset({"", "s", "х", "й"}) if last else NO_ENDING


def _word_choices(parts: list[str], lang: str, last: bool) -> tuple[tuple[Piece, ...], ...]:
    """The pieces of one hyphenated word; a compound may also be written together (co-production, coproduction)."""
    pieces: list[tuple[Piece, ...]] = [()]
    for number, part in enumerate(parts):
        final = last and number == len(parts) - 1
        pieces = [(*before, piece) for before in pieces for piece in _inflected(part, lang, final)]
    if len(parts) == 2 and lang == "en" and len(parts[0]) <= 3:
        pieces.extend((piece,) for piece in _inflected("".join(parts), lang, last))
    return tuple(pieces)


def _inflected(word: str, lang: str, last: bool) -> tuple[Piece, ...]:
    any_ending = word.endswith("*")
    folded = folded_text(word.rstrip("*"))
    if lang == "ru" and re.search("[а-я]", folded):
        return _russian(folded, any_ending, word.isupper() and len(word) <= 5)
    if any_ending:
        return (Piece(folded, _HI_ANY if lang == "hi" else _EN_ANY),)
    if not last:
        return (Piece(folded),)
    if lang == "hi":
        return _hindi(folded)
    if len(folded) > 3 and folded.endswith("y") and folded[-2] not in "aeiou":
        return (Piece(folded[:-1], frozenset({"y", "ies"})),)
    return (Piece(folded, _EN_PLURAL),) if len(folded) > 1 else (Piece(folded),)


def _hindi(word: str) -> tuple[Piece, ...]:
    """A Hindi noun with its plural and oblique endings; those in -ी and -ा change their last sign."""
    if len(word) < 3:
        return (Piece(word),)
    found = [Piece(word, _HI_NOUN)]
    if len(word) > 3 and word.endswith(tuple(_HI_CHANGING)):
        found.append(Piece(word[:-1], _HI_CHANGING[word[-1]]))
    return tuple(found)


def _russian(word: str, any_ending: bool, acronym: bool) -> tuple[Piece, ...]:
    """A Russian word in all its cases, by the shape of its dictionary form."""
    if any_ending:
        return (Piece(word, _RU_ANY),)
    if acronym or len(word) < 4:
        return (Piece(word, _RU_CONSONANT),) if len(word) == 3 and not acronym else (Piece(word),)
    if word.endswith("ие"):  # оружие (weapons), a noun, or крупные (big), an adjective: take both
        return (Piece(word[:-2], _RU_ADJECTIVE | _RU_IE),)
    if word.endswith(("ий", "ый", "ой", "ая", "ое", "ые", "яя", "ее")):
        return (Piece(word[:-2], _RU_ADJECTIVE),)
    if word.endswith("ка"):
        stem = word[:-2]
        fleeting = tuple(Piece(stem + ending) for ending in ("ок", "ек"))
        return (Piece(word[:-1], _RU_A), *fleeting)
    ending = word[-1]
    if ending == "а":
        return (Piece(word[:-1], _RU_A),)
    if ending == "я":
        return (Piece(word[:-1], _RU_YA),)
    if ending in "ое":
        return (Piece(word[:-1], _RU_NEUTER),)
    if ending in "ьй":
        return (Piece(word[:-1], _RU_SOFT),)
    if ending in "ыи":
        return (Piece(word[:-1], _RU_A | _RU_YA | _RU_SOFT),)
    return (Piece(word, _RU_CONSONANT | {""}),)
