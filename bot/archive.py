"""The alerts of the archive that a filter matches, newest first: search, previews and backtests.

The store's index gives the alerts that have the filter's words and fixed fields; what it cannot tell (negations,
sums, dates, quotes) is decided here, page by page. A filter without any word looks through the newest alerts only,
as far as `scan` says, so that no question takes long.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from bot.matching import Matcher
from bot.model import Alert, ArchivedAlert
from bot.storage import Store
from rules import Filter

SCAN = 5_000  # alerts looked through for one answer: well under a second on one core (docs/performance.md)
_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one step through the archive brought."""

    looked_at: int  # alerts that the index gave
    matching: tuple[ArchivedAlert, ...]  # newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    alerts: tuple[Alert, ...]  # newest first
    complete: bool  # False: older alerts were not looked at


async def pages(
    store: Store, matcher: Matcher, wanted: Filter, *, since: datetime | None = None, size: int = _PAGE
) -> AsyncIterator[Page]:
    """Every matching alert down to `since`, page by page, newest first."""
    groups = wanted.groups()
    before: str | None = None
    while True:
        candidates = await store.archived(groups, size, before, since, words=wanted.reads_words())
        matching = (each for each in candidates if wanted.matches(matcher.subject(each)))
        yield Page(looked_at=len(candidates), matching=tuple(matching))
        if len(candidates) < size:
            return
        before = candidates[-1].id


async def newest(
    store: Store, matcher: Matcher, wanted: Filter, limit: int, *, before_id: str | None = None, scan: int = SCAN
) -> Found:
    """The newest `limit` alerts that match, whole; with `before_id` those older than that alert."""
    if wanted.decided_by_groups():
        return Found(alerts=tuple(await store.search(wanted.groups(), limit, before_id)), complete=True)
    groups, words = wanted.groups(), wanted.reads_words()
    matching: list[ArchivedAlert] = []
    looked_at = 0
    before, size = before_id, max(4 * limit, 20)
    while True:
        candidates = await store.archived(groups, size, before, words=words)
        matching += [each for each in candidates if wanted.matches(matcher.subject(each))]
        looked_at += len(candidates)
        ended = len(candidates) < size
        if ended or len(matching) >= limit or looked_at >= scan:
            break
        before, size = candidates[-1].id, min(2 * size, _PAGE, scan - looked_at)
    ids = [each.id for each in matching[:limit]]
    alerts = await store.alerts(ids)
    return Found(alerts=tuple(alerts[id_] for id_ in ids if id_ in alerts), complete=ended or len(matching) >= limit)
