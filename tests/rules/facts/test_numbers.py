"""Digits with any separators, and number words of three languages."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rules.facts.numbers import numbers_of, parse_digits
from rules.facts.words import words_of


@pytest.mark.parametrize(
    ("digits", "value"),
    [
        ("60,000", "60000"),
        ("6,01,427", "601427"),
        ("6,014,427", "6014427"),
        ("2,095.70", "2095.70"),
        ("52.497,2", "52497.2"),
        ("5,43", "5.43"),
        ("1.05", "1.05"),
        ("35\u00a0000", "35000"),
        ("1\u2009234\u2009567", "1234567"),
        ("1'234'567", "1234567"),
        ("६०,०००", "60000"),
        ("3.5", "3.5"),
        ("007", "7"),
    ],
)
def test_separators_are_understood(digits: str, value: str) -> None:
    parsed = parse_digits(digits)
    assert parsed is not None
    assert parsed[0] == Decimal(value)


@pytest.mark.parametrize("digits", ["15.08.2026", "10,12,14", "2018,2019", "1" * 19, "1,000" * 500])
def test_what_makes_no_one_number_is_refused(digits: str) -> None:
    assert parse_digits(digits) is None


def test_one_comma_is_decimal_before_a_russian_scale() -> None:
    cut = words_of("5,430 млрд and 5,430 million")
    assert [number.value for number in numbers_of(cut, "ru")] == [Decimal(5_430_000_000), Decimal(5_430_000_000)]


@pytest.mark.parametrize(
    ("text", "gloss", "value"),
    [
        ("two thousand five hundred", "", "2500"),
        ("one hundred and two", "", "102"),
        ("ninety-nine", "", "99"),
        ("половина", "half, no number", None),
        ("двести сорок тысяч", "two hundred and forty thousand", "240000"),
        ("пятью", "with five", "5"),
        ("एक लाख पांच हजार करोड़", "one lakh five thousand crore", "1050000000000"),
        ("दो अरब 95 करोड़", "two billion 950 million", "2950000000"),
        ("पौने दो करोड़", "one and three quarters crore", "17500000"),
        ("सवा करोड़", "one and a quarter crore", "12500000"),
        ("अड़तालीस", "forty-eight", "48"),
        ("пя\u0301ть", "five, with its stress marked", "5"),
    ],
)
def test_number_words_are_added_and_multiplied(text: str, gloss: str, value: str | None) -> None:
    found = [number.value for number in numbers_of(words_of(text), "en")]
    assert found == ([] if value is None else [Decimal(value)]), gloss
