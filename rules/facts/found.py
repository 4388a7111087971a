"""The value that the fact grammars (money.py, quantity.py, dates.py) return.

A grammar reads one field of an item and says what stands where. It does not say which programme a fact
belongs to, who said it or how certain it is: that is for the caller, who turns a `Found` into a `Fact`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

FoundKind = Literal["money", "quantity", "date"]


class Found(NamedTuple):
    """A sum, a count or a date, with the words that carry it: text[start:end]."""

    kind: FoundKind
    value: Decimal | str  # money: whole currency units (₹60,000 crore = 600000000000); quantity: the count;
    # date: ISO 8601 to the precision given: "2026", "2026-08", "2026-08-15", a span "2026/2027"
    start: int  # first code point, in the text as it was given
    end: int  # one past the last code point; always greater than start
    unit: str | None = None  # quantity only: a canonical English singular, e.g. "squadron", "rifle", "aircraft";
    # None: the text counts without naming the thing ("the remaining two")
    currency: str | None = None  # money only: ISO 4217, e.g. "INR"
    role: str | None = None  # quantity: ordered|delivered|remaining|planned|fleet, or "ordinal" from find_ordinals
    # alone ("the fourth squadron": value 4 names one of a row and counts nothing); date: due|signed|event; money:
    # always None here, as programme|package|background needs more than the sum's own words. None: not told
