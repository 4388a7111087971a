"""What an HTTP answer to a poll means: a body, "not modified", a redirect, or a failure in plain words.

In: a response whose headers have come. Out: one of our values; the body is read here, within its limit. Raises
what the connection raises, and `BodyError`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

import aiohttp
from yarl import URL

from bot.feeds.caching import max_age_s, retry_after_s, validators
from bot.feeds.links import hub_and_topic
from bot.feeds.schedule import body_sha256
from bot.feeds.sniff import blocked_by, why_not_a_feed
from bot.feeds.unpack import BodyError, read_body
from bot.model import Failed, FeedState, Fetched, NotModified

Answer = Fetched | NotModified | Failed

_MAX_REFUSAL_BYTES = 262_144  # a page that says no is looked into so far: judgement, challenges are some 10 kB


@dataclass(frozen=True, slots=True)
class Redirected:
    to: URL
    permanent: bool


async def outcome_of(
    response: aiohttp.ClientResponse,
    state: FeedState,
    *,
    conditional: bool,
    moved: bool,
    page: bool = False,
    max_bytes: int,
    now: datetime,
) -> Answer | Redirected:
    """`conditional`: validators were sent; `moved`: permanent redirects, and no others, led here; `page`: any
    body will do, not only a feed; `now` counts only where the server sends no Date of its own.
    """
    status, headers = response.status, response.headers
    etag, last_modified = validators(response.raw_headers)
    fresh_s = max_age_s(headers, ", ".join(headers.getall("Cache-Control", [])), now)
    moved_to = str(response.url) if moved else None
    match status:
        case 200 | 226:
            hub, topic = hub_and_topic(headers.getall("Link", []), str(response.url))
            body = await read_body(response, max_bytes)
            if not page and (reason := why_not_a_feed(body)):
                return Failed(reason=reason)
            return Fetched(
                url=str(response.url),
                body=body,
                content_type=headers.get("Content-Type", ""),
                etag=etag,
                last_modified=last_modified,
                max_age_s=fresh_s,
                moved_to=moved_to,
                partial=status == 226,
                body_sha256=None if page else body_sha256(body),
                hub=hub,
                topic=topic,
            )
        case 304 if conditional:
            return NotModified(
                etag=etag or state.etag,
                last_modified=last_modified or state.last_modified,
                max_age_s=fresh_s,
                moved_to=moved_to,
            )
        case 304:
            return Failed(reason=f"{_status_words(304)}, though we asked for the whole feed", status=304)
        case 301 | 302 | 303 | 307 | 308:
            return _redirected(response)
        case 429 | 503:
            return Failed(reason=await _refusal(response), retry_after_s=retry_after_s(headers, now), status=status)
        case 401 | 403:
            return Failed(reason=await _refusal(response), status=status)
        case _:
            return Failed(reason=_status_words(status), status=status)


def plain_words(error: Exception) -> str:
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


def is_unreached(error: Exception) -> bool:
    """Whether nobody answered at all: no name, no route, no connection. It may be our own network that fails."""
    untrusted = (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError)
    return isinstance(error, aiohttp.ClientConnectorError) and not isinstance(error, untrusted)


def _redirected(response: aiohttp.ClientResponse) -> Redirected | Failed:
    location = response.headers.get("Location", "").strip()
    if not location:
        return Failed(reason=f"{_status_words(response.status)} without saying where to")
    try:
        to = response.url.join(URL(location)).with_fragment(None)
        # A login in it is the server's, not the operator's; nothing but http has one that yarl can take away.
        to = to.with_user(None) if to.host else to
    except ValueError:
        return Failed(reason=f"{_status_words(response.status)} to something that is no address")
    return Redirected(to=to, permanent=response.status in (301, 308))


async def _refusal(response: aiohttp.ClientResponse) -> str:
    """The status in words, and who stands in the way where the answer tells."""
    words = _status_words(response.status)
    headers = response.headers
    try:
        body = await read_body(response, _MAX_REFUSAL_BYTES)
    except (BodyError, aiohttp.ClientError):
        body = b""
    who = blocked_by(body, mitigated=headers.get("cf-mitigated", ""), server=headers.get("Server", ""))
    return f"{words}: blocked by {who}" if who else words


def _status_words(status: int) -> str:
    """E.g. "HTTP 404 Not Found"; our own table of words, since a server's may hold anything."""
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"
