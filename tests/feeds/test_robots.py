"""robots.txt: what its rules mean, and how long an answer counts."""

from __future__ import annotations

import time
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.feeds.robots import MAX_SITES, RobotsFiles, parse_robots
from bot.model import Failed, Fetched

CASES = tomllib.loads((Path(__file__).parents[1] / "data/robots.toml").read_text("utf-8"))["case"]
SITE = "https://news.example"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_a_file_lets_read_what_it_says(case: dict[str, Any]) -> None:
    rules = parse_robots(case["text"].encode(), "Dealwire")
    assert [path for path in case["allowed"] if not rules.allows(SITE + path)] == []
    assert [path for path in case["refused"] if rules.allows(SITE + path)] == []


def test_a_pattern_made_to_be_slow_is_not() -> None:
    rules = parse_robots(b"User-agent: *\n" + b"Disallow: /" + b"*a" * 400 + b"*b$\n", "Dealwire")
    started = time.perf_counter()
    assert rules.allows(SITE + "/" + "a" * 1_900)
    assert time.perf_counter() - started < 0.5


class Site:
    """Answers for robots.txt, counted."""

    def __init__(self, answer: Fetched | Failed) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.now = datetime(2026, 11, 23, tzinfo=UTC)
        self.files = RobotsFiles(self.get, name="Dealwire", clock=lambda: self.now)

    async def get(self, url: str) -> Fetched | Failed:
        self.asked.append(url)
        return self.answer


def text(body: bytes) -> Fetched:
    return Fetched(url=SITE, body=body, content_type="text/plain", etag=None, last_modified=None)


async def test_the_file_is_fetched_once_a_day() -> None:
    site = Site(text(b"User-agent: *\nDisallow: /x"))
    assert await site.files.allows(SITE + "/1")
    assert not await site.files.allows(SITE + "/x")
    assert site.asked == [SITE + "/robots.txt"]
    site.now += timedelta(days=1)
    assert await site.files.allows(SITE + "/1")
    assert len(site.asked) == 2


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_no_file_bans_nothing(status: int) -> None:
    assert await Site(Failed(reason="no", status=status)).files.allows(SITE + "/1")


@pytest.mark.parametrize("status", [429, 500, 503, None])
async def test_a_site_that_cannot_answer_is_not_read_for_an_hour(status: int | None) -> None:
    site = Site(Failed(reason="no", status=status))
    assert not await site.files.allows(SITE + "/1")
    site.answer = text(b"")
    assert not await site.files.allows(SITE + "/1")
    site.now += timedelta(hours=1)
    assert await site.files.allows(SITE + "/1")


async def test_a_bounded_number_of_sites_is_remembered() -> None:
    site = Site(text(b""))
    for number in range(MAX_SITES + 1):
        await site.files.allows(f"https://s{number}.example/")
    await site.files.allows(f"https://s{MAX_SITES}.example/")
    assert len(site.asked) == MAX_SITES + 1
    await site.files.allows("https://s0.example/")
    assert len(site.asked) == MAX_SITES + 2
