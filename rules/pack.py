"""A topic pack: TOML files read into one checked, compiled `Pack`.

A pack is a folder with pack.toml (identity and threshold), lexicon*.toml (concepts and their names), rules.toml
(what makes an item relevant) and feeds.toml (where to look). Every mistake is a PackError with file, line and the
nearest valid spelling. Loading the built-in pack takes about a fifth of a second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from rules.lexicon import Concept, Lexicon, Unsure
from rules.model import Certainty, ConceptKind, Lang
from rules.scoring import Rule, RuleError, compile_rules
from rules.toml import PackError, Source, nearest, parse

KINDS: tuple[str, ...] = get_args(ConceptKind)
LANGUAGES: tuple[str, ...] = get_args(Lang)
CERTAINTIES: tuple[str, ...] = get_args(Certainty)
_CONCEPT_KEYS = (
    "name",
    "category",
    "parents",
    "implies",
    "stage",
    "certainty",
    "side",
    "cue",
    *LANGUAGES,
    "unsure",
)
_UNSURE_KEYS = (*LANGUAGES, "needs", "unless")
_FEED_KEYS = ("url", "title", "lang", "kind", "tier", "default")
_PACK_KEYS = ("id", "title", "languages", "threshold", "bias", "stages")
_STAGE_KEYS = ("order", "name")
_SIDES = ("buyer", "seller")
_CUES = ("speech", "package")
_BUILT_IN = "packs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """An arms programme or agreement that the pack follows."""

    id: str  # e.g. "su-30mki-upgrade"
    name: str  # short, for cards: "Su-30MKI upgrade"
    category: str  # "air-defence", "aircraft", "naval" …
    parent: str | None  # the programme or family that it belongs to


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFeed:
    """A feed worth polling for the pack's topic."""

    url: str
    title: str
    lang: Lang
    kind: str  # official, agency, newspaper, specialist, search …
    tier: int  # 1 the most reliable … 4
    default: bool  # polled when the configuration names no feeds


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step of the procurement path."""

    id: str
    order: int | None  # later steps are greater; None: not on the path (delay, denial …)
    name: Mapping[str, str]  # language -> label


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """All that detection knows of one topic. Immutable; share it freely between threads."""

    id: str
    title: str
    languages: tuple[Lang, ...]
    threshold: float  # score from which an item is relevant, 0..1
    bias: float  # sum of weights at which no rule has spoken; negative: silence means not relevant
    concepts: Mapping[str, Concept] = field(repr=False)
    programmes: Mapping[str, Programme] = field(repr=False)  # in the order of the file
    stages: Mapping[str, Stage] = field(repr=False)
    feeds: tuple[PackFeed, ...] = field(repr=False)
    rules: tuple[Rule, ...] = field(repr=False)
    lexicon: Lexicon = field(repr=False)
    ancestors: Mapping[str, tuple[str, ...]] = field(repr=False)  # concept -> itself, then its parents upwards

    def name(self, concept_id: str) -> str:
        """The canonical name of a concept; the id itself when the pack does not know it."""
        concept = self.concepts.get(concept_id)
        return concept.name if concept is not None else concept_id


def load_pack(name_or_path: str | Path = "india_russia") -> Pack:
    """The pack of that built-in name, or in that folder; raises PackError."""
    folder = _folder(name_or_path)
    sources = {
        entry.name: parse(f"{folder.name}/{entry.name}", entry.read_text(encoding="utf-8"))
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    }
    for needed in ("pack.toml", "lexicon.toml", "rules.toml"):
        if needed not in sources:
            raise PackError(f"{folder.name}/{needed}", 0, "this file is missing")
    lexicons = [source for name, source in sources.items() if name.startswith("lexicon")]
    return _build(sources["pack.toml"], lexicons, sources["rules.toml"], sources.get("feeds.toml"))


def built_in_packs() -> tuple[str, ...]:
    """The names of the packs that come with the program."""
    return tuple(
        sorted(
            entry.name
            for entry in (resources.files("rules") / _BUILT_IN).iterdir()
            if (entry / "pack.toml").is_file()
        )
    )


def _folder(name_or_path: str | Path) -> Traversable:
    if isinstance(name_or_path, str) and name_or_path in built_in_packs():
        return resources.files("rules") / _BUILT_IN / name_or_path
    path = Path(name_or_path)
    if not path.is_dir():
        known = ", ".join(built_in_packs())
        raise PackError(
            str(name_or_path),
            0,
            f"no such pack or folder{nearest(str(name_or_path), built_in_packs())} (built in: {known})",
        )
    return path


def _build(pack: Source, lexicons: Sequence[Source], rules: Source, feeds: Source | None) -> Pack:
    _known_keys(pack, pack.data, _PACK_KEYS)
    stages = _stages(pack)
    placed: dict[str, tuple[Source, str]] = {}
    raw: dict[str, tuple[Source, str, Mapping[str, Any]]] = {}
    for source in lexicons:
        for kind, tables in source.data.items():
            if kind not in KINDS:
                raise source.error(f"unknown kind of concept '{kind}'{nearest(kind, KINDS)}", kind)
            for concept_id, table in tables.items():
                if concept_id in placed:
                    other, other_kind = placed[concept_id]
                    where = f"{other.name}, line {other.line(other_kind, concept_id)}"
                    raise source.error(f"'{concept_id}' is already defined in {where}", kind, concept_id)
                placed[concept_id] = (source, kind)
                raw[concept_id] = (source, kind, table)
    ancestors = _ancestors(raw)
    children = _children(ancestors)
    concepts = {
        concept_id: _concept(source, kind, concept_id, table, stages, children)
        for concept_id, (source, kind, table) in raw.items()
    }
    programmes = {
        concept.id: Programme(
            id=concept.id,
            name=concept.name,
            category=concept.category or "other",
            parent=concept.parents[0] if concept.parents else None,
        )
        for concept in concepts.values()
        if concept.kind == "programme"
    }
    try:
        compiled = compile_rules(rules.data, concepts, children)
    except RuleError as error:
        raise rules.error(str(error), *error.keys) from error
    return Pack(
        id=_text(pack, "id"),
        title=_text(pack, "title"),
        languages=tuple(pack.data.get("languages", LANGUAGES)),
        threshold=_number(pack, "threshold"),
        bias=_number(pack, "bias"),
        concepts=MappingProxyType(concepts),
        programmes=MappingProxyType(programmes),
        stages=MappingProxyType(stages),
        feeds=_feeds(feeds) if feeds is not None else (),
        rules=compiled,
        lexicon=Lexicon(concepts.values()),
        ancestors=MappingProxyType(ancestors),
    )


def _stages(pack: Source) -> dict[str, Stage]:
    stages: dict[str, Stage] = {}
    for stage_id, table in pack.data.get("stages", {}).items():
        _known_keys(pack, table, _STAGE_KEYS, "stages", stage_id)
        names = table.get("name", {})
        stages[stage_id] = Stage(id=stage_id, order=table.get("order"), name=MappingProxyType(dict(names)))
    return stages


def _ancestors(raw: Mapping[str, tuple[Source, str, Mapping[str, Any]]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for concept_id, (source, kind, table) in raw.items():
        for key in ("parents", "implies"):
            for other in table.get(key, ()):
                if other not in raw:
                    message = (
                        f"'{concept_id}' has the unknown {key[:-1] if key == 'parents' else 'party'} '{other}'"
                    )
                    raise source.error(message + nearest(other, raw), kind, concept_id, key, other)
        chain = [concept_id]
        for member in chain:  # grows while it is walked; each concept enters once, so circles end
            chain.extend(parent for parent in raw[member][2].get("parents", ()) if parent not in chain)
        found[concept_id] = tuple(chain)
    return found


def _children(ancestors: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    children: dict[str, set[str]] = {}
    for concept_id, chain in ancestors.items():
        for ancestor in chain:
            children.setdefault(ancestor, set()).add(concept_id)
    return {ancestor: frozenset(members) for ancestor, members in children.items()}


def _concept(
    source: Source,
    kind: str,
    concept_id: str,
    table: Mapping[str, Any],
    stages: Mapping[str, Stage],
    children: Mapping[str, frozenset[str]],
) -> Concept:
    _known_keys(source, table, _CONCEPT_KEYS, kind, concept_id)
    stage = table.get("stage")
    if stage is not None and stage not in stages:
        raise source.error(f"unknown stage '{stage}'{nearest(stage, stages)}", kind, concept_id, "stage")
    certainty = table.get("certainty")
    if certainty is not None and certainty not in CERTAINTIES:
        raise source.error(
            f"unknown certainty '{certainty}'{nearest(certainty, CERTAINTIES)}", kind, concept_id, "certainty"
        )
    for key, allowed in (("side", _SIDES), ("cue", _CUES)):
        if table.get(key) not in (None, *allowed):
            raise source.error(
                f"unknown {key} '{table[key]}'{nearest(table[key], allowed)}", kind, concept_id, key
            )
    unsure = []
    for part in table.get("unsure", ()):
        _known_keys(source, part, _UNSURE_KEYS, kind, concept_id)
        near = {}
        for key in ("needs", "unless"):
            for other in part.get(key, ()):
                if other not in children:
                    raise source.error(
                        f"unknown concept '{other}'{nearest(other, children)}", kind, concept_id, key, other
                    )
            near[key] = frozenset(member for other in part.get(key, ()) for member in children[other])
        unsure.append(
            Unsure(aliases=_aliases(source, part, kind, concept_id), needs=near["needs"], unless=near["unless"])
        )
    aliases = _aliases(source, table, kind, concept_id)
    first = next((names[0] for names in aliases.values() if names), concept_id)
    return Concept(
        id=concept_id,
        kind=kind,  # type: ignore[arg-type]  # checked against KINDS by the caller
        name=table.get("name", first),
        aliases=aliases,
        unsure=tuple(unsure),
        parents=tuple(table.get("parents", ())),
        implies=tuple(table.get("implies", ())),
        category=table.get("category"),
        stage=stage,
        certainty=certainty,
        side=table.get("side"),
        cue=table.get("cue"),
    )


def _aliases(source: Source, table: Mapping[str, Any], *keys: str) -> dict[str, tuple[str, ...]]:
    aliases = {}
    for lang in LANGUAGES:
        names = table.get(lang, [])
        if not isinstance(names, list) or not all(isinstance(name, str) and name.strip() for name in names):
            raise source.error(f"'{lang}' must be a list of names, each not empty", *keys, lang)
        aliases[lang] = tuple(names)
    return aliases


def _feeds(source: Source) -> tuple[PackFeed, ...]:
    feeds = []
    for number, table in enumerate(source.data.get("feed", ())):
        _known_keys(source, table, _FEED_KEYS, "feed", number)
        missing = [key for key in _FEED_KEYS if key not in table]
        if missing:
            raise source.error(f"a feed lacks '{missing[0]}'", "feed", number)
        if table["lang"] not in LANGUAGES:
            raise source.error(
                f"unknown language '{table['lang']}'{nearest(table['lang'], LANGUAGES)}", "feed", number
            )
        feeds.append(PackFeed(**table))
    return tuple(feeds)


def _known_keys(source: Source, table: Mapping[str, Any], known: Sequence[str], *keys: str | int) -> None:
    for key in table:
        if key not in known:
            raise source.error(f"unknown key '{key}'{nearest(key, known)}", *keys, key)


def _text(source: Source, key: str) -> str:
    value = source.data.get(key)
    if not isinstance(value, str) or not value:
        raise source.error(f"'{key}' must be a text", key)
    return value


def _number(source: Source, key: str) -> float:
    value = source.data.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise source.error(f"'{key}' must be a number", key)
    return float(value)
