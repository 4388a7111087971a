"""The interface in three languages: nothing missing, nothing left in English, plurals and placeholders right."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot.i18n import language_of, words_in

ROOT = Path(__file__).resolve().parents[1]
KEYWORDS = {"say": None, "count": (1, 2), "later": None}
Text = str | tuple[str, str]  # a text, or its two English forms
FOREIGN = re.compile(r"[\u0400-\u04ff\u0900-\u097f]")


def texts() -> dict[Text, str]:
    """Every text of the interface in the code, with the first place it stands in."""
    found: dict[Text, str] = {}
    for file, row, message, _, _ in extract_from_dir(str(ROOT / "bot"), [("**.py", "python")], keywords=KEYWORDS):
        found.setdefault(message if isinstance(message, str) else (message[0], message[1]), f"{file}:{row}")
    return found


def catalogue(lang: str) -> Catalog:
    return read_po((ROOT / "bot/i18n" / f"{lang}.po").open("rb"), locale=lang)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


TEXTS = texts()


@pytest.mark.parametrize("lang", ["hi", "ru"])
def test_no_text_is_missing(lang: str) -> None:
    known = catalogue(lang)
    missing = {place: text for text, place in TEXTS.items() if not (known.get(text) and known.get(text).string)}
    assert missing == {}


@pytest.mark.parametrize("lang", ["hi", "ru"])
def test_no_text_is_left_in_english(lang: str) -> None:
    """A text with words of its own has at least one letter of the language's script in every form."""
    english = []
    for message in catalogue(lang):
        forms = message.string if isinstance(message.string, list | tuple) else (message.string,)
        source = message.id if isinstance(message.id, str) else message.id[0]
        wordless = not re.search(r"[A-Za-z]{3}", re.sub(r"\{[^}]*\}|/\w+|[A-Z]{2,5}", "", source))
        if message.id and not wordless and not all(FOREIGN.search(form) for form in forms):
            english.append(source)
    assert english == []


@pytest.mark.parametrize("lang", ["hi", "ru"])
def test_the_values_of_a_text_are_those_of_the_english_one(lang: str) -> None:
    for message in catalogue(lang):
        forms = message.string if isinstance(message.string, list | tuple) else (message.string,)
        wanted = fields(message.id if isinstance(message.id, str) else message.id[1])
        for form in forms:
            assert fields(form) == wanted, message.id


@pytest.mark.parametrize("lang", ["hi", "ru"])
def test_the_catalogue_holds_nothing_that_the_code_no_longer_says(lang: str) -> None:
    known = {message.id if isinstance(message.id, str) else tuple(message.id) for message in catalogue(lang)}
    assert known - {""} - set(TEXTS) == set()


@pytest.mark.parametrize(("lang", "forms"), [("hi", 2), ("ru", 3)])
def test_a_counted_text_has_all_forms_of_its_language(lang: str, forms: int) -> None:
    for message in catalogue(lang):
        if not isinstance(message.id, str):
            assert len(message.string) == forms and all(message.string), message.id


@pytest.mark.parametrize(
    ("code", "lang"), [("ru-RU", "ru"), ("hi", "hi"), ("en-GB", "en"), ("de", "en"), (None, "en"), ("", "en")]
)
def test_the_language_of_a_code(code: str | None, lang: str) -> None:
    assert language_of(code) == lang


def test_moments_are_told_in_the_readers_zone_and_language() -> None:
    moment = datetime(2026, 11, 20, 8, 32, tzinfo=UTC)
    assert words_in("en").moment(moment, "Asia/Kolkata") == "14:02 IST, 20 Nov 2026"
    assert words_in("ru").moment(moment, "Europe/Moscow") == "11:32 MSK, 20 нояб. 2026"
    assert words_in("hi").day(moment, "Asia/Kolkata").startswith("20 नव")
    assert words_in("en").clock(moment, "Pacific/Auckland") == "21:32 NZDT"
