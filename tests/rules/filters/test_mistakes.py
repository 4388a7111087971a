"""What is not understood is refused, with its place and the nearest valid spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import FilterError, Pack, parse_filter
from tests.rules.filters.subjects import subject


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ('s-400 "nuclear', 6, "quote is not closed"),
        ("«талвар", 0, "quote is not closed"),
        ('party:"hal', 6, "quote is not closed"),
        ("(s-400", 0, "'(' is not closed"),
        ("s-400)", 5, "no '('"),
        ("()", 1, "missing"),
        ("s-400 OR", 8, "missing"),
        ("OR s-400", 0, "missing"),
        ("s-400 NOT", 6, "needs a word"),
        ("s-400 AND", 6, "needs something after"),
        ("s-400 NEAR", 6, "both sides"),
        ("NEAR s-400", 0, "both sides"),
        ("s-400 NEAR/5 (a b)", 6, "both sides"),
        ("s-400 NEAR/999 talks", 6, "1 to 50 words"),
        ("programe:s-400", 0, "did you mean 'programme'?"),
        ("india programme:s-40", 16, "did you mean 's-400'?"),
        ("category:airdefence", 9, "did you mean 'air-defence'?"),
        ("stage>=contrct", 7, "did you mean 'contract'?"),
        ("stage>denial", 6, "write stage:denial"),
        ("party:hall", 6, "did you mean 'hal'?"),
        ("kind:oficial", 5, "did you mean 'official'?"),
        ("is:slipp", 3, "did you mean 'slip'?"),
        ("importance>urgent", 11, "flash"),
        ("lang>en", 0, "write lang:en"),
        ("lang:french", 5, "'lang' knows no"),
        ("official:maybe", 9, "there are: false, no, true, yes"),
        ("value>=1bn", 7, "names no currency"),
        ("value>=lots", 7, "no sum of money"),
        ("quantity>many", 9, "no number"),
        ("score>=80", 7, "between 0 and 1"),
        ("after:2026-13-01", 6, "no date"),
        ("after:tomorrow", 6, "no date"),
        ("after:", 6, "needs a value"),
        ("source:!!", 7, "no name"),
        ('x "' + "word " * 21 + '"', 2, "at most 20 words"),
        ("!!!", 0, "no letters"),
        ("(" * 40 + "a" + ")" * 40, 30, "at most 30"),
        ("a " * 600, 1000, "at most 1000 characters"),
    ],
)
def test_mistakes_are_named_with_their_position(pack: Pack, text: str, position: int, message: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(text, pack)
    assert caught.value.position == position
    assert message in str(caught.value)


@given(st.text(alphabet='ab -()"«»:>=/&gt;ORNTEAs400й₹$ 1,.млрдvalue', max_size=80))
def test_whatever_is_typed_is_a_filter_or_a_named_mistake(pack: Pack, text: str) -> None:
    try:
        fits = parse_filter(text, pack).matches(subject(pack, "Russia delivers S-400 to India"))
    except FilterError as error:
        assert 0 <= error.position <= len(text)
    else:
        assert fits in (True, False)
