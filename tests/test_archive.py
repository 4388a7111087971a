"""Looking through the archive: search, previews and backtests, with and without the index's help."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.archive import newest, pages
from bot.backtest import backtest, shown
from bot.matching import Matcher
from bot.storage import Store
from rules import FilterError, Pack, parse_filter
from tests.archive_samples import FEED, archive

NOW = datetime(2025, 11, 20, 8, 32, tzinfo=UTC)
CONTRACT = "India signs ₹63,000 crore contract with Russia for five S-400 squadrons"
TALKS = "Talks with Russia on Su-30MKI upgrade at an advanced stage"
FRIGATE = "Россия передала Индии второй фрегат проекта 11356"  # Russia handed over to India the second frigate …


@pytest.fixture
async def full(store: Store, pack: Pack) -> Store:
    """Ten days, three alerts a day."""
    await store.sync_feeds([FEED], lambda feed: NOW, NOW)
    for day in range(10, 0, -1):
        for minute, headline in enumerate((CONTRACT, TALKS, FRIGATE)):
            await archive(store, pack, f"{headline} ({day})", NOW - timedelta(days=day, minutes=-minute))
    return store


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        ("s-400", CONTRACT),  # the index decides
        ("value>=$1bn", CONTRACT),  # the index knows nothing of it
        ('"five s-400 squadrons"', CONTRACT),  # the index narrows it down
        ("-s400 -frigate lang:en", TALKS),
        ("фрегат", FRIGATE),
        ("category:naval OR «второй фрегат»", FRIGATE),
    ],
)
async def test_the_newest_that_match_come_first(full: Store, pack: Pack, text: str, headline: str) -> None:
    matcher, wanted = Matcher(pack), parse_filter(text, pack)
    found = await newest(full, matcher, wanted, 3)
    assert [alert.card.headline for alert in found.alerts] == [f"{headline} ({day})" for day in (1, 2, 3)]
    assert found.complete
    older = await newest(full, matcher, wanted, 20, before_id=found.alerts[-1].id)
    assert [alert.card.headline for alert in older.alerts] == [f"{headline} ({day})" for day in range(4, 11)]
    assert older.complete


async def test_a_question_without_words_looks_at_so_many_and_says_so(full: Store, pack: Pack) -> None:
    wanted = parse_filter("value>=$900bn", pack)
    found = await newest(full, Matcher(pack), wanted, 1, scan=20)
    assert found.alerts == ()
    assert not found.complete
    assert (await newest(full, Matcher(pack), wanted, 1)).complete


async def test_pages_reach_down_to_a_moment(full: Store, pack: Pack) -> None:
    wanted = parse_filter("stage>=contract -lang:ru", pack)
    since = NOW - timedelta(days=4, hours=1)
    found = [page async for page in pages(full, Matcher(pack), wanted, since=since, size=3)]
    assert sum(len(page.matching) for page in found) == 4
    assert sum(page.looked_at for page in found) < 15


async def test_a_backtest_counts_by_day_and_shows_the_newest(full: Store, pack: Pack) -> None:
    told: list[tuple[int, int]] = []
    result = await backtest(
        full, pack, "value>=$1bn", now=NOW, days=5, count=2, on_progress=lambda at, of: told.append((at, of))
    )
    assert (result.matching, result.alerts) == (5, 15)
    assert sum(result.per_day.values()) == 5
    assert result.per_day[date(2025, 11, 19)] == 1
    assert list(result.per_day)[-1] == date(2025, 11, 20)
    assert [alert.card.headline for alert in result.newest] == [f"{CONTRACT} (1)", f"{CONTRACT} (2)"]
    assert told == [(15, 15)]
    words = shown(result)
    assert words.startswith("5 of 15 alerts in the last 5 days, 1.0 a day")
    assert "19 Nov 2025      1 █" in words
    assert result.as_json()["matching"] == 5


async def test_a_backtest_refuses_what_is_no_filter(full: Store, pack: Pack) -> None:
    with pytest.raises(FilterError):
        await backtest(full, pack, "stage>=", now=NOW)
