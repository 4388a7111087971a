"""The feeds of the packs and the configuration, those added while running, and what was switched off.

In: what an operator asks for, at the command line or in the chat. Out: values that both show. Changes are stored
and hold for the running process and after a restart; the configuration file is never written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from bot.catalogue.tester import FeedTester
from bot.catalogue.values import (
    KINDS,
    CatalogueError,
    Configured,
    Imported,
    Listed,
    Origin,
    Tested,
    Wish,
)
from bot.catalogue.words import name_of, shown
from bot.feeds import OpmlError, Outline, feed_id, first_due, read_opml, source_of, write_opml
from bot.model import Feed, FirstRead, Said, Via, said, said_count
from bot.ports import Clock
from bot.storage import Store

SHORTEST_S = 60  # between two polls of one feed, as the politeness rules have it


class Catalogue:
    """Lists, tests and changes the feeds."""

    def __init__(
        self,
        *,
        store: Store,
        tester: FeedTester,
        configured: Sequence[Configured],
        clock: Clock,
        interval_s: int = 300,
        first_read: FirstRead = "baseline",
    ) -> None:
        """`interval_s` and `first_read` are those of added feeds that have none of their own."""
        self._store = store
        self.tester = tester
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
            typed = which.strip()[:200]
            raise CatalogueError(said("no feed is '{typed}'; name its address or its title", typed=typed))
        names = ", ".join(name_of(one.feed) for one in alike[:5]) + (", …" if len(alike) > 5 else "")
        raise CatalogueError(
            said_count(
                "{n} feed is called so ({names}); name the address",
                "{n} feeds are called so ({names}); name the address",
                len(alike),
                names=names,
            )
        )

    async def add(self, typed: str, wish: Wish, *, by: str, unseen: bool = False) -> Tested:
        """Polls what is at `typed` from now on; it is looked at first, and where it is a page with feeds, the
        first that can be read is taken. `unseen`: takes it as it is. Returns what was seen. CatalogueError when
        there is nothing to poll, or it is polled already."""
        feed = self.wished(typed, wish)
        await self._refuse_known(feed)
        if unseen:
            tested = Tested(feed=feed, words=said("not looked at"), ok=True, took_s=0.0)
        else:
            tested = await self.tester.look(feed)
            if not tested.ok:
                raise CatalogueError(said("{address}: {reason}", address=shown(feed.url), reason=tested.words))
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
            raise CatalogueError(said("{feed} is not polled", feed=name_of(one.feed)))
        named = self._configured.get(one.feed.id)
        await self._store.stop_feed(one.feed.id, off=named is not None and named.on, by=by, now=self._clock())
        return replace(one, on=False, health=None)

    async def test(self, which: str) -> Tested:
        """What came of the feed that `which` means now, or of what is at that address. CatalogueError when it is
        neither."""
        try:
            named = await self.named(which)
        except CatalogueError:
            return await self.tester.look(self.wished(which, Wish()))
        return await self.tester.test(named.feed)

    async def import_opml(
        self, body: bytes, *, by: str, handled: Callable[[Outline], None] = lambda outline: None
    ) -> Imported:
        """Adds the feeds of an OPML file unseen; `handled` is told of each. CatalogueError when it is none."""
        try:
            outlines = read_opml(body)
        except OpmlError as error:
            raise CatalogueError(said("the file cannot be used: {reason}", reason=error.said)) from error
        on = {one.feed.id for one in await self.listed(health=False) if one.on}
        added: list[Feed] = []
        known: list[Outline] = []
        refused: list[tuple[Outline, Said]] = []
        for outline in outlines:
            try:
                feed = self.wished(outline.url, _wish_of(outline))
            except CatalogueError as error:
                refused.append((outline, error.said))
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
            wrong = typed.strip()[:200]
            raise CatalogueError(said("'{typed}' is no address; expected https://… or @channel", typed=wrong))
        url, via = source
        if _has_login(url):
            raise CatalogueError(said("a feed with a login belongs into config.toml, which is not shown to others"))
        if wish.kind is not None and wish.kind not in KINDS:
            kinds = ", ".join(KINDS)
            raise CatalogueError(said("no kind is called '{typed}'; there are {kinds}", typed=wish.kind, kinds=kinds))
        if wish.interval_s is not None and wish.interval_s < SHORTEST_S:
            raise CatalogueError(said("the shortest interval is one minute"))
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
                raise CatalogueError(
                    said("{address} is polled already, as {feed}", address=shown(feed.url), feed=name_of(one.feed))
                )

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
