"""The filter language: what it understands, and where it says that it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import FilterError, Pack, parse_filter, search_terms

TITLE = "Russia delivers third S-400 regiment to India after talks"


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("", True),
        ("  ", True),
        ("s400", True),
        ("s400 india", True),
        ("s400 turkey", False),
        ("turkey OR s400", True),
        ("turkey OR china", False),
        ("s400 -turkey", True),
        ("s400 -india", False),
        ("s400 NOT india", False),
        ("s-400 AND regiments", True),
        ("(turkey OR india) regiment", True),
        ("-(turkey OR china) regiment", True),
        ("china talks OR india talks", True),  # words bind closer than OR
        ('"third regiment"', True),
        ("“third regiment”", True),
        ("«третий полк»", False),
        ("programme:s-400", True),
        ("programme:su-57 OR programme=s-400", True),
        ("programme:sukhoi", False),
        ("-programme:s-400", False),
        ("С-400", True),
        ("Россия", True),
    ],
)
def test_filters_fit(pack: Pack, text: str, fits: bool) -> None:
    assert parse_filter(text, pack).matches(search_terms(TITLE, pack)) is fits


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ('s-400 "nuclear', 6, "quote is not closed"),
        ("«талвар", 0, "quote is not closed"),
        ("(s-400", 0, "'(' is not closed"),
        ("s-400)", 5, "no '('"),
        ("()", 1, "missing"),
        ("s-400 OR", 8, "missing"),
        ("OR s-400", 0, "missing"),
        ("s-400 NOT", 6, "needs a word"),
        ("stage>=contract", 0, "not understood yet"),
        ("s-400 value>=$1bn", 6, "not understood yet"),
        ("programe:s-400", 0, "did you mean 'programme'?"),
        ("india programme:s-40", 16, "did you mean 's-400'?"),
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


@given(st.text(alphabet='ab -()"«»:>=ORNTs400й', max_size=60))
def test_whatever_is_typed_is_a_filter_or_a_named_mistake(pack: Pack, text: str) -> None:
    try:
        fits = parse_filter(text, pack).matches(frozenset())
    except FilterError as error:
        assert 0 <= error.position <= len(text)
    else:
        assert fits in (True, False)
