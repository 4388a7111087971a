"""The percolator finds what asking every filter would find, whatever the filters are."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Pack, Percolator, Subject, parse_filter
from tests.rules.filters.subjects import subject

WORDS = ("s-400", "sukhoi", "india", "talks", "delay", "regiment", "«third regiment»", "talks NEAR/3 delay")
FIELDS = (
    "stage>=contract", "stage:delay", "value>=$1bn", "value<₹100cr", "lang:en", "-lang:ru", "score>=0.5", "is:new",
    "programme:s-400", "category:air-defence", "importance>=high", "after:2025", "before:2025-06", "source:wire",
    "official:yes", "quantity>3",
)  # fmt: skip
TITLES = (
    "Russia delivers third regiment of S-400 to India",
    "India and Russia in talks after delay of Su-30MKI upgrade",
    "Delay of talks",
    "Россия и Индия обсудили С-400",  # Russia and India discussed the S-400
    "",
)

_part = st.sampled_from((*WORDS, *FIELDS))
filters = st.recursive(
    _part,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(" ".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " OR ".join(parts) + ")"),
        inner.map(lambda part: f"-({part})"),
    ),
    max_leaves=6,
)


@st.composite
def subjects(draw: st.DrawFn, pack: Pack) -> Subject:
    return subject(
        pack,
        draw(st.sampled_from(TITLES)),
        stage=draw(st.sampled_from((None, "delay", "contract", "delivery"))),
        importance=draw(st.sampled_from(("low", "high"))),
        score=draw(st.sampled_from((None, 0.4, 0.9))),
        values=draw(st.sampled_from(((), ((10**9, "INR"),), ((2 * 10**9, "USD"), (1, "INR"))))),
        quantities=draw(st.sampled_from(((), (3,), (3, 5)))),
        marks=draw(st.sampled_from((("new", "official"), ("update", "reported")))),
    )


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_it_finds_what_the_loop_over_all_finds(pack: Pack, data: st.DataObject) -> None:
    texts = data.draw(st.lists(filters, min_size=1, max_size=25))
    frequency = data.draw(st.dictionaries(st.sampled_from(("c:s-400", "talk", "lang:en")), st.integers(0, 9)))
    parsed = {number: parse_filter(text, pack) for number, text in enumerate(texts)}
    percolator: Percolator[int] = Percolator(frequency)
    for number, wanted in parsed.items():
        percolator.add(number, wanted)
    gone = data.draw(st.sets(st.sampled_from(sorted(parsed))))
    for number in gone:
        percolator.remove(number)
    for _ in range(3):
        report = data.draw(subjects(pack))
        expected = [number for number, wanted in parsed.items() if number not in gone and wanted.matches(report)]
        assert sorted(percolator.match(report)) == expected
    assert len(percolator) == len(parsed) - len(gone)


def test_a_new_filter_takes_the_place_of_the_old_one(pack: Pack) -> None:
    percolator: Percolator[str] = Percolator()
    percolator.add("a", parse_filter("brahmos", pack))
    percolator.add("a", parse_filter("s-400", pack))
    percolator.add("b", parse_filter("s-400", pack))
    report = subject(pack, "S-400 talks")
    assert sorted(percolator.match(report)) == ["a", "b"]
    assert percolator.match(subject(pack, "BrahMos talks")) == []
    percolator.remove("a")
    percolator.remove("never there")
    assert percolator.match(report) == ["b"]
    assert "a" not in percolator


def test_the_empty_filter_matches_everything(pack: Pack) -> None:
    percolator: Percolator[str] = Percolator()
    percolator.add("all", parse_filter("", pack))
    assert percolator.match(subject(pack, "")) == ["all"]
