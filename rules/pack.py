"""A topic pack as detection uses it: concepts with their names, programmes, stages, feeds and rules.

Values only; `pack_load` reads packs from TOML, `pack_several` makes one of several.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.gate import Gate
from rules.lexicon import Concept, Lexicon
from rules.model import Lang
from rules.scoring import Rule


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
    weight: float = 1.0  # how telling its words are beside those of other stages
    hedged: str | None = None  # the stage it counts as while it is planned, likely or promised; None: the same
    negated: str | None = None  # the stage it counts as when it is denied or did not happen; None: the same
    takes: frozenset[str] = frozenset()  # stages whose words, in one sentence with its own, tell this one
    programme: str | None = None  # the programme that the step speaks of without naming it
    counts: str | None = None  # role of the news's own quantities, e.g. "ordered"; None: as their words tell
    day: str | None = None  # role of the day it happened, e.g. "signed"; None: an event


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """All that detection knows of one topic, or of several. Immutable; share it freely between threads."""

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
    keywords: Lexicon | None = field(default=None, repr=False)  # the operator's; they hide no name, and none them
    parts: tuple[Pack, ...] = field(default=(), repr=False)  # of several packs in one; empty: this is a single one

    gate: Gate = field(init=False, repr=False, compare=False)  # turns most news away at a glance

    def __post_init__(self) -> None:
        lexicons = (self.lexicon,) if self.keywords is None else (self.lexicon, self.keywords)
        object.__setattr__(self, "gate", Gate(self.rules, lexicons, self.programmes, self.bias, self.threshold))

    def name(self, concept_id: str) -> str:
        """The canonical name of a concept; the id itself when the pack does not know it."""
        concept = self.concepts.get(concept_id)
        return concept.name if concept is not None else concept_id
