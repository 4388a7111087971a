"""Turns a feed's bytes into clean entries: RSS 0.9x-2.0, RDF and Atom through feedparser, JSON Feed by
jsonfeed.py.

In: the body as received (unpacked), the Content-Type, the URL it came from, and what the last reading remembered.
Out: a `ParsedFeed`, or `ParseError` in plain words. Blocking, and it takes seconds for megabytes: call it through
`FeedParser`, whose processes can be killed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from feedparser.datetimes import _parse_date

from bot.feeds import incremental, jsonfeed
from bot.feeds.clean import plain_text, raw_text
from bot.feeds.dates import moment, trusted
from bot.feeds.document import Document, document
from bot.feeds.entries import Reading, read, read_strictly
from bot.feeds.google_news import headline_and_outlet, is_google_news
from bot.feeds.skipping import skipped
from bot.feeds.sniff import is_json, why_not_a_feed
from bot.feeds.urls import link_in
from bot.model import Entry, ParsedFeed

MAX_ENTRIES = 2_000
MAX_TITLE = 500  # characters
MAX_TEXT = 4_000  # characters
MAX_GUID = 2_000  # characters; a longer guid is kept as its hash
MAX_TTL_S = 86_400

_REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,10}));")
_PERIODS_S = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}


class ParseError(Exception):
    """The body is no feed; the message says what it is instead, in plain words."""


def parse_feed(body: bytes, content_type: str, url: str, seen: bytes = b"") -> ParsedFeed:
    """The entries of `body`, in its order. `content_type` "" when the server sent none; `url` resolves its links.

    With the `seen_entries` of the last reading, the entries that have not changed since are left out and counted,
    where that surely changes nothing about the others.
    """
    if reason := why_not_a_feed(body):
        raise ParseError(reason)
    if is_json(body):
        try:
            title, found = jsonfeed.read(body)
        except jsonfeed.JsonFeedError as error:
            raise ParseError(str(error)) from error
        return ParsedFeed(title=plain_text(title, MAX_TITLE), entries=_entries(found, url))
    try:
        whole = document(_without_illegal_references(body), content_type)
        if seen and whole.plain and (feed := _only_new(whole, url, seen)):
            return feed
        reading = read(whole)
    except Exception:
        # feedparser raises on odd input in many ways: one retry with the text decoded by us and everything illegal
        # taken out.
        try:
            whole = document(_legal_utf8(body), "application/xml; charset=utf-8")
            reading = read(whole)
        except Exception as error:
            raise ParseError(f"a damaged feed that cannot be read ({type(error).__name__})") from error
    if not reading.entries and not reading.version and not reading.feed:
        raise ParseError("XML that is no feed" if body.lstrip().startswith(b"<") else "something that is no feed")
    found_entries = reading.entries
    if not reading.well_formed and found_entries and _is_cut_in_last_entry(body):
        found_entries = found_entries[:-1]  # half a headline is no headline; the next poll brings the whole
    entries = _entries(map(_raw_entry, found_entries), url)
    return _parsed(
        reading,
        whole.data,
        entries,
        url,
        left_out=0,
        seen_entries=incremental.remembered(reading, whole.data, url, entries) if whole.plain else b"",
    )


def fingerprint(title: str, text: str) -> str:
    """The same for the same content: 32 hexadecimal digits of `title` and `text`."""
    return hashlib.blake2b(f"{title}\n{text}".encode("utf-8", "replace"), digest_size=16).hexdigest()


def _only_new(whole: Document, url: str, seen: bytes) -> ParsedFeed | None:
    """What is left when the known entries are left out; None when the whole must be read."""
    rest = incremental.rest(whole.data, seen)
    reading = read_strictly(rest.data) if rest else None
    if rest is None or reading is None or not incremental.confirms(reading, rest, url):
        return None
    entries = _entries(map(_raw_entry, reading.entries), url)
    if incremental.share_a_key(entries, rest):
        return None
    return _parsed(
        reading,
        rest.data,
        entries,
        url,
        left_out=len(rest.order) - len(entries),
        seen_entries=incremental.remembered_with(rest, entries),
    )


def _parsed(
    reading: Reading, data: bytes, entries: tuple[Entry, ...], url: str, *, left_out: int, seen_entries: bytes
) -> ParsedFeed:
    skip_hours, skip_days = skipped(data)
    return ParsedFeed(
        title=plain_text(_text(reading.feed, "title"), MAX_TITLE),
        entries=entries,
        ttl_s=_ttl_s(reading.feed),
        skip_hours=skip_hours,
        skip_days=skip_days,
        hub=_link_of(reading.feed, "hub", url),
        topic=_link_of(reading.feed, "self", url),
        left_out=left_out,
        seen_entries=seen_entries,
    )


def _entries(found: Iterator[jsonfeed.RawEntry], url: str) -> tuple[Entry, ...]:
    return tuple(_entry(raw, url) for raw in islice(found, MAX_ENTRIES))


def _entry(raw: jsonfeed.RawEntry, url: str) -> Entry:
    title = plain_text(raw.title, MAX_TITLE)
    text = max((plain_text(markup, MAX_TEXT) for markup in raw.texts), key=len, default="")
    outlet = plain_text(raw.outlet, MAX_TITLE) or None
    if is_google_news(url):  # whose texts only repeat the headline and the outlet
        title, outlet = headline_and_outlet(title, outlet)
        text = ""
    return Entry(
        guid=_guid(raw.guid),
        url=next((link for link in (link_in(url, one) for one in raw.links) if link), None),
        title=title,
        text=text,
        published_at=raw.published_at,
        fingerprint=fingerprint(title, text),
        outlet=outlet,
    )


def _guid(value: str | None) -> str | None:
    guid = raw_text(value, limit=10_000_000)
    if guid is None or len(guid) <= MAX_GUID:
        return guid
    return "sha256:" + hashlib.sha256(guid.encode()).hexdigest()


def _without_illegal_references(body: bytes) -> bytes:
    """`body` without references to characters that XML has not: one `&#xD83D;` makes feedparser lose the whole
    feed.
    """

    def kept(found: re.Match[bytes]) -> bytes:
        number = int(found[1], 16) if found[1] else int(found[2])
        legal = number >= 32 or number in (9, 10, 13)
        return found.group() if legal and not 0xD800 <= number <= 0xDFFF and number <= 0x10FFFF else b""

    return _REFERENCE.sub(kept, body)


def _legal_utf8(body: bytes) -> bytes:
    text = ""
    for encoding in _likely_encodings(body):
        try:
            text = body.decode(encoding)
            break
        except (UnicodeError, LookupError):
            continue
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text.lstrip("\ufeff"))
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    return _without_illegal_references(text.encode())


def _likely_encodings(body: bytes) -> tuple[str, ...]:
    declared = re.search(rb"encoding=[\"']([\w.-]{1,40})[\"']", body[:400])
    first = declared[1].decode("ascii", "replace") if declared else "utf-8"
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return ("utf-32" if body[2:4] == b"\0\0" else "utf-16", "utf-8", "latin-1")
    return (first, "utf-8", "latin-1")


def _is_cut_in_last_entry(body: bytes) -> bool:
    """Whether the document ends inside an entry: no end of the feed, and an entry opened after the last closed
    one.
    """
    tail = body[-200:].lower()
    if re.search(rb"</(?:\w+:)?(?:rss|feed|rdf|channel)\s*>", tail):
        return False
    opened = max((body.rfind(b"<" + name + end) for name in (b"item", b"entry") for end in (b">", b" ")), default=-1)
    return opened > max(body.rfind(b"</item"), body.rfind(b"</entry"))


def _raw_entry(entry: Mapping[str, Any]) -> jsonfeed.RawEntry:
    links = [_text(entry, "link")]
    for link in _listed(entry, "links"):
        if isinstance(link, dict) and link.get("rel", "alternate") == "alternate":
            links.append(_text(link, "href"))
    guid = _text(entry, "id")
    if re.match(r"https?://", guid) and not any(links):
        links.append(guid)
    bodies = [_text(entry, "summary"), *(_text(one, "value") for one in _listed(entry, "content"))]
    return jsonfeed.RawEntry(
        guid=guid or None,
        links=tuple(links),
        title=_text(entry, "title"),
        texts=tuple(text for text in bodies if text),
        published_at=_published_at(entry),
        outlet=_text(dict.get(_dict(entry), "source"), "title"),
    )


def _published_at(entry: Mapping[str, Any]) -> datetime | None:
    """The first of published, updated, created that can be trusted."""
    for name in ("published", "updated", "created"):
        text = _text(entry, name)
        if text and (at := moment(text) or trusted(_parse_date(text), text)):
            return at
    return None


def _link_of(channel: Mapping[str, Any], rel: str, url: str) -> str | None:
    """The feed's own link of that kind, absolute; None: none."""
    links = (link for link in _listed(channel, "links") if isinstance(link, dict) and link.get("rel") == rel)
    return next((found for link in links if (found := link_in(url, _text(link, "href")))), None)


def _ttl_s(channel: Mapping[str, Any]) -> int | None:
    """How long the feed asks to wait, from `ttl` (minutes) or the syndication module; None: it does not."""
    minutes, period = _text(channel, "ttl"), _text(channel, "sy_updateperiod").strip().lower()
    if re.fullmatch(r"[0-9]{1,9}", minutes.strip()) and int(minutes) > 0:
        return min(int(minutes) * 60, MAX_TTL_S)
    if period in _PERIODS_S:
        times = _text(channel, "sy_updatefrequency").strip()
        count = int(times) if re.fullmatch(r"[1-9][0-9]{0,4}", times) else 1
        return max(60, min(_PERIODS_S[period] // count, MAX_TTL_S))
    return None


def _text(mapping: Any, name: str) -> str:
    """The text that feedparser itself stored under `name`; "" for anything else (its dictionaries map some
    names).
    """
    value = dict.get(_dict(mapping), name)
    return value if isinstance(value, str) else ""


def _listed(mapping: Any, name: str) -> list[Any]:
    value = dict.get(_dict(mapping), name)
    return value if isinstance(value, list) else []


def _dict(mapping: Any) -> dict[str, Any]:
    return mapping if isinstance(mapping, dict) else {}
