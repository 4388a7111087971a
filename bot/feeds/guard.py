"""Decides which addresses a feed may be read from, so that no feed and no redirect reaches what is not public.

Three checks, since each sees what the others cannot: the URL of every hop (scheme, port, literal address), every
address a name resolves to (all must be public), and the address of each socket just before it connects.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from functools import lru_cache

from aiohttp import AddrInfoType
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.feeds.names import SystemResolver

PUBLIC_PORTS = (80, 443)

# Ends of names that mean something inside a network only (RFC 6761, 6762, 8375, and ICANN's reserved ".internal").
_INSIDE_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "home.arpa")

_EMBEDDING = tuple(  # IPv6 ranges that carry an IPv4 address inside and so could mean a private one
    ipaddress.IPv6Network(network) for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)


class NotAllowedError(Exception):
    """The address may not be read; the message says why, in plain words, without login or path."""


@lru_cache(maxsize=4_096)
def is_public(address: str) -> bool:
    """Whether `address`, an IP address as text, belongs to the public Internet and to one host."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified:
        return False
    return ip.version == 4 or (ip.ipv4_mapped is None and not any(ip in network for network in _EMBEDDING))


def is_literal(host: str) -> bool:
    """Whether `host` is an IP address and no name."""
    if ":" not in host and not host[-1:].isdigit():
        return False  # asked at each poll, and ten times as quick as to have `ipaddress` raise
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


class Guard:
    """The rule of one process: what is public may be read, and what `allow_private` names ("host:port")."""

    def __init__(self, allow_private: Sequence[str]) -> None:
        """ValueError, in words for the operator, when an entry is no host:port."""
        self._named = frozenset(map(_host_and_port, allow_private))
        self._named_addresses: set[tuple[str, int]] = set()  # what the named hosts resolved to

    def is_named(self, host: str, port: int) -> bool:
        return (host.lower(), port) in self._named

    def check_url(self, url: URL, *, feed_origin: tuple[str, int] | None) -> tuple[str, int]:
        """The host and port of `url`, or NotAllowedError.

        Ports other than 80 and 443 are refused unless the operator named them: in `allow_private`, or in the
        feed's own URL (`feed_origin`), in which case the address must still be a public one.
        """
        if url.scheme not in ("http", "https"):
            raise NotAllowedError(f"an address that is not http or https ({url.scheme or 'no scheme'})")
        host, port = (url.host or "").lower(), url.port
        if not host or port is None:
            raise NotAllowedError("an address without a host")
        if self.is_named(host, port):
            if (host, port) not in self._named_addresses and is_literal(host):
                self._named_addresses.add((host, port))
            return host, port
        if is_literal(host) and not is_public(host):
            raise NotAllowedError(f"{_shown(host, port)} is not a public address")
        if port not in PUBLIC_PORTS and (host, port) != feed_origin:
            raise NotAllowedError(f"port {port} of {host} is neither 80 nor 443 nor the feed's own")
        return host, port

    def check_addresses(self, host: str, port: int, addresses: Sequence[str]) -> None:
        """NotAllowedError unless every one of the `addresses` of `host` may be connected to."""
        if self.is_named(host, port):
            self._named_addresses.update((address, port) for address in addresses)
            return
        for address in addresses:
            if not is_public(address):
                raise NotAllowedError(f"{host} resolves to {address}, which is not a public address")

    def check_unresolved(self, host: str, port: int) -> None:
        """NotAllowedError for a name that only a proxy will resolve and that plainly means something inside. What
        a proxy makes of other names is the business of its own network.
        """
        name = host.lower().rstrip(".")
        if self.is_named(host, port) or (is_literal(name) and is_public(name)):
            return
        last = name.rpartition(".")[2]
        numeric = last.isdecimal() or last.startswith("0x")  # "127.1", "0177.0.0.1", "0x7f000001"
        inside = "." not in name or any(name.endswith(f".{end}") for end in _INSIDE_NAMES)
        if numeric or inside or is_literal(name):
            raise NotAllowedError(f"{_shown(host, port)} is not a public address")

    def open_socket(self, info: AddrInfoType) -> socket.socket:
        """A socket for `info`, the address about to be connected to; the last check, which nothing goes round."""
        family, kind, protocol, _, address = info
        ip, port = str(address[0]), int(address[1])
        if (ip, port) not in self._named_addresses and not is_public(ip):
            raise NotAllowedError(f"{_shown(ip, port)} is not a public address")
        return socket.socket(family, kind, protocol)


class GuardedResolver(AbstractResolver):
    """Resolves names through `inner` and hands out only addresses that the guard allows."""

    def __init__(self, guard: Guard, inner: AbstractResolver | None = None) -> None:
        self._guard = guard
        self._inner = inner or SystemResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        self._guard.check_addresses(host, port, [one["host"] for one in found])
        return found

    async def close(self) -> None:
        await self._inner.close()


def _host_and_port(entry: str) -> tuple[str, int]:
    host, colon, port = entry.strip().rpartition(":")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65_536 or "/" in host:
        raise ValueError(f"{entry!r} is no host and port; expected for example 127.0.0.1:8080")
    return host.removeprefix("[").removesuffix("]").lower(), int(port)


def _shown(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
