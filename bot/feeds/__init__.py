"""Polling: from a feed's address to clean entries, politely and safely.

`Fetcher` makes one conditional GET, `FeedParser` turns its body into entries in a process of its own, `unseen`
tells the new ones, `next_poll` says when to come back. What to store and in which transaction is the caller's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.feeds.identity import (
    Sighting,
    Sightings,
    Verdict,
    after_identifying,
    entry_keys,
    link_key,
    looks_renumbered,
    taken_over,
    unseen,
)
from bot.feeds.links import with_hub
from bot.feeds.moves import Settled, settle
from bot.feeds.rhythm import Silence
from bot.feeds.schedule import (
    LEAST_INTERVAL_S,
    Pace,
    body_sha256,
    first_due,
    interval_s,
    next_poll,
    sha256_of,
    silence_of,
)
from bot.feeds.sources import source_of
from bot.feeds.urls import canonical_url, feed_id

if TYPE_CHECKING:
    from bot.feeds.fetch import Fetcher
    from bot.feeds.fulltext import Articles, FullText, wants_full_text
    from bot.feeds.google_news import search_url
    from bot.feeds.opml import OpmlError, Outline, read_opml, write_opml
    from bot.feeds.page_reader import PageReader
    from bot.feeds.parse import ParseError, parse_feed
    from bot.feeds.request import RequestOptions
    from bot.feeds.workers import FeedParser

__all__ = [
    "LEAST_INTERVAL_S",
    "Articles",
    "FeedParser",
    "Fetcher",
    "FullText",
    "OpmlError",
    "Outline",
    "Pace",
    "PageReader",
    "ParseError",
    "RequestOptions",
    "Settled",
    "Sighting",
    "Sightings",
    "Silence",
    "Verdict",
    "after_identifying",
    "body_sha256",
    "canonical_url",
    "entry_keys",
    "feed_id",
    "first_due",
    "interval_s",
    "link_key",
    "looks_renumbered",
    "next_poll",
    "parse_feed",
    "read_opml",
    "search_url",
    "settle",
    "sha256_of",
    "silence_of",
    "source_of",
    "taken_over",
    "unseen",
    "wants_full_text",
    "with_hub",
    "write_opml",
]

# Loaded when first asked for: a parsing process passes through this door and must not pay for the HTTP client, nor
# a command that only needs a feed's id for the parser.
_ON_DEMAND = {
    "Fetcher": "fetch",
    "RequestOptions": "request",
    "FeedParser": "workers",
    "ParseError": "parse",
    "parse_feed": "parse",
    "PageReader": "page_reader",
    "FullText": "fulltext",
    "Articles": "fulltext",
    "wants_full_text": "fulltext",
    "OpmlError": "opml",
    "Outline": "opml",
    "read_opml": "opml",
    "write_opml": "opml",
    "search_url": "google_news",
}


def __getattr__(name: str) -> Any:
    if name not in _ON_DEMAND:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_ON_DEMAND[name]}"), name)
