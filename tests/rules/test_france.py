"""The pack india_france: TOML and examples only, measured on examples of which half came before the rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import rules
from rules import Item, Pack, detect, load_pack
from rules.measure import Measured, measure

FOLDER = Path(rules.__file__).parent / "packs" / "india_france"
EXAMPLES: list[dict[str, Any]] = [
    json.loads(line) for line in (FOLDER / "examples.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.fixture(scope="module")
def france() -> Pack:
    return load_pack("india_france")


def measured(examples: list[dict[str, Any]], pack: Pack) -> Mapping[str, Measured]:
    return measure(
        [(Item(id=row["id"], title=row["title"], lang=row["lang"]), bool(row["label"])) for row in examples], pack
    )


def test_the_pack_holds_no_python() -> None:
    assert {path.suffix for path in FOLDER.iterdir()} == {".toml", ".jsonl"}


def test_there_are_enough_examples_of_each_language_and_of_both_verdicts() -> None:
    assert len(EXAMPLES) >= 60
    assert sum(row["written"] == "before" for row in EXAMPLES) >= len(EXAMPLES) // 2
    for lang in ("en", "hi", "ru"):
        assert {row["label"] for row in EXAMPLES if row["lang"] == lang} == {0, 1}
    assert all(row.get("gloss") for row in EXAMPLES if row["lang"] != "en")


@pytest.mark.parametrize("written", [("before",), ("after",), ("before", "after")])
def test_precision_and_recall_on_the_examples(written: tuple[str, ...], france: Pack) -> None:
    figures = measured([row for row in EXAMPLES if row["written"] in written], france)
    for group, one in sorted(figures.items()):
        print(f"{written} {group}: precision {one.precision:.3f} recall {one.recall:.3f} of {one.items}")
    print("false alarms:", figures["all"].false_alarms, "missed:", figures["all"].missed)
    assert figures["all"].precision >= 0.9
    assert figures["all"].recall >= 0.9


@pytest.mark.parametrize(
    ("title", "programme"),
    [
        ("India to sign for 26 Rafale-M in March", "rafale-m"),
        ("Marine version of Rafale for Indian Navy", "rafale"),
        ("India orders 114 Rafales", "rafale-114"),
        ("MRFA: Dassault submits offer to India", "rafale-114"),
        ("P-75: Naval Group offers two more boats", "scorpene"),
        ("Project 75 submarines from Naval Group", "scorpene"),
        ("Mirage-2000 upgrade by HAL complete", "mirage-2000"),
        ("France offers engine for AMCA", "amca-engine"),
        ("HAMMER bombs for Rafale", "hammer"),
        ("Rafale jets to carry SCALP", "scalp"),
        ("MBDA wins order for MICA", "mica"),
        ("Shakti engines made by HAL and Safran", "shakti-engine"),
        ("First H125 built by Tata", "h125"),
        ("France asks for Pinaka rockets", "pinaka-france"),
        ("राफेल-एम के लिए सौदा", "rafale-m"),  # deal for the Rafale M
        ("स्कार्पीन पनडुब्बी का सौदा", "scorpene"),  # deal for Scorpene submarines
        ("Индия купит 26 самолётов «Рафаль-М»", "rafale-m"),  # India will buy 26 Rafale M
        ("Модернизация Миражей-2000 в Индии", "mirage-2000"),  # upgrade of Mirage 2000s in India
    ],
)
def test_programmes_are_found_in_their_usual_spellings(title: str, programme: str, france: Pack) -> None:
    assert programme in detect(Item(id="1", title=title), france).programmes


@pytest.mark.parametrize(
    ("title", "programme"),
    [
        ("Police found the hammer", "hammer"),
        ("Mica mines of Jharkhand", "mica"),
        ("Pinaka regiments for the Indian Army", "pinaka-france"),
        ("INS Vela visits Colombo", "scorpene"),
        ("Meteor shower over Delhi", "meteor"),
        ("AMCA prototype by 2028", "amca-engine"),
        ("P-75I: German bid opened", "scorpene"),
    ],
)
def test_ordinary_words_and_others_machines_are_no_programmes(title: str, programme: str, france: Pack) -> None:
    assert programme not in detect(Item(id="1", title=title), france).programmes


def test_facts_and_stage_are_read_with_the_words_that_were_borrowed(france: Pack) -> None:
    detection = detect(
        Item(
            id="1",
            title="India signs contract with France for 26 Rafale Marine jets",
            text="The deal is worth Rs 63,000 crore. Deliveries will be completed by 2030.",
        ),
        france,
    )
    assert detection.stage == "contract"
    assert detection.programmes[0] == "rafale-m"
    values = {(fact.kind, str(fact.value)) for fact in detection.facts}
    assert ("quantity", "26") in values
    assert ("money", "630000000000") in values
    assert ("party", "france") in values


def test_its_models_are_counted_by_its_own_table(france: Pack) -> None:
    text = "India signs contract with France for three Scorpenes and 26 Rafale-M, with 40 SCALP"
    counts = [fact for fact in detect(Item(id="1", title=text), france).facts if fact.kind == "quantity"]
    assert [(fact.value, fact.unit) for fact in counts] == [
        (Decimal(3), "submarine"), (Decimal(26), "aircraft"), (Decimal(40), "missile")
    ]  # fmt: skip


def test_the_feeds_cover_the_three_languages(france: Pack) -> None:
    assert {feed.lang for feed in france.feeds if feed.default} == {"en", "hi", "ru"}
