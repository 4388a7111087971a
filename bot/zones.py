"""Time zones as people type them: "Europe/Moscow", "Moscow", "IST", "UTC+3", "+05:30", "Москва"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from zoneinfo import available_timezones

# What the time zone database does not call by these names. Abbreviations as Indian and Russian readers mean them:
# IST is also Irish and Israeli time elsewhere.
_ALSO = {
    "ist": "Asia/Kolkata",
    "india": "Asia/Kolkata",
    "delhi": "Asia/Kolkata",
    "new delhi": "Asia/Kolkata",
    "mumbai": "Asia/Kolkata",
    "bengaluru": "Asia/Kolkata",
    "chennai": "Asia/Kolkata",
    "भारत": "Asia/Kolkata",  # India
    "दिल्ली": "Asia/Kolkata",  # Delhi
    "नई दिल्ली": "Asia/Kolkata",  # New Delhi
    "дели": "Asia/Kolkata",
    "msk": "Europe/Moscow",
    "мск": "Europe/Moscow",
    "москва": "Europe/Moscow",
    "मॉस्को": "Europe/Moscow",  # Moscow
    "санкт-петербург": "Europe/Moscow",
    "saint petersburg": "Europe/Moscow",
    "екатеринбург": "Asia/Yekaterinburg",
    "новосибирск": "Asia/Novosibirsk",
    "владивосток": "Asia/Vladivostok",
    "калининград": "Europe/Kaliningrad",
    "лондон": "Europe/London",
    "gmt": "UTC",
    "z": "UTC",
    "cet": "Europe/Berlin",
    "washington": "America/New_York",
}
# Places whose clocks keep an offset that is no whole hour all year: the database has no names for those offsets.
_UNEVEN = {
    (3, 30): "Asia/Tehran",
    (4, 30): "Asia/Kabul",
    (5, 30): "Asia/Kolkata",
    (5, 45): "Asia/Kathmandu",
    (6, 30): "Asia/Yangon",
    (8, 45): "Australia/Eucla",
    (9, 30): "Australia/Darwin",
    (-9, 30): "Pacific/Marquesas",
}
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+\u2212-])\s*(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)


class ZoneError(ValueError):
    """Nothing is called so; `nearest` is what may have been meant, None when nothing is near."""

    def __init__(self, typed: str, nearest: str | None) -> None:
        super().__init__(typed)
        self.typed = typed
        self.nearest = nearest


def zone_named(typed: str) -> str:
    """The name of the time zone in the database, for a name, a city or an offset. ZoneError for anything else."""
    wanted = " ".join(typed.replace("_", " ").split()).casefold()
    found = _offset_zone(wanted) if (known := _names().get(wanted)) is None else known
    if found is None:
        near = get_close_matches(wanted, _names(), n=1, cutoff=0.7)
        raise ZoneError(typed.strip(), _names()[near[0]] if near else None)
    return found


def _offset_zone(wanted: str) -> str | None:
    match = _OFFSET.fullmatch(wanted)
    if match is None:
        return None
    sign = -1 if match[1] != "+" else 1
    hours, minutes = int(match[2]), int(match[3] or 0)
    if minutes:
        return _UNEVEN.get((sign * hours, minutes))
    if hours == 0:
        return "UTC"
    # The database's signs are the other way round: Etc/GMT-3 is three hours ahead of Greenwich.
    name = f"Etc/GMT{'-' if sign > 0 else '+'}{hours}"
    return name if name in available_timezones() else None


@cache
def _names() -> Mapping[str, str]:
    """Every name in lower case with spaces, and the last part of each: the city."""
    names: dict[str, str] = {}
    for name in sorted(available_timezones() - {"Factory", "localtime"}):
        spoken = name.replace("_", " ").casefold()
        if "/" in name and not name.startswith(("Etc/", "US/", "SystemV/", "posix", "right")):
            names.setdefault(spoken.rpartition("/")[2], name)
        names[spoken] = name
    return names | _ALSO
