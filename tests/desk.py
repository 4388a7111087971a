"""Ingestion put together as the application does, polled when a test says so, the clock moved by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from bot.feeds import FeedParser, Fetcher, feed_id, first_due
from bot.ingest import Ingest
from bot.model import Alert, Channel, Delivery, Feed, FirstRead, Receipt, Subscription
from bot.notices import Notices
from bot.settings import ChannelSettings
from bot.storage import Sent, Store
from rules import Pack
from tests.feed_server import FeedServer

START = datetime(2026, 11, 20, 8, 32, tzinfo=UTC)
CHAT = Channel.parse("telegram:-100500")
OPERATOR = Channel.parse("telegram:42")


@dataclass(slots=True, kw_only=True)
class World:
    """What a restart of the application leaves as it is, and the parts that are slow to start."""

    server: FeedServer
    fetcher: Fetcher
    parser: FeedParser
    now: datetime = START


@asynccontextmanager
async def world(*, more: Sequence[str] = ()) -> AsyncIterator[World]:
    """A feed server and the parts that read it; `more` are other addresses that may be read."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(FeedServer())
        fetcher = Fetcher(
            user_agent="test",
            allow_private=(server.address, *more),
            per_host_gap_s=0,
            clock=lambda: made.now,
        )
        parser = await stack.enter_async_context(FeedParser())
        made = World(server=server, fetcher=await stack.enter_async_context(fetcher), parser=parser)
        yield made


class Desk:
    """One run of the application's ingestion."""

    def __init__(self, store: Store, world: World, pack: Pack) -> None:
        self.store = store
        self.world = world
        self.server = world.server
        self.woken = 0
        self.ingest = Ingest(
            store=store,
            fetcher=world.fetcher,
            parser=world.parser,
            pack=pack,
            clock=lambda: self.now,
            random=Random(1),
            owner="test",
            concurrency=8,
            on_deliveries=self._wake,
        )
        self.notices = Notices(
            store=store, operators=_operators, clock=lambda: self.now, on_deliveries=self._wake, hold=timedelta(0)
        )

    def _wake(self) -> None:
        self.woken += 1

    @property
    def now(self) -> datetime:
        return self.world.now

    @now.setter
    def now(self, now: datetime) -> None:
        self.world.now = now

    async def watch(self, *names: str, first_read: FirstRead = "show") -> list[Feed]:
        """Configure just these feeds of the server."""
        feeds = [
            Feed(id=feed_id(url), url=url, title=name, interval_s=300, first_read=first_read)
            for name in names
            for url in [self.server.url(name)]
        ]
        await self.configure(feeds)
        return feeds

    async def configure(self, feeds: Sequence[Feed]) -> None:
        await self.store.sync_feeds(feeds, lambda feed: first_due(feed, self.now).due_at, self.now)

    async def poll(self, after: timedelta = timedelta(minutes=10)) -> None:
        """Poll everything that is due so much later, and wait until it is committed."""
        self.now += after
        while True:
            await self.ingest.tick()
            if self.ingest.idle:
                return
            async with asyncio.timeout(30):
                while not self.ingest.idle:  # noqa: ASYNC110 - what the application itself can see
                    await asyncio.sleep(0.005)

    async def headlines(self) -> list[str]:
        """Of the archived alerts, oldest first."""
        return [alert.card.headline for alert in reversed(await self.store.latest(1000))]

    async def due(self, channel: Channel = CHAT) -> list[Alert]:
        """What is to be sent to the channel now, in its order; taken as sent."""
        found: list[Alert] = []
        others: list[Delivery] = []
        while claims := await self.store.claim_deliveries(self.now, 3600, 10, "test"):
            mine = [claim for claim in claims if claim.delivery.channel == channel]
            others += [claim.delivery for claim in claims if claim.delivery.channel != channel]
            found += [claim.alert for claim in mine]
            receipt = Receipt(message_id="1")
            await self.store.record(Sent(delivery=one.delivery, receipt=receipt, at=self.now) for one in mine)
        await self.store.release(others)
        return found

    async def told(self) -> list[str]:
        """The headlines of the messages that the operator gets now."""
        await self.notices.tick()
        return [message.card.headline for message in await self.due(OPERATOR)]


async def _operators() -> tuple[Channel, ...]:
    return (OPERATOR,)


@asynccontextmanager
async def desk_on(store: Store, world: World, pack: Pack) -> AsyncIterator[Desk]:
    """A desk that runs while the block does, with a chat that wants every alert."""
    desk = Desk(store, world, pack)
    task = asyncio.create_task(desk.ingest.run())
    await asyncio.sleep(0)
    await store.add_subscription(Subscription(id="s1", channel=CHAT, filter="", created_at=START, created_by="test"))
    async with store.write() as tx:  # every alert by itself, however many come: what is tested is that none is lost
        await tx.save_channel_settings(CHAT, ChannelSettings(rings_per_hour=10_000))
    try:
        yield desk
    finally:
        await desk.ingest.finish()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
