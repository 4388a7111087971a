"""Reads the date of an entry, in the forms that English, Hindi and Russian outlets really write.

In: the text of the date element. Out: an aware UTC moment, or None when it cannot be read surely. A date only
informs; whether an entry is new is never decided by it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

EARLIEST, LATEST = 1990, 2100  # years; outside, the date is a fault of the feed (1970-01-01, 9999-12-31)

# Hours ahead of UTC. IST is India's: for Indian outlets, and Irish and Israeli ones write +0100 and +0200.
_ZONES = {
    "ist": 5.5, "msk": 3, "мск": 3, "msd": 4, "pkt": 5, "bst": 1, "bdt": 6, "npt": 5.75, "samt": 4, "yekt": 5,
    "utc": 0, "gmt": 0, "ut": 0, "z": 0, "wet": 0, "cet": 1, "cest": 2, "west": 1, "eet": 2, "eest": 3,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "gst": 4, "sgt": 8, "hkt": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11,
}  # fmt: skip
_MONTH_STARTS = (  # how a month's name begins: English, Russian, Hindi (both usual spellings)
    ("jan", "янв", "जन"),
    ("feb", "фев", "फर", "फ़र", "फ़र"),
    ("mar", "мар", "मार्च"),
    ("apr", "апр", "अप्र"),
    ("may", "май", "мая", "मई"),
    ("jun", "июн", "जून"),
    ("jul", "июл", "जुल"),
    ("aug", "авг", "अग"),
    ("sep", "сен", "सित"),
    ("oct", "окт", "अक्"),
    ("nov", "ноя", "नव"),
    ("dec", "дек", "दिस"),
)
_TIME = (
    r"(?:[,\sT]+(?:at\s+|в\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?)?"
)
_ZONE = r"\s*(?P<zone>(?:(?:UTC|GMT|UT)?[+-]\d{1,2}:?\d{2})|[^\W\d_]{1,5})?\s*(?:\(.*\))?"
_WEEKDAY = r"(?:[^\d\s,.]+[.,]?[,\s]+)?"  # not \w: it leaves out the vowel signs of Devanagari
_MONTH_WORD = r"(?P<month>[^\W\d_][^\d\s,./-]*)"
_FORMS = tuple(
    re.compile(form + _TIME + _ZONE, re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
        r"(?P<day>\d{1,2})[.-](?P<month>\d{1,2})[.-](?P<year>\d{4})",
        _WEEKDAY
        + r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+"
        + _MONTH_WORD
        + r"[.,]?[\s-]+(?P<year>\d{4}|\d{2})(?:\s*г\.?)?",
        _WEEKDAY + _MONTH_WORD + r"\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
        _WEEKDAY + _MONTH_WORD + r"\s+(?P<day>\d{1,2})" + _TIME.replace("(?P<", "(?P<c") + r"\s+(?P<year>\d{4})",
    )
)


def moment(text: str) -> datetime | None:
    """The moment that `text` names, in UTC; None when it names none, or a year before 1990 or after 2100.

    A date without a zone is taken as UTC, one without a time as midnight.
    """
    text = " ".join(text[:100].split())
    if re.fullmatch(r"\d{9,10}|\d{12,13}", text):
        return _plausible(datetime.fromtimestamp(int(text) / (1000 if len(text) > 10 else 1), UTC))
    for form in _FORMS:
        if found := form.fullmatch(text):
            return _from_parts(found.groupdict())
    return None


def trusted(read_by_parser: object, text: str) -> datetime | None:
    """The moment in `read_by_parser` (nine numbers, UTC, from feedparser) when `text` bears it out, else None.

    Its guesses in rarer forms are good when the year stands in the text: "22-11-2026" came out as 2022.
    """
    if not isinstance(read_by_parser, tuple) or len(read_by_parser) < 6 or text.strip().isdigit():
        return None
    try:
        year, month, day, hour, minute, second = read_by_parser[:6]
        found = _plausible(datetime(year, month, day, hour, minute, second, tzinfo=UTC))
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found and re.search(rf"(?<!\d){found.year}(?!\d)", text) else None


def _from_parts(parts: dict[str, str | None]) -> datetime | None:
    month = _month(parts["month"] or "")
    year = int(parts["year"] or 0)
    hour, minute, second = (
        int(parts[name] or parts.get("c" + name) or 0) for name in ("hour", "minute", "second")
    )
    half = (parts["half"] or parts.get("chalf") or "").lower()
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    ahead = _ahead_of_utc(parts["zone"])
    if month is None or ahead is None:
        return None
    if year < 100:
        year += 2000 if year < 90 else 1900
    try:
        local = datetime(year, month, int(parts["day"] or 0), tzinfo=UTC)
        return (
            _plausible(local + timedelta(hours=hour, minutes=minute, seconds=min(second, 59)) - ahead)
            if (hour <= 24 and minute < 60)
            else None
        )
    except (ValueError, OverflowError):
        return None


def _month(name: str) -> int | None:
    if name.isdigit():
        return int(name)
    name = name.lower()
    return next((n for n, starts in enumerate(_MONTH_STARTS, 1) if name.startswith(starts)), None)


def _ahead_of_utc(zone: str | None) -> timedelta | None:
    if not zone:
        return timedelta()
    numbers = re.fullmatch(r"[A-Za-z]*([+-])(\d{1,2}):?(\d{2})", zone)
    if numbers:
        ahead = timedelta(hours=int(numbers[2]), minutes=int(numbers[3]))
        return None if ahead > timedelta(hours=15) else -ahead if numbers[1] == "-" else ahead
    hours = _ZONES.get(zone.lower())
    return None if hours is None else timedelta(hours=hours)


def _plausible(at: datetime) -> datetime | None:
    return at if EARLIEST <= at.year < LATEST else None
