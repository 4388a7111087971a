"""One conditional GET of a feed: polite, bounded in time and size, and only from addresses that may be read.

In: a `Feed` and its `FeedState`. Out: `Fetched`, `NotModified`, `Failed` or `Deferred` in plain words; nothing
raises but cancellation. Parsing is left to `FeedParser`, deciding when to come back to `next_poll`, whether a feed
has moved or is gone to `settle`.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType, TracebackType
from typing import Self

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError
from yarl import URL

from bot.feeds.answers import Answer, Redirected, is_unreached, outcome_of, plain_words
from bot.feeds.guard import Guard, GuardedResolver, NotAllowedError
from bot.feeds.pacing import HostPacing, Origin, Slots, TurnTooFarError
from bot.feeds.proxy import Proxy, UnknownNameError, check_target, connector_through, proxy_of
from bot.feeds.request import ACCEPT, RequestOptions, Visit, conditions_of, headers_of, own_headers_of, without_login
from bot.feeds.unpack import BodyError
from bot.model import Deferred, Failed, Feed, FeedState, Fetched, NotModified
from bot.ports import Clock

_MAX_HEADER_BYTES = 16_384  # for one header line and for the status line
_IDLE_CONNECTION_S = 5.0  # two feeds of one host share a connection; thousands of hosts must not each hold one
_DNS_CACHE_S = 60
_PAUSE_AFTER_429_S = 60  # for a host that says "too many" and not how long: judgement


def _now() -> datetime:
    return datetime.now(UTC)


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
        per_host_patience_s: float = 20.0,
        concurrency: int = 32,
        slow_after_s: float = 5.0,
        idle_connection_s: float = _IDLE_CONNECTION_S,
        proxy: str = "",
        options: Mapping[str, RequestOptions] = MappingProxyType({}),
        resolver: AbstractResolver | None = None,
        clock: Clock = _now,
    ) -> None:
        """`allow_private` names what may be read though it is not public, as "host:port"; ValueError when an entry
        is not of that form, or when a proxy is not understood. `per_host_gap_s` (between starts, per host and
        port) 0 switches pacing off; a turn that is more than `per_host_patience_s` away is not waited for.
        `concurrency` counts fetches in their first `slow_after_s` seconds; four times as many may be under way.
        `options` are by feed id. `resolver` replaces the system's; its answers are checked all the same.
        """
        self._guard = Guard(allow_private)
        self._user_agent = user_agent
        self._connect_timeout_s = connect_timeout_s
        self._read_timeout_s = read_timeout_s
        self._total_timeout_s = total_timeout_s
        self._max_bytes = max_bytes
        self._max_redirects = max_redirects
        self._timeouts = self._within(total_timeout_s)
        self._idle_connection_s = idle_connection_s
        self._clock = clock
        self._pacing = HostPacing(
            gap_s=per_host_gap_s, limit=per_host_limit, patience_s=per_host_patience_s, clock=clock
        )
        self._slots = Slots(limit=concurrency, slow_after_s=slow_after_s)
        self._proxy = proxy_of(proxy)
        self._options = options
        self._proxies = {id_: proxy_of(option.proxy) for id_, option in options.items() if option.proxy is not None}
        self._resolver = resolver
        self._sessions: dict[Proxy | None, aiohttp.ClientSession] | None = None

    async def __aenter__(self) -> Self:
        self._sessions = {}
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        sessions, self._sessions = self._sessions, None
        for session in (sessions or {}).values():
            await session.close()

    async def fetch(
        self, feed: Feed, state: FeedState, on_wait: Callable[[], None] | None = None
    ) -> Fetched | NotModified | Failed | Deferred:
        """The feed's body, or that it has not changed since `state`, or why it could not be read, or that it is
        not its turn for some time yet.

        Waits for the host's turn first; the time limit counts from the first request. `on_wait` is called, perhaps
        more than once, when the fetch waits for its host or is set aside as slow: another may begin.
        """
        return await self._tried(feed, state, max_bytes=self._max_bytes, on_wait=on_wait)

    async def _tried(
        self,
        feed: Feed,
        state: FeedState,
        *,
        max_bytes: int,
        accept: str = ACCEPT,
        form: Mapping[str, str] | None = None,
        on_wait: Callable[[], None] | None = None,
    ) -> Fetched | NotModified | Failed | Deferred:
        """What `_follow` brings, whatever it raises in plain words."""
        try:
            option = self._options.get(feed.id) if self._options else None
            visit = Visit(
                feed=feed,
                state=state,
                own_headers=own_headers_of(feed, option),
                proxy=self._proxies.get(feed.id, self._proxy),
                conditions=conditions_of(state, self._clock()),
                max_bytes=max_bytes,
                accept=accept,
                form=form,
                on_wait=on_wait,
            )
            return await self._follow(visit)
        except TurnTooFarError as error:
            return Deferred(wait_s=error.wait_s, reason=str(error))
        except TimeoutError as error:
            return Failed(reason=str(error) or f"timed out after {self._total_timeout_s:g} s", unreached=True)
        except UnknownNameError as error:
            return Failed(reason=str(error), unreached=True)
        except (NotAllowedError, BodyError) as error:
            return Failed(reason=str(error))
        except (ProxyConnectionError, ProxyTimeoutError, aiohttp.ClientProxyConnectionError):
            return Failed(reason="the proxy cannot be reached", unreached=True)
        except (ProxyError, aiohttp.ClientHttpProxyError):
            return Failed(reason="the proxy refused the connection")
        except Exception as error:
            return Failed(reason=plain_words(error), unreached=is_unreached(error))

    async def get(
        self, url: str, *, accept: str = "text/html, */*;q=0.1", max_bytes: int | None = None
    ) -> Fetched | Failed:
        """Any page, with the same safety and pace as a feed; unconditional, and nothing is remembered of it."""
        return await self._once(url, accept=accept, max_bytes=max_bytes or self._max_bytes)

    async def post(self, url: str, form: Mapping[str, str]) -> Failed | None:
        """Send `form`, as subscriptions to a hub want it; None: taken (2xx). Redirects are not followed."""
        outcome = await self._once(url, accept="*/*", max_bytes=_MAX_HEADER_BYTES, form=form)
        taken = isinstance(outcome, Fetched) or (outcome.status is not None and 200 <= outcome.status < 300)
        return None if taken or not isinstance(outcome, Failed) else outcome

    async def _once(
        self, url: str, *, accept: str, max_bytes: int, form: Mapping[str, str] | None = None
    ) -> Fetched | Failed:
        """A request outside any feed's polling; one that has to wait long for its turn counts as failed."""
        page = Feed(id="", url=url, title="", via="newslist")
        state = FeedState(feed_id="", due_at=self._clock())
        outcome = await self._tried(page, state, accept=accept, max_bytes=max_bytes, form=form)
        match outcome:
            case Fetched() | Failed():
                return outcome
            case Deferred(reason=reason, wait_s=wait_s):
                return Failed(reason=reason, retry_after_s=round(wait_s))
            case NotModified():
                return Failed(reason="not modified, though nothing was known of it")

    def keep_closed(self, url: str, until: datetime) -> None:
        """Ask the host of `url` nothing before `until`: what it asked for before a restart."""
        self._pacing.close(_origin(URL(url)), until)

    async def _follow(self, visit: Visit) -> Fetched | NotModified | Failed | Deferred:
        url = without_login(URL(visit.state.moved_to or visit.feed.url))
        feed_origin = _origin(URL(visit.feed.url) if visit.state.moved_to else url)
        origin = self._guard.check_url(url, feed_origin=feed_origin)
        loop = asyncio.get_running_loop()
        left_s = self._total_timeout_s
        permanent = True
        for hop in range(self._max_redirects + 1):
            lane = await self._pacing.enter(origin, follow_up=hop > 0, on_wait=visit.on_wait)
            try:
                slot = await self._slots.take(visit.on_wait)
                try:
                    if closed_s := self._pacing.closed_for_s(lane):  # perhaps said while we waited for our turn
                        return Deferred(wait_s=closed_s, reason=f"the host asked to wait {closed_s:.0f} s more")
                    started = loop.time()
                    outcome = await self._get(url, visit, hops=hop, permanent=permanent, left_s=left_s)
                    left_s -= loop.time() - started
                finally:
                    self._slots.give_back(slot)
            finally:
                self._pacing.leave(lane)
            if not isinstance(outcome, Redirected):
                self._heed(outcome, origin)
                return outcome
            if visit.form is not None:
                return Failed(reason="a redirect, which a form does not follow")
            if left_s <= 0:
                raise TimeoutError
            permanent = permanent and outcome.permanent
            url = outcome.to
            origin = self._checked_redirect(url, feed_origin)
        return Failed(reason=f"more than {self._max_redirects} redirects")

    def _heed(self, outcome: Answer, origin: Origin) -> None:
        match outcome:
            case Failed(retry_after_s=int() as wait_s):
                self._pacing.close_for(origin, wait_s)
            case Failed(status=429):
                self._pacing.close_for(origin, _PAUSE_AFTER_429_S)

    def _checked_redirect(self, url: URL, feed_origin: Origin) -> Origin:
        try:
            return self._guard.check_url(url, feed_origin=feed_origin)
        except NotAllowedError as error:
            raise NotAllowedError(f"redirected to {error}") from error

    async def _get(self, url: URL, visit: Visit, *, hops: int, permanent: bool, left_s: float) -> Answer | Redirected:
        proxy = visit.proxy
        if proxy is not None:
            started = asyncio.get_running_loop().time()
            async with asyncio.timeout(left_s):
                await check_target(proxy, self._guard, self._resolver, url)
            left_s -= asyncio.get_running_loop().time() - started
        headers = headers_of(url, visit, first=hops == 0)
        try:
            async with self._session(proxy).request(
                "GET" if visit.form is None else "POST",
                url,
                data=visit.form,
                headers=headers,
                allow_redirects=False,
                proxy=proxy.for_requests if proxy else None,
                timeout=self._timeouts if left_s == self._total_timeout_s else self._within(left_s),
            ) as response:
                return await outcome_of(
                    response,
                    visit.state,
                    conditional="If-None-Match" in headers or "If-Modified-Since" in headers,
                    moved=hops > 0 and permanent,
                    page=visit.feed.via != "feed",
                    max_bytes=visit.max_bytes,
                    now=self._clock(),
                )
        except aiohttp.ServerTimeoutError as error:
            limit = (
                self._connect_timeout_s if isinstance(error, aiohttp.ConnectionTimeoutError) else self._read_timeout_s
            )
            what = "no connection" if isinstance(error, aiohttp.ConnectionTimeoutError) else "no data"
            raise TimeoutError(f"timed out: {what} for {limit:g} s") from error

    def _within(self, left_s: float) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(
            total=left_s,
            connect=self._connect_timeout_s,  # name, TCP, TLS and proxy together
            sock_read=self._read_timeout_s,
            ceil_threshold=math.inf,  # aiohttp rounds limits up to whole seconds; ours hold as they are
        )

    def _session(self, proxy: Proxy | None) -> aiohttp.ClientSession:
        assert self._sessions is not None, "use `async with Fetcher(...)`"
        if proxy not in self._sessions:
            self._sessions[proxy] = self._new_session(proxy)
        return self._sessions[proxy]

    def _new_session(self, proxy: Proxy | None) -> aiohttp.ClientSession:
        if proxy is None:
            connector = aiohttp.TCPConnector(
                resolver=GuardedResolver(self._guard, self._resolver),
                socket_factory=self._guard.open_socket,
                limit=0,  # the limits are ours: slots and turns
                ttl_dns_cache=_DNS_CACHE_S,
                keepalive_timeout=self._idle_connection_s,
            )
        else:
            connector = connector_through(proxy, self._guard, self._resolver, self._idle_connection_s)
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            max_line_size=_MAX_HEADER_BYTES,
            max_field_size=_MAX_HEADER_BYTES,
            headers={"User-Agent": self._user_agent, "Accept": ACCEPT, "Accept-Encoding": "gzip, deflate"},
        )


def _origin(url: URL) -> Origin:
    return (url.host or "").lower(), url.port or 0
