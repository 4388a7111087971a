"""The seams between the product and the outside: what an adapter, a clock and a command handler are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.forms import HandleForm, HandleHome
from bot.model import (
    Channel,
    Command,
    InlineAnswer,
    InlineQuery,
    Platform,
    Post,
    Press,
    Reply,
    SendResult,
    Trouble,
)

Clock = Callable[[], datetime]
"""The present moment, aware, UTC. `bot.app` hands in the real one, tests their own."""

HandleCommand = Callable[[Command], Awaitable[Reply | None]]
"""Answers a command; None means stay silent. Never raises: it answers in words and logs."""

HandlePress = Callable[[Press], Awaitable[Reply | None]]
"""Answers a pressed button: a toast, a new message, or one that takes the place of the pressed one; None: nothing
is to be said. Never raises. What takes longer than a few seconds loses its toast."""

HandleInline = Callable[[InlineQuery], Awaitable[InlineAnswer]]
"""Answers what is typed after the bot's name in any chat. Who may ask is its own affair. Never raises."""

ChannelChanged = Callable[[Channel, Channel | None], Awaitable[None]]
"""Told by an adapter of a channel that moved (second argument: to where) or is gone (None). On Slack also of a whole
workspace that removed the app, which "slack:T123" stands for."""


TellTrouble = Callable[[Trouble], Coroutine[Any, Any, None]]
"""Told by an adapter of what keeps messages from going out or coming in, and of its end. Never raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """Who is told what an adapter brings in."""

    command: HandleCommand
    press: HandlePress
    changed: ChannelChanged
    inline: HandleInline | None = None  # None: the platform is not asked for inline queries
    trouble: TellTrouble | None = None  # None: the log alone says it
    form: HandleForm | None = None  # None: there are no forms, commands and buttons do everything
    home: HandleHome | None = None  # None: the app has no page of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A request that came in at an inlet."""

    method: str = "POST"
    query: Mapping[str, str] = field(default_factory=dict)  # decoded; of a repeated name the first value
    headers: Mapping[str, str] = field(default_factory=dict)  # names in any case
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What the caller gets."""

    status: int = 200  # HTTP
    headers: tuple[tuple[str, str], ...] = ()  # may repeat a name, as Set-Cookie does
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inlet:
    """An address of ours that a platform or, to install something, a browser calls; served by our web server."""

    path: str  # begins with "/"; either nobody can guess it, or `take` checks who calls
    take: Callable[[Called], Awaitable[Answered]]
    """Quick; never raises."""
    methods: tuple[str, ...] = ("POST",)


class Adapter(Protocol):
    """One chat platform. `start` .. `stop` frame its life; both may be awaited only once."""

    @property
    def platform(self) -> Platform: ...

    @property
    def inlets(self) -> Sequence[Inlet]:
        """Where the platform calls us; (): it does not, everything comes over connections of our own."""

    async def start(self, handlers: Handlers | None) -> None:
        """Connect and begin to take commands; with None only to send, so that it may run beside a process that
        takes them. While the platform cannot be reached it keeps trying in the background. Raises `AdapterError`
        in plain words for what trying again cannot mend (a wrong token)."""

    async def stop(self) -> None:
        """Take no more commands, finish the running ones, close; under 3 s."""

    async def send(self, channel: Channel, post: Post) -> SendResult:
        """Post it; the receipt names its first message where it takes several. Expected outcomes are values; waits
        no longer than its own time limit and keeps the platform's pace (per channel and overall) by waiting before
        it sends, the most important first."""

    async def edit(self, channel: Channel, message_id: str, post: Post) -> SendResult:
        """Put `post` in the place of a message of ours, without a sound, after all posts that wait. A receipt also
        when it stands there already; `Rejected` when the message is gone or may no longer be changed."""


class AdapterError(Exception):
    """The adapter cannot start; the message says what was found and what to do. Carries no secret."""
