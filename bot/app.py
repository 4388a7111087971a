"""The composition root: opens every part, hands each its own settings, closes them in reverse order.

One event loop runs the scheduler, polling, delivery, the page and the adapters. What fails to start and can be
done without (an adapter with a wrong token, a page whose port is taken) is reported, and everything else goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from random import Random
from urllib.parse import urlsplit

from rich.console import Console as Terminal

from bot.access_commands import AccessCommands
from bot.adapters import ConsoleAdapter, Limit, private_link, slack_adapter, telegram_adapter
from bot.allowance import Allowance
from bot.catalogue import Catalogue, Configured
from bot.claims import PAYLOAD, announcement, new_claim
from bot.commands import Commands, menus
from bot.compose import Composer
from bot.config import Config
from bot.deliver import Deliver, post_of
from bot.digest import Digests
from bot.editing import Editing
from bot.exchange import TICK_S as TICK_S_RATES
from bot.exchange import Exchange
from bot.feed_commands import FeedCommands
from bot.feeds import (
    LEAST_INTERVAL_S,
    FeedParser,
    Fetcher,
    FullText,
    Pace,
    PageReader,
    RequestOptions,
    feed_id,
    first_due,
    source_of,
)
from bot.forecast import Forecaster
from bot.gate import Gate
from bot.ingest import Ingest
from bot.jobs import Jobs
from bot.log import event
from bot.model import (
    Alert,
    Card,
    Channel,
    FactRow,
    Feed,
    Platform,
    SendResult,
    Source,
    Subscription,
    new_id,
    new_ids,
)
from bot.notices import Notices
from bot.operator_commands import OperatorCommands
from bot.personal import PersonalCommands
from bot.ports import Adapter, AdapterError, Clock, Handlers
from bot.presses import Router
from bot.reception import Reception
from bot.settings_commands import SettingsCommands
from bot.storage import Store
from bot.subscribing import Subscribing
from bot.subscription_list import SubscriptionList
from bot.web import Web, WebError
from bot.websub import WebSub
from rules import FilterError, Own, Pack, Rates, parse_filter
from rules import load_packs as load_rules

log = logging.getLogger(__name__)

TICK_S = 1.0  # how often due feeds and due deliveries are looked for
# After a pause of ours: feeds that were due a minute ago and more are asked one by one, all within two minutes.
LATE_S = 60.0
CATCH_UP_GAP_S = 0.2
CATCH_UP_WITHIN_S = 120.0
CONSOLE = Channel(platform="console", address="")


def system_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The running parts, for those who watch or drive them (the demo, the tests)."""

    store: Store
    pack: Pack
    ingest: Ingest
    deliver: Deliver
    catalogue: Catalogue
    page_url: str | None  # None: no page


class StartError(Exception):
    """The application cannot start; the message lists what is wrong and what to do."""


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
        channels = {subscription.channel for subscription in await store.subscriptions()}
        fetcher = await stack.enter_async_context(fetcher_of(config, clock=clock, subscribers=len(channels)))
        parser = await stack.enter_async_context(FeedParser(workers=config.polling.parse_workers))
        pages = await stack.enter_async_context(PageReader())
        catalogue = Catalogue(
            store=store,
            fetcher=fetcher,
            parser=parser,
            pages=pages,
            pack=pack,
            configured=configured,
            clock=clock,
            interval_s=round(config.polling.interval_minutes * 60),
            first_read=config.polling.first_read,
        )
        polled = await catalogue.polled()
        await store.sync_feeds(polled, lambda feed: first_due(feed, clock()).due_at, clock())
        await store.spread_overdue(clock(), LATE_S, CATCH_UP_GAP_S, CATCH_UP_WITHIN_S)
        for url, until in await store.closed_hosts(clock()):
            fetcher.keep_closed(url, until)
        websub = _websub(config, store, fetcher, catalogue, clock)
        gate = Gate(
            store=store,
            allowed=config.allowed,
            operator=config.access.operator_chat,
            mode=config.access.mode,
        )
        exchange = Exchange(store=store, fetcher=fetcher, clock=clock)
        await exchange.load()
        feed_commands = FeedCommands(catalogue=catalogue, clock=clock)
        commands = Commands(store=store, pack=pack, access=gate, clock=clock, rates=exchange.rates, feeds=feed_commands)
        adapters: dict[Platform, Adapter] = {}  # filled when they have started: they need what needs them
        composer = Composer(store=store, name=pack.name, clock=clock)
        deliver = Deliver(
            store=store,
            adapters=adapters,
            compose=composer.post,
            clock=clock,
            random=chance,
            owner=owner,
            lease_s=config.delivery.lease_s,
            concurrency=config.delivery.concurrency,
            give_up_after=timedelta(hours=config.delivery.give_up_after_hours),
        )
        editing = Editing(
            store=store,
            adapters=adapters,
            compose=composer.post,
            clock=clock,
            random=chance,
            on_deliveries=deliver.wake,
        )
        reception = _reception(
            config,
            store=store,
            pack=pack,
            gate=gate,
            commands=commands,
            clock=clock,
            wake=deliver.wake,
            rates=exchange.rates,
        )
        adapters |= await _start_adapters(stack, config, store, gate, reception, terminal)
        await _offer_claim(store, gate, adapters, clock, announce or _to_terminal)
        ingest = Ingest(
            store=store,
            fetcher=fetcher,
            parser=parser,
            pack=pack,
            clock=clock,
            random=chance,
            owner=owner,
            concurrency=config.polling.concurrency,
            on_deliveries=deliver.wake,
            pages=pages,
            full_text=_full_text(config, fetcher, pages, clock),
            on_read=websub.saw if websub else None,
            rates=exchange.rates,
            pace=Pace(
                shortest_s=config.polling.min_interval_minutes * 60,
                longest_s=config.polling.max_interval_minutes * 60,
            ),
            silence_alarm=config.polling.silence_alarm,
        )
        digests = Digests(store=store, clock=clock, on_deliveries=deliver.wake)
        notices = Notices(store=store, operators=gate.operator_channels, clock=clock, on_deliveries=deliver.wake)
        page_url = await _serve_page(stack, config, store, page_refresh_s, websub, adapters)
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
            jobs.every(TICK_S_RATES, "exchange rates", exchange.tick)
        jobs.start()
        stack.push_async_callback(jobs.stop)
        event(log, logging.INFO, "running", feeds=len(polled), adapters=",".join(sorted(adapters)), page=page_url)
        yield App(store=store, pack=pack, ingest=ingest, deliver=deliver, catalogue=catalogue, page_url=page_url)
        event(log, logging.INFO, "stopping")


def load_packs(config: Config) -> Pack:
    """What to detect with: the configured packs as one, with the operator's own entries; raises PackError."""
    return load_rules(config.packs, own_of(config))


def own_of(config: Config) -> Own | None:
    """The operator's own entries as the packs take them; None when there are none."""
    return Own(file=config.own.file, text=config.own.text, data=config.own.entries()) if config.own else None


def configured_feeds(config: Config, pack: Pack) -> tuple[Configured, ...]:
    """The feeds that the pack and the configuration name, each URL once (the operator's wins); a pack's others are
    known, and off."""
    found: dict[str, Configured] = {}
    for source in pack.feeds:
        url, via = source_of(source.url) or (source.url, "feed")
        feed = Feed(
            id=feed_id(url),
            url=url,
            title=source.title,
            lang=source.lang,
            kind=source.kind,
            tier=source.tier,
            interval_s=_interval_s(config, url, None),
            adaptive=True,
            first_read=config.polling.first_read,
            via=via,
        )
        on = config.default_feeds and source.default
        found[feed.id] = Configured(feed=feed, origin="pack", on=on)
    for own in config.feeds:
        url, via = source_of(own.url) or (own.url, "feed")
        feed = Feed(
            id=feed_id(url),
            url=url,
            title=own.title or "",
            lang=own.lang,
            kind=own.kind,
            tier=own.tier,
            interval_s=_interval_s(config, url, own.interval_minutes),
            adaptive=own.interval_minutes is None,
            first_read=own.first_read or config.polling.first_read,
            via=own.via or ("newslist" if own.link_prefix else via),
            link_prefix=own.link_prefix,
        )
        found[feed.id] = Configured(feed=feed, origin="config", on=True)
    return tuple(found.values())


def _interval_s(config: Config, url: str, own_minutes: float | None) -> int:
    """The configured seconds between two polls of `url`; only feeds of our own machines may be asked more often
    than once a minute."""
    wished_s = round((own_minutes or config.polling.interval_minutes) * 60)
    parts = urlsplit(url)
    private = parts.netloc.rpartition("@")[2] in config.polling.allow_private
    return max(1, wished_s) if private else max(LEAST_INTERVAL_S, wished_s)


def feeds_of(config: Config, pack: Pack) -> tuple[Feed, ...]:
    """The feeds that the configuration lets be polled."""
    return tuple(one.feed for one in configured_feeds(config, pack) if one.on)


@asynccontextmanager
async def catalogue_of(config: Config, *, clock: Clock = system_clock) -> AsyncIterator[Catalogue]:
    """The catalogue alone, for the command line: beside a running bot, or without one."""
    pack = load_packs(config)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(Store.open(config.database.url.get_secret_value()))
        fetcher = await stack.enter_async_context(fetcher_of(config, clock=clock))
        parser = await stack.enter_async_context(FeedParser(workers=config.polling.parse_workers))
        pages = await stack.enter_async_context(PageReader())
        catalogue = Catalogue(
            store=store,
            fetcher=fetcher,
            parser=parser,
            pages=pages,
            pack=pack,
            configured=configured_feeds(config, pack),
            clock=clock,
            interval_s=round(config.polling.interval_minutes * 60),
            first_read=config.polling.first_read,
        )
        await store.sync_feeds(await catalogue.polled(), lambda feed: first_due(feed, clock()).due_at, clock())
        yield catalogue


def config_subscriptions(config: Config, now: datetime) -> tuple[Subscription, ...]:
    """The configuration's subscriptions; the terminal gets every alert while it is on."""
    wanted = [(own.channel, own.filter) for own in config.subscriptions]
    if config.console.enabled and not any(channel == CONSOLE for channel, _ in wanted):
        wanted.append((CONSOLE, ""))
    return tuple(
        Subscription(id=made, channel=channel, filter=words, created_at=now, created_by="config")
        for made, (channel, words) in zip(new_ids(now, len(wanted)), wanted, strict=True)
    )


def check_filters(config: Config, pack: Pack) -> None:
    """StartError for a subscription of the configuration whose filter is not understood."""
    for number, own in enumerate(config.subscriptions, 1):
        try:
            parse_filter(own.filter, pack)
        except FilterError as error:
            raise StartError(
                f"subscription {number} ({own.channel.key}): filter {own.filter!r} is not understood "
                f"at character {error.position + 1}: {error}"
            ) from error


def fetcher_of(config: Config, *, clock: Clock = system_clock, subscribers: int = 0) -> Fetcher:
    """The client for the feeds; `subscribers` are the chats that read them, which owners of feeds like to know."""
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


def adapters_of(config: Config, terminal: Terminal | None = None) -> Mapping[Platform, Adapter]:
    """The adapters that the configuration switches on, not started."""
    made: dict[Platform, Adapter] = {}
    if config.telegram.enabled and config.telegram.webhook_url and not config.web.enabled:
        raise StartError("webhook_url in [telegram] needs the page of [web], which takes the calls: set enabled = true")
    if config.console.enabled:
        made["console"] = ConsoleAdapter(terminal or terminal_of(config))
    if config.telegram.enabled:
        made["telegram"] = telegram_adapter(
            config.telegram.token.get_secret_value(),
            base_url=config.telegram.base_url,
            poll_timeout_s=config.telegram.poll_timeout_s,
            menus=menus(),
            webhook_url=config.telegram.webhook_url,
            overall=Limit(count=config.telegram.messages_per_second, per_s=1.0),
            per_chat=Limit(count=config.telegram.chat_burst, per_s=config.telegram.chat_burst),
            per_group=Limit(count=config.telegram.group_messages_per_minute, per_s=60.0),
            paid=config.telegram.paid_broadcast,
        )
    if config.slack.enabled:
        made["slack"] = slack_adapter(
            config.slack.bot_token.get_secret_value(),
            config.slack.app_token.get_secret_value(),
            base_url=config.slack.base_url,
        )
    return made


def terminal_of(config: Config) -> Terminal:
    """Standard output, in colour as configured."""
    match config.console.colour:
        case "always":
            return Terminal(force_terminal=True)
        case "never":
            return Terminal(no_color=True, highlight=False)
        case _:
            return Terminal()


async def send_test(config: Config, channel: Channel, clock: Clock = system_clock) -> SendResult:
    """Post a sample alert to `channel` with the configured adapter; its outcome. StartError when there is none."""
    adapter = adapters_of(config).get(channel.platform)
    if adapter is None:
        raise StartError(f"{channel.platform} is not switched on; see dealwire check")
    try:
        await adapter.start(None)
    except AdapterError as error:
        raise StartError(f"{channel.platform}: {error}") from error
    try:
        return await adapter.send(channel, post_of(sample_alert(clock())))
    finally:
        await adapter.stop()


def sample_alert(now: datetime) -> Alert:
    """A made-up alert that says so."""
    card = Card(
        label="TEST · not news",
        headline="Dealwire can post here",
        url=None,
        summary="This is a made-up alert, sent by hand to try the channel. Real ones look like it.",
        rows=(
            FactRow(programme="S-400 Triumf", facts=("contract signed", "5 squadrons"), quotes=("sample", "sample")),
        ),
        sources=(Source(outlet="Dealwire", url=None, seen_at=now),),
        at=now,
    )
    return Alert(
        id=new_id(now),
        story_id="",
        item_id="",
        kind="new",
        importance="normal",
        card=card,
        terms=(),
        created_at=now,
    )


async def _unheard(channel: Channel, to: Channel | None) -> None:
    """A test message changes no subscription."""


def _reception(
    config: Config,
    *,
    store: Store,
    pack: Pack,
    gate: Gate,
    commands: Commands,
    clock: Clock,
    wake: Callable[[], None],
    rates: Callable[[], Rates],
) -> Reception:
    """What answers commands and buttons, with every part that takes some of them."""
    access = AccessCommands(store=store, gate=gate, clock=clock, on_deliveries=wake)
    operator = OperatorCommands(store=store, pack=pack, gate=gate, clock=clock)
    personal = PersonalCommands(store=store, clock=clock)
    forecaster = Forecaster(store=store, pack=pack, rates=rates)
    subscribing = Subscribing(store=store, pack=pack, forecaster=forecaster, clock=clock)
    listed = SubscriptionList(store=store, pack=pack, clock=clock, on_deliveries=wake)
    settings = SettingsCommands(store=store, pack=pack, forecaster=forecaster, clock=clock, on_deliveries=wake)
    return Reception(
        gate=gate,
        access=access,
        commands=commands,
        answers={
            **access.answers,
            **operator.answers,
            **personal.answers,
            **subscribing.answers,
            **listed.answers,
            **settings.answers,
        },
        presses=Router(
            access.presses,
            operator.presses,
            personal.presses,
            subscribing.presses,
            listed.presses,
            settings.presses,
            commands.presses,
        ),
        inline=commands.inline,
        allowance=Allowance(config.access.lookups_per_minute),
        clock=clock,
    )


def _to_terminal(words: str) -> None:
    sys.stderr.write(f"{words}\n")


async def _offer_claim(
    store: Store,
    gate: Gate,
    adapters: Mapping[Platform, Adapter],
    clock: Clock,
    announce: Callable[[str], None],
) -> None:
    """While nobody is the operator, offer it to whoever reads the terminal."""
    chats = [platform for platform in ("telegram", "slack") if platform in adapters]
    if not chats or await gate.operator_channels():
        return
    code = await new_claim(store, by="start", now=clock())
    links = (private_link(adapter, f"{PAYLOAD}{code}") for adapter in adapters.values())
    link = next((link for link in links if link), None)
    announce(announcement(code, telegram="telegram" in chats, slack="slack" in chats, link=link))


async def _start_adapters(
    stack: AsyncExitStack,
    config: Config,
    store: Store,
    gate: Gate,
    reception: Reception,
    terminal: Terminal | None,
) -> Mapping[Platform, Adapter]:
    async def changed(channel: Channel, to: Channel | None) -> None:
        if to is None:
            await store.end_channel(channel, "the bot was removed or blocked")
        else:
            await store.move_channel(channel, to)
            gate.moved(channel, to)

    async def start(platform: Platform, adapter: Adapter) -> None:
        try:
            await adapter.start(
                Handlers(
                    command=reception.command,
                    press=reception.press,
                    changed=changed,
                    inline=reception.inline,
                )
            )
        except AdapterError as error:
            log.error("%s is off: %s", platform, error)
            return
        stack.push_async_callback(adapter.stop)
        started[platform] = adapter

    started: dict[Platform, Adapter] = {}
    made = adapters_of(config, terminal)
    async with asyncio.TaskGroup() as group:
        for platform, adapter in made.items():
            group.create_task(start(platform, adapter))
    if made and not started:
        raise StartError("no place to send alerts to could be started; see the errors above")
    return started


def _full_text(config: Config, fetcher: Fetcher, pages: PageReader, clock: Clock) -> FullText | None:
    """The reader of articles; None when it is switched off."""
    if not config.fulltext.enabled:
        return None
    return FullText(
        fetcher=fetcher,
        pages=pages,
        clock=clock,
        per_poll=config.fulltext.per_poll,
        budget_s=config.fulltext.budget_s,
    )


def _websub(config: Config, store: Store, fetcher: Fetcher, catalogue: Catalogue, clock: Clock) -> WebSub | None:
    """The subscriptions at hubs; None where nobody outside can reach our page."""
    if not config.web.enabled or not config.web.public_url:
        return None

    async def polled() -> frozenset[str]:
        return frozenset(feed.id for feed in await catalogue.polled())

    return WebSub(
        public_url=config.web.public_url,
        post=fetcher.post,
        wake=store.hasten,
        polled=polled,
        clock=clock,
        trusted=config.polling.allow_private,
    )


async def _serve_page(
    stack: AsyncExitStack,
    config: Config,
    store: Store,
    refresh_s: int,
    websub: WebSub | None,
    adapters: Mapping[Platform, Adapter],
) -> str | None:
    if not config.web.enabled:
        return None
    try:
        page = await stack.enter_async_context(
            Web(
                store,
                host=config.web.host,
                port=config.web.port,
                refresh_s=refresh_s,
                websub=websub,
                inlets=[inlet for adapter in adapters.values() for inlet in adapter.inlets],
            )
        )
    except WebError as error:
        log.error("the page is off: %s", error)
        return None
    return page.url


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
