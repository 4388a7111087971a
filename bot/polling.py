"""From due feeds to polls: claim, fetch, parse. What they brought is handed on in groups, to be committed.

Feeds are read side by side; a feed is held from its claim until `done` says that its poll was committed, so that
no two polls of it overlap.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from bot.feeds import FeedParser, Fetcher, PageReader, sha256_of, with_hub
from bot.model import Deferred, Failed, Feed, FeedState, Fetched, NotModified, ParsedFeed
from bot.ports import Clock
from bot.storage import Store

log = logging.getLogger(__name__)

LEASE_S = 180.0  # longer than any poll: a wait for its place, fetch 30 s, parse 4 s, commit
# Feeds claimed for each place in flight: some wait for their host, and while one group is committed the next is
# fetched.
CLAIMS_PER_SLOT = 16
CLAIMED_AT_ONCE = 256  # feeds at least, where very many are due: a claim is a transaction
GROUP = 256  # polls in one commit at most; in groups of half of it a poll that finds nothing new costs 3 % more
LINGER_S = 0.25  # what a group of less than half waits for others under way: saves a third where feeds changed
LINGER_STEP_S = 0.02  # it waits no longer once all are there
COLLECTED_AT = 10_000  # new objects before young garbage is looked for; Python's 700 come to 5 % of a poll's time
FINISH_S = 1.0  # what a stop waits for polls under way; unfinished ones are polled again at the next start


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What one poll of one feed brought."""

    feed: Feed
    state: FeedState  # before
    result: Fetched | NotModified | Failed | Deferred
    parsed: ParsedFeed | None  # None: nothing new to read (304, the same body, or a failure)
    articles: Mapping[str, str] | None = None  # link -> the article behind it; None: not looked for yet


class Polling:
    """Reads feeds when they are due. `tick` may be called at any time; it does nothing outside `open`."""

    def __init__(
        self,
        *,
        store: Store,
        fetcher: Fetcher,
        parser: FeedParser,
        pages: PageReader | None = None,
        clock: Clock,
        owner: str,
        concurrency: int,
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._parser = parser
        self._pages = pages
        self._clock = clock
        self._owner = owner
        self._concurrency = concurrency
        self._ready: asyncio.Queue[Poll] = asyncio.Queue()
        self._held: dict[str, FeedState] = {}  # feeds between claim and commit, by id
        self._unread: deque[tuple[Feed, FeedState]] = deque()  # of them those not begun
        self._unparsed = 0  # bodies that wait to be parsed
        self._places = 0  # fetches under way that neither wait for their host nor are slow
        self._idle = asyncio.Event()
        self._idle.set()
        self._readers: asyncio.TaskGroup | None = None
        self._more_due = False  # whether the last tick found more than it had room for
        self._stopping = False

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Feeds are read while the block runs."""
        async with asyncio.TaskGroup() as self._readers:
            with _collecting_seldom():
                try:
                    yield
                finally:
                    self._unread.clear()  # what ends now makes room for no other

    async def tick(self) -> None:
        """Start a poll of each feed that is due and free."""
        free = CLAIMS_PER_SLOT * self._concurrency - len(self._held)
        if self._readers is None or self._stopping or free <= 0:
            return
        claims = await self._store.claim_due_feeds(self._clock(), LEASE_S, free, self._owner)
        self._more_due = len(claims) == free
        for feed, state in claims:
            if feed.id in self._held:  # it outlived its lease, which is renewed by this
                continue
            self._idle.clear()
            self._held[feed.id] = state
            self._unread.append((feed, state))
        self._begin()

    async def refill(self) -> None:
        """`tick` at once where the last one left due feeds behind and there is room again for a good number."""
        most = CLAIMS_PER_SLOT * self._concurrency
        if self._more_due and most - len(self._held) >= min(CLAIMED_AT_ONCE, most // 2):
            await self.tick()

    async def finished(self) -> list[Poll]:
        """The polls that are ready, at least one and at most `GROUP`; waits for the first, and a moment for more
        where more are under way."""
        polls = [await self._ready.get()]
        waited_s = 0.0
        while len(self._held) > 1 + self._ready.qsize() < GROUP // 2 and waited_s < LINGER_S:
            await asyncio.sleep(LINGER_STEP_S)
            waited_s += LINGER_STEP_S
        while len(polls) < GROUP and not self._ready.empty():
            polls.append(self._ready.get_nowait())
        return polls

    def again(self, poll: Poll, work: Coroutine[object, object, Poll]) -> None:
        """Hand `poll` on once more, as `work` makes it; the feed stays held. When it fails, as it was."""
        assert self._readers is not None, "outside `open`"
        self._readers.create_task(self._worked_on(poll, work))

    async def _worked_on(self, poll: Poll, work: Coroutine[object, object, Poll]) -> None:
        try:
            done = await work
        except Exception:  # more to read is a gain, not a condition
            log.exception("no articles read: %s", poll.feed.title or poll.feed.url)
            done = replace(poll, articles={})
        self._ready.put_nowait(done)

    def done(self, polls: Iterable[Poll]) -> None:
        """These were committed, or given up until their lease ends."""
        for poll in polls:
            self._held.pop(poll.feed.id, None)
        if not self._held:
            self._idle.set()

    @property
    def idle(self) -> bool:
        """Whether no poll is between its claim and its commit."""
        return not self._held

    async def finish(self) -> None:
        """Claim no more; give the polls under way a moment, and the feeds of the others back."""
        self._stopping = True
        unread = [self._held.pop(feed.id) for feed, _ in self._unread]
        self._unread.clear()
        if not self._held:
            self._idle.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), FINISH_S)
        if given_back := [*unread, *self._held.values()]:
            async with self._store.write() as tx:
                await tx.save_feed_states(given_back)

    def _begin(self) -> None:
        """Begin to read feeds while there are places."""
        assert self._readers is not None, "outside `open`"
        while self._unread and self._places < self._concurrency:
            self._places += 1
            self._readers.create_task(self._read(*self._unread.popleft()))

    async def _read(self, feed: Feed, state: FeedState) -> None:
        """Read this feed, and the next ones as long as the place is kept: a task for each cost more."""
        holds = True

        def let_go() -> None:
            nonlocal holds
            if holds:
                holds = False
                self._places -= 1
                self._begin()

        try:
            while True:
                try:
                    poll = await self._poll(feed, state, let_go)
                except Exception as error:  # a fault of ours with one feed must not end polling
                    log.exception("poll failed: %s", feed.title or feed.url)
                    failure = Failed(reason=f"internal error: {type(error).__name__}")
                    poll = Poll(feed=feed, state=state, result=failure, parsed=None)
                self._ready.put_nowait(poll)
                if not holds or not self._unread:
                    break
                feed, state = self._unread.popleft()
        finally:
            let_go()

    async def _poll(self, feed: Feed, state: FeedState, let_go: Callable[[], None]) -> Poll:
        result = await self._fetcher.fetch(feed, state, let_go)
        if not isinstance(result, Fetched):
            return Poll(feed=feed, state=state, result=result, parsed=None)
        digest = sha256_of(result)
        same = digest == state.body_sha256
        outcome = None if same else await self._parsed(feed, state, result, let_go)
        if isinstance(outcome, Failed):
            return Poll(feed=feed, state=state, result=outcome, parsed=None)
        # The body has done its duty, and many polls may wait for their commit.
        return Poll(feed=feed, state=state, result=replace(result, body=b"", body_sha256=digest), parsed=outcome)

    async def _parsed(
        self, feed: Feed, state: FeedState, result: Fetched, let_go: Callable[[], None]
    ) -> ParsedFeed | Failed:
        """What the body holds. While many wait to be parsed their places stay taken: each body may be 8 MiB."""
        if self._unparsed < self._concurrency:
            let_go()
        self._unparsed += 1
        try:
            if feed.via == "feed" or self._pages is None:
                outcome = await self._parser.parse(result.body, result.content_type, result.url, state.seen_entries)
            else:
                outcome = await self._pages.parse(feed, result)
        finally:
            self._unparsed -= 1
        return outcome if isinstance(outcome, Failed) else with_hub(outcome, result)


@contextlib.contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Python's search for circles of garbage passes over all that was loaded before the block, which stays anyway:
    going through a pack and the libraries again and again stopped the loop for 60 ms each time."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(COLLECTED_AT, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
