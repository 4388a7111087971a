"""Sources that are pages, and feeds of others' news, through the whole application: the same polling, the same
identity, the same alerts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from pydantic import SecretStr

from bot.access import Access as Allowed
from bot.app import App, running
from bot.commands import Commands
from bot.config import Config, Console, Database, FullText, Polling, Web
from bot.feed_commands import FeedCommands
from bot.feeds import feed_id
from bot.model import Channel, Command, Feed, Via
from tests.feed_server import FeedServer

PAGES = Path(__file__).parent / "data/pages"


@dataclass
class Newsroom:
    """The application with one feed, polled when the test says so."""

    folder: Path
    server: FeedServer
    now: datetime = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

    def feed(self, name: str, via: Via = "feed", *, kind: str = "official", link_prefix: str = "") -> Feed:
        url = self.server.url(name)
        return Feed(
            id=feed_id(url), url=url, title=name, via=via, kind=kind, first_read="show", link_prefix=link_prefix
        )

    @asynccontextmanager
    async def open(self, *feeds: Feed) -> AsyncIterator[App]:
        config = Config(
            default_feeds=False,
            database=Database(url=SecretStr(f"sqlite:///{self.folder / 'dealwire.db'}")),
            polling=Polling(allow_private=(self.server.address,), per_host_gap_s=0.0),
            console=Console(enabled=False),
            fulltext=FullText(enabled=False),
            web=Web(enabled=False),
        )
        async with running(config, feeds=feeds, clock=lambda: self.now, random=Random(1), tick_s=3600) as app:
            await asyncio.sleep(0.01)
            yield app

    async def poll(self, app: App) -> None:
        self.now += timedelta(hours=2)
        await app.ingest.tick()
        async with asyncio.timeout(20):
            while not app.ingest.idle:  # noqa: ASYNC110 - what the application itself can see
                await asyncio.sleep(0.005)


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Newsroom]:
    async with FeedServer() as server:
        yield Newsroom(tmp_path, server)


def page(name: str) -> bytes:
    return (PAGES / f"{name}.html").read_bytes()


@pytest.mark.parametrize(
    ("name", "via", "headline", "count"),
    [
        ("channel", "telegram", "Россия и Индия подписали контракт на поставку систем С-400", 2),
        ("releases", "newslist", "Contract for S-400 regiments signed with Russia", 3),
    ],
)
async def test_a_page_is_a_feed_whose_news_is_told_once(
    newsroom: Newsroom, name: str, via: Via, headline: str, count: int
) -> None:
    newsroom.server.serve(name, page(name), content_type="text/html; charset=utf-8")
    async with newsroom.open(newsroom.feed(name, via)) as app:
        await newsroom.poll(app)
        assert headline in [alert.card.headline for alert in await app.store.latest(10)]
        alerts = len(await app.store.latest(10))
        changed = page(name).replace(b"</body>", b"<!-- another minute --></body>")
        newsroom.server.serve(name, changed, content_type="text/html; charset=utf-8")
        await newsroom.poll(app)
        assert (await app.store.status()).items == count
        assert len(await app.store.latest(10)) == alerts


async def test_a_page_whose_form_changed_is_a_failing_feed(newsroom: Newsroom) -> None:
    newsroom.server.serve("releases", page("article"), content_type="text/html")
    async with newsroom.open(newsroom.feed("releases", "newslist", link_prefix="/en/news/")) as app:
        await newsroom.poll(app)
        assert (await app.store.status()).errors == {
            "releases": "a page without links whose addresses begin with /en/news/"
        }


async def test_a_story_names_the_outlet_and_not_the_aggregator(newsroom: Newsroom) -> None:
    body = (
        b'<rss version="2.0"><channel><title>Search</title><item><guid isPermaLink="false">1</guid>'
        b"<title>India and Russia sign contract for five more S-400 squadrons</title>"
        b'<source url="https://sample.example">Sample Post</source></item></channel></rss>'
    )
    newsroom.server.serve("search", body)
    newsroom.server.serve("press", body)
    feeds = (newsroom.feed("search", kind="aggregator"), newsroom.feed("press", kind="press"))
    async with newsroom.open(*feeds) as app:
        await newsroom.poll(app)
        (alert,) = await app.store.latest(5)
        story = await app.store.story(alert.story_id)
        assert story is not None
        assert {source.outlet for source in story.sources} == {"Sample Post", "press"}


async def test_feeds_are_the_operators_in_the_chat(newsroom: Newsroom) -> None:
    newsroom.server.serve("wire", b"<rss version='2.0'><channel><title>x</title></channel></rss>")
    group, operator = Channel.parse("telegram:-100"), Channel.parse("telegram:42")
    async with newsroom.open(newsroom.feed("wire")) as app:
        commands = Commands(
            store=app.store,
            pack=app.pack,
            access=Allowed.of([group], operator),
            clock=lambda: newsroom.now,
            feeds=FeedCommands(store=app.store, catalogue=app.catalogue, clock=lambda: newsroom.now),
        )
        said = {}
        for user in ("telegram:7", "telegram:42"):
            asked = Command(name="feeds", args="", channel=group, user=user, private=False, manager=True)
            reply = await commands.handle(asked)
            assert reply is not None
            said[user] = "".join(run.text for row in reply.lines for run in row)
        assert "operator's" in said["telegram:7"] and "wire" not in said["telegram:7"]
        assert "1 feed" in said["telegram:42"] and "wire" in said["telegram:42"]
