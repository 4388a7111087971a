"""Folding keeps the way back to the original text; sentences end where a reader would end them."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.text import fold, sentences, skim

LETTERS = st.sampled_from(
    [*"aZ1 -.Ёёйß\u0130ﬁ\u00ad\u200d\u093c\u0901कड़ि४«’‑\u0306\u0308\u0301\n\t", "😀", "𝐒", "👨\u200d👩"]
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(LETTERS, max_size=60).map("".join))


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("S\u2011400", "s-400"),  # no-break hyphen
        ("S\u00ad400", "s400"),  # soft hyphen
        ("Ёлка", "елка"),
        ("Ё".replace("Ё", unicodedata.normalize("NFD", "Ё")), "е"),
        (unicodedata.normalize("NFD", "Российский"), "российский"),
        ("एस-४००", "एस-400"),  # Devanagari digits
        ("मंज़ूरी", "मंजूरी"),  # approval, with and without nukta
        ("पाँच", "पांच"),  # five, with chandrabindu
        ("Ｓ－４００", "s-400"),  # full width
        ("two\n words", "two  words"),
        ("Straße", "strasse"),
    ],
)
def test_spellings_of_one_word_fold_alike(written: str, folded: str) -> None:
    assert fold(written).text == folded


@given(TEXTS)
def test_every_folded_piece_leads_to_a_piece_of_the_original(text: str) -> None:
    folded = fold(text)
    last = 0
    for position in range(len(folded.text)):
        start, end = folded.span(position, position + 1)
        assert 0 <= start < end <= len(text)
        assert start >= last
        last = start


@given(st.text(alphabet="aZЁёй\u0958ड़ßﬁ४’‑ ſİ", max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once


@given(TEXTS)
def test_sentences_lie_in_order_inside_the_text(text: str) -> None:
    last = 0
    for start, end in sentences(text):
        assert last <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        last = end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rs. 500 crore was paid. Delivery follows.", ["Rs. 500 crore was paid.", "Delivery follows."]),
        ("The U.S. objects. India goes on.", ["The U.S. objects.", "India goes on."]),
        ("रूस से सौदा हुआ। अब डिलीवरी होगी।", ["रूस से सौदा हुआ।", "अब डिलीवरी होगी।"]),  # a deal; now delivery
        (
            "На 5 млрд руб. подписан контракт. Поставка позже.",
            ["На 5 млрд руб. подписан контракт.", "Поставка позже."],
        ),
        ("No end mark", ["No end mark"]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


def test_accents_without_end_cost_linear_time() -> None:
    began = time.process_time()
    fold("a" + "\u0301\u0323" * 50_000)
    assert time.process_time() - began < 2.0


@given(TEXTS)
def test_skimming_folds_the_same(text: str) -> None:
    assert skim(text) == fold(text).text
