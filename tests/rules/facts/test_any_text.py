"""What holds for every text: offsets stay inside it, nothing raises, and the work grows with its length only."""

from __future__ import annotations

import time
import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Pack
from rules.facts.grammars import find_facts
from rules.facts.quantity import find_ordinals
from rules.facts.words import _cut as cut_at_once
from rules.facts.words import words_of

_PIECES = (
    *(
        "$",
        "₹",
        "Rs",
        "€",
        " ",
        " ",
        " ",
        "\u00a0",
        "\u2009",
        "-",
        "–",
        ".",
        ",",
        ":",
        "/",
        "%",
        "“",
        "😀",
        "\n",
        "\u0301",
    ),
    *("1", "26", "2026", "27", "35,000", "6,01,427", "5,43", "६०", "31", "0", "999999999999999999999"),
    *(
        "crore",
        "lakh",
        "billion",
        "bn",
        "m",
        "млрд",
        "тыс",
        "करोड़",
        "अरब",
        "हजार",
        "साढ़े",
        "सौ",
        "hundred",
        "dozen",
    ),
    *(
        "five",
        "two",
        "half",
        "a",
        "and",
        "to",
        "of",
        "пять",
        "двух",
        "дв",
        "पांच",
        "एक",
        "में",
        "से",
        "तक",
        "fourth",
        "й",
    ),
    *(
        "dollars",
        "रुपये",
        "рублей",
        "squadrons",
        "aircraft",
        "missile",
        "полков",
        "राइफलें",
        "S-400",
        "Su-30MKI",
        "AK-203s",
    ),
    *(
        "May",
        "may",
        "Aug",
        "August",
        "декабря",
        "दिसंबर",
        "next",
        "last",
        "year",
        "month",
        "this",
        "следующем",
        "году",
        "इस",
        "साल",
    ),
    *(
        "Monday",
        "в",
        "четверг",
        "FY",
        "fiscal",
        "mid",
        "by",
        "will",
        "signed",
        "remaining",
        "the",
        "more",
        "Rafales",
        "Project",
    ),
)
_NEWS = st.lists(st.sampled_from(_PIECES), max_size=40).map("".join) | st.lists(
    st.sampled_from(_PIECES), max_size=40
).map(" ".join)
_LANGS = st.sampled_from(("en", "hi", "ru"))
_DAYS = st.none() | st.dates()


@settings(max_examples=400, deadline=None)
@given(text=st.text(max_size=120) | _NEWS, lang=_LANGS, on=_DAYS)
def test_every_fact_lies_inside_its_text(text: str, lang: str, on: date | None, pack: Pack) -> None:
    for found in (*find_facts(text, lang, on, pack.counting), *find_ordinals(text, lang, pack.counting)):
        assert 0 <= found.start < found.end <= len(text)
        assert text[found.start : found.end].strip() == text[found.start : found.end]


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=120) | _NEWS)
def test_words_stand_in_order_and_apart(text: str) -> None:
    cut = words_of(text)
    last = 0
    for word, start, end in zip(cut.words, cut.starts, cut.ends, strict=True):
        assert last <= start < end <= len(text)
        assert word.norm == text[start:end] or word.kind in ("word", "model")
        last = end


@settings(max_examples=400, deadline=None)
@given(text=st.text(max_size=80) | _NEWS | st.text(" .,-–a5$\n", max_size=40))
def test_words_cut_piece_by_piece_are_those_of_one_search(text: str) -> None:
    whole, pieces = cut_at_once(text), words_of(text)
    assert list(pieces.words) == list(whole.words)
    assert (list(pieces.starts), list(pieces.ends)) == (list(whole.starts), list(whole.ends))
    assert list(pieces.marked) == list(whole.marked)


@settings(max_examples=200, deadline=None)
@given(text=_NEWS, lang=_LANGS, on=_DAYS)
def test_counts_never_overlap_sums_or_dates(text: str, lang: str, on: date | None, pack: Pack) -> None:
    facts = find_facts(text, lang, on, pack.counting)
    numbers = {place for fact in facts if fact.kind != "quantity" for place in range(fact.start, fact.end)}
    assert not [fact for fact in facts if fact.kind == "quantity" and fact.start in numbers]


def test_decomposed_text_gives_the_same_facts_at_its_own_offsets(pack: Pack) -> None:
    text = "Пятый контракт на 5,43 миллиарда долларов: пять российских полков, 62,000 करोड़ रुपये, दिसंबर 2026"
    decomposed = unicodedata.normalize("NFD", text)
    on = date(2025, 1, 1)
    assert len(decomposed) > len(text)
    assert [(f.kind, f.value) for f in find_facts(decomposed, "ru", on, pack.counting)] == [
        (f.kind, f.value) for f in find_facts(text, "ru", on, pack.counting)
    ]
    assert [
        unicodedata.normalize("NFC", decomposed[f.start : f.end])
        for f in find_facts(decomposed, "ru", on, pack.counting)
    ] == [unicodedata.normalize("NFC", text[f.start : f.end]) for f in find_facts(text, "ru", on, pack.counting)]


_HOSTILE = {
    "digits": "1",
    "separators": "1,",
    "thin spaces": "1\u2009000",
    "number words": "five hundred ",
    "scales": "lakh crore ",
    "ranges": "$3-",
    "designators": "a-1-",
    "marks": "\u0301",
    "quotes": '"',
    "spaces": " ",
    "months": "May and ",
    "days": "4-5 December ",
    "years": "2026-",
    "parts": "two of ",
    "modifiers": "five more new ",
    "remaining": "the remaining 7 ",
    "cues": "by the end of ",
}


@pytest.mark.parametrize("piece", _HOSTILE.values(), ids=_HOSTILE.keys())
def test_hostile_text_costs_no_more_than_its_length(piece: str, pack: Pack) -> None:
    """From 10 kB to 80 kB: linear is 8 times the work. Process time, the best of three, against noise."""

    def cost(size: int) -> float:
        text = (piece * (size // len(piece) + 1))[:size]
        best = float("inf")
        for _ in range(3):
            begun = time.process_time()
            find_facts(text, "en", date(2025, 11, 20), pack.counting)
            best = min(best, time.process_time() - begun)
        return best

    assert cost(80_000) < 30 * max(cost(10_000), 0.002)
