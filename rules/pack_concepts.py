"""The concepts of a pack: from the tables of its lexicons, and of those that it borrows, to checked values."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from rules import pack_keys
from rules.inflection import bare_name
from rules.lexicon import Concept, Unsure
from rules.pack import Stage
from rules.pack_files import Files
from rules.pack_keys import CHOICES, KINDS, LANGUAGES, Report, checked
from rules.pack_own import Written
from rules.toml import Source, nearest


def written_concepts(files: Files, stages: Mapping[str, Stage], report: Report) -> dict[str, Written]:
    """All concepts as written, by id; the pack's own stand before a borrowed one of the same id."""
    found = _concept_tables(files.lexicons, report)
    borrowed = {key: one for key, one in _concept_tables(files.borrowed, report).items() if key not in found}
    known = found.keys() | borrowed.keys()
    for concept_id, one in borrowed.items():
        found[concept_id] = _without_strangers(one, known, stages)
    return found


def _concept_tables(sources: tuple[Source, ...], report: Report) -> dict[str, Written]:
    found: dict[str, Written] = {}
    for source in sources:
        for kind, tables in source.data.items():
            if kind not in KINDS:
                report(source.error(f"unknown kind of concept '{kind}'{nearest(kind, KINDS)}", kind))
                continue
            if not isinstance(tables, dict):
                report(source.error(f"'{kind}' must hold tables: [{kind}.ID]", kind))
                continue
            for concept_id, table in tables.items():
                if concept_id in found:
                    other = found[concept_id]
                    where = f"{other.source.name}, line {other.source.line(other.kind, concept_id)}"
                    report(source.error(f"'{concept_id}' is already defined in {where}", kind, concept_id))
                    continue
                good = checked(source, table, pack_keys.CONCEPT, report, kind, concept_id)
                found[concept_id] = Written(source, kind, good)
    return found


def _without_strangers(one: Written, known: Any, stages: Mapping[str, Stage]) -> Written:
    """A borrowed concept without what it says of concepts and stages that this pack does not have."""
    table = dict(one.table)
    for key in ("parents", "implies"):
        if key in table:
            table[key] = [other for other in table[key] if other in known]
    if table.get("stage") not in stages:
        table.pop("stage", None)
    parts = []
    for part in table.get("unsure", ()):
        needs = [other for other in part.get("needs", ()) if other in known]
        unless = [other for other in part.get("unless", ()) if other in known]
        if needs or not part.get("needs"):  # without anything that it needs it could never count
            parts.append({**part, "needs": needs, "unless": unless})
    return Written(one.source, one.kind, {**table, "unsure": parts})


def ancestors_of(written: Mapping[str, Written], report: Report) -> dict[str, tuple[str, ...]]:
    parents: dict[str, list[str]] = {}
    for concept_id, one in written.items():
        parents[concept_id] = [parent for parent in one.table.get("parents", ()) if parent in written]
        for key, word in (("parents", "parent"), ("implies", "party")):
            for other in one.table.get(key, ()):
                if other not in written:
                    message = f"'{concept_id}' has the unknown {word} '{other}'{nearest(other, written)}"
                    report(one.source.error(message, one.kind, concept_id, key, other))
    found: dict[str, tuple[str, ...]] = {}
    for concept_id in written:
        chain = [concept_id]
        for member in chain:  # grows while it is walked; each concept enters once, so circles end
            chain.extend(parent for parent in parents[member] if parent not in chain)
        found[concept_id] = tuple(chain)
    return found


def children_of(ancestors: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    children: dict[str, set[str]] = {}
    for concept_id, chain in ancestors.items():
        for ancestor in chain:
            children.setdefault(ancestor, set()).add(concept_id)
    return {ancestor: frozenset(members) for ancestor, members in children.items()}


def concept_of(
    one: Written,
    concept_id: str,
    stages: Mapping[str, Stage],
    children: Mapping[str, frozenset[str]],
    report: Report,
) -> Concept:
    source, kind, table = one.source, one.kind, one.table
    chosen: dict[str, str | None] = {"stage": table.get("stage")}
    if chosen["stage"] is not None and chosen["stage"] not in stages:
        message = f"unknown stage '{chosen['stage']}'{nearest(chosen['stage'], stages)}"
        report(source.error(message, kind, concept_id, "stage"))
        chosen["stage"] = None
    for key, allowed in CHOICES.items():
        chosen[key] = table.get(key)
        if table.get(key) not in (None, *allowed):
            near = nearest(table[key], allowed)
            report(source.error(f"unknown {key} '{table[key]}'{near}", kind, concept_id, key))
            chosen[key] = None
    unsure = tuple(
        _unsure(source, part, (kind, concept_id, "unsure"), children, report) for part in table.get("unsure", ())
    )
    aliases = {lang: tuple(table.get(lang, ())) for lang in LANGUAGES}
    first = next((names[0] for names in aliases.values() if names), concept_id)
    return Concept(
        id=concept_id,
        kind=kind,  # type: ignore[arg-type]  # checked against KINDS when the tables were gathered
        name=table.get("name", first),
        aliases=aliases,
        unsure=unsure,
        parents=tuple(table.get("parents", ())),
        implies=tuple(table.get("implies", ())),
        category=table.get("category"),
        names=MappingProxyType(_shown_names(one, concept_id, aliases, report)),
        units=MappingProxyType({unit: str(same) for unit, same in table.get("units", {}).items()}),
        **chosen,
    )


# What stands for one thing, so that its first name in a language is its name there.
_THINGS = ("family", "party", "person", "forum", "place")


def _shown_names(
    one: Written, concept_id: str, aliases: Mapping[str, tuple[str, ...]], report: Report
) -> dict[str, str]:
    """Language -> the name that cards in it show: the one given, else the first alias. Aliases of a programme may be
    looser than its name ("fourth squadron"), so there the first counts only where the English one is its name."""
    given = one.table.get("names", {})
    for lang, name in given.items():
        if lang not in LANGUAGES:
            message = f"unknown language '{lang}'{nearest(lang, LANGUAGES)}"
            report(one.source.error(message, one.kind, concept_id, "names"))
        elif not isinstance(name, str) or not name.strip():
            report(one.source.error(f"the name in '{lang}' must be a text", one.kind, concept_id, "names"))
    shown = {lang: str(name) for lang, name in given.items() if lang in LANGUAGES}
    name = one.table.get("name")
    if one.kind in _THINGS or (one.kind == "programme" and name in (None, *aliases.get("en", ())[:1])):
        for lang, some in aliases.items():
            if lang != "en" and some:
                shown.setdefault(lang, bare_name(some[0]))
    return shown


def _unsure(
    source: Source,
    part: Mapping[str, Any],
    place: tuple[str | int, ...],
    children: Mapping[str, frozenset[str]],
    report: Report,
) -> Unsure:
    good = checked(source, part, pack_keys.UNSURE, report, *place)
    near: dict[str, frozenset[str]] = {}
    for key in ("needs", "unless"):
        for other in good.get(key, ()):
            if other not in children:
                report(source.error(f"unknown concept '{other}'{nearest(other, children)}", *place, key, other))
        near[key] = frozenset(member for other in good.get(key, ()) for member in children.get(other, ()))
    aliases = {lang: tuple(good.get(lang, ())) for lang in LANGUAGES}
    return Unsure(aliases=aliases, needs=near["needs"], unless=near["unless"], within=good.get("within"))
