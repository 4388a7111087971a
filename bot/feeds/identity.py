"""Decides which entries of a poll are new, which are known, and which are known with other words.

In: the entries, and the fingerprints stored under their keys. Out: a verdict for each. Pure; the caller looks the
keys up and stores them. Dates never decide newness: outlets publish late and date back.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from bot.feeds.urls import canonical_url
from bot.model import Entry

Verdict = Literal["new", "changed", "known"]
_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One entry as a poll met it."""

    entry: Entry
    keys: tuple[str, ...]  # under which it is to be stored, the surest first
    verdict: Verdict  # changed: known, but title or text differ, so judge it again without telling it as new
    matched: str | None  # the key that it was known by; None for a new one


def entry_keys(feed_id: str, entry: Entry) -> tuple[str, ...]:
    """What `entry` may be recognised by, the surest first; at least one, each about 26 characters.

    `g:` the guid or, without one, `l:` the link, both within the feed; `t:` title and date within the feed (the
    title alone when there is nothing else); `u:` the canonical link across all feeds.
    """
    link = canonical_url(entry.url) if entry.url else None
    keys: list[str] = []
    if entry.guid is not None:
        keys.append(_key("g", feed_id, entry.guid))
    elif link is not None:
        keys.append(_key("l", feed_id, link))
    if entry.published_at is not None and entry.title:
        keys.append(_key("t", feed_id, entry.title.casefold(), entry.published_at.isoformat()))
    elif not keys:
        keys.append(_key("t", feed_id, entry.title.casefold() or entry.fingerprint))
    if link is not None:
        keys.append(_key("u", link))
    return tuple(keys)


def unseen(feed_id: str, entries: Sequence[Entry], known: Mapping[str, str]) -> tuple[Sighting, ...]:
    """A verdict for each of `entries`, in their order; `known` maps stored keys to the stored item's fingerprint.

    Asks for the fingerprints of every key that `entry_keys` gives for the entries. An entry that stands twice in
    the feed is new at most once. Keys that several different entries of this poll share (one guid for all, a
    link to the home page) tell nothing and are left out, as long as another key remains.
    """
    seen = dict(known)
    sightings = []
    for entry, keys in zip(entries, _telling_keys(feed_id, entries), strict=True):
        matched = next((key for key in keys if key in seen), None)
        if matched is None:
            verdict: Verdict = "new"
        elif matched.startswith("u:") or seen[matched] == entry.fingerprint:
            verdict = (
                "known"  # by its link alone: another feed's words for the page, or a new guid; no new content
            )
        else:
            verdict = "changed"
        sightings.append(Sighting(entry=entry, keys=keys, verdict=verdict, matched=matched))
        for key in keys:
            if key not in seen or not key.startswith("u:"):
                seen[key] = entry.fingerprint
    return tuple(sightings)


def _telling_keys(feed_id: str, entries: Sequence[Entry]) -> list[tuple[str, ...]]:
    """The keys of each entry without those that different entries of one poll share."""
    links_by_guid = _values_by(
        entries, lambda entry: entry.guid, lambda entry: entry.url and canonical_url(entry.url)
    )
    entries_by_link = _values_by(
        entries, lambda entry: entry.url and canonical_url(entry.url), lambda entry: (entry.guid, entry.title)
    )
    entries_by_title = _values_by(
        entries, lambda entry: (entry.title, entry.published_at), lambda entry: (entry.guid, entry.url)
    )
    telling = []
    for entry in entries:
        link = entry.url and canonical_url(entry.url)
        ambiguous = set()
        if len(links_by_guid[entry.guid]) > 1:
            ambiguous.add("g")
        if (
            len({guid for guid, _ in entries_by_link[link]}) > 1
            and len({title for _, title in entries_by_link[link]}) > 1
        ):
            ambiguous |= {"l", "u"}
        shared = entries_by_title[entry.title, entry.published_at]
        if len({guid for guid, _ in shared}) > 1 and len({url for _, url in shared}) > 1:
            ambiguous.add("t")
        keys = entry_keys(feed_id, entry)
        telling.append(tuple(key for key in keys if key[0] not in ambiguous) or keys)
    return telling


def _values_by(
    entries: Iterable[Entry], key: Callable[[Entry], _K], value: Callable[[Entry], _V]
) -> defaultdict[_K, set[_V]]:
    groups: defaultdict[_K, set[_V]] = defaultdict(set)
    for entry in entries:
        groups[key(entry)].add(value(entry))
    return groups


def _key(kind: str, *parts: str) -> str:
    digest = hashlib.blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=12).hexdigest()
    return f"{kind}:{digest}"
