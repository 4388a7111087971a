"""The values of the product, from a feed's bytes to a message's receipt.

Frozen, built whole and then written once. Moments are aware and UTC; ids are texts made by `new_id`,
ordered by time, so that a whole change can be composed before anything is stored.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:  # a parsing process reads these values and must not pay for loading the detector
    from rules import Detection

FirstRead = Literal["baseline", "show"]
Platform = Literal["telegram", "slack", "console"]
AlertKind = Literal["new", "update"]
Importance = Literal["flash", "high", "normal", "low"]

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: sorts as its numbers do


def new_id(now: datetime) -> str:
    """A new id: 26 characters, ordered by `now` (to the millisecond), unique by 80 random bits (a ULID)."""
    return new_ids(now, 1)[0]


def new_ids(now: datetime, count: int) -> tuple[str, ...]:
    """`count` new ids of one moment, each greater than the one before it."""
    first = (int(now.timestamp() * 1000) << 80) | (int.from_bytes(os.urandom(10), "big") >> 1)
    return tuple(
        "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
        for number in range(first, first + count)
    )


# --- feeds -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One source to poll; from the pack or the configuration."""

    id: str  # stable: made from the URL by `bot.feeds.feed_id`
    url: str
    title: str  # the outlet's name, shown in alerts, e.g. "TASS"
    lang: str | None = None  # "en" | "hi" | "ru"; None: found item by item
    kind: str = "news"  # official | wire | news | aggregator | blog …, as in the pack's feeds.toml
    tier: int = 3  # 1 most reliable … 5
    interval_s: int = 300  # the wished time between polls
    first_read: FirstRead = "baseline"  # baseline: the first poll's items are remembered, not told


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What polling must remember of a feed between two polls."""

    feed_id: str
    due_at: datetime  # the next poll; never before
    etag: str | None = None  # as received, byte for byte
    last_modified: str | None = None  # as received, byte for byte
    body_sha256: str | None = None  # of the last 200 that was parsed; the same body is not parsed again
    failures: int = 0  # consecutive; 0 after any success
    last_error: str | None = None  # in plain words, of the last failure; None after a success
    polled_at: datetime | None = None  # the last try
    succeeded_at: datetime | None = None  # the last success; None: never read, so the first read is a baseline


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A 200 with a body."""

    url: str  # where it was read, after redirects
    body: bytes  # unpacked
    content_type: str  # as received; "" when absent
    etag: str | None
    last_modified: str | None
    max_age_s: int | None = None  # what the server's cache headers ask to wait; None: nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """A 304 to our validators."""

    etag: str | None  # the new one if the 304 had one, else ours
    last_modified: str | None
    max_age_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Anything else, in plain words."""

    reason: str  # e.g. "HTTP 503", "timed out after 30 s", "an HTML page instead of a feed"; no credentials
    retry_after_s: int | None = None  # the server's word (429, 503); None: backoff decides


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a feed, cleaned: plain text, NFC, no markup, no control or bidi characters."""

    guid: str | None  # raw, as in the feed; None when absent
    url: str | None  # absolute; None when absent or not http(s)
    title: str  # at most 500 characters; "" when absent
    text: str  # summary or content, at most 4,000 characters; "" when absent
    published_at: datetime | None  # None: absent or not to be trusted
    fingerprint: str  # of title and text: the same content gives the same value


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    title: str  # the feed's own; "" when absent
    entries: tuple[Entry, ...]  # in the feed's order, at most 2,000
    ttl_s: int | None = None  # the feed's own hint


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredItem:
    """An entry with its place in our records and its verdict."""

    id: str
    feed_id: str
    outlet: str  # the feed's title
    entry: Entry
    seen_at: datetime
    detection: Detection | None  # None: baseline, never judged
    story_id: str | None = None  # None: not relevant, or baseline


# --- stories and alerts ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One report of a story."""

    outlet: str
    url: str | None
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One event as its reports tell it, so far."""

    id: str
    title: str  # headline of the first report
    lang: str
    programmes: tuple[str, ...]  # main one first
    titles: tuple[str, ...]  # the distinct headlines so far, oldest first, for likeness; at most 20
    sources: tuple[Source, ...]  # oldest first
    opened_at: datetime
    updated_at: datetime
    alert_id: str | None = None  # the alert that shows it; set when the story opens
    told: bool = True  # False: known only from first reads of feeds, archived but never sent


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryChange:
    """What one report did to a story."""

    before: Story | None  # None: the report opened it
    after: Story


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """One line of an alert's facts: a programme and what is said of it, ready to show."""

    programme: str  # canonical name, e.g. "S-400 Triumf"
    facts: tuple[str, ...]  # e.g. ("contract", "₹60,000 crore", "about 260 aircraft", "due 2026")
    quotes: tuple[str, ...]  # the evidence, one for each of `facts`


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What an alert says, for any platform to lay out. All texts are plain: the platform's format escapes."""

    label: str  # what happened and how sure, e.g. "NEW · REPORTED · ANI"
    headline: str
    url: str | None
    summary: str  # at most 60 words of the item's own sentences; "" when the item had no text
    rows: tuple[FactRow, ...]
    sources: tuple[Source, ...]  # the first reporter first
    at: datetime  # of this version
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    id: str
    story_id: str
    item_id: str  # the item whose words it shows
    kind: AlertKind
    importance: Importance
    card: Card
    terms: tuple[str, ...]  # what filters and search look at, see rules.search_terms
    created_at: datetime


# --- channels and delivery ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Channel:
    """Where alerts go. As a key: "telegram:-1001234", "telegram:-1001234/7" (forum topic), "slack:C012AB3CD"."""

    platform: Platform
    address: str  # Telegram chat id; Slack channel id; "" for the console
    thread: str | None = None  # Telegram forum topic id

    @property
    def key(self) -> str:
        return f"{self.platform}:{self.address}" + (f"/{self.thread}" if self.thread else "")

    @classmethod
    def parse(cls, key: str) -> Channel:
        """The channel that `key` names. ValueError, in words for the operator, when it names none."""
        platform, colon, rest = key.partition(":")
        address, _, thread = rest.partition("/")
        match platform:
            case "console" if not rest:
                return cls(platform="console", address="")
            case "telegram" if colon and address.lstrip("-").isdecimal() and (not thread or thread.isdecimal()):
                return cls(platform="telegram", address=address, thread=thread or None)
            case "slack" if colon and address.isalnum() and not thread:
                return cls(platform="slack", address=address)
        raise ValueError(
            f"{key!r} names no channel; expected telegram:CHAT_ID, telegram:CHAT_ID/TOPIC_ID, "
            "slack:CHANNEL_ID or console:"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    id: str
    channel: Channel
    filter: str  # as typed; "" means every alert
    created_at: datetime
    created_by: str  # "config" or the user, e.g. "telegram:42"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An alert due in a channel: a row before it is a message."""

    id: str
    alert_id: str
    channel: Channel
    due_at: datetime
    attempts: int = 0  # tries so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Sent: the platform took it."""

    message_id: str  # Telegram message_id; Slack ts; "" on the console
    plain: bool = False  # True: sent as plain text since the platform refused our markup; counted


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryLater:
    """Not sent; may be tried again."""

    reason: str  # plain words, no secrets
    after_s: float | None = None  # not before; the platform's word (429). None: our backoff decides
    maybe_sent: bool = False  # True: the connection broke after the request left, so a retry may repeat it


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelMoved:
    """The channel has a new address (group upgraded to supergroup): readdress everything, then send."""

    to: Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelGone:
    """Blocked, kicked, deleted, archived: its subscriptions end."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """This message can never be sent there (the platform refuses its content): dead letter."""

    reason: str


SendResult = Receipt | RetryLater | ChannelMoved | ChannelGone | Rejected


# --- commands ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What somebody typed, the same for every platform."""

    name: str  # "subscribe", without slash, lower case; "" when nothing was typed after /dealwire
    args: str  # the rest, as typed (Slack's &gt; &lt; &amp; undone)
    channel: Channel
    user: str  # "telegram:42", "slack:U123"
    private: bool  # a one-to-one chat with the bot
    manager: bool  # may change this channel's subscriptions
    reply_to: str | None = None  # message id of ours that it answers; None: none


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of text in one style."""

    text: str
    style: Literal["plain", "bold", "italic", "code"] = "plain"
    url: str | None = None


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer to a command: lines of text, then cards. Platforms lay it out and split it where long."""

    lines: tuple[Line, ...] = ()
    cards: tuple[Card, ...] = ()


def line(*runs: str | Run) -> Line:
    """A line of a reply; plain strings become plain runs."""
    return tuple(Run(text=run) if isinstance(run, str) else run for run in runs)


def text_reply(text: str) -> Reply:
    """A reply of plain lines, one for each line of `text`."""
    return Reply(lines=tuple(line(row) for row in text.split("\n")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How the process is doing, for /status and the page."""

    feeds: int
    feeds_failing: int
    last_poll_at: datetime | None
    last_match_at: datetime | None
    last_sent_at: datetime | None
    queued: int  # deliveries due or waiting for a retry
    dead: int  # deliveries given up
    items: int
    alerts: int
    errors: Mapping[str, str] = field(default_factory=dict)  # feed title -> last error, failing ones only
