"""Feeds and what polling remembers of them; who polls which is settled by leases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import Boolean, Column, Integer, Row, Select, bindparam, case, func, null, or_, select, update

from bot.model import Feed, FeedState
from bot.storage.codec import clean
from bot.storage.database import Database, Unit, batches
from bot.storage.prepared import ABREAST, Abreast, Prepared
from bot.storage.schema import Moment, Words, feeds, from_micros, items, to_micros

_FEED = ("url", "title", "lang", "kind", "tier", "interval_s", "adaptive", "first_read", "via", "link_prefix")
_STATE = tuple(field.name for field in fields(FeedState) if field.name != "feed_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedsSynced:
    """What the configuration changed; numbers of feeds."""

    added: int
    changed: int  # another URL, title, interval …, or back after being dropped
    dropped: int  # no longer configured: not polled, state and items kept


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """One configured feed, how its polling goes and what it brought."""

    feed: Feed
    state: FeedState
    items: int  # stored so far, baseline included
    relevant: int  # of them about the topic
    last_item_at: datetime | None  # when its newest item was first seen; None: none yet


class FeedStore(Database):
    async def sync_feeds(
        self, configured: Sequence[Feed], first_due: Callable[[Feed], datetime], now: datetime
    ) -> FeedsSynced:
        """Makes the configured feeds the active ones. A new one is due at `first_due`; a known one keeps its
        state, so that a restart polls nothing early; one that was gone and is configured anew is asked again."""
        wanted = {feed.id: feed for feed in configured}
        async with self._write() as connection:
            rows = (await connection.execute(select(*_columns("id", "active", *_FEED)))).all()
            known = {row.id: (read_feed(row), row.active) for row in rows}
            new = [feed for id_, feed in wanted.items() if id_ not in known]
            changed = [feed for id_, feed in wanted.items() if id_ in known and known[id_] != (feed, True)]
            dropped = [id_ for id_, (_, active) in known.items() if active and id_ not in wanted]
            if new:
                states = [FeedState(feed_id=feed.id, due_at=first_due(feed)) for feed in new]
                fresh = {"active": True, "added_at": now}
                await connection.execute(
                    feeds.insert(),
                    [{**feed_row(feed), **state_row(state), **fresh} for feed, state in zip(new, states, strict=True)],
                )
            if changed:
                statement = (
                    update(feeds)
                    .where(feeds.c.id == bindparam("feed"))
                    .values(active=True, gone_since=None, gone_at=None)
                )
                statement = statement.values({name: bindparam(name) for name in _FEED})
                await connection.execute(statement, [{**feed_row(feed), "feed": feed.id} for feed in changed])
            if dropped:
                statement = update(feeds).where(feeds.c.id == bindparam("feed"))
                await connection.execute(
                    statement.values(active=False, lease_owner=None, leased_until=None),
                    [{"feed": id_} for id_ in dropped],
                )
        return FeedsSynced(added=len(new), changed=len(changed), dropped=len(dropped))

    async def claim_due_feeds(
        self, now: datetime, lease_s: float, limit: int, owner: str
    ) -> list[tuple[Feed, FeedState]]:
        """Up to `limit` feeds that are due, longest waiting first; nobody else gets them until `lease_s` is over
        or their states are saved. Empty: none is due."""
        values = (to_micros(now), limit, owner, to_micros(now + timedelta(seconds=lease_s)))
        async with self._write_rows() as connection:
            rows = await _CLAIM.run(connection, values)
        return sorted(map(_claimed, rows), key=_due_at)

    async def spread_overdue(self, now: datetime, late_s: float, gap_s: float, most_s: float) -> int:
        """After a pause of ours: makes the feeds that were due more than `late_s` ago due one by one from `now`,
        in the order they were due, `gap_s` apart, all of them within `most_s`. How many there were."""
        late = (feeds.c.active, feeds.c.gone_at.is_(None), feeds.c.due_at < now - timedelta(seconds=late_s))
        query = select(feeds.c.id).where(*late, _unleased(now)).order_by(feeds.c.due_at, feeds.c.id)
        statement = update(feeds).where(feeds.c.id == bindparam("feed"), *late).values(due_at=bindparam("at"))
        async with self._write() as connection:
            overdue = (await connection.scalars(query)).all()
            step_s = min(gap_s, most_s / max(1, len(overdue)))
            rows = [{"feed": id_, "at": now + timedelta(seconds=number * step_s)} for number, id_ in enumerate(overdue)]
            for batch in batches(rows):
                await connection.execute(statement, batch)
        return len(overdue)

    async def next_due_at(self) -> datetime | None:
        """When the next feed can be claimed; None: there is no feed. A leased one counts from its lease's end."""
        free = case((feeds.c.leased_until > feeds.c.due_at, feeds.c.leased_until), else_=feeds.c.due_at)
        async with self.read() as connection:
            at: datetime | None = await connection.scalar(
                select(func.min(free)).where(feeds.c.active, feeds.c.gone_at.is_(None))
            )
        return at

    async def closed_hosts(self, now: datetime) -> list[tuple[str, datetime]]:
        """Addresses whose hosts asked for silence until a moment after `now`, with that moment."""
        read = func.coalesce(feeds.c.moved_to, feeds.c.url)
        query = select(read, feeds.c.closed_until).where(feeds.c.active, feeds.c.closed_until > now)
        async with self.read() as connection:
            return [(url, until) for url, until in (await connection.execute(query)).all()]

    async def feed_health(self) -> list[FeedHealth]:
        """The configured feeds, by title."""
        async with self.read() as connection:
            rows = (await connection.execute(_health())).all()
        return [
            FeedHealth(
                feed=read_feed(row),
                state=_state(row),
                items=row.item_count or 0,
                relevant=row.relevant_count or 0,
                last_item_at=row.last_item_at,
            )
            for row in rows
        ]


class FeedWrites(Unit):
    async def save_feed_states(self, states: Iterable[FeedState]) -> None:
        """Replaces the states of these feeds and ends their leases; of several of one feed the last counts. States
        of unknown feeds are passed over."""
        rows = {state.feed_id: _saved(state) for state in states}
        await _SAVE.run_all(self.connection, list(rows.values()))


def _columns(*names: str) -> list[Column[Any]]:
    return [feeds.c[name] for name in names]


def _unleased(now: Any) -> Any:
    return or_(feeds.c.leased_until.is_(None), feeds.c.leased_until <= now)


def _claim() -> Prepared:
    now = bindparam("now", type_=Moment)
    due = (
        select(feeds.c.id)
        .where(feeds.c.active, feeds.c.gone_at.is_(None), feeds.c.due_at <= now, _unleased(now))
        .order_by(feeds.c.due_at, feeds.c.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)  # PostgreSQL; SQLite has one writer and leaves it out
        .cte("due")
    )
    claim = (
        update(feeds)
        .where(feeds.c.id.in_(select(due.c.id)))
        .values(lease_owner=bindparam("owner"), leased_until=bindparam("until", type_=Moment))
        .returning(*_columns("id", *_FEED, *_STATE))
    )
    return Prepared(claim, ("now", "most", "owner", "until"))


def _save() -> Abreast:
    state = {name: bindparam(name, type_=feeds.c[name].type) for name in _STATE}
    statement = update(feeds).where(feeds.c.id == bindparam("feed")).values(state)
    single = Prepared(statement.values(lease_owner=null(), leased_until=null()), (*_STATE, "feed"))
    values = ", ".join(f"{name} = new.column{number}" for number, name in enumerate(_STATE, 1))  # as SQLite names them
    row = f"({', '.join('?' * (len(_STATE) + 1))})"
    return Abreast(
        single,
        f"UPDATE feeds SET {values}, lease_owner = NULL, leased_until = NULL "  # noqa: S608 - our own columns' names
        f"FROM (VALUES {', '.join([row] * ABREAST)}) AS new WHERE feeds.id = new.column{len(_STATE) + 1}",
    )


def _health() -> Select[Any]:
    brought = (
        select(
            items.c.feed_id,
            func.count().label("item_count"),
            func.sum(case((items.c.relevant, 1), else_=0)).label("relevant_count"),
            func.max(items.c.seen_at).label("last_item_at"),
        )
        .group_by(items.c.feed_id)
        .subquery()
    )
    columns = [*_columns("id", *_FEED, *_STATE), *(each for each in brought.c if each.name != "feed_id")]
    joined = feeds.outerjoin(brought, brought.c.feed_id == feeds.c.id)
    return select(*columns).select_from(joined).where(feeds.c.active).order_by(feeds.c.title, feeds.c.id)


def feed_row(feed: Feed) -> dict[str, Any]:
    return {"id": feed.id, **{name: getattr(feed, name) for name in _FEED}}


def state_row(state: FeedState) -> dict[str, Any]:
    return {name: getattr(state, name) for name in _STATE}


def read_feed(row: Row[Any]) -> Feed:
    return Feed(id=row.id, **{name: getattr(row, name) for name in _FEED})


def _state(row: Row[Any]) -> FeedState:
    return FeedState(feed_id=row.id, **{name: getattr(row, name) for name in _STATE})


def _claimed(row: Sequence[Any]) -> tuple[Feed, FeedState]:
    """A row of `_CLAIM`, as the driver gives it."""
    feed = dict(zip(_FEED, row[1:], strict=False))
    feed["adaptive"] = bool(feed["adaptive"])  # SQLite has none
    state = dict(zip(_STATE, row[1 + len(_FEED) :], strict=True))
    for name in _STATE_MOMENTS:
        if (micros := state[name]) is not None:
            state[name] = from_micros(micros)
    for name in _STATE_FLAGS:
        state[name] = bool(state[name])
    return Feed(id=row[0], **feed), FeedState(feed_id=row[0], **state)


def _due_at(claimed: tuple[Feed, FeedState]) -> datetime:
    return claimed[1].due_at


def _saved(state: FeedState) -> tuple[Any, ...]:
    """`state` as `_SAVE` takes it."""
    values: list[Any] = list(_state_values(state))
    for at in _MOMENTS_AT:
        if (value := values[at]) is not None:
            values[at] = to_micros(value)
    for at in _WORDS_AT:
        if (value := values[at]) is not None:
            values[at] = clean(value)
    return (*values, state.feed_id)


def _of_type(kind: type[Any]) -> tuple[str, ...]:
    return tuple(name for name in _STATE if isinstance(feeds.c[name].type, kind))


_state_values = attrgetter(*_STATE)
_STATE_MOMENTS, _STATE_FLAGS = _of_type(Moment), _of_type(Boolean)
_MOMENTS_AT = tuple(map(_STATE.index, _STATE_MOMENTS))
_WORDS_AT = tuple(map(_STATE.index, _of_type(Words)))
_CLAIM, _SAVE = _claim(), _save()
