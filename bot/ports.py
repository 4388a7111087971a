"""The seams between the product and the outside: what an adapter, a clock and a command handler are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from bot.model import Alert, Channel, Command, Platform, Reply, SendResult

Clock = Callable[[], datetime]
"""The present moment, aware, UTC. `bot.app` hands in the real one, tests their own."""

HandleCommand = Callable[[Command], Awaitable[Reply | None]]
"""Answers a command; None means stay silent. Never raises: it answers in words and logs."""

ChannelChanged = Callable[[Channel, Channel | None], Awaitable[None]]
"""Told by an adapter of a channel that moved (second argument: to where) or is gone (None)."""


class Adapter(Protocol):
    """One chat platform. `start` .. `stop` frame its life; both may be awaited only once."""

    @property
    def platform(self) -> Platform: ...

    async def start(self, handle: HandleCommand | None, changed: ChannelChanged) -> None:
        """Connect and begin to take commands; with `handle` None only to send, so that it may run beside a
        process that takes them. While the platform cannot be reached it keeps trying in the background. Raises
        `AdapterError` in plain words for what trying again cannot mend (a wrong token)."""

    async def stop(self) -> None:
        """Take no more commands, finish the running ones, close; under 3 s."""

    async def send(self, channel: Channel, alert: Alert) -> SendResult:
        """Post the alert. Expected outcomes are values; waits no longer than its own time limit and keeps the
        platform's pace (per channel and overall) by waiting before it sends."""


class AdapterError(Exception):
    """The adapter cannot start; the message says what was found and what to do. Carries no secret."""
