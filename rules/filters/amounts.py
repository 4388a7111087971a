"""Sums of money as people type them into a filter: $1bn, ₹500cr, 5 млрд руб, 60,000 crore.

In: a text and a place in it. Out: the amount in whole currency units, its currency and where it ends. News text
has its own, wider grammar (facts/money.py); this one is strict, so that a slip of the pen is told, not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from rules.text import folded_text

_K, _LAKH, _M, _CRORE, _BN, _KHARAB, _TN = (Decimal(10) ** power for power in (3, 5, 6, 7, 9, 11, 12))
_SCALES: Mapping[str, Decimal] = {
    folded_text(word): factor
    for factor, forms in (
        (_K, "k thousand тыс тысяч हजार हज़ार"),
        (_LAKH, "lakh lakhs lac lacs लाख"),
        (_M, "m mn mln million millions млн миллион миллиона миллионов मिलियन"),
        (_CRORE, "cr crs crore crores करोड़ крор"),
        (_BN, "b bn bln billion billions млрд миллиард миллиарда миллиардов अरब बिलियन"),
        (_TN, "t tn trn trillion trillions трлн триллион триллиона триллионов"),
        (_KHARAB, "खरब"),
    )
    for word in forms.split()
}
_CURRENCIES: Mapping[str, str] = {
    folded_text(word): code
    for code, forms in (
        ("INR", "₹ rs rs. re inr rupee rupees रु रु. रुपये रुपए रुपया रुपयों рупий рупии рупия рупиях"),
        ("USD", "$ us$ usd dollar dollars долл долл. доллар доллара долларов डॉलर"),
        ("RUB", "₽ rub rur руб руб. рубль рубля рублей ruble rubles rouble roubles रूबल"),
        ("EUR", "€ eur euro euros евро यूरो"),
        ("GBP", "£ gbp"),
        ("CNY", "¥ cny yuan юаней"),
        ("AED", "aed dirham dirhams дирхамов"),
    )
    for word in forms.split()
}
_NUMBER = re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?|\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![\d])|\d+(?:[.,]\d+)?")
# A sign, or a word with its full stop; the marks of Devanagari belong to words.
_PIECE = re.compile(r"(?:us)?\$|[₹₽€£¥]|[^\W\d_](?:[^\W\d_]|[\u0900-\u0903\u093a-\u094f])*\.?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    value: Decimal  # whole currency units
    currency: str | None  # ISO 4217; None: not told
    end: int  # one past its last character


def amount_at(text: str, at: int) -> Amount | None:
    """The amount that begins at `at`; None when no number does. Crore and lakh without a currency are rupees."""
    currency, position = _currency(text, at)
    number = _NUMBER.match(text, _over_spaces(text, position))
    if number is None:
        return None
    value, end = _decimal(number[0]), number.end()
    factor = Decimal(1)
    indian = False
    for _ in range(2):  # lakh crore
        piece = _PIECE.match(text, _over_spaces(text, end))
        scale = _SCALES.get(folded_text(piece[0]).rstrip(".")) if piece else None
        if piece is None or scale is None:
            break
        factor *= scale
        end = piece.end()
        indian = indian or scale in (_LAKH, _CRORE)
    if currency is None:
        currency, end = _currency(text, end)
    return Amount(value=value * factor, currency=currency or ("INR" if indian else None), end=end)


def _currency(text: str, at: int) -> tuple[str | None, int]:
    """The currency at `at`, spaces passed over, and where it ends; None and `at` itself when there is none."""
    piece = _PIECE.match(text, _over_spaces(text, at))
    if piece is None:
        return None, at
    folded = folded_text(piece[0])
    code = _CURRENCIES.get(folded) or _CURRENCIES.get(folded.rstrip("."))
    return (code, piece.end()) if code else (None, at)


def _over_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _decimal(number: str) -> Decimal:
    """1,00,000 and 60 000 are whole; 1,5 and 1.5 one and a half."""
    number = re.sub(r"\s", "", number)
    whole = re.fullmatch(r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?", number)
    return Decimal(number.replace(",", "") if whole else number.replace(",", "."))
