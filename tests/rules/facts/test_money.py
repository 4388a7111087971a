"""Sums of money in three languages: each case is a text, what it says in English, and the sums in order."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rules.facts.money import find_money

CRORE, LAKH_CRORE = 10**7, 10**12
M, BN = 10**6, 10**9

CASES: tuple[tuple[str, str, tuple[tuple[float, str], ...]], ...] = (
    # English
    ("The frigates cost ₹39,500 crore.", "", ((39_500 * CRORE, "INR"),)),
    ("A list worth Rs 1.05 lakh crore was cleared", "", ((1.05 * LAKH_CRORE, "INR"),)),
    ("Rs. 14,250 crore for engines", "", ((14_250 * CRORE, "INR"),)),
    ("a Rs 7,300-cr order", "", ((7_300 * CRORE, "INR"),)),
    ("a Rs 7,300-crore order", "", ((7_300 * CRORE, "INR"),)),
    ("Rs12,000cr tank plan", "", ((12_000 * CRORE, "INR"),)),
    ("INR 91.2 billion and INR91.2 billion", "", ((91.2 * BN, "INR"), (91.2 * BN, "INR"))),
    ("7.4 trillion Indian rupees", "", ((7.4e12, "INR"),)),
    ("300 crore, Ministry of Defence says", "", ((300 * CRORE, "INR"),)),
    ("?4,100 crore, the rupee sign lost in print", "", ((4_100 * CRORE, "INR"),)),
    ("₹300 crore", "", ((300 * CRORE, "INR"),)),
    ("rupees 640 crore in cash", "", ((640 * CRORE, "INR"),)),
    ("₹6,01,427 per rifle", "", ((601_427, "INR"),)),
    ("the $3.3-billion lease", "", ((3.3 * BN, "USD"),)),
    ("US$1.1 billion, USD 1.1 billion, $1.1bn, $1.1 bln", "", ((1.1 * BN, "USD"),) * 4),
    ("$62M and $62 m and €4B", "", ((62 * M, "USD"), (62 * M, "USD"), (4 * BN, "EUR"))),
    ("five billion dollars over a decade", "", ((5 * BN, "USD"),)),
    ("half a billion dollars", "", ((0.5 * BN, "USD"),)),
    ("nine billion U.S. dollars", "", ((9 * BN, "USD"),)),
    ("2 billion Singapore dollars", "", ((2 * BN, "SGD"),)),
    ("$5.43 billion (₹40,000 crore) of 2018", "", ((5.43 * BN, "USD"), (40_000 * CRORE, "INR"))),
    ("52.497,2 million INR", "German separators", ((52_497.2 * M, "INR"),)),
    ("$3-4 billion", "", ((3 * BN, "USD"), (4 * BN, "USD"))),
    ("$1–1.5 billion", "", ((1 * BN, "USD"), (1.5 * BN, "USD"))),
    ("from 3 to 4 billion dollars", "", ((3 * BN, "USD"), (4 * BN, "USD"))),
    ("Rs 900 to Rs 1,000 crore", "", ((900 * CRORE, "INR"), (1_000 * CRORE, "INR"))),
    ("$900 million-1 billion", "", ((900 * M, "USD"), (1 * BN, "USD"))),
    ("$2 billion now, and 3 billion later.", "no currency on the second, but a noun", ((2 * BN, "USD"),)),
    (
        "Spares took $2 billion, frigates 3 billion.",
        "the second leaves the currency out",
        ((2 * BN, "USD"), (3 * BN, "USD")),
    ),
    # Hindi
    ("62,000 करोड़ रुपये का सौदा", "a deal of 62,000 crore rupees", ((62_000 * CRORE, "INR"),)),
    ("६२,००० करोड़ रुपये", "the same in Devanagari digits", ((62_000 * CRORE, "INR"),)),
    ("₹8500 करोड़ की खरीद", "a purchase of ₹8,500 crore", ((8_500 * CRORE, "INR"),)),
    ("3.60 लाख करोड़ रुपए", "3.60 lakh crore rupees", ((3.6 * LAKH_CRORE, "INR"),)),
    ("41 हजार करोड़", "41 thousand crore", ((41_000 * CRORE, "INR"),)),
    ("तीन हज़ार करोड़ रुपये", "three thousand crore rupees", ((3_000 * CRORE, "INR"),)),
    ("दो हजार 4 सौ करोड़", "two thousand four hundred crore", ((2_400 * CRORE, "INR"),)),
    ("2.5 अरब डॉलर", "2.5 billion dollars", ((2.5 * BN, "USD"),)),
    ("70 करोड़ डॉलर", "700 million dollars", ((700 * M, "USD"),)),
    ("साढ़े पांच अरब डॉलर", "five and a half billion dollars", ((5.5 * BN, "USD"),)),
    ("डेढ़ अरब डॉलर", "one and a half billion dollars", ((1.5 * BN, "USD"),)),
    ("3 से 4 अरब डॉलर", "3 to 4 billion dollars", ((3 * BN, "USD"), (4 * BN, "USD"))),
    ("रु. 750 करोड़", "Rs. 750 crore", ((750 * CRORE, "INR"),)),
    ("अमेरिकी 3 बिलियन डॉलर", "3 billion US dollars", ((3 * BN, "USD"),)),
    # Russian
    ("5,43 миллиарда долларов", "5.43 billion dollars", ((5.43 * BN, "USD"),)),
    ("сделка на $5,4 млрд", "a deal for $5.4 bn", ((5.4 * BN, "USD"),)),
    ("пять миллиардов долларов США", "five billion US dollars", ((5 * BN, "USD"),)),
    ("полтора миллиарда рублей", "one and a half billion roubles", ((1.5 * BN, "RUB"),)),
    ("контракт на миллиард долларов", "a contract for a billion dollars", ((1 * BN, "USD"),)),
    (
        "28 млрд рупий (331,5 млн долларов)",
        "28 bn rupees (331.5 m dollars)",
        ((28 * BN, "INR"), (331.5 * M, "USD")),
    ),
    ("5 млрд. долл.", "5 bn dollars", ((5 * BN, "USD"),)),
    ("3–4 млрд евро", "3–4 bn euros", ((3 * BN, "EUR"), (4 * BN, "EUR"))),
    ("от 3 до 4 млрд долларов", "from 3 to 4 bn dollars", ((3 * BN, "USD"), (4 * BN, "USD"))),
    ("свыше 900 млн американских долларов", "over 900 m US dollars", ((900 * M, "USD"),)),
    ("250 000 рублей", "250,000 roubles", ((250_000, "RUB"),)),
    ("14\u202f500\u00a0рублей", "14,500 roubles with thin spaces", ((14_500, "RUB"),)),
)
NO_MONEY: tuple[tuple[str, str], ...] = (
    ("five regiments of a 10-year plan", ""),
    ("सऊदी अरब ने कहा", "Saudi Arabia said"),
    ("5 अरब देश", "five Arab countries"),
    ("6 करोड़ लोग", "60 million people"),
    ("7 करोड़ ने डोज ली", "70 million took the dose"),
    ("a range of 300 m", ""),
    ("3 billion people", ""),
    ("35 тыс. автоматов", "35 thousand rifles"),
    ("S-400, Su-30MKI and 6 lakh rifles", ""),
    ("в Европе 5 млрд европейцев", "5 bn Europeans in Europe"),
)


@pytest.mark.parametrize(("text", "gloss", "sums"), CASES, ids=[case[0] for case in CASES])
def test_sums_are_read_in_whole_currency_units(text: str, gloss: str, sums: tuple[tuple[float, str], ...]) -> None:
    found = [(found.value, found.currency) for found in find_money(text, "en")]
    assert found == [(Decimal(str(amount)).quantize(Decimal(1)), currency) for amount, currency in sums], gloss


@pytest.mark.parametrize(("text", "gloss"), NO_MONEY, ids=[case[0] for case in NO_MONEY])
def test_what_is_no_sum_is_left_out(text: str, gloss: str) -> None:
    assert find_money(text, "en") == (), gloss


def test_the_quote_has_the_currency_and_the_scale() -> None:
    text = "Сделка: 30\u00a0млрд рупий, или $351 million 😀 “Rs 2,095.70 crore”"
    assert [text[found.start : found.end] for found in find_money(text, "ru")] == [
        "30\u00a0млрд рупий",
        "$351 million",
        "Rs 2,095.70 crore",
    ]


def test_both_ends_of_a_range_are_quoted_with_the_words_that_prove_them() -> None:
    text = "worth $3-4 billion in all"
    assert {text[found.start : found.end] for found in find_money(text, "en")} == {"$3-4 billion"}
