"""Feeds read through real proxies on loopback, and what no proxy may be used for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from bot.feeds import Fetcher, RequestOptions
from bot.feeds.proxy import proxy_of
from bot.model import Failed, Fetched
from tests.feeds.conftest import USER_AGENT, FeedServer, feed_at, fresh
from tests.feeds.proxies import proxy
from tests.feeds.test_guard import TableResolver

PUBLIC = "93.184.216.34"
SCHEMES = ["http", "socks5", "socks5h", "socks4", "socks4a"]
KNOWN = {"wire.example": [[PUBLIC]], "inside.example": [["10.0.0.1"]], "proxy.example": [["127.0.0.1"]]}


def through(
    address: str,
    table: Mapping[str, Sequence[list[str]]] = KNOWN,
    options: Mapping[str, RequestOptions] | None = None,
) -> Fetcher:
    return Fetcher(
        user_agent=USER_AGENT,
        proxy=address,
        options=options or {},
        per_host_gap_s=0,
        resolver=TableResolver({name: list(rows) for name, rows in table.items()}),
    )


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_a_feed_is_read_through_the_proxy(server: FeedServer, scheme: str) -> None:
    server.gives("/feed")
    feed = feed_at("http://wire.example/feed")
    async with proxy({80: server.port}) as used, through(used.address(scheme)) as fetcher:
        result = await fetcher.fetch(feed, fresh(feed))

    assert isinstance(result, Fetched)
    assert result.url == "http://wire.example/feed"
    # Where names are looked up here the proxy is told the address that was checked, so that nothing can change.
    assert used.targets == [f"{PUBLIC}:80" if scheme in ("socks5", "socks4") else "wire.example:80"]
    (_, headers) = server.requests[0]
    assert headers["Host"] == "wire.example"
    assert not [name for name in headers if name.lower().startswith("proxy-")] or scheme == "http"


@pytest.mark.parametrize("scheme", ["http", "socks5", "socks5h"])
async def test_the_proxys_password_is_used_and_never_told(
    server: FeedServer, scheme: str, caplog: pytest.LogCaptureFixture
) -> None:
    server.gives("/feed")
    feed = feed_at("http://wire.example/feed")
    async with proxy({80: server.port}, login="reader:hunter2") as used:
        async with through(used.address(scheme)) as fetcher:
            assert isinstance(await fetcher.fetch(feed, fresh(feed)), Fetched)
        async with through(f"{scheme}://reader:swordfish@127.0.0.1:{used.port}") as fetcher:
            refused = await fetcher.fetch(feed, fresh(feed))

    assert isinstance(refused, Failed)
    assert "proxy" in refused.reason.lower()
    told = refused.reason + caplog.text + repr(proxy_of(used.address(scheme)))
    assert not [secret for secret in ("hunter2", "swordfish", "reader") if secret in told]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/feed",
        "http://10.0.0.1/feed",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/feed",
        "http://[::ffff:10.0.0.1]/feed",
        "http://localhost/feed",
        "http://intranet/feed",
        "http://router.local/feed",
        "http://metadata.google.internal/feed",
        "http://2130706433/feed",
        "http://127.1/feed",
        "http://0x7f000001/feed",
        "http://0177.0.0.1./feed",
        "http://a.localhost./feed",
        "file:///etc/passwd",
    ],
)
async def test_nothing_inside_is_asked_of_a_proxy(server: FeedServer, scheme: str, url: str) -> None:
    server.gives("/feed")
    table = {"2130706433": [["127.0.0.1"]], "127.1": [["127.0.0.1"]], "0x7f000001": [["127.0.0.1"]]}
    feed = feed_at("http://wire.example/move")
    server.gives("/move", b"", 302, {"Location": url})
    async with proxy({80: server.port}) as used, through(used.address(scheme), KNOWN | table) as fetcher:
        redirected = await fetcher.fetch(feed, fresh(feed))
        asked_itself = await fetcher.fetch(feed_at(url), fresh(feed_at(url)))

    assert isinstance(redirected, Failed)
    assert isinstance(asked_itself, Failed)
    assert used.targets == [f"{PUBLIC}:80" if scheme in ("socks5", "socks4") else "wire.example:80"]


@pytest.mark.parametrize("scheme", ["http", "socks5", "socks4"])
async def test_a_name_that_is_private_here_is_refused(server: FeedServer, scheme: str) -> None:
    feed = feed_at("http://inside.example/feed")
    async with proxy({80: server.port}) as used, through(used.address(scheme)) as fetcher:
        result = await fetcher.fetch(feed, fresh(feed))

    assert result == Failed(reason="inside.example resolves to 10.0.0.1, which is not a public address")
    assert used.targets == []


async def test_with_socks5h_no_name_is_looked_up_here(server: FeedServer) -> None:
    server.gives("/feed")
    feed = feed_at("http://example2345.onion/feed")
    resolver = TableResolver({})
    async with (
        proxy({80: server.port}) as used,
        Fetcher(user_agent=USER_AGENT, proxy=used.address("socks5h"), resolver=resolver) as fetcher,
    ):
        assert isinstance(await fetcher.fetch(feed, fresh(feed)), Fetched)

    assert resolver.lookups == []
    assert used.targets == ["example2345.onion:80"]


async def test_socks_speaks_tls_to_the_name_not_to_the_address() -> None:
    """The server name in the handshake is what certificates are checked against."""
    greeting = b""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal greeting
        greeting = await reader.read(4_096)
        writer.close()

    feed = feed_at("https://wire.example/feed")
    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    async with (
        server,
        proxy({443: server.sockets[0].getsockname()[1]}) as used,
        through(used.address("socks5")) as fetcher,
    ):
        assert isinstance(await fetcher.fetch(feed, fresh(feed)), Failed)

    assert used.targets == [f"{PUBLIC}:443"]
    assert b"wire.example" in greeting


async def test_a_feed_may_have_its_own_proxy_or_none(server: FeedServer) -> None:
    server.gives("/feed")
    own, usual, direct = (feed_at(f"http://{name}.example/feed") for name in ("own", "usual", "direct"))
    table = {f"{name}.example": [[PUBLIC]] for name in ("own", "usual", "direct")}
    async with proxy({80: server.port}) as general, proxy({80: server.port}) as special:
        options = {own.id: RequestOptions(proxy=special.address("socks5h")), direct.id: RequestOptions(proxy="")}
        async with through(general.address("http"), table | {"direct.example": [["10.0.0.1"]]}, options) as fetcher:
            assert isinstance(await fetcher.fetch(own, fresh(own)), Fetched)
            assert isinstance(await fetcher.fetch(usual, fresh(usual)), Fetched)
            refused = await fetcher.fetch(direct, fresh(direct))

    assert special.targets == ["own.example:80"]
    assert general.targets == ["usual.example:80"]
    assert isinstance(refused, Failed)  # asked directly, where the name is private


@pytest.mark.parametrize("scheme", ["http", "socks5", "socks5h"])
async def test_a_proxy_that_is_down_is_named_without_its_address(scheme: str) -> None:
    feed = feed_at("http://wire.example/feed")
    async with through(f"{scheme}://reader:hunter2@127.0.0.1:9") as fetcher:
        assert await fetcher.fetch(feed, fresh(feed)) == Failed(reason="the proxy cannot be reached", unreached=True)


async def test_a_proxy_may_be_named_by_a_name_of_the_private_network(server: FeedServer) -> None:
    server.gives("/feed")
    feed = feed_at("http://wire.example/feed")
    async with proxy({80: server.port}) as used, through(f"http://proxy.example:{used.port}") as fetcher:
        assert isinstance(await fetcher.fetch(feed, fresh(feed)), Fetched)


@pytest.mark.parametrize(
    "text", ["proxy.example:3128", "ftp://hunter2@proxy.example", "http://", "http://a:b:c@/", "http://h:99999"]
)
def test_what_is_no_proxy_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match="expected http://") as refused:
        proxy_of(text)

    assert "hunter2" not in str(refused.value)


def test_no_proxy_is_none() -> None:
    assert proxy_of("") is None
