"""Runs the grammars of money, quantities and dates over a text that is cut into words only once."""

from __future__ import annotations

from datetime import date

from rules.facts.dates import dates_in
from rules.facts.found import Found
from rules.facts.money import money_in
from rules.facts.numbers import numbers_of
from rules.facts.quantity import quantities_in, reading_of
from rules.facts.words import words_of


def find_facts(text: str, lang: str, on: date | None) -> tuple[Found, ...]:
    """All that `find_money`, `find_quantities` and `find_dates` find, by start, at about half their cost."""
    words = words_of(text)
    numbers = numbers_of(words, lang)
    money = money_in(words, numbers)
    dates = dates_in(text, words, on)
    quantities = quantities_in(reading_of(text, words, numbers, (*money, *dates)))
    return tuple(sorted((*money, *dates, *quantities), key=lambda found: (found.start, found.end)))
