"""Words, quotes, NEAR, OR, NOT and parentheses: what fits and what does not."""

from __future__ import annotations

import pytest

from rules import Pack, parse_filter
from tests.rules.filters.subjects import subject

TITLE = "Russia delivers third S-400 regiment to India after talks"
TEXT = "The delivery of Su-30MKI fighters was delayed by a year. Long-range missiles come later."


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("", True),
        ("  ", True),
        ("s400", True),
        ("s400 india", True),
        ("s400 turkey", False),
        ("turkey OR s400", True),
        ("turkey OR china", False),
        ("s400 -turkey", True),
        ("s400 -india", False),
        ("s400 –india", False),  # a phone's dash
        ("s400 NOT india", False),
        ("s-400 AND regiments", True),
        ("(turkey OR india) regiment", True),
        ("-(turkey OR china) regiment", True),
        ("china talks OR india talks", True),  # words bind closer than OR
        ("С-400", True),
        ("Россия", True),  # Russia
        ("sukhoi", True),  # the family of the Su-30MKI
        ("gime", False),  # never the inside of a word
    ],
)
def test_words(pack: Pack, text: str, fits: bool) -> None:
    assert parse_filter(text, pack).matches(subject(pack, TITLE, TEXT)) is fits


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ('"third S-400 regiment"', True),
        ("“third s400 regiments”", True),
        ("«third С-400 regiment»", True),
        ('"third regiment"', False),
        ('"regiment third"', False),
        ('"delivery of sukhoi fighters"', True),  # a family stands for its members
        ('"after talks the delivery"', False),  # the title ends there
        ("long-range", True),
        ("range-long", False),
        ('-"third regiment"', True),
    ],
)
def test_quotes_ask_for_words_in_a_row(pack: Pack, text: str, fits: bool) -> None:
    assert parse_filter(text, pack).matches(subject(pack, TITLE, TEXT)) is fits


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("third NEAR/1 s-400", True),
        ("s-400 NEAR/1 third", True),  # in either order
        ("third NEAR/1 regiment", False),
        ("third NEAR/3 regiment", True),
        ("sukhoi NEAR/4 delay", True),
        ("s-400 NEAR delay", False),  # ten words, and a title is far from its text
        ("s-400 NEAR/50 delay", False),
        ("russia NEAR/2 third NEAR/2 s-400", True),
        ("turkey OR third NEAR/1 s-400", True),
    ],
)
def test_near_ties_two_words(pack: Pack, text: str, fits: bool) -> None:
    assert parse_filter(text, pack).matches(subject(pack, TITLE, TEXT)) is fits


def test_quotes_and_near_find_hindi_and_russian_words_in_any_form(pack: Pack) -> None:
    russian = subject(pack, "Россия передала Индии второй фрегат проекта 11356")  # … handed India the second frigate
    assert parse_filter("«второго фрегата»", pack).matches(russian)
    assert not parse_filter("«фрегат второй»", pack).matches(russian)
    hindi = subject(pack, "भारत और रूस के बीच एस-400 की नई रेजिमेंट पर बातचीत")  # … talks on a new S-400 regiment
    assert parse_filter('"नई रेजिमेंट"', pack).matches(hindi)
    assert parse_filter("s-400 NEAR/3 रेजिमेंट", pack).matches(hindi)


def test_without_the_words_quotes_find_nothing(pack: Pack) -> None:
    bare = subject(pack, "")
    assert not parse_filter('"third regiment"', pack).matches(bare)
    assert parse_filter("", pack).matches(bare)
