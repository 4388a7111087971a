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


# Means of the year by the Bank of Russia's official rate; 2022 has a month without one.
@pytest.mark.parametrize(
    ("year", "mean"),
    [
        (2015, 60.96),
        (2016, 67.03),
        (2017, 58.35),
        (2018, 62.71),
        (2019, 64.74),
        (2020, 72.15),
        (2021, 73.65),
        (2023, 85.25),
    ],
)
def test_the_roubles_months_make_the_published_years(year: int, mean: float) -> None:
    months = [bundled_rates().rate("RUB", date(year, month, 1)) for month in range(1, 13)]
    assert sum(float(rate.value) for rate in months if rate) / 12 == pytest.approx(mean, rel=0.004)


# Monthly means of the Federal Reserve's H.10.
@pytest.mark.parametrize(
    ("year", "means"),
    [
        (2015, "62.13 61.99 62.48 62.64 63.72 63.78 63.60 65.10 66.17 65.03 66.10 66.50"),
        (2016, "67.33 68.24 66.89 66.42 66.89 67.27 67.16 66.90 66.71 66.74 67.64 67.81"),
        (2017, "68.05 66.97 65.80 64.54 64.42 64.45 64.42 63.97 64.48 65.04 64.84 64.50"),
    ],
)
def test_the_rupees_months_are_those_published(year: int, means: str) -> None:
    for month, mean in enumerate(means.split(), 1):
        rate = bundled_rates().rate("INR", date(year, month, 1))
        assert rate is not None
        assert float(rate.value) == pytest.approx(float(mean), rel=0.005)
