"""A parsed filter: a tree of parts, each of which says whether a subject fits it.

Evaluation walks the tree once; only quotes and NEAR look at the words in their order, and a comparison with what
the subject does not tell is false.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import ge, gt, le, lt
from typing import Literal

from rules.filters.running import in_a_row, near, places
from rules.filters.subject import KEPT_FIELDS, Subject

Operator = Literal["=", ">=", "<=", ">", "<"]
NumberField = Literal["score", "origins", "quantity"]
_ORDER: Mapping[str, Callable[[float, float], bool]] = {">=": ge, "<=": le, ">": gt, "<": lt}
# Sums are equal when they differ by no more than rounding does in news: ₹5,400 crore and $641 million.
_SAME_SUM = 0.01
_COMMON_FIELDS = frozenset({"lang", "is", "official", "importance", "kind", "stage", "category", "party"})


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these terms must be there; none: nothing fits."""

    terms: tuple[str, ...]

    def fits(self, subject: Subject) -> bool:
        return not subject.terms.isdisjoint(self.terms)


@dataclass(frozen=True, slots=True)
class Phrase:
    """These must stand in a row. A name counts as the members of its family too, so `parts` name those as well."""

    asked: tuple[OneOf, ...]  # what the terms of a subject that fits hold
    parts: tuple[frozenset[str], ...]  # of each place the terms that may stand there

    def fits(self, subject: Subject) -> bool:
        return _all_fit(self.asked, subject) and in_a_row(self.parts, places(subject.words))


@dataclass(frozen=True, slots=True)
class Near:
    """Both must stand with fewer than `within` words between them."""

    asked: tuple[OneOf, ...]
    left: frozenset[str]
    right: frozenset[str]
    within: int

    def fits(self, subject: Subject) -> bool:
        if not _all_fit(self.asked, subject):
            return False
        return near(self.left, self.right, self.within, places(subject.words))


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the subject must compare so; of several quantities one is enough."""

    field: NumberField
    operator: Operator
    value: float

    def fits(self, subject: Subject) -> bool:
        match self.field:
            case "score":
                return subject.score is not None and self._holds(subject.score)
            case "origins":
                return subject.origins is not None and self._holds(subject.origins)
            case "quantity":
                return any(self._holds(quantity) for quantity in subject.quantities)

    def _holds(self, found: float) -> bool:
        return found == self.value if self.operator == "=" else _ORDER[self.operator](found, self.value)


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum of money of the subject must compare so, in dollars of its day where the currencies differ."""

    operator: Operator
    value: float
    currency: str

    def fits(self, subject: Subject) -> bool:
        return any(self._holds(value, currency, subject.per_dollar) for value, currency in subject.values)

    def _holds(self, found: float, currency: str, per_dollar: Mapping[str, float]) -> bool:
        wanted = self.value
        if currency != self.currency:
            theirs, ours = per_dollar.get(currency), per_dollar.get(self.currency)
            if theirs is None or ours is None:
                return False
            found, wanted = found / theirs, wanted / ours
        if self.operator == "=":
            return abs(found - wanted) <= _SAME_SUM * wanted
        return _ORDER[self.operator](found, wanted)


@dataclass(frozen=True, slots=True)
class Published:
    """The day of publication: from a midnight on, or before one."""

    field: Literal["after", "before"]
    moment: datetime

    def fits(self, subject: Subject) -> bool:
        if subject.published_at is None:
            return False
        return (subject.published_at >= self.moment) is (self.field == "after")


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not fit."""

    part: Expression

    def fits(self, subject: Subject) -> bool:
        return not self.part.fits(subject)


@dataclass(frozen=True, slots=True)
class And:
    """All parts must fit; no parts: everything fits."""

    parts: tuple[Expression, ...]

    def fits(self, subject: Subject) -> bool:
        return _all_fit(self.parts, subject)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part must fit."""

    parts: tuple[Expression, ...]

    def fits(self, subject: Subject) -> bool:
        for part in self.parts:  # noqa: SIM110 - half the time of any() over a generator
            if part.fits(subject):
                return True
        return False


Expression = OneOf | Phrase | Near | Number | Sum | Published | Not | And | Or


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed filter. The empty one matches everything."""

    text: str  # as typed
    root: Expression

    def matches(self, subject: Subject) -> bool:
        """Whether the subject fits. Linear in the filter and, with quotes or NEAR, in the text."""
        return self.root.fits(subject)

    def groups(self) -> tuple[tuple[str, ...], ...]:
        """What an index of stored alerts can tell: of each group a matching alert has a term. Necessary, not
        always enough: `decided_by_groups` says whether it is."""
        return tuple(dict.fromkeys(group for group in anchors(self.root) if all(map(_kept, group))))

    def decided_by_groups(self) -> bool:
        return anchors_decide(self.root) and all(_kept(term) for group in anchors(self.root) for term in group)

    def reads_words(self) -> bool:
        """Whether it looks at `Subject.words`: quotes and NEAR do."""
        return _reads_words(self.root)


def anchors(
    expression: Expression, commonness: Callable[[tuple[str, ...]], int] | None = None
) -> Sequence[tuple[str, ...]]:
    """Groups of terms; whatever fits the expression has a term of each. Empty: no term is necessary.

    `commonness` says of a group how many alerts have a term of it: what each branch of an OR is found by."""
    by = commonness or _guessed
    match expression:
        case OneOf(terms):
            return (terms,)
        case Phrase(asked=asked) | Near(asked=asked):
            return [one.terms for one in asked]
        case And(parts):
            return [group for part in parts for group in anchors(part, by)]
        case Or(parts):
            of_branches = [anchors(part, by) for part in parts]
            if not all(of_branches):
                return ()
            chosen = [min(groups, key=by) for groups in of_branches]
            return [tuple(dict.fromkeys(term for group in chosen for term in group))]
        case _:
            return ()


def anchors_decide(expression: Expression) -> bool:
    """Whether having a term of each group is also enough."""
    match expression:
        case OneOf():
            return True
        case And(parts):
            return all(map(anchors_decide, parts))
        case _:
            return False


def terms_needed(expression: Expression) -> tuple[frozenset[str], ...]:
    """Sets of terms: whatever fits the expression has all the terms of one of them. Empty: none are necessary."""
    branches = expression.parts if isinstance(expression, Or) else (expression,)
    needed = tuple(frozenset(group[0] for group in anchors(branch) if len(group) == 1) for branch in branches)
    return needed if all(needed) else ()


def conjuncts(expression: Expression) -> tuple[Expression, ...]:
    """The parts that must all fit; of an expression that is no AND, itself."""
    return expression.parts if isinstance(expression, And) else (expression,)


def _reads_words(expression: Expression) -> bool:
    match expression:
        case Phrase() | Near():
            return True
        case And(parts) | Or(parts):
            return any(map(_reads_words, parts))
        case Not(part):
            return _reads_words(part)
        case _:
            return False


def _guessed(group: tuple[str, ...]) -> int:
    """Without knowing any alerts: fields are common, but for programmes and people; words are rare."""
    return sum(1 + 100 * (":" in term and term.partition(":")[0] in _COMMON_FIELDS) for term in group)


def _kept(term: str) -> bool:
    name, colon, _ = term.partition(":")
    return not colon or name in KEPT_FIELDS


def _all_fit(parts: Sequence[Expression], subject: Subject) -> bool:
    for part in parts:  # noqa: SIM110 - half the time of all() over a generator
        if not part.fits(subject):
            return False
    return True
