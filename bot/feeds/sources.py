"""Tells what kind of source an operator means by what was typed.

In: an address, or "@name" of a Telegram channel. Out: the address to poll and the way it is read.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.model import Via

TELEGRAM_HOSTS = frozenset({"t.me", "telegram.me", "telegram.dog"})
_NAME = re.compile(r"[A-Za-z]\w{3,31}", re.ASCII)  # core.telegram.org/method/account.checkUsername, and old short ones


def source_of(typed: str) -> tuple[str, Via] | None:
    """The address and how to read it; None when it is no address. A public Telegram channel, in any spelling, is
    its preview; everything else counts as a feed, or a page that has one, until it was looked at."""
    preview = preview_url(typed)
    if preview is not None:
        return preview, "telegram"
    text = typed.strip()
    if "://" not in text and re.fullmatch(r"[\w.-]+\.[a-z]{2,}(:\d+)?(/\S*)?", text, re.IGNORECASE):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", text)
        usable = usable and (parts.port is None or parts.port > 0)
    except ValueError:  # a port that is no number
        return None
    return (text, "feed") if usable else None


def preview_url(name_or_link: str) -> str | None:
    """The preview's address for "@name", "t.me/name", "https://t.me/s/name" …; None when it names no public
    channel."""
    text = name_or_link.strip()
    if text.startswith("@"):
        name = text[1:]
    else:
        parts = urlsplit(text if "//" in text else f"https://{text}")
        if parts.hostname not in TELEGRAM_HOSTS:
            return None
        name = parts.path.strip("/").removeprefix("s/").split("/")[0]
    return f"https://t.me/s/{name}" if _NAME.fullmatch(name) and name != "joinchat" else None
