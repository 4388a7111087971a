"""Why a feed could not be read, to be told in the reader's language.

In: the reason as bot.feeds words it, in English, which is also what the database and the log keep. Out: a `Said`.
A reason that is not known here stays as it is, so that a new one is shown in English rather than lost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from bot.i18n import later
from bot.model import Said

# As bot.feeds says them, the special ones before the general ones.
REASONS: Sequence[str] = (
    later("an HTML page instead of a feed: blocked by {who}"),
    later("an HTML page instead of a feed"),
    later("an empty answer instead of a feed"),
    later("a compressed file instead of a feed"),
    later("JSON that is no JSON Feed"),
    later("damaged JSON instead of a feed"),
    later("XML that is no feed"),
    later("something that is no feed"),
    later("a damaged feed that cannot be read ({what})"),
    later("a feed that needs too much memory to parse"),
    later("a page that needs too much memory to read"),
    later("a damaged page that cannot be read ({what})"),
    later("an empty or unreadable page"),
    later("a page without an article that can be read"),
    later("a page for subscribers"),
    later("a page without links {what}"),
    later("no channel preview: the channel is private, closed to previews, or does not exist"),
    later("parsing took longer than {s} s"),
    later("the parsing process does not start"),
    later("the parser died on this feed"),
    later("{status}: blocked by {who}"),
    later("{status}, though we asked for the whole feed"),
    later("{status} without saying where to"),
    later("{status} to something that is no address"),
    later("timed out: no connection for {s} s"),
    later("timed out: no data for {s} s"),
    later("timed out after {s} s"),
    later("the host's name cannot be resolved"),
    later("the server's certificate cannot be trusted"),
    later("no connection ({what})"),
    later("no connection"),
    later("the connection broke before the answer was complete"),
    later("the connection broke while it was being encrypted"),
    later("an answer that is not valid HTTP"),
    later("not a valid address"),
    later("could not be read ({what})"),
    later("the proxy cannot be reached"),
    later("the proxy refused the connection"),
    later("robots.txt asks not to read it"),
    later("the host asked to wait {s} s more"),
    later("a redirect, which a form does not follow"),
    later("more than {n} redirects"),
    later("not modified, though nothing was known of it"),
    later("a compressed answer that was cut short"),
    later("a compressed answer that is damaged"),
    later("an answer compressed in a way we did not ask for ({what})"),
    later("redirected to {what} is not a public address"),
    later("{what} is not a public address"),
    later("internal error: {what}"),
)
_UNKNOWN = later("no reason known")
_VALUE = re.compile(r"\\\{(\w+)\\\}")  # a value's place in an escaped text


def reason_said(reason: str) -> Said:
    """The reason to be told; "" is told as not known."""
    if not reason:
        return Said(text=_UNKNOWN)
    for text, pattern in _patterns():
        if found := pattern.fullmatch(reason):
            return Said(text=text, values=found.groupdict())
    return Said(text="{reason}", values={"reason": reason})


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((text, re.compile(_VALUE.sub(r"(?P<\1>.+?)", re.escape(text)))) for text in REASONS)
