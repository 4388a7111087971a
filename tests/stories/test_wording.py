"""How figures and dates are put into words on a card."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.i18n import words_in
from bot.stories.wording import money_words, quantity_words, stage_words

EN = words_in("en")


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("600000000000", "INR", "₹60,000 crore"),
        ("1050000000000", "INR", "₹1.05 lakh crore"),
        ("2600000000", "INR", "₹260 crore"),
        ("5430000000", "USD", "$5.43bn"),
        ("248000000", "USD", "$248m"),
        ("950000", "USD", "$950,000"),
        ("30000000000", "EUR", "€30bn"),
        ("600000000000", "RUB", "₽600bn"),
        ("5000000", "AED", "AED 5m"),
    ],
)
def test_money(amount: str, currency: str, words: str) -> None:
    assert money_words(Decimal(amount), currency, EN) == words


@pytest.mark.parametrize(
    ("number", "unit", "role", "words"),
    [
        ("5", "squadron", None, "5 squadrons"),
        ("1", "squadron", "delivered", "1 squadron delivered"),
        ("260", "aircraft", "planned", "260 aircraft planned"),
        ("3", "battery", "ordered", "3 batteries ordered"),
        ("601427", "rifle", None, "601,427 rifles"),
        ("2", None, "remaining", "2 remaining"),
    ],
)
def test_quantity(number: str, unit: str | None, role: str | None, words: str) -> None:
    assert quantity_words(Decimal(number), unit, role, EN) == words


@pytest.mark.parametrize(
    ("iso", "words"),
    [("2026", "2026"), ("2026-08", "Aug 2026"), ("2026-08-05", "5 Aug 2026"), ("2026/2027", "2026–27")],
)
def test_dates(iso: str, words: str) -> None:
    assert EN.date(iso) == words


def test_a_stage_without_words_of_its_own_is_shown_readably() -> None:
    assert stage_words("advance-payment", EN) == "advance paid"
    assert stage_words("some-new-stage", EN) == "some new stage"
