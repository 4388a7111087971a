"""Polling: from a feed's address to clean entries, politely and safely.

`Fetcher` makes one conditional GET, `FeedParser` turns its body into entries in a process of its own, `unseen`
tells the new ones, `next_poll` says when to come back. What to store and in which transaction is the caller's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.feeds.identity import Sighting, Verdict, entry_keys, unseen
from bot.feeds.schedule import body_sha256, first_due, next_poll
from bot.feeds.urls import canonical_url, feed_id

if TYPE_CHECKING:
    from bot.feeds.fetch import Fetcher
    from bot.feeds.parse import ParseError, parse_feed
    from bot.feeds.workers import FeedParser

__all__ = [
    "FeedParser",
    "Fetcher",
    "ParseError",
    "Sighting",
    "Verdict",
    "body_sha256",
    "canonical_url",
    "entry_keys",
    "feed_id",
    "first_due",
    "next_poll",
    "parse_feed",
    "unseen",
]

# Loaded when first asked for: a parsing process passes through this door and must not pay for the HTTP client, nor
# a command that only needs a feed's id for the parser.
_ON_DEMAND = {"Fetcher": "fetch", "FeedParser": "workers", "ParseError": "parse", "parse_feed": "parse"}


def __getattr__(name: str) -> Any:
    if name not in _ON_DEMAND:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_ON_DEMAND[name]}"), name)
