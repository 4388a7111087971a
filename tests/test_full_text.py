"""Articles behind thin summaries: which are read, with what care, and what becomes of them in an alert."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from aiohttp import web

from bot.feeds import FeedParser, Fetcher, FullText, PageReader, feed_id, first_due, wants_full_text
from bot.ingest import Ingest
from bot.model import Entry, Feed, StoredItem
from bot.storage import Store
from rules import Item, Pack, detect

PAGES = Path(__file__).parent / "data/pages"
START = datetime(2026, 11, 20, 8, 32, tzinfo=UTC)
HEADLINE = "India to receive fourth S-400 squadron from Russia by March"


@dataclass
class Site:
    """A news site: a feed of one entry without text, its articles, its robots.txt."""

    articles: dict[str, bytes] = field(default_factory=dict)
    robots: tuple[int, str] = (404, "")
    kind: str = "press"
    slow_s: float = 0.0
    asked: list[str] = field(default_factory=list)
    address: str = ""

    def url(self, path: str) -> str:
        return f"http://{self.address}{path}"

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if request.path == "/robots.txt":
            return web.Response(status=self.robots[0], text=self.robots[1])
        if request.path == "/rss":
            items = "".join(
                f"<item><title>{HEADLINE}</title><link>{self.url(path)}</link><guid>{path}</guid></item>"
                for path in self.articles
            )
            return web.Response(body=f'<rss version="2.0"><channel><title>Post</title>{items}</channel></rss>'.encode())
        await asyncio.sleep(self.slow_s)
        return web.Response(body=self.articles[request.path], content_type="text/html", charset="utf-8")


@asynccontextmanager
async def serving(site: Site) -> AsyncIterator[Site]:
    app = web.Application()
    app.router.add_get("/{path:.*}", site.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.address = f"127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield site
    finally:
        await runner.cleanup()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving(Site(articles={"/s-400": (PAGES / "article.html").read_bytes()})) as made:
        yield made


@asynccontextmanager
async def reader(site: Site, *, budget_s: float = 15.0, per_poll: int = 5) -> AsyncIterator[FullText]:
    async with (
        Fetcher(user_agent="Dealwire/test", allow_private=[site.address], per_host_gap_s=0) as fetcher,
        PageReader() as pages,
    ):
        yield FullText(fetcher=fetcher, pages=pages, clock=lambda: START, budget_s=budget_s, per_poll=per_poll)


async def polled(site: Site, store: Store, pack: Pack, *, full_text: bool = True) -> StoredItem:
    """The item that one poll of the site's feed stored."""
    feed = Feed(id=feed_id(site.url("/rss")), url=site.url("/rss"), title="Post", first_read="show")
    async with AsyncExitStack() as stack:
        fetcher = await stack.enter_async_context(
            Fetcher(user_agent="Dealwire/test", allow_private=[site.address], per_host_gap_s=0)
        )
        parser = await stack.enter_async_context(FeedParser())
        pages = await stack.enter_async_context(PageReader())
        ingest = Ingest(
            store=store,
            fetcher=fetcher,
            parser=parser,
            pack=pack,
            clock=lambda: START + timedelta(minutes=1),
            random=Random(1),
            owner="test",
            concurrency=4,
            on_deliveries=lambda: None,
            pages=pages,
            full_text=FullText(fetcher=fetcher, pages=pages, clock=lambda: START) if full_text else None,
        )
        await store.sync_feeds([feed], lambda feed: first_due(feed, START).due_at, START)
        task = asyncio.create_task(ingest.run())
        await asyncio.sleep(0)
        await ingest.tick()
        async with asyncio.timeout(30):
            while not ingest.idle:  # noqa: ASYNC110 - what the application itself can see
                await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    (alert,) = await store.latest(5)
    item = await store.item(alert.item_id)
    assert item is not None
    return item


async def test_the_article_is_judged_and_told_in_place_of_a_thin_summary(site: Site, store: Store, pack: Pack) -> None:
    item = await polled(site, store, pack)
    assert item.entry.text == ""  # the feed's own words stay what they are
    assert item.article is not None and "$5.43 billion" in item.article
    assert "cookies" not in item.article and "Film star" not in item.article
    assert item.detection is not None
    for fact in item.detection.facts:
        if fact.field == "text":
            assert item.judged_text[fact.start : fact.end] == fact.quote
    assert {fact.kind for fact in item.detection.facts} >= {"money"}
    (alert,) = await store.latest(5)
    assert "fourth squadron" in alert.card.summary
    assert site.asked == ["/rss", "/robots.txt", "/s-400"]


async def test_without_full_text_only_the_feed_is_read(site: Site, store: Store, pack: Pack) -> None:
    item = await polled(site, store, pack, full_text=False)
    assert item.article is None
    assert site.asked == ["/rss"]


async def test_an_article_behind_a_wall_leaves_the_summary(site: Site, store: Store, pack: Pack) -> None:
    site.articles["/s-400"] = (PAGES / "wall.html").read_bytes()
    assert (await polled(site, store, pack)).article is None


@pytest.mark.parametrize(
    ("robots", "words"),
    [
        ((200, "User-agent: *\nDisallow: /s-"), "robots.txt"),
        ((200, "User-agent: Dealwire\nDisallow: /"), "robots.txt"),
        ((503, ""), "robots.txt"),
        ((200, "User-agent: *\nDisallow: /other"), None),
    ],
)
async def test_robots_txt_is_obeyed(site: Site, robots: tuple[int, str], words: str | None) -> None:
    site.robots = robots
    async with reader(site) as full_text:
        articles = await full_text.read([site.url("/s-400")])
    assert ("/s-400" in site.asked) == (words is None)
    assert bool(articles.texts) == (words is None)
    assert all(words is not None and words in reason for reason in articles.failures.values())


async def test_what_is_late_is_left_and_the_rest_is_kept(site: Site) -> None:
    async with reader(site, budget_s=3.0) as full_text:
        first = await full_text.read([site.url("/s-400")])
        site.slow_s = 60
        site.articles["/late"] = b""
        started = asyncio.get_running_loop().time()
        second = await full_text.read([site.url("/late")])
    assert list(first.texts) == [site.url("/s-400")]
    assert second.failures == {site.url("/late"): "not read within 3 s"}
    assert asyncio.get_running_loop().time() - started < 6


async def test_no_more_are_read_than_allowed(site: Site) -> None:
    for number in range(6):
        site.articles[f"/{number}"] = site.articles["/s-400"]
    async with reader(site, per_poll=2) as full_text:
        articles = await full_text.read([site.url(f"/{number}") for number in range(6)])
    assert len(articles.texts) == 2
    assert len(site.asked) == 3


async def test_an_address_that_is_not_public_is_not_read(site: Site) -> None:
    async with serving(Site(articles={"/secret": b"x"})) as internal, reader(site) as full_text:
        articles = await full_text.read([internal.url("/secret")])
        assert internal.asked == []
    assert articles.texts == {}


@pytest.mark.parametrize("name", ["article", "article_hi", "article_ru"])
async def test_the_article_is_found_in_each_language(name: str) -> None:
    async with (
        serving(Site(articles={"/a": (PAGES / f"{name}.html").read_bytes()})) as site,
        reader(site) as full_text,
    ):
        text = (await full_text.read([site.url("/a")])).texts[site.url("/a")]
    lines = text.splitlines()
    assert len([line for line in lines if len(line.split()) > 10]) == 3  # its three paragraphs
    assert not {"होम", "Спорт", "Most read", "Контакты"} & set(text.split())


def entry(title: str, text: str = "", url: str | None = "https://post.example/1") -> Entry:
    return Entry(guid="1", url=url, title=title, text=text, published_at=None, fingerprint="x")


@pytest.mark.parametrize(
    ("what", "wanted"),
    [
        (entry(HEADLINE), True),
        (entry("S-400 squadron moved to a new base"), True),
        (entry("Monsoon reaches Kerala three days early"), False),
        (entry(HEADLINE, "word " * 40), False),
        (entry(HEADLINE, url=None), False),
        (entry(HEADLINE, url="https://t.me/sample/1"), False),
        (entry(HEADLINE, url="https://news.google.com/rss/articles/CBMiWkFVX3lxTE1kQm5jZ0xXb2pX?oc=5"), False),
    ],
    ids=lambda value: value.title[:20] if isinstance(value, Entry) else "",
)
def test_only_promising_and_thin_entries_are_worth_a_request(what: Entry, wanted: bool, pack: Pack) -> None:
    detection = detect(Item(id="1", title=what.title, text=what.text, on=START.date(), url=what.url), pack)
    assert wants_full_text(what, detection, pack.threshold) is wanted
