"""What labelled items make of a pack's weights: `python -m rules fit FILE.jsonl …`.

A logistic regression over the rules that hold for each item, drawn to the weights that the pack has, so that a
rule which few items speak of keeps its own. Folds by group tell how such weights, and the pack's own, do on items
that were not fitted to; a keyword filter and a bag of words stand beside. The weights stay readable: one per rule,
rounded to a tenth; `rewritten` puts them into a rules.toml.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

from rules.baselines import BagOfWords, keyword_filter
from rules.detection import read
from rules.labelled import Labelled
from rules.languages import language
from rules.logistic import fit_dense
from rules.measure import Shares, interval
from rules.pack import Pack
from rules.scoring import judge

FOLDS = 5
PULL = 0.2  # by judgement: about five clear items move a weight by half of what they ask for


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The weights of a pack as the items would have them."""

    weights: Mapping[str, float]  # rule -> weight, to a tenth
    bias: float
    counts: Mapping[str, int]  # rule -> how many of the items hold it
    compared: Mapping[str, tuple[Shares, tuple[float, float]]]  # method -> result on unseen items, F1 from .. to


def fit(rows: Sequence[Labelled], pack: Pack) -> Fitted:
    """The fitted weights, and the comparison across folds; deterministic, some seconds for thousands of items."""
    names = [rule.id for rule in pack.rules if rule.weight]
    places = {name: number for number, name in enumerate(names)}
    held = [tuple(places[name] for name in _held(row, pack) if name in places) for row in rows]
    own = [rule.weight for rule in pack.rules if rule.weight] + [pack.bias]
    limit = math.log(pack.threshold / (1 - pack.threshold))
    labels = [row.relevant for row in rows]
    signs = [_sign(weight) for weight in own]

    def weights_for(numbers: Sequence[int]) -> list[float]:
        found = fit_dense([held[n] for n in numbers], [labels[n] for n in numbers], own, PULL)
        # What was meant to speak for an item may lose its voice, but not speak against it, and the reverse.
        kept = [0.0 if sign * weight < 0 else weight for sign, weight in zip(signs, found, strict=True)]
        return [*(round(weight, 1) for weight in kept[:-1]), round(found[-1] - limit, 1) + limit]

    def total(number: int, weights: Sequence[float]) -> float:
        return weights[-1] + sum(weights[feature] for feature in held[number])

    def by_fitted(train: Sequence[int]) -> Callable[[int], bool]:
        weights = weights_for(train)
        return lambda number: total(number, weights) >= limit

    def by_words(train: Sequence[int]) -> Callable[[int], bool]:
        bag = BagOfWords([rows[number] for number in train])
        return lambda number: bag.relevant(rows[number].item)

    methods: dict[str, Callable[[Sequence[int]], Callable[[int], bool]]] = {
        "the pack's own weights": lambda _: lambda number: total(number, own) >= limit,
        "fitted weights, unseen folds": by_fitted,
        "bag of words, unseen folds": by_words,
        "keyword filter": lambda _: lambda number: keyword_filter(rows[number].item),
    }
    final = weights_for(range(len(rows)))
    return Fitted(
        weights=dict(zip(names, final, strict=False)),
        bias=final[-1],
        counts={name: sum(places[name] in row for row in held) for name in names},
        compared={name: _across_folds(rows, method) for name, method in methods.items()},
    )


def rewritten(rules_toml: str, weights: Mapping[str, float]) -> str:
    """The text of a rules.toml with these weights in place of its own; comments and order stay."""
    out: list[str] = []
    rule = ""
    for line in rules_toml.splitlines(keepends=True):
        if found := re.match(r'id\s*=\s*"([^"]+)"', line):
            rule = found[1]
        if rule in weights and (number := re.match(r"weight\s*=\s*(-?[\d.]+)", line)):
            line = f"weight = {weights[rule]:.1f}{line[number.end() :]}"
        out.append(line)
    return "".join(out)


def fold_of(group: str) -> int:
    """The fold of a group of items, always the same: a checksum of its name."""
    return crc32(group.encode()) % FOLDS


def _held(row: Labelled, pack: Pack) -> Sequence[str]:
    lang = row.item.lang or language(row.item.title, row.item.text)
    return tuple(judge(pack.rules, pack.bias, read(row.item, pack, lang).placed, lang).held)


def _across_folds(
    rows: Sequence[Labelled], method: Callable[[Sequence[int]], Callable[[int], bool]]
) -> tuple[Shares, tuple[float, float]]:
    """Verdicts on each fold by what the other folds taught."""
    verdicts: list[tuple[str, bool, bool]] = []
    folds = [fold_of(row.group) for row in rows]
    for fold in range(FOLDS):
        judge_one = method([number for number, other in enumerate(folds) if other != fold])
        verdicts += [
            (row.group, row.relevant, judge_one(number)) for number, row in enumerate(rows) if folds[number] == fold
        ]
    right = sum(relevant and told for _, relevant, told in verdicts)
    wrong = sum(told and not relevant for _, relevant, told in verdicts)
    missed = sum(relevant and not told for _, relevant, told in verdicts)
    return Shares(right, wrong, missed), interval(verdicts)


def _sign(weight: float) -> int:
    return (weight > 0) - (weight < 0)
