"""WebSub with a hub of the test's own, over HTTP: it verifies, pushes, refuses and lies."""

from __future__ import annotations

import hashlib
import hmac
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession, web

from bot.feeds import Fetcher, feed_id, parse_feed
from bot.model import Feed, ParsedFeed
from bot.storage import Store
from bot.web import Web
from bot.websub import SHORTEST_GAP, WebSub

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
TOPIC = "https://news.example/rss"
FEED = Feed(id=feed_id(TOPIC), url=TOPIC, title="News")
KEY = b"k" * 32


@dataclass
class Hub:
    """A hub as its subscribers see it; what it does next is set by the test."""

    client: ClientSession
    status: int = 202
    lease: str = "86400"
    asked: list[dict[str, str]] = field(default_factory=list)
    address: str = ""

    @property
    def url(self) -> str:
        return f"http://{self.address}/hub"

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append({name: str(value) for name, value in (await request.post()).items()})
        return web.Response(status=self.status)

    async def verify(self, **changed: str) -> tuple[int, str, str]:
        """Asks the last subscriber whether it means it."""
        query = {
            "hub.mode": "subscribe",
            "hub.topic": self.asked[-1]["hub.topic"],
            "hub.challenge": "a<b>c",
            "hub.lease_seconds": self.lease,
        } | {f"hub.{name}": value for name, value in changed.items()}
        answer = await self.client.get(f"{self.asked[-1]['hub.callback']}?{urlencode(query)}")
        return answer.status, await answer.text(), answer.headers.get("Content-Type", "")

    async def push(self, body: bytes, *, method: str = "sha256", secret: str | None = None, at: str = "") -> int:
        key = (self.asked[-1]["hub.secret"] if secret is None else secret).encode()
        signature = f"{method}={hmac.new(key, body, getattr(hashlib, method)).hexdigest()}" if method else ""
        callback = at or self.asked[-1]["hub.callback"]
        return (await self.client.post(callback, data=body, headers={"X-Hub-Signature": signature})).status


@dataclass
class Rig:
    hub: Hub
    page: str
    restarted: Callable[..., Awaitable[None]]
    store: Store
    websub: WebSub = field(init=False)
    now: datetime = NOW
    woken: list[tuple[str, datetime]] = field(default_factory=list)
    polled: Collection[str] = (FEED.id,)

    def read(self) -> None:
        """The feed was read, and offered the hub."""
        self.websub.saw(FEED, offering(self.hub.url))

    async def subscribed(self) -> None:
        self.read()
        await self.websub.tick()
        assert (await self.hub.verify())[0] == 200


def offering(hub: str, topic: str = TOPIC) -> ParsedFeed:
    return ParsedFeed(title="News", entries=(), hub=hub, topic=topic)


@pytest.fixture
async def rig(store: Store) -> AsyncIterator[Rig]:
    async with AsyncExitStack() as stack:
        hub = Hub(await stack.enter_async_context(ClientSession()))
        app = web.Application()
        app.router.add_post("/hub", hub.answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        hub.address = f"127.0.0.1:{runner.addresses[0][1]}"
        fetcher = await stack.enter_async_context(
            Fetcher(user_agent="test", allow_private=[hub.address], per_host_gap_s=0)
        )

        async def wake(ids: Sequence[str], at: datetime) -> int:
            made.woken += [(one, at) for one in ids]
            return len(ids)

        async def polled() -> Collection[str]:
            return made.polled

        await store.sync_feeds([FEED], lambda feed: NOW, NOW)

        async def started(key: bytes) -> None:
            """As a start of the bot does it."""
            made.websub = WebSub(
                public_url=made.page,
                post=fetcher.post,
                wake=wake,
                polled=polled,
                keep=store.keep_hub_subscriptions,
                clock=lambda: made.now,
                key=key,
                stored=await store.hub_subscriptions(),
                trusted=[hub.address],
            )
            served.append(await stack.enter_async_context(Web(store, host="127.0.0.1", port=port, websub=made.websub)))

        async def restarted(key: bytes = KEY) -> None:
            await served.pop().__aexit__(None, None, None)
            await started(key)

        served: list[Web] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        made = Rig(hub=hub, page=f"http://127.0.0.1:{port}/", restarted=restarted, store=store)
        await started(KEY)
        yield made


async def test_a_feed_with_a_hub_is_subscribed_verified_and_renewed(rig: Rig) -> None:
    rig.read()
    rig.read()
    await rig.websub.tick()
    (asked,) = rig.hub.asked
    assert (asked["hub.mode"], asked["hub.topic"]) == ("subscribe", TOPIC)
    assert len(asked["hub.secret"]) >= 32
    assert asked["hub.callback"].startswith(rig.page + "websub/") and len(asked["hub.callback"]) > len(rig.page) + 30
    status, challenge, kind = await rig.hub.verify()
    assert (status, challenge, kind.split(";")[0]) == (200, "a<b>c", "application/octet-stream")
    assert rig.websub.verified == 1
    rig.now += timedelta(hours=21)
    await rig.websub.tick()
    assert len(rig.hub.asked) == 1
    rig.now += timedelta(hours=1)  # a tenth of the lease is left
    await rig.websub.tick()
    assert len(rig.hub.asked) == 2
    assert rig.hub.asked[1]["hub.callback"] == asked["hub.callback"]
    assert rig.websub.verified == 1


@pytest.mark.parametrize("changed", [{"topic": "https://else.example/"}, {"mode": "unsubscribe"}, {"challenge": ""}])
async def test_what_was_not_asked_for_is_not_confirmed(rig: Rig, changed: dict[str, str]) -> None:
    rig.read()
    await rig.websub.tick()
    assert (await rig.hub.verify(**changed))[0] == 404
    assert rig.websub.verified == 0


async def test_a_hub_cannot_confirm_before_it_was_asked_nor_a_made_up_address(rig: Rig) -> None:
    rig.read()
    async with ClientSession() as client:
        query = urlencode({"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "x"})
        assert (await client.get(f"{rig.page}websub/guess?{query}")).status == 404
        assert (await client.post(f"{rig.page}websub/guess", data=b"x")).status == 410


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
async def test_a_signed_push_makes_the_poll_due(rig: Rig, method: str) -> None:
    await rig.subscribed()
    assert await rig.hub.push(b"<rss/>", method=method) == 202
    assert rig.woken == []  # answered first, worked on later
    await rig.websub.tick()
    assert rig.woken == [(FEED.id, NOW)]


@pytest.mark.parametrize(("method", "secret"), [("sha256", "wrong"), ("md5", None), ("", None)])
async def test_a_push_that_is_not_signed_right_changes_nothing(rig: Rig, method: str, secret: str | None) -> None:
    await rig.subscribed()
    assert await rig.hub.push(b"<rss/>", method=method, secret=secret) == 202
    await rig.websub.tick()
    assert rig.woken == []


async def test_many_pushes_make_one_poll_a_minute(rig: Rig) -> None:
    await rig.subscribed()
    for _ in range(5):
        await rig.hub.push(b"x")
        await rig.websub.tick()
    assert len(rig.woken) == 1
    rig.now += SHORTEST_GAP
    await rig.websub.tick()
    assert rig.woken == [(FEED.id, NOW), (FEED.id, NOW + SHORTEST_GAP)]


async def test_a_hub_that_refuses_is_asked_again_with_growing_pauses(rig: Rig) -> None:
    rig.hub.status = 500
    rig.read()
    await rig.websub.tick()
    for hours, asked in ((0.9, 1), (0.2, 2), (5.8, 2), (0.3, 3)):
        rig.now += timedelta(hours=hours)
        await rig.websub.tick()
        assert len(rig.hub.asked) == asked
    rig.hub.status = 202
    rig.now += timedelta(days=1, hours=1)
    await rig.websub.tick()
    assert (await rig.hub.verify())[0] == 200


async def test_a_denial_ends_the_subscription_for_now(rig: Rig) -> None:
    await rig.subscribed()
    await rig.hub.verify(mode="denied", reason="no more")
    assert rig.websub.verified == 0


async def test_a_feed_that_is_no_longer_polled_is_not_renewed(rig: Rig) -> None:
    await rig.subscribed()
    callback = rig.hub.asked[0]["hub.callback"]
    rig.polled = ()
    rig.now += timedelta(days=1)
    await rig.websub.tick()
    assert len(rig.hub.asked) == 1
    assert await rig.hub.push(b"x", at=callback) == 410


@pytest.mark.parametrize("hub", ["http://hub.example/", "ftp://hub.example/", "http://127.0.0.1:1/"])
async def test_a_hub_without_https_is_not_told_the_secret(rig: Rig, hub: str) -> None:
    rig.websub.saw(FEED, offering(hub))
    await rig.websub.tick()
    assert rig.hub.asked == []


async def test_a_restart_keeps_the_subscription_and_asks_no_hub_again(rig: Rig) -> None:
    await rig.subscribed()
    await rig.websub.tick()
    await rig.restarted()
    rig.read()
    await rig.websub.tick()
    assert len(rig.hub.asked) == 1 and rig.websub.verified == 1
    assert await rig.hub.push(b"news") == 202
    await rig.websub.tick()
    assert rig.woken == [(FEED.id, NOW)]
    rig.now += timedelta(hours=23)  # the lease of a day is renewed in time, by the same address
    await rig.websub.tick()
    assert len(rig.hub.asked) == 2 and rig.hub.asked[0]["hub.callback"] == rig.hub.asked[1]["hub.callback"]


async def test_after_a_change_of_the_key_the_hub_is_asked_anew_and_forgets_the_old_address(rig: Rig) -> None:
    await rig.subscribed()
    await rig.websub.tick()
    await rig.restarted(b"x" * 32)
    old = rig.hub.asked[0]["hub.callback"]
    assert await rig.hub.push(b"news", at=old) == 410
    rig.read()
    await rig.websub.tick()
    assert len(rig.hub.asked) == 2 and rig.hub.asked[1]["hub.callback"] != old


async def test_what_is_stored_tells_neither_address_nor_secret(rig: Rig) -> None:
    await rig.subscribed()
    await rig.websub.tick()
    stored = repr(await rig.store.hub_subscriptions())
    assert TOPIC in stored
    assert rig.hub.asked[0]["hub.callback"].rpartition("/")[2] not in stored
    assert rig.hub.asked[0]["hub.secret"] not in stored


async def test_a_subscription_of_a_feed_that_is_no_longer_polled_is_forgotten_on_disk_too(rig: Rig) -> None:
    await rig.subscribed()
    await rig.websub.tick()
    rig.polled = ()
    rig.now += timedelta(days=1)
    await rig.websub.tick()
    assert await rig.store.hub_subscriptions() == []


async def test_secrets_are_in_no_repr(rig: Rig) -> None:
    await rig.subscribed()
    (one,) = rig.websub._by_token.values()
    assert rig.hub.asked[0]["hub.secret"] not in repr(one)
    assert one.token not in repr(one)


def test_a_feed_names_its_hub_and_itself() -> None:
    body = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><link rel="hub" href="https://hub.example/"/>'
        b'<link rel="self" href="/atom"/><entry><id>1</id><title>one</title></entry></feed>'
    )
    parsed = parse_feed(body, "application/atom+xml", TOPIC)
    assert (parsed.hub, parsed.topic) == ("https://hub.example/", "https://news.example/atom")


async def test_hastened_feeds_are_due_now_and_never_later(store: Store) -> None:
    await store.sync_feeds([FEED], lambda feed: NOW + timedelta(hours=1), NOW)
    assert await store.hasten([FEED.id, "nobody"], NOW) == 1
    assert await store.hasten([FEED.id], NOW + timedelta(hours=5)) == 0
    assert [feed.id for feed, _ in await store.claim_due_feeds(NOW, 60, 10, "test")] == [FEED.id]
