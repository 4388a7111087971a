"""Who stands behind an item and behind each fact, and how sure that makes it."""

from __future__ import annotations

from datetime import date

import pytest

from rules import Detection, Item, Pack, detect

ON = date(2025, 6, 20)


def verdict(pack: Pack, title: str, text: str = "") -> Detection:
    return detect(Item(id="1", title=title, text=text, on=ON), pack)


@pytest.mark.parametrize(
    ("text", "certainty", "speaker"),
    [
        (
            "The contract was signed on Monday, the Ministry of Defence said in a statement.",
            "official",
            "mod-india",
        ),
        ("Russia will deliver the systems on time, Rosoboronexport said.", "official", "rosoboronexport"),
        (
            "The systems will come on time, Russian ambassador Denis Alipov told reporters.",
            "confirmed",
            "denis-alipov",
        ),
        ("The price is agreed, two officials aware of the matter said, asking not to be named.", "reported", None),
        ("The price is agreed, according to people familiar with the matter.", "reported", None),
        ("The Economic Times reported that the price had been agreed.", "reported", None),
        ("The Economic Times reported, citing government sources, that the price is agreed.", "reported", None),
        ("Military Watch Magazine writes that the price has been agreed.", "claimed", None),
        ("A defence blogger claims that the price is agreed.", "claimed", None),
        ("По словам главы Минобороны Индии Раджнатха Сингха, цена согласована.", "confirmed", "rajnath-singh"),
        ("Об этом сообщили в Минобороны Индии.", "official", "mod-india"),  # the ministry said
        ("Об этом пишет газета со ссылкой на источники в правительстве.", "reported", None),  # sources
        ("रक्षा मंत्रालय ने बयान में कहा कि सौदा हो गया है।", "official", None),  # the ministry said
        ("सूत्रों के मुताबिक कीमत तय हो गई है।", "reported", None),  # according to sources
        ("रक्षा मंत्री राजनाथ सिंह ने कहा कि कीमत तय है।", "confirmed", "rajnath-singh"),  # the minister said
    ],
)
def test_the_source_of_an_item(pack: Pack, text: str, certainty: str, speaker: str | None) -> None:
    detection = verdict(pack, "India and Russia: new step on S-400 contract", text)
    assert detection.certainty == certainty
    assert speaker in (None, detection.speaker)


def test_a_headline_names_its_source_before_a_colon(pack: Pack) -> None:
    assert verdict(pack, "Jane's: India drops joint fighter FGFA with Russia").certainty == "reported"
    assert verdict(pack, "Report: India signs S-400 contract with Russia").certainty == "reported"


def test_an_outlet_yields_to_whom_it_quotes(pack: Pack) -> None:
    text = "Reuters reported on Tuesday. Supplies are on schedule, ambassador Denis Alipov said."
    detection = verdict(pack, "Russia to supply S-400 to India on time", text)
    assert (detection.certainty, detection.speaker) == ("confirmed", "denis-alipov")


def test_a_ministry_that_acts_speaks_for_itself(pack: Pack) -> None:
    text = "The defence ministry on Thursday signed a contract with Rosoboronexport for Tunguska missiles."
    assert verdict(pack, "India signs contract for Tunguska missiles with Russia", text).certainty == "official"


def test_nobody_named_is_the_outlet_itself(pack: Pack) -> None:
    detection = verdict(pack, "India and Russia sign S-400 contract")
    assert (detection.certainty, detection.speaker) == ("reported", None)


def test_the_denier_stands_behind_a_denial(pack: Pack) -> None:
    text = "There is no such contract, Defence Minister Rajnath Singh said."
    detection = verdict(pack, "India denies Su-57 contract with Russia", text)
    assert (detection.certainty, detection.speaker) == ("denied", "rajnath-singh")


def test_each_fact_has_the_speaker_of_its_own_sentence(pack: Pack) -> None:
    text = (
        "The Ministry of Defence said in a statement that five S-400 squadrons were ordered. "
        "The price is $5.5 billion, sources said."
    )
    facts = verdict(pack, "India signs S-400 contract with Russia", text).facts
    told = {fact.kind: fact.certainty for fact in facts if fact.field == "text" and fact.kind != "party"}
    assert told["quantity"] == "official"
    assert told["money"] == "reported"


def test_background_is_told_by_the_outlet_itself(pack: Pack) -> None:
    text = (
        "The Ministry of Defence said in a statement that the Su-57 was not for sale.\n\n"
        "It met again.\n\nIt met once more.\n\nThe T-90 order of 2019 cost $2.8 billion."
    )
    facts = verdict(pack, "India, Russia end Su-57 contract talks", text).facts
    [money] = [fact for fact in facts if fact.kind == "money"]
    assert (money.role, money.certainty, money.speaker) == ("background", "reported", None)
