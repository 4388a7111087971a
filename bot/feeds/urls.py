"""URLs as polling needs them: one form for comparing, a short id for a feed, and links that are safe to show.

In: whatever a configuration or a feed holds. Out: plain texts. Nothing here resolves names or fetches.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode, urljoin, urlsplit, urlunsplit

MAX_URL = 2_000  # characters; a longer link is dropped, not cut: judgement, under every messenger's limit

# Parameters that say how the reader came, not what is read. Names seen in outlets' feeds and share links.
_TRACKING = re.compile(
    r"(utm_\w+|at_(medium|campaign|custom\d|link_\w+|format|ptr_\w+|bbc_\w+)|ns_(mchannel|source|campaign|linkname|fee)"
    r"|mc_(cid|eid)|\w*clid|_openstat|_ga|_gl|cmp|cmpid|ito|ftag|igsh(id)?|spm|ref_(src|url)|rss(id)?|traffic_source)",
    re.IGNORECASE,
)
# These names carry meaning on some sites: they are dropped only with a value that plainly names a channel.
_MAYBE_TRACKING = re.compile(r"(ref|from|src|source|via|medium|campaign|feature)", re.IGNORECASE)
_CHANNEL = re.compile(
    r"(rss|feed|atom|twitter|tw|x|facebook|fb|telegram|tg|vk|whatsapp|email|newsletter|share|social|home(page)?)",
    re.IGNORECASE,
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNSAFE_IN_LINK = re.compile(r"[^\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]")  # not space " < > \ ^ ` { | }
# Host, path and query, with neither login nor port nor anything that is to be escaped or left out.
_PLAIN_LINK = re.compile(
    r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?/[A-Za-z0-9/._~!$&'()*+,=:@%-]*(?:\?[A-Za-z0-9/._~!$&'()*+,;=:@%-]+)?"
)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")


@lru_cache(maxsize=512)  # asked for several times about each entry of a poll
def canonical_url(url: str) -> str:
    """The form of `url` in which two links to one page are equal texts; for comparing and hashing, not for
    fetching.

    Scheme becomes https where the port is the usual one; `www.`, fragment, login, tracking parameters, AMP marks
    and the trailing slash go; parameters with a meaning stay, sorted. What is no http(s) URL comes back stripped
    of spaces at its ends, otherwise as it was.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return url
    host = _netloc_host(parts.hostname).removeprefix("www.")
    scheme = parts.scheme
    if port in (None, _DEFAULT_PORTS[scheme]):
        netloc, scheme = host, "https"
    else:
        netloc = f"{host}:{port}"
    path = _requoted(parts.path, safe="/:@!$&'()*+,;=~-._")
    path = re.sub(r"^/amp(?=/)|/amp/?$", "", path).rstrip("/")
    query = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True, errors="replace")
        if not _is_tracking(host, name, value)
    )
    return urlunsplit((scheme, netloc, path or "/", urlencode(query), ""))


def feed_id(url: str) -> str:
    """A short id of the feed at `url`, the same for every spelling of the URL: 16 hexadecimal digits."""
    return hashlib.sha256(canonical_url(url).encode("utf-8", "replace")).hexdigest()[:16]


def link_in(feed_url: str, raw: object) -> str | None:
    """The absolute http(s) link that `raw`, found in the feed at `feed_url`, means; None when it means none.

    Logins are removed (they disguise the host), characters that break messages are percent-encoded.
    """
    if not isinstance(raw, str):
        return None
    if _PLAIN_LINK.fullmatch(raw) and len(raw) <= MAX_URL:
        return raw  # as most are: what follows would change nothing, in twenty times the time
    link = re.sub(r"[\t\r\n\x00-\x1f\x7f]+", "", raw.strip())
    if not link or (" " in link and not _SCHEME.match(link) and not link.startswith("/")):
        return None  # words, not an address
    try:
        if _SCHEME.match(link) and not urlsplit(link).netloc:
            return None  # mailto:, javascript:, or "http://" alone
        parts = urlsplit(urljoin(feed_url, link))
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not host or re.search(r"[\s<>\"\\^`{|}]", host):
        return None
    netloc = _as_written(parts.netloc, host) + ("" if port is None else f":{port}")
    whole = urlunsplit((parts.scheme, netloc, parts.path, parts.query, parts.fragment))
    safe = _UNSAFE_IN_LINK.sub(lambda found: quote(found.group(), safe="", errors="replace"), whole)
    return safe if len(safe) <= MAX_URL else None


def _is_tracking(host: str, name: str, value: str) -> bool:
    if _TRACKING.fullmatch(name):
        return True
    if host == "news.google.com" and name == "oc":
        return True
    return name.lower() == "amp" or bool(_MAYBE_TRACKING.fullmatch(name) and _CHANNEL.fullmatch(value))


def _as_written(netloc: str, host: str) -> str:
    """The host of a link that is shown: in the feed's own capitals where it is a plain name."""
    written = netloc.rpartition("@")[2].partition(":")[0].rstrip(".")
    return written if written.isascii() and written.lower() == host.rstrip(".") else _netloc_host(host)


def _netloc_host(host: str) -> str:
    """`host` as it stands in a URL: lower case, IDNA, brackets around IPv6."""
    host = host.lower().rstrip(".")
    if ":" in host:
        return f"[{host}]"
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return quote(host, errors="replace")


def _requoted(path: str, *, safe: str) -> str:
    """`path` with exactly the characters escaped that must be, so that both spellings of a letter are one."""
    kept_slashes = re.sub(r"%2f", "%252F", path, flags=re.IGNORECASE)
    return quote(unquote_to_bytes(kept_slashes.encode("utf-8", "replace")), safe=safe)
