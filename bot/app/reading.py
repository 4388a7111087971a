"""The reading side, put together: the client for the feeds, their parser, the catalogue, and the poller on them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from random import Random

from bot.app.clock import system_clock
from bot.app.configured import configured_feeds, load_packs
from bot.catalogue import Catalogue, Configured, FeedTester
from bot.config import Config
from bot.feeds import FeedParser, Fetcher, FullText, Pace, PageReader, RequestOptions, feed_id, first_due
from bot.ingest import Ingest
from bot.model import Feed, ParsedFeed
from bot.ports import Clock
from bot.storage import Store
from rules import Pack, Rates


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What reads feeds, opened."""

    fetcher: Fetcher
    parser: FeedParser
    pages: PageReader
    catalogue: Catalogue
    polled: tuple[Feed, ...]  # at the start; the store knows them


@asynccontextmanager
async def reading(
    config: Config,
    store: Store,
    pack: Pack,
    configured: Sequence[Configured],
    *,
    clock: Clock,
    subscribers: int = 0,
) -> AsyncIterator[Reading]:
    """Opens what reads feeds and tells the store which are polled; closes it after the block. `subscribers` are the
    chats that read them, which owners of feeds like to know."""
    async with AsyncExitStack() as stack:
        fetcher = await stack.enter_async_context(_fetcher(config, clock, subscribers))
        parser = await stack.enter_async_context(FeedParser(workers=config.polling.parse_workers))
        pages = await stack.enter_async_context(PageReader())
        catalogue = Catalogue(
            store=store,
            tester=FeedTester(fetcher=fetcher, parser=parser, pages=pages, pack=pack, clock=clock),
            configured=configured,
            clock=clock,
            interval_s=round(config.polling.interval_minutes * 60),
            first_read=config.polling.first_read,
        )
        polled = await catalogue.polled()
        await store.sync_feeds(polled, lambda feed: first_due(feed, clock()).due_at, clock())
        yield Reading(fetcher=fetcher, parser=parser, pages=pages, catalogue=catalogue, polled=polled)


@asynccontextmanager
async def catalogue_of(config: Config, *, clock: Clock = system_clock) -> AsyncIterator[Catalogue]:
    """The catalogue alone, for the command line: beside a running bot, or without one."""
    pack = load_packs(config)
    async with (
        Store.open(config.database.url.get_secret_value()) as store,
        reading(config, store, pack, configured_feeds(config, pack), clock=clock) as read,
    ):
        yield read.catalogue


def ingest_of(
    config: Config,
    read: Reading,
    *,
    store: Store,
    pack: Pack,
    clock: Clock,
    random: Random,
    owner: str,
    on_deliveries: Callable[[], None],
    on_read: Callable[[Feed, ParsedFeed], None] | None,
    rates: Callable[[], Rates],
) -> Ingest:
    """The poller, to be run."""
    return Ingest(
        store=store,
        fetcher=read.fetcher,
        parser=read.parser,
        pack=pack,
        clock=clock,
        random=random,
        owner=owner,
        concurrency=config.polling.concurrency,
        on_deliveries=on_deliveries,
        pages=read.pages,
        full_text=_full_text(config, read, clock),
        on_read=on_read,
        rates=rates,
        pace=Pace(
            shortest_s=config.polling.min_interval_minutes * 60,
            longest_s=config.polling.max_interval_minutes * 60,
        ),
        silence_alarm=config.polling.silence_alarm,
    )


def _fetcher(config: Config, clock: Clock, subscribers: int) -> Fetcher:
    contact = config.polling.contact or "self-hosted"
    readers = f"; {subscribers} subscriber{'s' if subscribers != 1 else ''}" if subscribers else ""
    return Fetcher(
        user_agent=f"Dealwire/{version('dealwire')} (+{contact}{readers})",
        allow_private=config.polling.allow_private,
        total_timeout_s=config.polling.timeout_s,
        max_bytes=round(config.polling.max_megabytes * 2**20),
        per_host_gap_s=config.polling.per_host_gap_s,
        concurrency=config.polling.concurrency,
        proxy=config.polling.proxy.get_secret_value(),
        options={
            feed_id(own.url): RequestOptions(
                proxy=None if own.proxy is None else own.proxy.get_secret_value(),
                headers=dict(own.header_values),
            )
            for own in config.feeds
            if own.proxy is not None or own.headers
        },
        clock=clock,
    )


def _full_text(config: Config, read: Reading, clock: Clock) -> FullText | None:
    """The reader of articles; None when it is switched off."""
    if not config.fulltext.enabled:
        return None
    return FullText(
        fetcher=read.fetcher,
        pages=read.pages,
        clock=clock,
        per_poll=config.fulltext.per_poll,
        budget_s=config.fulltext.budget_s,
    )
