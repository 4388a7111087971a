"""Logistic regression, small and deterministic: weights that make yes-or-no labels likeliest.

Newton's method on a few dozen features (`fit_dense`), gradient steps on many sparse ones (`fit_sparse`). Both are
regularised; neither draws a random number, so that the same rows always give the same weights.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

_NEWTON_STEPS = 25  # it stops itself long before
_CLOSE = 1e-8
_EPOCHS = 12  # of the sparse fit: more change no verdict on the development items
_STEP = 0.5
_SPARSE_PENALTY = 1e-4


def sigmoid(total: float) -> float:
    """The sum of weights as a share 0..1."""
    return 1 / (1 + math.exp(-max(min(total, 40.0), -40.0)))


def fit_dense(
    rows: Sequence[Collection[int]], labels: Sequence[bool], prior: Sequence[float], pull: float
) -> list[float]:
    """The weights of features 0..n-1 and, last, of the bias, drawn to `prior` (of the same length) by `pull`.

    `rows` hold the numbers of the features that each row has. `pull` is what one unit of distance squared from the
    prior costs, in units of one row's log loss.
    """
    weights = list(prior)
    size = len(prior)
    full = [(*row, size - 1) for row in rows]
    for _ in range(_NEWTON_STEPS):
        gradient = [pull * (weight - wished) for weight, wished in zip(weights, prior, strict=True)]
        curve = [[pull if i == j else 0.0 for j in range(size)] for i in range(size)]
        for row, label in zip(full, labels, strict=True):
            share = sigmoid(sum(weights[feature] for feature in row))
            error, steepness = share - label, share * (1 - share)
            for feature in row:
                gradient[feature] += error
                line = curve[feature]
                for other in row:
                    line[other] += steepness
        step = _solved(curve, gradient)
        weights = [weight - change for weight, change in zip(weights, step, strict=True)]
        if max(map(abs, step)) < _CLOSE:
            break
    return weights


def fit_sparse(rows: Sequence[Collection[str]], labels: Sequence[bool]) -> dict[str, float]:
    """The weights of words, and of "" as the bias, by adaptive gradient steps in the order of the rows."""
    weights: dict[str, float] = {}
    squares: dict[str, float] = {}
    for _ in range(_EPOCHS):
        for row, label in zip(rows, labels, strict=True):
            error = sigmoid(score_sparse(row, weights)) - label
            for feature in ("", *row):
                slope = error + _SPARSE_PENALTY * weights.get(feature, 0.0)
                squares[feature] = squares.get(feature, 1e-6) + slope * slope
                weights[feature] = weights.get(feature, 0.0) - _STEP * slope / math.sqrt(squares[feature])
    return weights


def score_sparse(row: Collection[str], weights: Mapping[str, float]) -> float:
    """The sum of weights of a row; from 0 on it is a yes."""
    return weights.get("", 0.0) + sum(weights.get(feature, 0.0) for feature in row)


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """x of matrix x = right, by elimination with row exchange; the matrix is positive definite here."""
    size = len(right)
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for column in range(size):
        pivot = max(range(column, size), key=lambda number: abs(rows[number][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for number in range(column + 1, size):
            factor = rows[number][column] / rows[column][column]
            if factor:
                rows[number] = [value - factor * above for value, above in zip(rows[number], rows[column], strict=True)]
    found = [0.0] * size
    for number in reversed(range(size)):
        known = sum(rows[number][other] * found[other] for other in range(number + 1, size))
        found[number] = (rows[number][size] - known) / rows[number][number]
    return found
