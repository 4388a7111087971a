"""Looks at feeds once: one fetch and one parse, stored nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from bot.catalogue.values import Tested
from bot.catalogue.words import what_came
from bot.feed_words import reason_said
from bot.feeds import FeedParser, Fetcher, PageReader, feed_id, with_hub
from bot.model import Deferred, Entry, Failed, Feed, FeedState, Fetched, NotModified, ParsedFeed, said
from bot.ports import Clock
from rules import Item, Pack, detect

_TESTED_AT_ONCE = 8


class FeedTester:
    """Holds what reads feeds; opens and closes nothing."""

    def __init__(self, *, fetcher: Fetcher, parser: FeedParser, pages: PageReader, pack: Pack, clock: Clock) -> None:
        """`pack` says which entries are about the topic."""
        self._fetcher = fetcher
        self._parser = parser
        self._pages = pages
        self._pack = pack
        self._clock = clock

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
        nowhere = said("{reason}, and none of the usual places has a feed", reason=tested.words)
        return replace(tested, words=nowhere)

    async def test(self, feed: Feed) -> Tested:
        """One fetch and one parse of `feed`."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        state = FeedState(feed_id=feed.id, due_at=self._clock())
        result = await self._fetcher.fetch(feed, state)
        parsed = await self._parsed(feed, result) if isinstance(result, Fetched) else result
        if isinstance(parsed, ParsedFeed) and isinstance(result, Fetched):
            parsed = with_hub(parsed, result)
        took_s = loop.time() - started
        match parsed:
            case ParsedFeed(entries=entries):
                relevant = await asyncio.to_thread(self._relevant, entries)
                return Tested(
                    feed=feed,
                    words=what_came(parsed, relevant),
                    ok=True,
                    took_s=took_s,
                    title=parsed.title,
                    entries=entries,
                    relevant=relevant,
                    hub=parsed.hub,
                )
            case Failed(reason=reason) | Deferred(reason=reason):
                return Tested(feed=feed, words=reason_said(reason), ok=False, took_s=took_s)
            case NotModified():
                return Tested(feed=feed, words=said("not modified, though asked anew"), ok=False, took_s=took_s)

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
