"""A topic pack as detection uses it: concepts with their names, programmes, stages, feeds and rules.

Values only; `pack_load` reads packs from TOML, `pack_several` makes one of several.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

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


Loudness = Literal["low", "normal", "high", "flash"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step of the procurement path."""

    id: str
    order: int | None  # later steps are greater; None: not on the path (delay, denial …)
    name: Mapping[str, str]  # language -> label
    weight: float = 1.0  # how telling its words are beside those of other stages
    hedged: str | None = None  # the stage it counts as while it is planned, likely or promised; None: the same
    negated: str | None = None  # the stage it counts as when it is denied or did not happen; None: the same
    priced: str | None = None  # the stage it counts as when the title tells its price with it; None: the same
    takes: frozenset[str] = frozenset()  # stages whose words, in one sentence with its own, tell this one
    programme: str | None = None  # the programme that the step speaks of without naming it
    counts: str | None = None  # role of the news's own quantities, e.g. "ordered"; None: as their words tell
    day: str | None = None  # role of the day it happened, e.g. "signed"; None: an event
    importance: Loudness = "normal"  # how loud news of it is, when it is firm
    milestone: bool = False  # whether it is news of its own that a deal comes to it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counting:
    """How the topic's things are counted where the noun is left out or a name stands before it."""

    # Unit -> letters that begin a designator, and names: "21 MiG-29", "200 BrahMos".
    models: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: tuple[str, ...] = ()  # words that may stand between a number and its noun: "five Triumf systems"
    numbered: tuple[str, ...] = ()  # words and letters whose number is part of a name: "Mirage 2000", "S 400"


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
    counting: Counting = field(default_factory=Counting, repr=False)
    keywords: Lexicon | None = field(default=None, repr=False)  # the operator's; they hide no name, and none them
    parts: tuple[Pack, ...] = field(default=(), repr=False)  # of several packs in one; empty: this is a single one

    gate: Gate = field(init=False, repr=False, compare=False)  # turns most news away at a glance
    _by_name: Mapping[str, Concept] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        lexicons = (self.lexicon,) if self.keywords is None else (self.lexicon, self.keywords)
        object.__setattr__(self, "gate", Gate(self.rules, lexicons, self.programmes, self.bias, self.threshold))

        names = {concept.name: concept for concept in reversed(tuple(self.concepts.values()))}
        object.__setattr__(self, "_by_name", names)

    def name(self, concept_id: str, lang: str = "en") -> str:
        """The canonical name of a concept, in that language where the pack has one; the id itself when the pack does
        not know it."""
        concept = self.concepts.get(concept_id)
        if concept is None:
            return concept_id
        return concept.names.get(lang, concept.name)

    def names_of(self, name: str) -> Mapping[str, str]:
        """Language -> what the concept with this canonical name is called there; empty for a name that the pack does
        not know."""
        concept = self._by_name.get(name)
        return concept.names if concept is not None else {}
