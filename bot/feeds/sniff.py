"""Tells from the first bytes of an answer whether it can be a feed, and if not, what it is in plain words.

In: a body. Out: None when it may be a feed, else the reason that the operator reads. The Content-Type is not
asked: good feeds come typed as text/html, image/png and worse.
"""

from __future__ import annotations

import re

LOOK_AT = 65_536  # bytes; a feed's first element stands well before, also after a page of warnings

_FEED_ROOT = re.compile(rb"<(?:[\w.-]+:)?(?:rss|feed|rdf|channel|item|entry)[\s>/]", re.IGNORECASE)
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>|<!--.*?-->|\s)*<(?:!doctype\s+html|html|head|body|script|title)\b", re.I | re.S
)
# Who checks for a browser, by what its page holds; the general words last.
_CHALLENGES = (
    (re.compile(rb"<title>\s*just a moment\.\.\.|cf-chl|cf_chl|challenges\.cloudflare\.com", re.I), "Cloudflare"),
    (re.compile(rb"ddos-guard", re.I), "DDoS-Guard"),
    (re.compile(rb"checking your browser|captcha", re.I), "a check for a browser"),
)
_DENIAL = re.compile(
    r"<(?:title|h1)[^>]*>[^<]{0,80}(?:access denied|forbidden|blocked|attention required"
    r"|доступ (?:ограничен|запрещ[её]н|заблокирован))",  # access restricted, forbidden, blocked
    re.IGNORECASE,
)
_EBCDIC = b"\x4c\x6f\xa7\x94"  # "<?xml" as mainframes write it; feedparser reads it


def why_not_a_feed(body: bytes) -> str | None:
    """Why `body` is no feed, e.g. "an HTML page instead of a feed"; None when it may be one."""
    head = body[:LOOK_AT].replace(b"\0", b"")  # so that UTF-16 and UTF-32 read like ASCII
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not start:
        return "an empty answer instead of a feed"
    if start.startswith((b"{", _EBCDIC)):
        return None
    if head.startswith((b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")):
        return "a compressed file instead of a feed"
    root = _FEED_ROOT.search(start)
    if page := _HTML.match(start):
        if root and not re.search(rb"<(?:body|div|p|h1|script)\b", start[page.end() : root.start()], re.IGNORECASE):
            return None  # a stray <html> around a feed
        if who := blocked_by(body):
            return f"an HTML page instead of a feed: blocked by {who}"
        return "an HTML page instead of a feed"
    if root or start.startswith(b"<?xml"):
        return None
    if start.startswith(b"["):
        return "JSON that is no JSON Feed"
    return "something that is no feed" if b"<" not in start else None


def blocked_by(page: bytes, *, mitigated: str = "", server: str = "") -> str | None:
    """Who keeps us from the feed, e.g. "Cloudflare", as `page` and the headers cf-mitigated and Server tell; None
    when nothing says so. `server` counts only for an answer that is a refusal anyway.
    """
    head = page[:LOOK_AT]
    if mitigated:
        return "Cloudflare"
    if server.lower().startswith("ddos-guard"):
        return "DDoS-Guard"
    for pattern, who in _CHALLENGES:
        if pattern.search(head):
            return who
    return "the server" if _DENIAL.search(head.decode("utf-8", "replace")) else None


def is_json(body: bytes) -> bool:
    """Whether `body` is meant as JSON: its first character is a brace."""
    return body[:LOOK_AT].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"{")
