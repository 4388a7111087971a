"""Each platform with its adapter and its strict server behind one face, for what all adapters must do alike."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console

from bot.adapters import ConsoleAdapter, Limit, slack_adapter, telegram_adapter
from bot.model import Channel
from bot.ports import Adapter
from tests.adapters.recorder import Recorder
from tests.servers import POSTING, Faults, SlackServer, TelegramServer

UNPACED = Limit(count=10_000, per_s=0.001)


class Place(Protocol):
    """A started adapter with one channel to post in."""

    @property
    def adapter(self) -> Adapter: ...
    @property
    def channel(self) -> Channel: ...

    def shown(self) -> str:
        """All texts that arrived in the channel, as a reader sees them."""

    def fail(self, faults: Faults) -> None:
        """From now on the platform fails so."""

    def close_channel(self) -> None:
        """The channel is gone for good."""

    def complaints(self) -> list[str]:
        """What the strict server found wrong with our requests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTelegram:
    adapter: Adapter
    server: TelegramServer
    channel: Channel

    def shown(self) -> str:
        return "\n".join(message.text for message in self.server.messages(int(self.channel.address)))

    def fail(self, faults: Faults) -> None:
        self.server.faults = faults

    def close_channel(self) -> None:
        self.server.block(int(self.channel.address))

    def complaints(self) -> list[str]:
        return self.server.alarms

    def sender(self) -> Adapter:
        return telegram_sender(self.server)

    def secrets(self) -> tuple[str, ...]:
        return (self.server.token, self.server.token.partition(":")[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class OnSlack:
    adapter: Adapter
    server: SlackServer
    channel: Channel

    def shown(self) -> str:
        return "\n".join(_as_read(message.blocks) for message in self.server.messages(self.channel.address))

    def fail(self, faults: Faults) -> None:
        self.server.faults = faults

    def close_channel(self) -> None:
        self.server.archive(self.channel.address)

    def complaints(self) -> list[str]:
        return self.server.alarms

    def sender(self) -> Adapter:
        return slack_sender(self.server)

    def secrets(self) -> tuple[str, ...]:
        return (self.server.bot_token, self.server.app_token)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnConsole:
    adapter: Adapter
    file: io.StringIO
    channel: Channel

    def shown(self) -> str:
        return self.file.getvalue()

    def fail(self, faults: Faults) -> None:
        raise NotImplementedError("a terminal has no such troubles")

    def close_channel(self) -> None:
        raise NotImplementedError("a terminal cannot be archived")

    def complaints(self) -> list[str]:
        return []


def telegram_sender(server: TelegramServer) -> Adapter:
    """A new adapter for the server, not started, without a pace."""
    return telegram_adapter(
        server.token, base_url=server.base_url, overall=UNPACED, per_chat=UNPACED, per_group=UNPACED
    )


def slack_sender(server: SlackServer) -> Adapter:
    """A new adapter for the server, not started, without a pace."""
    return slack_adapter(
        server.bot_token, server.app_token, base_url=server.base_url, per_workspace=UNPACED, per_channel=UNPACED
    )


@asynccontextmanager
async def telegram(recorder: Recorder) -> AsyncIterator[OnTelegram]:
    async with TelegramServer() as server:
        chat = server.add_private(server.add_user())
        channel = Channel(platform="telegram", address=str(chat.id))
        adapter = telegram_sender(server)
        await adapter.start(recorder.handlers)
        try:
            yield OnTelegram(adapter=adapter, server=server, channel=channel)
        finally:
            await adapter.stop()


@asynccontextmanager
async def slack(recorder: Recorder) -> AsyncIterator[OnSlack]:
    async with SlackServer() as server:
        room = server.add_channel(members=[server.add_user()])
        channel = Channel(platform="slack", address=room.id)
        adapter = slack_sender(server)
        await adapter.start(recorder.handlers)
        try:
            yield OnSlack(adapter=adapter, server=server, channel=channel)
        finally:
            await adapter.stop()


@asynccontextmanager
async def console(recorder: Recorder) -> AsyncIterator[OnConsole]:
    file = io.StringIO()
    adapter = ConsoleAdapter(Console(file=file, width=200))
    await adapter.start(recorder.handlers)
    yield OnConsole(adapter=adapter, file=file, channel=Channel(platform="console", address=""))
    await adapter.stop()


PLATFORMS: dict[str, Callable[[Recorder], AbstractAsyncContextManager[Place]]] = {
    "telegram": telegram,
    "slack": slack,
    "console": console,
}
REMOTE = ("telegram", "slack")


def always(fault: str, *, at_most: int | None = None, retry_after_s: int = 3) -> Faults:
    """Every message meets the fault: "rate_429", "rate_5xx", "rate_drop_before", "rate_drop_after"."""
    faults = Faults(methods=POSTING, at_most=at_most, retry_after_s=retry_after_s)
    setattr(faults, fault, 1.0)
    return faults


def _as_read(node: object) -> str:
    """What Slack shows of blocks: plain texts as they are, mrkdwn with its three escapes undone."""
    match node:
        case {"type": "mrkdwn", "text": str(text)}:
            return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        case {"text": str(text)}:
            return text
        case dict():
            return "\n".join(filter(None, map(_as_read, node.values())))
        case list() | tuple():
            return "\n".join(filter(None, map(_as_read, node)))
    return ""
