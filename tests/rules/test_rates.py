"""Exchange rates: the one of the day, the last one before it, or none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from rules import Rate, Rates, bundled_rates


def rupees(value: str, on: date) -> Rate:
    return Rate(currency="INR", value=Decimal(value), on=on)


def test_the_last_rate_before_a_day_counts() -> None:
    rates = Rates([rupees("86", date(2025, 6, 27)), rupees("85", date(2025, 6, 26))])
    for day, value in ((26, "85"), (27, "86"), (28, "86")):
        found = rates.rate("INR", date(2025, 6, day))
        assert found is not None
        assert found.value == Decimal(value)
    assert rates.rate("INR", date(2025, 6, 25)) is None
    assert rates.rate("XAU", date(2025, 6, 27)) is None


def test_an_old_rate_is_a_missing_one() -> None:
    rates = Rates([rupees("86", date(2025, 6, 27)), Rate(currency="RUB", value=Decimal(79), on=date(2025, 6, 27))])
    assert rates.rate("INR", date(2026, 6, 27)) is not None
    assert rates.rate("INR", date(2026, 9, 27)) is None
    assert rates.rate("RUB", date(2025, 8, 27)) is not None
    assert rates.rate("RUB", date(2025, 9, 27)) is None  # it moves too fast


def test_a_sum_in_dollars() -> None:
    rates = Rates([rupees("86", date(2025, 6, 27))])
    worth = rates.dollars(Decimal(86_000_000), "INR", date(2025, 6, 28))
    assert worth is not None
    assert worth[0] == 1_000_000
    assert worth[1].on == date(2025, 6, 27)
    assert rates.dollars(Decimal(1), "RUB", date(2025, 6, 28)) is None
    assert dict(rates.per_dollar(date(2025, 6, 28))) == {"USD": 1, "INR": 86}


def test_added_rates_count_where_both_have_the_day() -> None:
    rates = Rates([rupees("86", date(2025, 6, 1))]).with_(
        [rupees("87", date(2025, 6, 1)), rupees("0", date(2025, 7, 1))]
    )
    found = rates.rate("INR", date(2025, 7, 2))
    assert found is not None
    assert found.value == 87  # a rate of nought is none


@pytest.mark.parametrize(
    ("currency", "on", "low", "high"),
    [  # what anybody remembers of these years
        ("INR", date(2018, 10, 5), 73, 74.5),  # the S-400 contract
        ("INR", date(2021, 12, 6), 75, 76),
        ("RUB", date(2016, 1, 15), 74, 80),
        ("RUB", date(2022, 6, 15), 53, 60),
        ("EUR", date(2022, 10, 1), 0.98, 1.05),
    ],
)
def test_the_bundled_table_is_near_what_is_known(currency: str, on: date, low: float, high: float) -> None:
    found = bundled_rates().rate(currency, on)
    assert found is not None
    assert low <= found.value <= high
    assert found.precision == "month"


def test_the_bundled_table_has_every_month_in_its_range() -> None:
    for currency, low, high in (("INR", 60, 95), ("EUR", 0.8, 1.05), ("RUB", 49, 105)):
        for year in range(2015, 2026):
            for month in range(1, 13):
                found = bundled_rates().rate(currency, date(year, month, 15))
                assert found is not None
                assert low < found.value < high
                assert found.on == date(year, month, 1) or (currency, year, month) == ("RUB", 2022, 3)
