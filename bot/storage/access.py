"""Who may use the bot: operators, one-time claims, allowed chats, requests. Each change bumps a revision, so that
every process that keeps the permissions in memory knows when to read them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Text, cast, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Channel
from bot.storage.bundles import OPEN
from bot.storage.database import Database, Unit, insert_into
from bot.storage.schema import (
    access_requests,
    allowed_chats,
    chat_moves,
    claims,
    deliveries,
    operators,
    revisions,
    spare_subscriptions,
    subscriptions,
)
from bot.storage.subscriptions import subscriptions_changed

_REVISION = "access"
Opens = Literal["operator", "workspace"]  # what a one-time code is for
RequestState = Literal["waiting", "approved", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Somebody who claimed the bot."""

    who: str  # "telegram:42"
    channel: Channel  # where notices reach that person
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """What was decided while running; the configuration's own is not in it."""

    revision: int
    operators: tuple[Operator, ...]  # the longest one first
    allowed: frozenset[Channel]  # chats, without topics
    moves: Mapping[Channel, Channel]  # old address of a chat -> its new one


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest:
    """A chat that asks to use the bot."""

    id: str
    chat: Channel  # without topic
    asked_in: Channel  # where the answer goes
    asked_by: str
    called: str  # the name of the chat or the person; "" where the platform tells none
    asked_at: datetime
    lang: str = "en"  # of the answer
    state: RequestState = "waiting"
    decided_by: str | None = None  # None: it waits
    decided_at: datetime | None = None


class AccessStore(Database):
    async def access_revision(self) -> int:
        """A number that grows whenever a permission changes, in any process."""
        async with self.read() as connection:
            return await _revision(connection)

    async def permissions(self) -> Permissions:
        async with self.read() as connection:
            # The revision first: what changes meanwhile is read again.
            revision = await _revision(connection)
            people = (await connection.execute(select(operators).order_by(operators.c.since))).all()
            chats = (await connection.scalars(select(allowed_chats.c.chat))).all()
            moves = (await connection.execute(select(chat_moves))).all()
        return Permissions(
            revision=revision,
            operators=tuple(Operator(who=row.who, channel=row.channel, since=row.since) for row in people),
            allowed=frozenset(chats),
            moves={row.old: row.new for row in moves},
        )

    async def waiting_requests(self, limit: int = 100) -> list[AccessRequest]:
        """The undecided ones, oldest first."""
        waiting = select(access_requests).where(access_requests.c.state == "waiting")
        async with self.read() as connection:
            rows = await connection.execute(waiting.order_by(access_requests.c.asked_at).limit(limit))
            return [read_request(row) for row in rows]

    async def access_request(self, request_id: str) -> AccessRequest | None:
        async with self.read() as connection:
            row = (
                await connection.execute(select(access_requests).where(access_requests.c.id == request_id))
            ).one_or_none()
        return None if row is None else read_request(row)

    async def last_request_of(self, chat: Channel) -> AccessRequest | None:
        """The newest request of the chat; None: it never asked."""
        query = select(access_requests).where(access_requests.c.chat == chat)
        async with self.read() as connection:
            row = (await connection.execute(query.order_by(access_requests.c.asked_at.desc()).limit(1))).one_or_none()
        return None if row is None else read_request(row)


class AccessWrites(Unit):
    async def add_claim(
        self, hashed: bytes, *, by: str, now: datetime, expires_at: datetime, opens: Opens = "operator"
    ) -> None:
        """Makes this the only unused claim of `by` that opens the same: the earlier ones hold no more."""
        earlier = delete(claims).where(claims.c.made_by == by, claims.c.opens == opens, claims.c.used_at.is_(None))
        await self.connection.execute(earlier)
        row = {"hash": hashed, "opens": opens, "made_by": by, "made_at": now, "expires_at": expires_at}
        await self.connection.execute(claims.insert(), row)

    async def use_claim(self, hashed: bytes, operator: Operator) -> bool:
        """Makes `operator` one, if the claim is there, unused and not expired; it holds no more afterwards."""
        if not await self._used(hashed, "operator", by=operator.who, now=operator.since):
            return False
        row = {"who": operator.who, "channel": operator.channel, "since": operator.since}
        insert = insert_into(self.connection, operators).values(**row)
        await self.connection.execute(
            insert.on_conflict_do_update(index_elements=[operators.c.who], set_={"channel": operator.channel})
        )
        await access_changed(self.connection)
        return True

    async def use_workspace_claim(self, hashed: bytes, workspace: Channel, *, by: str, now: datetime) -> bool:
        """Allows the workspace with all of its channels, if the claim is one for a workspace, there, unused and not
        expired; it holds no more afterwards."""
        if not await self._used(hashed, "workspace", by=by, now=now):
            return False
        await self.allow_chat(workspace, by=by, now=now)
        return True

    async def _used(self, hashed: bytes, opens: Opens, *, by: str, now: datetime) -> bool:
        used = (
            update(claims)
            .where(
                claims.c.hash == hashed,
                claims.c.opens == opens,
                claims.c.used_at.is_(None),
                claims.c.expires_at > now,
            )
            .values(used_at=now, used_by=by)
        )
        return bool((await self.connection.execute(used)).rowcount)

    async def waiting_count(self) -> int:
        """How many requests are undecided."""
        count = select(func.count()).select_from(access_requests).where(access_requests.c.state == "waiting")
        return int(await self.connection.scalar(count) or 0)

    async def ask_access(self, request: AccessRequest) -> bool:
        """Stores the request; False: the chat has one that waits."""
        row = {
            "id": request.id,
            "chat": request.chat,
            "asked_in": request.asked_in,
            "asked_by": request.asked_by,
            "called": request.called,
            "asked_at": request.asked_at,
            "lang": request.lang,
            "state": "waiting",
        }
        insert = insert_into(self.connection, access_requests).on_conflict_do_nothing()
        return bool((await self.connection.scalars(insert.returning(access_requests.c.id), [row])).all())

    async def decide_request(
        self, request_id: str, state: Literal["approved", "refused"], *, by: str, now: datetime
    ) -> AccessRequest | None:
        """The request as it was decided; None: there is none that waits under this id. An approved chat is
        allowed from the commit on."""
        decided = (
            update(access_requests)
            .where(access_requests.c.id == request_id, access_requests.c.state == "waiting")
            .values(state=state, decided_by=by, decided_at=now)
            .returning(*access_requests.c)
        )
        row = (await self.connection.execute(decided)).one_or_none()
        if row is None:
            return None
        if state == "approved":
            await self.allow_chat(row.chat, by=by, now=now)
        return read_request(row)

    async def end_operator(self, who: str) -> bool:
        """Takes the role from somebody who claimed the bot. False: that was no operator."""
        ended = (await self.connection.execute(delete(operators).where(operators.c.who == who))).rowcount
        if ended:
            await access_changed(self.connection)
        return bool(ended)

    async def operator_count(self) -> int:
        """How many claimed the bot; nobody else can change that until this transaction ends."""
        return int(await self.connection.scalar(select(func.count()).select_from(operators)) or 0)

    async def allow_chat(self, chat: Channel, *, by: str, now: datetime) -> bool:
        """False: it was allowed before."""
        row = {"chat": _whole(chat), "allowed_by": by, "allowed_at": now}
        insert = insert_into(self.connection, allowed_chats).on_conflict_do_nothing()
        new = (await self.connection.scalars(insert.returning(allowed_chats.c.allowed_by), [row])).all()
        await access_changed(self.connection)
        return bool(new)

    async def disallow_chat(self, chat: Channel, reason: str) -> bool:
        """Takes the permission away and ends the subscriptions of the chat and its topics, with what waits to be
        sent there. False: the chat was not allowed here."""
        gone = delete(allowed_chats).where(allowed_chats.c.chat == _whole(chat))
        if not (await self.connection.execute(gone)).rowcount:
            return False
        await end_chat(self.connection, chat, reason)
        await access_changed(self.connection)
        return True


async def move_access(connection: AsyncConnection, old: Channel, new: Channel) -> None:
    """Whoever was allowed at the old address is allowed at the new one, for good. In the transaction that moves
    the channel; a topic's own move changes nothing."""
    old_chat, new_chat = _whole(old), _whole(new)
    if old_chat == new_chat:
        return
    known = select(allowed_chats).where(allowed_chats.c.chat == old_chat)
    if (row := (await connection.execute(known)).one_or_none()) is not None:
        moved = {"chat": new_chat, "allowed_by": row.allowed_by, "allowed_at": row.allowed_at}
        await connection.execute(insert_into(connection, allowed_chats).on_conflict_do_nothing(), [moved])
        await connection.execute(delete(allowed_chats).where(allowed_chats.c.chat == old_chat))
    for table, column in ((access_requests, access_requests.c.asked_in), (operators, operators.c.channel)):
        await connection.execute(update(table).where(column == old).values({column.name: new}))
    await connection.execute(
        insert_into(connection, chat_moves)
        .values(old=old_chat, new=new_chat)
        .on_conflict_do_update(index_elements=[chat_moves.c.old], set_={"new": new_chat})
    )
    await access_changed(connection)


async def end_chat(connection: AsyncConnection, chat: Channel, reason: str) -> None:
    """Ends the subscriptions of the chat and its topics; what waits to be sent there is kept as dead."""
    waiting = update(deliveries).where(_in_chat(deliveries.c.channel, chat), deliveries.c.state.in_(OPEN))
    await connection.execute(waiting.values(state="dead", reason=reason, lease_owner=None, leased_until=None))
    for table in (subscriptions, spare_subscriptions):
        await connection.execute(delete(table).where(_in_chat(table.c.channel, chat)))
    await subscriptions_changed(connection)


async def access_changed(connection: AsyncConnection) -> None:
    """To be called in the transaction of every change of permissions."""
    number = revisions.c.number + 1
    await connection.execute(update(revisions).where(revisions.c.name == _REVISION).values(number=number))


def _in_chat(column: Any, chat: Channel) -> ColumnElement[bool]:
    key, text = _whole(chat).key, cast(column, Text)
    return or_(text == key, text.startswith(key + "/", autoescape=True))


def _whole(channel: Channel) -> Channel:
    return replace(channel, thread=None)


async def _revision(connection: AsyncConnection) -> int:
    return int(await connection.scalar(select(revisions.c.number).where(revisions.c.name == _REVISION)) or 0)


def read_request(row: Row[Any]) -> AccessRequest:
    return AccessRequest(
        id=row.id,
        chat=row.chat,
        asked_in=row.asked_in,
        asked_by=row.asked_by,
        called=row.called,
        asked_at=row.asked_at,
        lang=row.lang,
        state=row.state,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
