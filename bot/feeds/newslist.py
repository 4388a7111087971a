"""A plain page that lists news as links, read as a feed: for ministries and makers that offer none.

In: the page, and what the addresses of its news begin with, when the operator said so. Out: a `ParsedFeed` in the
page's order. Entries have a headline and a link; the text comes from full-text reading where it is worth it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from bot.feeds.page import PageError, base_of, document, text_of
from bot.feeds.parse import MAX_ENTRIES, MAX_TITLE, fingerprint
from bot.feeds.urls import canonical_url, link_in
from bot.model import Entry, ParsedFeed

# Without a prefix a headline is told by its look. All three by judgement, on a dozen lists of press releases.
_LEAST_WORDS = 5
_LEAST_LINKS = 3  # of one shape, so that a page's odd long link is no list
_WITH_PREFIX_LEAST = 12  # characters: "Read more" and dates are shorter

_FURNITURE = frozenset({"nav", "header", "footer", "aside", "form", "button", "select"})
_BLOCKS = frozenset({"li", "article", "tr", "section", "dd", "div"})


@dataclass(frozen=True, slots=True)
class _Link:
    url: str
    words: str
    at: datetime | None


def parse_newslist(body: bytes, content_type: str, url: str, link_prefix: str = "") -> ParsedFeed:
    """The news that the page links to. `link_prefix` is a path ("/news/") or an address; "" finds the largest
    group of links that look like headlines. PageError when the page has no such links: its form has changed."""
    root = document(body, content_type)
    links = list(_links(root, base_of(root, url)))
    if link_prefix:
        wanted = canonical_url(urljoin(url, link_prefix))
        end = "/" if link_prefix.endswith("/") and not wanted.endswith("/") else ""
        found = [one for one in links if canonical_url(one.url).startswith(wanted + end)]
        found = [one for one in found if len(one.words) >= _WITH_PREFIX_LEAST]
    else:
        found = _likeliest(links, url)
    if not found:
        what = f"whose addresses begin with {link_prefix}" if link_prefix else "that look like headlines"
        raise PageError(f"a page without links {what}")
    best: dict[str, _Link] = {}
    for link in found:  # the picture, the headline and "more" lead to one page: the longest words are the headline
        key = canonical_url(link.url)
        if key not in best or len(link.words) > len(best[key].words):
            best[key] = link
    title = text_of(titles[0], MAX_TITLE) if (titles := root.xpath("//head/title")) else ""
    return ParsedFeed(title=title, entries=tuple(_entry(link) for link in list(best.values())[:MAX_ENTRIES]))


def _links(root: Any, base: str) -> Iterator[_Link]:
    for anchor in root.iter("a"):
        if any(above.tag in _FURNITURE for above in anchor.iterancestors()):
            continue
        url = link_in(base, anchor.get("href"))
        words = text_of(anchor, MAX_TITLE) or str(anchor.get("title") or "")[:MAX_TITLE].strip()
        if url and words and canonical_url(url) != canonical_url(base):
            yield _Link(url, words, _date_beside(anchor))


def _likeliest(links: list[_Link], url: str) -> list[_Link]:
    """The links to this site that read like headlines and whose addresses have the commonest shape."""
    home = urlsplit(canonical_url(url)).hostname
    headlines = [
        link
        for link in links
        if len(link.words.split()) >= _LEAST_WORDS and urlsplit(canonical_url(link.url)).hostname == home
    ]
    shapes = Counter(_shape(canonical_url(link.url)) for link in headlines)
    if not shapes or shapes.most_common(1)[0][1] < _LEAST_LINKS:
        return []
    shape = shapes.most_common(1)[0][0]
    return [link for link in headlines if _shape(canonical_url(link.url)) == shape]


def _shape(url: str) -> tuple[object, ...]:
    """What the addresses of one kind of page share: the folders without their numbers, the names of parameters."""
    parts = urlsplit(url)
    folders = [re.sub(r"\d+", "0", part) for part in parts.path.split("/")[:-1]]
    return (*folders, tuple(re.findall(r"(?:^|&)([^=&]+)", parts.query)))


def _date_beside(anchor: Any) -> datetime | None:
    """The machine-readable date in the list's row that holds the link; None: none, or a row with several links."""
    for above in anchor.iterancestors():
        times = list(above.iter("time"))
        if times:
            return _moment(times[0].get("datetime") or "") if len(times) == 1 else None
        if above.tag in _BLOCKS and above.tag != "div":
            return None
    return None


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo is not None else None  # a day without its zone may be tomorrow


def _entry(link: _Link) -> Entry:
    return Entry(
        guid=None,
        url=link.url,
        title=link.words,
        text="",
        published_at=link.at,
        fingerprint=fingerprint(link.words, ""),
    )
