"""Checks of a pack's rules: those that can never hold, those that nobody hears of, and their sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rules.lint_values import Finding, error_at, warning_at
from rules.pack import Pack
from rules.pack_build import Built
from rules.pack_keys import LANGUAGES
from rules.scoring import Atom, Rule
from rules.toml import Source, nearest

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def doubtful_rules(built: Built, source: Source) -> Iterator[Finding]:
    """The findings on the rules and sets of a pack."""
    places = {str(table.get("id")): (file, place) for file, place, table in built.rules}
    rules = {rule.id: rule for rule in built.pack.rules if rule.id in places}
    findable = _findable(built.pack)
    possible: dict[str, Rule] = {}
    for rule in rules.values():
        file, place = places[rule.id]
        reason = _never(rule, findable, possible, rules)
        if reason is not None:
            message = f"the rule '{rule.id}' can never hold: {reason}"
            yield error_at(file.error(message, *place), "never")
        else:
            possible[rule.id] = rule
        yield from _conditions(rule, file, place)
        yield from _sentences(rule, built.pack, file, place)
    yield from _unheard(built, rules, source, places)


def _findable(pack: Pack) -> frozenset[str]:
    return frozenset(
        concept.id
        for concept in pack.concepts.values()
        if any(concept.aliases.values()) or any(any(unsure.aliases.values()) for unsure in concept.unsure)
    )


def _never(rule: Rule, findable: frozenset[str], possible: Mapping[str, Rule], rules: Mapping[str, Rule]) -> str | None:
    """Why a rule can never hold; None when it can."""

    def hopeless(atom: Atom) -> bool:
        if atom.rule is None:
            return atom.concepts.isdisjoint(findable)
        return atom.rule not in possible or not _share_language(rule, rules[atom.rule])

    for atom in rule.all:
        if hopeless(atom):
            return f"'all' asks for {_told(atom)}"
    if rule.any and all(hopeless(atom) for atom in rule.any):
        return "nothing that 'any' asks for can be met"
    refused = frozenset[str]().union(*(atom.concepts for atom in rule.none))
    refused_rules = {atom.rule for atom in rule.none if atom.rule is not None}
    for atom in rule.all:
        if atom.rule in refused_rules or (atom.rule is None and atom.concepts <= refused):
            return "'none' refuses what 'all' asks for"
    if rule.any and all(
        atom.rule in refused_rules or (atom.rule is None and atom.concepts <= refused) for atom in rule.any
    ):
        return "'none' refuses all that 'any' asks for"
    return None


def _share_language(rule: Rule, other: Rule) -> bool:
    return not rule.lang or not other.lang or not rule.lang.isdisjoint(other.lang)


def _told(atom: Atom) -> str:
    if atom.rule is not None:
        return f"the rule '{atom.rule}', which cannot hold where this one looks"
    return "a concept that has no name" if atom.concepts else "something that no concept is"


def _conditions(rule: Rule, file: Source, place: tuple[str | int, ...]) -> Iterator[Finding]:
    if not (rule.all or rule.any or rule.none):
        yield warning_at(file, "always", f"the rule '{rule.id}' asks for nothing and always holds", *place)
    for lang in rule.lang:
        if lang not in LANGUAGES:
            message = f"unknown language '{lang}'{nearest(lang, LANGUAGES)}"
            yield error_at(file.error(message, *place, "lang"), "language")


def _sentences(rule: Rule, pack: Pack, file: Source, place: tuple[str | int, ...]) -> Iterator[Finding]:
    if rule.weight:
        for lang in pack.languages:
            if not rule.say.get(lang, "").strip():
                message = f"the rule '{rule.id}' has no sentence in {lang}"
                yield error_at(file.error(message, *place, "say"), "sentence")
    for spoken, sentence in rule.say.items():
        for name in _PLACEHOLDER.findall(sentence):
            if name != "names":
                message = f"the {spoken} sentence of '{rule.id}' has {{{name}}}; only {{names}} is filled in"
                yield error_at(file.error(message, *place, "say"), "sentence")


def _unheard(
    built: Built,
    rules: Mapping[str, Rule],
    source: Source,
    places: Mapping[str, tuple[Source, tuple[str | int, ...]]],
) -> Iterator[Finding]:
    """Rules without weight that no other rule asks for, and sets that nobody uses."""
    atoms = {atom.rule for rule in rules.values() for atom in (*rule.all, *rule.any, *rule.none)}
    for rule in rules.values():
        if not rule.weight and rule.id not in atoms and rule.programme is None:
            file, place = places[rule.id]
            message = f"the rule '{rule.id}' has no weight and no other rule asks for it"
            yield warning_at(file, "unheard", message, *place)
    used = {
        text.removeprefix("-").removeprefix("set:")
        for _, _, table in built.rules
        for key in ("all", "any", "none")
        for text in table.get(key, ())
    }
    sets = source.data.get("sets", {})
    used |= {text.removeprefix("-").removeprefix("set:") for members in sets.values() for text in members}
    for name in sets:
        if name not in used:
            yield warning_at(source, "unheard", f"the set '{name}' is not used", "sets", name)
