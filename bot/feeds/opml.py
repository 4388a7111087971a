"""Lists of feeds as OPML 2.0, to come from and go to other readers.

In: the bytes of an OPML file, or feeds. Out: feeds, or the bytes. Files from outside may be hostile: what declares
document types or entities is refused before the parser can expand any, sizes and depths are limited.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.etree import ElementTree
from xml.parsers import expat

from bot.feeds.clean import plain_text
from bot.feeds.urls import link_in
from bot.model import Feed, Said, said

MAX_BYTES = 5 * 2**20  # 20,000 outlines of 250 bytes
MAX_FEEDS = 10_000
MAX_DEPTH = 50
MAX_TITLE = 200
# Our own attributes, as the specification allows (opml.org/spec2.opml, "Extending OPML" asks for a namespace).
NAMESPACE = "https://opml.dealwire.invalid/1"
_OURS = ("lang", "kind", "tier", "via", "prefix")


class OpmlError(Exception):
    """The file is not used; `said` tells what is wrong with it, in plain words, the message the same in English."""

    def __init__(self, said: Said) -> None:
        super().__init__(str(said))
        self.said = said


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A feed as an OPML file names it."""

    url: str
    title: str  # "" when it has none
    folder: str  # titles of the outlines around it, "India/Press"; "" at the top
    lang: str | None = None
    kind: str | None = None  # this and the next three only in files of our own
    tier: int | None = None
    via: str | None = None
    link_prefix: str | None = None


def read_opml(body: bytes) -> tuple[Outline, ...]:
    """The feeds that `body` names, in its order, each address once. OpmlError when it is none, or hostile."""
    if len(body) > MAX_BYTES:
        raise OpmlError(said("larger than {n} MiB", n=MAX_BYTES // 2**20))
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = _refuse_declarations
    parser.EntityDeclHandler = _refuse_declarations
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code) or ""
        raise OpmlError(said("not well-formed XML: line {n}, {what}", n=error.lineno, what=what)) from error
    except (LookupError, UnicodeError, ValueError) as error:
        raise OpmlError(said("in an encoding that is not understood")) from error
    if not reader.is_opml:
        raise OpmlError(said("XML, but no OPML"))
    return tuple(reader.found.values())


def write_opml(feeds: Iterable[Feed], *, title: str, at: datetime) -> bytes:
    """`feeds` as OPML 2.0, in a folder for each kind; read back, they are the same feeds."""
    ElementTree.register_namespace("dealwire", NAMESPACE)
    root = ElementTree.Element("opml", version="2.0")
    head = ElementTree.SubElement(root, "head")
    ElementTree.SubElement(head, "title").text = title
    ElementTree.SubElement(head, "dateCreated").text = format_datetime(at)
    body = ElementTree.SubElement(root, "body")
    folders: dict[str, ElementTree.Element] = {}
    for feed in feeds:
        if feed.kind not in folders:
            folders[feed.kind] = ElementTree.SubElement(body, "outline", text=feed.kind, title=feed.kind)
        outline = ElementTree.SubElement(folders[feed.kind], "outline", _attributes(feed))
        outline.tail = "\n"
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _attributes(feed: Feed) -> dict[str, str]:
    name = _legal(feed.title or feed.url)
    ours = {
        "lang": feed.lang or "",
        "kind": feed.kind,
        "tier": str(feed.tier),
        "via": feed.via if feed.via != "feed" else "",
        "prefix": feed.link_prefix,
    }
    return {
        "type": "rss",
        "text": name,
        "title": name,
        "xmlUrl": _legal(feed.url),
        **{f"{{{NAMESPACE}}}{key}": _legal(value) for key, value in ours.items() if value},
    }


class _Reader:
    """Collects outlines as the parser meets them."""

    def __init__(self) -> None:
        self.is_opml = False
        self.found: dict[str, Outline] = {}
        self._depth = 0
        self._folders: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise OpmlError(said("nested more than {n} deep", n=MAX_DEPTH))
        if self._depth == 1:
            self.is_opml = name.lower() == "opml"
        if name.lower() != "outline" or not self.is_opml:
            return
        plain = {key.lower(): value for key, value in attributes.items()}
        title = plain_text(plain.get("title") or plain.get("text") or "", MAX_TITLE)
        url = link_in("https://nowhere.invalid/", plain.get("xmlurl", ""))
        if url is not None and re.match(r"\s*https?://", plain["xmlurl"], re.IGNORECASE):
            self._add(url, title, plain)
        self._folders.append(title if url is None else "")

    def end(self, name: str) -> None:
        self._depth -= 1
        if name.lower() == "outline" and self._folders:
            self._folders.pop()

    def _add(self, url: str, title: str, plain: Mapping[str, str]) -> None:
        if len(self.found) >= MAX_FEEDS:
            raise OpmlError(said("more than {n} feeds", n=MAX_FEEDS))
        ours = {key: plain.get(f"{NAMESPACE} {key}") for key in _OURS}
        tier = ours["tier"]
        self.found.setdefault(
            url,
            Outline(
                url=url,
                title="" if title == url else title,
                folder="/".join(filter(None, self._folders)),
                lang=ours["lang"] or _language(plain.get("language", "")),
                kind=ours["kind"],
                tier=int(tier) if tier in ("1", "2", "3", "4", "5") else None,
                via=ours["via"],
                link_prefix=ours["prefix"],
            ),
        )


def _refuse_declarations(*_: object) -> None:
    raise OpmlError(said("it declares document types or entities, which a list of feeds never needs"))


def _language(code: str) -> str | None:
    short = code.strip().lower()[:2]
    return short if short in ("en", "hi", "ru") else None


def _legal(text: str) -> str:
    """`text` without what XML cannot hold."""
    return "".join(char for char in text if char >= " " and not "\ud800" <= char <= "\udfff" and char < "\ufffe")
