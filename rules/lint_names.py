"""Checks of the names in a pack: each alias is played as a text of its own and must win there.

Finds aliases that are never found, stand in two concepts, or lose to a concept below; names that are ordinary
words or too short to mean one thing by themselves; and concepts without any name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rules.inflection import bare_name
from rules.lexicon import Hit
from rules.lint_values import Finding, error_at, warning_at
from rules.ordinary_words import ORDINARY
from rules.pack import Pack
from rules.pack_build import Built
from rules.pack_keys import LANGUAGES
from rules.pack_own import Written
from rules.text import fold, folded_text
from rules.toml import Source

_NAMES = (
    "programme",
    "family",
    "party",
    "person",
    "forum",
    "place",
)  # kinds that stand for one thing
# Letters up to which a name without a digit may be anything; Devanagari and Cyrillic say more in fewer.
_SHORT_ACRONYM, _SHORT_LATIN, _SHORT_OTHER = 3, 3, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alias:
    """A name where it is written."""

    source: Source
    concept: str
    kind: str
    lang: str
    text: str
    place: tuple[str | int, ...]  # keys that lead to it
    sure: bool  # counts without context


def doubtful_names(built: Built, own_files: Sequence[Source]) -> Iterator[Finding]:
    """The findings on the concepts that these files define."""
    pack = built.pack
    aliases = list(_aliases(built))
    by_form: dict[str, list[_Alias]] = {}
    for alias in aliases:
        by_form.setdefault(_form(alias.text), []).append(alias)
    for concept_id, one in built.written.items():
        if one.source in own_files and not any(alias.concept in built.children[concept_id] for alias in aliases):
            message = f"'{concept_id}' has no name in any language and nothing belongs to it: it is never found"
            yield warning_at(one.source, "nameless", message, one.kind, concept_id)
    for concept_id, one in built.written.items():
        if one.source in own_files and one.kind == "programme":
            yield from _unnamed(one, concept_id, pack)
    for alias in aliases:
        if alias.source not in own_files:
            continue
        same = by_form[_form(alias.text)]
        yield from _repeated(alias, same)
        yield from _played(alias, same, pack, own_files)
        if alias.sure and alias.kind in _NAMES:
            yield from ambiguous(alias.text, alias.source, alias.place)


def _unnamed(one: Written, concept_id: str, pack: Pack) -> Iterator[Finding]:
    """A programme that is known by names in a language, and shown there by its English one."""
    shown = pack.concepts[concept_id].names
    missing = [lang for lang in pack.languages if lang != "en" and one.table.get(lang) and lang not in shown]
    if missing:
        wanted = ", ".join(f"{lang} = …" for lang in missing)
        message = (
            f"cards in {' and '.join(missing)} show '{concept_id}' by its English name; add names = {{ {wanted} }}"
        )
        yield warning_at(one.source, "unnamed", message, one.kind, concept_id)


def ambiguous(
    alias: str,
    source: Source,
    place: tuple[str | int, ...],
    how: str = "put it under 'unsure' with what it needs beside it",
) -> Iterator[Finding]:
    """The finding on a name that counts without context and should not; `how` to give it some."""
    form = _form(bare_name(alias))
    if any(form in words for words in ORDINARY.values()):
        message = f"'{alias}' is an ordinary word too; {how}"
        yield error_at(source.error(message, *place, alias), "ambiguous")
    elif not any(char.isdigit() for char in form) and _is_short(alias, form):
        what = "short acronym" if alias.isupper() else "short name"
        yield warning_at(source, "ambiguous", f"'{alias}' is a {what} with many meanings; {how}", *place, alias)


def _is_short(alias: str, form: str) -> bool:
    limit = _SHORT_ACRONYM if alias.isupper() else _SHORT_LATIN if form.isascii() else _SHORT_OTHER
    return len(form) <= limit


def _aliases(built: Built) -> Iterator[_Alias]:
    for concept_id, one in built.written.items():
        parts: list[tuple[tuple[str | int, ...], Mapping[str, Sequence[str]], bool]] = [((), one.table, True)]
        parts += [(("unsure", number), part, False) for number, part in enumerate(one.table.get("unsure", ()))]
        for inside, table, sure in parts:
            for lang in LANGUAGES:
                for text in table.get(lang, ()):
                    yield _Alias(
                        source=one.source,
                        concept=concept_id,
                        kind=one.kind,
                        lang=lang,
                        text=text,
                        place=(one.kind, concept_id, *inside, lang),
                        sure=sure,
                    )


def _form(alias: str) -> str:
    """What two aliases have in common that match the same texts; hyphens count in designators such as S-400."""
    tokens = folded_text(alias).split()
    return " ".join(token if any(char.isdigit() for char in token) else token.replace("-", " ") for token in tokens)


def _where(alias: _Alias) -> str:
    return f"{alias.source.name}, line {alias.source.line(*alias.place, alias.text)}"


def _repeated(alias: _Alias, same: Sequence[_Alias]) -> Iterator[Finding]:
    """An alias that its own concept has already: in another spelling of the same form, or with less context."""
    for other in same:
        if other is alias:
            return
        if other.concept != alias.concept:
            continue
        if other.sure and not alias.sure:
            message = f"'{alias.text}' counts without context already ({_where(other)}); take one of them out"
            yield error_at(alias.source.error(message, *alias.place, alias.text), "shadowed")
            return
        if other.sure == alias.sure and other.lang == alias.lang:
            message = f"'{alias.text}' of '{alias.concept}' is there twice ({_where(other)})"
            yield warning_at(alias.source, "repeated", message, *alias.place, alias.text)
            return


def _played(alias: _Alias, same: Sequence[_Alias], pack: Pack, own_files: Sequence[Source]) -> Iterator[Finding]:
    """How the alias fares as a text of its own."""
    folded = fold(bare_name(alias.text))
    whole = [hit for hit in pack.lexicon.hits(folded) if hit.end - hit.start >= len(folded.text.strip())]
    if not any(hit.concept == alias.concept for hit in whole):
        message = f"'{alias.text}' is not found in a text as it is spelt here; write it without signs"
        yield error_at(alias.source.error(message, *alias.place, alias.text), "unfindable")
        return
    for hit in whole:
        if hit.concept != alias.concept:
            yield from _against(alias, hit, same, pack, own_files)


def _against(
    alias: _Alias, hit: Hit, same: Sequence[_Alias], pack: Pack, own_files: Sequence[Source]
) -> Iterator[Finding]:
    """What it means that another concept has the same words."""
    place = (*alias.place, alias.text)
    if alias.concept in pack.ancestors[hit.concept]:
        if hit.unsure is None:
            message = f"'{alias.text}' never counts for '{alias.concept}': its child '{hit.concept}' has it too"
            if alias.kind in _NAMES:
                yield error_at(alias.source.error(message, *place), "shadowed")
            else:  # rules that ask for the parent find the child: only one of the two is too many
                yield warning_at(alias.source, "shadowed", message, *place)
        return
    if hit.concept in pack.ancestors[alias.concept] or not alias.sure or hit.unsure is not None:
        return
    if {pack.concepts[alias.concept].side, pack.concepts[hit.concept].side} == {"buyer", "seller"}:
        return  # "Indo-Russian" names both sides
    both = (alias.kind, pack.concepts[hit.concept].kind)
    other = next((one for one in same if one.concept == hit.concept), None)
    if other is not None and other.source in own_files and same.index(alias) < same.index(other):
        return  # told once, at the later of the two
    where = f" ({_where(other)})" if other is not None else ""
    message = (
        f"'{alias.text}' stands for '{alias.concept}' and for '{hit.concept}'{where}; neither belongs to the other"
    )
    if both[0] == both[1] and both[0] in _NAMES:
        yield error_at(alias.source.error(message, *place), "duplicate")
    elif (both[0] == both[1] and other is not None) or (both[0] in _NAMES and both[1] in _NAMES):
        yield warning_at(alias.source, "duplicate", message, *place)
