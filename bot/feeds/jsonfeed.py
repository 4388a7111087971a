"""Reads JSON Feed 1.0 and 1.1 (feedparser reads none), and holds the value that both readers fill.

In: a body that begins with a brace. Out: the feed's title and its raw entries, not yet cleaned. What is of a wrong
type is passed over; only a document that has no list of items is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.feeds.dates import moment


class JsonFeedError(Exception):
    """The body is JSON of another kind, or damaged; the message says which, in plain words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEntry:
    """One entry as the feed has it: texts may hold markup, links may be relative or no links at all."""

    guid: str | None
    links: tuple[str, ...]  # the likeliest first; "" where the feed had none
    title: str
    texts: tuple[str, ...]  # summary and contents, none empty
    published_at: datetime | None
    outlet: str = ""  # whom the entry was taken from; "": nobody named


def read(body: bytes) -> tuple[str, Iterator[RawEntry]]:
    """The title and the entries of the JSON Feed in `body`."""
    try:
        text = body.decode(json.detect_encoding(body), "replace").lstrip("\ufeff")
        # Numbers stay the texts they are: ids need no arithmetic, and a million digits take no time.
        whole: Any = json.loads(text, parse_int=str, parse_float=str, parse_constant=str, strict=False)
    except (ValueError, RecursionError, LookupError) as error:
        raise JsonFeedError("damaged JSON instead of a feed") from error
    if not isinstance(whole, dict) or not isinstance(whole.get("items"), list):
        raise JsonFeedError("JSON that is no JSON Feed")
    named = "jsonfeed" in _text(whole, "version") or _text(whole, "home_page_url")
    if not named and not any(_has_content(item) for item in whole["items"]):
        raise JsonFeedError("JSON that is no JSON Feed")
    return _text(whole, "title"), (_raw_entry(item) for item in whole["items"] if _says_something(item))


def _has_content(item: Any) -> bool:
    """Whether it holds what no other format calls so: some feeds give a wrong version, or none."""
    return isinstance(item, dict) and bool(_text(item, "content_text") or _text(item, "content_html"))


def _says_something(item: Any) -> bool:
    names = ("id", "url", "external_url", "title", "summary", "content_text", "content_html")
    return isinstance(item, dict) and any(_text(item, name) for name in names)


def _raw_entry(item: dict[str, Any]) -> RawEntry:
    texts = (_text(item, name) for name in ("summary", "content_text", "content_html"))
    dates = (moment(_text(item, name)) for name in ("date_published", "date_modified"))
    guid = _text(item, "id")
    return RawEntry(
        guid=guid or None,
        links=(_text(item, "url"), _text(item, "external_url"), guid if guid.startswith("http") else ""),
        title=_text(item, "title"),
        texts=tuple(text for text in texts if text),
        published_at=next((at for at in dates if at), None),
    )


def _text(mapping: dict[str, Any], name: str) -> str:
    value = mapping.get(name)
    return value if isinstance(value, str) else ""
