"""Whose a figure is, and which role it has."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from rules import Fact, Item, Pack, detect

ON = date(2025, 6, 20)


def facts(pack: Pack, kind: str, title: str, text: str = "") -> list[Fact]:
    detection = detect(Item(id="1", title=title, text=text, on=ON), pack)
    assert detection.relevant
    return [fact for fact in detection.facts if fact.kind == kind]


def money(pack: Pack, title: str, text: str = "") -> list[tuple[int, str | None, str | None]]:
    return [(int(Decimal(fact.value)), fact.role, fact.programme) for fact in facts(pack, "money", title, text)]


BILLION = 10**9


def test_a_sum_goes_to_the_programme_that_it_is_the_price_of(pack: Pack) -> None:
    title = "India, Russia sign contracts: $2 billion for Su-30MKI upgrade, $1 billion for R-37M"
    assert money(pack, title) == [
        (2 * BILLION, "programme", "su-30mki-upgrade"),
        (1 * BILLION, "programme", "r-37m"),
    ]


def test_a_deal_without_a_name_is_the_one_of_the_paragraph(pack: Pack) -> None:
    text = "India has signed a contract with Russia for Igla-S missiles. The deal is worth $300 million."
    assert money(pack, "India signs contract for Igla-S missiles with Russia", text) == [
        (300_000_000, "programme", "igla-s")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Turkey bought its S-400 for $2.5 billion.",
        "Турция купила С-400 за 2,5 млрд долларов.",  # Turkey bought
        "तुर्की ने एस-400 को 2.5 अरब डॉलर में खरीदा था।",  # Turkey bought
        "France will sell 26 Rafale jets for $7.4 billion.",
        "India's own Project Kusha costs Rs 21,700 crore.",
        "Trade between India and Russia reached $68 billion.",
    ],
)
def test_other_countries_indian_systems_and_trade_own_their_sums(pack: Pack, text: str) -> None:
    [(_, role, programme)] = money(pack, "India to buy more S-400 systems from Russia", text)
    assert (role, programme) == ("background", None)


def test_a_country_that_is_only_a_place_takes_nothing(pack: Pack) -> None:
    text = "The S-400 contract for $5.4 billion was discussed in China."
    [(_, role, programme)] = money(pack, "India and Russia discuss S-400 contract", text)
    assert (role, programme) == ("programme", "s-400")


@pytest.mark.parametrize(
    "text",
    [
        "The council cleared proposals worth Rs 3.60 lakh crore.",
        "In all, Rs 3.60 lakh crore was cleared in total.",
        "परिषद ने कुल 3.60 लाख करोड़ रुपये के प्रस्ताव मंजूर किए।",  # proposals for a total of
    ],
)
def test_the_sum_of_a_session_is_a_package(pack: Pack, text: str) -> None:
    title = "DAC approves S-400 missiles from Russia for Rs 10,000 crore"
    sums = money(pack, title, text)
    assert sums[0][1] == "programme"
    assert sums[1] == (3_600_000_000_000, "package", None)


def test_old_estimates_and_parts_beside_the_price_are_background(pack: Pack) -> None:
    text = (
        "The ministry signed the Su-30MKI contract for Rs 13,500 crore with HAL and Russian suppliers.\n\n"
        "In July 2020 the estimate was Rs 10,730 crore."
    )
    roles = [role for _, role, _ in money(pack, "India signs contract for Su-30MKI fighters of Russian origin", text)]
    assert roles == ["programme", "background"]


def test_the_price_of_an_old_contract_is_that_of_the_programme_while_it_runs(pack: Pack) -> None:
    text = "The contract of October 2018 for five squadrons is worth $5.43 billion."
    assert money(pack, "Russia delivers fourth S-400 squadron to India", text) == [
        (5_430_000_000, "programme", "s-400")
    ]


def test_a_price_and_its_conversion_are_both_the_price(pack: Pack) -> None:
    sums = money(pack, "India signs $5.43 billion (Rs 40,000 crore) S-400 contract with Russia")
    assert [role for _, role, _ in sums] == ["programme", "programme"]


def test_both_ends_of_a_range_are_the_price(pack: Pack) -> None:
    sums = money(pack, "India signs contract for R-37M missiles with Russia worth $180-200 million")
    assert [role for _, role, _ in sums] == ["programme", "programme"]


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("India signs contract with Russia for 12 Su-30MKI fighters", "ordered"),
        ("India approves purchase of 12 Su-30MKI fighters from Russia", "planned"),
        ("India wants 12 more Su-30MKI fighters from Russia", "planned"),
        ("India scraps plan to buy 48 Mi-17 helicopters from Russia", "planned"),
        ("Russia delivers 12 Su-30MKI fighters to India", "delivered"),
    ],
)
def test_the_news_own_count_has_the_role_of_its_step(pack: Pack, title: str, role: str) -> None:
    [count] = facts(pack, "quantity", title)
    assert count.role == role


def test_parts_of_a_whole_have_their_own_roles(pack: Pack) -> None:
    text = "Three of the five S-400 squadrons bought in 2018 have been delivered. The other two are late."
    counts = facts(pack, "quantity", "Russia delays S-400 deliveries to India", text)
    told = [(int(Decimal(fact.value)), fact.role) for fact in counts]
    assert told == [(3, "delivered"), (5, "ordered"), (2, "remaining")]


def test_a_squadron_of_s400_is_a_regiment(pack: Pack) -> None:
    titles = (
        "Russia and India sign contract for five S-400 regiments",
        "Russia and India sign contract for five S-400 squadrons",
        "Россия и Индия подписали контракт на пять полковых комплектов С-400",  # five regimental sets
        "भारत और रूस ने पांच एस-400 स्क्वाड्रन के अनुबंध पर हस्ताक्षर किए",  # five squadrons
    )
    assert [facts(pack, "quantity", title)[0].unit for title in titles] == ["regiment"] * 4


def test_dates_know_which_one_of_a_row_they_are_about(pack: Pack) -> None:
    text = "The fourth S-400 squadron will come by May 2026. The fifth squadron is due in 2027."
    dates = facts(pack, "date", "Russia to deliver S-400 squadrons to India", text)
    assert [(fact.value, fact.role, fact.ordinal, fact.unit) for fact in dates] == [
        ("2026-05", "due", 4, "regiment"),
        ("2027", "due", 5, "regiment"),
    ]


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Deliveries begin in 2028.", "due"),
        ("The contract was signed on June 18.", "signed"),
        ("The contract was signed in October 2018.", "background"),
        ("All squadrons should have come by the end of 2023.", "background"),
        ("Поставки завершатся в 2027 году.", "due"),  # supplies will end
        ("आपूर्ति 2027 तक पूरी होगी।", "due"),  # the supply will be complete
    ],
)
def test_dates_are_due_done_or_long_ago(pack: Pack, text: str, role: str) -> None:
    [told] = facts(pack, "date", "India signs S-400 contract with Russia", text)
    assert told.role == role


def test_another_programmes_figures_are_background(pack: Pack) -> None:
    text = "India and Russia signed a contract for Igla-S missiles.\n\n70,000 AK-203 rifles came in January 2025."
    title = "India signs contract for Igla-S with Russia"
    found = detect(Item(id="1", title=title, text=text, on=ON), pack).facts
    assert {fact.role for fact in found if fact.kind in ("quantity", "date")} == {"background"}


def test_a_third_country_buys_what_the_two_make(pack: Pack) -> None:
    title = "Philippines signs $375 million BrahMos deal with India"
    parties = {fact.role: fact.value for fact in facts(pack, "party", title)}
    assert parties == {"buyer": "philippines", "seller": "india"}


def test_the_maker_is_neither_buyer_nor_seller(pack: Pack) -> None:
    title = "India signs contract with HAL for Su-30MKI fighters of Russian design"
    parties = {fact.role: fact.value for fact in facts(pack, "party", title)}
    assert parties == {"buyer": "india", "maker": "hal", "seller": "russia"}


def test_a_place_tells_what_happened_there(pack: Pack) -> None:
    text = "The frigate INS Tamal was commissioned at Kaliningrad on Tuesday, the Indian Navy said."
    places = facts(pack, "place", "Indian Navy commissions INS Tamal in Russia", text)
    assert [(fact.value, fact.role) for fact in places] == [("kaliningrad", "delivered")]
