"""Finds the feeds of a page that somebody gave instead of a feed's address.

In: the page. Out: addresses that are worth trying, the likeliest first: those that it declares, those that it
links to, those where sites usually keep one. Trying them is the catalogue's work.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from bot.feeds.page import PageError, base_of, document
from bot.feeds.urls import link_in

# Where software puts feeds when nobody moves them: WordPress and Ghost, Django and hand-made, Jekyll, Hugo,
# Drupal.
COMMON_PATHS = ("/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json")
MOST = 12  # addresses; each costs a request to one host
_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
_LOOKS_LIKE_FEED = re.compile(r"(?:^|[/._?=-])(?:rss|atom|feeds?)(?:[/._?=&-]|$)", re.IGNORECASE)


def feed_addresses(body: bytes, content_type: str, url: str) -> tuple[str, ...]:
    """At most `MOST` addresses, each once, without `url` itself. The common paths alone for a page that cannot be
    read. Feeds of comments come last."""
    declared: list[str] = []
    linked: list[str] = []
    try:
        root = document(body, content_type)
    except PageError:
        root = None
    if root is not None:
        base = base_of(root, url)
        for link in root.iter("link"):
            kinds = (link.get("rel") or "").lower().split()
            if "alternate" in kinds and (link.get("type") or "").split(";")[0].strip().lower() in _TYPES:
                declared.append(link_in(base, link.get("href")) or "")
        for anchor in root.iter("a"):
            to = link_in(base, anchor.get("href")) or ""
            parts = urlsplit(to)
            if _LOOKS_LIKE_FEED.search(f"{parts.path}?{parts.query}"):
                linked.append(to)
    declared.sort(key=lambda address: "comment" in address.lower())
    usual = [urljoin(url, path) for path in COMMON_PATHS]
    found = dict.fromkeys(filter(None, [*declared, *linked[:5], *usual]))
    found.pop(url, None)
    return tuple(found)[:MOST]
