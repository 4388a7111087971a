"""What a later report changes of what was told. Pure.

In: what is known of a story and what a new report tells, both as `ToldFact`s. Out: the changes that matter, the
weightiest first, and what is known from then on. Also: which earlier story a denial or a moved date speaks of when
its headline is not alike. All of it prefers to say nothing over saying what is wrong.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import get_args

from bot.model import ChangeMark, FactChange, Story, ToldFact
from rules import Certainty, Pack

REPLY_WINDOW = timedelta(days=21)  # an older story is gone from sight: its change is a new card; by judgement
LINK_WINDOW = timedelta(days=500)  # within which a new card names the story that it goes on from; by judgement
FACTS_KEPT = 60  # of a story
_AUTHORITY: Mapping[Certainty, int] = {"official": 4, "confirmed": 3, "reported": 2, "claimed": 1, "denied": 0}
_SAME_SUM = Decimal("0.02")  # outlets round: sums this near are one; as rules take it
_COUNTED = frozenset({"ordered", "delivered", "remaining", "planned"})
_SETBACKS = frozenset({"cancellation", "delay", "payment-problem", "no-deal"})
_OF_DELIVERY = frozenset({"delay", "delivery", "delivery-planned", "induction"})
_WEIGHT = {mark: place for place, mark in enumerate(get_args(ChangeMark))}
_QUIET: frozenset[ChangeMark] = frozenset({"dates-differ"})  # shown on the card, rings nobody

_Key = tuple[object, ...]


def authority(fact: ToldFact) -> tuple[int, int]:
    """How much a fact's source weighs; greater is more. An official statement weighs the same in every outlet."""
    rank = _AUTHORITY[fact.certainty]
    return rank, 0 if fact.certainty == "official" else -fact.tier


def rings(changes: Iterable[FactChange]) -> bool:
    """Whether those who have the story are to be told aloud."""
    return any(change.mark not in _QUIET for change in changes)


def changes_of(story: Story, told: Sequence[ToldFact], pack: Pack) -> tuple[FactChange, ...]:
    """What a report that joined `story` changes of its facts, the weightiest first."""
    known = {_key(fact): fact for fact in story.facts}
    found = [
        change
        for fact in _single(told)
        if (before := known.get(_key(fact))) is not None and (change := _change(before, fact, pack)) is not None
    ]
    return in_order(found)


def confirmation(story: Story, certainty: Certainty, told: Sequence[ToldFact], by: str) -> FactChange | None:
    """That the report is the first official word for what unnamed or interested sources told; None: it is not."""
    if certainty != "official" or story.certainty not in ("claimed", "reported"):
        return None
    known = {_key(fact): fact for fact in story.facts}
    same = [fact for fact in _single(told) if (old := known.get(_key(fact))) and _agree(old, fact)]
    if not same:
        return None
    return FactChange(mark="confirmed", before=known[_key(same[0])], after=same[0], claim=story.title, by=by)


def denial(story: Story, by: str, denied: Sequence[ToldFact] = ()) -> FactChange | None:
    """That `by` denies what the story tells; None: it was denied before."""
    if story.denied:
        return None
    shared = [fact for fact in story.facts for other in denied if _meets(fact, other)]
    return FactChange(mark="denied", before=next(iter(shared), None), claim=story.title, by=by)


def merged(known: Sequence[ToldFact], told: Sequence[ToldFact]) -> tuple[ToldFact, ...]:
    """The best known after a report: of two that speak of one thing the later of no lesser authority."""
    best = {_key(fact): fact for fact in known}
    for fact in _single(told):
        before = best.get(_key(fact))
        if before is None or (authority(fact) >= authority(before) and fact.at.date() >= before.at.date()):
            best[_key(fact)] = fact
    return tuple(best.values())[-FACTS_KEPT:]


def story_denied(denied: Sequence[ToldFact], stories: Iterable[Story]) -> Story | None:
    """The story whose claim is denied: it shares a figure or a date with what is denied, or else its step.

    `denied`: as `denied_facts` gives it. None when there is none, or nothing tells it from the others.
    """
    scored = [
        (score, story.updated_at, story)
        for story in stories
        if story.told and not story.denied and (score := _shared(story, denied))
    ]
    return max(scored, key=lambda each: each[:2])[2] if scored else None


def story_moved(told: Sequence[ToldFact], stories: Sequence[Story], pack: Pack) -> Story | None:
    """The story whose due date the report's headline or first sentence moves; None when there is none.

    Only the newest story that knows the same date counts: where that one agrees, nothing has moved.
    """
    for fact in _single(told):
        if not fact.lead or fact.kind != "date" or not _comparable_alone(fact, told):
            continue
        knowing = [story for story in stories if story.told and any(_key(old) == _key(fact) for old in story.facts)]
        if not knowing:
            continue
        story = max(knowing, key=lambda each: each.updated_at)
        before = next(old for old in story.facts if _key(old) == _key(fact))
        if _comparable_alone(before, story.facts) and _change(before, fact, pack) is not None:
            return story
    return None


def interval(iso: str) -> tuple[date, date]:
    """First and last day of an ISO 8601 date of any precision; of a span the first of its start, the last of
    its end."""
    start, _, end = iso.partition("/")
    return _days(start)[0], _days(end or start)[1]


def _change(before: ToldFact, after: ToldFact, pack: Pack) -> FactChange | None:
    if after.at.date() < before.at.date() or "denied" in (before.certainty, after.certainty):
        return None
    firm = authority(after) >= authority(before)
    match after.kind:
        case "date":
            return _moved(before, after, firm=firm)
        case "stage":
            return (
                FactChange(mark="stage", before=before, after=after) if firm and _steps(before, after, pack) else None
            )
        case "money" | "quantity":
            if not firm or _agree(before, after):
                return None
            return FactChange(mark="value" if after.kind == "money" else "quantity", before=before, after=after)


def _moved(before: ToldFact, after: ToldFact, *, firm: bool) -> FactChange | None:
    (old_start, old_end), (new_start, new_end) = interval(str(before.value)), interval(str(after.value))
    if new_start <= old_end and old_start <= new_end:
        return None
    mark: ChangeMark = ("slip" if new_start > old_end else "earlier") if firm else "dates-differ"
    return FactChange(mark=mark, before=before, after=after)


def _steps(before: ToldFact, after: ToldFact, pack: Pack) -> bool:
    """Whether the deal came to another milestone, or was set back."""
    old, new = pack.stages.get(str(before.value)), pack.stages.get(str(after.value))
    if new is None or before.value == after.value:
        return False
    if new.id in _SETBACKS:
        return True
    # Steps that are no milestones (talks, production, upgrade …) are read out of one and the same event by different
    # outlets, so that a change between them says little.
    if not new.milestone or new.order is None:
        return False
    return old is None or old.order is None or old.order < new.order


def _agree(before: ToldFact, after: ToldFact) -> bool:
    """Whether two facts of one thing say the same."""
    if before.kind == "date":
        return _moved(before, after, firm=True) is None
    old, new = before.value, after.value
    if before.kind == "money" and isinstance(old, Decimal) and isinstance(new, Decimal):
        return abs(new - old) <= max(old, new) * _SAME_SUM
    return old == new


def _key(fact: ToldFact) -> _Key | None:
    """What a fact is about, the same for facts that can be held against each other; None: for none."""
    match fact.kind:
        case "stage":
            return fact.programme, "stage"
        case "money":
            return (fact.programme, "money", fact.currency) if fact.role == "programme" else None
        case "quantity":
            return (fact.programme, "quantity", fact.role, fact.unit) if fact.role in _COUNTED else None
        case "date" if fact.role == "due":
            # The fourth squadron's day is its delivery; without a row the step tells a signing from a delivery.
            about = None if fact.ordinal is not None else fact.about
            return fact.programme, "due", fact.unit, fact.ordinal, about
    return None


def _single(told: Sequence[ToldFact]) -> list[ToldFact]:
    """Of each thing that the report tells one value: the only one, or the only one of headline and lead. Where it
    tells several ("the first by 2026, the rest by 2028") nobody knows which one to hold against what was told."""
    groups: dict[_Key, list[ToldFact]] = {}
    for fact in told:
        key = _key(fact)
        if key is not None:
            groups.setdefault(key, []).append(fact)
    single = []
    for facts in groups.values():
        for some in (facts, [fact for fact in facts if fact.lead]):
            if some and all(_agree(some[0], other) for other in some[1:]):
                single.append(max(some, key=lambda fact: len(str(fact.value)) if fact.kind == "date" else 0))
                break
    return single


def _comparable_alone(fact: ToldFact, told: Sequence[ToldFact]) -> bool:
    """Whether a due date may be held against that of a report with another headline: it is of one of a row, or
    it is said to be a delivery's in a report of deliveries."""
    if fact.ordinal is not None:
        return True
    steps = {str(other.value) for other in told if other.kind == "stage" and other.programme == fact.programme}
    return fact.about == "delivery" and bool(steps & _OF_DELIVERY)


def _shared(story: Story, denied: Sequence[ToldFact]) -> int:
    """2: a figure or a date of the story is denied; 1: its step; 0: nothing of it."""
    best = 0
    for fact in story.facts:
        for other in denied:
            if _meets(fact, other):
                best = max(best, 1 if fact.kind == "stage" else 2)
    return best


def _meets(fact: ToldFact, other: ToldFact) -> bool:
    if (fact.programme, fact.kind) != (other.programme, other.kind):
        return False
    if fact.kind in ("money", "quantity"):
        same = fact.currency == other.currency and (fact.unit == other.unit or None in (fact.unit, other.unit))
        return same and _agree(fact, other)
    if fact.kind == "date" and None not in (fact.ordinal, other.ordinal) and fact.ordinal != other.ordinal:
        return False
    return _agree(fact, other)


def in_order(changes: Iterable[FactChange]) -> tuple[FactChange, ...]:
    """The changes, the weightiest first; a moved date says already that there is a delay."""
    found = sorted(changes, key=lambda change: _WEIGHT[change.mark])
    moved = any(change.mark == "slip" for change in found)
    return tuple(
        change
        for change in found
        if not (moved and change.mark == "stage" and change.after is not None and change.after.value == "delay")
    )


def best_certainty(known: Certainty | None, new: Certainty) -> Certainty | None:
    """Who vouches best for a story after one more report; a denial vouches for nothing."""
    if new == "denied":
        return known
    return new if known is None or _AUTHORITY[new] > _AUTHORITY[known] else known


def _days(iso: str) -> tuple[date, date]:
    year, *rest = (int(part) for part in iso.split("-"))
    if not rest:
        return date(year, 1, 1), date(year, 12, 31)
    if len(rest) == 1:
        return date(year, rest[0], 1), date(year, rest[0], calendar.monthrange(year, rest[0])[1])
    return date(year, *rest), date(year, *rest)
