"""Our own pace towards a chat platform: who may send when, and the wait until then.

`Pace` decides, without clock or waiting: it remembers what was sent and answers when the next message may go.
`Pacer` waits by it, with the clock and the sleep handed in. A 429 for one chat holds that chat alone, which
the client libraries' own limiters do not do (python-telegram-bot's halts every chat).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Monotonic = Callable[[], float]
"""Seconds from any start, never going back: `time.monotonic` in the product, moved by hand in tests."""

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `count` messages in any `per_s` seconds: a sliding window, so `count` is also the burst."""

    count: int
    per_s: float


Keys = tuple[tuple[str, Limit], ...]
"""What a message counts against, e.g. (("-10042", chat), ("group -10042", group)); the first is its chat."""


@dataclass(slots=True)
class _Book:
    """What is remembered of one key."""

    sent: deque[float] = field(default_factory=deque)
    held_until: float = 0.0
    idle_at: float = 0.0  # from then on the book says nothing and may go


class Pace:
    """Decides when a message may go. Moments are seconds of one monotonic clock, given with each question.

    Remembers a key only while it still restrains something: memory grows with the busy chats, not with all.
    """

    def __init__(self) -> None:
        self._books: dict[str, _Book] = {}
        self._sweep_at = 1024  # books; doubles with what is really busy

    def __len__(self) -> int:
        return len(self._books)

    def ready_at(self, keys: Keys, now: float) -> float:
        """The earliest moment, `now` or later, at which all the keys' limits and holds allow a message."""
        return max((self._ready_at(key, limit, now) for key, limit in keys), default=now)

    def take(self, keys: Keys, now: float) -> None:
        """Count a message sent now."""
        for key, limit in keys:
            book = self._book(key, now)
            book.sent.append(now)
            while len(book.sent) > limit.count:
                book.sent.popleft()
            book.idle_at = max(book.idle_at, now + limit.per_s)

    def hold(self, key: str, until: float, now: float) -> None:
        """Let nothing go to `key` before `until`; an earlier, longer hold stays."""
        book = self._book(key, now)
        book.held_until = max(book.held_until, until)
        book.idle_at = max(book.idle_at, until)

    def _ready_at(self, key: str, limit: Limit, now: float) -> float:
        book = self._books.get(key)
        if book is None:
            return now
        full = len(book.sent) >= limit.count
        free_at = book.sent[-limit.count] + limit.per_s if full else now
        return max(now, free_at, book.held_until)

    def _book(self, key: str, now: float) -> _Book:
        if key not in self._books and len(self._books) >= self._sweep_at:
            self._books = {name: book for name, book in self._books.items() if book.idle_at > now}
            self._sweep_at = max(1024, 2 * len(self._books))
        return self._books.setdefault(key, _Book())


class Pacer:
    """Waits for each message's turn: in order within a chat, then in order for the whole platform."""

    def __init__(self, *, overall: Limit, monotonic: Monotonic, sleep: Sleep = asyncio.sleep) -> None:
        self._overall: Keys = (("", overall),)
        self._pace = Pace()
        self._now = monotonic
        self._sleep = sleep
        self._everyone = asyncio.Lock()
        self._queues: dict[str, _Queue] = {}

    async def turn(self, keys: Keys, *, within_s: float) -> float:
        """0.0 when the message may go now, and it is counted; else how many seconds to come back after.

        The first key names the chat that the message queues for. It waits at most `within_s` for that chat's
        limits and holds (more when the whole platform is busy), so that one slow chat keeps no sender for long.
        """
        deadline = self._now() + within_s
        async with self._queue(keys[0][0]):
            while True:
                while (wait_s := self._wait_s(keys)) > 0:
                    if self._now() + wait_s > deadline:
                        return wait_s
                    await self._sleep(wait_s)
                # Only when the chat itself is ready does the message queue for the platform's allowance: a slow
                # chat takes nothing of it while it waits.
                async with self._everyone:
                    while (wait_s := self._wait_s(self._overall)) > 0:
                        await self._sleep(wait_s)
                    if self._wait_s(keys) <= 0:  # else a 429 for the chat came meanwhile: begin again
                        self._pace.take((*keys, *self._overall), self._now())
                        return 0.0

    def hold(self, key: str, for_s: float) -> None:
        """Let nothing go to this chat for so many seconds; the others go on."""
        now = self._now()
        self._pace.hold(key, now + for_s, now)

    def _wait_s(self, keys: Keys) -> float:
        now = self._now()
        return self._pace.ready_at(keys, now) - now

    @asynccontextmanager
    async def _queue(self, key: str) -> AsyncIterator[None]:
        queue = self._queues.setdefault(key, _Queue())
        queue.wanted += 1
        try:
            async with queue.lock:
                yield
        finally:
            queue.wanted -= 1
            if not queue.wanted:
                del self._queues[key]


@dataclass(slots=True)
class _Queue:
    """Those who wait for one chat's turn; forgotten when nobody does."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    wanted: int = 0
