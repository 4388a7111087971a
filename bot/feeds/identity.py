"""Decides which entries of a poll are new, which are known, and which are known with other words.

In: the entries, and what is remembered behind their keys. Out: a verdict for each. Pure; the caller looks the keys
up and stores them. A key is a hint, not a proof: feeds give one guid or link to different items, and one item new
guids and links, so what stands behind a key is compared before it is believed. Dates never decide newness: outlets
publish late and date back.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

from bot.feeds.urls import canonical_url
from bot.model import Entry, FeedState, Ids, Known

Verdict = Literal["new", "changed", "known"]

RENUMBERED_LEAST = 3  # known items under new ids before it is called a renumbering
RENUMBERED_AGAIN = timedelta(days=7)  # a second one within it: this feed's ids mean nothing
_ALIKE = 0.5  # share of common words above which two headlines may be versions of one; judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One entry as a poll met it."""

    entry: Entry
    keys: tuple[str, ...]  # under which it is to be stored if it is, the surest first
    verdict: Verdict  # changed: known, but title or text differ, so judge it again without telling it as new
    known: Known | None  # the item it is; None for a new one, and for one that stood in this poll before
    renumbered: bool = False  # known by its words alone: store its keys and tell nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Sightings:
    entries: tuple[Sighting, ...]  # in the feed's order
    guids_repeat: bool  # one guid stood for different items

    @property
    def new(self) -> int:
        return sum(one.verdict == "new" for one in self.entries)

    @property
    def renumbered(self) -> int:
        return sum(one.renumbered for one in self.entries)


def entry_keys(feed_id: str, entry: Entry, ids: Ids = "unique") -> tuple[str, ...]:
    """What `entry` may be recognised by, the surest first; at least one, each about 26 characters.

    `g:` the guid or, without one, `l:` the link, both within the feed; `t:` title and date within the feed (the
    title alone when there is nothing else, or when `ids` change); `u:` the canonical link across all feeds. A link
    to a home page is no key. Where the feed's guids repeat, they come last.
    """
    link = _telling_link(entry.url)
    title = entry.title.casefold()
    keys: list[str] = []
    if ids == "changing":
        keys.append(_key("t", feed_id, title or entry.fingerprint))
    if entry.guid is not None and ids != "repeated":
        keys.append(_key("g", feed_id, entry.guid))
    elif link is not None:
        keys.append(_key("l", feed_id, link))
    if entry.published_at is not None and title and ids != "changing":
        keys.append(_key("t", feed_id, title, entry.published_at.isoformat()))
    elif not keys:
        keys.append(_key("t", feed_id, title or entry.fingerprint))
    if link is not None:
        keys.append(link_key(link))
    if entry.guid is not None and ids == "repeated":
        keys.append(_key("g", feed_id, entry.guid))
    return tuple(keys)


def unseen(feed_id: str, entries: Sequence[Entry], known: Mapping[str, Known], ids: Ids = "unique") -> Sightings:
    """A verdict for each of `entries`, in their order; `known` maps stored keys to what is remembered.

    Asks for every key that `entry_keys` gives for the entries. An entry that stands twice in the feed is new at
    most once, and an item that several entries are is changed at most once.
    """
    here: dict[str, Entry] = {}  # keys of the entries of this poll so far
    met: set[str] = set()  # items that an entry of this poll was
    repeats = False
    sightings = []
    for entry in entries:
        keys = entry_keys(feed_id, entry, ids)
        found: Known | None = None
        again = False
        for key in keys:
            if key in here and _same_in_one_poll(key[0], entry, here[key], ids):
                again = True
                break
            if key in known and _same(key[0], feed_id, entry, known[key], ids):
                found = known[key]
                break
            repeats |= key[0] == "g" and (key in known or key in here)
        if again:
            verdict: Verdict = "known"
        elif found is None:
            verdict = "new"
            fresh = tuple(key for key in keys if key not in known and key not in here)
            keys = fresh or entry_keys(feed_id, entry, "repeated")
        elif found.item_id in met or found.fingerprint == entry.fingerprint or found.feed_id != feed_id:
            verdict = "known"  # of another feed: that feed's words for the same page
        else:
            verdict = "changed"
        if found is not None:
            met.add(found.item_id)
        for key in keys:
            here.setdefault(key, entry)
        sightings.append(Sighting(entry=entry, keys=keys, verdict=verdict, known=found))
    return Sightings(entries=tuple(sightings), guids_repeat=repeats)


def looks_renumbered(sightings: Sightings, left_out: int, ids: Ids) -> bool:
    """Whether so many entries of a known feed look new that their ids may have changed: more than half.
    `left_out`: entries of the feed that were not read since they are known."""
    if ids == "changing":
        return sightings.new > 0
    return sightings.new >= RENUMBERED_LEAST and 2 * sightings.new > len(sightings.entries) + left_out


def taken_over(sightings: Sightings, remembered: Sequence[Known]) -> Sightings:
    """`sightings` with the new entries that are one of `remembered` (the feed's last items) under another id.

    They are told by the same content or, where a headline means one item only and the entry is not dated after
    that item was seen, by the headline. The others stay new.
    """
    by_content = {one.fingerprint: one for one in remembered}
    titles = Counter(one.title.casefold() for one in remembered)
    titles_here = Counter(one.entry.title.casefold() for one in sightings.entries)
    by_title = {one.title.casefold(): one for one in remembered if titles[one.title.casefold()] == 1}
    taken = {one.known.item_id for one in sightings.entries if one.known}
    changed = []
    for one in sightings.entries:
        title = one.entry.title.casefold()
        item = by_content.get(one.entry.fingerprint) if one.entry.text else None
        if item is None and title and titles_here[title] == 1:
            item = by_title.get(title)
            if item is not None and _dated_after_seen(one.entry, item):
                item = None
        if one.verdict == "new" and item is not None and item.item_id not in taken:
            taken.add(item.item_id)
            verdict: Verdict = "known" if item.fingerprint == one.entry.fingerprint else "changed"
            one = replace(one, verdict=verdict, known=item, renumbered=True)
        changed.append(one)
    return replace(sightings, entries=tuple(changed))


def after_identifying(state: FeedState, sightings: Sightings, now: datetime) -> FeedState:
    """`state` with what the poll told about the feed's ids; from then on other keys count. Never back: a feed that
    was caught twice would be caught again."""
    if state.ids == "changing":
        return state
    if sightings.renumbered >= RENUMBERED_LEAST:
        again = state.renumbered_at is not None and now - state.renumbered_at < RENUMBERED_AGAIN
        return replace(state, renumbered_at=now, ids="changing" if again else state.ids)
    if sightings.guids_repeat:
        return replace(state, ids="repeated")
    return state


def _same(kind: str, feed_id: str, entry: Entry, known: Known, ids: Ids) -> bool:
    """Whether `entry`, which has a key of `known`, is that item and not another one under the same key."""
    if known.fingerprint == entry.fingerprint and kind != "t":
        return True
    link, its_link = _telling_link(entry.url), _telling_link(known.url)
    guids_differ = None not in (entry.guid, known.guid) and entry.guid != known.guid
    links_differ = None not in (link, its_link) and link != its_link
    dates = (entry.published_at, known.published_at)
    dates_differ = None not in dates and dates[0] != dates[1]
    same_date = None not in dates and dates[0] == dates[1]
    match kind:
        case "t":  # "Press release", dated today at midnight: two pages with two guids are two items
            return ids == "changing" or not (guids_differ and links_differ)
        case "g" if ids == "repeated":
            return entry.title.casefold() == known.title.casefold()
        case "g":
            elsewhere = links_differ and not same_date
            undecided = link is None or its_link is None
            alike = _alike(entry.title, known.title) and not (
                elsewhere and _paths_differ(link, its_link) and _numbers(entry.title) != _numbers(known.title)
            )
            return alike or not (elsewhere or (undecided and dates_differ))
        case _ if known.feed_id != feed_id:
            return True
        case _:
            other = guids_differ or (entry.guid is None and dates_differ)
            return _alike(entry.title, known.title) or not other


def _same_in_one_poll(kind: str, entry: Entry, other: Entry, ids: Ids) -> bool:
    """The same of two entries that stand side by side, where nothing was edited between them."""
    same_words = entry.title == other.title
    same_guid = entry.guid == other.guid
    same_link = _telling_link(entry.url) == _telling_link(other.url)
    match kind:
        case "g":
            return same_words if ids == "repeated" else same_words or same_link
        case "t":
            return ids == "changing" or same_guid or same_link
        case _:
            return same_words or same_guid


@lru_cache(maxsize=1_024)  # asked for several times about each entry of a poll, and about what it is compared with
def _telling_link(url: str | None) -> str | None:
    """The canonical link; None where there is none or it leads to a home page, which any item may link to."""
    if not url:
        return None
    link = canonical_url(url)
    parts = urlsplit(link)
    return None if parts.path in ("", "/") and not parts.query else link


def _alike(title: str, other: str) -> bool:
    words, others = (set(re.findall(r"\w+", one.casefold())) for one in (title, other))
    if not words or not others:
        return True
    return len(words & others) >= _ALIKE * len(words | others)


def _numbers(title: str) -> set[str]:
    """Its numbers: "5 squadrons" on one page and "4 squadrons" on another are two reports, however alike."""
    return set(re.findall(r"\d+", title))


def _paths_differ(link: str | None, other: str | None) -> bool:
    """Whether two links lead to two pages, and not to one page with another session or token in its query."""
    return urlsplit(link or "").path != urlsplit(other or "").path


def _dated_after_seen(entry: Entry, item: Known) -> bool:
    return entry.published_at is not None and item.seen_at is not None and entry.published_at > item.seen_at


def link_key(link: str) -> str:
    """The key of what stands at this canonical link, in any feed."""
    return _key("u", link)


def _key(kind: str, *parts: str) -> str:
    digest = hashlib.blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=12).hexdigest()
    return f"{kind}:{digest}"
