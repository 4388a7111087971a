"""Every entry of a document, as feedparser reads it, and where in its bytes each stands.

In: a document. Out: feedparser's own dictionaries, and for a well-formed document the byte range of each entry and
the parser's state before them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.feeds.document import Document
from bot.feeds.entry_readers import LooseReader, StrictReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What feedparser found."""

    entries: Sequence[Any]  # its dictionaries, in the document's order
    feed: Any  # its dictionary of the feed itself
    version: str  # "rss20", "atom10" …; "" when unknown
    well_formed: bool  # False: read by the tolerant parser
    spans: tuple[tuple[int, int], ...] = ()  # where in the document each of `entries` starts and ends
    context: bytes | None = None  # see `StrictReader.context`


def read(whole: Document) -> Reading:
    """Every entry of the document, by the strict parser, or by the tolerant one where it is not well-formed.
    feedparser raises on odd input in many ways (LookupError, UnicodeError, RecursionError …)."""
    return (read_strictly(whole.data, whole.version) if whole.decoded else None) or _read_tolerantly(whole)


def read_strictly(data: bytes, version: str = "") -> Reading | None:
    """Every entry of `data`, well-formed XML in UTF-8; None when it is not well-formed."""
    reader = StrictReader(data)
    if not reader.parse():
        return None
    return Reading(
        entries=reader.entries,
        feed=reader.feeddata,
        version=version or reader.version,
        well_formed=True,
        spans=tuple(reader.spans),
        context=reader.context(),
    )


def _read_tolerantly(whole: Document) -> Reading:
    reader = LooseReader("", None, "utf-8", dict(whole.entities))
    reader.feed(whole.data.decode("utf-8", "replace"))
    return Reading(
        entries=reader.entries,
        feed=reader.feeddata,
        version=whole.version or reader.version,
        well_formed=False,
    )
