"""Whose a sum, a count or a date is: the programme that it is told of.

The grammars know nothing of the pack; the mentions know nothing of numbers. Here they meet. A figure belongs to
the nearest programme of its clause, then of its sentence, then to what the paragraph speaks of ("the deal",
"the jets"); another country's or an Indian system nearer by takes it away.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from math import inf
from typing import NamedTuple

from rules.facts import clause_words as sense
from rules.facts.found import Found
from rules.facts.scene import Clause, FieldScene, Scene
from rules.model import Mention
from rules.pack import Pack

ELSEWHERE = "?"  # what another country's or an Indian system owns
_BREAK = 40  # code points that a clause boundary adds to a distance; by judgement
_BEHIND = 1.8  # how much farther the side counts on which a figure's owner seldom stands
_PACKAGE_REACH = 70  # code points within which a word like "proposals worth" makes a total of a sum
_ABROAD_REACH = 60  # code points between a foreign buyer and what it bought
_new = tuple.__new__  # makes a named tuple in less than half the time of its own constructor
_MOST_NEAR = 6  # named things to each side of a figure that are looked at; keeps long lists linear
_SENTENCE_REACH = 300  # code points to each side in which a figure's sentence is read; the same
# Ids of stages that packs share.
_DEALS = frozenset(("contract",))
_DELIVERIES = frozenset(("delivery", "delivery-planned", "induction", "production", "trials"))


class Owner(NamedTuple):
    """Whose a figure is."""

    programme: str | None  # ELSEWHERE: not of this pack; None: nobody's that is told
    named: bool  # in the figure's own sentence


class _Named(NamedTuple):
    """Something that can own a figure, and where it is named."""

    start: int
    end: int
    concept: str  # or ELSEWHERE


class Bound(NamedTuple):
    """A figure with its owner and what its surroundings tell."""

    found: Found
    field: FieldScene
    clause: Clause
    owner: Owner
    package: bool
    of_deal: bool  # its sentence speaks of a contract, not of a tender or a plan
    of_delivery: bool  # its clause speaks of a delivery, or counts something


def bind(field: FieldScene, scene: Scene, main: str | None, pack: Pack) -> Iterator[Bound]:
    """The figures of a field with their owners, in order; `main`: the item's main programme. Linear."""
    owners = list(_owners(field, pack))
    starts = [one.start for one in owners]
    topics = _topics(field, scene, owners, starts, main)
    deals, deliveries, packages = _told_of(field, pack)
    counts = [found.start for found in field.found if found.kind == "quantity"]
    for found in field.found:
        kind, _, first, last, *_ = found
        clause = field.clauses[field.clause_at(first)]
        start, end = scene.bounds(clause.sentence)
        low = bisect_left(starts, start)
        high = bisect_left(starts, end, low)
        near: Sequence[_Named] = ()
        if low < high:
            at = bisect_left(starts, first, low, high)
            near = owners[at - _MOST_NEAR if at - _MOST_NEAR > low else low : min(at + _MOST_NEAR, high)]
        owner = _owner(found, field, clause, near, topics.get(clause.sentence, main), pack)
        package = of_deal = of_delivery = False
        if kind == "money":
            package = _in_package(found, field, clause, packages)
            of_deal = _between(deals, max(start, first - _SENTENCE_REACH), min(end, last + _SENTENCE_REACH))
        elif kind == "date":
            within = max(clause.start, first - _SENTENCE_REACH), min(clause.end, last + _SENTENCE_REACH)
            of_delivery = _between(deliveries, *within) or _between(counts, *within)
        yield _new(Bound, (found, field, clause, owner, package, of_deal, of_delivery))


def _told_of(field: FieldScene, pack: Pack) -> tuple[list[int], list[int], list[int]]:
    """Where contracts, deliveries and totals of several deals are told of."""
    deals, deliveries, packages = [], [], []
    for mention, start in zip(field.mentions, field.mention_starts, strict=True):
        concept = pack.concepts[mention.concept]
        if concept.stage in _DEALS:
            deals.append(start)
        elif concept.stage in _DELIVERIES:
            deliveries.append(start)
        if concept.cue == "package":
            packages.append(start)
    return deals, deliveries, packages


def _between(starts: Sequence[int], low: int, high: int) -> bool:
    """Whether one of the starts, which are in order, lies in low..high."""
    return bool(starts) and bisect_left(starts, low) < bisect_left(starts, high)


def _owners(field: FieldScene, pack: Pack) -> Iterator[_Named]:
    """What can own a figure, in order: programmes, and foreign or Indian things as ELSEWHERE."""
    for mention in field.mentions:
        name, kind, span = mention
        if kind == "programme":
            yield _Named(span.start, span.end, name)
            continue
        concept = pack.concepts[name]
        if concept.cue == "foreign":
            if not _is_place(field, span.start) and not _is_side(field, mention, pack):
                yield _Named(span.start, span.end, ELSEWHERE)
        elif concept.stage is not None and pack.stages[concept.stage].programme in pack.programmes:
            yield _Named(span.start, span.end, pack.stages[concept.stage].programme or ELSEWHERE)


def _is_side(field: FieldScene, mention: Mention, pack: Pack) -> bool:
    """Whether the words name a side of this topic too: what is foreign to one pack is the seller of another."""
    start, end = mention.span.start, mention.span.end
    return any(one.kind == "party" and _sides(one.concept, pack) - {None} for one in field.mentions_in(start, end))


def _is_place(field: FieldScene, start: int) -> bool:
    """Whether a country is only where something is: "in China", "the border with China and Pakistan"."""
    at = field.word_at(start)
    if at and field.senses[at - 1] & sense.PLACING:
        return True
    if at > 2 and field.words[at - 1].norm in ("and", "и", "और") and field.senses[at - 3] & sense.PLACING:
        return True
    return at + 1 < len(field.words) and field.words[at + 1].norm in ("में", "से")


def _topics(
    field: FieldScene, scene: Scene, owners: Sequence[_Named], starts: Sequence[int], main: str | None
) -> dict[int, str | None]:
    """What each sentence is about that names nothing: what its paragraph named last, else the main programme."""
    topics: dict[int, str | None] = {}
    topic, paragraph = main, -1
    for number in dict.fromkeys(clause.sentence for clause in field.clauses):
        if scene.paragraphs[number] != paragraph:
            topic, paragraph = main, scene.paragraphs[number]
        topics[number] = topic
        start, end = scene.bounds(number)
        named = [one.concept for one in owners[bisect_left(starts, start) : bisect_left(starts, end)]]
        if named:
            topic = main if main in named else named[0]
    return topics


def _owner(
    found: Found, field: FieldScene, clause: Clause, near: Sequence[_Named], topic: str | None, pack: Pack
) -> Owner:
    owner = topic
    least = inf
    abroad: int | None = None  # where a foreign buyer was named last
    before = _prefers_before(found, field) if near else None
    for low, high, concept in near:
        if concept == ELSEWHERE:
            abroad = low
        elif abroad is not None and _is_abroad(field, abroad, low, pack):
            concept = ELSEWHERE  # "Turkey, which bought the S-400 for $2.5bn"
        away = _distance(found, before, clause, low, high)
        if away < least:
            least, owner = away, concept
    if clause.old and owner is not None and owner in pack.programmes:
        parent = pack.programmes[owner].parent
        if parent in pack.programmes:
            owner = parent  # what was once ordered is not the follow-on order's
    return Owner(owner, bool(near))


def _is_abroad(field: FieldScene, abroad: int, low: int, pack: Pack) -> bool:
    """Whether what is named at `low` is the foreign country's: close behind it, and no buyer of ours between."""
    if low - abroad > _ABROAD_REACH:
        return False
    return not any("buyer" in _sides(one.concept, pack) for one in field.mentions_in(abroad, low))


def _sides(concept: str, pack: Pack) -> set[str | None]:
    return {pack.concepts[ancestor].side for ancestor in pack.ancestors[concept]}


def _distance(found: Found, prefers_before: bool | None, clause: Clause, low: int, high: int) -> float:
    """How far an owner stands from a figure in code points, weighed by side and clause."""
    if low < found.end and high > found.start:
        return 0.0
    before = high <= found.start
    away = float(found.start - high if before else low - found.end)
    if prefers_before is not None and prefers_before != before:
        away = away * _BEHIND + 6
    if not (clause.start <= low < clause.end):
        away += _BREAK
    return away


def _prefers_before(found: Found, field: FieldScene) -> bool | None:
    """On which side a figure's owner stands: "the S-400 deal worth $5bn", but "a $5bn deal for the S-400"."""
    if found.kind == "quantity":
        return False
    if found.kind == "date":
        return None
    first, last = field.word_at(found.start), field.word_at(found.end - 1)
    after = field.senses[last + 1] if last + 1 < len(field.words) and field.words[last + 1].gap in (" ", "-") else 0
    if after & (sense.DEAL | sense.FOR):
        return False
    before = 0
    for at in range(max(first - 3, 0), first):
        before |= field.senses[at]
    return True if before & (sense.PRICE | sense.FOR) else None


def _in_package(found: Found, field: FieldScene, clause: Clause, packages: Sequence[int]) -> bool:
    """Whether a sum is a total of several deals: "proposals worth", "total", by the words near it."""
    low, high = max(clause.start, found.start - _PACKAGE_REACH), min(clause.end, found.end + _PACKAGE_REACH)
    if _between(packages, low, high):
        return True
    if not clause.told & sense.TOTAL:
        return False
    first, last = field.word_at(found.start), field.word_at(found.end - 1)
    near = range(max(clause.first, first - 4), min(clause.last, last + 5) + 1)
    return any(field.senses[at] & sense.TOTAL for at in near)
