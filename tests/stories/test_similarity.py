"""Headlines that tell one thing, and look-alikes that do not."""

from __future__ import annotations

import pytest

from bot.stories.similarity import alike, headline_tokens

SAME = [
    ("India, Russia sign S-400 contract", "India, Russia sign S-400 contract"),
    ("India, Russia sign S-400 contract", "INDIA, RUSSIA SIGN S-400 CONTRACT!"),
    (
        "India signs deal for ten Ka-31 helicopters with Russia",
        "India signs deal with Russia for ten Ka-31 helicopters",
    ),
    (
        "Russia delivers second stealth frigate INS Tamal to India - Sample Times",
        "Russia delivers second stealth frigate INS Tamal to India | Example Post",
    ),
    # "Russia handed a frigate over to India" in two word orders
    ("Россия передала Индии фрегат «Тамал»", "Россия передала фрегат «Тамал» Индии"),
    # "India and Russia signed the agreement on the rifles", with and without the outlet
    ("भारत और रूस ने राइफल समझौते पर हस्ताक्षर किए", "भारत और रूस ने राइफल समझौते पर हस्ताक्षर किए - नमूना"),
]
APART = [
    ("Russia to deliver fourth S-400 squadron in 2026", "Russia to deliver fourth S-400 squadron in 2027"),
    ("India signs contract for 5 S-400 squadrons", "India signs contract for 10 S-400 squadrons"),
    ("India buys frigates", "India buys missiles"),
    (
        "India in talks",
        "India in talks with Russia on Su-57 production line and engine technology transfer for HAL",
    ),
    ("Россия передала Индии фрегат", "Россия передала Китаю фрегат"),  # to India; to China
]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_copies_are_alike(first: str, second: str) -> None:
    assert alike(headline_tokens(first), headline_tokens(second))


@pytest.mark.parametrize(("first", "second"), APART)
def test_other_news_is_not_alike(first: str, second: str) -> None:
    assert not alike(headline_tokens(first), headline_tokens(second))


def test_an_empty_headline_is_like_nothing() -> None:
    assert not alike(headline_tokens(""), headline_tokens(""))


def test_hindi_words_keep_their_vowel_signs() -> None:
    assert headline_tokens("मिसाइल की खेप") == ("मिसाइल", "की", "खेप")  # "a consignment of missiles"
