"""feedparser's two parsers, driven here and not through its `parse`, since that tells no byte ranges and takes
minutes over some short inputs; what takes quadratic time is left out or bounded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from xml.parsers import expat

import feedparser
from feedparser.api import LooseFeedParser, StrictFeedParser

from bot.feeds.quick_tags import Params, QuickTags

MAX_DEPTH = 100  # elements inside each other; what stands deeper counts as text of the hundredth. Real feeds: 12
MAX_NAMESPACES = 100  # declared in one document; feedparser goes through all of them at each element
MAX_ATTRIBUTES = 200  # of one element; the rest are passed over. Real feeds: 20
_ENTRY_NAMES = frozenset({"item", "entry"})
# Elements that nothing here asks for, as children of an entry or of the feed: half of what stands in usual feeds.
# Only those that hold nothing but text are passed over.
_UNREAD_NAMES = frozenset(
    {
        *("author", "category", "comments", "copyright", "creator", "docs", "enclosure", "generator", "icon"),
        *("language", "logo", "managingeditor", "rating", "rights", "subject", "webmaster"),
    }
)
_UNREAD_IN = frozenset(
    {
        *(None, "http://www.w3.org/2005/Atom", "http://purl.org/rss/1.0/", "http://purl.org/dc/elements/1.1/"),
        *("http://purl.org/rss/1.0/modules/slash/", "http://wellformedweb.org/CommentAPI/"),
    }
)
# What feedparser's parsers carry from one element to the next and do not set anew at each entry.
_SCOPED = (
    *("infeed", "inentry", "incontent", "intextinput", "inimage", "insource", "inauthor", "incontributor"),
    *("inpublisher", "svgOK", "hasContent", "_summaryKey", "depth", "lang", "baseuri"),
)
_STACKS = ("elementstack", "basestack", "langstack")
_MAPS = ("contentparams", "sourcedata", "decls", "namespacemap", "namespaces_in_use")


class _Bounded:
    """What both parsers do differently. feedparser finds its handlers by name, `_start_` or `_end_` and the
    element: no other method may be called so."""

    resolve_relative_uris = False  # links are resolved by `bot.feeds.urls`
    sanitize_html = False  # markup is removed by `bot.feeds.clean`
    entries: list[Any]
    feeddata: Any
    version: str
    namespaces_in_use: dict[str, str]
    contentparams: Any
    pop: Any

    def _sync_author_detail(self, key: str = "author") -> None:
        """Nothing: its pattern for addresses takes half a minute over 32 kB (feedparser's issue 562)."""

    def track_namespace(self, prefix: str | None, uri: str) -> None:
        if len(self.namespaces_in_use) < MAX_NAMESPACES:
            super().track_namespace(prefix, uri)  # type: ignore[misc]  # of the class beside this one

    def push_content(self, tag: str, attrs_d: Any, default_content_type: str, expecting_text: int) -> None:
        super().push_content(tag, attrs_d, default_content_type, expecting_text)  # type: ignore[misc]
        self.contentparams = Params(self.contentparams)

    def _add_tag(self, term: object, scheme: object, label: object) -> None:
        """One tag for all, enough for the other handlers: feedparser compares each new one with all before."""
        self._get_context().setdefault("tags", [{"term": "unread"}])

    def _get_context(self) -> Any:
        try:
            return super()._get_context()  # type: ignore[misc]
        except KeyError:  # a text input inside an entry, which feedparser looks for in the feed
            return {}

    def _end_published(self) -> None:
        self.pop("published")  # dates are read by `bot.feeds.dates`, which asks feedparser only where it must

    _end_issued = _end_pubdate = _end_published

    def _end_updated(self) -> None:
        self.pop("updated")

    _end_modified = _end_lastbuilddate = _end_updated

    def _end_created(self) -> None:
        self.pop("created")

    def _end_expirationdate(self) -> None:
        self.pop("expired")


class LooseReader(_Bounded, LooseFeedParser):  # type: ignore[misc]
    def unknown_starttag(self, tag: str, attrs: list[tuple[str, str]]) -> None:
        super().unknown_starttag(tag, attrs[:MAX_ATTRIBUTES])


class StrictReader(_Bounded, QuickTags, StrictFeedParser):  # type: ignore[misc]
    """feedparser's strict parser with expat at its side, in place of xml.sax: that adds a third to the time, looks
    for attributes in quadratic time, and hides the positions."""

    def __init__(self, data: bytes) -> None:
        super().__init__("", None, "utf-8")
        self.contentparams = Params()
        self.spans: list[tuple[int, int]] = []
        self._data = data
        self._level = 0
        self._unread: tuple[str, dict[str, str]] | None = None  # the element that is being passed over
        self._declared: list[tuple[str | None, str]] = []  # namespaces, of the element about to start
        self._around: list[object] = []  # what is open: names, attributes, namespaces; kept up to the first entry
        self._entry_level = 0  # of the entry that is open; 0: none is
        self._entry_start = 0
        self._scope: tuple[dict[str, Any], dict[str, int], dict[str, dict[Any, Any]]] = ({}, {}, {})
        self._before: object = None  # the state before the first entry
        self._steady = True  # whether every entry left the state as it found it

    def context(self) -> bytes | None:
        """A fingerprint of all that an entry's reading depends on beside its own bytes: the open elements and the
        parser's state, the same before and after each entry. None when one changed it, or without entries."""
        if not self._steady or self._before is None or len(self.spans) != len(self.entries):
            return None
        text = repr((feedparser.__version__, expat.EXPAT_VERSION, self._around, self._before))
        return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()

    def parse(self) -> bool:
        """Whether the document was well-formed; if so it is read."""
        parser = expat.ParserCreate(None, " ")
        parser.namespace_prefixes = True
        parser.buffer_text = True
        # As xml.sax sets expat up: outer entities are passed over, never opened.
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE)
        parser.ExternalEntityRefHandler = _passed_over
        parser.StartNamespaceDeclHandler = self._namespace
        parser.CharacterDataHandler = self.handle_data
        parser.StartElementHandler = lambda name, attributes: self._start(name, attributes, parser)
        parser.EndElementHandler = lambda name: self._end(name, parser)
        try:
            parser.Parse(self._data, True)
        except expat.ExpatError:
            return False
        finally:  # the circle of references would keep the whole document until the next collection
            parser.StartElementHandler = parser.EndElementHandler = parser.CharacterDataHandler = None
            parser.StartNamespaceDeclHandler = None
        return True

    def _namespace(self, prefix: str | None, uri: str) -> None:
        self._declared.append((prefix, uri))
        self.startPrefixMapping(prefix, uri)

    def _start(self, name: str, attributes: dict[str, str], parser: expat.XMLParserType) -> None:
        self._level += 1
        if self._level > MAX_DEPTH:
            return
        if self._unread is not None:  # it holds more than text, and feedparser has ways of its own with that
            held, self._unread = self._unread, None
            parser.CharacterDataHandler = self.handle_data
            self._forward(*held)
        pair = _pair(name)
        if pair[1].lower() in _UNREAD_NAMES and pair[0] in _UNREAD_IN and self._is_child() and not self._declared:
            self._unread = name, attributes
            parser.CharacterDataHandler = None
            return
        if not self._entry_level:
            if pair[1].lower() in _ENTRY_NAMES:
                self._open_entry(parser.CurrentByteIndex)
            elif self._before is None:
                self._around[self._level - 1 :] = [(name, attributes, tuple(self._declared))]
        self._declared.clear()
        self._forward(name, attributes)

    def _forward(self, name: str, attributes: dict[str, str]) -> None:
        if attributes:
            self.startElementNS(_pair(name), None, _Attributes(attributes))
        else:
            self.start(_pair(name))

    def _end(self, name: str, parser: expat.XMLParserType) -> None:
        self._level -= 1
        if self._unread is not None:
            self._unread = None
            parser.CharacterDataHandler = self.handle_data
            return
        if self._level >= MAX_DEPTH:
            return
        self.end(_pair(name))
        if self._level + 1 == self._entry_level:
            self._close_entry(parser.CurrentByteIndex)

    def _is_child(self) -> bool:
        """Whether the element about to start stands right in an entry, in the feed or in its channel."""
        return self._level == self._entry_level + 1 if self._entry_level else self._level in (2, 3)

    def _open_entry(self, at: int) -> None:
        self._entry_level, self._entry_start = self._level, at
        self._scope = (
            {name: getattr(self, name) for name in _SCOPED},
            {name: len(getattr(self, name)) for name in _STACKS},
            {name: dict(getattr(self, name)) for name in _MAPS},
        )
        state = self._state()
        if self._before is None:
            self._before = state
            del self._around[self._level - 1 :]
        elif state != self._before:
            self._steady = False

    def _close_entry(self, end_tag_at: int) -> None:
        """Puts back what ends with an element: feedparser leaves Atom's `content` open, a base address and
        namespaces in force, and all that a stray end tag upset."""
        self._entry_level = 0
        self.spans.append((self._entry_start, self._data.find(b">", end_tag_at) + 1))
        values, heights, maps = self._scope
        for name, value in values.items():
            setattr(self, name, value)
        for name, height in heights.items():
            del getattr(self, name)[height:]
        for name, content in maps.items():
            kept = getattr(self, name)
            if len(kept) != len(content) or dict.items(kept) != content.items():
                kept.clear()
                kept.update(content)
        if end_tag_at == self._entry_start or self._state() != self._before:  # `<item/>`, or one that left traces
            self._steady = False

    def _state(self) -> object:
        """What an entry's reading depends on beside its own bytes."""
        return (
            self.version,
            tuple(element[0] for element in self.elementstack),
            *(len(getattr(self, name)) for name in _STACKS),
            *(getattr(self, name) for name in _SCOPED),
            *(tuple(dict.items(getattr(self, name))) for name in _MAPS),
        )


class _Attributes:
    """An element's attributes as feedparser asks for them."""

    def __init__(self, attributes: Mapping[str, str]) -> None:
        self._values: dict[tuple[str | None, str], str] = {}
        self._named: dict[str, str] = {}
        for name, value in list(attributes.items())[:MAX_ATTRIBUTES]:
            parts = name.split()
            self._values[_pair(name)] = value
            self._named[f"{parts[2]}:{parts[1]}" if len(parts) == 3 else parts[-1]] = value

    def items(self) -> Iterable[tuple[tuple[str | None, str], str]]:
        return self._values.items()

    def getQNames(self) -> Iterable[str]:  # noqa: N802  (SAX's name)
        return self._named

    def getValueByQName(self, name: str) -> str:  # noqa: N802
        return self._named[name]


@lru_cache(maxsize=2_048)
def _pair(name: str) -> tuple[str | None, str]:
    """Namespace and local name of what expat calls "namespace local prefix", "namespace local" or "local"."""
    parts = name.split()
    return (None, name) if len(parts) == 1 else (parts[0], parts[1])


def _passed_over(*_: object) -> int:
    return 1
