"""Sums of money as they are typed into a filter."""

from __future__ import annotations

import pytest

from rules.filters.amounts import amount_at


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("$1bn", 10**9, "USD"),
        ("US$ 1.5 bn", 15 * 10**8, "USD"),
        ("₹500cr", 5 * 10**9, "INR"),
        ("Rs. 60,000 crore", 6 * 10**11, "INR"),
        ("60,000 crore", 6 * 10**11, "INR"),
        ("1.2 lakh crore", 12 * 10**11, "INR"),
        ("5 lakh", 5 * 10**5, "INR"),
        ("1,00,000 rupees", 10**5, "INR"),
        ("5 млрд руб", 5 * 10**9, "RUB"),
        ("5 млрд рублей", 5 * 10**9, "RUB"),
        ("1,5 млн долларов", 15 * 10**5, "USD"),
        ("60 000 руб.", 60_000, "RUB"),
        ("500 करोड़ रुपये", 5 * 10**9, "INR"),
        ("€2m", 2 * 10**6, "EUR"),
        ("250", 250, None),
        ("2bn", 2 * 10**9, None),
    ],
)
def test_sums(text: str, value: int, currency: str | None) -> None:
    amount = amount_at(text, 0)
    assert amount is not None
    assert (int(amount.value), amount.currency, amount.end) == (value, currency, len(text))


def test_a_sum_ends_where_other_words_begin() -> None:
    amount = amount_at("x value>=$1bn s-400", 9)
    assert amount is not None
    assert amount.end == 13


@pytest.mark.parametrize("text", ["", "lots", "$", "bn 5", "-5"])
def test_no_number_is_no_sum(text: str) -> None:
    assert amount_at(text, 0) is None
