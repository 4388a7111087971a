"""Tests in order of their bounds: the same ones pass as when each is made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.filters import Expression, Number, OneOf, Published, Subject, Sum
from rules.ladders import Ladders

_AT = datetime(2026, 3, 1, tzinfo=UTC)
_INDIA = timezone(timedelta(hours=5, minutes=30))
_DAYS = st.integers(-3, 3).map(timedelta)
_MOMENTS = _DAYS.map(_AT.__add__) | _DAYS.map(lambda day: (_AT + day).astimezone(_INDIA))
_OPERATORS = st.sampled_from((">=", ">", "<=", "<", "="))
_VALUES = st.integers(0, 4).map(float)
_TESTS: st.SearchStrategy[Expression] = st.one_of(
    st.builds(Number, st.sampled_from(("score", "origins", "quantity")), _OPERATORS, _VALUES),
    st.builds(Sum, _OPERATORS, _VALUES, st.sampled_from(("USD", "INR"))),
    st.builds(Published, st.sampled_from(("after", "before")), _MOMENTS),
    st.just(OneOf(("talk",))),
)
_SUBJECTS = st.builds(
    Subject,
    terms=st.sampled_from((frozenset[str](), frozenset({"talk"}))),
    score=st.none() | _VALUES,
    origins=st.none() | st.integers(0, 4),
    values=st.lists(st.tuples(_VALUES, st.sampled_from(("USD", "INR", "EUR"))), max_size=2).map(tuple),
    quantities=st.lists(_VALUES, max_size=2).map(tuple),
    published_at=st.none() | _MOMENTS,
    per_dollar=st.sampled_from(({}, {"USD": 1.0, "INR": 2.0})),
)


@settings(max_examples=300, deadline=None)
@given(tests=st.lists(_TESTS, unique=True, max_size=20), gone=st.sets(st.integers(0, 19)), subject=_SUBJECTS)
def test_the_same_pass_as_when_each_is_asked(tests: list[Expression], gone: set[int], subject: Subject) -> None:
    ladders: Ladders[int] = Ladders()
    for number, test in enumerate(tests):
        ladders.add(test, number)
    for number in gone:
        if number < len(tests):
            ladders.remove(tests[number])
    left = {number: test for number, test in enumerate(tests) if number not in gone}
    assert sorted(ladders.passed(subject)) == [number for number, test in left.items() if test.fits(subject)]
    assert [test in ladders for test in tests] == [number in left for number in range(len(tests))]
    assert all(ladders[test] == number for number, test in left.items())
