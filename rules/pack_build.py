"""From the files of a pack to the checked, compiled `Pack`, with the operator's own entries put in.

Every mistake goes to `report` with file, line and the nearest valid spelling. Where `report` only takes note, as
check-pack does, building goes on with what is usable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from rules import pack_keys
from rules.facts import UNIT_NAMES
from rules.lexicon import Concept, Lexicon
from rules.pack import Counting, Pack, PackFeed, Programme, Stage
from rules.pack_concepts import ancestors_of, children_of, concept_of, written_concepts
from rules.pack_files import Files
from rules.pack_keys import LANGUAGES, LOUDNESS, Report, checked, has_shape
from rules.pack_own import Address, Own, Written, put_in
from rules.pack_rules import rule_tables, rules_of
from rules.toml import Source, nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A pack and the tables it was made of, for those who check more."""

    pack: Pack
    written: Mapping[str, Written]  # concept -> where and what was written
    rules: tuple[tuple[Source, tuple[str | int, ...], Mapping[str, Any]], ...]  # in order: file, place, table
    children: Mapping[str, frozenset[str]]  # concept -> itself and all that belong to it


def build(files: Files, report: Report, own: Own | None = None, to: Address | None = None) -> Built:
    """The pack of these files; `to` tells which of the own entries are for it, None: all."""
    head = checked(files.pack, files.pack.data, pack_keys.PACK, report)
    stages = _stages(files, head, report)
    written = written_concepts(files, stages, report)
    pack_id = _needed(files.pack, head, "id", "mine", report)
    entries = put_in(own, to or Address(pack=pack_id, first=True), written, report) if own is not None else None
    if entries is not None:
        written = {**written, **entries.concepts}
    ancestors = ancestors_of(written, report)
    children = children_of(ancestors)
    concepts = {
        concept_id: concept_of(one, concept_id, stages, children, report) for concept_id, one in written.items()
    }
    keywords = entries.keywords if entries is not None else {}
    for keyword in keywords.values():
        ancestors[keyword.id] = (keyword.id,)
        children[keyword.id] = frozenset((keyword.id,))
    lexicon = Lexicon(concepts.values())
    concepts |= keywords
    listed = rule_tables(files.rules, report) + (entries.rules if entries is not None else ())
    compiled = rules_of(files.rules, listed, concepts, children, report)
    stages = _with_known_programmes(stages, concepts, files.pack, report)
    pack = Pack(
        id=pack_id,
        title=_needed(files.pack, head, "title", pack_id, report),
        languages=_languages(files.pack, head, report),
        threshold=_threshold(files.pack, head, report),
        bias=float(_needed(files.pack, head, "bias", -1.0, report)),
        concepts=MappingProxyType(concepts),
        programmes=MappingProxyType(_programmes(concepts)),
        stages=MappingProxyType(stages),
        feeds=_feeds(files.feeds, report) if files.feeds is not None else (),
        rules=compiled,
        lexicon=lexicon,
        ancestors=MappingProxyType(ancestors),
        counting=_counting(files, report),
        keywords=Lexicon(keywords.values()) if keywords else None,
    )
    return Built(pack=pack, written=written, rules=listed, children=children)


# --- pack.toml and feeds.toml ------------------------------------------------------------------------


def _needed(source: Source, head: Mapping[str, Any], key: str, otherwise: Any, report: Report) -> Any:
    if key not in head:
        if key not in source.data:  # one of the wrong shape was told already
            report(source.error(f"'{key}' is missing; it must be a {pack_keys.PACK[key]}", key))
        return otherwise
    return head[key]


def _threshold(source: Source, head: Mapping[str, Any], report: Report) -> float:
    threshold = float(_needed(source, head, "threshold", 0.5, report))
    if not 0 < threshold < 1:
        report(source.error(f"'threshold' must lie between 0 and 1, not at {threshold:g}", "threshold"))
        return 0.5
    return threshold


def _languages(source: Source, head: Mapping[str, Any], report: Report) -> tuple[Any, ...]:
    languages = head.get("languages", list(LANGUAGES))
    for lang in languages:
        if lang not in LANGUAGES:
            report(source.error(f"unknown language '{lang}'{nearest(lang, LANGUAGES)}", "languages", lang))
    return tuple(lang for lang in languages if lang in LANGUAGES)


def _stages(files: Files, head: Mapping[str, Any], report: Report) -> dict[str, Stage]:
    """The pack's own stages first, then those borrowed that it does not define itself."""
    tables = [(files.pack, stage_id, table) for stage_id, table in head.get("stages", {}).items()]
    for source in files.borrowed_stages:
        tables += [(source, stage_id, table) for stage_id, table in source.data.get("stages", {}).items()]
    stages: dict[str, Stage] = {}
    known = frozenset(stage_id for _, stage_id, _ in tables)
    for source, stage_id, table in tables:
        if stage_id in stages:
            continue
        good = checked(source, table, pack_keys.STAGE, report, "stages", stage_id)
        name = good.get("name", {})
        for lang in name:
            if lang not in LANGUAGES:
                report(source.error(f"unknown language '{lang}'{nearest(lang, LANGUAGES)}", "stages", stage_id, "name"))
        stages[stage_id] = _stage(source, stage_id, good, known, report)
    return stages


def _stage(source: Source, stage_id: str, good: Mapping[str, Any], known: frozenset[str], report: Report) -> Stage:
    """One stage from its checked table; the stages that it names must be among `known`."""
    for key in ("hedged", "negated", "priced", "takes"):
        others = good.get(key, ())
        for other in (others,) if isinstance(others, str) else others:
            if other not in known:
                report(source.error(f"unknown stage '{other}'{nearest(other, known)}", "stages", stage_id, key))
    loudness = good.get("importance", "normal")
    if loudness not in LOUDNESS:
        near = nearest(loudness, LOUDNESS)
        report(source.error(f"unknown importance '{loudness}'{near}", "stages", stage_id, "importance"))
    return Stage(
        id=stage_id,
        order=good.get("order"),
        name=MappingProxyType(dict(good.get("name", {}))),
        weight=float(good.get("weight", 1)),
        hedged=good["hedged"] if good.get("hedged") in known else None,
        negated=good["negated"] if good.get("negated") in known else None,
        priced=good["priced"] if good.get("priced") in known else None,
        takes=frozenset(good.get("takes", ())) & known,
        programme=good.get("programme"),
        counts=good.get("counts"),
        day=good.get("day"),
        importance=loudness if loudness in LOUDNESS else "normal",
        milestone=good.get("milestone", False),
    )


def _counting(files: Files, report: Report) -> Counting:
    """The pack's own table of counting with those borrowed; of a model that two of them name, its own unit stands."""
    units: dict[str, str] = {}  # name of a model -> unit
    words: dict[str, dict[str, None]] = {"names": {}, "numbered": {}}
    for source in (files.pack, *files.borrowed_stages):
        good = checked(source, source.data.get("counting", {}), pack_keys.COUNTING, report, "counting")
        for key, found in words.items():
            found.update(dict.fromkeys(good.get(key, ())))
        for unit, names in good.get("models", {}).items():
            place = ("counting", "models", unit)
            if unit not in UNIT_NAMES:
                report(source.error(f"unknown unit '{unit}'{nearest(unit, UNIT_NAMES)}", *place))
            elif not has_shape(names, "list of texts"):
                report(source.error(f"'{unit}' must be a list of texts, none of them empty", *place))
            else:
                units |= {name: unit for name in names if name not in units}
    models: dict[str, list[str]] = {}
    for name, unit in units.items():
        models.setdefault(unit, []).append(name)
    return Counting(
        models=MappingProxyType({unit: tuple(names) for unit, names in models.items()}),
        names=tuple(words["names"]),
        numbered=tuple(words["numbered"]),
    )


def _with_known_programmes(
    stages: Mapping[str, Stage], concepts: Mapping[str, Concept], pack: Source, report: Report
) -> dict[str, Stage]:
    """The stages without programmes that the pack lacks: an error in its own table, left out in a borrowed one."""
    known = [concept.id for concept in concepts.values() if concept.kind == "programme"]
    found: dict[str, Stage] = {}
    for stage in stages.values():
        missing = stage.programme is not None and stage.programme not in known
        if missing and stage.id in pack.data.get("stages", {}):
            message = f"unknown programme '{stage.programme}'{nearest(str(stage.programme), known)}"
            report(pack.error(message, "stages", stage.id, "programme"))
        found[stage.id] = replace(stage, programme=None) if missing else stage
    return found


def _feeds(source: Source, report: Report) -> tuple[PackFeed, ...]:
    data = checked(source, source.data, {"feed": "list of tables"}, report)
    feeds: list[PackFeed] = []
    for number, table in enumerate(data.get("feed", ())):
        good = checked(source, table, pack_keys.FEED, report, "feed", number)
        missing = [key for key in pack_keys.FEED if key not in table]
        if missing:
            report(source.error(f"a feed lacks '{missing[0]}'", "feed", number))
        elif "lang" in good and good["lang"] not in LANGUAGES:
            near = nearest(good["lang"], LANGUAGES)
            report(source.error(f"unknown language '{good['lang']}'{near}", "feed", number, "lang"))
        elif len(good) == len(pack_keys.FEED):
            feeds.append(PackFeed(**good))
    return tuple(feeds)


def _programmes(concepts: Mapping[str, Concept]) -> dict[str, Programme]:
    return {
        concept.id: Programme(
            id=concept.id,
            name=concept.name,
            category=concept.category or "other",
            parent=concept.parents[0] if concept.parents else None,
        )
        for concept in concepts.values()
        if concept.kind == "programme"
    }
