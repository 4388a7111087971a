"""How a card puts steps, sums, counts and dates into words, in the reader's language and usage.

In: values of facts and the `Words` of a language. Out: plain texts. The fixed words stand in vocabulary.py.
"""

from __future__ import annotations

from decimal import Decimal

from bot.i18n import Words
from bot.model import ToldFact
from bot.stories import vocabulary

_THOUSAND, _MILLION, _CRORE = Decimal(10**3), Decimal(10**6), Decimal(10**7)
_LAKH_CRORE = _CRORE * 100_000


def stage_words(stage: str, words: Words) -> str:
    known = vocabulary.STAGES.get(stage)
    return words.say(known) if known else stage.replace("-", " ")


def has_words(stage: str) -> bool:
    """Whether the program has words of its own for a step; others are called as their pack says."""
    return stage in vocabulary.STAGES


def fact_words(fact: ToldFact, words: Words) -> str:
    """One fact as a card says it, e.g. "₹60,000 crore (≈ $7.0bn, rate of 27 Jun 2025)", "5 squadrons remaining",
    "squadron no. 4 due 2026"."""
    match fact.kind:
        case "money" if isinstance(fact.value, Decimal):
            return _sum(fact, fact.value, words)
        case "quantity" if isinstance(fact.value, Decimal):
            return quantity_words(fact.value, _unit(fact, words), fact.role, words)
        case "date":
            return _date(fact, words)
        case "stage":
            return stage_words(str(fact.value), words)
        case _:
            return str(fact.value)


def money_words(amount: Decimal, currency: str, words: Words) -> str:
    """Rupees in crore, as India counts, but for readers of Russian; everything else in millions and billions."""
    if currency == "INR" and amount >= _CRORE and words.lang != "ru":
        if amount >= _LAKH_CRORE:
            return words.say(vocabulary.LAKH_CRORE, n=_number(amount / _LAKH_CRORE, words))
        return words.say(vocabulary.CRORE, n=_number(amount / _CRORE, words))
    patterns = vocabulary.SUMS.get(currency, vocabulary.OTHER_SUMS)
    power = next((power for power in (3, 2, 1) if amount >= _THOUSAND * _THOUSAND**power), 0)
    scaled = amount / (_THOUSAND * _THOUSAND**power) if power else amount
    return words.say(patterns[power], n=_number(scaled, words), currency=currency).strip()


def quantity_words(number: Decimal, unit: str | None, role: str | None, words: Words) -> str:
    """A count with its unit and what became of it; a unit without words of its own is named as rules does."""
    shown = _number(number, words)
    if unit is None:
        count = shown
    elif unit in vocabulary.UNITS:
        one, many = vocabulary.UNITS[unit]
        whole = int(number) if number == int(number) else 2  # "1.5 units": the form of several
        count = words.count(one, many, whole, number=shown).strip()
    else:
        count = f"{shown} {unit}"
    pattern = vocabulary.QUANTITY_ROLES.get(role or "")
    return words.say(pattern, count=count) if pattern else count


def _unit(fact: ToldFact, words: Words) -> str | None:
    """The unit as the reader's press calls it: a regiment of air defence is told as "squadron" where the report is
    India's, in its own languages; in Russian a squadron is of aircraft only."""
    told = (fact.quote + fact.sentence).casefold()
    if fact.unit == "regiment" and words.lang != "ru" and any(name in told for name in vocabulary.SQUADRONS):
        return "squadron"
    return fact.unit


def _sum(fact: ToldFact, amount: Decimal, words: Words) -> str:
    told = money_words(amount, fact.currency or "", words)
    if fact.worth is None or fact.rate_on is None:
        return told
    return words.say(
        "{sum} (≈ {dollars}, rate of {day})",
        sum=told,
        dollars=_two_digits(fact.worth, words),
        day=words.date(fact.rate_on),
    )


def _two_digits(dollars: Decimal, words: Words) -> str:
    """Dollars to two digits, both of them shown: "$7.0bn"."""
    rounded = Decimal(f"{dollars:.1E}")
    for power in (3, 2, 1):
        scaled = rounded / (_THOUSAND * _THOUSAND**power)
        if scaled >= 1:
            shown = f"{scaled:.1f}" if scaled < 10 else f"{scaled:.0f}"
            return words.say(vocabulary.SUMS["USD"][power], n=_in_usage(shown, words))
    return words.say(vocabulary.SUMS["USD"][0], n=_number(rounded, words))


def _date(fact: ToldFact, words: Words) -> str:
    day = words.date(str(fact.value))
    pattern = vocabulary.DATE_ROLES.get(fact.role or "")
    told = words.say(pattern, date=day) if pattern else f"{fact.role} {day}" if fact.role else day
    if fact.ordinal is None:
        return told
    one = vocabulary.ONE_OF_A_ROW.get(_unit(fact, words) or "", vocabulary.ANY_OF_A_ROW)
    return f"{words.say(one, n=fact.ordinal)} {told}"


def _number(number: Decimal, words: Words) -> str:
    """With separators of thousands and at most two decimals, none that are zero."""
    text = f"{number:,.2f}".rstrip("0").rstrip(".")
    return _in_usage(text, words)


def _in_usage(english: str, words: Words) -> str:
    if words.lang != "ru":
        return english
    return english.replace(",", "\u00a0").replace(".", ",")
