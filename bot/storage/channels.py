"""What becomes of everything of a channel when it moves or ends, in one commit."""

from __future__ import annotations

from sqlalchemy import delete, exists, update

from bot.model import Channel, Notice
from bot.storage.access import move_access
from bot.storage.bundles import OPEN
from bot.storage.database import Database
from bot.storage.notices import NoticeWrites
from bot.storage.schema import deliveries, subscriptions
from bot.storage.settings import end_settings, move_settings
from bot.storage.subscriptions import move_subscriptions, subscriptions_changed


class ChannelStore(Database):
    async def move_channel(self, old: Channel, new: Channel) -> None:
        """Readdresses the subscriptions, deliveries and receipts of `old`, in one commit. What `new` has already,
        it keeps: the same filter, the same alert."""
        there = deliveries.alias("there")
        doubled = exists().where(there.c.channel == new, there.c.alert_id == deliveries.c.alert_id)
        theirs = update(deliveries).where(deliveries.c.channel == old)
        buried = theirs.where(deliveries.c.state.in_(OPEN), doubled).values(
            state="dead", reason=f"{new.key} has this alert already", lease_owner=None, leased_until=None
        )
        async with self._write() as connection:
            await connection.execute(buried)
            await connection.execute(theirs.where(~doubled).values(channel=new))
            await move_subscriptions(connection, old, new)
            await move_access(connection, old, new)
            await move_settings(connection, old, new)

    async def end_channel(self, channel: Channel, reason: str, notice: Notice | None = None) -> int:
        """Ends the channel's subscriptions and its waiting deliveries, which are kept as dead with the reason, and
        queues the notice for the operator if any subscription ended. How many did."""
        buried = update(deliveries).where(deliveries.c.channel == channel, deliveries.c.state.in_(OPEN))
        async with self._write() as connection:
            await connection.execute(buried.values(state="dead", reason=reason, lease_owner=None, leased_until=None))
            ended = await connection.execute(delete(subscriptions).where(subscriptions.c.channel == channel))
            await end_settings(connection, channel)
            await subscriptions_changed(connection)
            if notice is not None and ended.rowcount:
                await NoticeWrites(connection).add_notices([notice])
        return ended.rowcount
