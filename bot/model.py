"""The values of the product, from a feed's bytes to a message's receipt.

Frozen, built whole and then written once. Moments are aware and UTC; ids are texts made by `new_id`,
ordered by time, so that a whole change can be composed before anything is stored.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:  # a parsing process reads these values and must not pay for loading the detector
    from rules import Certainty, Detection

FirstRead = Literal["baseline", "show"]
Platform = Literal["telegram", "slack", "console"]
AlertKind = Literal["new", "update", "notice"]  # notice: for the operator, of no story
Ids = Literal["unique", "repeated", "changing"]
Via = Literal["feed", "telegram", "newslist"]
Importance = Literal["flash", "high", "normal", "low"]
ChangeMark = Literal[
    "denied", "corrected", "slip", "earlier", "stage", "value", "quantity", "dates-differ", "confirmed"
]

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


# --- words -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A text of the interface with its values, kept until somebody reads it, and put into words in the reader's
    language then (`bot.i18n.Words.tell`). As a string it is English."""

    text: str  # English, as the catalogues know it; of a counted one the form of one
    many: str = ""  # the form of several, chosen by the value "n"; "": it is not counted
    values: Mapping[str, str | int | datetime | Said] = field(default_factory=dict)

    def __str__(self) -> str:
        text = self.many if self.many and self.values.get("n") != 1 else self.text
        return text.format(
            **{
                name: f"{value:%d %b %Y %H:%M} UTC" if isinstance(value, datetime) else value
                for name, value in self.values.items()
            }
        )


def said(text: str, **values: str | int | datetime | Said) -> Said:
    """A text to be told later. `text` stands in the code as it is, where the catalogues find it."""
    return Said(text=text, values=values)


def said_count(one: str, many: str, n: int, **values: str | int | datetime | Said) -> Said:
    """The form that goes with `n`, which is also the value {n}."""
    return Said(text=one, many=many, values={"n": n, **values})


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
    interval_s: int = 300  # the wished time between polls; where `adaptive`, until the feed's own rhythm is known
    adaptive: bool = False  # the interval follows how often the feed brings something
    first_read: FirstRead = "baseline"  # baseline: the first poll's items are remembered, not told
    via: Via = "feed"  # telegram: a public channel's web preview; newslist: a page that lists links to news
    link_prefix: str = ""  # newslist: what the addresses of its news begin with; "": told by their look


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
    seen_entries: bytes = b""  # what the last parse remembered of the entries (`ParsedFeed.seen_entries`)
    whole_at: datetime | None = None  # the last whole body; a day later one is asked for, whatever the validators
    read_at: str | None = None  # where the validators came from, after redirects; they go to no other host
    closed_until: datetime | None = None  # the host asked for silence until then, for all its feeds
    moved_to: str | None = None  # where the feed is read instead of `Feed.url`, which stays for going back
    moving_to: str | None = None  # a permanent move that is being watched before it is believed
    moving_since: datetime | None = None  # when `moving_to` was first answered
    moving_seen: int = 0  # polls that `moving_to` answered well
    gone_since: datetime | None = None  # the first 410; None: none since the last success
    gone_at: datetime | None = None  # the 410 that confirmed it: listed, no longer polled
    rhythm: str = ""  # when it usually brings something new, see `bot.feeds.rhythm`; "": nothing known yet
    ttl_s: int | None = None  # the feed's own hint, of its last body; kept since a 304 does not repeat it
    skip_hours: int = 0  # bit h: the feed asks not to be read in hour h, GMT
    skip_days: int = 0  # bit d: not on that day of the week, Monday is 0, GMT
    ids: Ids = "unique"  # repeated: its guids came back for other items; changing: items come back under new ids
    renumbered_at: datetime | None = None  # when known items last stood under new ids all at once; None: never
    failing_since: datetime | None = None  # the first of `failures`; None: it does not fail
    told_failing: int = 0  # notices to the operator about this run of failures
    told_silent: bool = False  # the operator knows that it brings nothing new


def altered(state: FeedState, **values: Any) -> FeedState:
    """`state` with `values`, and itself when it has them: most polls change little, and even this copy, made in half
    the time of `dataclasses.replace`, takes 5 µs."""
    for name, value in values.items():
        if getattr(state, name) != value:
            return FeedState(**{**dict(zip(_STATE_FIELDS, _state_values(state), strict=True)), **values})
    return state


_STATE_FIELDS = tuple(each.name for each in fields(FeedState))
_state_values = attrgetter(*_STATE_FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A 200 with a body."""

    url: str  # where it was read, after redirects
    body: bytes  # unpacked
    content_type: str  # as received; "" when absent
    etag: str | None
    last_modified: str | None
    max_age_s: int | None = None  # what the server's cache headers ask to wait; None: nothing
    moved_to: str | None = None  # `url`, when there were redirects and all of them permanent; else None
    partial: bool = False  # a 226: only what is new since our validators; what is absent was not removed
    body_sha256: str | None = None  # as in `FeedState`; None: not made yet
    hub: str | None = None  # the WebSub hub that the headers name; None: none
    topic: str | None = None  # the feed's own address, by the headers


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """A 304 to our validators."""

    etag: str | None  # the new one if the 304 had one, else ours
    last_modified: str | None
    max_age_s: int | None = None
    moved_to: str | None = None  # as in `Fetched`


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """No request was made: the host's turn is too far off, or it asked for silence. No failure of the feed."""

    wait_s: float  # the feed's turn may come then
    reason: str  # in plain words


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Anything else, in plain words."""

    reason: str  # e.g. "HTTP 503", "timed out after 30 s", "an HTML page instead of a feed"; no credentials
    retry_after_s: int | None = None  # the server's word (429, 503); None: backoff decides
    status: int | None = None  # the HTTP status, when it is the reason; None: another reason
    unreached: bool = False  # nobody answered (name, route, connection, silence): perhaps our own network is down


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a feed, cleaned: plain text, NFC, no markup, no control or bidi characters."""

    guid: str | None  # raw, as in the feed; None when absent
    url: str | None  # absolute; None when absent or not http(s)
    title: str  # at most 500 characters; "" when absent
    text: str  # summary or content, at most 4,000 characters; "" when absent
    published_at: datetime | None  # None: absent or not to be trusted
    fingerprint: str  # of title and text: the same content gives the same value
    outlet: str | None = None  # who really told it, in a feed that collects others' news; None: the feed itself


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    title: str  # the feed's own; "" when absent
    entries: tuple[Entry, ...]  # in the feed's order, at most 2,000
    ttl_s: int | None = None  # the feed's own hint
    skip_hours: int = 0  # as in `FeedState`
    skip_days: int = 0
    left_out: int = 0  # entries that stood in the last reading byte for byte and are not among `entries`
    seen_entries: bytes = b""  # for the next reading: fingerprints of all entries, 20 bytes each; b"": read all
    hub: str | None = None  # the WebSub hub that it offers; None: none
    topic: str | None = None  # the address it gives for itself, which is what a hub knows it by


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
    article: str | None = None  # the article's own text, read where the feed's was thin; None: not read

    @property
    def judged_text(self) -> str:
        """The text that `detection` speaks of: its offsets count in this."""
        return self.entry.text if self.article is None else self.article


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is remembered of the item behind a key: enough to tell whether an entry is that item."""

    item_id: str
    fingerprint: str
    feed_id: str = ""
    guid: str | None = None
    url: str | None = None
    title: str = ""
    published_at: datetime | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSubscription:
    """A subscription at a WebSub hub, as it is stored: without the address and the secret that only the hub knows."""

    feed_id: str
    hub: str
    topic: str  # what the hub knows the feed by
    nonce: str  # address and secret are made of it and of a key that is not stored
    address_hash: str  # of the address: another one when the key has changed
    state: str  # as in `bot.websub`
    next_at: datetime  # when the hub is to be asked again
    refusals: int  # in a row


# --- stories and alerts ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One report of a story."""

    outlet: str
    url: str | None
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldFact:
    """A fact with the report that told it, enough to show it in any language and to hold it against a later one."""

    programme: str  # id
    kind: Literal["stage", "money", "quantity", "date"]
    role: str | None  # as in rules.Fact
    value: Decimal | str
    unit: str | None = None
    ordinal: int | None = None
    currency: str | None = None
    certainty: Certainty
    tier: int = 3  # of the feed that brought it
    speaker: str | None  # as shown; None: the outlet itself
    outlet: str
    at: datetime  # of the report
    quote: str  # the words that carry it
    sentence: str = ""  # the sentence they stand in, shown when the fact changes; at most 240 characters
    about: str | None = None  # date: the step whose day it is, id of its stage; None: the sentence names none
    lead: bool = True  # stands in the headline or the first sentence
    worth: Decimal | None = None  # money: US dollars; None: they are dollars, or no rate is known
    rate_on: str | None = None  # of `worth`: ISO 8601, a day or a month


@dataclass(frozen=True, slots=True, kw_only=True)
class FactChange:
    """Something that a later report changes of what was told."""

    mark: ChangeMark
    before: ToldFact | None = None  # None: nothing was told of it
    after: ToldFact | None = None
    claim: str = ""  # denied, confirmed: the headline that it is about; corrected: the reason
    by: str = ""  # denied, confirmed: who says so, e.g. "Rosoboronexport, TASS"


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefRow:
    """A programme with what is told of it, in the order of showing."""

    programme: str  # id
    name: str  # canonical, e.g. "S-400 Triumf"
    facts: tuple[ToldFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What an alert tells, as values: its card is made of this in any language."""

    certainty: Certainty
    outlet: str  # whose report it shows
    speaker: str | None  # as shown; None: nobody but the outlet
    lang: str  # of headline and summary
    stage: str | None = None  # id
    rows: tuple[BriefRow, ...] = ()
    changes: tuple[FactChange, ...] = ()  # the weightiest first; empty: it is new
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    # canonical name of a programme or speaker -> language -> its name there; missing: the same in every language


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
    facts: tuple[ToldFact, ...] = ()  # the best known of each programme, see bot/stories/updates.py
    certainty: Certainty | None = None  # the best that vouched for it; None: nobody yet
    denied: bool = False  # its main claim was denied, and not confirmed since


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryChange:
    """What one report did to a story."""

    before: Story | None  # None: the report opened it
    after: Story
    changes: tuple[FactChange, ...] = ()  # that matter, the weightiest first; of a new story: against `earlier`
    earlier: Story | None = None  # of a new story: the older one that it goes on from; None: none is known


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
    lang: str = "en"  # of the label and of the words that a platform adds: "en", "hi", "ru"
    composed: str = ""  # a headline in the reader's language, shown above the original; "": they read the original
    notes: tuple[str, ...] = ()  # below the headline: what changed, with the sentences that say so


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """What the fields of a filter look at, of the report that an alert shows."""

    certainty: str = "reported"  # as in rules.Certainty
    kinds: tuple[str, ...] = ()  # of the feeds that told it: "official", "wire" …
    marks: tuple[str, ...] = ()  # what changed: "slip", "earlier", "dates-differ", "corrected"
    score: float | None = None  # relevance, 0..1
    origins: int | None = None  # independent ones; None: not counted, each outlet is taken for one
    values: tuple[tuple[Decimal, str], ...] = ()  # sums of money: whole units, ISO 4217; background left out
    quantities: tuple[Decimal, ...] = ()
    published_at: datetime | None = None  # None: the report gave none
    words: str = ""  # its words in their order, see rules.running_words
    programmes: tuple[str, ...] = ()  # ids, the main one first; a channel that muted them all is not told


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    id: str
    story_id: str
    item_id: str  # the item whose words it shows
    kind: AlertKind
    importance: Importance
    card: Card
    terms: tuple[str, ...]  # what filters and search look at, see rules.search_terms and rules.field_terms
    created_at: datetime
    facets: Facets = Facets()
    corrected_at: datetime | None = None  # None: it stands as it was told; else `card` is the corrected one
    correction: str = ""  # why
    brief: Brief | None = None  # None: a notice, whose card is all there is
    follows: str | None = None  # id of the alert that it updates or goes on from; None: it stands alone

    @classmethod
    def notice(cls, id_: str, card: Card, created_at: datetime) -> Alert:
        """A card that tells of the bot itself, of no story."""
        return cls(
            id=id_,
            story_id="",
            item_id="",
            kind="notice",
            importance="normal",
            card=card,
            terms=(),
            created_at=created_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedAlert:
    """An alert as filters see it: without its card, so that thousands are read quickly."""

    id: str
    kind: AlertKind
    importance: Importance
    outlets: tuple[str, ...]  # of its sources, the first reporter first
    terms: tuple[str, ...]
    created_at: datetime
    facets: Facets


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that the operator should know, once; several of one moment become one message."""

    id: str
    kind: str  # what happened, one word: "failing", "recovered", "silent" …; notices of one kind stand together
    subject: str  # whom it is about, e.g. a feed's title
    words: Said  # what is to be told of it, e.g. "HTTP 503 · 3 times in 35 min"
    at: datetime
    buttons: tuple[tuple[Choice, ...], ...] = ()  # not empty: somebody waits for the operator, so it is told at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A button of a notice, put into words when it is told."""

    text: Said
    action: str  # as in `Button.action`


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that keeps a platform, a workspace or a channel from taking our messages or reaching us, or its end.
    An adapter tells it; the operator hears of it once, and once of its end."""

    name: str  # the same as long as it lasts, in all processes, e.g. "slack workspace T012AB3CD"
    kind: Literal["shut", "deaf"]  # it takes no messages; it brings no commands
    subject: str  # e.g. "Slack · Newsroom"
    words: Said | None  # why, and what to do; None: it is over


# --- channels and delivery ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Channel:
    """Where alerts go. As a key: "telegram:-1001234", "telegram:-1001234/7" (forum topic), "slack:C012AB3CD",
    "slack:T012AB3CD/C012AB3CD" (one of several workspaces)."""

    platform: Platform
    address: str  # Telegram chat id; Slack channel id, behind WORKSPACE/ where there are several; "" for the console
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
            case "slack" if colon and rest.count("/") <= 1 and all(part.isalnum() for part in rest.split("/")):
                return cls(platform="slack", address=rest)
        raise ValueError(
            f"{key!r} names no channel; expected telegram:CHAT_ID, telegram:CHAT_ID/TOPIC_ID, "
            "slack:CHANNEL_ID, slack:WORKSPACE_ID/CHANNEL_ID or console:"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    id: str
    channel: Channel
    filter: str  # as typed; "" means every alert
    created_at: datetime
    created_by: str  # "config" or the user, e.g. "telegram:42"
    paused_at: datetime | None = None  # None: in force


PRIORITIES: Mapping[Importance, int] = {"flash": 1, "high": 2, "normal": 3, "low": 4}
"""Of deliveries by their alert's importance: smaller goes first. 0 is left for what may not wait for anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An alert due in a channel: a row before it is a message."""

    id: str
    alert_id: str
    channel: Channel
    due_at: datetime
    attempts: int = 0  # tries so far
    priority: int | None = None  # see `PRIORITIES`; None: by the alert's importance
    version: int = 1  # of the alert's card that is sent, or was; set when it is claimed
    reply_to: str | None = None  # of an update: the message there that it answers; set when it is claimed
    state: Literal["due", "waiting", "untold", "bundled"] = "due"  # untold: the channel's settings leave it out
    waits: Literal["quiet", "digest", "pause"] | None = None  # what a waiting one waits for; None: it does not
    reason: str | None = None  # why it is untold: "muted" | "importance" | "score"
    bundle_id: str | None = None  # the message that tells it together with others; None: one of its own


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
    tried: bool = True  # False: it only waited for its turn, which counts as no attempt


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
    lang: str | None = None  # the asker's language code, e.g. "ru-RU"; None: the platform does not tell
    called: str = ""  # the group's or, in private, the person's name, for the operator's eyes; "": not told
    administrator: bool = False  # administers the whole workspace, or made this channel (Slack); see `bot.managing`
    present: bool = True  # False: the bot cannot post in this channel before somebody invites it (Slack)
    zone: str | None = None  # the asker's time zone, e.g. "Europe/Moscow"; None: the platform does not tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button of ours that somebody pressed, the same for every platform."""

    action: str  # as in `Button.action`
    channel: Channel
    message_id: str  # the message that the button stands under
    user: str
    private: bool
    manager: bool
    lang: str | None = None
    administrator: bool = False  # as in `Command`
    present: bool = True
    zone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button under a message: either does something here, or opens an address."""

    text: str
    action: str = ""  # at most 64 bytes of UTF-8 (Telegram's limit), e.g. "why:01jd…"; "" for a link
    url: str | None = None


Buttons = tuple[tuple[Button, ...], ...]  # row by row


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of text in one style."""

    text: str
    style: Literal["plain", "bold", "italic", "code"] = "plain"
    url: str | None = None
    at: datetime | None = None  # the moment that the text names: shown in the reader's own time where possible
    day: bool = False  # of `at`: the text names the day, too


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer to a command: lines of text, then cards. Platforms lay it out and split it where long."""

    lines: tuple[Line, ...] = ()
    cards: tuple[Card, ...] = ()
    buttons: Buttons = ()  # under the last message
    toast: str | None = None  # of a press: a word that passes, beside the button; None: nothing
    replace: bool = False  # of a press: the lines and buttons take the place of the message pressed
    lang: str = ""  # of what a platform adds in words of its own; "": nobody told, English
    own: bool = False  # for who asked alone, nothing to show to others


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message that a channel is due, in its language; the platform lays it out."""

    card: Card | None = None  # texts already in the channel's language; None: only lines
    lines: tuple[Line, ...] = ()  # below the card, or instead of one
    buttons: Buttons = ()
    zone: str = "Asia/Kolkata"  # of the times shown
    reply_to: str | None = None  # message id of ours in that channel that it answers
    broadcast: bool = False  # of an answer in a thread (Slack): it stands in the channel, too
    silent: bool = False  # no sound
    importance: Importance = "normal"  # who goes first where a platform's pace makes messages wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture for a channel, e.g. a timeline. On Slack it is uploaded as a file, on Telegram it will be a photo."""

    content: bytes = field(repr=False)  # PNG or JPEG
    name: str  # of the file, "timeline.png"
    title: str  # stands with it
    alt: str  # what it shows, for those who do not see it; never empty


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineQuery:
    """What somebody typed after the bot's name in any chat, e.g. "s-400" of "@bot s-400" (Telegram)."""

    text: str
    user: str  # "telegram:42"
    lang: str | None = None
    offset: str = ""  # `InlineAnswer.next_offset` of the page before; "": the first page


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineResult:
    """One row of the list that is offered; choosing it puts the post into the chat."""

    id: str  # at most 64 bytes, unique in the answer
    title: str
    description: str = ""
    post: Post  # card or lines; its buttons count only where they open an address


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineAnswer:
    results: tuple[InlineResult, ...] = ()  # at most 50 are shown
    cache_s: int = 300  # so long the platform may give the same answer by itself
    personal: bool = False  # True: it keeps it for this user only
    next_offset: str = ""  # "": there is no more
    button: tuple[str, str] | None = None  # above the results: text, and payload of /start; None: none


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """The commands that a client offers, for one kind of chat and one language."""

    where: Literal["everywhere", "private", "groups", "administrators"] = "everywhere"
    lang: str | None = None  # two letters; None: every language without a menu of its own
    commands: tuple[tuple[str, str], ...]  # (name, what it does)


_PAYLOAD = "do_"  # tells our payloads from what else stands behind ?start=, e.g. a filter


def start_payload(action: str) -> str | None:
    """The action of a button as the payload of a link to the private chat; None: it does not fit (64 characters of
    A-Za-z0-9_-). ":" becomes "_", other characters their bytes in hexadecimal after "-"."""
    coded = "".join(
        char if char.isascii() and char.isalnum() else "_" if char == ":" else _hexed(char) for char in action
    )
    return f"{_PAYLOAD}{coded}" if action and len(_PAYLOAD + coded) <= 64 else None


def started_action(payload: str) -> str | None:
    """The action that a link's payload holds; None: it holds none, so it is something else."""
    if not payload.startswith(_PAYLOAD):
        return None
    head, *rest = payload.removeprefix(_PAYLOAD).replace("_", ":").split("-")
    try:
        found = head.encode() + b"".join(bytes.fromhex(part[:2]) + part[2:].encode() for part in rest)
        return found.decode() or None
    except ValueError:
        return None


def _hexed(char: str) -> str:
    return "".join(f"-{byte:02x}" for byte in char.encode(errors="replace"))


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
    queued: int  # deliveries due now or waiting for a retry
    dead: int  # deliveries given up
    items: int
    alerts: int
    errors: Mapping[str, str] = field(default_factory=dict)  # feed title -> last error, failing ones only
    feeds_read: int = 0  # that were read at least once
    later: int = 0  # deliveries that wait for a digest, for the end of quiet hours or for a subscription's resuming


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at, for whoever set it up; in English, without secrets."""

    level: Literal["good", "doubt", "bad"]  # bad: it does not work until somebody mends it
    subject: str  # "slack scopes", "telegram"
    words: str  # what was found
    advice: str = ""  # what to do; "": nothing
