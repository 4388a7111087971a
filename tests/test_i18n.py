"""The interface in three languages: nothing missing, nothing left in English, plurals and placeholders right."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog

from bot.commands import menus
from bot.i18n import language_of, words_in
from tests.tools.catalogues import LANGS, Text, Use, built_texts, catalogue, forms, texts, updated

FOREIGN = {"hi": re.compile(r"[\u0900-\u097f]"), "ru": re.compile(r"[\u0400-\u04ff]")}
LATIN_FULL_STOP = re.compile(r"[\u0900-\u097f]\.$")
NOT_WORDS = re.compile(r"\{[^}]*\}|/\w+|\b[A-Z]{2,5}\b")  # values, commands, abbreviations
FOUND = texts()


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def english(text: Text) -> str:
    """The text, or the form of several."""
    return text if isinstance(text, str) else text[1]


def translations(lang: str) -> list[tuple[Text, tuple[str, ...]]]:
    return [
        (message.id if isinstance(message.id, str) else (message.id[0], message.id[1]), forms(message.string))
        for message in catalogue(lang)
        if message.id
    ]


def test_the_interface_has_texts() -> None:
    assert len(FOUND) > 300


def test_no_text_is_put_together_where_no_catalogue_can_know_it() -> None:
    assert built_texts() == []


def test_each_call_gives_the_values_that_its_text_shows() -> None:
    wrong = [place for text, use in FOUND.items() for place, given in use.values if not fields(english(text)) <= given]
    assert wrong == []


@pytest.mark.parametrize("lang", LANGS)
def test_no_text_is_missing(lang: str) -> None:
    known = {text for text, forms_ in translations(lang) if forms_ and all(forms_)}
    assert [text for text in FOUND if text not in known] == []


@pytest.mark.parametrize("lang", LANGS)
def test_no_text_is_left_in_english(lang: str) -> None:
    """A text with words of its own has at least one letter of the language's script in every form."""
    left = [
        text
        for text, forms_ in translations(lang)
        if re.search(r"[A-Za-z]{2}", NOT_WORDS.sub("", english(text)))
        and not all(FOREIGN[lang].search(form) for form in forms_)
    ]
    assert left == []


@pytest.mark.parametrize("lang", LANGS)
def test_the_values_of_a_text_are_those_of_the_english_one(lang: str) -> None:
    wrong = [
        text
        for text, forms_ in translations(lang)
        if any(sorted(fields(form)) != sorted(fields(english(text))) for form in forms_)
    ]
    assert wrong == []


@pytest.mark.parametrize("lang", LANGS)
def test_commands_and_lines_of_a_text_are_those_of_the_english_one(lang: str) -> None:
    def kept(text: str) -> list[str]:
        return sorted(re.findall(r"(?<![\w}])/[a-z]+|\n", text))

    wrong = [text for text, forms_ in translations(lang) if any(kept(one) != kept(english(text)) for one in forms_)]
    assert wrong == []


@pytest.mark.parametrize("lang", LANGS)
def test_the_catalogue_holds_nothing_that_the_code_no_longer_says(lang: str) -> None:
    assert [text for text, _ in translations(lang) if text not in FOUND] == []


@pytest.mark.parametrize(("lang", "number"), [("hi", 2), ("ru", 3)])
def test_a_counted_text_has_all_forms_of_its_language(lang: str, number: int) -> None:
    counted = [(text, forms_) for text, forms_ in translations(lang) if not isinstance(text, str)]
    assert counted
    assert [text for text, forms_ in counted if len(forms_) != number] == []


def test_a_hindi_sentence_ends_with_its_own_full_stop() -> None:
    assert [form for _, forms_ in translations("hi") for form in forms_ if LATIN_FULL_STOP.search(form)] == []


@pytest.mark.parametrize(
    ("n", "told"),
    [
        (1, "1 подписка"),
        (2, "2 подписки"),
        (5, "5 подписок"),
        (11, "11 подписок"),
        (21, "21 подписка"),
        (104, "104 подписки"),
        (0, "0 подписок"),
    ],
)
def test_russian_counts_in_three_forms(n: int, told: str) -> None:
    assert words_in("ru").count("{n} subscription", "{n} subscriptions", n) == told


@pytest.mark.parametrize(("n", "told"), [(0, "0 सदस्यता"), (1, "1 सदस्यता"), (2, "2 सदस्यताएँ")])
def test_hindi_counts_nothing_like_one(n: int, told: str) -> None:
    assert words_in("hi").count("{n} subscription", "{n} subscriptions", n) == told


def test_an_unknown_text_is_shown_in_english() -> None:
    assert words_in("ru").say("Nobody translated {this}.", this="this") == "Nobody translated this."


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


def test_the_menus_of_commands_are_told_in_each_language() -> None:
    told = {(menu.where, menu.lang): dict(menu.commands) for menu in menus()}
    assert {lang for _, lang in told} == {None, "hi", "ru"}
    assert told["everywhere", None]["latest"] == "the newest alerts"
    assert all(FOREIGN[lang].search(what) for (_, lang), menu in told.items() if lang for what in menu.values())


def test_the_menu_of_a_group_offers_its_members_no_changes() -> None:
    told = {menu.where: [name for name, _ in menu.commands] for menu in menus() if menu.lang is None}
    assert "subscribe" in told["administrators"] and "subscribe" not in told["groups"]
    assert "feeds" in told["everywhere"] and "feeds" not in told["administrators"]


# --- the tool that keeps the catalogues ---


def test_texts_are_found_by_the_syntax_of_the_calls(tmp_path: Path) -> None:
    (tmp_path / "said.py").write_text(
        'say("one " "text")\nsay("a" if x else "b")\nsay(TABLE["not a text"])\nlist.count("nothing")\n'
        'words.count("{n} row", "{n} rows", 3)\nsay(f"made of {x}")\n'
    )
    assert list(texts(tmp_path)) == ["a", "b", "one text", ("{n} row", "{n} rows")]
    assert built_texts(tmp_path) == [f"{tmp_path.name}/said.py:6"]


def test_an_update_keeps_translations_drops_what_is_unsaid_and_names_what_is_new() -> None:
    known = Catalog(locale="ru")
    known.add("Kept", "Осталось")
    known.add("Gone", "Ушло")
    body, missing = updated("ru", known, {"Kept": Use(files={"bot/a.py"}), "New": Use(files={"bot/b.py"})})
    assert missing == ["New"]
    assert body.decode() == '#: bot/a.py\nmsgid "Kept"\nmsgstr "Осталось"\n\n#: bot/b.py\nmsgid "New"\nmsgstr ""\n\n'


def test_a_text_that_is_counted_now_is_translated_anew() -> None:
    known = Catalog(locale="ru")
    known.add("{n} row", "{n} строка")
    _, missing = updated("ru", known, {("{n} row", "{n} rows"): Use(files={"bot/a.py"})})
    assert missing == [("{n} row", "{n} rows")]
