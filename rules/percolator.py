"""Which of very many filters match an alert, without asking each of them.

A filter is filed under the terms of which a matching alert must have one, the rarest group that it offers: an
alert meets only the filters filed under its own terms. A filter that needs no term is filed under one of its tests
(value>=$1bn, -brahmos), the one that fewest alerts pass, and each distinct test is made once for all of them.
What is left to ask is mostly set against set, and a part that many filters share is asked once for all of them.
Where nothing is left but rare words that must not be there, nobody is asked: the alert's own words tell whom they
rule out. Tests of more and less stand on ladders (ladders.py). Filters that say the same are one.

Measured: python -m tests.benchmarks filters.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Generic, TypeAlias, TypeVar

from rules.filters import (
    Expression,
    Filter,
    Not,
    Number,
    OneOf,
    Published,
    Subject,
    Sum,
    anchors,
    conjuncts,
    terms_needed,
)
from rules.ladders import Ladders

Key = TypeVar("Key", bound=Hashable)
_Place = TypeVar("_Place", bound=Hashable)
_Inner = TypeVar("_Inner", bound=Hashable)
_Value = TypeVar("_Value")
# Where no sample of alerts is given: of fields nearly any alert may have a term, of words few.
_COMMON_FIELDS = frozenset({"lang", "is", "official", "importance", "kind", "stage", "category", "party"})
_COMMON = 1_000
_RARE_NAME = 10
_RARE = 20  # a term of less than a twentieth of the alerts: what it rules out is looked up, what others do is asked
_NOTHING: frozenset[str] = frozenset()


class _Filed(Generic[Key]):
    """A distinct filter, who has it, and what is left to ask once it was met at its place in the index."""

    __slots__ = ("all_of", "holders", "none_of", "parts", "plain", "rest", "root", "test", "under")

    def __init__(self, root: Expression) -> None:
        self.root = root
        self.holders: dict[Key, None] = {}
        self.under: tuple[str, ...] = ()  # the terms that it is filed under; empty: under `test`
        self.test: Expression | None = None
        self.all_of = _NOTHING
        self.none_of = _NOTHING
        self.plain = False  # whether, once met and with the first of its parts true, only a rare word rules it out
        self.parts: tuple[Expression, ...] = ()  # whatever no plain set of terms can say, the likely shared first
        self.rest: tuple[Expression, ...] = ()  # all but the first of them

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


class _Group(Generic[Key]):
    """The filters at a place of the index that share the first part that is left to be asked."""

    __slots__ = ("any_of", "asked", "first", "needed", "plain", "several")

    def __init__(self, first: Expression | None) -> None:
        # The part itself where it asks for one of these terms; None: see `first`.
        self.any_of = frozenset(first.terms) if isinstance(first, OneOf) else None
        self.first = first if self.any_of is None else None  # None: nothing is asked
        # Without all the terms of one of these, as most alerts are, it fails before it is asked; none: ask it.
        self.needed = terms_needed(self.first) if self.first is not None else ()
        # Keys and not filters: thousands of them are written down in one go, without a look at any of them.
        self.plain: dict[Key, None] = {}  # of plain filters that stand here alone
        self.several: dict[Key, None] = {}  # of plain ones that stand under other terms too
        self.asked: dict[_Filed[Key], _Quickly[Key]] = {}  # the others

    def __bool__(self) -> bool:
        return bool(self.plain or self.several or self.asked)


# What stands at a place of the index, by the first part that is left to be asked: if it fails, all of them fail.
_Under: TypeAlias = dict[Expression | None, "_Group[Key]"]


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
        self._by_test: Ladders[_Under[Key]] = Ladders()
        self._ruled_out: dict[str, dict[Key, None]] = {}  # by a term: the plain filters that forbid it
        self._most = max(self._frequency.values(), default=_COMMON)

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
        if filed.plain:
            for group in self._groups(filed):
                (group.several if len(filed.under) > 1 else group.plain)[key] = None
            for term in filed.none_of:
                self._ruled_out.setdefault(term, {})[key] = None

    def remove(self, key: Key) -> None:
        """Take the filter of `key` out; nothing when it has none."""
        root = self._roots.pop(key, None)
        if root is None:
            return
        filed = self._filed[root]
        del filed.holders[key]
        if filed.plain:
            for group in self._groups(filed):
                del (group.several if len(filed.under) > 1 else group.plain)[key]
            for term in filed.none_of:
                _take_out(self._ruled_out, term, key)
        if filed.holders:
            return
        del self._filed[root]
        for part in filed.parts:
            self._give_back(part)
        for term in filed.under:
            if self._cleared(self._by_term[term], filed):
                del self._by_term[term]
        if filed.test is not None and self._cleared(self._by_test[filed.test], filed):
            self._by_test.remove(filed.test)

    def match(self, subject: Subject) -> list[Key]:
        """The keys whose filters match, in no order, each once."""
        terms = subject.terms
        passed = [self._by_term[term] for term in terms if term in self._by_term]
        passed += self._by_test.passed(subject)
        out: set[Key] = set().union(*(self._ruled_out[term] for term in terms if term in self._ruled_out))
        found: list[Key] = []
        several: dict[Key, None] = {}
        verdicts: dict[int, bool] = {}  # of each part by its id: thousands of filters share a few
        met: set[_Filed[Key]] = set()  # those that stand under several of the alert's terms
        for under in passed:
            for group in under.values():
                first = group.first
                if group.any_of is not None:
                    if terms.isdisjoint(group.any_of):
                        continue
                elif first is not None:
                    verdict = verdicts.get(id(first))
                    if verdict is None:
                        for needed in group.needed:
                            if needed <= terms:
                                verdict = first.fits(subject)
                                break
                        else:
                            verdict = not group.needed and first.fits(subject)
                        verdicts[id(first)] = verdict
                    if not verdict:
                        continue
                if group.plain:
                    found += group.plain
                if group.several:
                    several.update(group.several)
                if not group.asked:
                    continue
                for all_of, none_of, more, holders in group.asked.values():
                    # Asked here and not by calls, which would cost as much as the questions.
                    if not all_of <= terms or not none_of.isdisjoint(terms):
                        continue
                    if more is not None:
                        if more in met or (more.rest and not all(part.fits(subject) for part in more.rest)):
                            continue
                        if len(more.under) > 1:
                            met.add(more)
                    found += holders
        found += several
        return [key for key in found if key not in out] if out else found

    def _file(self, filed: _Filed[Key]) -> None:
        parts = conjuncts(filed.root)
        groups = anchors(filed.root, self._commonness)
        if groups:
            group = min(groups, key=self._commonness)
            anchor: Expression = OneOf(group)
            filed.under = tuple(dict.fromkeys(group))
        else:
            anchor = filed.test = min(parts, key=self._passed, default=filed.root)
        filed.ask(tuple(part for part in parts if part != anchor))
        filed.parts = tuple(self._shared_part(part) for part in filed.parts)
        filed.rest = filed.parts[1:]
        filed.plain = not filed.all_of and len(filed.parts) < 2 and all(map(self._is_rare, filed.none_of))
        for term in filed.under:
            _put_in(self._by_term.setdefault(term, {}), filed.first)
        if filed.test is not None:
            if filed.test not in self._by_test:
                self._by_test.add(filed.test, {})
            _put_in(self._by_test[filed.test], filed.first)
        if not filed.plain:
            for where in self._groups(filed):
                where.asked[filed] = filed.quickly()

    def _groups(self, filed: _Filed[Key]) -> Iterator[_Group[Key]]:
        """Where a filter stands in the index."""
        for term in filed.under:
            yield self._by_term[term][filed.first]
        if filed.test is not None:
            yield self._by_test[filed.test][filed.first]

    def _cleared(self, under: _Under[Key], filed: _Filed[Key]) -> bool:
        """Take out a filter that nobody has any more; whether nothing stands at the place any more."""
        group = under[filed.first]
        group.asked.pop(filed, None)
        if not group:
            del under[filed.first]
        return not under

    def _is_rare(self, term: str) -> bool:
        return self._expected(term) * _RARE < self._most

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


def _put_in(under: _Under[Key], first: Expression | None) -> None:
    if first not in under:
        under[first] = _Group(first)


def _take_out(index: dict[_Place, dict[_Inner, _Value]], place: _Place, key: _Inner) -> None:
    inner = index[place]
    del inner[key]
    if not inner:
        del index[place]
