"""Workspaces that installed the app (Slack): what ends with one, and the engine that a library's own store works on."""

from __future__ import annotations

from sqlalchemy import Text, cast, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.model import Channel, Notice
from bot.storage.access import access_changed, end_chat
from bot.storage.database import Database
from bot.storage.notices import NoticeWrites
from bot.storage.schema import access_requests, allowed_chats, channel_settings, subscriptions, workspace_choices


class WorkspaceStore(Database):
    def engine(self, *, writes: bool) -> AsyncEngine:
        """For a library that brings its own statements for tables of ours. `writes`: its transactions wait for other
        writers at their beginning, as ours do; else they may only read."""
        return self._engine.execution_options(dealwire_writes=True) if writes else self._engine

    async def end_workspace(self, workspace: Channel, reason: str, notice: Notice | None = None) -> int:
        """Ends everything of a workspace (the channel "slack:T123" stands for all of its own) in one commit: its
        permission, subscriptions, settings and choices; what waits to be sent there is kept as dead. How many
        subscriptions ended; `notice` is for the operator if there were any."""
        prefix = workspace.key + "/"
        async with self._write() as connection:
            ours = cast(subscriptions.c.channel, Text).startswith(prefix, autoescape=True)
            ended = len((await connection.scalars(select(subscriptions.c.id).where(ours))).all())
            await end_chat(connection, workspace, reason)
            for table, column in (
                (channel_settings, channel_settings.c.channel),
                (access_requests, access_requests.c.chat),
                (allowed_chats, allowed_chats.c.chat),
            ):
                key = cast(column, Text)
                theirs = or_(key == workspace.key, key.startswith(prefix, autoescape=True))
                await connection.execute(delete(table).where(theirs))
            await connection.execute(delete(workspace_choices).where(workspace_choices.c.home == workspace.address))
            await access_changed(connection)
            if notice is not None and ended:
                await NoticeWrites(connection).add_notices([notice])
        return ended
