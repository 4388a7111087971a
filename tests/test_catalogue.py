"""The list of feeds as the operator changes it: on a real store, with a site of feeds to look at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.catalogue import Catalogue, CatalogueError, Configured, FeedTester, Wish, health_said, is_well, name_of
from bot.feed_commands import FeedCommands
from bot.feeds import FeedParser, Fetcher, PageReader, feed_id, first_due, read_opml
from bot.model import Channel, Command, Feed, said
from bot.storage import Store
from rules import Pack

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
RSS = (
    '<rss version="2.0"><channel><title>Sample Wire</title>'
    "<item><title>India and Russia sign contract for five more S-400 squadrons</title><guid>1</guid>"
    "<pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate></item>"
    "<item><title>Monsoon reaches Kerala</title><guid>2</guid></item></channel></rss>"
)
PAGE = (
    '<html><head><title>News</title><link rel="alternate" type="application/rss+xml" href="/gone.xml">'
    '<link rel="alternate" type="application/rss+xml" href="/wire"></head><body><p>hello</p></body></html>'
)


def feed(url: str, title: str) -> Feed:
    return Feed(id=feed_id(url), url=url, title=title)


PACK_FEED = feed("https://pack.example/rss", "Pack Press")
PACK_OTHER = replace(feed("https://other.example/rss", "Pack Other"), lang="hi", kind="wire", tier=1)
OWN = feed("https://own.example/rss", "Own Press")


@dataclass
class Desk:
    catalogue: Catalogue
    store: Store
    site: str

    async def polled(self) -> list[str]:
        """Titles of the feeds that a running bot claims when they are due."""
        return sorted(one.feed.title for one in await self.store.feed_health())

    async def restarted(self) -> list[str]:
        """The same after the configuration was read again."""
        await self.store.sync_feeds(await self.catalogue.polled(), lambda feed: first_due(feed, NOW).due_at, NOW)
        return await self.polled()


async def answer(request: web.Request) -> web.Response:
    bodies = {"/wire": RSS, "/": PAGE, "/empty": "<html><body>nothing</body></html>"}
    if request.path not in bodies:
        raise web.HTTPNotFound
    return web.Response(text=bodies[request.path], content_type="text/html")


@pytest.fixture
async def desk(store: Store, pack: Pack) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        app = web.Application()
        app.router.add_get("/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = f"127.0.0.1:{runner.addresses[0][1]}"
        fetcher = await stack.enter_async_context(
            Fetcher(user_agent="test", allow_private=[address], per_host_gap_s=0, total_timeout_s=5)
        )
        tester = FeedTester(
            fetcher=fetcher,
            parser=await stack.enter_async_context(FeedParser()),
            pages=await stack.enter_async_context(PageReader()),
            pack=pack,
            clock=lambda: NOW,
        )
        catalogue = Catalogue(
            store=store,
            tester=tester,
            configured=[
                Configured(feed=PACK_FEED, origin="pack", on=True),
                Configured(feed=PACK_OTHER, origin="pack", on=False),
                Configured(feed=OWN, origin="config", on=True),
            ],
            clock=lambda: NOW,
        )
        made = Desk(catalogue=catalogue, store=store, site=f"http://{address}")
        await made.restarted()
        yield made


async def test_an_added_feed_is_polled_at_once_and_after_a_restart(desk: Desk) -> None:
    tested = await desk.catalogue.add(desk.site + "/wire", Wish(lang="en", interval_s=900), by="test")
    assert (tested.feed.title, tested.feed.interval_s, len(tested.entries), tested.relevant) == (
        "Sample Wire",
        900,
        2,
        1,
    )
    assert await desk.polled() == ["Own Press", "Pack Press", "Sample Wire"]
    assert await desk.restarted() == ["Own Press", "Pack Press", "Sample Wire"]
    claims = await desk.store.claim_due_feeds(NOW + timedelta(minutes=1), 60, 100, "test")
    assert "Sample Wire" in [feed.title for feed, _ in claims]


async def test_a_page_leads_to_the_first_feed_of_it_that_can_be_read(desk: Desk) -> None:
    tested = await desk.catalogue.add(desk.site + "/", Wish(), by="test")
    assert tested.feed.url == desk.site + "/wire"


async def test_what_has_no_feed_is_not_added(desk: Desk) -> None:
    with pytest.raises(CatalogueError, match="an HTML page instead of a feed, and none of the usual places"):
        await desk.catalogue.add(desk.site + "/empty", Wish(), by="test")
    assert await desk.polled() == ["Own Press", "Pack Press"]


@pytest.mark.parametrize(
    ("typed", "wish", "words"),
    [
        ("no address", Wish(), "no address"),
        ("file:///etc/passwd", Wish(), "no address"),
        ("https://user:word@x.example/rss", Wish(), "login belongs into config.toml"),
        ("https://x.example/rss", Wish(kind="gossip"), "no kind"),
        ("https://x.example/rss", Wish(interval_s=5), "one minute"),
        ("http://pack.example/rss/", Wish(), "polled already, as Pack Press"),
    ],
)
async def test_a_wish_that_cannot_be_is_refused_in_words(desk: Desk, typed: str, wish: Wish, words: str) -> None:
    with pytest.raises(CatalogueError, match=words) as caught:
        await desk.catalogue.add(typed, wish, by="test", unseen=True)
    assert "word@" not in str(caught.value)


async def test_a_removed_feed_stays_off_and_its_items_stay(desk: Desk) -> None:
    await desk.catalogue.add(desk.site + "/wire", Wish(), by="test")
    for which in ("sample wire", "https://www.pack.example/rss", OWN.id):
        await desk.catalogue.remove(which, by="test")
    assert await desk.polled() == []
    assert await desk.restarted() == []
    off = {one.feed.title: (one.origin, one.on) for one in await desk.catalogue.listed()}
    assert off == {"Pack Press": ("pack", False), "Own Press": ("config", False)}
    with pytest.raises(CatalogueError, match="is not polled"):
        await desk.catalogue.remove("Own Press", by="test")


async def test_a_feed_switched_off_comes_back_as_it_was(desk: Desk) -> None:
    await desk.catalogue.remove("Pack Press", by="test")
    await desk.catalogue.add("https://pack.example/rss", Wish(), by="test", unseen=True)
    (back,) = [one for one in await desk.catalogue.listed() if one.feed.title == "Pack Press"]
    assert (back.origin, back.on, back.feed) == ("pack", True, PACK_FEED)
    assert await desk.store.feed_choices() == {}
    assert await desk.restarted() == ["Own Press", "Pack Press"]


async def test_a_feed_that_a_pack_only_knows_brings_its_particulars(desk: Desk) -> None:
    assert "Pack Other" not in [one.feed.title for one in await desk.catalogue.listed()]
    assert "Pack Other" in [one.feed.title for one in await desk.catalogue.listed(everything=True)]
    await desk.catalogue.add("other.example/rss", Wish(), by="test", unseen=True)
    (added,) = [one for one in await desk.catalogue.listed() if one.origin == "added"]
    assert (added.feed.title, added.feed.lang, added.feed.kind, added.feed.tier) == ("Pack Other", "hi", "wire", 1)
    await desk.catalogue.remove("Pack Other", by="test")
    assert await desk.restarted() == ["Own Press", "Pack Press"]


async def test_a_title_that_several_have_is_asked_back(desk: Desk) -> None:
    with pytest.raises(CatalogueError, match=r"2 feeds are called so \(Pack Press, Own Press\)"):
        await desk.catalogue.named("press")
    with pytest.raises(CatalogueError, match="no feed is 'Nobody'"):
        await desk.catalogue.named("Nobody")


async def test_a_list_goes_out_and_comes_in_again(desk: Desk) -> None:
    await desk.catalogue.add("@sample_export", Wish(lang="ru"), by="test", unseen=True)
    body = await desk.catalogue.export_opml()
    assert [one.url for one in read_opml(body)] == [PACK_FEED.url, OWN.url, "https://t.me/s/sample_export"]
    await desk.catalogue.remove("@sample_export", by="test")
    more = body.replace(
        b"</body>", b'<outline xmlUrl="https://u:p@x.example/"/><outline xmlUrl="https://n.example/"/></body>'
    )
    handled: list[str] = []
    done = await desk.catalogue.import_opml(more, by="test", handled=lambda outline: handled.append(outline.url))
    assert [(feed.url, feed.title, feed.lang, feed.via) for feed in done.added] == [
        ("https://t.me/s/sample_export", "", "ru", "telegram"),
        ("https://x.example/", "", None, "feed"),
        ("https://n.example/", "", None, "feed"),
    ]
    assert [name_of(feed) for feed in done.added] == ["@sample_export", "x.example", "n.example"]
    assert len(done.known) == 2
    assert len(handled) == 5
    with pytest.raises(CatalogueError, match="no OPML"):
        await desk.catalogue.import_opml(b"<rss/>", by="test")


async def test_many_feeds_are_tested_side_by_side_and_each_is_told(desk: Desk) -> None:
    feeds = [feed(f"{desk.site}/{path}", path) for path in ("wire", "missing", "empty")]
    told: list[str] = []
    results = await desk.catalogue.tester.test_all(feeds, lambda tested: told.append(tested.feed.title))
    assert [(one.ok, str(one.words)) for one in results] == [
        (True, "2 entries, the newest of 20 Nov 2026 10:00 UTC; 1 about the topic"),
        (False, "HTTP 404 Not Found"),
        (False, "an HTML page instead of a feed"),
    ]
    assert sorted(told) == ["empty", "missing", "wire"]


async def test_health_says_in_words_how_a_feed_does(desk: Desk) -> None:
    claims = await desk.store.claim_due_feeds(NOW + timedelta(minutes=1), 60, 100, "test")
    states = {feed.title: state for feed, state in claims}
    async with desk.store.write() as tx:
        await tx.save_feed_states(
            [
                replace(states["Pack Press"], failures=2, last_error="HTTP 503", polled_at=NOW),
                replace(states["Own Press"], polled_at=NOW, succeeded_at=NOW - timedelta(hours=3)),
            ]
        )
    words = {one.feed.title: str(health_said(one, NOW)) for one in await desk.catalogue.listed()}
    assert words == {"Pack Press": "failing 2 times in a row: HTTP 503", "Own Press": "read 3 h ago"}


async def test_a_feed_that_never_answered_is_neither_read_nor_well(desk: Desk) -> None:
    """As an outage of the network here leaves it: asked, and not blamed."""
    (state, *_) = [state for _, state in await desk.store.claim_due_feeds(NOW + timedelta(minutes=1), 60, 100, "test")]
    async with desk.store.write() as tx:
        await tx.save_feed_states([replace(state, polled_at=NOW - timedelta(minutes=5))])
    found = {one.feed.id: one for one in await desk.catalogue.listed()}
    assert str(health_said(found[state.feed_id], NOW)) == "not read yet; no answer 5 min ago"
    assert [one.feed.id for one in found.values() if not is_well(one)] == [state.feed_id]
    status = await desk.store.status()
    assert (status.feeds_failing, status.feeds_read) == (0, 0)


async def test_health_says_where_a_feed_went(desk: Desk) -> None:
    claims = await desk.store.claim_due_feeds(NOW + timedelta(minutes=1), 60, 100, "test")
    states = {feed.title: state for feed, state in claims}
    read = replace(states["Own Press"], polled_at=NOW, succeeded_at=NOW)
    async with desk.store.write() as tx:
        await tx.save_feed_states(
            [
                replace(states["Pack Press"], failures=2, last_error="HTTP 410", gone_at=NOW - timedelta(days=1)),
                replace(read, moved_to="https://user:secret@new.example/rss"),
            ]
        )
    words = {one.feed.title: str(health_said(one, NOW)) for one in await desk.catalogue.listed()}
    assert words == {
        "Pack Press": f"gone since {said('{at}', at=NOW - timedelta(days=1))}: its server says for good",
        "Own Press": "read just now; moved to https://new.example/rss",
    }


async def test_the_operator_does_the_same_in_the_chat(desk: Desk) -> None:
    commands = FeedCommands(store=desk.store, catalogue=desk.catalogue, clock=lambda: NOW)

    async def say(text: str) -> str:
        channel = Channel.parse("telegram:42")
        reply = await commands.answer(
            Command(name="feeds", args=text, channel=channel, user="telegram:42", private=True, manager=True)
        )
        return "\n".join("".join(run.text for run in row) for row in reply.lines)

    assert "2 feeds" in await say("")
    assert f"Added: Sample Wire ({desk.site}/wire)" in await say(f"add {desk.site}/")
    assert "2 entries" in await say("test sample wire")
    assert "S-400" in await say(f"test {desk.site}/wire")
    assert "3 of 3 feeds are well" in await say("health")
    assert "No longer polled: Sample Wire" in await say("remove sample wire")
    assert "Not done: Sample Wire" not in await say("list sample")
    assert "feeds add ADDRESS" in await say("dance")
    assert await desk.polled() == ["Own Press", "Pack Press"]


async def test_two_who_add_one_feed_at_once_add_it_once(desk: Desk) -> None:
    adds = [desk.catalogue.add(desk.site + "/wire", Wish(), by="test") for _ in range(2)]
    results = await asyncio.gather(*adds, return_exceptions=True)
    assert not [one for one in results if isinstance(one, Exception) and not isinstance(one, CatalogueError)]
    assert await desk.polled() == ["Own Press", "Pack Press", "Sample Wire"]
