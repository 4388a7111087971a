"""Exchange rates with their dates: what a sum was worth in dollars when the news told it.

A bundled table (rate_table.py) and whatever else the caller adds, such as the daily rates of central banks.
A rate counts from its day on for as long as its currency stays near it; then it is missing, and a missing rate is
never guessed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from rules.rate_table import MONTHLY

Precision = Literal["day", "month"]
# How old a rate may be. By judgement: the rupee and the euro moved less than 8 % in most of the last ten years,
# and the card shows the rate's date; the rouble moved as much within weeks.
_OLDEST: Mapping[str, timedelta] = {"RUB": timedelta(days=62)}
_OLDEST_USUAL = timedelta(days=400)
_DOLLAR = "USD"
_DAYS_KEPT = 4_000  # of ten years


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Units of a currency for one US dollar."""

    currency: str  # ISO 4217
    value: Decimal  # e.g. 86.1 rupees
    on: date  # the day it is of; of a month's average the first
    precision: Precision = "day"


class Rates:
    """Rates by currency and date. What they say never changes."""

    def __init__(self, rates: Iterable[Rate] = ()) -> None:
        """Of two rates of one currency and day the later one counts."""
        by_day = {(rate.currency, rate.on): rate for rate in rates}
        self._by_currency: dict[str, list[Rate]] = {}
        for rate in sorted(by_day.values(), key=lambda rate: rate.on):
            if rate.value > 0:
                self._by_currency.setdefault(rate.currency, []).append(rate)
        self._per_dollar: dict[date, Mapping[str, float]] = {}
        self._days = {currency: [rate.on for rate in found] for currency, found in self._by_currency.items()}

    def rate(self, currency: str, on: date) -> Rate | None:
        """The latest rate of that day or before; None when there is none or it is too old."""
        if currency == _DOLLAR:
            return Rate(currency=_DOLLAR, value=Decimal(1), on=on)
        number = bisect_right(self._days.get(currency, []), on)
        if number == 0:
            return None
        found = self._by_currency[currency][number - 1]
        return found if on - found.on <= _OLDEST.get(currency, _OLDEST_USUAL) else None

    def newest(self, currency: str) -> Rate | None:
        """The one of the latest day, which may lie ahead; None: there is none."""
        found = self._by_currency.get(currency)
        return found[-1] if found else None

    def dollars(self, value: Decimal, currency: str, on: date) -> tuple[Decimal, Rate] | None:
        """What a sum was worth in US dollars, and by which rate; None when the rate is missing."""
        rate = self.rate(currency, on)
        return (value / rate.value, rate) if rate is not None else None

    def per_dollar(self, on: date) -> Mapping[str, float]:
        """Every currency with a rate on that day, the dollar itself among them; kept for the next question."""
        found = self._per_dollar.get(on)
        if found is None:
            rates = (self.rate(currency, on) for currency in (_DOLLAR, *self._by_currency))
            found = MappingProxyType({rate.currency: float(rate.value) for rate in rates if rate is not None})
            if len(self._per_dollar) >= _DAYS_KEPT:
                self._per_dollar.clear()
            self._per_dollar[on] = found
        return found

    def with_(self, more: Iterable[Rate]) -> Rates:
        """These and more; the added ones count where both have the same day."""
        return Rates([*(rate for found in self._by_currency.values() for rate in found), *more])


@lru_cache(maxsize=1)
def bundled_rates() -> Rates:
    """The rates that come with the program."""
    found: list[Rate] = []
    for currency, table in MONTHLY.items():
        for row in table.strip().splitlines():
            year, *values = row.split()
            found += [
                Rate(currency=currency, value=Decimal(value), on=date(int(year), month, 1), precision="month")
                for month, value in enumerate(values, 1)
                if value != "-"
            ]
    return Rates(found)
