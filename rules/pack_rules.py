"""The rules of a pack: its own and the operator's, checked and compiled, each mistake told at its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules import pack_keys
from rules.lexicon import Concept
from rules.pack_keys import KINDS, Report, checked
from rules.scoring import Rule, RuleError, compile_rules
from rules.toml import Source, nearest

Place = tuple[Source, tuple[str | int, ...], Mapping[str, Any]]


def rule_tables(source: Source, report: Report) -> tuple[Place, ...]:
    data = checked(source, source.data, pack_keys.RULES, report, strict=False)
    return tuple(
        (source, ("rule", number), checked(source, table, pack_keys.RULE, report, "rule", number, strict=False))
        for number, table in enumerate(data.get("rule", ()))
    )


def rules_of(
    source: Source,
    listed: tuple[Place, ...],
    concepts: Mapping[str, Concept],
    children: Mapping[str, frozenset[str]],
    report: Report,
) -> tuple[Rule, ...]:
    """The compiled rules; what cannot be compiled is reported, taken out, and the rest tried again."""
    data: dict[str, Any] = {key: value for key, value in source.data.items() if key != "rule"}
    data["sets"] = {name: list(members) for name, members in checked_sets(source, report).items()}
    data["rule"] = [{key: value for key, value in table.items() if key != "pack"} for _, _, table in listed]
    _atoms(source, data["sets"], listed, concepts, report)
    while True:
        try:
            return compile_rules(data, concepts, children)
        except RuleError as error:
            keys = error.keys
            if keys and keys[0] == "rule" and isinstance(keys[1], int):
                file, place, _ = listed[keys[1]]
                report(file.error(str(error), *place, *keys[2:]))
            else:
                report(source.error(str(error), *keys))
            if not _taken_out(data, keys):
                return ()


def _atoms(
    source: Source,
    sets: Mapping[str, list[str]],
    listed: tuple[Place, ...],
    concepts: Mapping[str, Concept],
    report: Report,
) -> None:
    """Reports kinds, categories and implied parties that no concept has: such atoms are never met."""
    known = {
        "kind": frozenset(KINDS),
        "category": frozenset(concept.category for concept in concepts.values() if concept.category is not None),
        "implied": frozenset(party for concept in concepts.values() for party in concept.implies),
    }
    asked: list[tuple[Source, tuple[str | int, ...], str]]
    asked = [(source, ("sets", name), text) for name, members in sets.items() for text in members]
    for file, place, table in listed:
        asked += [(file, (*place, key), text) for key in ("all", "any", "none") for text in table.get(key, ())]
    for file, place, text in asked:
        prefix, colon, name = text.removeprefix("-").partition(":")
        if colon and prefix in known and name not in known[prefix]:
            message = f"unknown {prefix} '{name}'{nearest(name, known[prefix])}"
            report(file.error(message, *place, text))


def checked_sets(source: Source, report: Report) -> dict[str, list[str]]:
    """The [sets] of a rules.toml that are lists of texts."""
    sets = source.data.get("sets", {})
    return checked(source, sets, dict.fromkeys(sets, "list of texts"), report, "sets")


def _taken_out(data: dict[str, Any], keys: tuple[str | int, ...]) -> bool:
    """Remove the faulty piece that `keys` lead to: a list's member, a key, or a whole rule's weight and id."""
    node: Any = data
    for key in keys[:-1]:
        there = isinstance(key, int) and key < len(node) if isinstance(node, list) else key in node
        if not there:
            return False
        node = node[key]
    last = keys[-1] if keys else None
    if isinstance(node, list) and isinstance(last, int) and last < len(node):
        node[last] = {"id": f"refused-{last}"}
        return True
    if isinstance(node, list) and last in node:
        node.remove(last)
        return True
    if isinstance(node, dict) and last in node:
        del node[last]
        return True
    return False
