"""Our own pace towards a chat platform: who may send when, and the wait until then.

`Pace` decides, without clock or waiting: it remembers what was sent and answers when the next message may go.
`Pacer` waits by it, with the clock and the sleep handed in, and lets the most important message go first. A 429
for one chat holds that chat alone, which the client libraries' own limiters do not do (python-telegram-bot's halts
every chat).

A message counts from before its request leaves until `per_s` after its answer came. The platform counted it
somewhere between the two, so its limit is kept whatever the network does in between, without a margin by guess.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

Monotonic = Callable[[], float]
"""Seconds from any start, never going back: `time.monotonic` in the product, moved by hand in tests."""

Sleep = Callable[[float], Awaitable[None]]

Rank = Literal["answer", "flash", "high", "normal", "low", "edit"]
"""Who goes first where all wait for the platform: somebody who waits for an answer, posts by importance, edits."""

_RANKS: tuple[Rank, ...] = ("answer", "flash", "high", "normal", "low", "edit")

AGAIN_S = 1.0  # a message that others overtook for too long may ask again after so long
# A large allowance is not spent in one burst: messages that leave together delay each other's answers, and with
# them the next ones. A fifth faster than even, so that lost moments are caught up with; both numbers are judgement.
EVEN_FROM = 20  # messages in a window
EVEN = 0.8  # of the even gap
CATCH_UP_S = 0.2
FLOODS = 5  # refusals in a row, each of another chat, that mean the whole platform: judgement


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

    under_way: int = 0  # requests without an answer yet
    free_at: deque[float] = field(default_factory=deque)  # when each answered one stops counting, in order
    held_until: float = 0.0

    def idle(self, now: float) -> bool:
        """Whether it says nothing any more and may go."""
        return not self.under_way and self.held_until <= now and (not self.free_at or self.free_at[-1] <= now)


class Pace:
    """Decides when a message may go. Moments are seconds of one monotonic clock, given with each question.

    Remembers a key only while it still restrains something: memory grows with the busy chats, not with all.
    """

    def __init__(self) -> None:
        self._books: dict[str, _Book] = {}
        self._sweep_at = 1024  # books; doubles with what is really busy

    def __len__(self) -> int:
        return len(self._books)

    def ready_at(self, keys: Keys, now: float) -> float | None:
        """The earliest moment, `now` or later, at which all the keys' limits and holds allow a message. None: that
        hangs on answers still to come."""
        latest = now
        for key, limit in keys:
            ready = self._ready_at(key, limit, now)
            if ready is None:
                return None
            latest = max(latest, ready)
        return latest

    def take(self, keys: Keys, now: float) -> None:
        """Count a message that leaves now."""
        for key, _ in keys:
            self._book(key, now).under_way += 1

    def answered(self, keys: Keys, now: float) -> None:
        """Its answer came, or will not come: it counts for so long from now."""
        for key, limit in keys:
            book = self._book(key, now)
            book.under_way = max(0, book.under_way - 1)
            book.free_at.append(now + limit.per_s)
            while len(book.free_at) > limit.count:
                book.free_at.popleft()

    def untake(self, keys: Keys, now: float) -> None:
        """It did not leave after all."""
        for key, _ in keys:
            book = self._book(key, now)
            book.under_way = max(0, book.under_way - 1)

    def hold(self, key: str, until: float, now: float) -> None:
        """Let nothing go to `key` before `until`; an earlier, longer hold stays."""
        book = self._book(key, now)
        book.held_until = max(book.held_until, until)

    def held_s(self, key: str, now: float) -> float:
        """How much longer the key is held; 0.0: it is not."""
        book = self._books.get(key)
        return max(0.0, book.held_until - now) if book is not None else 0.0

    def _ready_at(self, key: str, limit: Limit, now: float) -> float | None:
        book = self._books.get(key)
        if book is None:
            return now
        while book.free_at and book.free_at[0] <= now:
            book.free_at.popleft()
        excess = book.under_way + len(book.free_at) - limit.count  # below 0: one more may go
        if excess < 0:
            return max(now, book.held_until)
        return max(book.free_at[excess], book.held_until) if excess < len(book.free_at) else None

    def _book(self, key: str, now: float) -> _Book:
        if key not in self._books and len(self._books) >= self._sweep_at:
            self._books = {name: book for name, book in self._books.items() if not book.idle(now)}
            self._sweep_at = max(1024, 2 * len(self._books))
        return self._books.setdefault(key, _Book())


@dataclass(slots=True, order=True)
class _Waiter:
    """A message that its chat lets go and that waits for the whole platform's allowance."""

    rank: int
    number: int
    granted: asyncio.Future[bool] = field(compare=False)  # False: it waited for too long


class Pacer:
    """Waits for each message's turn: in order within a chat, then by rank and in order for the whole platform."""

    def __init__(
        self,
        *,
        overall: Limit,
        monotonic: Monotonic,
        sleep: Sleep = asyncio.sleep,
        even: float = EVEN,
        catch_up_s: float = CATCH_UP_S,
    ) -> None:
        """`even`: the gap between two messages of a large allowance, as a share of the even one; 0: none.
        `catch_up_s`: so much lost time may be made good by messages that leave together."""
        self._overall: Keys = (("", overall),)
        self._gap_s = even * overall.per_s / overall.count if overall.count >= EVEN_FROM else 0.0
        self._catch_up_s = catch_up_s
        self._even_at = float("-inf")  # when the next message may go by the gap
        self._pace = Pace()
        self._now = monotonic
        self._sleep = sleep
        self._queues: dict[str, _Queue] = {}
        self._waiting: list[_Waiter] = []  # a heap, the best first
        self._patience: list[tuple[float, int, _Waiter]] = []  # the same as a heap by the end of their patience
        self._numbers = 0
        self._granting: asyncio.Task[None] | None = None
        self._answers: set[asyncio.Future[None]] = set()  # of those who wait for any answer
        self._flooded: set[str] = set()  # chats refused since the last message that was not

    @asynccontextmanager
    async def turn(self, keys: Keys, *, within_s: float, rank: Rank = "normal") -> AsyncIterator[float]:
        """0.0 when the message may go now: it is sent inside the block. Else how many seconds to come back after.

        The first key names the chat that the message queues for. It waits at most about `within_s` for that chat
        and as long again for the platform, so that neither a slow chat nor those who overtake keep a sender for
        long.
        """
        wait_s = await self._wait(keys, within_s, _RANKS.index(rank))
        if wait_s:
            yield wait_s
            return
        try:
            yield 0.0
        finally:
            self._pace.answered((*keys, *self._overall), self._now())
            self._wake()

    def hold(self, key: str, for_s: float, *, flood: bool = True) -> None:
        """Let nothing go to this chat for so many seconds after a refusal; the others go on, unless refusals for
        flooding come from one chat after the other and so mean them all. `flood` False: the chat's own trouble."""
        now = self._now()
        self._pace.hold(key, now + for_s, now)
        if not flood:
            return
        self._flooded.add(key)
        if len(self._flooded) >= FLOODS:
            self._pace.hold("", now + for_s, now)

    def passed(self) -> None:
        """A message was not refused: the platform as a whole takes some."""
        self._flooded.clear()

    async def close(self) -> None:
        """Nobody gets a turn any more."""
        if self._granting is not None:
            self._granting.cancel()
            await asyncio.gather(self._granting, return_exceptions=True)
        for waiter in self._waiting:
            if not waiter.granted.done():
                waiter.granted.set_result(False)
        self._waiting.clear()

    async def _wait(self, keys: Keys, within_s: float, rank: int) -> float:
        deadline = self._now() + within_s
        async with self._queue(keys[0][0]):
            while True:
                while (wait_s := self._wait_s(keys)) != 0:
                    if wait_s is None:
                        await self._answer()
                    elif self._now() + wait_s > deadline:
                        return wait_s
                    else:
                        await self._sleep(wait_s)
                held_s = self._pace.held_s("", self._now())
                if held_s > within_s:  # all are held for longer than it may wait
                    return held_s
                # Only when the chat itself is ready does the message queue for the platform's allowance: a slow
                # chat takes nothing of it while it waits.
                if not await self._granted(rank, self._now() + within_s):
                    return AGAIN_S
                if self._wait_s(keys) == 0:
                    self._pace.take(keys, self._now())
                    return 0.0
                self._pace.untake(self._overall, self._now())  # a 429 for the chat came meanwhile: begin again
                self._wake()

    async def _granted(self, rank: int, until: float) -> bool:
        """Whether the platform's allowance has room for it, which is then taken; False: not until then."""
        if not self._waiting and self._overall_wait_s() == 0:
            self._take_overall()
            return True
        self._numbers += 1
        waiter = _Waiter(rank, self._numbers, asyncio.get_running_loop().create_future())
        heapq.heappush(self._waiting, waiter)
        heapq.heappush(self._patience, (until, self._numbers, waiter))
        if self._granting is None or self._granting.done():
            self._granting = asyncio.create_task(self._grant())
        try:
            return await waiter.granted
        except asyncio.CancelledError:
            if waiter.granted.done() and not waiter.granted.cancelled() and waiter.granted.result():
                self._pace.untake(self._overall, self._now())
                self._wake()
            raise

    async def _grant(self) -> None:
        """Give turns for as long as somebody waits."""
        while True:
            self._expire()
            while self._waiting and self._waiting[0].granted.done():  # cancelled, or waited for too long
                heapq.heappop(self._waiting)
            if not self._waiting:
                return
            wait_s = self._overall_wait_s()
            if wait_s is None:
                await self._answer()
            elif wait_s > 0:
                await self._sleep(min(wait_s, 1.0))  # in steps: those whose patience ends are not kept
            else:
                self._take_overall()
                heapq.heappop(self._waiting).granted.set_result(True)

    def _expire(self) -> None:
        now = self._now()
        while self._patience and (self._patience[0][2].granted.done() or self._patience[0][0] <= now):
            _, _, waiter = heapq.heappop(self._patience)
            if not waiter.granted.done():
                waiter.granted.set_result(False)

    def _overall_wait_s(self) -> float | None:
        wait_s = self._wait_s(self._overall)
        return None if wait_s is None else max(wait_s, self._even_at - self._now(), 0.0)

    def _take_overall(self) -> None:
        now = self._now()
        self._pace.take(self._overall, now)
        self._even_at = max(self._even_at, now - self._catch_up_s) + self._gap_s

    def _wait_s(self, keys: Keys) -> float | None:
        now = self._now()
        ready = self._pace.ready_at(keys, now)
        return None if ready is None else ready - now

    async def _answer(self) -> None:
        """Until any message is answered."""
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answers.add(waiting)
        try:
            await waiting
        finally:
            self._answers.discard(waiting)

    def _wake(self) -> None:
        for waiting in self._answers:
            if not waiting.done():
                waiting.set_result(None)

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
