"""What was sent: an alert found by its message, and how each delivery went."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Text, case, cast, func, or_, select

from bot.model import Alert, Channel, Receipt
from bot.storage.alerts import alert_of
from bot.storage.database import Database
from bot.storage.outcomes import DeliveryRecord, OutboxCounts
from bot.storage.schema import alerts, deliveries


class SentStore(Database):
    async def alert_by_message(self, channel: Channel, message_id: str) -> Alert | None:
        """The alert that this message showed; None: it is none of ours. A topic's messages are found from anywhere
        in its chat, since Telegram numbers them by chat."""
        chat = replace(channel, thread=None).key
        key = cast(deliveries.c.channel, Text)
        query = (
            select(alerts)
            .join_from(alerts, deliveries, deliveries.c.alert_id == alerts.c.id)
            .where(
                deliveries.c.message_id == message_id,
                or_(key == chat, key.startswith(chat + "/", autoescape=True)),
            )
            .limit(1)
        )
        async with self.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else alert_of(row)

    async def last_alert_sent(self, channel: Channel) -> Alert | None:
        """The alert that was sent to the channel last; None: none yet."""
        query = (
            select(alerts)
            .join_from(alerts, deliveries, deliveries.c.alert_id == alerts.c.id)
            .where(deliveries.c.channel == channel, deliveries.c.state == "sent")
            .order_by(deliveries.c.sent_at.desc(), deliveries.c.seq.desc())
            .limit(1)
        )
        async with self.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else alert_of(row)

    async def sent_to(self, alert_id: str) -> list[DeliveryRecord]:
        """How each delivery of the alert went so far, in the order they were added."""
        query = select(deliveries).where(deliveries.c.alert_id == alert_id).order_by(deliveries.c.seq)
        async with self.read() as connection:
            rows = (await connection.execute(query)).all()
        return [
            DeliveryRecord(
                channel=row.channel,
                state=row.state,
                due_at=row.due_at,
                attempts=row.attempts,
                reason=row.reason,
                sent_at=row.sent_at,
                receipt=Receipt(message_id=row.message_id, plain=row.plain) if row.state == "sent" else None,
            )
            for row in rows
        ]

    async def outbox_counts(self) -> OutboxCounts:
        query = select(
            *(func.count(case((deliveries.c.state == state, 1))).label(state) for state in ("due", "sent", "dead")),
            func.count(case((deliveries.c.plain, 1))).label("plain"),
            func.coalesce(func.sum(deliveries.c.repeats), 0).label("repeats"),
        )
        async with self.read() as connection:
            row = (await connection.execute(query)).one()
        return OutboxCounts(
            queued=row.due, sent=row.sent, dead=row.dead, plain=row.plain, possible_duplicates=int(row.repeats)
        )
