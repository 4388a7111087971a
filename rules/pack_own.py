"""The operator's own entries, put into a pack without editing it: aliases, programmes, keywords, rules.

In: the [own] part of a configuration file with its text, for line numbers. Out: concepts, keywords and
rules in the form that a pack's files have, checked the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules import pack_keys
from rules.languages import language
from rules.lexicon import Concept
from rules.pack_keys import LANGUAGES, Report, Shape, checked, has_shape
from rules.text import folded_text, is_word_char
from rules.toml import Source, nearest

KEYWORD = "own-keyword-"  # before the number of an own keyword, in the ids of its concept and its rule
_WHERES = ("anywhere", "title", "lead")
_NEAR: dict[str, Shape] = {"needs": "list of texts", "unless": "list of texts"}

OWN: Mapping[str, Mapping[str, Shape]] = {
    "aliases": {"concept": "text", "aliases": "list of texts", "lang": "text", **_NEAR, "pack": "text"},
    "programmes": {
        "id": "text", "name": "text", "category": "text", "aliases": "list of texts",
        "parents": "list of texts", "implies": "list of texts", **_NEAR, "pack": "text",
    },
    "keywords": {
        "words": "list of texts", "weight": "number", "reason": "text", "where": "text", "pack": "text",
    },
    "rules": {**pack_keys.RULE, "pack": "text"},
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What the operator adds; made by the caller from the configuration."""

    file: str  # as messages name it
    text: str  # of that file, for line numbers; "" when the entries stand in no file
    data: Mapping[str, Any]  # {"aliases": [{…}], "programmes": [{…}], "keywords": [{…}], "rules": [{…}]}

    def source(self) -> Source:
        """The entries as a file of which lines can be told: their keys begin with "own"."""
        return Source(self.file, self.text, {"own": self.data})


@dataclass(frozen=True, slots=True)
class Written:
    """A concept as it stands in a file."""

    source: Source
    kind: str
    table: Mapping[str, Any]  # known keys of the right shape only


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """What the own entries make of a pack."""

    concepts: dict[str, Written] = field(default_factory=dict)  # new ones, and old ones with more names
    keywords: dict[str, Concept] = field(default_factory=dict)
    rules: tuple[tuple[Source, tuple[str | int, ...], Mapping[str, Any]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Which of the loaded packs the entries are put into now."""

    pack: str  # its id
    first: bool  # of those loaded: gets the programmes and rules that name no pack
    here: frozenset[str] = frozenset()  # its concepts
    elsewhere: frozenset[str] = frozenset()  # concepts of the other packs: names for those are theirs


def check_addresses(own: Own, packs: Sequence[str]) -> None:
    """PackError for an entry that names a pack which is not loaded, or for a kind of entry that there is not."""
    source = own.source()
    for kind, tables in own.data.items():
        if kind not in OWN:
            raise source.error(f"unknown key '{kind}'{nearest(kind, OWN)}", "own", kind)
        if not has_shape(tables, "list of tables"):
            raise source.error(f"'{kind}' must be a list of tables: [[own.{kind}]]", "own", kind)
        for number, table in enumerate(tables):
            named = table.get("pack")
            if named is not None and named not in packs:
                message = f"the pack '{named}' is not loaded{nearest(str(named), packs)} (loaded: {', '.join(packs)})"
                raise source.error(message, "own", kind, number, "pack")


def put_in(own: Own, to: Address, written: Mapping[str, Written], report: Report) -> Entries:
    """The entries for one pack: those that name it; of the others keywords for every pack, names for each pack
    that knows the concept, programmes and rules for the first."""
    source = own.source()
    concepts: dict[str, Written] = {}
    for number, entry in _entries(source, own, to, "programmes", report):
        _programme(source, number, entry, written, concepts, report)
    for number, entry in _entries(source, own, to, "aliases", report):
        _more_names(source, number, entry, {**written, **concepts}, concepts, report)
    keywords: dict[str, Concept] = {}
    rules: list[tuple[Source, tuple[str | int, ...], Mapping[str, Any]]] = []
    for number, entry in _entries(source, own, to, "keywords", report):
        made = _keyword(source, number, entry, report)
        if made is not None:
            concept, rule = made
            keywords[concept.id] = concept
            rules.append((source, ("own", "keywords", number), rule))
    for number, entry in _entries(source, own, to, "rules", report):
        say = entry.get("say")
        spoken = {**entry, "say": dict.fromkeys(LANGUAGES, say)} if isinstance(say, str) else entry
        rules.append((source, ("own", "rules", number), spoken))
    return Entries(concepts=concepts, keywords=keywords, rules=tuple(rules))


def _entries(source: Source, own: Own, to: Address, kind: str, report: Report) -> Iterator[tuple[int, dict[str, Any]]]:
    """The entries of a kind that go to this pack, with their numbers."""
    shapes = OWN[kind]
    if kind == "rules":  # a sentence may be one text for all languages
        shapes = {key: shape for key, shape in shapes.items() if key != "say"}
    for number, table in enumerate(own.data.get(kind, ())):
        named = table.get("pack")
        everywhere = kind == "keywords" or (kind == "aliases" and not _foreign(table, to))
        if named == to.pack or (named is None and (everywhere or (to.first and kind != "aliases"))):
            yield number, checked(source, table, shapes, report, "own", kind, number, strict=kind != "rules")


def _foreign(table: Mapping[str, Any], to: Address) -> bool:
    return table.get("concept") in to.elsewhere and table.get("concept") not in to.here


def _programme(
    source: Source,
    number: int,
    entry: Mapping[str, Any],
    written: Mapping[str, Written],
    concepts: dict[str, Written],
    report: Report,
) -> None:
    place = ("own", "programmes", number)
    missing = [key for key in ("id", "category", "aliases") if not entry.get(key)]
    if missing:
        report(source.error(f"an own programme lacks '{missing[0]}'", *place))
        return
    new = entry["id"]
    if new in written or new in concepts:
        message = f"'{new}' exists already; take another id, or [[own.aliases]] for more names of it"
        report(source.error(message, *place, "id"))
        return
    categories = {
        one.table["category"] for one in written.values() if one.kind == "programme" and "category" in one.table
    }
    if entry["category"] not in categories:
        near = nearest(entry["category"], categories)
        message = f"unknown category '{entry['category']}'{near} (there are: {', '.join(sorted(categories))})"
        report(source.error(message, *place, "category"))
        return
    table: dict[str, Any] = {"name": entry.get("name", entry["aliases"][0]), "category": entry["category"]}
    for key, word in (("parents", "parent"), ("implies", "party")):
        known = [other for other in entry.get(key, ()) if other in written or other in concepts]
        for other in entry.get(key, ()):
            if other not in known:
                report(source.error(f"unknown {word} '{other}'{nearest(other, written)}", *place, key, other))
        if known:
            table[key] = known
    names = _names(source, place, entry, {**written, **concepts, new: None}, report)
    concepts[new] = Written(source, "programme", {**table, **names})


def _more_names(
    source: Source,
    number: int,
    entry: Mapping[str, Any],
    known: Mapping[str, Written],
    concepts: dict[str, Written],
    report: Report,
) -> None:
    place = ("own", "aliases", number)
    missing = [key for key in ("concept", "aliases") if not entry.get(key)]
    if missing:
        report(source.error(f"an entry of own aliases lacks '{missing[0]}'", *place))
        return
    if entry["concept"] not in known:
        near = nearest(entry["concept"], known)
        report(source.error(f"unknown concept '{entry['concept']}'{near}", *place, "concept"))
        return
    old = known[entry["concept"]]
    table = dict(old.table)
    names = _names(source, place, entry, known, report)
    for key, more in names.items():
        table[key] = [*table.get(key, ()), *more]
    concepts[entry["concept"]] = Written(old.source, old.kind, table)


def _names(
    source: Source,
    place: tuple[str | int, ...],
    entry: Mapping[str, Any],
    known: Mapping[str, object],
    report: Report,
) -> dict[str, Any]:
    """The aliases of an entry by language, under `unsure` when it says what must or must not stand near."""
    lang = entry.get("lang")
    if lang is not None and lang not in LANGUAGES:
        report(source.error(f"unknown language '{lang}'{nearest(lang, LANGUAGES)}", *place, "lang"))
        return {}
    names: dict[str, list[str]] = {}
    for alias in entry["aliases"]:
        if not any(is_word_char(char) for char in folded_text(alias)):
            report(source.error(f"'{alias}' has no letters or digits to look for", *place, "aliases", alias))
            continue
        names.setdefault(lang or language(alias), []).append(alias)
    near: dict[str, list[str]] = {}
    for key in _NEAR:
        for other in entry.get(key, ()):
            if other not in known:
                report(source.error(f"unknown concept '{other}'{nearest(other, known)}", *place, key, other))
            else:
                near.setdefault(key, []).append(other)
    return {"unsure": [{**names, **near}]} if near else dict(names)


def _keyword(
    source: Source, number: int, entry: Mapping[str, Any], report: Report
) -> tuple[Concept, dict[str, Any]] | None:
    place = ("own", "keywords", number)
    missing = [key for key in ("words", "weight", "reason") if key not in entry or entry[key] == []]
    if missing:
        report(source.error(f"an own keyword lacks '{missing[0]}'", *place))
        return None
    if entry.get("where", "anywhere") not in _WHERES:
        near = nearest(entry["where"], _WHERES)
        report(source.error(f"unknown place '{entry['where']}'{near}", *place, "where"))
        return None
    words = _names(source, place, {"aliases": entry["words"]}, {}, report)
    key = f"{KEYWORD}{number + 1}"
    aliases = {lang: tuple(words.get(lang, ())) for lang in LANGUAGES}
    concept = Concept(id=key, kind="context", name=entry["words"][0], aliases=aliases)
    rule = {
        "id": key,
        "weight": entry["weight"],
        "where": entry.get("where", "anywhere"),
        "any": [key],
        "say": dict.fromkeys(LANGUAGES, entry["reason"]),
    }
    return concept, rule
