"""The strict local Slack in a process of its own, with many workspaces, for measurements of sending."""

from __future__ import annotations

import asyncio
import multiprocessing
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any

from tests.servers import Faults, SlackFlood, SlackServer

_STORY = re.compile(r"story \d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A workspace with the app installed."""

    id: str
    token: str
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the server saw."""

    accepted: int  # chat.postMessage
    refused: int  # answers 429 to it, those of faults included
    passed: Mapping[str, tuple[float, ...]]  # by team, time.monotonic() of each post that the limits let pass
    stories: Mapping[str, tuple[str, ...]]  # by channel, in the order they came
    lost_receipts: int  # accepted, but the answer was dropped
    early: int  # posts to a channel before the seconds of its 429 were over
    injected: Mapping[str, int]  # faults
    alarms: tuple[str, ...]


class _Slim(SlackServer):
    """Keeps no blocks of what it judged: a measurement sends tens of thousands."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.refused = self.early = 0
        self._held: dict[str, float] = {}

    def record(self, method: str, args: Mapping[str, Any], status: int, error: str | None, at: float) -> None:
        channel = str(args.get("channel", ""))
        super().record(method, {"channel": channel}, status, error, at)
        if method != "chat.postMessage":
            return
        self.early += at < self._held.get(channel, 0.0)
        if status == 429:
            self.refused += 1
            self._held[channel] = at + self.faults.retry_after_s
        messages = self._channel(channel).messages
        if messages and messages[-1].blocks:
            messages[-1] = replace(messages[-1], blocks=(), args={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """The server from outside."""

    base_url: str
    teams: tuple[Team, ...]
    pipe: Connection

    async def accepted(self) -> int:
        """Posts taken so far."""
        count: int = await self._ask("accepted")
        return count

    async def report(self) -> Report:
        report: Report = await self._ask("report")
        return report

    async def _ask(self, question: str) -> Any:
        self.pipe.send(question)
        return await asyncio.to_thread(self.pipe.recv)


@asynccontextmanager
async def slack_apart(
    *, teams: int, channels: int, flood: SlackFlood | None = None, faults: Faults | None = None
) -> AsyncIterator[Remote]:
    """`channels` in each of `teams` workspaces."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(theirs, teams, channels, flood, faults), daemon=True)
    process.start()
    try:
        base_url, made = await asyncio.to_thread(ours.recv)
        yield Remote(base_url=base_url, teams=made, pipe=ours)
        ours.send("end")
        await asyncio.to_thread(process.join, 10)
    finally:
        process.kill()


def _run(pipe: Connection, teams: int, channels: int, flood: SlackFlood | None, faults: Faults | None) -> None:
    asyncio.run(_serve(pipe, teams, channels, flood, faults))


async def _serve(pipe: Connection, teams: int, channels: int, flood: SlackFlood | None, faults: Faults | None) -> None:
    async with _Slim(flood=flood) as server:
        made = []
        for number in range(teams):
            space = server.add_workspace(f"T0TEAM{number:03}")
            rooms = tuple(server.add_channel(f"desk-{room}", at=space).id for room in range(channels))
            made.append(Team(id=space.home, token=server.install(space), channels=rooms))
        if faults is not None:
            server.faults = faults
        pipe.send((server.base_url, tuple(made)))
        while True:
            match await asyncio.to_thread(pipe.recv):
                case "accepted":
                    pipe.send(sum(len(one.messages) for one in server._all_channels()))
                case "report":
                    pipe.send(_report(server))
                case _:
                    return


def _report(server: _Slim) -> Report:
    rooms = server._all_channels()
    return Report(
        accepted=sum(len(room.messages) for room in rooms),
        refused=server.refused,
        passed={team: tuple(moments) for team, moments in server.flood.passed.items()} if server.flood else {},
        stories={room.id: tuple(_STORY.findall("\n".join(one.text for one in room.messages))) for room in rooms},
        lost_receipts=server.lost_receipts,
        early=server.early,
        injected=Counter({str(name): count for name, count in server.faults.injected.items()}),
        alarms=tuple(server.alarms),
    )
