"""From mentions to a score with reasons: the engine behind a pack's rules.toml.

A rule asks for concepts (`all`, `any`, `none`) in a place (`where`: title, lead or anywhere; `near = "sentence"`:
together in one). Atoms of these lists are concept ids (children included), "kind:programme", "set:arms" for a
[sets] entry, "implied:india" for what programmes speak of without naming it, or "rule:id" for an earlier rule.
`programme` is what an item is about that holds the rule and names none.
Weights of the rules that hold are added to the pack's bias and squeezed into 0..1. No rule knows any wording.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from types import MappingProxyType
from typing import Any

from rules.lexicon import Concept
from rules.model import Reason
from rules.reading import Placed
from rules.toml import nearest

_RULE_KEYS = ("id", "weight", "all", "any", "none", "where", "near", "lang", "say", "programme")
_WHERES = ("anywhere", "title", "lead")
_MOST_SPANS = 6  # shown per reason


class RuleError(ValueError):
    """A rule that cannot be compiled; `keys` lead to its place in the file."""

    def __init__(self, message: str, *keys: str | int) -> None:
        super().__init__(message)
        self.keys = keys


@dataclass(frozen=True, slots=True)
class Atom:
    """One thing a rule asks for: any of these concepts, or that an earlier rule holds."""

    concepts: frozenset[str]
    rule: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One named rule of a pack."""

    id: str
    weight: float  # 0: only for use in other rules
    all: tuple[Atom, ...]
    any: tuple[Atom, ...]
    none: tuple[Atom, ...]
    where: str
    near: bool  # in one sentence
    lang: frozenset[str]  # languages of items that it looks at; empty: all
    say: Mapping[str, str]  # language -> sentence; {names}: the concepts that satisfied it
    programme: str | None = None  # what an item is about that names no programme but satisfies the rule


def compile_rules(
    data: Mapping[str, Any], concepts: Mapping[str, Concept], children: Mapping[str, frozenset[str]]
) -> tuple[Rule, ...]:
    """The rules of a rules.toml, in its order; raises RuleError."""
    for key in data:
        if key not in ("sets", "rule"):
            raise RuleError(f"unknown key '{key}'{nearest(key, ('sets', 'rule'))}", key)
    sets: dict[str, frozenset[str]] = {}
    for name, members in data.get("sets", {}).items():
        found: set[str] = set()
        for member in members:
            out = member.startswith("-")
            meant = _concepts_of(member.removeprefix("-"), concepts, children, sets, ("sets", name, member))
            found = found - meant if out else found | meant
        sets[name] = frozenset(found)
    rules: list[Rule] = []
    for number, table in enumerate(data.get("rule", ())):
        rules.append(_rule(number, table, concepts, children, sets, [rule.id for rule in rules]))
    return tuple(rules)


@dataclass(frozen=True, slots=True)
class _Place:
    """The mentions of one place of an item, and their concepts for quick looks."""

    placed: Sequence[Placed]
    named: Sequence[str]  # the concept of each
    concepts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of an item."""

    score: float  # 0..1
    held: Mapping[str, _Place]  # the rules that hold, in their order, and where


def judge(rules: Sequence[Rule], bias: float, placed: Sequence[Placed], lang: str) -> Verdict:
    """The score of an item with these mentions, and the rules that hold."""
    places = {
        "title": _place(one for one in placed if one.sentence == 0),
        "lead": _place(one for one in placed if one.lead),
        "anywhere": _place(placed),
    }
    held: dict[str, _Place] = {}
    total = bias
    for rule in rules:
        if rule.lang and lang not in rule.lang:
            continue
        here = _where_it_holds(rule, places[rule.where], held)
        if here is not None:
            held[rule.id] = here
            total += rule.weight
    return Verdict(1 / (1 + math.exp(-max(min(total, 40.0), -40.0))), held)


def reasons(verdict: Verdict, rules: Sequence[Rule], name: Callable[[str], str]) -> tuple[Reason, ...]:
    """The reasons of a verdict by these rules, heaviest first; `name` gives a concept its name."""
    told = {rule.id: rule for rule in rules if rule.id in verdict.held}
    found = [_reason(rule, _spoken_for(rule, verdict.held, told), name) for rule in told.values() if rule.weight]
    return tuple(sorted(found, key=lambda reason: -abs(reason.weight)))


def _place(placed: Iterable[Placed]) -> _Place:
    listed = list(placed)
    named = [one.mention.concept for one in listed]
    return _Place(listed, named, frozenset(named))


def _where_it_holds(rule: Rule, place: _Place, held: Mapping[str, _Place]) -> _Place | None:
    """The place itself, or its first sentence that satisfies a rule of nearness; None when nothing does."""
    if not rule.near:
        return place if _holds(rule, place.concepts, held) else None
    sentences: dict[int, list[Placed]] = {}
    for one in place.placed:
        sentences.setdefault(one.sentence, []).append(one)
    for sentence in sentences.values():
        here = _place(sentence)
        if _holds(rule, here.concepts, held):
            return here
    return None


def _holds(rule: Rule, concepts: frozenset[str], held: Mapping[str, _Place]) -> bool:
    # Plain loops: this runs for every rule of every item, and generators cost half as much again.
    for atom in rule.all:
        if not _speaks(atom, concepts, held):
            return False
    for atom in rule.none:
        if _speaks(atom, concepts, held):
            return False
    for atom in rule.any:
        if _speaks(atom, concepts, held):
            return True
    return not rule.any


def _speaks(atom: Atom, concepts: frozenset[str], held: Mapping[str, _Place]) -> bool:
    return atom.rule in held if atom.rule is not None else not atom.concepts.isdisjoint(concepts)


def _spoken_for(rule: Rule, held: Mapping[str, _Place], rules: Mapping[str, Rule]) -> list[Placed]:
    """The mentions that satisfied a rule that holds, those of the rules it builds on included."""
    found: list[Placed] = []
    for atom in (*rule.all, *rule.any):
        if atom.rule is None:
            place = held[rule.id]
            found.extend(compress(place.placed, map(atom.concepts.__contains__, place.named)))
        elif atom.rule in held:
            found.extend(_spoken_for(rules[atom.rule], held, rules))
    return found


def _reason(rule: Rule, placed: Sequence[Placed], name_of: Callable[[str], str]) -> Reason:
    spans = dict.fromkeys([one.mention.span for one in placed])
    # Words such as "sign" have no name that a reader knows; their quotes stand behind the sentence anyway.
    named = dict.fromkeys([concept for (concept, kind, _), _, _ in placed if kind not in ("action", "context")])
    listed = ", ".join(dict.fromkeys(map(name_of, named)))
    told = f": {listed}" if listed else ""
    sentence = {lang: text.replace(": {names}", told).replace("{names}", listed) for lang, text in rule.say.items()}
    return Reason(
        rule=rule.id, weight=rule.weight, sentence=MappingProxyType(sentence), spans=tuple(spans)[:_MOST_SPANS]
    )


def _rule(
    number: int,
    table: Mapping[str, Any],
    concepts: Mapping[str, Concept],
    children: Mapping[str, frozenset[str]],
    sets: Mapping[str, frozenset[str]],
    earlier: Sequence[str],
) -> Rule:
    place: tuple[str | int, ...] = ("rule", number)
    for key in table:
        if key not in _RULE_KEYS:
            raise RuleError(f"unknown key '{key}'{nearest(key, _RULE_KEYS)}", *place, key)
    rule_id = table.get("id")
    if not isinstance(rule_id, str) or rule_id in earlier:
        raise RuleError("a rule needs an 'id' of its own", *place)
    if table.get("where", "anywhere") not in _WHERES:
        raise RuleError(f"unknown place '{table['where']}'{nearest(table['where'], _WHERES)}", *place, "where")
    if table.get("near", "sentence") != "sentence":
        raise RuleError("'near' can only be \"sentence\"", *place, "near")
    atoms: dict[str, tuple[Atom, ...]] = {}
    for key in ("all", "any", "none"):
        listed = []
        for text in table.get(key, ()):
            if text.startswith("rule:"):
                if text[5:] not in earlier:
                    raise RuleError(f"no earlier rule '{text[5:]}'{nearest(text[5:], earlier)}", *place, key, text)
                listed.append(Atom(frozenset(), text[5:]))
            else:
                listed.append(Atom(_concepts_of(text, concepts, children, sets, (*place, key, text))))
        atoms[key] = tuple(listed)
    weight = float(table.get("weight", 0))
    say = table.get("say", {})
    programme = table.get("programme")
    if programme is not None and (programme not in concepts or concepts[programme].kind != "programme"):
        known = [concept.id for concept in concepts.values() if concept.kind == "programme"]
        raise RuleError(f"unknown programme '{programme}'{nearest(programme, known)}", *place, "programme")
    if weight and set(say) != {"en", "hi", "ru"}:
        raise RuleError(f"rule '{rule_id}' needs a sentence in en, hi and ru under 'say'", *place)
    return Rule(
        id=rule_id,
        weight=weight,
        all=atoms["all"],
        any=atoms["any"],
        none=atoms["none"],
        where=table.get("where", "anywhere"),
        near="near" in table,
        lang=frozenset(table.get("lang", ())),
        programme=programme,
        say=MappingProxyType(dict(say)),
    )


def _concepts_of(
    atom: str,
    concepts: Mapping[str, Concept],
    children: Mapping[str, frozenset[str]],
    sets: Mapping[str, frozenset[str]],
    keys: Iterable[str | int],
) -> frozenset[str]:
    prefix, _, rest = atom.partition(":")
    if prefix == "kind" and rest:
        return frozenset(concept.id for concept in concepts.values() if concept.kind == rest)
    if prefix == "category" and rest:
        return frozenset(concept.id for concept in concepts.values() if concept.category == rest)
    if prefix == "implied" and rest:
        return frozenset(concept.id for concept in concepts.values() if rest in concept.implies)
    if prefix == "set" and rest:
        if rest not in sets:
            raise RuleError(f"unknown set '{rest}'{nearest(rest, sets)}", *keys)
        return sets[rest]
    if atom not in children:
        raise RuleError(f"unknown concept '{atom}'{nearest(atom, children)}", *keys)
    return children[atom]
