"""Finds sums of money in English, Hindi and Russian text.

In: a text. Out: `Found` values of kind "money", amounts in whole currency units, in order of the text.
- A range ("$3-4 billion", "от 3 до 4 млрд долларов") gives two sums, its ends; where one end borrows scale or
  currency from the other, both carry the span of the whole range, since only the whole proves them.
- A bare crore ("5,000 crore", "32 हजार करोड़") is rupees, unless it counts people or things. A bare billion is a
  sum only after one with a currency in the same sentence.
- Whose price the sum is (programme, package, background) is for the caller: `role` is always None.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from rules.facts.folding import fold, folded, starts
from rules.facts.found import Found
from rules.facts.numbers import Number, numbers_of
from rules.facts.quantity_words import FUNCTION
from rules.facts.words import SENTENCE_ENDS, Cut, Word, words_of

_SIGNS: Final = {
    "$": "USD",
    "US$": "USD",
    "₹": "INR",
    "₨": "INR",
    "€": "EUR",
    "₽": "RUB",
    "£": "GBP",
    "¥": "CNY",
    "S$": "SGD",
    "A$": "AUD",
    "C$": "CAD",
    "HK$": "HKD",
    "NT$": "TWD",
}
# Codes and abbreviations, before the number or after it.
_CODES: Final = {
    "rs": "INR",
    "re": "INR",
    "inr": "INR",
    "usd": "USD",
    "eur": "EUR",
    "rub": "RUB",
    "rur": "RUB",
    "gbp": "GBP",
    "aed": "AED",
    "cny": "CNY",
    "rmb": "CNY",
    "jpy": "JPY",
    "sgd": "SGD",
    "php": "PHP",
    "रु": "INR",
}
_WHOLE: Final = {"евро": "EUR", "euro": "EUR", "euros": "EUR", fold("यूरो"): "EUR", "руб": "RUB", "долл": "USD"}
# Stems with at most this many letters of ending; a longer word is another one.
_ENDING: Final = 3
_STEMS: Final = {
    stem: code
    for code, stems in (
        ("INR", "rupee रुपय रुपए रुपये रुपया रूपये रूपए рупи"),
        ("USD", "dollar डॉलर доллар долар бакс"),  # долар: Ukrainian, which shares the feeds
        ("RUB", "rouble ruble рубл रूबल"),
        ("AED", "dirham दिरहम дирхам"),
        ("CNY", "yuan renminbi युआन юан"),
        ("JPY", "yen येन иен"),
        ("GBP", "sterling"),
    )
    for stem in folded(stems)
}
# Between the number and its currency: "6.73 trillion Indian rupees", "U.S. dollars", "अमेरिकी डॉलर".
_ADJECTIVES: Final = frozenset(
    folded("""
        indian us american russian u s of индийских американских российских भारतीय अमेरिकी रूसी
    """)
)
_FOREIGN: Final = {  # with these before it, the currency word means another country's money
    ("singapore", "USD"): "SGD",
    ("canadian", "USD"): "CAD",
    ("australian", "USD"): "AUD",
    ("pakistani", "INR"): "PKR",
    ("пакистанских", "INR"): "PKR",
    (fold("पाकिस्तानी"), "INR"): "PKR",
    ("сингапурских", "USD"): "SGD",
    ("канадских", "USD"): "CAD",
    ("австралийских", "USD"): "AUD",
}
_FOREIGN_ADJECTIVES: Final = frozenset(adjective for adjective, _ in _FOREIGN)
# Letters that are scales only beside a currency: "$248M", "€4B"; "300 m" alone is a length.
_SHORT_SCALES: Final = {"m": Decimal(10**6), "b": Decimal(10**9), "t": Decimal(10**12)}
_CRORES: Final = frozenset(folded("crore crores cr crs करोड़ अरब खरब крор крора кроров"))
# Beginnings of what a bare crore counts when it is not money.
_COUNTED: Final = folded(
    """
    ने_ people person citizen voter user vaccine dose student farmer worker youth job famil household women children
    passenger account card round bullet cartridge tonne ton_ litre liter barrel km_ kilomet view follower
    लोग नागरिक जनता आबादी मतदाता किसान युवा परिवार महिला बच्च यात्र टन लीटर बैरल किलोमीटर किमी साल वर्ष खुराक
    लोगों человек людей жител гражд тонн
"""
)
_TO: Final = frozenset(folded("to or से या до или"))
_AND: Final = frozenset(folded("and और и"))
_BETWEEN: Final = frozenset(folded("between между"))
_CRORE_LEAST: Final = Decimal(10**6)  # a tenth of a crore: bare "0.01 crore" is no sum that news tells
_MILLION: Final = Decimal(10**6)
_ELISION_REACH: Final = 12  # words between a sum and one that leaves its currency out; by judgement, one clause
_ONE: Final = Decimal(1)


class _Sum(NamedTuple):
    """A number with what stands around it; no sum yet while `currency` is None."""

    value: Decimal
    base: Decimal  # without scale words
    factor: Decimal  # value / base; 1 when no scale word is there
    currency: str | None
    signed: bool  # the currency stands before the number
    first: int  # index of the first word, the currency's when it stands before
    last: int


def find_money(text: str, lang: str) -> tuple[Found, ...]:
    """The sums of money in `text`, in order; empty when there are none. Linear in the text."""
    cut = words_of(text)
    return money_in(cut, numbers_of(cut, lang))


def money_in(cut: Cut, numbers: Sequence[Number]) -> tuple[Found, ...]:
    """The same for a text already cut into words and numbers."""
    words = cut.words
    found: list[Found] = []
    previous: _Sum | None = None
    told: _Sum | None = None  # the last whole sum
    for number in numbers:
        if number.ordinal:
            previous = None
            continue
        this = _sum(words, number, previous.last if previous is not None else -1)
        if this.currency is None and told is not None and _elides_currency(words, told, this):
            this = this._replace(currency=told.currency)
        ends = _range(words, previous, this) if previous is not None else None
        if ends is not None and previous is not None:
            low, this = ends
            if previous.currency is not None:
                found.pop()  # the low end went in before its scale was known
            found.append(_found(cut, low))
            found.append(_found(cut, this))
        elif this.currency is not None and this.value > 0:
            found.append(_found(cut, this))
        previous = this if this.currency is None or this.value > 0 else None
        told = this if this.currency is not None else told
    return tuple(found)


def _found(cut: Cut, a_sum: _Sum) -> Found:
    value, whole = a_sum.value, a_sum.value.to_integral_value()
    start, end = cut.starts[a_sum.first], cut.ends[a_sum.last]
    return Found("money", whole if whole == value else value, start, end, None, a_sum.currency)


def _sum(words: Sequence[Word], number: Number, taken: int) -> _Sum:
    first, before = _currency_before(words, number, taken)
    last, after = _currency_after(words, number)
    value, base = number.value, number.base
    factor = value / base if value is not base and base and value != base else _ONE
    short = _short_scale(words, number) if before is not None else None
    if short is not None:
        value, factor, last = value * short, short, number.last + 1
    currency = before or after or _bare_rupees(words, number)
    return _Sum(value, base, factor, currency, before is not None, first, last)


def _currency_before(words: Sequence[Word], number: Number, taken: int) -> tuple[int, str | None]:
    at = number.first - 1
    if at <= taken:
        return number.first, None
    gap, word = words[number.first].gap, words[at]
    if word.kind == "sign" and gap in ("", " "):
        return at, _SIGNS[word.norm]
    if word.kind != "word" or gap not in ("", " ", ".", "-"):
        return number.first, None
    code = _CODES.get(word.norm)
    if code is None and gap in (" ", ".") and number.value > number.base:
        code = "INR" if _stem_code(word.norm) == "INR" else None  # "rupees 500 crore", "रुपये 500 करोड़"
    return (at, code) if code is not None else (number.first, None)


def _currency_after(words: Sequence[Word], number: Number) -> tuple[int, str | None]:
    at = number.last + 1
    adjective = ""
    for _ in range(3):  # "5 billion U.S. dollars" has two
        if at >= len(words) or words[at].gap not in ("", " ", "-", "."):
            return number.last, None
        if words[at].norm not in _ADJECTIVES and words[at].norm not in _FOREIGN_ADJECTIVES:
            break
        adjective = words[at].norm
        at += 1
    if at >= len(words) or words[at].gap not in ("", " ", "-", "."):
        return number.last, None
    word = words[at]
    code = _SIGNS[word.norm] if word.kind == "sign" else _code_of(word)
    if code is None or (number.value == number.base and _opens_next(words, at)):
        return number.last, None
    if word.kind == "sign" and at + 1 < len(words) and words[at + 1].kind == "number" and words[at + 1].gap == "":
        return number.last, None  # "12 billion $5": the sign is the next sum's
    return at, _FOREIGN.get((adjective, code), code)


def _code_of(word: Word) -> str | None:
    if word.kind != "word":
        return None
    return _CODES.get(word.norm) or _WHOLE.get(word.norm) or _stem_code(word.norm)


def _stem_code(norm: str) -> str | None:
    if norm.isascii():
        return _STEMS.get(norm.removesuffix("s"))
    for length in range(len(norm), max(len(norm) - _ENDING, 3) - 1, -1):
        code = _STEMS.get(norm[:length])
        if code is not None:
            return code
    return None


def _opens_next(words: Sequence[Word], at: int) -> bool:
    """True for the Rs of "12 Rs 500": it belongs to the number that follows."""
    after = words[at + 1] if at + 1 < len(words) else None
    sign = words[at].kind == "sign" or words[at].norm in _CODES
    return sign and after is not None and after.kind == "number" and after.gap in ("", " ", ".")


def _short_scale(words: Sequence[Word], number: Number) -> Decimal | None:
    at = number.last + 1
    if at >= len(words) or words[at].kind != "word" or number.value != number.base:
        return None
    if words[at].gap not in ("", " ", "-") or (words[at].norm == "t" and words[at].gap):
        return None
    return _SHORT_SCALES.get(words[at].norm)


def _bare_rupees(words: Sequence[Word], number: Number) -> str | None:
    if words[number.last].norm not in _CRORES or number.value < _CRORE_LEAST:
        return None
    after = words[number.last + 1] if number.last + 1 < len(words) else None
    if after is not None and after.kind == "word" and after.gap in (" ", "-") and starts(after.norm, _COUNTED):
        return None
    return "INR"


def _elides_currency(words: Sequence[Word], told: _Sum, this: _Sum) -> bool:
    """True for the second sum of "13 млрд долларов; заказала на три миллиарда": same sentence, no noun."""
    if this.value < _MILLION or this.factor < 1000 or this.first - told.last > _ELISION_REACH:
        return False
    if any(word.gap in SENTENCE_ENDS for word in words[told.last + 1 : this.first + 1]):
        return False
    after = words[this.last + 1] if this.last + 1 < len(words) else None
    return after is None or after.gap not in ("", " ", "-") or after.norm in FUNCTION


def _range(words: Sequence[Word], low: _Sum, high: _Sum) -> tuple[_Sum, _Sum] | None:
    """Both ends with scale and currency, where one end borrows them from the other; None when it is no range."""
    if not _joined(words, low, high) or low.value <= 0 or high.value <= 0:
        return None
    currency = high.currency or (low.currency if high.factor > 1 else None)
    if currency is None or (low.currency is not None and low.currency != currency):
        return None
    if high.signed and low.currency is None:
        return None  # "in 2018 to $5 billion"
    borrows_scale = low.factor == 1 and high.factor > 1 and low.base < high.base
    if low.factor == 1 and high.factor > 1 and not borrows_scale:
        return None
    if not borrows_scale and low.currency is not None and high.currency is not None:
        return None  # two whole sums
    value = low.value * high.factor if borrows_scale else low.value
    first, last = low.first, high.last
    return (
        low._replace(value=value, first=first, last=last, currency=currency),
        high._replace(first=first, last=last, currency=currency),
    )


def _joined(words: Sequence[Word], low: _Sum, high: _Sum) -> bool:
    between = high.first - low.last - 1
    if between == 0:
        return words[high.first].gap in ("-", "–")
    if between != 1 or words[high.first].gap != " ":
        return False
    joint = words[low.last + 1].norm
    if joint in _AND:
        before = words[low.first - 1].norm if low.first else ""
        return before in _BETWEEN or (low.currency is not None and low.factor == 1)
    return joint in _TO
