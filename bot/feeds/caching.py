"""What an answer's headers say about time and sameness: Cache-Control, Expires, Retry-After, validators.

In: header values as received. Out: seconds, or None where the server said nothing usable. Pure.
"""

from __future__ import annotations

import email.utils
import re
from collections.abc import Mapping
from datetime import UTC, datetime

LONGEST_WAIT_S = 86_400  # however long a server asks, a feed is tried once a day
_MAX_VALIDATOR = 1_000  # bytes; judgement: real ones are under 100, and they are stored and sent at each poll


def max_age_s(headers: Mapping[str, str], control: str, now: datetime) -> int | None:
    """How long the answer stays fresh: max-age less Age, else Expires after Date. None: not said, or "at once".

    `control` is Cache-Control, all its lines joined: PHP and the web server before it each send one.
    """
    if not control and "Expires" not in headers:
        return None
    directives = {
        name.lower(): value.strip('" ') for name, value in re.findall(r'([\w-]+)\s*(?:=\s*("[^"]*"|[^\s,]*))?', control)
    }
    if "no-cache" in directives or "no-store" in directives:
        return None
    if "max-age" in directives:
        age = _whole(headers.get("Age", "")) or 0
        stated = _whole(directives["max-age"])
        return None if stated is None else _positive(stated - age)
    expires = _http_date(headers.get("Expires", ""))
    return None if expires is None else _positive(_after(expires, headers, now))


def retry_after_s(headers: Mapping[str, str], now: datetime) -> int | None:
    """How long a 429 or 503 asks to wait, at most a day; None when it does not say, or says nonsense."""
    value = headers.get("Retry-After", "").strip()
    if (seconds := _whole(value)) is not None:
        return _positive(seconds)
    until = _http_date(value)
    return None if until is None else _positive(_after(until, headers, now))


def validators(raw_headers: tuple[tuple[bytes, bytes], ...]) -> tuple[str | None, str | None]:
    """The ETag and the Last-Modified byte for byte; None for one that is absent, or not to be sent back as it was
    (not UTF-8, huge). Of several the first.
    """
    etag: bytes | None = None
    last_modified: bytes | None = None
    for name, value in raw_headers:
        name = name.lower()
        if name == b"etag" and etag is None:
            etag = value
        elif name == b"last-modified" and last_modified is None:
            last_modified = value
    return _usable(etag), _usable(last_modified)


def _usable(value: bytes | None) -> str | None:
    if not value or len(value) > _MAX_VALIDATOR:
        return None
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None


def _whole(text: str) -> int | None:
    return int(text[:12]) if re.fullmatch(r"[0-9]+", text.strip()) else None


def _positive(seconds: float) -> int | None:
    return min(int(seconds), LONGEST_WAIT_S) if seconds >= 1 else None


def _after(at: datetime, headers: Mapping[str, str], now: datetime) -> float:
    """Seconds from the server's own clock to `at`: clocks differ, so the Date header counts before ours."""
    return (at - (_http_date(headers.get("Date", "")) or now)).total_seconds()


def _http_date(text: str) -> datetime | None:
    if not text:
        return None
    try:
        at = email.utils.parsedate_to_datetime(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
