"""Reading feeds through a proxy, and still only from addresses that may be read.

socks5:// and socks4:// resolve names here: every address is checked and the proxy is told the checked one.
socks5h:// and socks4a:// leave names to the proxy (Tor): nothing is looked up here, and names and literal
addresses that mean something inside a network are refused. http:// and https:// proxies resolve names themselves
too; a name that is known here must be public here as well. The proxy's own address may be private: the operator
named it.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.client_proto import ResponseHandler
from aiohttp_socks import ProxyConnector, ProxyType
from python_socks import ProxyError
from yarl import URL

from bot.feeds.guard import Guard, GuardedResolver, is_literal

_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080, "socks4": 1080, "socks4a": 1080}
_EXPECTED = "expected http://, https://, socks5://, socks5h://, socks4:// or socks4a:// with a host and a port"


class UnknownNameError(Exception):
    """The name of the host to read cannot be resolved here; the message says so in plain words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """Where requests go through."""

    scheme: str
    host: str
    port: int
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @property
    def is_socks(self) -> bool:
        return self.scheme.startswith("socks")

    @property
    def resolves_names(self) -> bool:
        """Whether names are left to the proxy and looked up nowhere else."""
        return self.scheme in ("socks5h", "socks4a")

    @property
    def for_requests(self) -> URL | None:
        """What each request through an HTTP proxy names; None for SOCKS, where the connector knows it."""
        if self.is_socks:
            return None
        return URL.build(scheme=self.scheme, host=self.host, port=self.port, user=self.user, password=self.password)


def proxy_of(text: str) -> Proxy | None:
    """The proxy that `text` names; None for "". ValueError without the text: it may hold a password."""
    if not text:
        return None
    try:
        parts = urlsplit(text)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        raise ValueError(f"the proxy is not understood; {_EXPECTED}") from None
    if port is None or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError(f"the proxy is not understood; {_EXPECTED}")
    return Proxy(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port,
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
    )


def connector_through(
    proxy: Proxy, guard: Guard, resolver: AbstractResolver | None, keepalive_s: float
) -> aiohttp.TCPConnector:
    """Connections to anywhere by way of `proxy`, and to nothing else."""
    if proxy.is_socks:
        return _SocksConnector(proxy, guard, resolver, keepalive_s)
    only_proxy = Guard([f"{proxy.host}:{proxy.port}"])
    only_proxy.check_url(URL.build(scheme="http", host=proxy.host, port=proxy.port), feed_origin=None)
    return aiohttp.TCPConnector(
        resolver=GuardedResolver(only_proxy, resolver),
        socket_factory=only_proxy.open_socket,
        limit=0,
        keepalive_timeout=keepalive_s,
    )


async def check_target(proxy: Proxy, guard: Guard, resolver: AbstractResolver | None, url: URL) -> None:
    """NotAllowedError when `url`, to be read through an HTTP proxy or one that resolves names, leads inside."""
    host, port = url.host or "", url.port or 0
    if proxy.resolves_names:
        guard.check_unresolved(host, port)
    elif not proxy.is_socks:
        guard.check_unresolved(host, port)
        if not guard.is_named(host, port):
            with contextlib.suppress(OSError):  # not known here: behind such a proxy there is often no DNS at all
                await GuardedResolver(guard, resolver).resolve(host, port)


class _SocksConnector(ProxyConnector):
    """As the library's, but a name is resolved and checked here first, where the scheme says so, and TLS still
    speaks to the name: told an address alone, the library would check the certificate against that."""

    def __init__(self, proxy: Proxy, guard: Guard, resolver: AbstractResolver | None, keepalive_s: float) -> None:
        super().__init__(
            host=proxy.host,
            port=proxy.port,
            proxy_type=ProxyType.SOCKS5 if proxy.scheme.startswith("socks5") else ProxyType.SOCKS4,
            username=proxy.user,
            password=proxy.password,
            rdns=True,  # whatever name reaches the library is for the proxy to resolve
            limit=0,
            keepalive_timeout=keepalive_s,
        )
        self._names: GuardedResolver | None = None if proxy.resolves_names else GuardedResolver(guard, resolver)

    async def _connect_via_proxy(
        self, host: str, port: int, ssl: ssl.SSLContext | None = None, timeout: float | None = None
    ) -> tuple[asyncio.Transport, ResponseHandler]:
        if self._names is None:
            return await super()._connect_via_proxy(host, port, ssl, timeout)
        last: Exception = UnknownNameError("the host's name cannot be resolved")
        for address in await self._addresses(host, port):
            try:
                transport, protocol = await super()._connect_via_proxy(address, port, None, timeout)
            except ProxyError as error:  # the proxy's answer: perhaps it has no IPv6
                last = error
                continue
            if ssl is None:
                return transport, protocol
            encrypted = await self._loop.start_tls(transport, protocol, ssl, server_hostname=host)
            if encrypted is None:
                raise ConnectionResetError("the connection broke while it was being encrypted")
            protocol.connection_made(encrypted)
            return encrypted, protocol
        raise last

    async def _addresses(self, host: str, port: int) -> list[str]:
        """Those of `host` that may be read, IPv4 first, since more proxies have it."""
        assert self._names is not None
        if is_literal(host):
            return [host]  # checked with its URL
        try:
            found = await self._names.resolve(host, port)
        except OSError as error:
            raise UnknownNameError("the host's name cannot be resolved") from error
        return sorted((one["host"] for one in found), key=lambda address: ":" in address)
