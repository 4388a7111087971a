"""The quick look turns nothing away that a full reading would find relevant, and says the same."""

from __future__ import annotations

import lzma

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import Item, Pack, detect
from tests.shared_material import shared

WORDS = st.sampled_from(
    [
        "India", "Russia", "Russian", "S-400", "Su-30MKI", "BrahMos", "signs", "deal", "Army", "crore", "missiles",
        "oil", "Turkey", "squadron", "remaining", "Navy", "arms", "crash", "Igla", "PIB", "MoD", "Sarmat",
        "Triumf", ".", "\n",
        "Индия", "России", "С-400", "контракт", "поставит", "истребители", "Игла", "ПЗРК", "रूस", "भारत", "एस-400",
        "सौदा", "सेना", "मिसाइल", "खरीदेगी", "सुखोई", "з\u0308", "मंज़ूरी",
    ]
)  # fmt: skip
TITLES = st.lists(WORDS, max_size=9).map(" ".join)


@given(TITLES, TITLES)
def test_the_quick_verdict_is_the_full_one(pack: Pack, title: str, text: str) -> None:
    item = Item(id="1", title=title, text=text)
    full, quick = detect(item, pack), detect(item, pack, explain=False)
    assert quick.relevant is full.relevant
    assert quick.lang == full.lang
    assert quick.relevant == (quick == full) or not full.reasons


def test_what_is_turned_away_comes_back_bare(pack: Pack) -> None:
    quick = detect(Item(id="1", title="Cricket: Delhi win by six wickets"), pack, explain=False)
    assert (quick.relevant, quick.score, quick.reasons, quick.mentions, quick.terms) == (False, 0.0, (), (), ())


def test_what_comes_near_keeps_its_score_and_its_programmes(pack: Pack) -> None:
    item = Item(id="1", title="BrahMos missile test-fired off Odisha")
    full, quick = detect(item, pack), detect(item, pack, explain=False)
    assert (quick.score, quick.programmes) == (full.score, full.programmes) == (full.score, ("brahmos",))
    assert quick.reasons == ()


@pytest.mark.shared
def test_real_headlines_are_judged_alike(pack: Pack) -> None:
    with lzma.open(shared("eval/headlines.dev.tsv.xz"), "rt", encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for number, line in enumerate(lines) if number % 20 == 0]
    items = [Item(id=str(number), title=row[2], text="".join(row[3:4])) for number, row in enumerate(rows)]
    differing = [
        item.title for item in items if detect(item, pack).relevant is not detect(item, pack, explain=False).relevant
    ]
    assert len(items) > 2000
    assert differing == []
