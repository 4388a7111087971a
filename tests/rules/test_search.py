"""What is typed finds what was written, in any inflection, spelling and alphabet."""

from __future__ import annotations

import pytest

from rules import Pack, query_terms, search_terms


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("sukhoi", "Индия модернизирует Су-30МКИ"),
        ("s400", "Deliveries of the S-400 resume"),
        ("с-400", "एस-400 की खेप"),
        ("regiment", "two regiments delivered"),
        ("regiments", "a regiment delivered"),
        ("полк", "пять полков"),
        ("ракета", "поставки ракеты"),
        ("मिसाइल", "मिसाइलों की खरीद"),  # missile; purchase of missiles
        ("russia", "रूस से सौदा"),  # deal with Russia
        ("Putin", "с Путиным"),
        ("triumf", "a triumf of chess"),
        ("triumf", "S-400 systems"),
        ("“air force”", "The Indian air force flew"),
        ("hal", "HAL wins order"),
    ],
)
def test_a_query_finds(pack: Pack, query: str, text: str) -> None:
    terms = set(search_terms(text, pack))
    assert all(any(one in terms for one in alternatives) for alternatives in query_terms(query, pack))


def test_a_query_asks_for_each_of_its_words(pack: Pack) -> None:
    assert query_terms("s400 regiments", pack) == (("c:s-400",), ("regiment",))
    assert query_terms("", pack) == ()


def test_terms_bring_the_parents_along(pack: Pack) -> None:
    terms = search_terms("Su-30MKI upgrade", pack)
    assert {"c:su-30mki-upgrade", "c:su-30mki", "c:sukhoi"} <= set(terms)
    assert len(set(terms)) == len(terms)


def test_a_word_is_not_found_inside_another(pack: Pack) -> None:
    (wanted,) = query_terms("sport", pack)
    assert not set(wanted) & set(search_terms("Russia transports grain", pack))
