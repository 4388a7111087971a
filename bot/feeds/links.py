"""Links of an HTTP answer's headers (RFC 8288), as far as WebSub needs them: the hub, and the feed's own address.

In: the Link headers as received. Out: absolute addresses. A hub that only the headers name is as good as one that
stands in the feed, and comes before it (WebSub, section 4).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.feeds.urls import link_in
from bot.model import Fetched, ParsedFeed

_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[\w!#$&+.^`|~*-]+\s*(?:=\s*(?:"[^"]*"|[^\s",;]+))?)*)')
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s",;]+))', re.IGNORECASE)


def hub_and_topic(headers: Sequence[str], url: str) -> tuple[str | None, str | None]:
    """The first hub and the address that the feed gives for itself; None for one that is not named."""
    if not headers:
        return None, None
    found: dict[str, str] = {}
    for target, parameters in _LINK.findall(", ".join(headers)):
        rel = _REL.search(parameters)
        for name in (rel[1] or rel[2] or "").lower().split() if rel else ():
            if name in ("hub", "self") and (address := link_in(url, target)):
                found.setdefault(name, address)
    return found.get("hub"), found.get("self")


def with_hub(parsed: ParsedFeed, fetched: Fetched) -> ParsedFeed:
    """`parsed` with the hub that the answer's headers name, if they do."""
    if fetched.hub is None:
        return parsed
    return replace(parsed, hub=fetched.hub, topic=fetched.topic or parsed.topic)
