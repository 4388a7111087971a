"""Google News as a source: addresses of its searches, the real outlet of an entry, the article behind a link.

In: words, entries and links as texts. Out: the same. Pure: what a link does not tell by itself is not asked for.
The forms are not documented by Google; they are those of its public feeds, which many programs read.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote, urlsplit

HOST = "news.google.com"
Lang = Literal["en", "hi", "ru"]
EDITIONS: Mapping[str, str] = {  # the edition of each language: hl is the interface, gl the country, ceid both
    "en": "hl=en-IN&gl=IN&ceid=IN:en",
    "hi": "hl=hi&gl=IN&ceid=IN:hi",
    "ru": "hl=ru&gl=RU&ceid=RU:ru",
}
# The longest that an outlet's name is believed to be in "Headline - Outlet": judgement; "Ministry of Defence of
# the Russian Federation" has 44.
_MAX_OUTLET = 60


def search_url(words: str, lang: str, *, site: str | None = None, days: int = 2) -> str:
    """The address of the feed of a search: `words` as one types them, over the last `days`; with `site`
    ("pib.gov.in") only that site's pages. KeyError for a language that has no edition."""
    query = " ".join(part for part in (f"site:{site}" if site else "", words.strip(), f"when:{days}d") if part)
    return f"https://{HOST}/rss/search?q={quote(query, safe='')}&{EDITIONS[lang]}"


def is_google_news(url: str | None) -> bool:
    return url is not None and HOST in url.lower() and urlsplit(url).hostname == HOST


def headline_and_outlet(title: str, outlet: str | None) -> tuple[str, str | None]:
    """The headline alone, and who printed it: `outlet`, that of <source>, or without one what stands after the
    last " - " of `title`; None where neither tells."""
    if outlet:
        ending = f" - {outlet}"
        alone = title[: -len(ending)].rstrip() if title.casefold().endswith(ending.casefold()) else title
        return alone or title, outlet
    head, dash, tail = title.rpartition(" - ")
    if dash and head.strip() and 0 < len(tail.strip()) <= _MAX_OUTLET:
        return head.rstrip(), tail.strip()
    return title, None


def article_url(link: str) -> str | None:
    """The publisher's address within a Google News link of the older form, whose path holds it in base64; None for
    the newer form, which holds only a number of Google's, and for any other link."""
    found = re.fullmatch(r"/(?:rss/|__i/rss/rd/)?articles/([\w-]{20,4000})=*", urlsplit(link).path)
    if not is_google_news(link) or found is None:
        return None
    try:
        packed = base64.urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4))
    except (ValueError, binascii.Error):
        return None
    # A protocol buffer: bytes 08 13 22, the address's length (one byte, or two with the first over 127), the
    # address.
    at = packed.find(b'"')
    if at < 0 or len(packed) < at + 3:
        return None
    length, start = packed[at + 1], at + 2
    if length > 127:
        length, start = (length & 127) | packed[at + 2] << 7, at + 3
    address = packed[start : start + length]
    if len(address) != length or not re.fullmatch(rb"https?://[\x21-\x7e]+", address):
        return None
    return address.decode("ascii")
