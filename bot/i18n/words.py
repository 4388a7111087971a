"""Looks up the interface's texts; see the package's door."""

from __future__ import annotations

import gettext
import io
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.model import Said

Language = Literal["en", "hi", "ru"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
# Hindi dates in Latin digits, as Indian news writes them.
_LOCALES = {"en": "en_IN", "hi": "hi_IN", "ru": "ru_RU"}
_ZONES = {"Asia/Kolkata": "IST", "Europe/Moscow": "MSK", "UTC": "UTC"}


class Words:
    """The interface in one language."""

    def __init__(self, lang: Language, translations: gettext.NullTranslations) -> None:
        self.lang = lang
        self._translations = translations

    def say(self, text: str, /, **values: object) -> str:
        """The text in this language with the values put in; in English where it is not translated."""
        return self._translations.gettext(text).format(**values)

    def count(self, one: str, many: str, n: int, /, **values: object) -> str:
        """The form that goes with `n`, which is also the value {n}."""
        return self._translations.ngettext(one, many, n).format(n=n, **values)

    def tell(self, told: Said | str, zone: str = "UTC") -> str:
        """A text that was kept, in this language, moments in that time zone; a plain one as it is."""
        if isinstance(told, str):
            return told
        values = {name: self._value(value, zone) for name, value in told.values.items()}
        if not told.many:
            return self.say(told.text, **values)
        n = values.pop("n")
        return self.count(told.text, told.many, n if isinstance(n, int) else 0, **values)

    def _value(self, value: str | int | datetime | Said, zone: str) -> object:
        match value:
            case Said():
                return self.tell(value, zone)
            case datetime():
                return self.moment(value, zone)
        return value

    def day(self, moment: datetime, zone: str) -> str:
        """ "20 Nov 2026", in that time zone."""
        return format_date(moment.astimezone(ZoneInfo(zone)), "d MMM y", locale=_LOCALES[self.lang])

    def date(self, iso: str) -> str:
        """ISO 8601 to the precision given: "15 Aug 2026", "Aug 2026", "2026", "2026–27", "4 Dec 2025 – 5 Dec
        2025". ValueError when it is none."""
        start, _, end = iso.partition("/")
        if end:
            years = len(start) == len(end) == 4 and start[:2] == end[:2]
            return f"{start}–{end[2:]}" if years else f"{self.date(start)} – {self.date(end)}"
        if len(iso) == 4:
            return iso
        whole = date.fromisoformat(iso if len(iso) > 7 else f"{iso}-01")
        return format_date(whole, "d MMM y" if len(iso) > 7 else "LLL y", locale=_LOCALES[self.lang])

    def clock(self, moment: datetime, zone: str) -> str:
        """ "14:02 IST", in that time zone; its short name, or its offset where it has none."""
        local = moment.astimezone(ZoneInfo(zone))
        name = _ZONES.get(zone) or local.strftime("%Z")
        return f"{format_time(local, 'HH:mm', locale=_LOCALES[self.lang])} {name}"

    def moment(self, moment: datetime, zone: str) -> str:
        """ "14:02 IST, 20 Nov 2026"."""
        return f"{self.clock(moment, zone)}, {self.day(moment, zone)}"


def later(text: str) -> str:
    """Marks a text that stands in a table and is looked up when it is shown."""
    return text


def later_count(one: str, many: str) -> tuple[str, str]:
    """Marks a pair of forms that stands in a table and is given to `count` when it is shown."""
    return one, many


def language_of(code: str | None) -> Language:
    """The interface language for a language code such as "ru-RU"; English for others and for None."""
    short = (code or "").replace("_", "-").split("-")[0].lower()
    return next((lang for lang in LANGUAGES if lang == short), "en")


@cache
def words_in(lang: Language) -> Words:
    """The interface in `lang`; its catalogue is read once."""
    if lang == "en":
        return Words(lang, gettext.NullTranslations())
    source = files("bot.i18n").joinpath(f"{lang}.po").read_bytes()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source), locale=lang))
    compiled.seek(0)
    return Words(lang, gettext.GNUTranslations(compiled))
