"""What is kept about one person: shown whole, and forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table, delete, select, update

from bot.model import Channel, Subscription
from bot.storage.access import AccessRequest, access_changed, end_chat, read_request
from bot.storage.audit import AuditEntry, read_entry
from bot.storage.corrections import Correction, read_correction
from bot.storage.database import Database, Unit
from bot.storage.schema import (
    access_requests,
    allowed_chats,
    audit,
    channel_settings,
    corrections,
    deliveries,
    feed_choices,
    judgements,
    notices,
    operators,
    spare_subscriptions,
    subscriptions,
)
from bot.storage.subscriptions import read_subscription

FORGOTTEN = "forgotten"  # stands where a name stood in what a chat or the operator owns
# Columns that name who did something; new tables with one belong here.
_NAMES: tuple[tuple[Table, Column[Any]], ...] = (
    (subscriptions, subscriptions.c.created_by),
    (spare_subscriptions, spare_subscriptions.c.created_by),
    (allowed_chats, allowed_chats.c.allowed_by),
    (access_requests, access_requests.c.decided_by),
    (corrections, corrections.c.asked_by),
    (corrections, corrections.c.decided_by),
    (feed_choices, feed_choices.c.chosen_by),
    (audit, audit.c.who),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """Everything that names one person."""

    subscriptions: tuple[Subscription, ...]  # that the person made, in any chat
    requests: tuple[AccessRequest, ...]
    corrections: tuple[Correction, ...]  # proposed
    audit: tuple[AuditEntry, ...]  # oldest first
    operator: bool


class PersonalStore(Database):
    async def personal(self, who: str) -> Personal:
        made = select(subscriptions).where(subscriptions.c.created_by == who).order_by(subscriptions.c.created_at)
        asked = select(access_requests).where(access_requests.c.asked_by == who).order_by(access_requests.c.id)
        said = select(corrections).where(corrections.c.asked_by == who).order_by(corrections.c.id)
        did = select(audit).where(audit.c.who == who).order_by(audit.c.seq)
        async with self.read() as connection:
            return Personal(
                subscriptions=tuple(map(read_subscription, await connection.execute(made))),
                requests=tuple(map(read_request, await connection.execute(asked))),
                corrections=tuple(map(read_correction, await connection.execute(said))),
                audit=tuple(map(read_entry, await connection.execute(did))),
                operator=await connection.scalar(select(operators.c.who).where(operators.c.who == who)) is not None,
            )


class PersonalWrites(Unit):
    async def forget(self, who: str, private: Channel | None) -> None:
        """Takes the person's name out of everything. `private`: the person's own chat, which goes altogether: its
        subscriptions, permission and record of messages; None: there is none. An operator stays one."""
        connection = self.connection
        asked = select(access_requests.c.id).where(access_requests.c.asked_by == who)
        await connection.execute(delete(notices).where(notices.c.id.in_(asked)))
        await connection.execute(update(notices).where(notices.c.subject == who).values(subject=FORGOTTEN))
        await connection.execute(delete(access_requests).where(access_requests.c.asked_by == who))
        await connection.execute(delete(judgements).where(judgements.c.user == who))
        for table, column in _NAMES:
            await connection.execute(update(table).where(column == who).values({column.name: FORGOTTEN}))
        if private is not None:
            await end_chat(connection, private, FORGOTTEN)
            for table in (deliveries, channel_settings):
                await connection.execute(delete(table).where(table.c.channel == private))
            await connection.execute(delete(allowed_chats).where(allowed_chats.c.chat == private))
            await connection.execute(
                update(audit).where(audit.c.place == private.key).values(place=FORGOTTEN, words=FORGOTTEN)
            )
        await access_changed(connection)
