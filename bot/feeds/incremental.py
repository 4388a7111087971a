"""Leaves out of a document the entries that the last parse had seen byte for byte, so that only news is read.

In: a document and what was remembered of the last one. Out: a smaller document that reads the same but for the
entries left out, or None in any doubt; and what to remember this time. What may be left out was once read as part
of a well-formed document, changed nothing in the parser's state, and stands among the same open elements now; the
caller checks that of the rest, too, with `confirms`.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.feeds.entries import Reading
from bot.feeds.urls import canonical_url
from bot.model import Entry

MAX_REMEMBERED = 2_000  # entries, as many as a feed may have

_FORMAT = b"1"  # another one when reading changes, so that known entries are read again
_CONTEXT_BYTES = 8
_SPAN_BYTES = 8  # a fingerprint of the raw entry: 1 in 10^12 that one of 2,000 is taken for another
_KEY_BYTES = 4  # of each of its keys: an accidental match only costs a reading of the whole
_KEYS = 3  # guid, link, title with date
_RECORD_BYTES = _SPAN_BYTES + _KEYS * _KEY_BYTES
_NO_KEY = bytes(_KEY_BYTES)
_KEYS_OF = struct.Struct(f"{_SPAN_BYTES}x" + f"{_KEY_BYTES}s" * _KEYS).unpack  # of a record

_ENTRY_START = re.compile(rb"<((?:[A-Za-z_][\w.-]*:)?(?:[Ii][Tt][Ee][Mm]|[Ee][Nn][Tt][Rr][Yy]))[\s/>]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """A document without the entries that are known."""

    data: bytes
    kept: tuple[bytes, ...]  # fingerprints of the entries still in it
    order: tuple[bytes, ...]  # fingerprints of all entries, in the document's order
    left_out: dict[bytes, bytes]  # fingerprint -> record of the entries left out
    context: bytes  # what the known entries were read in


def rest(data: bytes, seen: bytes) -> Rest | None:
    """`data` without what `seen` knows. One entry always stays, to tell whether the context is the same. None when
    the entries cannot be told apart surely, or nothing can be left out."""
    context, records = seen[:_CONTEXT_BYTES], _records(seen)
    spans = _spans(data)
    if not spans or not records or len(spans) > MAX_REMEMBERED:
        return None
    order = tuple(_fingerprint(data[start:end]) for start, end in spans)
    out = [fingerprint in records for fingerprint in order]
    if all(out):
        out[min(range(len(spans)), key=lambda number: spans[number][1] - spans[number][0])] = False
    if not any(out):
        return None
    pieces, at = [], 0
    for (start, end), leave in zip(spans, out, strict=True):
        if leave:
            pieces.append(data[at:start])
            at = end
    pieces.append(data[at:])
    kept = tuple(fingerprint for fingerprint, leave in zip(order, out, strict=True) if not leave)
    return Rest(
        data=b"".join(pieces),
        kept=kept,
        order=order,
        left_out={fingerprint: records[fingerprint] for fingerprint, leave in zip(order, out, strict=True) if leave},
        context=context,
    )


def confirms(reading: Reading, rest: Rest, url: str) -> bool:
    """Whether the reading of `rest` found just the entries that were kept, in the context of the ones left out."""
    if reading.context is None:
        return False
    return _context(reading, url) == rest.context and _read_spans(reading, rest.data) == rest.kept


def share_a_key(entries: Sequence[Entry], rest: Rest) -> bool:
    """Whether one of the `entries` has the guid, the link or the title of an entry left out: which keys tell
    entries apart can then only be seen with both at hand (`bot.feeds.identity`)."""
    others: set[bytes] = set()
    for record in rest.left_out.values():
        others.update(_KEYS_OF(record))
    others.discard(_NO_KEY)
    return any(not others.isdisjoint(_keys(entry)) for entry in entries)


def remembered(reading: Reading, data: bytes, url: str, entries: Sequence[Entry]) -> bytes:
    """What to remember of a whole document; empty when its entries may not be left out next time."""
    if reading.context is None or not 0 < len(entries) == len(reading.spans) <= MAX_REMEMBERED:
        return b""
    spans = _read_spans(reading, data)
    return _context(reading, url) + b"".join(
        _record(fingerprint, entry) for fingerprint, entry in zip(spans, entries, strict=True)
    )


def remembered_with(rest: Rest, entries: Sequence[Entry]) -> bytes:
    """The same for a document of which only `rest`, with these `entries`, was read."""
    read = {fingerprint: _record(fingerprint, entry) for fingerprint, entry in zip(rest.kept, entries, strict=True)}
    records = read | rest.left_out
    return rest.context + b"".join(records[fingerprint] for fingerprint in rest.order)


def _spans(data: bytes) -> list[tuple[int, int]] | None:
    """Where entries seem to stand, outermost ones by their tags; None when one holds what looks like another."""
    first = _ENTRY_START.search(data)
    if first is None:
        return None
    closing = b"</" + first[1] + b">"
    starts = [found.start() for found in re.finditer(b"<" + re.escape(first[1]) + rb"[ \t\r\n/>]", data)]
    spans = []
    for number, start in enumerate(starts, 1):
        end = data.find(closing, start) + len(closing)
        if end < len(closing) or (number < len(starts) and starts[number] < end):
            return None
        spans.append((start, end))
    return spans


def _read_spans(reading: Reading, data: bytes) -> tuple[bytes, ...]:
    return tuple(_fingerprint(data[start:end]) for start, end in reading.spans)


def _fingerprint(raw: bytes) -> bytes:
    return hashlib.blake2b(raw, digest_size=_SPAN_BYTES).digest()


def _context(reading: Reading, url: str) -> bytes:
    """What the entries were read in, with the address that relative links are resolved against."""
    parts = (_FORMAT, reading.context or b"", url.encode("utf-8", "replace"))
    return hashlib.blake2b(b"".join(parts), digest_size=_CONTEXT_BYTES).digest()


def _records(seen: bytes) -> dict[bytes, bytes]:
    """Fingerprint -> record; empty when `seen` is empty or damaged."""
    if (len(seen) - _CONTEXT_BYTES) % _RECORD_BYTES:
        return {}
    whole = (seen[at : at + _RECORD_BYTES] for at in range(_CONTEXT_BYTES, len(seen), _RECORD_BYTES))
    return {record[:_SPAN_BYTES]: record for record in whole}


def _record(fingerprint: bytes, entry: Entry) -> bytes:
    return fingerprint + b"".join(_keys(entry))


@lru_cache(maxsize=256)  # asked for twice about each new entry
def _keys(entry: Entry) -> tuple[bytes, ...]:
    dated = f"{entry.title}\n{entry.published_at}" if entry.title else None
    keys = (entry.guid, canonical_url(entry.url) if entry.url else None, dated)
    return tuple(
        hashlib.blake2b(f"{kind}{key}".encode("utf-8", "replace"), digest_size=_KEY_BYTES).digest()
        if key is not None
        else _NO_KEY
        for kind, key in zip("glt", keys, strict=True)
    )
