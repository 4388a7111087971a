"""Whether an item could be relevant at all, told at a glance: most news is turned away before it is read closely.

One search of the text for the lexicon's strings says which concepts could be there at most. From them follows the
most that the rules could add up to; when even that stays far below the threshold, no reading can make the item
relevant. The gate is never wrong about what it turns away; what it lets through is read in full.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_

from rules.lexicon import BEHIND, Lexicon
from rules.model import Lang
from rules.scoring import Atom, Rule
from rules.text import skim

_NEAR = 0.4  # of the threshold: items that could score so much are read too, so that callers see what came near
_REMEMBERED = 65_536  # answers by what was glimpsed; some 200 bytes each


class Gate:
    """The cheap upper bound of a pack's rules. Immutable but for its memory of answers; threads may share it."""

    def __init__(
        self,
        rules: Sequence[Rule],
        lexicons: Sequence[Lexicon],
        programmes: Iterable[str],
        bias: float,
        threshold: float,
    ) -> None:
        near = threshold * _NEAR
        self._needed = math.log(near / (1 - near)) - bias - 1e-6
        counted = [rule for rule in rules if rule.weight > 0 or _speaks_of_absence(rule)]
        used = _with_those_they_build_on(counted, rules)
        atoms = dict.fromkeys(atom.concepts for rule in used for atom in _looked_at(rule) if atom.rule is None)
        atoms[frozenset(programmes)] = None
        bits = {concepts: 1 << number for number, concepts in enumerate(atoms)}
        # Above the bits of what rules ask for stand those of the company that names need: only sure names give it.
        self._needs = _needs(lexicons, len(bits))
        self._asked = _of_concept(bits)
        self._signs = _of_concept(bits, self._needs)
        self._searches = tuple((lexicon, _at_most(lexicon, self._signs)) for lexicon in lexicons)
        self._rule_bits = (1 << len(bits)) - 1
        self._programmes = bits[frozenset(programmes)]
        places = {rule.id: 1 << number for number, rule in enumerate(used)}
        self._bounds = tuple(_bound(rule, bits, places) for rule in used)
        self._opens = lru_cache(_REMEMBERED)(self._could_pass)

    def opens(self, title: str, text: str, lang: Lang) -> bool:
        """Whether the item must be read: False means that it surely comes to less than two fifths of the
        threshold, and names no programme."""
        head, unsure = self._glimpsed(skim(title), 0)
        head = _with_company(head, unsure, head)
        whole = head
        if text:
            whole, unsure = self._glimpsed(skim(text), head)
            whole = _with_company(whole, unsure, whole)
        return self._opens(head & self._rule_bits, whole & self._rule_bits, lang)

    def _glimpsed(self, folded: str, seen: int) -> tuple[int, list[_Terms]]:
        """`seen` with what may be named in a folded text, and what is named only if its company is there."""
        unsure: list[_Terms] = []
        padded = folded + BEHIND
        for lexicon, at_most in self._searches:
            for number, start, end in lexicon.glance(folded):
                if not at_most[number] & ~seen:
                    continue
                short, _, long = lexicon.names_at(padded, number, start, end)
                for entry in (*short, *(entry for entry, _ in long)) if long else short:
                    if entry.unsure is None:
                        seen |= self._signs.get(entry.concept, 0)
                    else:
                        unsure.append((self._asked.get(entry.concept, 0), self._needs.get(entry.unsure.needs, 0)))
        return seen, unsure

    def _could_pass(self, head: int, whole: int, lang: Lang) -> bool:
        """Whether the rules could reach the threshold when these things, at most, are met in title and item."""
        most = 0.0
        possible = 0  # rules, as bits
        for bound in self._bounds:
            seen = head if bound.title else whole
            if bound.lang and lang not in bound.lang:
                continue
            if seen & bound.all_seen != bound.all_seen or possible & bound.all_rules != bound.all_rules:
                continue
            if bound.any and not (seen & bound.any_seen or possible & bound.any_rules):
                continue
            possible |= bound.place
            if bound.weight > 0 or not (seen & bound.none_seen or possible & bound.none_rules):
                most += bound.weight
        return most >= self._needed or bool(whole & self._programmes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bound:
    """A rule over bits: one for each thing asked for, and one for each earlier rule."""

    place: int  # its own bit
    weight: float  # 0 also for what speaks against: it may turn out not to hold
    title: bool  # looks at the title alone
    lang: frozenset[str]
    all_seen: int
    all_rules: int
    any: bool
    any_seen: int
    any_rules: int
    none_seen: int
    none_rules: int


_Terms = tuple[int, int]  # bits of what is named, bits of which one must be seen; 0: none is needed


def _with_company(seen: int, unsure: Iterable[_Terms], around: int) -> int:
    for named, needed in unsure:
        if not needed or needed & around:
            seen |= named
    return seen


def _needs(lexicons: Iterable[Lexicon], first: int) -> dict[frozenset[str], int]:
    """A bit, from `first` on, for each company that some name needs."""
    needs = dict.fromkeys(one.needs for lexicon in lexicons for one in lexicon.unsure if one.needs)
    return {needed: 1 << (first + number) for number, needed in enumerate(needs)}


def _of_concept(*bits: Mapping[frozenset[str], int]) -> dict[str, int]:
    """For each concept the bits of all the sets that hold it."""
    found: dict[str, int] = {}
    for several in bits:
        for concepts, bit in several.items():
            for concept in concepts:
                found[concept] = found.get(concept, 0) | bit
    return found


def _at_most(lexicon: Lexicon, signs: Mapping[str, int]) -> tuple[int, ...]:
    """For each string of the lexicon the bits of all the names that begin with it."""
    found = []
    for named in lexicon.named:
        bits = 0
        for entry in named:
            bits |= signs.get(entry.concept, 0)
        found.append(bits)
    return tuple(found)


def _speaks_of_absence(rule: Rule) -> bool:
    """Whether it asks only for what is not there: what was not glimpsed is surely absent, so it counts."""
    return bool(rule.none) and not rule.all and not rule.any


def _looked_at(rule: Rule) -> tuple[Atom, ...]:
    return rule.none if _speaks_of_absence(rule) else (*rule.all, *rule.any)


def _with_those_they_build_on(counted: Iterable[Rule], rules: Sequence[Rule]) -> list[Rule]:
    needed = {rule.id for rule in counted}
    for rule in reversed(rules):  # a rule builds on earlier ones only
        if rule.id in needed:
            needed.update(atom.rule for atom in _looked_at(rule) if atom.rule is not None)
    return [rule for rule in rules if rule.id in needed]


def _bound(rule: Rule, bits: Mapping[frozenset[str], int], places: Mapping[str, int]) -> _Bound:
    def seen(atoms: Iterable[Atom]) -> int:
        return reduce(or_, (bits[atom.concepts] for atom in atoms if atom.rule is None), 0)

    def earlier(atoms: Iterable[Atom]) -> int:
        return reduce(or_, (places[atom.rule] for atom in atoms if atom.rule is not None), 0)

    absence = _speaks_of_absence(rule)
    return _Bound(
        place=places[rule.id],
        weight=rule.weight if rule.weight > 0 or absence else 0.0,
        title=rule.where == "title",
        lang=rule.lang,
        all_seen=seen(rule.all),
        all_rules=earlier(rule.all),
        any=bool(rule.any),
        any_seen=seen(rule.any),
        any_rules=earlier(rule.any),
        none_seen=seen(rule.none) if absence else 0,
        none_rules=earlier(rule.none) if absence else 0,
    )
