"""A body as received, made ready for the parser: in UTF-8, without its DOCTYPE."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feedparser.encodings import convert_to_utf8
from feedparser.sanitizer import replace_doctype

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_ENCODING = re.compile(r"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_MARKS = (  # the longer ones first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SURELY_UTF8 = 16  # bytes that follow the first of their letter: judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A body made ready for the parser."""

    data: bytes  # UTF-8, with a declaration that says so; other bytes only where `decoded` is false
    decoded: bool  # False: no encoding fits, only the tolerant parser may try
    version: str  # from the DOCTYPE: "rss091n"; usually ""
    entities: Mapping[str, str]  # declared in the DOCTYPE and harmless
    plain: bool  # no DOCTYPE and no entities declared


def document(body: bytes, content_type: str) -> Document:
    """`body` in UTF-8, its encoding found as feedparser does: Content-Type, declaration, byte order mark, then
    chardet's guess. UTF-8 under another name is read as what it is."""
    if (stripped := body.lstrip()).startswith(b"<"):
        body = stripped  # expat takes no declaration after an empty line; and not UTF-16, where a space is two bytes
    found: dict[str, Any] = {}
    # No content-location: with one, relative guids are resolved against it, so that a moved feed would change them
    # all.
    headers = {"content-type": content_type} if content_type else {}
    if encoding := _unmistakable(body, content_type):
        headers = {"content-type": f"application/xml; charset={encoding}"}
    data = convert_to_utf8(headers, body, found)
    version, without, entities = replace_doctype(data)
    return Document(
        data=without,
        decoded=bool(found["encoding"]),
        version=version or "",
        entities=entities,
        plain=len(without) == len(data) and not entities,
    )


def _unmistakable(body: bytes, content_type: str) -> str | None:
    """The encoding that the bytes themselves tell, whatever is declared: by a byte order mark of UTF-16 or UTF-32,
    or because all is UTF-8, which text in another encoding never is by accident, given a few letters."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return encoding
    named = _CHARSET.findall(content_type) + _ENCODING.findall(body[:200].decode("latin-1"))
    if all(name.lower() in ("utf-8", "utf8") for name in named) or body.isascii():
        return None
    try:
        return "utf-8" if len(body) - len(body.decode("utf-8")) >= _SURELY_UTF8 else None
    except UnicodeDecodeError:
        return None
