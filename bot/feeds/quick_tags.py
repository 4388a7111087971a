"""What feedparser does at each tag, in a shorter way where it comes to the same: most tags of a feed have no
attributes, stand in no markup, and have been seen before.

Half of the time of reading a feed went into finding a tag's name anew and joining empty addresses. Whatever is not
of the usual kind takes feedparser's own way.
"""

from __future__ import annotations

import copy
import re
from functools import lru_cache
from typing import Any

import feedparser
from feedparser.api import StrictFeedParser

Name = tuple[str | None, str]  # namespace and local name
Namespaces = tuple[tuple[str, str], ...]  # prefix and namespace, in the order of their declaration

_USERLAND = "backend.userland.com/rss"
_MARKUP = frozenset({"math", "svg"})  # feedparser notes their namespaces as attributes
_SIMPLE = frozenset({"id", "link", "title", "description", "summary", "published", "updated"})
_REFERENCE_LIKE = re.compile("&([A-Za-z0-9_]+);")
_MAY_STAND_IN_TEXT_INPUT = frozenset({"title", "link", "description", "name"})
_MAY_STAND_IN_IMAGE = frozenset({"title", "link", "description", "url", "href", "width", "height"})


class QuickTags:
    """To be mixed in before feedparser's strict parser."""

    elementstack: list[list[Any]]
    entries: list[Any]
    contentparams: Any
    property_depth_map: dict[Any, dict[str, int]]
    version: str
    guidislink: bool
    inentry: int
    insource: int
    title_depth: int
    resolve_uri: Any
    decls: dict[str, str]
    namespaces_in_use: dict[str, str]
    namespacemap: dict[str, str]
    basestack: list[str]
    langstack: list[str | None]
    baseuri: str
    lang: str | None
    depth: int
    incontent: int
    intextinput: int
    inimage: int
    feeddata: Any
    push: Any
    unknown_endtag: Any
    _get_context: Any

    def start(self, name: Name) -> None:
        """An element without attributes starts: `startElementNS` of feedparser."""
        tag = None if self.decls else _opening(name, tuple(self.namespaces_in_use.items()))
        if tag is None or self.baseuri or self.incontent:
            self.startElementNS(name, None, NO_ATTRIBUTES)  # type: ignore[attr-defined]  # of the class beside
            return
        self.depth += 1
        lang = self.lang
        if lang and tag in ("feed", "rss", "rdf:RDF"):
            self.feeddata["language"] = lang.replace("_", "-")
        self.basestack.append(self.baseuri)
        self.langstack.append(lang)
        prefix, colon, suffix = tag.partition(":")
        if not colon:
            prefix, suffix = "", tag
        prefix = self.namespacemap.get(prefix, prefix)
        if prefix:
            prefix += "_"
        else:
            if tag not in _MAY_STAND_IN_TEXT_INPUT:
                self.intextinput = 0
            if tag not in _MAY_STAND_IN_IMAGE:
                self.inimage = 0
        attributes: dict[str, str] = {}  # handlers write into it
        try:
            getattr(self, "_start_" + prefix + suffix)(attributes)
        except AttributeError:
            if attributes:
                self._get_context()[prefix + suffix] = attributes
            else:
                self.push(prefix + suffix, 1)

    def end(self, name: Name) -> None:
        """An element ends: `endElementNS` of feedparser."""
        self.unknown_endtag(_closing(name, tuple(self.namespaces_in_use.items())))

    def pop(self, element: str, strip_whitespace: int = 1) -> Any:
        """The text of an element that ends, kept in its entry: `pop` of feedparser, for ASCII in one piece, in which
        it has nothing to decode, to guess or to resolve but a link."""
        if not self.elementstack or self.elementstack[-1][0] != element:
            return None
        _, expected, pieces = self.elementstack[-1]
        params = self.contentparams
        if (
            element not in _SIMPLE
            or not (expected and strip_whitespace and self.inentry and len(pieces) == 1)
            or self.insource
            or self.version == "atom10"
            or type(text := pieces[0]) is not str
            or not text.isascii()
            or params.get("base64")
            or (params.get("type") == "text/plain" and ("<" in text or "&" in text))
        ):
            return super().pop(element, strip_whitespace)  # type: ignore[misc]  # of the class beside
        self.elementstack.pop()
        text = text.strip()
        if text and (element == "link" or (element == "id" and self.guidislink)):
            text = self.resolve_uri(text)
        params.pop("mode", None)
        params.pop("base64", None)
        if element == "title" and -1 < self.title_depth <= self.depth:
            return text
        entry = self.entries[-1]
        if element == "link":
            return self._kept_link(entry, text)
        name = "summary" if element == "description" else element
        depths = self.property_depth_map.setdefault(entry, {})
        before = depths.get(name)
        if before is None or self.depth <= before:
            depths[name] = self.depth
            entry[name] = text
        if self.incontent:
            detail = copy.deepcopy(params)
            detail["value"] = text
            entry[f"{name}_detail"] = detail
        return text

    def _kept_link(self, entry: Any, text: str) -> str:
        if self.inimage:
            return text
        text = _REFERENCE_LIKE.sub(r"&\g<1>", text.replace("&amp;", "&"))
        entry["link"] = text
        if text:
            entry["links"][-1]["href"] = text
        return text


class Params(feedparser.FeedParserDict):  # type: ignore[misc]
    """An element's type, language and base. feedparser copies it deeply, though it holds texts and numbers, and looks
    for old names of its keys, which have none."""

    __getitem__ = dict.__getitem__
    __contains__ = dict.__contains__
    get = dict.get

    def __deepcopy__(self, memo: object) -> Any:
        return feedparser.FeedParserDict(self)


class NoAttributes:
    def items(self) -> tuple[()]:
        return ()

    def getQNames(self) -> tuple[()]:  # noqa: N802  (SAX's name)
        return ()


NO_ATTRIBUTES = NoAttributes()


@lru_cache(maxsize=2_048)
def _opening(name: Name, namespaces: Namespaces) -> str | None:
    """The tag as feedparser calls it when it opens; None where it has a way of its own with it."""
    namespace, local = name
    if local.lower() in _MARKUP:
        return None
    lower = (namespace or "").lower()
    if _USERLAND in lower:
        lower = namespace = f"http://{_USERLAND}"
    prefix = StrictFeedParser._matchnamespaces.get(lower)
    return _called(prefix.lower() if prefix else None, namespace, local.lower(), namespaces)


@lru_cache(maxsize=2_048)
def _closing(name: Name, namespaces: Namespaces) -> str:
    namespace, local = name
    return _called(StrictFeedParser._matchnamespaces.get((namespace or "").lower()), namespace, local, namespaces)


def _called(prefix: str | None, namespace: str | None, local: str, namespaces: Namespaces) -> str:
    if not prefix and namespace:
        prefix = next((each for each, value in namespaces if each and value == namespace), None)
    return (f"{prefix}:{local}" if prefix else local).lower()
