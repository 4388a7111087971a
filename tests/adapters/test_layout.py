from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from bot.adapters.layout import (
    card_lines,
    clean,
    clock_time,
    more_rows,
    plain,
    row_facts,
    rows,
    shorten,
    sources_line,
    web_link,
)
from bot.model import Card, FactRow
from tests.adapters.samples import AT, FUZZ, card, cards, source


def test_a_card_reads_as_in_the_products_example() -> None:
    shown = card(sources=tuple(source(name) for name in ("ANI", "WION", "The Federal", "PTI", "TASS", "RIA")))
    assert plain(card_lines(shown)).split("\n") == [
        "NEW · REPORTED · ANI",
        "Rajnath Singh and Belousov discuss faster S-400 delivery",
        "The defence ministers met in Qingdao.",
        "S-400 Triumf: talks · 3 delivered, 2 remaining · due 2026",
        "First: ANI · 6 sources · WION, The Federal, PTI, +2 · v1 · 14:02 IST",
    ]


def test_a_single_source_is_named_alone() -> None:
    assert plain((sources_line(card(sources=(source("TASS"),))),)) == "Source: TASS"


def test_an_outlet_that_reports_twice_counts_once() -> None:
    shown = card(sources=(source("ANI"), source("Ani"), source("WION")))
    assert plain((sources_line(shown),)) == "First: ANI · 2 sources · WION"


def test_a_card_without_texts_still_says_something() -> None:
    bare = card(label="", headline=" \n", summary="", rows=(), sources=(), url=None)
    assert plain(card_lines(bare)) == "(no headline)\nv1 · 14:02 IST"


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("ru", "Первым: ANI · 2 источника · WION · v1 · 14:02 IST"),
        ("hi", "सबसे पहले: ANI · 2 स्रोत · WION · v1 · 14:02 IST"),
    ],
)
def test_the_words_beside_the_cards_texts_are_in_its_language(lang: str, said: str) -> None:
    shown = replace(card(sources=(source("ANI"), source("WION"))), lang=lang)
    assert plain(card_lines(shown)).endswith(said)


@given(cards)
@FUZZ
def test_every_card_fits_a_telegram_message(shown: Card) -> None:
    assert len(plain(card_lines(shown))) <= 4000


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Asia/Kolkata", "14:02 IST"),
        ("Europe/Moscow", "11:32 MSK"),
        ("Asia/Dubai", "12:32 UTC+4"),
        ("Asia/Kathmandu", "14:17 UTC+5:45"),
        ("no/zone", "14:02 IST"),
    ],
)
def test_the_time_of_day_names_its_zone(zone: str, expected: str) -> None:
    assert clock_time(AT, zone) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("two\nlines\tand  spaces", "two lines and spaces"),
        ("\x1b[31mred\x07", "[31mred"),  # terminal escapes lose their escape
        ("S-400\u202eevil\u202c", "S-400evil"),  # no turning the rest of the card round
        ("half \ud83d emoji", "half \ufffd emoji"),
        ("रक्षा\u200dसौदा", "रक्षा\u200dसौदा"),  # "defence deal": the joiner belongs to the letters
    ],
)
def test_foreign_text_is_cleaned(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_long_text_is_shortened_at_a_word() -> None:
    assert shorten("India signs the contract", 18) == "India signs the…"
    assert shorten("Наименование", 6) == "Наиме…"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.test/a b", "https://x.test/a%20b"),
        ('https://x.test/<"|>', "https://x.test/%3C%22%7C%3E"),
        ("https://x.test/रक्षा", "https://x.test/रक्षा"),
        ("javascript:alert(1)", None),
        ("https://", None),
        ("https://[::1", None),
        ("https://x.test/" + "a" * 1000, None),
        (None, None),
    ],
)
def test_only_web_addresses_are_linked(url: str | None, expected: str | None) -> None:
    assert web_link(url) == expected


def test_a_row_keeps_whole_facts_and_says_when_some_are_left_out() -> None:
    facts = tuple(f"fact number {n} of this programme" for n in range(12))
    row = FactRow(programme="S-400 Triumf", facts=facts, quotes=facts)
    told = row_facts(row).split(" · ")
    assert told[-1] == "…"
    assert tuple(told[:-1]) == facts[: len(told) - 1]
    assert len(told) == 8
    assert row_facts(replace(row, facts=facts[:7])) == " · ".join(facts[:7])


def test_rows_are_left_out_before_facts_are() -> None:
    facts = tuple(f"fact number {n} of it" for n in range(10))
    many = tuple(FactRow(programme=f"Programme {n}", facts=facts, quotes=facts) for n in range(6))
    short = card(rows=many)
    noted = replace(short, notes=("A note of many words. " * 12,) * 3)
    assert len(rows(short)) == 6
    assert len(rows(noted)) == 5
    assert more_rows(noted) == "… and 1 more programme"
    assert {row_facts(row) for row in rows(noted)} == {" · ".join(facts)}
