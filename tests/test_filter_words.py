"""What is wrong with a filter is told in the reader's language."""

from __future__ import annotations

import pytest

from bot.filter_words import MISTAKES, refused
from bot.i18n import words_in
from rules import FilterError, Pack, parse_filter
from rules.filters.mistakes import MISTAKES as CODES


def mistake(text: str, pack: Pack) -> FilterError:
    with pytest.raises(FilterError) as caught:
        parse_filter(text, pack)
    return caught.value


def test_every_mistake_of_the_rules_has_its_words() -> None:
    assert dict(MISTAKES) == dict(CODES)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "stage>=contrct",
            "This filter is not understood, at character 8: 'stage' knows no 'contrct'. Did you mean contract?",
        ),
        (
            "official:maybe",
            "This filter is not understood, at character 10: 'official' knows no 'maybe'. "
            "There are: false, no, true, yes.",
        ),
        ("(s-400", "This filter is not understood, at character 1: this '(' is not closed."),
    ],
)
def test_a_refusal_names_place_mistake_and_way_out(pack: Pack, text: str, told: str) -> None:
    assert refused(mistake(text, pack), words_in("en")) == told


def test_a_reader_of_russian_is_refused_in_russian(pack: Pack) -> None:
    told = refused(mistake("stage>=contrct", pack), words_in("ru"))
    assert told == "Фильтр не понят, символ 8: «stage» не знает «contrct». Вы имели в виду contract?"


def test_an_unknown_field_shows_what_works(pack: Pack) -> None:
    assert "stage>=contract" in refused(mistake("colour:red", pack), words_in("hi"))
