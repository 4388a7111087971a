"""Counts in three languages: each case is a text, what it says in English, and the counts with units in order."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rules import Pack
from rules.facts.quantity import find_ordinals, find_quantities
from rules.pack import Counting

Counts = tuple[tuple[int, str | None], ...]

CASES: tuple[tuple[str, str, Counts], ...] = (
    # English
    ("five regiments of the system", "", ((5, "regiment"),)),
    ("four more Russian S-400 air defence missile systems", "", ((4, "system"),)),
    ("18 MiG-29s and 14 Sukhoi fighter jets", "", ((18, "aircraft"), (14, "aircraft"))),
    ("44 Mi-17V5 for the army", "", ((44, "helicopter"),)),
    ("30 Rafales", "", ((30, "aircraft"),)),
    ("more than 150 extended-range BrahMos for warships", "", ((150, "missile"),)),
    ("40K AK-203 rifles", "", ((40_000, "rifle"),)),
    ("over 6 lakh rifles and 6.1 lakh rifles", "", ((600_000, "rifle"), (610_000, "rifle"))),
    ("6,01,427 rifles", "", ((601_427, "rifle"),)),
    ("two Project 1135.6 stealth frigates", "", ((2, "frigate"),)),
    ("twenty-one jets and a dozen tanks", "", ((21, "aircraft"), (12, "tank"))),
    ("one hundred and twenty launchers", "", ((120, "launcher"),)),
    ("a five-squadron order", "", ((5, "squadron"),)),
    ("two to three squadrons", "", ((2, "squadron"), (3, "squadron"))),
    ("two of five squadrons", "", ((2, "squadron"), (5, "squadron"))),
    ("three S-400 regiments out of five", "", ((3, "regiment"), (5, "regiment"))),
    ("20 single-seat and four twin-seat jets", "", ((20, "aircraft"), (4, "aircraft"))),
    ("around 250 of the jets", "", ((250, "aircraft"),)),
    ("the remaining two will come later", "", ((2, None),)),
    ("Three have already been delivered.", "", ((3, None),)),
    ("15 Pantsir S-1: 11 for the IAF and 4 for the Army", "", ((15, "system"), (11, None), (4, None))),
    ("24 MiG-29s and upgrade of 63.", "", ((24, "aircraft"), (63, None))),
    ("The air force has more than 250.", "", ((250, None),)),
    ("the army received 45,000 rifles; 12,000 already with units", "", ((45_000, "rifle"), (12_000, None))),
    # Hindi
    ("पांच एस-400 स्क्वाड्रन", "five S-400 squadrons", ((5, "squadron"),)),
    ("पाँच स्क्वॉड्रन", "five squadrons, other spellings", ((5, "squadron"),)),
    ("३५ हजार राइफलें", "35 thousand rifles in Devanagari digits", ((35_000, "rifle"),)),
    ("छह लाख असॉल्ट राइफल", "six lakh assault rifles", ((600_000, "rifle"),)),
    ("310 मिसाइलें और 14 लड़ाकू विमान", "310 missiles and 14 fighters", ((310, "missile"), (14, "aircraft"))),
    ("1,200 से अधिक टी-90 हैं", "there are more than 1,200 T-90s", ((1_200, "tank"),)),
    ("बाकी दो बैटरियां", "the remaining two batteries", ((2, "battery"),)),
    ("पांच में से तीन बैटरियां", "three of five batteries", ((5, "battery"), (3, "battery"))),
    ("दो युद्धपोत", "two warships", ((2, "ship"),)),
    # Russian
    ("пять полков С-400", "five regiments of the S-400", ((5, "regiment"),)),
    ("пять полковых комплектов", "five regimental sets", ((5, "regiment"),)),
    ("двух-трех эскадрилий", "of two or three squadrons", ((2, "squadron"), (3, "squadron"))),
    ("35 тыс. автоматов", "35 thousand rifles", ((35_000, "rifle"),)),
    ("35 000 автоматов", "35,000 rifles", ((35_000, "rifle"),)),
    ("240 двигателей АЛ-31ФП", "240 AL-31FP engines", ((240, "engine"),)),
    ("четырёх ракет с нового завода", "of four missiles from the new plant", ((4, "missile"),)),
    ("220 Ка-226Т", "220 Ka-226T", ((220, "helicopter"),)),
    ("ещё пять зенитных ракетных систем", "five more air defence missile systems", ((5, "system"),)),
    ("три из пяти систем", "three of five systems", ((3, "system"), (5, "system"))),
    ("пятьдесят пять танков", "fifty-five tanks", ((55, "tank"),)),
)
NO_COUNT: tuple[tuple[str, str], ...] = (
    ("a 10-year contract and a 400 km range", ""),
    ("S-400, Su-30MKI, T-90, AK-203 and 5.56x45 mm", ""),
    ("S 400 and MiG 29 fly at Mach 2", ""),
    ("the S–400 with an en dash", ""),
    ("36 per cent, 36%, 36 percent", ""),
    ("two missile tests and three countries", ""),
    ("a three-fold rise and a one-time vehicle tax", ""),
    ("₹60,000 crore and $5 billion", ""),
    ("on 15 August 2026, by 2026-27, in 2028", ""),
    ("at 19:42 on Yard 1259", ""),
    ("5,002 active cases", ""),
    ("fourth squadron and 5th ship", ""),
    ("दो इंजन वाले विमान", "twin-engined aircraft"),
    ("एक मिसाइल", "a missile"),
    ("10-летний контракт", "a ten-year contract"),
    ("400-километровых ракет", "of 400-km missiles"),
    ("четвертая эскадрилья", "the fourth squadron"),
    ("30 процентов и 160 км", "30 percent and 160 km"),
)
ROLES: tuple[tuple[str, str, str | None], ...] = (
    ("The last two S-400 squadrons will come in 2026", "", "remaining"),
    ("three regiments were delivered", "", "delivered"),
    ("five squadrons to be delivered", "", "planned"),
    ("India ordered 240 engines", "", "ordered"),
    ("the fleet of 250 Su-30MKI jets", "", "fleet"),
    ("a proposal for five more systems", "", "planned"),
    ("three squadrons", "", None),
    ("Russia built nine planes", "planes are no plan", None),
    ("बाकी दो बैटरियां", "the remaining two batteries", "remaining"),
    ("12 विमानों का अनुबंध", "a contract for 12 aircraft", "ordered"),
    ("оставшиеся два полка", "the remaining two regiments", "remaining"),
    ("Индия получила три полка", "India received three regiments", "delivered"),
    ("планирует закупить пять систем", "plans to buy five systems", "planned"),
)


@pytest.mark.parametrize(("text", "gloss", "counts"), CASES, ids=[case[0] for case in CASES])
def test_counts_are_read_with_their_unit(text: str, gloss: str, counts: Counts, pack: Pack) -> None:
    lang = "ru" if "35 000" in text else "en"
    found = [(found.value, found.unit) for found in find_quantities(text, lang, pack.counting)]
    assert found == [(Decimal(value), unit) for value, unit in counts], gloss


@pytest.mark.parametrize(("text", "gloss"), NO_COUNT, ids=[case[0] for case in NO_COUNT])
def test_what_counts_nothing_is_left_out(text: str, gloss: str, pack: Pack) -> None:
    assert find_quantities(text, "en", pack.counting) == (), gloss


@pytest.mark.parametrize(("text", "gloss", "role"), ROLES, ids=[case[0] for case in ROLES])
def test_the_nearest_words_tell_the_role(text: str, gloss: str, role: str | None, pack: Pack) -> None:
    assert [found.role for found in find_quantities(text, "en", pack.counting)] == [role], gloss


@pytest.mark.parametrize(
    ("text", "gloss", "places"),
    [
        ("the fourth squadron and the 5th ship", "", [(4, "squadron"), (5, "ship")]),
        ("चौथी स्क्वाड्रन", "the fourth squadron", [(4, "squadron")]),
        ("четвертая и пятая эскадрильи", "the fourth and fifth squadrons", [(4, "squadron"), (5, "squadron")]),
        ("4-я эскадрилья", "the 4th squadron", [(4, "squadron")]),
        ("five squadrons", "", []),
    ],
)
def test_ordinals_are_told_apart_from_counts(text: str, gloss: str, places: list[tuple[int, str]], pack: Pack) -> None:
    found = find_ordinals(text, "en", pack.counting)
    assert [(one.value, one.unit) for one in found] == [(Decimal(value), unit) for value, unit in places], gloss
    assert {one.role for one in found} <= {"ordinal"}


def test_the_quote_runs_from_the_number_to_its_noun(pack: Pack) -> None:
    text = "😀 Индия получит “пять” новых полков, ३५ हजार राइफलें and two S-400 squadrons."
    assert [text[found.start : found.end] for found in find_quantities(text, "ru", pack.counting)] == [
        "пять” новых полков",
        "३५ हजार राइफलें",
        "two S-400 squadrons",
    ]


def test_models_and_names_are_those_of_the_pack() -> None:
    """Nothing of a topic stands in the code: a pack's own table tells what its designators and names are."""
    own = Counting(models={"ship": ("zumwalt",), "tank": ("k",)}, names=("borei",), numbered=("hull",))
    nothing = Counting()
    text = "three Zumwalts, 12 K-2, five borei submarines and hull 7"
    assert [(one.value, one.unit) for one in find_quantities(text, "en", own)] == [
        (Decimal(3), "ship"), (Decimal(12), "tank"), (Decimal(5), "submarine")
    ]  # fmt: skip
    assert [one.unit for one in find_quantities("three Zumwalts and 12 K-2", "en", nothing)] == []
