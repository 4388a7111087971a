"""Which programmes an item is about: what it only recalls stays a mention."""

from __future__ import annotations

import pytest

from rules import Item, Pack, detect


def about(pack: Pack, title: str, text: str = "") -> tuple[str, ...]:
    return detect(Item(id="1", title=title, text=text), pack).programmes


@pytest.mark.parametrize(
    ("title", "text", "programmes"),
    [
        # what the title names stands first, then the first sentences; a far paragraph is background
        (
            "Russia offers Su-57 to India",
            "It is new. T-90 tanks may follow. A team will come. Talks go on. India flies Su-30MKI jets.",
            ("su-57", "t-90"),
        ),
        # the first sentences name nothing: then the rest counts
        (
            "India and Russia hold defence talks",
            "They met. They spoke. They dined. They parted. The Su-57 was discussed.",
            ("su-57",),
        ),
        # an order hides its type, unless a sentence speaks of the type by itself
        ("India to buy five more S-400 regiments from Russia", "", ("s-400-additional",)),
        (
            "India to buy five more S-400 regiments from Russia",
            "Two squadrons of the 2018 contract for S-400 systems are still due.",
            ("s-400-additional", "s-400"),
        ),
        ("India, Russia agree on Su-30MKI upgrade", "", ("su-30mki-upgrade",)),
        # what something is for is not the subject
        ("Army signs deal for Invar missiles for T-90 tanks", "", ("invar",)),
        ("टी-90 टैंकों के लिए इन्वर मिसाइलें खरीदेगी सेना", "", ("invar",)),  # Invar missiles for T-90 tanks
        ("Россия поставит Индии двигатели АЛ-31ФП для истребителей Су-30МКИ", "", ("al-31fp",)),
        # "and" and "for" with a deal are no such thing
        ("India signs contract with Russia for S-400 and Igla-S", "", ("s-400", "igla-s")),
        # a list of the past
        (
            "Russia, India discuss Su-57",
            "Bilateral projects such as S-400, T-90 and BrahMos were recalled.",
            ("su-57",),
        ),
        # nothing named: the field as a whole
        ("Defence ministers of India and Russia discuss military cooperation", "", ("mtc-general",)),
        ("Объем заказов на российское оружие для Индии вырос", "", ("mtc-general",)),
        # the field as a whole only when nothing is named
        ("India, Russia discuss defence cooperation and S-400", "", ("s-400",)),
    ],
)
def test_the_programmes_of_an_item(pack: Pack, title: str, text: str, programmes: tuple[str, ...]) -> None:
    assert about(pack, title, text) == programmes


def test_what_is_only_recalled_stays_a_mention_and_a_search_term(pack: Pack) -> None:
    text = "It is new. A team will come. Talks go on. More is not known. India flies Su-30MKI jets."
    detection = detect(Item(id="1", title="Russia offers Su-57 to India", text=text), pack)
    assert "su-30mki" not in detection.programmes
    assert "su-30mki" in {mention.concept for mention in detection.mentions}
    assert "c:su-30mki" in detection.terms


@pytest.mark.parametrize(
    ("title", "is_follow_on"),
    [
        ("India in talks with Russia for additional S-400 systems", True),
        ("India wants more S-400 from Russia", True),
        ("Индия купит у России еще пять С-400", True),  # buys five more
        ("Additional radars aside, India awaits delivery of S-400 from Russia", False),
        ("Аванс за С-400 Индия еще не внесла", False),  # the advance has not been paid yet
        ("Russia to deliver remaining S-400 to India, more tanks too", False),
    ],
)
def test_the_follow_on_order_is_named_by_words_beside_the_name(pack: Pack, title: str, is_follow_on: bool) -> None:
    assert ("s-400-additional" in about(pack, title)) is is_follow_on
