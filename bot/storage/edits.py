"""Messages that are to show the newest version of their alert, and who has a story.

An edit is no row of its own: a delivery remembers which version its message shows and when it is due for a newer
one. So at most one edit a message waits, it always brings the newest version, and it outlives a restart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Row, and_, bindparam, case, exists, or_, select, type_coerce, update

from bot.model import Channel, Delivery
from bot.storage.alerts import alerts_by_id
from bot.storage.bundles import OPEN
from bot.storage.database import Database, Unit, batches
from bot.storage.outcomes import Claim
from bot.storage.schema import Moment, alerts, corrections, deliveries, subscriptions, to_micros

# How long after one edit of a message the next may come, so that its three edits cover the story's first hours
# rather than its first minutes; by judgement.
GAPS = (timedelta(0), timedelta(minutes=10), timedelta(hours=2))
EDIT_ATTEMPTS = 8  # of one edit that fails; then the message stays as it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """The message shows that version now."""

    delivery: Delivery
    version: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EditAgain:
    delivery: Delivery
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EditDropped:
    """It cannot be changed any more."""

    delivery: Delivery


EditOutcome = Edited | EditAgain | EditDropped


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A channel that a story was told to, or will be."""

    channel: Channel
    told: bool  # False: its message waits, and will show the newest version when it goes out


class EditStore(Database):
    async def claim_edits(self, now: datetime, lease_s: float, limit: int) -> list[Claim]:
        """Up to `limit` messages that are due for a newer version, longest due first, with the version of this
        moment; `shown_as` names the message. What shows the newest version already is due no more."""
        free = or_(deliveries.c.edit_leased_until.is_(None), deliveries.c.edit_leased_until <= now)
        query = (
            select(deliveries)
            .where(deliveries.c.edit_due_at <= now, free, deliveries.c.state == "sent")
            .order_by(deliveries.c.edit_due_at, deliveries.c.seq)
            .limit(limit)
        )
        async with self._write_rows() as connection:
            locked = query if self.sqlite else query.with_for_update(skip_locked=True)
            rows = (await connection.execute(locked)).all()
            if not rows:
                return []
            told = await alerts_by_id(connection, {row.alert_id for row in rows})
            newest = {id_: alert.card.version for id_, alert in told.items()}
            old = [row for row in rows if _can_change(row) and (row.version or 0) < newest[row.alert_id]]
            kept = {row.seq for row in old}
            await connection.execute(
                update(deliveries)
                .where(deliveries.c.seq.in_([row.seq for row in rows if row.seq not in kept]))
                .values(edit_due_at=None)
            )
            until = now + timedelta(seconds=lease_s)
            await connection.execute(
                update(deliveries).where(deliveries.c.seq.in_(kept)).values(edit_leased_until=until)
            )
        return [
            Claim(
                delivery=Delivery(
                    id=row.id,
                    alert_id=row.alert_id,
                    channel=row.channel,
                    due_at=row.edit_due_at,
                    attempts=row.edit_attempts,
                    version=newest[row.alert_id],
                ),
                alert=told[row.alert_id],
                shown_as=row.message_id,
            )
            for row in old
        ]

    async def corrections_wait(self) -> bool:
        """Whether a correction was made that those who have the alert do not know of."""
        waits = select(corrections.c.id).where(corrections.c.state == "made", corrections.c.told_at.is_(None)).limit(1)
        async with self.read() as connection:
            return await connection.scalar(waits) is not None

    async def record_edits(self, outcomes: Iterable[EditOutcome]) -> None:
        """Writes how claimed edits went, in one commit. A version that was made meanwhile is queued."""
        outcomes = list(outcomes)
        done: list[dict[str, Any]] = []
        failed: list[dict[str, Any]] = []
        dropped: list[dict[str, Any]] = []
        for each in outcomes:
            match each:
                case Edited(version=version, at=at):
                    done.append({"delivery": each.delivery.id, "shown": version, "at": at})
                case EditAgain(due_at=due_at) if each.delivery.attempts + 1 < EDIT_ATTEMPTS:
                    failed.append({"delivery": each.delivery.id, "due": due_at})
                case _:
                    dropped.append({"delivery": each.delivery.id})
        shown = {each.delivery.alert_id: each for each in outcomes if isinstance(each, Edited)}
        async with self._write() as connection:  # no version is made between the next two steps
            for statement, rows in ((_DONE, done), (_FAILED, failed), (_DROPPED, dropped)):
                for batch in batches(rows):
                    await connection.execute(statement, batch)
            for id_, alert in (await alerts_by_id(connection, shown)).items():
                if alert.card.version > shown[id_].version:
                    await EditWrites(connection).queue_edits([id_], shown[id_].at)

    async def end_edits(self, channel: Channel) -> None:
        """The channel is gone: none of its messages will be changed."""
        waiting = update(deliveries).where(deliveries.c.channel == channel, deliveries.c.edit_due_at.is_not(None))
        async with self._write_rows() as connection:
            await connection.execute(waiting.values(edit_due_at=None, edit_leased_until=None))


class EditWrites(Unit):
    async def queue_edits(self, alert_ids: Collection[str], now: datetime, *, always: bool = False) -> None:
        """Messages of these alerts are due for the newest version: those sent, and those being sent just now.

        At most `len(GAPS)` edits a message, with growing pauses. `always`: at once and whatever its edits so far
        (what it says is denied or was wrong); messages that told the alert with others change then, too.
        """
        being_sent = and_(deliveries.c.state == "due", deliveries.c.leased_until.is_not(None))
        for batch in batches(alert_ids):
            shown = [
                deliveries.c.alert_id.in_(batch),
                deliveries.c.bundle_id.is_(None),
                or_(deliveries.c.state == "sent", being_sent),
            ]
            if always:
                await self.connection.execute(update(deliveries).where(*shown).values(edit_due_at=now, edit_attempts=0))
                await self._reopen(batch, now)
                continue
            for edits, gap in enumerate(GAPS):
                first = type_coerce(deliveries.c.edited_at, BigInteger) + int(gap.total_seconds() * 1_000_000)
                due = case((first > to_micros(now), first), else_=to_micros(now))
                await self.connection.execute(
                    update(deliveries)
                    .where(*shown, deliveries.c.edits == edits, deliveries.c.edit_due_at.is_(None))
                    .values(edit_due_at=type_coerce(due, Moment), edit_attempts=0)
                )

    async def recipients(self, story_id: str, *, ended: bool = False) -> list[Recipient]:
        """The channels that were told the story, or have it waiting, each once, in the order they got it. With
        `ended` also those that have no subscription any more."""
        query = (
            select(deliveries.c.channel, deliveries.c.state, deliveries.c.leased_until)
            .join_from(deliveries, alerts, deliveries.c.alert_id == alerts.c.id)
            .where(alerts.c.story_id == story_id, deliveries.c.state.in_((*OPEN, "sent")))
            .order_by(deliveries.c.seq)
        )
        if not ended:
            query = query.where(exists().where(subscriptions.c.channel == deliveries.c.channel))
        found: dict[Channel, bool] = {}
        for row in await self.connection.execute(query):
            told = row.state == "sent" or row.leased_until is not None
            found[row.channel] = found.get(row.channel, False) or told
        return [Recipient(channel=channel, told=told) for channel, told in found.items()]

    async def _reopen(self, alert_ids: Sequence[str], now: datetime) -> None:
        together = select(deliveries.c.bundle_id).where(
            deliveries.c.alert_id.in_(alert_ids), deliveries.c.bundle_id.is_not(None)
        )
        await self.connection.execute(
            update(deliveries)
            .where(deliveries.c.id.in_(together), deliveries.c.state == "sent")
            .values(state="due", due_at=now, queued_at=now, attempts=0)
        )


_HELD = {"edit_leased_until": None}
_DONE = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("delivery"))
    .values(
        version=bindparam("shown"),
        edits=deliveries.c.edits + 1,
        edited_at=bindparam("at"),
        edit_due_at=None,
        edit_attempts=0,
        **_HELD,
    )
)
_FAILED = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("delivery"))
    .values(edit_due_at=bindparam("due"), edit_attempts=deliveries.c.edit_attempts + 1, **_HELD)
)
_DROPPED = update(deliveries).where(deliveries.c.id == bindparam("delivery")).values(edit_due_at=None, **_HELD)


def _can_change(row: Row[Any]) -> bool:
    """A console's line cannot, and has no id."""
    return bool(row.message_id) and row.bundle_id is None
