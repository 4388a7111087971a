"""Which of very many filters match an alert, without asking each of them.

A filter is filed under the terms of which a matching alert must have one, the rarest group that it offers: an
alert meets only the filters filed under its own terms. A filter that needs no term is filed under one of its tests
(value>=$1bn, -brahmos), the one that fewest alerts pass, and each distinct test is made once for all of them.
What is left to ask is mostly set against set, and a part that many filters share is asked once for all of them.
Filters that say the same are one.

Measured: python -m tests.benchmarks filters.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Generic, TypeAlias, TypeVar

from rules.filters import Expression, Filter, Not, Number, OneOf, Published, Subject, Sum, anchors, conjuncts

Key = TypeVar("Key", bound=Hashable)
_Place = TypeVar("_Place", bound=Hashable)
# Where no sample of alerts is given: of fields nearly any alert may have a term, of words few.
_COMMON_FIELDS = frozenset({"lang", "is", "official", "importance", "kind", "stage", "category", "party"})
_COMMON = 1_000
_RARE_NAME = 10
_NOTHING: frozenset[str] = frozenset()


class _Filed(Generic[Key]):
    """A distinct filter, who has it, and what is left to ask once it was met at its place in the index."""

    __slots__ = ("all_of", "holders", "none_of", "parts", "root", "test", "under")

    def __init__(self, root: Expression) -> None:
        self.root = root
        self.holders: dict[Key, None] = {}
        self.under: tuple[str, ...] = ()  # the terms that it is filed under; empty: under `test`
        self.test: Expression | None = None
        self.all_of = _NOTHING
        self.none_of = _NOTHING
        self.parts: tuple[Expression, ...] = ()  # whatever no plain set of terms can say, the likely shared first

    def ask(self, left: tuple[Expression, ...]) -> None:
        """Leave these parts to be asked."""
        all_of: list[str] = []
        none_of: list[str] = []
        parts: list[Expression] = []
        for part in left:
            match part:
                case OneOf(terms=(term,)):
                    all_of.append(term)
                case Not(part=OneOf(terms=terms)):
                    none_of += terms
                case _:
                    parts.append(part)
        self.all_of, self.none_of = frozenset(all_of), frozenset(none_of)
        self.parts = tuple(sorted(parts, key=lambda part: not isinstance(part, Number | Sum | Published)))

    @property
    def first(self) -> Expression | None:
        return self.parts[0] if self.parts else None

    def quickly(self) -> _Quickly[Key]:
        """What the index keeps of it."""
        more = len(self.parts) > 1 or len(self.under) > 1
        return self.all_of, self.none_of, self if more else None, self.holders


# Terms that must all be there, terms none of which may, what else is to be asked (None: nothing), who has it.
_Quickly: TypeAlias = tuple[frozenset[str], frozenset[str], "_Filed[Key] | None", dict[Key, None]]
# What stands at a place of the index, by the first part that is left to be asked: if it fails, all of them fail.
_Under: TypeAlias = dict[Expression | None, dict["_Filed[Key]", "_Quickly[Key]"]]


class Percolator(Generic[Key]):
    """Filters by key. Not shared between threads."""

    def __init__(self, frequency: Mapping[str, int] | None = None) -> None:
        """`frequency`: in how many of some sample of alerts each term stands; it makes matching faster, the result
        is the same without."""
        self._frequency = frequency or {}
        self._roots: dict[Key, Expression] = {}
        self._filed: dict[Expression, _Filed[Key]] = {}
        self._shared: dict[Expression, tuple[Expression, int]] = {}  # parts left to be asked, and how many ask them
        self._by_term: dict[str, _Under[Key]] = {}
        self._by_test: dict[Expression, _Under[Key]] = {}

    def __len__(self) -> int:
        return len(self._roots)

    def __contains__(self, key: object) -> bool:
        return key in self._roots

    def add(self, key: Key, wanted: Filter) -> None:
        """File a filter, in the place of the one that `key` had. Cost: a few microseconds."""
        if key in self._roots:
            self.remove(key)
        filed = self._filed.get(wanted.root)
        if filed is None:
            filed = self._filed[wanted.root] = _Filed(wanted.root)
            self._file(filed)
        filed.holders[key] = None
        self._roots[key] = wanted.root

    def remove(self, key: Key) -> None:
        """Take the filter of `key` out; nothing when it has none."""
        root = self._roots.pop(key, None)
        if root is None:
            return
        filed = self._filed[root]
        del filed.holders[key]
        if filed.holders:
            return
        del self._filed[root]
        for part in filed.parts:
            self._give_back(part)
        for term in filed.under:
            _take_out(self._by_term, term, filed)
        if filed.test is not None:
            _take_out(self._by_test, filed.test, filed)

    def match(self, subject: Subject) -> list[Key]:
        """The keys whose filters match, in no order, each once."""
        terms = subject.terms
        passed = [self._by_term[term] for term in terms if term in self._by_term]
        passed += [under for test, under in self._by_test.items() if test.fits(subject)]
        found: list[Key] = []
        verdicts: dict[int, bool] = {}  # of each part by its id: thousands of filters share a few
        met: set[_Filed[Key]] = set()  # those that stand under several of the alert's terms
        for under in passed:
            for first, filters in under.items():
                if first is not None:
                    verdict = verdicts.get(id(first))
                    if verdict is None:
                        verdict = verdicts[id(first)] = first.fits(subject)
                    if not verdict:
                        continue
                for all_of, none_of, more, holders in filters.values():
                    # Asked here and not by calls, which would cost as much as the questions.
                    if not all_of <= terms or not none_of.isdisjoint(terms):
                        continue
                    if more is not None:
                        if more in met or not all(part.fits(subject) for part in more.parts[1:]):
                            continue
                        if len(more.under) > 1:
                            met.add(more)
                    found += holders
        return found

    def _file(self, filed: _Filed[Key]) -> None:
        parts = conjuncts(filed.root)
        groups = anchors(filed.root, self._commonness)
        if groups:
            group = min(groups, key=self._commonness)
            place: Expression = OneOf(group)
            filed.under = tuple(dict.fromkeys(group))
        else:
            place = filed.test = min(parts, key=self._passed, default=filed.root)
        filed.ask(tuple(part for part in parts if part != place))
        filed.parts = tuple(self._shared_part(part) for part in filed.parts)
        for term in filed.under:
            self._by_term.setdefault(term, {}).setdefault(filed.first, {})[filed] = filed.quickly()
        if filed.test is not None:
            self._by_test.setdefault(filed.test, {}).setdefault(filed.first, {})[filed] = filed.quickly()

    def _shared_part(self, part: Expression) -> Expression:
        """The one object for all parts equal to this one."""
        shared, users = self._shared.get(part, (part, 0))
        self._shared[part] = shared, users + 1
        return shared

    def _give_back(self, part: Expression) -> None:
        shared, users = self._shared[part]
        if users == 1:
            del self._shared[part]
        else:
            self._shared[part] = shared, users - 1

    def _commonness(self, group: tuple[str, ...]) -> int:
        return sum(self._expected(term) for term in group)

    def _expected(self, term: str) -> int:
        if self._frequency:
            return self._frequency.get(term, 0)
        name, colon, _ = term.partition(":")
        return (_COMMON if name in _COMMON_FIELDS else _RARE_NAME) if colon else 0

    def _passed(self, test: Expression) -> int:
        """How many alerts a test lets pass, for comparing: a sum or a date about half, "-word" all without it."""
        if isinstance(test, Not) and isinstance(test.part, OneOf):
            return -self._commonness(test.part.terms)
        return -max(self._frequency.values(), default=2 * _COMMON) // 2


def _take_out(index: dict[_Place, _Under[Key]], place: _Place, filed: _Filed[Key]) -> None:
    under = index[place]
    filters = under[filed.first]
    del filters[filed]
    if not filters:
        del under[filed.first]
    if not under:
        del index[place]
