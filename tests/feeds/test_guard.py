"""Which addresses may be read: public ones, and what the operator named."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.feeds import Fetcher
from bot.feeds.guard import Guard, GuardedResolver, NotAllowedError, is_public
from bot.feeds.names import SystemResolver
from bot.model import Failed, Fetched
from tests.feeds.conftest import USER_AGENT, FeedServer, feed_at, fresh


class TableResolver(AbstractResolver):
    """Names and addresses by heart; each lookup takes the next row of the name, the last one for ever."""

    def __init__(self, table: dict[str, list[list[str]]]) -> None:
        self.table = table
        self.lookups: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        self.lookups.append(host)
        rows = self.table.get(host)
        if rows is None:
            raise OSError(f"{host} is unknown")
        row = rows.pop(0) if len(rows) > 1 else rows[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=0,
            )
            for address in row
        ]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.5.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "224.0.0.1",
        "239.255.255.250",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "no address",
    ],
)
def test_inside_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("entry", ["localhost", "127.0.0.1:", ":80", "127.0.0.1:http", "127.0.0.1:70000", "http://a:1"])
def test_a_malformed_exception_is_refused_with_an_example(entry: str) -> None:
    with pytest.raises(ValueError, match=r"127\.0\.0\.1:8080"):
        Guard([entry])


def test_an_exception_holds_for_its_port_only() -> None:
    guard = Guard(["127.0.0.1:8080", "[::1]:8080"])

    assert guard.check_url(URL("http://127.0.0.1:8080/x"), feed_origin=None) == ("127.0.0.1", 8080)
    assert guard.check_url(URL("http://[::1]:8080/x"), feed_origin=None) == ("::1", 8080)
    with pytest.raises(NotAllowedError, match=r"127\.0\.0\.1:8081 is not a public address"):
        guard.check_url(URL("http://127.0.0.1:8081/x"), feed_origin=None)


def test_an_odd_port_is_for_the_feed_that_is_configured_with_it() -> None:
    guard = Guard([])
    url = URL("https://feeds.example.org:8443/rss")

    assert guard.check_url(url, feed_origin=("feeds.example.org", 8443)) == ("feeds.example.org", 8443)
    with pytest.raises(NotAllowedError, match="port 8443"):
        guard.check_url(url, feed_origin=("example.org", 443))


def test_the_socket_is_the_last_check() -> None:
    guard = Guard(["127.0.0.1:8080"])
    guard.check_url(URL("http://127.0.0.1:8080/"), feed_origin=None)

    guard.open_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 8080))).close()
    with pytest.raises(NotAllowedError):
        guard.open_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 8081)))


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["93.184.216.34", "127.0.0.1"],
        ["0.0.0.0"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["fd00::1"],
    ],
)
async def test_a_name_with_any_inside_address_is_refused(internal: FeedServer, addresses: list[str]) -> None:
    feed = feed_at(f"http://evil.example:{internal.port}/")
    resolver = TableResolver({"evil.example": [addresses]})
    async with Fetcher(user_agent=USER_AGENT, allow_private=[], resolver=resolver) as fetcher:
        result = await fetcher.fetch(feed, fresh(feed))

    assert isinstance(result, Failed)
    assert "which is not a public address" in result.reason
    assert internal.requests == []


async def test_a_name_that_turns_inside_later_is_refused_then() -> None:
    """DNS rebinding: each connection uses the addresses that were checked for it, never a second lookup."""
    resolver = GuardedResolver(Guard([]), TableResolver({"rebind.example": [["93.184.216.34"], ["127.0.0.1"]]}))

    assert [one["host"] for one in await resolver.resolve("rebind.example", 80)] == ["93.184.216.34"]
    with pytest.raises(NotAllowedError, match=r"rebind\.example resolves to"):
        await resolver.resolve("rebind.example", 80)


async def test_a_named_private_host_is_read(server: FeedServer) -> None:
    server.gives("/feed")
    feed = feed_at(f"http://intranet.example:{server.port}/feed")
    resolver = TableResolver({"intranet.example": [["127.0.0.1"]]})
    async with Fetcher(
        user_agent=USER_AGENT, allow_private=[f"Intranet.example:{server.port}"], resolver=resolver
    ) as fetcher:
        result = await fetcher.fetch(feed, fresh(feed))

    assert isinstance(result, Fetched)
    assert resolver.lookups == ["intranet.example"]


async def test_names_that_hang_do_not_hold_up_the_others() -> None:
    """The event loop's own threads would all be taken."""
    answering = threading.Event()

    def look_up(host: str, port: int, **wanted: object) -> list[tuple[Any, ...]]:
        if host.startswith("dead"):
            answering.wait(10)
            raise socket.gaierror("no answer")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port))]

    resolver = SystemResolver(look_up)
    dead = [asyncio.create_task(resolver.resolve(f"dead{number}.example", 80)) for number in range(40)]
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        found = await resolver.resolve("wire.example", 80)
    answering.set()

    assert [one["host"] for one in found] == ["93.184.216.34"]
    assert all(isinstance(end, socket.gaierror) for end in await asyncio.gather(*dead, return_exceptions=True))


async def test_the_systems_resolver_finds_this_machine_and_no_other() -> None:
    resolver = SystemResolver()

    assert "127.0.0.1" in [one["host"] for one in await resolver.resolve("localhost", 80, socket.AF_INET)]
    with pytest.raises(OSError, match=r"."):
        await resolver.resolve("no-such-name.invalid", 80)


async def test_an_unknown_name_is_told_in_plain_words() -> None:
    feed = feed_at("http://nowhere.example/feed")
    async with Fetcher(user_agent=USER_AGENT, allow_private=[], resolver=TableResolver({})) as fetcher:
        assert await fetcher.fetch(feed, fresh(feed)) == Failed(
            reason="the host's name cannot be resolved", unreached=True
        )
