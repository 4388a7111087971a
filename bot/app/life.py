"""The life of the whole: opens every part, runs them side by side, closes them in reverse order.

One event loop runs the scheduler, polling, delivery, the page and the adapters. What fails to start and can be
done without (an adapter with a wrong token, a page whose port is taken) is reported, and everything else goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from random import Random

from rich.console import Console as Terminal

from bot.app.adapters import start_adapters
from bot.app.answering import gate_of, offer_claim, reception_of
from bot.app.clock import system_clock
from bot.app.configured import check_filters, config_subscriptions, configured_feeds, load_packs
from bot.app.page import serve_page, websub_of
from bot.app.reading import ingest_of, reading
from bot.app.sending import sending_of
from bot.catalogue import Catalogue, Configured
from bot.config import Config
from bot.deliver import Deliver
from bot.digest import Digests
from bot.exchange import TICK_S as RATES_TICK_S
from bot.exchange import Exchange
from bot.ingest import Ingest
from bot.jobs import Jobs
from bot.log import event
from bot.model import Feed, Platform
from bot.notices import Notices
from bot.ports import Adapter, Clock
from bot.storage import Store
from rules import Pack

log = logging.getLogger(__name__)

TICK_S = 1.0  # how often due feeds and due deliveries are looked for
# After a pause of ours: feeds that were due a minute ago and more are asked one by one, all within two minutes.
LATE_S = 60.0
CATCH_UP_GAP_S = 0.2
CATCH_UP_WITHIN_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The running parts, for those who watch or drive them (the demo, the tests)."""

    store: Store
    pack: Pack
    ingest: Ingest
    deliver: Deliver
    catalogue: Catalogue
    page_url: str | None  # None: no page


@asynccontextmanager
async def running(
    config: Config,
    *,
    feeds: Sequence[Feed] | None = None,
    clock: Clock = system_clock,
    random: Random | None = None,
    terminal: Terminal | None = None,
    tick_s: float = TICK_S,
    page_refresh_s: int = 30,
    announce: Callable[[str], None] | None = None,
) -> AsyncIterator[App]:
    """Run everything while the block runs. `feeds` None: those of the configuration. `announce` is told the
    one-time code that makes an operator, which stands in no log; None: standard error.

    StartError, ConfigError, PackError and StoreError say in plain words why nothing could start.
    """
    chance = random or Random()  # noqa: S311 - jitter, not secrets
    pack = load_packs(config)
    check_filters(config, pack)
    configured = (
        configured_feeds(config, pack)
        if feeds is None
        else tuple(Configured(feed=feed, origin="config", on=True) for feed in feeds)
    )
    owner = f"{socket.gethostname()}:{os.getpid()}"
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(Store.open(config.database.url.get_secret_value()))
        await store.sync_config_subscriptions(config_subscriptions(config, clock()))
        subscribers = len({subscription.channel for subscription in await store.subscriptions()})
        read = await stack.enter_async_context(
            reading(config, store, pack, configured, clock=clock, subscribers=subscribers)
        )
        await store.spread_overdue(clock(), LATE_S, CATCH_UP_GAP_S, CATCH_UP_WITHIN_S)
        for url, until in await store.closed_hosts(clock()):
            read.fetcher.keep_closed(url, until)
        websub = await websub_of(config, store, read.fetcher, read.catalogue, clock)
        gate = gate_of(config, store)
        exchange = Exchange(store=store, fetcher=read.fetcher, clock=clock)
        await exchange.load()
        adapters: dict[Platform, Adapter] = {}  # filled when they have started: they need what needs them
        sending = sending_of(config, store, pack, adapters, clock=clock, random=chance, owner=owner)
        deliver, editing = sending.deliver, sending.editing
        reception = reception_of(
            config,
            store=store,
            pack=pack,
            gate=gate,
            catalogue=read.catalogue,
            adapters=adapters,
            clock=clock,
            wake=deliver.wake,
            on_corrected=editing.wake,
            rates=exchange.rates,
        )
        adapters |= await start_adapters(stack, config, store, gate, reception, terminal, clock)
        await offer_claim(store, gate, adapters, clock, announce)
        ingest = ingest_of(
            config,
            read,
            store=store,
            pack=pack,
            clock=clock,
            random=chance,
            owner=owner,
            on_deliveries=deliver.wake,
            on_read=websub.saw if websub else None,
            rates=exchange.rates,
        )
        digests = Digests(store=store, clock=clock, on_deliveries=deliver.wake)
        notices = Notices(store=store, operators=gate.operator_channels, clock=clock, on_deliveries=deliver.wake)
        page_url = await serve_page(stack, config, store, page_refresh_s, websub, adapters)
        await stack.enter_async_context(_in_background(deliver.run, deliver.finish))
        await stack.enter_async_context(_in_background(editing.run, editing.finish))
        await stack.enter_async_context(_in_background(ingest.run, ingest.finish))
        jobs = Jobs()
        jobs.every(tick_s, "poll", ingest.tick)
        jobs.every(tick_s, "deliver", deliver.tick)
        jobs.every(tick_s, "edit", editing.tick)
        jobs.every(tick_s, "digests", digests.tick)
        jobs.every(tick_s, "notices", notices.tick)
        if websub is not None:
            jobs.every(tick_s, "hubs", websub.tick)
        if config.rates.refresh:
            jobs.every(RATES_TICK_S, "exchange rates", exchange.tick)
        jobs.start()
        stack.push_async_callback(jobs.stop)
        event(log, logging.INFO, "running", feeds=len(read.polled), adapters=",".join(sorted(adapters)), page=page_url)
        yield App(store=store, pack=pack, ingest=ingest, deliver=deliver, catalogue=read.catalogue, page_url=page_url)
        event(log, logging.INFO, "stopping")


@asynccontextmanager
async def _in_background(
    run: Callable[[], Coroutine[object, object, None]], finish: Callable[[], Awaitable[None]]
) -> AsyncIterator[None]:
    """Run `run()` beside the block; at its end let `finish()` complete what is under way, then cancel."""
    task = asyncio.create_task(run())
    try:
        yield
    finally:
        await finish()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
