"""Precision, recall and F1 of the detector on labelled items: `python -m rules measure FILE.jsonl …`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from rules.detection import detect
from rules.labelled import Labelled
from rules.model import Detection, Item
from rules.pack import Pack

_RESAMPLES = 1000  # of the bootstrap: the bounds move by less than 0.002 with more
_SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How detection did on some items."""

    right: int  # relevant and found
    false_alarms: tuple[str, ...]  # ids found that are not relevant
    missed: tuple[str, ...]  # ids relevant that were not found
    items: int

    @property
    def precision(self) -> float:
        """Share of the found items that are relevant; 1.0 when none was found."""
        return Shares(self.right, len(self.false_alarms), len(self.missed)).precision

    @property
    def recall(self) -> float:
        """Share of the relevant items that were found; 1.0 when there is none."""
        return Shares(self.right, len(self.false_alarms), len(self.missed)).recall

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return Shares(self.right, len(self.false_alarms), len(self.missed)).f1


@dataclass(frozen=True, slots=True)
class Shares:
    """Right, wrongly found and missed, counted."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of the found that is right; 1.0 when none was found."""
        found = self.right + self.wrong
        return self.right / found if found else 1.0

    @property
    def recall(self) -> float:
        """Share of the wanted that was found; 1.0 when nothing was wanted."""
        wanted = self.right + self.missed
        return self.right / wanted if wanted else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled item with the detector's verdict."""

    row: Labelled
    detection: Detection


def judged(rows: Iterable[Labelled], pack: Pack) -> list[Judged]:
    """The rows with their verdicts."""
    return [Judged(row, detect(row.item, pack)) for row in rows]


def measure(labelled: Iterable[tuple[Item, bool]], pack: Pack) -> dict[str, Measured]:
    """How detection did, by language and under "all"."""
    return measured(judged((Labelled(item=item, relevant=relevant) for item, relevant in labelled), pack))


def measured(found: Iterable[Judged]) -> dict[str, Measured]:
    """Verdicts against labels, by language and under "all"."""
    groups: dict[str, list[Judged]] = {}
    for one in found:
        for name in ("all", one.row.item.lang or one.detection.lang):
            groups.setdefault(name, []).append(one)
    return {name: _measured(members) for name, members in groups.items()}


def by_kind(found: Iterable[Judged]) -> dict[str, Measured]:
    """The same by kind of item, for those that have one: a kind is relevant or not as a whole."""
    groups: dict[str, list[Judged]] = {}
    for one in found:
        if one.row.kind is not None:
            groups.setdefault(one.row.kind, []).append(one)
    return {name: _measured(groups[name]) for name in sorted(groups)}


def programmes(found: Iterable[Judged]) -> Shares | None:
    """Programme ids of the relevant rows as sets, counted together (micro); None when no row has them labelled."""
    right = wrong = missed = rows = 0
    for one in found:
        if one.row.relevant and one.row.programmes is not None:
            rows += 1
            wanted, got = set(one.row.programmes), set(one.detection.programmes)
            right += len(wanted & got)
            wrong += len(got - wanted)
            missed += len(wanted - got)
    return Shares(right, wrong, missed) if rows else None


def bootstrap(found: Sequence[Judged]) -> tuple[float, float]:
    """The middle 95 % of F1 when whole groups are drawn again and again; the same for the same rows."""
    return interval([(one.row.group, one.row.relevant, one.detection.relevant) for one in found])


def interval(verdicts: Iterable[tuple[str, bool, bool]]) -> tuple[float, float]:
    """The bootstrap of (group, relevant, found) triples."""
    groups: dict[str, list[int]] = {}
    for group, relevant, told in verdicts:
        counts = groups.setdefault(group, [0, 0, 0])
        if relevant and told:
            counts[0] += 1
        elif told:
            counts[1] += 1
        elif relevant:
            counts[2] += 1
    members = [(right, wrong, missed) for right, wrong, missed in groups.values()]
    if not members:
        return 0.0, 0.0
    numbers = _numbers_below(len(members))
    drawn = []
    for _ in range(_RESAMPLES):
        right = wrong = missed = 0
        for number in islice(numbers, len(members)):
            of_group = members[number]
            right += of_group[0]
            wrong += of_group[1]
            missed += of_group[2]
        drawn.append(Shares(right, wrong, missed).f1)
    drawn.sort()
    return drawn[int(0.025 * _RESAMPLES)], drawn[int(0.975 * _RESAMPLES) - 1]


def _numbers_below(limit: int) -> Iterator[int]:
    """Numbers that look drawn by lot, the same each time: Knuth's linear congruence (MMIX), high bits."""
    state = _SEED
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        yield (state >> 33) % limit


def _measured(found: Sequence[Judged]) -> Measured:
    return Measured(
        right=sum(one.row.relevant and one.detection.relevant for one in found),
        false_alarms=_ids(found, relevant=False),
        missed=_ids(found, relevant=True),
        items=len(found),
    )


def _ids(found: Iterable[Judged], *, relevant: bool) -> tuple[str, ...]:
    """The items labelled so and judged otherwise."""
    return tuple(
        one.row.item.id
        for one in found
        if one.row.relevant is relevant and one.detection.relevant is not one.row.relevant
    )
