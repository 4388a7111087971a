"""Settings as people type them after a command: "daily 09:00", "22-7 high", "7d"; in three languages. Pure."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Literal

from bot.model import Importance
from bot.settings import IMPORTANCES, Digest, Every, QuietHours

Language = Literal["en", "hi", "ru"]

OFF = frozenset({"off", "none", "no", "instant", "выкл", "нет", "сразу", "बंद", "नहीं", "तुरंत"})
_EVERY: dict[str, Every] = {
    "hourly": "hourly",
    "daily": "daily",
    "weekly": "weekly",
    "ежечасно": "hourly",  # hourly
    "ежедневно": "daily",  # daily
    "еженедельно": "weekly",  # weekly
    "घंटेवार": "hourly",  # by the hour
    "दैनिक": "daily",  # daily
    "साप्ताहिक": "weekly",  # weekly
}
# First letters are enough where they tell days apart.
_DAYS = (
    ("mon", "пн", "понедельник", "सोम"),
    ("tue", "вт", "вторник", "मंगल"),
    ("wed", "ср", "сред", "बुध"),
    ("thu", "чт", "четверг", "गुरु"),
    ("fri", "пт", "пятниц", "शुक्र"),
    ("sat", "сб", "суббот", "शनि"),
    ("sun", "вс", "воскресень", "रवि"),
)
_LANGUAGES: dict[str, Language] = {
    "en": "en",
    "english": "en",
    "английский": "en",
    "अंग्रेज़ी": "en",
    "hi": "hi",
    "hindi": "hi",
    "हिन्दी": "hi",
    "हिंदी": "hi",
    "хинди": "hi",
    "ru": "ru",
    "russian": "ru",
    "русский": "ru",
    "रूसी": "ru",
}
_CLOCK = re.compile(r"([01]?\d|2[0-3])(?:[:.]([0-5]\d))?")
_SPAN = re.compile(r"(\d{1,3})\s*(h|d|w|ч|д|н|घं|दि)\w*", re.IGNORECASE)
_UNITS = {"h": 1, "ч": 1, "घं": 1, "d": 24, "д": 24, "दि": 24, "w": 168, "н": 168}


def digest_typed(text: str, held: Digest | None = None) -> Digest | None:
    """ "daily 09:00", "weekly mon 9", "hourly 15" (minutes past). What is not said is as it was. ValueError: not
    understood."""
    first, *rest = text.casefold().split()
    every = _EVERY.get(first)
    if every is None:
        raise ValueError(first)
    usual = held or Digest(every=every)
    at, weekday = usual.at, usual.weekday
    for word in rest:
        if (day := _day(word)) is not None:
            weekday = day
        elif every == "hourly" and word.lstrip(":").isdecimal() and int(word.lstrip(":")) < 60:
            at = time(0, int(word.lstrip(":")))
        else:
            at = _clock(word)
    return Digest(every=every, at=at, weekday=weekday)


def quiet_typed(text: str, held: QuietHours | None = None) -> QuietHours:
    """ "22-7", "22:00 – 07:30 high". ValueError when it is not understood."""
    match = re.fullmatch(r"\s*(\S+?)\s*[-–—]\s*(\S+)(?:\s+(\w+))?\s*", text)
    if match is None:
        raise ValueError(text)
    through: Importance = held.through if held else "flash"
    if match[3]:
        through = _named(match[3].casefold())
    return QuietHours(start=_clock(match[1]), end=_clock(match[2]), through=through)


def score_typed(text: str) -> float:
    """ "0.7", "0,7" or "70%"; "off" is 0. ValueError when it is not understood."""
    typed = text.strip().casefold()
    if typed in OFF:
        return 0.0
    share = float(typed.removesuffix("%").replace(",", "."))
    score = share / 100 if typed.endswith("%") else share
    if not 0 <= score <= 1:
        raise ValueError(text)
    return score


def language_typed(text: str) -> Language | None:
    return _LANGUAGES.get(text.strip().casefold())


def span_at_end(text: str) -> tuple[str, timedelta | None]:
    """ "s-400 7d" -> ("s-400", 7 days); None where no duration stands at the end."""
    words = text.split()
    if words and (match := _SPAN.fullmatch(words[-1])):
        hours = int(match[1]) * _UNITS[match[2].casefold()]
        return " ".join(words[:-1]), timedelta(hours=hours)
    return " ".join(words), None


def _named(word: str) -> Importance:
    for importance in IMPORTANCES:
        if importance == word:
            return importance
    raise ValueError(word)


def _day(word: str) -> int | None:
    return next((n for n, names in enumerate(_DAYS) if word.startswith(names)), None)


def _clock(word: str) -> time:
    match = _CLOCK.fullmatch(word)
    if match is None:
        raise ValueError(word)
    return time(int(match[1]), int(match[2] or 0))
