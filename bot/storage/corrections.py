"""Corrections of alerts: proposed, made or refused.

One that is made changes the alert in the archive at once. Those who have the alert are told by rows of the outbox,
which whoever sends makes of `untold_corrections`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, select, update

from bot.model import Alert, Card, Channel
from bot.storage.alerts import alerts_by_id
from bot.storage.bundles import OPEN
from bot.storage.codec import decode_card, encode_card, encode_facets
from bot.storage.database import Database, Unit, batches
from bot.storage.schema import alerts, corrections, deliveries

CorrectionKind = Literal["correct", "retract"]
CorrectionState = Literal["proposed", "made", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What somebody says is wrong with an alert."""

    id: str
    alert_id: str
    kind: CorrectionKind  # retract: the alert should never have been told
    reason: str  # plain, as typed
    asked_by: str
    asked_in: Channel
    asked_at: datetime
    state: CorrectionState = "proposed"
    decided_by: str | None = None  # None: undecided
    decided_at: datetime | None = None
    former_card: Card | None = None  # what was told before; None: not made
    told_at: datetime | None = None  # None: not made, or its edits and replies are not queued yet


class CorrectionStore(Database):
    async def correction(self, correction_id: str) -> Correction | None:
        found = await self._corrections(corrections.c.id == correction_id, 1)
        return found[0] if found else None

    async def corrections_of(self, alert_id: str) -> list[Correction]:
        """Every correction of the alert, oldest first."""
        return await self._corrections(corrections.c.alert_id == alert_id, 100)

    async def _corrections(self, condition: ColumnElement[bool], limit: int) -> list[Correction]:
        query = select(corrections).where(condition).order_by(corrections.c.id).limit(limit)
        async with self.read() as connection:
            return [read_correction(row) for row in await connection.execute(query)]


class CorrectionWrites(Unit):
    async def add_correction(self, added: Correction) -> None:
        """Stores a proposal; `make_correction` or `refuse_correction` decides it."""
        row = {
            "id": added.id,
            "alert_id": added.alert_id,
            "kind": added.kind,
            "reason": added.reason,
            "asked_by": added.asked_by,
            "asked_in": added.asked_in,
            "asked_at": added.asked_at,
            "state": "proposed",
        }
        await self.connection.execute(corrections.insert(), row)

    async def alert_to_correct(self, alert_id: str) -> Alert | None:
        """The alert as it is now; nobody else can change it until this transaction ends."""
        return (await alerts_by_id(self.connection, [alert_id])).get(alert_id)

    async def make_correction(self, made: Correction, before: Alert, after: Alert, *, by: str, now: datetime) -> bool:
        """Puts `after` into the archive in the place of `before`. A retracted alert that waits to be sent is not
        sent any more; a corrected one is sent as it is now. False: somebody decided it before."""
        if not await self._decide(made.id, "made", by, now, former_card=encode_card(before.card)):
            return False
        await self.connection.execute(
            update(alerts)
            .where(alerts.c.id == made.alert_id)
            .values(
                card=encode_card(after.card),
                facets=encode_facets(after.facets),
                corrected_at=after.corrected_at,
                correction=after.correction,
            )
        )
        if made.kind == "retract":
            waiting = update(deliveries).where(
                deliveries.c.alert_id == made.alert_id,
                deliveries.c.state.in_(OPEN),
                deliveries.c.leased_until.is_(None),
            )
            await self.connection.execute(waiting.values(state="dead", reason="retracted before it was sent"))
        return True

    async def refuse_correction(self, correction_id: str, *, by: str, now: datetime) -> bool:
        """False: somebody decided it before."""
        return await self._decide(correction_id, "refused", by, now)

    async def untold_corrections(self, limit: int) -> list[Correction]:
        """Made, and not queued yet for those who have the alert; oldest first."""
        query = select(corrections).where(corrections.c.state == "made", corrections.c.told_at.is_(None))
        rows = await self.connection.execute(query.order_by(corrections.c.decided_at).limit(limit))
        return [read_correction(row) for row in rows]

    async def corrections_told(self, ids: list[str], now: datetime) -> None:
        """Their edits and replies are queued, in this transaction."""
        for batch in batches(ids):
            told = update(corrections).where(corrections.c.id.in_(batch))
            await self.connection.execute(told.values(told_at=now))

    async def _decide(self, correction_id: str, state: CorrectionState, by: str, now: datetime, **more: object) -> bool:
        decided = update(corrections).where(corrections.c.id == correction_id, corrections.c.state == "proposed")
        values = {"state": state, "decided_by": by, "decided_at": now, **more}
        return bool((await self.connection.execute(decided.values(**values))).rowcount)


def read_correction(row: Row[Any]) -> Correction:
    return Correction(
        id=row.id,
        alert_id=row.alert_id,
        kind=row.kind,
        reason=row.reason,
        asked_by=row.asked_by,
        asked_in=row.asked_in,
        asked_at=row.asked_at,
        state=row.state,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        former_card=decode_card(row.former_card) if row.former_card else None,
        told_at=row.told_at,
    )
