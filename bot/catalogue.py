"""The feeds as data: those of the packs and the configuration, those added while running, and what was switched
off.

In: what an operator asks for, at the command line or in the chat. Out: values that both show. Changes are stored
and hold for the running process and after a restart; the configuration file is never written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from bot.feeds import (
    FeedParser,
    Fetcher,
    OpmlError,
    Outline,
    PageReader,
    feed_id,
    first_due,
    read_opml,
    source_of,
    write_opml,
)
from bot.model import Deferred, Entry, Failed, Feed, FeedState, Fetched, FirstRead, NotModified, ParsedFeed, Via
from bot.ports import Clock
from bot.storage import FeedHealth, Store
from rules import Item, Pack, detect

Origin = Literal["pack", "config", "added"]
KINDS = ("official", "wire", "press", "aggregator", "blog", "think tank")
SHORTEST_S = 60  # between two polls of one feed, as the politeness rules have it
_TESTED_AT_ONCE = 8


class CatalogueError(Exception):
    """What was asked for cannot be done; the message says why and what to do, for the person who asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """A feed that a pack or the configuration names."""

    feed: Feed
    origin: Origin
    on: bool  # False: a pack knows it, and it is polled only when somebody adds it


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A feed with what became of it."""

    feed: Feed
    origin: Origin
    on: bool
    health: FeedHealth | None = None  # None: not polled


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """One fetch and one parse, stored nowhere."""

    feed: Feed
    words: str  # what came, or why nothing did, in one sentence
    ok: bool
    took_s: float
    title: str = ""  # the feed's own
    entries: tuple[Entry, ...] = ()
    relevant: int = 0  # of the entries about the topic
    hub: str | None = None  # it offers pushes, see `bot.websub`


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants of a feed to be added; None and "": told by the feed, the pack or the defaults."""

    title: str = ""
    lang: str | None = None
    kind: str | None = None
    tier: int | None = None
    interval_s: int | None = None
    via: Via | None = None
    link_prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a list of feeds."""

    added: tuple[Feed, ...]
    known: tuple[Outline, ...]  # polled already
    refused: tuple[tuple[Outline, str], ...] = field(default=())  # with the reason


class Catalogue:
    """Lists, tests and changes the feeds."""

    def __init__(
        self,
        *,
        store: Store,
        fetcher: Fetcher,
        parser: FeedParser,
        pages: PageReader,
        pack: Pack,
        configured: Sequence[Configured],
        clock: Clock,
        interval_s: int = 300,
        first_read: FirstRead = "baseline",
    ) -> None:
        """`interval_s` and `first_read` are those of added feeds that have none of their own."""
        self._store = store
        self._fetcher = fetcher
        self._parser = parser
        self._pages = pages
        self._pack = pack
        self._configured = {one.feed.id: one for one in configured}
        self._clock = clock
        self._interval_s = interval_s
        self._first_read = first_read

    async def polled(self) -> tuple[Feed, ...]:
        """The feeds to poll: what the configuration names and nobody switched off, then what was added."""
        return tuple(one.feed for one in await self.listed(health=False) if one.on)

    async def listed(self, *, everything: bool = False, health: bool = True) -> tuple[Listed, ...]:
        """The feeds that are polled or were switched off; with `everything` also those that a pack only knows."""
        choices = await self._store.feed_choices()
        known = {one.feed.id: one for one in await self._store.feed_health()} if health else {}
        found: list[Listed] = []
        for id_, one in self._configured.items():
            choice = choices[id_][0] if id_ in choices else None
            on = choice == "added" or (one.on and choice != "off")
            if on or choice == "off" or everything:
                feed = choices[id_][1] if choice == "added" and not one.on else one.feed
                origin: Origin = "added" if choice == "added" and not one.on else one.origin
                found.append(Listed(feed=feed, origin=origin, on=on, health=known.get(id_) if on else None))
        found += [
            Listed(feed=feed, origin="added", on=True, health=known.get(id_))
            for id_, (choice, feed) in choices.items()
            if choice == "added" and id_ not in self._configured
        ]
        return tuple(found)

    async def named(self, which: str) -> Listed:
        """The feed that `which` means: its address in any spelling, its id, or its title. CatalogueError when none
        or several do."""
        source = source_of(which)
        everything = await self.listed(everything=True)
        id_ = feed_id(source[0]) if source else which.strip()
        if exact := [one for one in everything if one.feed.id == id_]:
            return exact[0]
        wanted = which.strip().casefold()
        alike = [one for one in everything if name_of(one.feed).casefold() == wanted]
        alike = alike or [one for one in everything if wanted and wanted in name_of(one.feed).casefold()]
        alike = [one for one in alike if one.on] or alike
        if len(alike) == 1:
            return alike[0]
        if not alike:
            raise CatalogueError(f"no feed is {which.strip()[:200]!r}; name its address or its title")
        names = ", ".join(name_of(one.feed) for one in alike[:5]) + (", …" if len(alike) > 5 else "")
        raise CatalogueError(f"{len(alike)} feeds are called so ({names}); name the address")

    async def add(self, typed: str, wish: Wish, *, by: str, unseen: bool = False) -> Tested:
        """Polls what is at `typed` from now on; it is looked at first, and where it is a page with feeds, the
        first that can be read is taken. `unseen`: takes it as it is. Returns what was seen. CatalogueError when
        there is nothing to poll, or it is polled already."""
        feed = self.wished(typed, wish)
        await self._refuse_known(feed)
        if unseen:
            tested = Tested(feed=feed, words="not looked at", ok=True, took_s=0.0)
        else:
            tested = await self.look(feed)
            if not tested.ok:
                raise CatalogueError(f"{shown(feed.url)}: {tested.words}")
            if tested.feed.id != feed.id:
                await self._refuse_known(tested.feed)
        added = replace(tested.feed, title=tested.feed.title or tested.title)
        await self._start(added, by)
        return replace(tested, feed=added)

    async def remove(self, which: str, *, by: str) -> Listed:
        """Polls the feed no more; its items and alerts stay. One that the configuration names is remembered as
        switched off. CatalogueError when it is not polled."""
        one = await self.named(which)
        if not one.on:
            raise CatalogueError(f"{name_of(one.feed)} is not polled")
        named = self._configured.get(one.feed.id)
        await self._store.stop_feed(one.feed.id, off=named is not None and named.on, by=by, now=self._clock())
        return replace(one, on=False, health=None)

    async def look(self, feed: Feed) -> Tested:
        """What is at the feed's address, or at the first feed that its page leads to. The `Tested.feed` is the one
        that can be read."""
        tested = await self.test(feed)
        if tested.ok or feed.via != "feed":
            return tested
        page = await self._fetcher.get(feed.url)
        if isinstance(page, Failed):
            return tested
        for address in await self._pages.feed_addresses(page):
            found = await self.test(replace(feed, id=feed_id(address), url=address))
            if found.ok and found.entries:
                return found
        return replace(tested, words=f"{tested.words}, and none of the usual places has a feed")

    async def test(self, feed: Feed) -> Tested:
        """One fetch and one parse of `feed`."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        state = FeedState(feed_id=feed.id, due_at=self._clock())
        result = await self._fetcher.fetch(feed, state)
        parsed = await self._parsed(feed, result) if isinstance(result, Fetched) else result
        took_s = loop.time() - started
        match parsed:
            case ParsedFeed(entries=entries):
                relevant = await asyncio.to_thread(self._relevant, entries)
                return Tested(
                    feed=feed,
                    words=_what_came(parsed, relevant),
                    ok=True,
                    took_s=took_s,
                    title=parsed.title,
                    entries=entries,
                    relevant=relevant,
                    hub=parsed.hub,
                )
            case Failed(reason=reason) | Deferred(reason=reason):
                return Tested(feed=feed, words=reason, ok=False, took_s=took_s)
            case NotModified():
                return Tested(feed=feed, words="not modified, though asked anew", ok=False, took_s=took_s)

    async def test_all(self, feeds: Iterable[Feed], tested: Callable[[Tested], None]) -> tuple[Tested, ...]:
        """A test of each of `feeds`, several at a time; `tested` is told of each as it ends. In their order."""
        places = asyncio.Semaphore(_TESTED_AT_ONCE)

        async def one(feed: Feed) -> Tested:
            async with places:
                result = await self.test(feed)
            tested(result)
            return result

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(feed)) for feed in feeds]
        return tuple(task.result() for task in tasks)

    async def import_opml(
        self, body: bytes, *, by: str, handled: Callable[[Outline], None] = lambda outline: None
    ) -> Imported:
        """Adds the feeds of an OPML file unseen; `handled` is told of each. CatalogueError when it is none."""
        try:
            outlines = read_opml(body)
        except OpmlError as error:
            raise CatalogueError(f"the file cannot be used: {error}") from error
        on = {one.feed.id for one in await self.listed(health=False) if one.on}
        added: list[Feed] = []
        known: list[Outline] = []
        refused: list[tuple[Outline, str]] = []
        for outline in outlines:
            try:
                feed = self.wished(outline.url, _wish_of(outline))
            except CatalogueError as error:
                refused.append((outline, str(error)))
            else:
                if feed.id in on:
                    known.append(outline)
                else:
                    on.add(feed.id)
                    await self._start(feed, by)
                    added.append(feed)
            handled(outline)
        return Imported(added=tuple(added), known=tuple(known), refused=tuple(refused))

    async def export_opml(self) -> bytes:
        """The feeds that are polled, as OPML 2.0. Without those whose address holds a login."""
        feeds = [feed for feed in await self.polled() if not _has_login(feed.url)]
        return write_opml(feeds, title="Dealwire feeds", at=self._clock())

    def wished(self, typed: str, wish: Wish) -> Feed:
        """The feed as it would be polled. A feed that a pack knows brings the pack's title, language and kind."""
        source = source_of(typed)
        if source is None:
            raise CatalogueError(f"{typed.strip()[:200]!r} is no address; expected https://… or @channel")
        url, via = source
        if _has_login(url):
            raise CatalogueError("a feed with a login belongs into config.toml, which is not shown to others")
        if wish.kind is not None and wish.kind not in KINDS:
            raise CatalogueError(f"no kind is called {wish.kind!r}; there are {', '.join(KINDS)}")
        if wish.interval_s is not None and wish.interval_s < SHORTEST_S:
            raise CatalogueError("the shortest interval is one minute")
        known = self._configured.get(feed_id(url))
        fresh = Feed(
            id=feed_id(url),
            url=url,
            title="",
            kind="press",
            interval_s=self._interval_s,
            adaptive=True,
            first_read=self._first_read,
        )
        pattern = known.feed if known else fresh
        return replace(
            pattern,
            title=wish.title or pattern.title,
            lang=wish.lang or pattern.lang,
            kind=wish.kind or pattern.kind,
            tier=wish.tier or pattern.tier,
            interval_s=wish.interval_s or pattern.interval_s,
            adaptive=pattern.adaptive and wish.interval_s is None,
            via=wish.via or ("newslist" if wish.link_prefix else via),
            link_prefix=wish.link_prefix,
        )

    async def _refuse_known(self, feed: Feed) -> None:
        for one in await self.listed(health=False):
            if one.on and one.feed.id == feed.id:
                raise CatalogueError(f"{shown(feed.url)} is polled already, as {name_of(one.feed)}")

    async def _start(self, feed: Feed, by: str) -> None:
        now = self._clock()
        named = self._configured.get(feed.id)
        back = named is not None and named.on  # it was only switched off
        await self._store.add_feed(
            named.feed if named is not None and back else feed,
            first_due(feed, now),
            by=by,
            now=now,
            chosen=not back,
        )

    async def _parsed(self, feed: Feed, page: Fetched) -> ParsedFeed | Failed:
        if feed.via == "feed":
            return await self._parser.parse(page.body, page.content_type, page.url)
        return await self._pages.parse(feed, page)

    def _relevant(self, entries: Sequence[Entry]) -> int:
        today = self._clock().date()
        items = (
            Item(
                id="",
                title=entry.title,
                text=entry.text,
                on=(entry.published_at.date() if entry.published_at else today),
                url=entry.url,
            )
            for entry in entries
        )
        return sum(detect(item, self._pack).relevant for item in items)


def name_of(feed: Feed) -> str:
    """Its title, or where it stands: a feed that was added unseen names itself in alerts only."""
    if feed.title:
        return feed.title
    parts = urlsplit(feed.url)
    if feed.via == "telegram":
        return "@" + parts.path.rstrip("/").rpartition("/")[2]
    return (parts.hostname or feed.url).removeprefix("www.")


def shown(url: str) -> str:
    """The address without a login, for people."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def health_words(one: Listed, now: datetime) -> str:
    """How the feed is doing, in a few words."""
    if not one.on:
        return "off" if one.origin != "pack" or one.health else "not polled"
    if one.health is None:
        return "not read yet"
    state = one.health.state
    if state.gone_at is not None:
        return "gone: its server says for good"
    if state.failures:
        times = "once" if state.failures == 1 else f"{state.failures} times in a row"
        return f"failing {times}: {state.last_error or 'no reason known'}"
    read_at = state.succeeded_at or state.polled_at
    return f"read {_ago(read_at, now)}" if read_at else "not read yet"


def is_well(one: Listed) -> bool:
    """Whether nothing needs the operator's eye; a feed not read yet counts as well."""
    return one.health is None or (one.health.state.failures == 0 and one.health.state.gone_at is None)


def last_item_words(one: Listed, now: datetime) -> str:
    """When it last brought something; "" when it is not polled."""
    if one.health is None:
        return ""
    return _ago(one.health.last_item_at, now) if one.health.last_item_at else "nothing yet"


def _what_came(parsed: ParsedFeed, relevant: int) -> str:
    count = len(parsed.entries)
    if not count:
        return "a feed without entries"
    dated = [entry.published_at for entry in parsed.entries if entry.published_at]
    newest = f", the newest of {max(dated):%d %b %Y %H:%M} UTC" if dated else ", none with a date"
    about = f"; {relevant} about the topic" if relevant else "; none about the topic"
    return f"{count} {'entry' if count == 1 else 'entries'}{newest}{about}"


def _ago(moment: datetime, now: datetime) -> str:
    seconds = max(0.0, (now - moment).total_seconds())
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length:.0f} {unit} ago"
    return "just now"


def _wish_of(outline: Outline) -> Wish:
    via: Via | None = None
    match outline.via:
        case "newslist" | "telegram" as via:
            pass
    return Wish(
        title=outline.title,
        lang=outline.lang,
        kind=outline.kind if outline.kind in KINDS else None,
        tier=outline.tier,
        via=via,
        link_prefix=outline.link_prefix or "",
    )


def _has_login(url: str) -> bool:
    return "@" in urlsplit(url).netloc
