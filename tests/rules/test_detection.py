"""The verdicts: examples in three languages, the traps that rivals fall into, stage, certainty and facts."""

from __future__ import annotations

import json
import threading
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import rules
from rules import Detection, Item, Pack, detect
from rules.labelled import labelled_from_lines
from rules.measure import measure

EXAMPLES = (Path(rules.__file__).parent / "packs/india_russia/examples.jsonl").read_text(encoding="utf-8").splitlines()


def verdict(pack: Pack, title: str, text: str = "", on: date | None = None) -> Detection:
    return detect(Item(id="1", title=title, text=text, on=on), pack)


@pytest.mark.parametrize("line", EXAMPLES, ids=[json.loads(line)["id"] for line in EXAMPLES])
def test_our_own_examples_are_judged_right(pack: Pack, line: str) -> None:
    example = json.loads(line)
    detection = verdict(pack, example["title"], example.get("text", ""))
    assert detection.relevant is bool(example["label"]), detection.reasons
    if example["label"]:
        named = set(detection.programmes) | {up for one in detection.programmes for up in pack.ancestors[one]}
        assert set(example.get("programmes", ())) <= named
        assert example.get("stage") in (None, detection.stage)


def test_the_examples_speak_three_languages_and_both_classes() -> None:
    labelled = labelled_from_lines(EXAMPLES)
    assert len(labelled) >= 60
    assert {(item.lang, wanted) for item, wanted in labelled} == {
        (lang, wanted) for lang in ("en", "hi", "ru") for wanted in (True, False)
    }


@pytest.mark.parametrize(
    "title",
    [
        "Russia transports an S-400 regiment to India by sea",  # no sports
        "India weighs updating its BrahMos contract",  # no dating
        "Defence relationship: India and Russia agree on Su-57 production",  # no ships
        "Jerusalem aside, India signs S-400 contract with Russia",  # no USA
        "Indra wargames over, Russia and India sign tank deal",  # no games, and a deal beside an exercise
    ],
)
def test_words_inside_words_do_not_speak_against(pack: Pack, title: str) -> None:
    detection = verdict(pack, title)
    assert detection.relevant
    against = {reason.rule for reason in detection.reasons if reason.weight < 0}
    assert against == set()


@pytest.mark.parametrize(
    ("title", "value", "currency"),
    [
        ("India signs ₹300 crore contract with Russia for Tunguska missiles", 3_000_000_000, "INR"),
        ("Russia and India sign Rs 39,000 crore S-400 deal", 390_000_000_000, "INR"),
        ("DAC clears ₹1.05 lakh crore purchases, S-400 missiles from Russia", 1_050_000_000_000, "INR"),
        (
            "Contract of 300 crore, Ministry of Defence says, for Russian Igla missiles to India",
            3_000_000_000,
            None,
        ),
    ],
)
def test_sums_are_read_whole(pack: Pack, title: str, value: int, currency: str | None) -> None:
    sums = [fact for fact in verdict(pack, title).facts if fact.kind == "money"]
    assert [fact.value for fact in sums] == [Decimal(value)]
    assert currency in (None, sums[0].currency)


def test_quantities_have_units_and_lifetimes_are_none(pack: Pack) -> None:
    detection = verdict(pack, "India signs contract for five S-400 regiments with Russia under 10-year plan")
    counts = [(fact.value, fact.unit, fact.programme) for fact in detection.facts if fact.kind == "quantity"]
    assert counts == [(Decimal(5), "regiment", "s-400")]  # of this system the same


def test_the_contractor_is_not_the_buyer(pack: Pack) -> None:
    detection = verdict(pack, "Rosoboronexport signs contract with India for Tunguska missiles")
    parties = {fact.role: fact.value for fact in detection.facts if fact.kind == "party"}
    assert parties == {"seller": "rosoboronexport", "buyer": "india"}


@pytest.mark.parametrize(
    ("title", "stage"),
    [
        ("India signs contract with Russia for R-37M missiles", "contract"),
        ("India to sign contract with Russia for R-37M missiles", "negotiation"),
        ("India denies signing contract with Russia for R-37M missiles", "denial"),
        ("DAC approves purchase of R-37M missiles from Russia", "approval-aon"),
        ("Russia to deliver R-37M missiles to India", "delivery-planned"),
        ("Russia delivers R-37M missiles to India", "delivery"),
        ("Delivery of R-37M missiles from Russia to India delayed", "delay"),
        ("India scraps plan to buy R-37M missiles from Russia", "cancellation"),
        ("Россия и Индия подписали контракт на ракеты Р-37М", "contract"),
        ("Россия и Индия подпишут контракт на ракеты Р-37М", "negotiation"),
        ("भारत और रूस ने आर-37 मिसाइल सौदे पर हस्ताक्षर किए", "contract"),  # signed the deal
    ],
)
def test_hedged_denied_and_done_are_different_stages(pack: Pack, title: str, stage: str) -> None:
    detection = verdict(pack, title)
    assert detection.relevant
    assert detection.stage == stage
    told = [fact for fact in detection.facts if fact.kind == "stage"]
    assert [fact.value for fact in told] == [stage]


@pytest.mark.parametrize(
    ("text", "certainty", "speaker"),
    [
        (
            "The Defence Ministry said in a statement that the S-400 contract was signed with Russia.",
            "official",
            None,
        ),
        ("Defence Minister Rajnath Singh confirmed the S-400 order, he said.", "confirmed", "rajnath-singh"),
        ("Sources said the S-400 price is agreed.", "reported", None),
        ("A blogger claims the S-400 price is agreed.", "claimed", None),
    ],
)
def test_certainty_and_speaker_come_from_the_words(pack: Pack, text: str, certainty: str, speaker: str | None) -> None:
    detection = verdict(pack, "India buys more S-400 from Russia", text)
    assert (detection.certainty, detection.speaker or speaker) == (certainty, speaker or detection.speaker)


def test_a_denial_is_relevant_and_marked(pack: Pack) -> None:
    detection = verdict(pack, "India denies report of new S-400 deal with Russia")
    assert (detection.relevant, detection.stage, detection.certainty) == (True, "denial", "denied")


def test_sums_go_to_the_nearest_programme_of_their_sentence(pack: Pack) -> None:
    text = "The S-400 contract is worth $5 billion. The Su-30MKI upgrade costs Rs 60,000 crore."
    detection = verdict(pack, "India and Russia discuss S-400 and Su-30MKI upgrade", text)
    bound = {fact.programme: fact.value for fact in detection.facts if fact.kind == "money"}
    assert bound == {"s-400": Decimal(5_000_000_000), "su-30mki-upgrade": Decimal(600_000_000_000)}


def test_a_package_total_is_no_programmes_price(pack: Pack) -> None:
    detection = verdict(pack, "DAC clears proposals worth Rs 2.38 lakh crore, S-400 from Russia among them")
    sums = [(fact.role, fact.programme) for fact in detection.facts if fact.kind == "money"]
    assert sums == [("package", None)]


def test_a_rejection_explains_itself(pack: Pack) -> None:
    detection = verdict(pack, "BrahMos missile test-fired off Odisha")
    assert not detection.relevant
    [against] = [reason for reason in detection.reasons if reason.rule == "no-trade-angle"]
    assert against.weight < 0
    assert set(against.sentence) == {"en", "hi", "ru"}
    assert "test-fired" in [span.quote for span in against.spans]


def test_the_main_programme_comes_first(pack: Pack) -> None:
    text = "India bought T-90 tanks from Russia before. T-90 and T-90 again."
    assert verdict(pack, "Russia offers Su-57 to India", text).programmes == ("su-57", "t-90")


def test_an_empty_item_is_judged_too(pack: Pack) -> None:
    detection = verdict(pack, "")
    assert (detection.relevant, detection.lang, detection.terms) == (False, "en", ())


def test_measure_counts_misses_and_false_alarms(pack: Pack) -> None:
    labelled = [
        (Item(id="hit", title="India signs S-400 contract with Russia"), True),
        (Item(id="missed", title="Weather in Pune"), True),
        (Item(id="alarm", title="India buys Su-57 from Russia"), False),
        (Item(id="quiet", title="Cricket in Pune"), False),
    ]
    measured = measure(labelled, pack)["all"]
    assert (measured.precision, measured.recall, measured.f1) == (0.5, 0.5, 0.5)
    assert (measured.false_alarms, measured.missed) == (("alarm",), ("missed",))


def test_threads_share_a_pack(pack: Pack) -> None:
    item = Item(id="1", title="Россия передала Индии С-400", text="रूस ने भारत को एस-400 सौंपी। Delivered.")
    wanted = detect(item, pack)
    results: list[Detection] = []
    threads = [threading.Thread(target=lambda: results.extend(detect(item, pack) for _ in range(20))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [wanted] * 80


@pytest.mark.parametrize(
    "piece",
    [
        "S-400 ",
        "India Russia signs contract ",
        "to to to ",
        "((",
        "a\u0301\u0323",
        "Rs. ",
        "प्",
        "'\"«- ",
        "militarymilitary-",
        "1",
        ".",
        '!"',
        "S-400 for 5 crore, ",
        "5 S-400 and ",
    ],
)
def test_hostile_text_costs_linear_time(pack: Pack, piece: str) -> None:
    small, large = (
        Item(id="1", title="India signs S-400 contract with Russia", text=piece * (size // len(piece)))
        for size in (5_000, 40_000)
    )
    detect(small, pack)
    quick, slow = (min(_seconds(item, pack) for _ in range(2)) for item in (small, large))
    assert slow < 8 * 4 * quick + 0.2  # eight times the text; four times that for noise, far below the 64 of a square


def _seconds(item: Item, pack: Pack) -> float:
    began = time.process_time()
    detect(item, pack)
    return time.process_time() - began
