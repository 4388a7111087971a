"""Why a feed could not be read, in the reader's language: the reasons that bot.feeds gives are known."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.feed_words import REASONS, reason_said
from bot.i18n import words_in

FEEDS = Path(__file__).resolve().parents[1] / "bot" / "feeds"


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("timed out after 30 s", "время вышло через 30 с"),
        ("HTTP 403 Forbidden: blocked by Cloudflare", "HTTP 403 Forbidden: не пускает Cloudflare"),
        ("an HTML page instead of a feed", "страница HTML вместо ленты"),
        ("redirected to 10.0.0.1:80 is not a public address", "перенаправлена на непубличный адрес 10.0.0.1:80"),
        ("HTTP 503 Service Unavailable", "HTTP 503 Service Unavailable"),
        ("", "причина неизвестна"),
    ],
)
def test_a_reason_is_told_in_the_readers_language(reason: str, told: str) -> None:
    assert words_in("ru").tell(reason_said(reason)) == told


def test_in_english_every_reason_stays_as_it_was_given() -> None:
    assert str(reason_said("no connection (Connection refused)")) == "no connection (Connection refused)"
    assert str(reason_said("something that nobody foresaw {x}")) == "something that nobody foresaw {x}"


def test_every_known_reason_is_still_given_by_the_feeds() -> None:
    """By its longest run of fixed words: a reason that bot.feeds words anew would be shown in English."""
    code = " ".join(path.read_text(encoding="utf-8") for path in [*FEEDS.glob("*.py"), FEEDS.parent / "polling.py"])
    fixed = [max(re.split(r"\{\w+\}", reason), key=len).strip(" (),:") for reason in REASONS]
    composed = {"timed out: no connection for", "timed out: no data for"}  # of "timed out: {what} for"
    assert [words for words in fixed if words not in code and words not in composed] == []
