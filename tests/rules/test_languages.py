"""The language of an item by its script, and stems of words."""

from __future__ import annotations

import pytest

from rules.languages import language, stem, stems


@pytest.mark.parametrize(
    ("title", "text", "lang"),
    [
        ("India signs deal", "", "en"),
        ("India’s deal – signed", "", "en"),  # not ASCII, yet English
        ("भारत ने डील की", "", "hi"),
        ("Putin India Visit 2025: पुतिन के साथ कौन आ रहे हैं", "", "hi"),  # who comes with Putin
        ("Индия и С-400", "", "ru"),
        ("BrahMos: India and Индия", "", "en"),
        ("S-400", "Россия поставит системы", "ru"),
        ("", "", "en"),
        ("12 345 €", "", "en"),
        ("x" * 5000, "Россия", "en"),  # a sample of each field, not the whole
        ("\ud800", "", "en"),  # half of a surrogate pair, from a broken feed
    ],
)
def test_the_script_of_most_letters_tells_the_language(title: str, text: str, lang: str) -> None:
    assert language(title, text) == lang


def test_stems_join_inflections() -> None:
    assert stem("regiments") == stem("Regiment") == "regiment"
    assert stem("полков") == stem("полки") == stem("полк")
    assert stems("2,095.70 crore!") == ("2,095.70", "crore")
    assert stems(" … ") == ()
