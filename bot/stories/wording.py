"""How an alert puts stages, money, quantities and dates into words: fixed, short, neutral. English for now."""

from __future__ import annotations

from decimal import Decimal

from rules import Fact, Rate

# Stage ids of the pack -> the words of the card. An id that is missing here is shown with spaces for hyphens.
STAGES = {
    "approval-dpb": "cleared by the Procurement Board",
    "approval-aon": "approved in principle (AoN)",
    "approval-ccs": "approved by the Cabinet Committee (CCS)",
    "rfi-rfp": "tender",
    "mou": "MoU",
    "contract-reported": "contract reported",
    "contract": "contract signed",
    "advance-payment": "advance paid",
    "delivery-planned": "delivery planned",
    "delivery": "delivered",
    "induction": "inducted",
    "option-extension": "option or extension",
    "coproduction-tot": "co-production, technology transfer",
    "denial": "denied",
    "sanctions-waiver": "sanctions, waiver",
    "payment-problem": "payment problem",
    "export-third-country": "export to a third country",
    "no-deal": "no deal",
}
_SYMBOLS = {"INR": "₹", "USD": "$", "EUR": "€", "RUB": "₽"}
_MILLION = Decimal(10**6)
_CRORE = Decimal(10_000_000)
_LAKH_CRORE = _CRORE * 100_000
_PLURALS = {"aircraft": "aircraft", "battery": "batteries", "each": "each"}


def stage_words(stage: str) -> str:
    return STAGES.get(stage, stage.replace("-", " "))


def fact_words(fact: Fact) -> str:
    """One fact as a card says it, e.g. "₹60,000 crore", "5 squadrons remaining", "due 2026"."""
    match fact.kind:
        case "money" if isinstance(fact.value, Decimal):
            return money_words(fact.value, fact.currency or "")
        case "quantity" if isinstance(fact.value, Decimal):
            return quantity_words(fact.value, fact.unit, fact.role)
        case "date":
            return f"{fact.role} {date_words(str(fact.value))}" if fact.role else date_words(str(fact.value))
        case "stage":
            return stage_words(str(fact.value))
        case _:
            return str(fact.value)


def money_words(amount: Decimal, currency: str) -> str:
    """Rupees in crore, as India counts; everything else in millions and billions."""
    if currency == "INR" and amount >= _CRORE:
        if amount >= _LAKH_CRORE:
            return f"₹{_number(amount / _LAKH_CRORE)} lakh crore"
        return f"₹{_number(amount / _CRORE)} crore"
    symbol = _SYMBOLS.get(currency, f"{currency} " if currency else "")
    for size, word in ((Decimal(10**12), "tn"), (Decimal(10**9), "bn"), (Decimal(10**6), "m")):
        if amount >= size:
            return f"{symbol}{_number(amount / size)}{word}"
    return f"{symbol}{_number(amount)}"


def dollar_words(dollars: Decimal, rate: Rate) -> str:
    """What a sum was worth, to two digits, and by which rate: "≈ $7.0bn, rate of 27 Jun 2025"."""
    rounded = Decimal(f"{dollars:.1E}")
    shown = money_words(rounded, "USD")
    if rounded >= _MILLION and len(shown.strip("$mbtn")) == 1:
        shown = shown.replace(shown[1], f"{shown[1]}.0")
    on = rate.on.isoformat()
    return f"≈ {shown}, rate of {date_words(on if rate.precision == 'day' else on[:7])}"


def quantity_words(number: Decimal, unit: str | None, role: str | None) -> str:
    words = [_number(number)]
    if unit:
        words.append(unit if number == 1 else _PLURALS.get(unit, f"{unit}s"))
    if role in ("ordered", "delivered", "remaining", "planned"):
        words.append(role)
    return " ".join(words)


def date_words(iso: str) -> str:
    """ISO 8601 to the precision given -> "15 Aug 2026", "Aug 2026", "2026", "2026–27"."""
    if "/" in iso:
        start, _, end = iso.partition("/")
        if len(start) == len(end) == 4 and start[:2] == end[:2]:
            return f"{start}–{end[2:]}"
        return f"{date_words(start)} – {date_words(end)}"
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    year, *rest = iso.split("-")
    if not rest:
        return year
    month = months[int(rest[0]) - 1]
    return f"{int(rest[1])} {month} {year}" if len(rest) > 1 else f"{month} {year}"


def _number(number: Decimal) -> str:
    """With thousands separators and at most two decimals, none that are zero."""
    text = f"{number:,.2f}"
    return text.rstrip("0").rstrip(".")
