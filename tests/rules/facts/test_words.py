"""The quick ways through a text against plain ones: same words, same dates; and what is remembered stays small."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.facts import words
from rules.facts.dates import dates_in
from rules.facts.word_cues import BEGINS_DATE
from rules.facts.words import words_of
from tests.shared_material import shared

# Words as a reader would look for them, one after the other: where the last ended, the next is sought.
_MARKS = "\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u200c\u200d\u00ad"
_NEXT = re.compile(
    r"(?P<sign>(?:US|HK|NT|[ASC])?\$|[₹₨€₽£¥])"
    rf"|(?P<word>[^\W\d_][\w{_MARKS}]*)"
    rf"(?P<tail>[-\u2010\u2011\u2013]\d[\w{_MARKS}]*(?:[-\u2010\u2011][\w{_MARKS}]{{1,4}}(?![\w{_MARKS}]))?)?"
    r"|(?P<number>\d(?:\d|[.,'\u2019](?=\d)|[\u00a0\u202f\u2009\u2007](?=\d{3}(?!\d)))*)"
)
_PIECES = (
    *(" ", " ", "  ", "\u00a0", "\u2009", "-", "–", "—", ".", ",", ":", "/", "%", "“", "_", "\n", "\n\n", "😀"),
    *("\u0301", "\u093c", "²", "$", "US$", "US", "₹", "Rs", "FY", "mid", "May", "Дели", "С", "S", "Su", "रु", "cr"),
    *("5", "26", "2026", "2026-27", "35,000", "6,01,427", "5,43", "६०", "35\u2009000", "400", "30MKI", "999999"),
    *("S-400", "AK-203s", "MiG-29K-2", "С–400", "crore", "करोड़", "млрд", "next", "year", "August", "сегодня"),
)
_TEXTS = st.lists(st.sampled_from(_PIECES), max_size=40).map("".join) | st.text(max_size=80)


def _plainly(text: str) -> Iterator[tuple[str, int, int]]:
    """Kind, start and end of each word."""
    position = 0
    while (match := _NEXT.search(text, position)) is not None:
        start, position = match.span()
        kind = match.lastgroup or ""
        if kind in ("word", "tail"):
            kind, length = words._kind(match.group())
            position = start + length
        yield kind, start, position


def _quickly(text: str) -> Iterator[tuple[str, int, int]]:
    cut = words_of(text)
    for word, start, end in zip(cut.words, cut.starts, cut.ends, strict=True):
        yield word.kind, start, end


@settings(max_examples=500, deadline=None)
@given(text=_TEXTS)
def test_a_text_cut_at_once_gives_the_words_found_one_by_one(text: str) -> None:
    assert list(_quickly(text)) == list(_plainly(text))


@settings(max_examples=300, deadline=None)
@given(text=_TEXTS, on=st.none() | st.dates())
def test_no_date_begins_where_the_scan_does_not_look(text: str, on: date | None) -> None:
    cut = words_of(text)
    everywhere = cut._replace(
        words=[word._replace(cue=word.cue | BEGINS_DATE) for word in cut.words], marked=range(len(cut.words))
    )
    assert dates_in(cut, on) == dates_in(everywhere, on)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["articles", "items", "long"])
def test_news_is_cut_into_the_same_words(name: str) -> None:
    for line in shared(f"eval/{name}.dev.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = f"{row['title']}\n{row.get('text') or row.get('body') or row.get('summary') or ''}"
        assert list(_quickly(text)) == list(_plainly(text))


def test_a_word_is_the_same_value_wherever_it_stands() -> None:
    first, second = words_of("new jets").words[1], words_of("He saw old jets").words[3]
    assert first is second


def test_a_word_parts_from_its_number_only_where_it_names_no_model() -> None:
    assert [word.norm for word in words_of("FY26-27, mid-2026: Rs5,000 for S-400").words] == [
        *("fy", "26", "27", "mid", "2026", "rs", "5,000", "for", "s-400")
    ]


def test_long_hostile_words_and_gaps_are_not_remembered() -> None:
    words_of("many different words (")
    before = words._word.cache_info().currsize, len(words._chunks), len(words._chunks_after)
    words_of("(" * 100_000 + "a" * 100_000)
    words_of("many different words " + "b" * 100_000)
    words_of("many" + " (" * 100_000 + " " + "c" * 100_000)
    assert (words._word.cache_info().currsize, len(words._chunks), len(words._chunks_after)) == before
