"""The product's side of an adapter in tests: remembers what it was told and answers with a given reply."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.model import Channel, Command, Reply, text_reply


class Recorder:
    """`handle` and `changed` for an adapter's `start`."""

    def __init__(self, answer: Callable[[Command], Reply | None] = lambda command: text_reply("noted")) -> None:
        self.commands: list[Command] = []
        self.changes: list[tuple[Channel, Channel | None]] = []
        self.held = asyncio.Event()  # cleared: commands wait before they answer
        self.held.set()
        self._answer = answer
        self._news = asyncio.Condition()

    async def handle(self, command: Command) -> Reply | None:
        async with self._news:
            self.commands.append(command)
            self._news.notify_all()
        await self.held.wait()
        return self._answer(command)

    async def changed(self, channel: Channel, new: Channel | None) -> None:
        async with self._news:
            self.changes.append((channel, new))
            self._news.notify_all()

    async def command(self, count: int = 1) -> Command:
        """The last command, once there are `count`."""
        await self._until(lambda: len(self.commands) >= count)
        return self.commands[-1]

    async def change(self, count: int = 1) -> tuple[Channel, Channel | None]:
        """The last change, once there are `count`."""
        await self._until(lambda: len(self.changes) >= count)
        return self.changes[-1]

    async def _until(self, enough: Callable[[], bool]) -> None:
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(enough)
