"""How channels want their alerts, and which of their subscriptions are paused, offered or just ended."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import Text, delete, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Channel, Platform, Subscription
from bot.settings import ChannelSettings, Digest, QuietHours
from bot.storage.database import Database, Unit, batches, insert_into
from bot.storage.schema import channel_settings, spare_subscriptions, subscriptions, workspace_choices
from bot.storage.subscriptions import add_all, subscriptions_changed


class SettingsStore(Database):
    async def channel_settings(self, channel: Channel) -> ChannelSettings | None:
        """What the channel chose; None: it never chose, so the defaults hold."""
        async with self.read() as connection:
            return (await _settings(connection, [channel])).get(channel)

    async def rooms(self, platform: Platform, limit: int) -> list[Channel]:
        """The groups, channels and topics of a platform that have subscriptions or settings, at most so many: those
        whose address begins with "-"."""
        key = f"{platform}:-%"
        found: dict[Channel, None] = {}
        async with self.read() as connection:
            for table in (subscriptions, channel_settings):
                named = type_coerce(table.c.channel, Text).like(key)
                rows = await connection.scalars(select(table.c.channel).where(named).distinct().limit(limit))
                found.update(dict.fromkeys(rows))
        return sorted(found, key=lambda one: one.key)[:limit]

    async def zones(self) -> dict[Channel, str]:
        """The time zone of each channel that chose another than the usual one."""
        async with self.read() as connection:
            return await _zones(connection)

    async def who_may_change(self, home: str) -> str | None:
        """What the workspace's administrators chose; None: nothing."""
        query = select(workspace_choices.c.who_may_change).where(workspace_choices.c.home == home)
        async with self.read() as connection:
            return await connection.scalar(query)

    async def spare_subscriptions(self, batch: str) -> list[Subscription]:
        """Those that were offered or ended together, oldest first; empty: forgotten, or in force again."""
        async with self.read() as connection:
            return await _spare(connection, batch)


class SettingsWrites(Unit):
    async def channel_settings(self, channels: Collection[Channel]) -> dict[Channel, ChannelSettings]:
        """As `Store.channel_settings`, for many; those that never chose are left out."""
        return await _settings(self.connection, channels)

    async def save_channel_settings(self, channel: Channel, settings: ChannelSettings) -> None:
        before = (await _settings(self.connection, [channel])).get(channel, ChannelSettings())
        await _save(self.connection, channel, encode_settings(settings))
        if before.zone != settings.zone:  # what its filters say of days changed with it
            await subscriptions_changed(self.connection)

    async def zones(self) -> dict[Channel, str]:
        """As `Store.zones`."""
        return await _zones(self.connection)

    async def save_who_may_change(self, home: str, who: str) -> None:
        insert = insert_into(self.connection, workspace_choices)
        kept = insert.on_conflict_do_update(
            index_elements=[workspace_choices.c.home], set_={"who_may_change": insert.excluded.who_may_change}
        )
        await self.connection.execute(kept, [{"home": home, "who_may_change": who}])

    async def pause_subscriptions(self, ids: Collection[str], paused_at: datetime | None) -> None:
        """Pauses those in force, or with None puts them into force again."""
        for batch in batches(ids):
            await self.connection.execute(
                update(subscriptions).where(subscriptions.c.id.in_(batch)).values(paused_at=paused_at)
            )
        await subscriptions_changed(self.connection)

    async def add_subscriptions(self, added: Sequence[Subscription]) -> list[str]:
        """The ids of those that were not there yet: a filter that the channel has already is passed over."""
        return await add_all(self.connection, added)

    async def end_subscriptions(self, ids: Collection[str]) -> None:
        for batch in batches(ids):
            await self.connection.execute(delete(subscriptions).where(subscriptions.c.id.in_(batch)))
        await subscriptions_changed(self.connection)

    async def spare_subscriptions(
        self, batch: str, spared: Iterable[Subscription], now: datetime, kept_until: datetime
    ) -> None:
        """Keeps subscriptions that are not in force, so that one button may put them there; forgets old ones."""
        await self.connection.execute(delete(spare_subscriptions).where(spare_subscriptions.c.kept_until < now))
        for some in batches(spared):
            rows = [
                {
                    "id": f"{batch}:{each.id}",
                    "batch": batch,
                    "channel": each.channel,
                    "filter": each.filter,
                    "created_at": each.created_at,
                    "created_by": each.created_by,
                    "kept_until": kept_until,
                }
                for each in some
            ]
            await self.connection.execute(spare_subscriptions.insert(), rows)

    async def take_spare_subscriptions(self, batch: str) -> list[Subscription]:
        """Those of the batch, which is forgotten with this."""
        found = await _spare(self.connection, batch)
        await self.connection.execute(delete(spare_subscriptions).where(spare_subscriptions.c.batch == batch))
        return found


async def move_settings(connection: AsyncConnection, old: Channel, new: Channel) -> None:
    """Gives `new` the settings of `old`, unless it has its own."""
    held = await connection.scalar(select(channel_settings.c.settings).where(channel_settings.c.channel == old))
    await end_settings(connection, old)
    if held is not None:
        insert = insert_into(connection, channel_settings).on_conflict_do_nothing()
        await connection.execute(insert, [{"channel": new, "settings": held}])
    moved = update(spare_subscriptions).where(spare_subscriptions.c.channel == old)
    await connection.execute(moved.values(channel=new))


async def end_settings(connection: AsyncConnection, channel: Channel) -> None:
    await connection.execute(delete(channel_settings).where(channel_settings.c.channel == channel))


def encode_settings(settings: ChannelSettings) -> str:
    """JSON; what is as usual is left out."""
    usual = ChannelSettings()
    row: dict[str, Any] = {
        name: getattr(settings, name) for name in _PLAIN if getattr(settings, name) != getattr(usual, name)
    }
    if settings.digest is not None:
        digest = settings.digest
        row["digest"] = {"every": digest.every, "at": f"{digest.at:%H:%M}", "weekday": digest.weekday}
    if settings.quiet is not None:
        quiet = settings.quiet
        row["quiet"] = {"start": f"{quiet.start:%H:%M}", "end": f"{quiet.end:%H:%M}", "through": quiet.through}
    if settings.mutes:
        row["mutes"] = {name: until and until.isoformat() for name, until in settings.mutes.items()}
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def decode_settings(text: str) -> ChannelSettings:
    row: Mapping[str, Any] = json.loads(text)
    digest, quiet, mutes = row.get("digest"), row.get("quiet"), row.get("mutes", {})
    return ChannelSettings(
        **{name: row[name] for name in _PLAIN if name in row},
        digest=digest and Digest(every=digest["every"], at=time.fromisoformat(digest["at"]), weekday=digest["weekday"]),
        quiet=quiet
        and QuietHours(
            start=time.fromisoformat(quiet["start"]),
            end=time.fromisoformat(quiet["end"]),
            through=quiet["through"],
        ),
        mutes={name: until and datetime.fromisoformat(until) for name, until in mutes.items()},
    )


_PLAIN = ("lang", "zone", "min_importance", "min_score", "rings_per_hour", "silent_low", "broadcast")


async def _settings(connection: AsyncConnection, channels: Collection[Channel]) -> dict[Channel, ChannelSettings]:
    found: dict[Channel, ChannelSettings] = {}
    for batch in batches(channels):
        rows = await connection.execute(select(channel_settings).where(channel_settings.c.channel.in_(batch)))
        found.update((row.channel, decode_settings(row.settings)) for row in rows)
    return found


async def _zones(connection: AsyncConnection) -> dict[Channel, str]:
    """Settings keep what is usual out of their JSON, so that the few others are found by its text."""
    rows = await connection.execute(select(channel_settings).where(channel_settings.c.settings.contains('"zone":')))
    return {row.channel: decode_settings(row.settings).zone for row in rows}


async def _save(connection: AsyncConnection, channel: Channel, encoded: str) -> None:
    insert = insert_into(connection, channel_settings)
    kept = insert.on_conflict_do_update(
        index_elements=[channel_settings.c.channel], set_={"settings": insert.excluded.settings}
    )
    await connection.execute(kept, [{"channel": channel, "settings": encoded}])


async def _spare(connection: AsyncConnection, batch: str) -> list[Subscription]:
    query = select(spare_subscriptions).where(spare_subscriptions.c.batch == batch)
    rows: Sequence[Any] = (await connection.execute(query.order_by(spare_subscriptions.c.id))).all()
    return [
        Subscription(
            id=row.id.partition(":")[2],
            channel=row.channel,
            filter=row.filter,
            created_at=row.created_at,
            created_by=row.created_by,
        )
        for row in rows
    ]
