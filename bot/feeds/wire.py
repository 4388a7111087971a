"""A parsed feed as plain tuples: what goes from a parsing process to the bot. Pickling the values as they are takes
three times as long on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from bot.model import Entry, ParsedFeed

_ENTRY = tuple(each.name for each in fields(Entry))
_FEED = tuple(each.name for each in fields(ParsedFeed) if each.name != "entries")
_entry_values = attrgetter(*_ENTRY)
_feed_values = attrgetter(*_FEED)


def packed(parsed: ParsedFeed) -> tuple[Any, ...]:
    return _feed_values(parsed), list(map(_entry_values, parsed.entries))


def unpacked(values: Sequence[Any]) -> ParsedFeed:
    """What `packed` was given."""
    feed, entries = values
    return ParsedFeed(
        **dict(zip(_FEED, feed, strict=True)),
        entries=tuple(Entry(**dict(zip(_ENTRY, each, strict=True))) for each in entries),
    )
