"""One conditional GET of a feed: polite, bounded in time and size, and only from addresses that may be read.

In: a `Feed` and its `FeedState`. Out: `Fetched`, `NotModified` or `Failed` in plain words; nothing raises but
cancellation. Parsing is left to `FeedParser`, deciding when to come back to `next_poll`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from bot.feeds.caching import max_age_s, retry_after_s, validator
from bot.feeds.guard import Guard, GuardedResolver, NotAllowedError
from bot.feeds.pacing import HostPacing
from bot.feeds.sniff import why_not_a_feed
from bot.feeds.unpack import BodyError, read_body
from bot.model import Failed, Feed, FeedState, Fetched, NotModified

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
)
_MAX_HEADER_BYTES = 16_384  # for one header line and for the status line
_IDLE_CONNECTION_S = 5.0  # two feeds of one host share a connection; thousands of hosts must not each hold one
_DNS_CACHE_S = 60


@dataclass(frozen=True, slots=True)
class _Redirected:
    to: URL


class Fetcher:
    """The HTTP client of all feeds; `async with Fetcher(...) as fetcher`."""

    def __init__(
        self,
        *,
        user_agent: str,
        allow_private: Sequence[str] = (),
        connect_timeout_s: float = 10,
        read_timeout_s: float = 15,
        total_timeout_s: float = 30,
        max_bytes: int = 8 * 1024 * 1024,
        max_redirects: int = 5,
        per_host_gap_s: float = 1.0,
        per_host_limit: int = 1,
        concurrency: int = 32,
        resolver: AbstractResolver | None = None,
    ) -> None:
        """`allow_private` names what may be read though it is not public, as "host:port"; ValueError when an entry
        is not of that form. `per_host_gap_s` (between starts, per host and port) 0 switches pacing off.
        `resolver` replaces the system's; its answers are checked all the same.
        """
        self._guard = Guard(allow_private)
        self._user_agent = user_agent
        self._connect_timeout_s = connect_timeout_s
        self._read_timeout_s = read_timeout_s
        self._total_timeout_s = total_timeout_s
        self._max_bytes = max_bytes
        self._max_redirects = max_redirects
        self._pacing = HostPacing(gap_s=per_host_gap_s, limit=per_host_limit)
        self._slots = asyncio.Semaphore(concurrency)
        self._resolver = resolver
        self._open_session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            resolver=GuardedResolver(self._guard, self._resolver),
            socket_factory=self._guard.open_socket,
            limit=0,  # the limits are ours: slots and turns
            ttl_dns_cache=_DNS_CACHE_S,
            keepalive_timeout=_IDLE_CONNECTION_S,
        )
        self._open_session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(
                total=None,
                connect=self._connect_timeout_s,  # name, TCP and TLS together
                sock_read=self._read_timeout_s,
            ),
            max_line_size=_MAX_HEADER_BYTES,
            max_field_size=_MAX_HEADER_BYTES,
            headers={"User-Agent": self._user_agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._open_session is not None:
            await self._open_session.close()
            self._open_session = None

    async def fetch(self, feed: Feed, state: FeedState) -> Fetched | NotModified | Failed:
        """The feed's body, or that it has not changed since `state`, or why it could not be read.

        Waits for the host's turn first; the time limit counts from the first request.
        """
        try:
            return await self._follow(feed, state)
        except TimeoutError as error:
            return Failed(reason=str(error) or f"timed out after {self._total_timeout_s:g} s")
        except (NotAllowedError, BodyError) as error:
            return Failed(reason=str(error))
        except Exception as error:
            return Failed(reason=_plain_words(error))

    async def _follow(self, feed: Feed, state: FeedState) -> Fetched | NotModified | Failed:
        url = URL(feed.url)
        origin = self._guard.check_url(url, feed_origin=(url.host or "", url.port or 0))
        feed_origin = origin
        loop = asyncio.get_running_loop()
        left_s = self._total_timeout_s
        for hop in range(self._max_redirects + 1):
            async with self._pacing.turn(origin, follow_up=hop > 0), self._slots:
                if closed_s := self._pacing.closed_for_s(origin):  # said to a feed that had its turn before
                    return Failed(reason=f"the host asked to wait {closed_s} s more", retry_after_s=closed_s)
                started = loop.time()
                async with asyncio.timeout(left_s):
                    outcome = await self._get(url, state)
                left_s -= loop.time() - started
            match outcome:
                case _Redirected(to=url):
                    origin = self._checked_redirect(url, feed_origin)
                case Failed(retry_after_s=int() as wait_s):
                    self._pacing.close(origin, wait_s)
                    return outcome
                case _:
                    return outcome
        return Failed(reason=f"more than {self._max_redirects} redirects")

    def _checked_redirect(self, url: URL, feed_origin: tuple[str, int]) -> tuple[str, int]:
        try:
            return self._guard.check_url(url, feed_origin=feed_origin)
        except NotAllowedError as error:
            raise NotAllowedError(f"redirected to {error}") from error

    async def _get(self, url: URL, state: FeedState) -> Fetched | NotModified | Failed | _Redirected:
        assert self._open_session is not None, "use `async with Fetcher(...)`"
        try:
            async with self._open_session.get(url, headers=_conditions(state), allow_redirects=False) as response:
                return await self._outcome(response, state)
        except aiohttp.ServerTimeoutError as error:
            limit = (
                self._connect_timeout_s
                if isinstance(error, aiohttp.ConnectionTimeoutError)
                else self._read_timeout_s
            )
            what = "no connection" if isinstance(error, aiohttp.ConnectionTimeoutError) else "no data"
            raise TimeoutError(f"timed out: {what} for {limit:g} s") from error

    async def _outcome(
        self, response: aiohttp.ClientResponse, state: FeedState
    ) -> Fetched | NotModified | Failed | _Redirected:
        now = datetime.now(UTC)  # only where the server sends no Date of its own
        status, headers = response.status, response.headers
        etag = validator(response.raw_headers, b"etag")
        last_modified = validator(response.raw_headers, b"last-modified")
        fresh_s = max_age_s(headers, now)
        match status:
            case 200 | 226:
                body = await read_body(response, self._max_bytes)
                if reason := why_not_a_feed(body):
                    return Failed(reason=reason)
                return Fetched(
                    url=str(response.url.with_user(None)),
                    body=body,
                    content_type=headers.get("Content-Type", ""),
                    etag=etag,
                    last_modified=last_modified,
                    max_age_s=fresh_s,
                )
            case 304 if state.etag or state.last_modified:
                return NotModified(
                    etag=etag or state.etag,
                    last_modified=last_modified or state.last_modified,
                    max_age_s=fresh_s,
                )
            case 304:
                return Failed(reason="HTTP 304 Not Modified, though we asked for the whole feed")
            case 301 | 302 | 303 | 307 | 308:
                return _redirected(response)
            case 429 | 503:
                return Failed(reason=_status_words(status), retry_after_s=retry_after_s(headers, now))
            case _:
                return Failed(reason=_status_words(status))


def _conditions(state: FeedState) -> dict[str, str]:
    """The validators as they were received, and with an ETag the offer to take only what is new (RFC 3229)."""
    headers: dict[str, str] = {}
    if state.etag:
        headers |= {"If-None-Match": state.etag, "A-IM": "feed"}
    if state.last_modified:
        headers["If-Modified-Since"] = state.last_modified
    return headers


def _redirected(response: aiohttp.ClientResponse) -> _Redirected | Failed:
    location = response.headers.get("Location", "").strip()
    if not location:
        return Failed(reason=f"{_status_words(response.status)} without saying where to")
    try:
        return _Redirected(response.url.join(URL(location)).with_fragment(None))
    except ValueError:
        return Failed(reason=f"{_status_words(response.status)} to something that is no address")


def _status_words(status: int) -> str:
    """E.g. "HTTP 404 Not Found"; our own table of words, since a server's may hold anything."""
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def _plain_words(error: Exception) -> str:
    """What went wrong, without the address: it may hold a login."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "the host's name cannot be resolved"
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            return "the server's certificate cannot be trusted"
        case aiohttp.ClientConnectorError(os_error=os_error):
            return f"no connection ({os_error.strerror or type(os_error).__name__})"
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError() | aiohttp.ClientPayloadError():
            return "the connection broke before the answer was complete"
        case aiohttp.ClientResponseError():
            return "an answer that is not valid HTTP"
        case aiohttp.InvalidURL() | ValueError():
            return "not a valid address"
        case _:
            return f"could not be read ({type(error).__name__})"
