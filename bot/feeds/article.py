"""The article's own words out of a news page, by trafilatura. Blocking: call it through `PageReader`."""

from __future__ import annotations

import re

from bot.feeds.clean import plain_text
from bot.feeds.page import PageError

MAX_TEXT = 6_000  # characters: the first thousand words hold what a report has to say
LEAST_WORDS = 40  # fewer is a teaser, a cookie notice or a paywall, not an article: judgement
# What stands where the article should. Only in short texts: a report may well quote such words.
_WALL = re.compile(
    r"subscribe (?:now )?to (?:read|continue)|already a subscriber|sign in to (?:read|continue)|enable javascript"
    r"|this (?:article|story) is (?:for|available to) (?:subscribers|members)|checking your browser|access denied"
    r"|оформите подписку|доступно (?:только )?(?:по подписке|подписчикам)|включите javascript"
    r"|सब्सक्राइब करें और पढ़ें|पूरा पढ़ने के लिए",  # "subscribe and read", "to read the whole"
    re.IGNORECASE,
)
_WALL_WORDS = 120


def article_text(body: bytes, content_type: str, url: str) -> str:
    """The article in the page, paragraphs as lines. PageError in plain words when there is none to read."""
    import trafilatura  # 0.6 s, and only the process that reads articles needs it

    found = trafilatura.extract(
        _decoded(body, content_type), url=url, fast=True, include_comments=False, include_tables=False
    )
    lines = [plain_text(line, MAX_TEXT) for line in (found or "").splitlines()]
    text = "\n".join(line for line in lines if line)[:MAX_TEXT].rstrip()
    words = len(text.split())
    if words < LEAST_WORDS:
        raise PageError("a page without an article that can be read")
    if words < _WALL_WORDS and _WALL.search(text):
        raise PageError("a page for subscribers")
    return text


def _decoded(body: bytes, content_type: str) -> str | bytes:
    """Text where the server named the encoding, else the bytes: trafilatura then looks for it itself."""
    charset = re.search(r"charset=[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    if charset is None:
        return body
    try:
        return body.decode(charset[1])
    except (LookupError, UnicodeError):
        return body
