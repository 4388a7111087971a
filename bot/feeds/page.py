"""An HTML page as a tree, for the sources that are pages and for finding what a page links to.

In: bytes and the Content-Type. Out: lxml's elements, used within one function of this room and never beyond. lxml
is a library in C over libxml2, so pages are read in worker processes only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import lxml.html  # type: ignore[import-untyped]  # its stubs are a package of their own
from lxml import etree

from bot.feeds.clean import plain_text
from bot.feeds.urls import link_in

_HIDDEN = ("script", "style", "noscript", "template")
_LINE_ENDS = frozenset({"br", "p", "div", "li", "tr", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"})


class PageError(Exception):
    """The page is not what was expected; the message says what it is, in plain words."""


def document(body: bytes, content_type: str) -> Any:
    """The page's root element. PageError when there is nothing in it.

    The encoding is the header's, else UTF-8 where the bytes are that, else what the page itself declares.
    """
    charset = re.search(r"charset=[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    encoding = charset[1] if charset else ("utf-8" if _is_utf8(body) else None)
    try:
        parser = lxml.html.HTMLParser(encoding=encoding, remove_comments=True, remove_pis=True)
    except LookupError:
        parser = lxml.html.HTMLParser(remove_comments=True, remove_pis=True)
    try:
        root = lxml.html.document_fromstring(body, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise PageError("an empty or unreadable page") from error
    etree.strip_elements(root, *_HIDDEN, with_tail=False)
    return root


def base_of(root: Any, url: str) -> str:
    """What the page's relative links are relative to."""
    base = root.xpath("string(//base/@href)")
    return (link_in(url, str(base)) if base else None) or url


def having_class(element: Any, name: str) -> Iterator[Any]:
    """The elements below `element` that have the class `name`, in order."""
    query = f"descendant::*[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]"
    yield from element.xpath(query)


def lines_of(element: Any, limit: int) -> list[str]:
    """The text of `element`, a line for each line or block of it, cleaned; none empty; `limit` characters each."""
    parts: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        ends_line = node.tag in _LINE_ENDS
        if event == "start":
            parts += ["\n" if ends_line else "", node.text or ""]
        else:
            parts += ["\n" if ends_line else "", (node.tail or "") if node is not element else ""]
    lines = (plain_text(line, limit) for line in re.sub("[ \t\r\f\v]+", " ", "".join(parts)).split("\n"))
    return [line for line in lines if line]


def text_of(element: Any, limit: int) -> str:
    """The text of `element` on one line, cleaned."""
    return plain_text(" ".join(lines_of(element, limit)), limit)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
