"""What a request for a feed carries: what it accepts, its conditions, logins and headers of the operator's own, and
which server gets to see which of them.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from yarl import URL

from bot.feeds.proxy import Proxy
from bot.model import Feed, FeedState

WHOLE_EVERY = timedelta(days=1)  # the longest that a server's "not modified" is believed without a look at the whole

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOptions:
    """What the operator wants of the requests to one feed. May hold secrets: kept out of the database."""

    proxy: str | None = field(default=None, repr=False)  # None: as for all feeds; "": none
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # sent to the feed's own host only


@dataclass(slots=True, kw_only=True)
class Visit:
    """What stays the same over the hops of one fetch."""

    feed: Feed
    state: FeedState
    own_headers: Mapping[str, str]  # login and headers of the feed's own origin
    proxy: Proxy | None
    conditions: Mapping[str, str]  # empty: ask for the whole
    max_bytes: int
    accept: str
    form: Mapping[str, str] | None  # to be sent by POST; None: a GET
    on_wait: Callable[[], None] | None


def conditions_of(state: FeedState, now: datetime) -> dict[str, str]:
    """The validators as they were received, and with an ETag the offer to take only what is new (RFC 3229). None
    once a day: a broken cache says "not modified" for ever.
    """
    if state.whole_at is not None and now - state.whole_at >= WHOLE_EVERY:
        return {}
    headers: dict[str, str] = {}
    if state.etag:
        headers |= {"If-None-Match": state.etag, "A-IM": "feed"}
    if state.last_modified:
        headers["If-Modified-Since"] = state.last_modified
    return headers


def own_headers_of(feed: Feed, option: RequestOptions | None) -> Mapping[str, str]:
    """The login that stands in the feed's address, and what the operator set."""
    login = {"Authorization": _basic(URL(feed.url))} if "@" in feed.url and URL(feed.url).user is not None else {}
    return {**login, **option.headers} if option else login


def headers_of(url: URL, visit: Visit, *, first: bool) -> dict[str, str]:
    """What this hop gets to see: login and own headers only the feed's own origin, validators besides that only
    the origin which gave them. Another server might know an old date as its own and answer "not modified".
    """
    state, own = visit.state, visit.own_headers
    headers: dict[str, str] = {} if visit.accept == ACCEPT else {"Accept": visit.accept}
    if first and state.moved_to is None and state.read_at in (None, visit.feed.url):  # as most polls are
        return {**headers, **visit.conditions, **own}
    origin, home = url.origin(), URL(visit.feed.url).origin()
    if state.read_at is None or origin == home or origin == URL(state.read_at).origin():
        headers |= visit.conditions
    if origin == home:
        headers |= own
    else:
        headers |= {name: value for name, value in own.items() if name.lower() == "user-agent"}
    return headers


def without_login(url: URL) -> URL:
    """The address as it may be asked for and told."""
    return url if url.raw_user is None and url.raw_password is None else url.with_user(None)


def _basic(url: URL) -> str:
    return "Basic " + b64encode(f"{url.user}:{url.password or ''}".encode()).decode("ascii")
