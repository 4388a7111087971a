"""Reads when a feed asks not to be polled: skipHours and skipDays of RSS 2.0 (rssboard.org/skip-hours-days).

In: the document. Out: bits, as `FeedState` keeps them. feedparser does not read the two; no entry can hold them.
"""

from __future__ import annotations

import re

_DAYS = (b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday", b"sunday")
_HOURS_PART = re.compile(rb"<skiphours\s*>(.{0,4000}?)</skiphours\s*>", re.IGNORECASE | re.DOTALL)
_DAYS_PART = re.compile(rb"<skipdays\s*>(.{0,4000}?)</skipdays\s*>", re.IGNORECASE | re.DOTALL)
_HOUR = re.compile(rb"<hour\s*>\s*([0-9]{1,2})\s*</hour\s*>", re.IGNORECASE)
_DAY = re.compile(rb"<day\s*>\s*([a-z]{1,12})\s*</day\s*>", re.IGNORECASE)


def skipped(document: bytes) -> tuple[int, int]:
    """Bits of the hours (GMT) and of the days (Monday is bit 0) to skip; 0 and 0 for a feed that asks for none."""
    hours = days = 0
    if found := _HOURS_PART.search(document):
        for number in _HOUR.findall(found[1]):
            if int(number) <= 24:  # early RSS counted 1 to 24
                hours |= 1 << int(number) % 24
    if found := _DAYS_PART.search(document):
        for name in _DAY.findall(found[1]):
            if name.lower() in _DAYS:
                days |= 1 << _DAYS.index(name.lower())
    return hours, days
