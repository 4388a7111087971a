"""Tests that ask for more or less than a bound, in order of their bounds, so that few of them are made.

Whoever passes value>=$5bn passes value>=$1bn too: of a thousand such tests ten are made to know them all.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable
from typing import Generic, TypeVar

from rules.filters import Expression, Number, Published, Subject, Sum

Kept = TypeVar("Kept")

_UPWARDS = frozenset({">=", ">"})  # who passes one of these passes those with a lower bound
_DOWNWARDS = frozenset({"<=", "<"})


class Ladders(Generic[Kept]):
    """What is kept under tests: `passed` gives what is kept under those that a subject passes."""

    def __init__(self) -> None:
        self._kept: dict[Expression, Kept] = {}
        self._ladders: dict[Hashable, _Ladder[Kept]] = {}
        self._others: dict[Expression, Kept] = {}  # those without an order

    def __getitem__(self, test: Expression) -> Kept:
        return self._kept[test]

    def __contains__(self, test: Expression) -> bool:
        return test in self._kept

    def add(self, test: Expression, kept: Kept) -> None:
        """Keep something under a test that nothing was kept under."""
        self._kept[test] = kept
        rung = _rung(test)
        if rung is None:
            self._others[test] = kept
        else:
            ladder, height = rung
            self._ladders.setdefault(ladder, _Ladder()).add(height, test, kept)

    def remove(self, test: Expression) -> None:
        """Forget a test and what is kept under it."""
        del self._kept[test]
        rung = _rung(test)
        if rung is None:
            del self._others[test]
        else:
            ladder, height = rung
            self._ladders[ladder].remove(height, test)
            if not self._ladders[ladder].heights:
                del self._ladders[ladder]

    def passed(self, subject: Subject) -> list[Kept]:
        """What is kept under the tests that the subject passes, in no order."""
        found = [kept for test, kept in self._others.items() if test.fits(subject)]
        for ladder in self._ladders.values():
            found += ladder.kept[: ladder.reach(subject)]
        return found


class _Ladder(Generic[Kept]):
    """Tests of one kind, the easiest first."""

    __slots__ = ("heights", "kept", "tests")

    def __init__(self) -> None:
        self.heights: list[float] = []
        self.tests: list[Expression] = []
        self.kept: list[Kept] = []

    def add(self, height: float, test: Expression, kept: Kept) -> None:
        at = bisect_left(self.heights, height)
        self.heights.insert(at, height)
        self.tests.insert(at, test)
        self.kept.insert(at, kept)

    def remove(self, height: float, test: Expression) -> None:
        at = bisect_left(self.heights, height)
        while self.tests[at] != test:
            at += 1
        del self.heights[at], self.tests[at], self.kept[at]

    def reach(self, subject: Subject) -> int:
        """How many of the tests the subject passes: the first ones."""
        return bisect_left(self.tests, True, key=lambda test: not test.fits(subject))


def _rung(test: Expression) -> tuple[Hashable, float] | None:
    """The ladder of a test and how high it stands there; None when it stands on none."""
    match test:
        case Number(field, operator, value) if operator in _UPWARDS | _DOWNWARDS:
            return (field, operator), value if operator in _UPWARDS else -value
        case Sum(operator, value, currency) if operator in _UPWARDS | _DOWNWARDS:
            return (currency, operator), value if operator in _UPWARDS else -value
        case Published(field, moment):
            return field, moment.timestamp() if field == "after" else -moment.timestamp()
        case _:
            return None
