"""Fitting: the same weights from the same items, drawn to the pack's own, and written back readably."""

from __future__ import annotations

from importlib import resources

import pytest

from rules import Item, Pack
from rules.baselines import BagOfWords, keyword_filter
from rules.fit import fit, fold_of, rewritten
from rules.labelled import Labelled, rows_from_lines
from rules.logistic import fit_dense, fit_sparse, score_sparse, sigmoid

PACK_FILES = resources.files("rules") / "packs/india_russia"
EXAMPLES = rows_from_lines((PACK_FILES / "examples.jsonl").read_text(encoding="utf-8").splitlines())


def test_weights_follow_the_labels() -> None:
    rows = [(0,), (0, 1), (1,), ()] * 10
    weights = fit_dense(rows, [True, True, False, False] * 10, [0.0, 0.0, 0.0], pull=0.1)
    assert weights[0] > 2 > 0.5 > abs(weights[1])
    assert sigmoid(weights[2] + weights[0]) > 0.8 > 0.2 > sigmoid(weights[2])


def test_without_items_the_prior_stays() -> None:
    assert fit_dense([], [], [1.5, -2.0, -4.0], pull=1.0) == [1.5, -2.0, -4.0]


def test_a_stronger_pull_stays_nearer_to_the_prior() -> None:
    rows, labels = [(0,), ()] * 5, [True, False] * 5
    loose, tight = (fit_dense(rows, labels, [0.0, 0.0], pull)[0] for pull in (0.1, 10.0))
    assert loose > tight > 0


def test_words_are_learnt() -> None:
    weights = fit_sparse([("deal", "s-400"), ("rain", "pune")] * 5, [True, False] * 5)
    assert score_sparse(("s-400",), weights) > 0 > score_sparse(("pune",), weights)


def test_a_fit_is_the_same_each_time_and_compares_four_methods(pack: Pack) -> None:
    first, second = fit(EXAMPLES, pack), fit(EXAMPLES, pack)
    assert first == second
    assert set(first.weights) == {rule.id for rule in pack.rules if rule.weight}
    own = first.compared["the pack's own weights"][0]
    assert own.f1 == 1.0
    others = ("fitted weights, unseen folds", "bag of words, unseen folds", "keyword filter")
    assert all(first.compared[name][0].f1 < own.f1 or name.startswith("fitted") for name in others)
    assert all(low <= high for _, (low, high) in first.compared.values())


def test_no_rule_changes_sides(pack: Pack) -> None:
    turned = [
        Labelled(item=row.item, relevant=not row.relevant, group=row.group) for row in EXAMPLES
    ]  # all labels wrong
    fitted = fit(turned, pack)
    own = {rule.id: rule.weight for rule in pack.rules}
    assert all(weight * own[rule] >= 0 for rule, weight in fitted.weights.items())


def test_written_back_only_weights_change(pack: Pack) -> None:
    text = (PACK_FILES / "rules.toml").read_text(encoding="utf-8")
    own = {rule.id: rule.weight for rule in pack.rules if rule.weight}
    assert rewritten(text, own) == text.replace("weight = 2\n", "weight = 2.0\n")
    changed = rewritten(text, {**own, "both-sides": 9.9}).splitlines()
    differing = [line for line, before in zip(changed, text.splitlines(), strict=True) if line != before]
    assert differing == ["weight = 9.9"]


def test_folds_keep_groups_together_and_never_change() -> None:
    assert [fold_of(name) for name in ("a", "b", "c", "story-7")] == [fold_of(n) for n in ("a", "b", "c", "story-7")]
    assert {fold_of(str(number)) for number in range(100)} == set(range(5))


@pytest.mark.parametrize(
    ("title", "found"),
    [("India buys missiles from Russia", True), ("Russia fires missiles", False), ("India wins toss", False)],
)
def test_the_keyword_filter_wants_all_three(title: str, found: bool) -> None:
    assert keyword_filter(Item(id="1", title=title)) is found


def test_a_bag_of_words_knows_what_it_saw() -> None:
    bag = BagOfWords(EXAMPLES)
    right = sum(bag.relevant(row.item) is row.relevant for row in EXAMPLES)
    assert right / len(EXAMPLES) > 0.95
