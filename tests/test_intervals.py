"""How often the configuration lets feeds be read."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from bot.app import feeds_of
from bot.config import Config, OwnFeed, Polling
from rules import Pack


def interval(pack: Pack, url: str, *, own: float | None = None, **polling: Any) -> tuple[int, bool]:
    """The seconds between two polls of an own feed at `url`, and whether its rhythm may change them."""
    config = Config(default_feeds=False, polling=Polling(**polling), feeds=(OwnFeed(url=url, interval_minutes=own),))
    (feed,) = feeds_of(config, pack)
    return feed.interval_s, feed.adaptive


def test_an_interval_of_the_feeds_own_stays_and_the_general_one_is_where_it_begins(pack: Pack) -> None:
    assert interval(pack, "https://example.org/rss") == (300, True)
    assert interval(pack, "https://example.org/rss", interval_minutes=10) == (600, True)
    assert interval(pack, "https://example.org/rss", own=15) == (900, False)


def test_nobody_but_our_own_machines_is_asked_more_than_once_a_minute(pack: Pack) -> None:
    ours = {"allow_private": ("127.0.0.1:8080",)}

    assert interval(pack, "https://example.org/rss", own=0.1) == (60, False)
    assert interval(pack, "http://127.0.0.1:8081/rss", own=0.1, **ours) == (60, False)
    assert interval(pack, "http://127.0.0.1:8080/rss", own=0.1, **ours) == (6, False)
    assert interval(pack, "http://127.0.0.1:8080/rss", own=0.001, **ours) == (1, False)


def test_the_bounds_must_be_in_order() -> None:
    with pytest.raises(ValidationError, match="min_interval_minutes is more than max_interval_minutes"):
        Polling(min_interval_minutes=30, max_interval_minutes=20)
