"""The product's side of an adapter in tests: remembers what it was told and answers with a given reply."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.model import Channel, Command, InlineAnswer, InlineQuery, Press, Reply, Trouble, text_reply
from bot.ports import Handlers


class Recorder:
    """`handlers` for an adapter's `start`."""

    def __init__(
        self,
        answer: Callable[[Command], Reply | None] = lambda command: text_reply("noted"),
        *,
        press: Callable[[Press], Reply | None] = lambda press: None,
        inline: Callable[[InlineQuery], InlineAnswer] | None = None,
    ) -> None:
        self.commands: list[Command] = []
        self.presses: list[Press] = []
        self.changes: list[tuple[Channel, Channel | None]] = []
        self.troubles: list[Trouble] = []
        self.held = asyncio.Event()  # cleared: commands wait before they answer
        self.held.set()
        self._answer, self._press, self._inline = answer, press, inline
        self._news = asyncio.Condition()

    async def handle(self, command: Command) -> Reply | None:
        async with self._news:
            self.commands.append(command)
            self._news.notify_all()
        await self.held.wait()
        return self._answer(command)

    @property
    def handlers(self) -> Handlers:
        inline = None if self._inline is None else self.asked
        return Handlers(
            command=self.handle, press=self.pressed, changed=self.changed, inline=inline, trouble=self.troubled
        )

    async def pressed(self, press: Press) -> Reply | None:
        async with self._news:
            self.presses.append(press)
            self._news.notify_all()
        await self.held.wait()
        return self._press(press)

    async def asked(self, query: InlineQuery) -> InlineAnswer:
        assert self._inline is not None
        return self._inline(query)

    async def press(self, count: int = 1) -> Press:
        """The last press, once there are `count`."""
        await self._until(lambda: len(self.presses) >= count)
        return self.presses[-1]

    async def changed(self, channel: Channel, new: Channel | None) -> None:
        async with self._news:
            self.changes.append((channel, new))
            self._news.notify_all()

    async def troubled(self, trouble: Trouble) -> None:
        if trouble.words is None and trouble.name not in {one.name for one in self.troubles}:
            return  # the end of what may have begun before the adapter started
        async with self._news:
            self.troubles.append(trouble)
            self._news.notify_all()

    async def trouble(self, count: int = 1) -> Trouble:
        """The last trouble, once there are `count`."""
        await self._until(lambda: len(self.troubles) >= count)
        return self.troubles[-1]

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
