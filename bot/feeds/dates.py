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
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
# Part of the day in Hindi (morning, noon, evening, night) before the hour, "o'clock" after it.
_HOUR = rf"(?P<part>सुबह|दोपहर|शाम|रात)?\s*{_CLOCK}\s*(?P<half>[ap]\.?m\.?)?(?:\s*बजे)?"
_ZONE = (
    r"\s*(?P<zone>(?:(?:UTC|GMT|UT|MSK|МСК)?[+-]\d{1,2}(?::?\d{2})?)|[^\W\d_]{1,5})?"
    r"\s*(?:\((?P<aside>[^()]*)\)|(?P<again>[A-Z]{2,4}))?"  # "+0530 (IST)", "+0530 IST", "(МСК)"
)
_TIME = rf"(?:[,\sT]+(?:at\s+|в\s+)?{_HOUR})?{_ZONE}"
_WEEKDAY = r"(?:[^\d\s,.]+[.,]?[,\s]+)?"  # not \w: it leaves out the vowel signs of Devanagari
_MONTH_WORD = r"(?P<month>[^\W\d_][^\d\s,./-]*)"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_DAY_MONTH_YEAR = _DAY + r"[\s-]+" + _MONTH_WORD + r"[.,]?[\s-]+(?P<year>\d{4}|\d{2})(?:\s*г(?:\.|ода)?)?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        _WEEKDAY + _DAY_MONTH_YEAR + _TIME,
        r"(?P<year>\d{4})([-/])(?P<month>\d{1,2})\2(?P<day>\d{1,2})" + _TIME,
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})" + _TIME,
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})T(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?" + _ZONE,
        r"(?P<day>\d{1,2})[.-](?P<month>\d{1,2})[.-](?P<year>\d{4}|\d{2})" + _TIME,
        r"(?P<day>1[3-9]|2\d|3[01])/(?P<month>\d{1,2})/(?P<year>\d{4})" + _TIME,
        r"(?P<month>\d{1,2})/(?P<day>1[3-9]|2\d|3[01])/(?P<year>\d{4})" + _TIME,  # 03/04/2026 may be either
        _WEEKDAY + _MONTH_WORD + r"\.?\s+" + _DAY + r",?\s+(?P<year>\d{4})" + _TIME,
        _WEEKDAY + _MONTH_WORD + r"\s+(?P<day>\d{1,2})\s+" + _HOUR + _ZONE + r"\s+(?P<year>\d{4})",
        _HOUR + r",?\s+" + _DAY_MONTH_YEAR + _ZONE,
    )
)
# What nearly all feeds write (RFC 822), read in a fifth of the time that the forms take.
_USUAL = re.compile(
    r"(?:[A-Z][a-z]{2}, )?([0-9]{1,2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r" (?:GMT|UTC|([+-])([0-9]{2})([0-9]{2}))"
)
_USUAL_MONTHS = dict(
    zip(("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), range(1, 13), strict=True)
)
_AROUND = re.compile(r"^(?:(?:posted|published|updated)(?:\s+on)?\s*:?\s+)|\s+by\s.*$", re.IGNORECASE)  # as PIB writes


def moment(text: str) -> datetime | None:
    """The moment that `text` names, in UTC; None when it names none, or a year before 1990 or after 2100.

    A date without a zone is taken as UTC, one without a time as midnight.
    """
    if usual := _USUAL.fullmatch(text):
        day, month, year, hour, minute, second, west, hours, minutes = usual.groups()
        if month in _USUAL_MONTHS and int(hours or 0) < 15 and int(minutes or 0) < 60:
            ahead = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
            try:
                at = datetime(
                    int(year), _USUAL_MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC
                )
                return _plausible(at + ahead if west == "-" else at - ahead)
            except ValueError:  # the 24th hour, the 60th second
                pass
    text = _AROUND.sub("", " ".join(text[:100].split()))
    if re.fullmatch(r"\d{9,10}|\d{12,13}", text):
        return _plausible(datetime.fromtimestamp(int(text) / (1000 if len(text) > 10 else 1), UTC))
    for form in _FORMS:
        if found := form.fullmatch(text):
            return _from_parts(found.groupdict())
    return None


def trusted(read_by_parser: object, text: str) -> datetime | None:
    """The moment in `read_by_parser` (nine numbers, UTC, from feedparser) when `text` bears it out, else None.

    Its guesses in rarer forms are good when year and day stand in the text ("22-11-2026" came out as 2022,
    "2026/11/22" as the first), and when no words follow the time: it passes over the zones it does not know.
    """
    if not isinstance(read_by_parser, tuple) or len(read_by_parser) < 6 or text.strip().isdigit():
        return None
    try:
        year, month, day, hour, minute, second = read_by_parser[:6]
        found = _plausible(datetime(year, month, day, hour, minute, second, tzinfo=UTC))
    except (ValueError, TypeError, OverflowError):
        return None
    if found is None or re.search(r":\d\d\b.*?[^\W\d_]{2}", text):
        return None
    numbers = {int(number) for number in re.findall(r"\d+", text[:100])}
    days = {
        (found + timedelta(days=shift)).day for shift in ((-1, 0, 1) if re.search(r"[+-]\d\d:?\d\d", text) else (0,))
    }
    return found if found.year in numbers and not days.isdisjoint(numbers) else None


def _from_parts(parts: dict[str, str | None]) -> datetime | None:
    month = _month(parts["month"] or "")
    year = int(parts["year"] or 0)
    minute, second = (int(parts.get(name) or 0) for name in ("minute", "second"))
    hour = _hour(int(parts.get("hour") or 0), parts.get("half") or "", parts.get("part") or "")
    ahead = _ahead_of_utc(parts["zone"] or _known_zone(parts.get("aside")))
    if month is None or ahead is None or hour > 24 or minute > 59:
        return None
    if len(parts["year"] or "") == 2:
        year += 2000 if year < 90 else 1900
    try:
        day = datetime(year, month, int(parts["day"] or 0), tzinfo=UTC)
        return _plausible(day + timedelta(hours=hour, minutes=minute, seconds=min(second, 59)) - ahead)
    except (ValueError, OverflowError):
        return None


def _hour(hour: int, half: str, part: str) -> int:
    """The hour of 24. "शाम 5" is 5 in the evening, "रात 2" 2 at night."""
    if half:
        return hour % 12 + (12 if half.lower().startswith("p") else 0)
    late = (part == "शाम" and hour < 12) or (part == "दोपहर" and hour < 6) or (part == "रात" and 6 <= hour < 12)
    return hour + 12 if late else hour


def _month(name: str) -> int | None:
    if name.isdigit():
        return int(name)
    name = name.lower()
    return next((n for n, starts in enumerate(_MONTH_STARTS, 1) if name.startswith(starts)), None)


def _known_zone(words: str | None) -> str | None:
    return words if words and words.strip().lower() in _ZONES else None


def _ahead_of_utc(zone: str | None) -> timedelta | None:
    if not zone:
        return timedelta()
    numbers = re.fullmatch(r"([^\W\d_]*)([+-])(\d{1,2})(?::?(\d{2}))?", zone)
    if numbers:
        ahead = timedelta(hours=int(numbers[3]), minutes=int(numbers[4] or 0))
        base = timedelta(hours=_ZONES.get(numbers[1].lower(), 0))  # "МСК+2": Moscow's time and two hours
        return None if ahead > timedelta(hours=15) else base + (-ahead if numbers[2] == "-" else ahead)
    hours = _ZONES.get(zone.strip().lower())
    return None if hours is None else timedelta(hours=hours)


def _plausible(at: datetime) -> datetime | None:
    return at if EARLIEST <= at.year < LATEST else None
