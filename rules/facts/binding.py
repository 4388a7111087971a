"""Sums, counts and dates made into facts, each with its role.

What is told of old times, of other programmes and of whole sessions is background; what the news itself orders,
gets or pays takes its role from the words beside it and from the item's step.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from rules.facts.found import Found
from rules.facts.owners import ELSEWHERE, Bound, bind
from rules.facts.scene import Scene, end_of, is_old
from rules.facts.speech import NOBODY, Source
from rules.model import Fact
from rules.pack import Pack, Stage

_LEAD = 3  # sentences of the text that tell the news
_new = tuple.__new__  # makes a named tuple in less than half the time of its own constructor
_RECENT = 45  # days: what happened within them is the news, not its background
_UNSIGNED = frozenset(
    ("interest", "offer", "rfi-rfp", "approval-dpb", "approval-aon", "negotiation", "denial", "rumour", "no-deal")
)  # ids that packs share: while the news is such a step, a contract of old is another deal
_SAME = Decimal("0.02")  # outlets round: sums this near are one


def number_facts(
    scene: Scene,
    programmes: Sequence[str],
    news: frozenset[str],
    told: Source,
    sources: Mapping[int, Source],
    stage: Stage | None,
    pack: Pack,
) -> Iterator[Fact]:
    """The money, quantity and date facts of title and text, in no special order."""
    main = programmes[0] if programmes else None
    bound = [one for field in scene.fields for one in bind(field, scene, main, pack)]
    prices = _prices(bound, news, main, stage)
    for at, one in enumerate(bound):
        role, row = _role(at, one, prices, news, stage, scene)
        programme = one.owner.programme if one.owner.programme != ELSEWHERE else None
        if role == "package":
            programme = None
        source = _source(one, told, sources, role)
        kind, value, start, end, _, currency, _ = one.found
        field = one.field
        unit = _unit(one.found, row, programme, pack)
        ordinal = int(row.value) if row is not None else None
        quote = field.text[start:end]
        yield _new(
            Fact,
            (kind, role, programme, source.speaker, source.certainty, value, quote, field.field, start, end, unit,
             ordinal, currency),
        )  # fmt: skip


def _source(one: Bound, told: Source, sources: Mapping[int, Source], role: str | None) -> Source:
    """The sentence's own source; else the item's in headline and lead; else the outlet itself."""
    own = sources.get(one.clause.sentence)
    if own is not None:
        return own
    if one.clause.sentence <= _LEAD and role != "background":
        return told
    return NOBODY


def _unit(found: Found, row: Found | None, programme: str | None, pack: Pack) -> str | None:
    """The unit under the one name that the programme knows it by: a squadron of S-400 is a regiment."""
    unit = row.unit if row is not None else found.unit
    if unit is None or programme is None:
        return unit
    for ancestor in pack.ancestors.get(programme, ()):
        same = pack.concepts[ancestor].units.get(unit)
        if same is not None:
            return same
    return unit


def _prices(bound: Sequence[Bound], news: frozenset[str], main: str | None, stage: Stage | None) -> frozenset[int]:
    """Which sums are a programme's price: the first fresh one, else the first of all, and what restates it.

    News tells the price of its own deal once, and early; later sums of the same programme are
    earlier estimates, parts and debts. By judgement, checked on the labelled articles.
    """
    kept: set[int] = set()
    by_owner: dict[str, list[int]] = {}
    for at, one in enumerate(bound):
        owner = one.owner.programme
        if one.found.kind == "money" and owner is not None and owner in news and not one.package:
            by_owner.setdefault(owner, []).append(at)
    for owner, sums in by_owner.items():
        fresh = [at for at in sums if not bound[at].clause.old]
        signed = stage is None or stage.id not in _UNSIGNED
        known = fresh or [
            at for at in sums if (owner == main and bound[at].owner.named) or (signed and bound[at].of_deal)
        ]
        if not known:
            continue
        first = bound[known[0]]
        kept.update(at for at in sums if _restates(bound[at], first))
    return frozenset(kept)


def _restates(one: Bound, first: Bound) -> bool:
    """The same sum, the other end of its range, or its conversion into another currency beside it."""
    if one.found.currency == first.found.currency:
        value, known = one.found.value, first.found.value
        assert isinstance(value, Decimal) and isinstance(known, Decimal)
        same = abs(value - known) <= known * _SAME
        return same or (one.field is first.field and one.found.start == first.found.start)
    return one.field is first.field and one.clause.sentence == first.clause.sentence


def _role(
    at: int,
    one: Bound,
    prices: frozenset[int],
    news: frozenset[str],
    stage: Stage | None,
    scene: Scene,
) -> tuple[str | None, Found | None]:
    ours = one.owner.programme is None or one.owner.programme in news
    match one.found.kind:
        case "money":
            if one.package:
                return "package", None
            return ("programme" if at in prices else "background"), None
        case "quantity":
            return (_count_role(one, stage) if ours and not _counts_old(one) else "background"), None
        case _:
            return _date_role(one, ours, stage, scene.reading.item.on), _row_of(one)


def _counts_old(one: Bound) -> bool:
    """A count from an old clause, unless it tells how far the deal has come ("three delivered so far")."""
    return one.clause.old and one.found.role not in ("ordered", "delivered", "remaining")


def _count_role(one: Bound, stage: Stage | None) -> str | None:
    """What the words beside a count tell; else, in the first sentences even against them, what the step tells."""
    role = one.found.role
    by_step = stage.counts if stage is not None else None
    if by_step is None or role in ("delivered", "remaining"):
        return role
    number = one.clause.sentence
    weak = ("planned", "ordered", "fleet") if number <= 1 else ("planned", "ordered") if number <= _LEAD else ()
    return by_step if role is None or role in weak else role


def _date_role(one: Bound, ours: bool, stage: Stage | None, on: date | None) -> str | None:
    value, role = str(one.found.value), one.found.role
    if not ours or is_old(value, on):
        return "background"
    end = end_of(value)
    if on is None or end is None:
        return role
    if end <= on:
        if (on - end).days > _RECENT or len(value) == 4:
            return role if role != "due" else "background"
        by_step = stage.day if stage is not None and one.clause.sentence <= 1 else None
        return by_step or ("event" if role in (None, "due") else role)
    if role == "signed":
        return None  # not signed yet
    return "due" if role in ("due", "event") or one.of_delivery else None


def _row_of(one: Bound) -> Found | None:
    """The one of a row that a date is about, nearest before it in its clause: "the fourth squadron by May"."""
    rows = one.field.rows
    low = bisect_left(one.field.row_starts, one.clause.start)
    after = bisect_left(one.field.row_starts, one.found.start)
    if low < after:
        return rows[after - 1]
    return rows[after] if after < len(rows) and rows[after].start < one.clause.end else None
