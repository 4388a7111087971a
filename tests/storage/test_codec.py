"""What is kept as JSON comes back as it was."""

from __future__ import annotations

import json

from bot.storage.codec import (
    clean,
    decode_card,
    decode_detection,
    decode_sources,
    decode_texts,
    encode_card,
    encode_detection,
    encode_sources,
    encode_texts,
)
from tests.storage.samples import card, detection, story


def test_a_detection_comes_back_equal() -> None:
    assert decode_detection(encode_detection(detection())) == detection()


def test_a_number_keeps_its_digits_and_is_told_from_a_text() -> None:
    facts = decode_detection(encode_detection(detection())).facts
    assert [repr(fact.value) for fact in facts] == ["Decimal('60000.10')", "'2026/2027'", "Decimal('5')"]


def test_a_card_comes_back_equal() -> None:
    assert decode_card(encode_card(card())) == card()


def test_sources_and_texts_come_back_equal() -> None:
    assert decode_sources(encode_sources(story().sources)) == story().sources
    assert decode_texts(encode_texts(("С-400", "एस-400", '"'))) == ("С-400", "एस-400", '"')  # S-400, twice


def test_text_is_kept_readable() -> None:
    assert "Контракт" in encode_texts(["Контракт"])  # contract


def test_a_nul_is_dropped_but_not_a_text_about_one() -> None:
    assert decode_texts(encode_texts(["a\0b", r"the escape \u0000"])) == ("ab", r"the escape \u0000")
    assert decode_card(encode_card(card("S\0-400"))).headline == "S-400"


def test_a_lone_surrogate_becomes_the_replacement_character() -> None:
    assert clean("С\ud800-400\0") == "С\ufffd-400"
    assert decode_texts(encode_texts(["С\udfff"])) == ("С\ufffd",)


def test_rows_of_a_version_with_more_or_fewer_fields_are_read() -> None:
    row = json.loads(encode_detection(detection()))
    del row["certainty"]
    row["mood"] = "gone"
    assert decode_detection(json.dumps(row)).certainty == "reported"
