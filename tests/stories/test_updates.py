"""What a later report changes of a story: pairs of reports in tests/data/updates.toml, and the rules behind them."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.model import Alert, StoredItem, StoryChange
from bot.stories import RecentStories, alert_for, assimilate, tell, version_of
from bot.stories.updates import interval
from rules import Pack, bundled_rates
from tests.stories.factory import NOW, judged

CASES = tomllib.loads((Path(__file__).resolve().parents[1] / "data/updates.toml").read_text(encoding="utf-8"))["case"]


def report(pack: Pack, told: dict[str, Any], days: float = 0) -> StoredItem:
    return judged(pack, told["title"], told["text"], outlet=told["outlet"], seen_at=NOW + timedelta(days=days))


def folded(
    pack: Pack, first: dict[str, Any], second: dict[str, Any], days: float
) -> tuple[Alert, StoryChange, StoredItem]:
    """The first report's alert, what the second one does, and the second one."""
    rates = bundled_rates()
    one = report(pack, first)
    opened = assimilate(
        one,
        RecentStories(()),
        NOW,
        told=True,
        telling=tell(one, pack, rates, NOW, tier=first.get("tier", 2)),
        pack=pack,
    )
    alert = alert_for(opened, one, pack, NOW)
    assert alert is not None
    other = report(pack, second, days)
    now = NOW + timedelta(days=max(days, 0), minutes=10)
    change = assimilate(
        other,
        RecentStories([opened.after] if days < 3 else []),
        now,
        told=True,
        telling=tell(other, pack, rates, now, tier=second.get("tier", 2)),
        related=[opened.after],
        pack=pack,
    )
    return alert, change, other


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_pair_of_reports(pack: Pack, case: dict[str, Any]) -> None:
    alert, change, _ = folded(pack, case["first"], case["second"], case["days"])
    assert [each.mark for each in change.changes] == case["marks"]
    same = change.before is not None and change.before.id == alert.story_id
    linked = change.earlier is not None and change.earlier.id == alert.story_id
    assert {"same": same, "linked": linked, "other": not same and not linked}[case["story"]]


def case(name: str) -> tuple[dict[str, Any], dict[str, Any], float]:
    found = next(each for each in CASES if each["name"] == name)
    return found["first"], found["second"], found["days"]


def test_a_slip_is_told_with_both_sentences_and_answers_the_first_alert(pack: Pack) -> None:
    alert, change, item = folded(pack, *case("the fourth squadron slips, by the same authority"))
    update = alert_for(change, item, pack, NOW)
    assert update is not None and update.kind == "update"
    assert update.follows == alert.id
    assert update.card.label == "SLIP · OFFICIAL · Rosoboronexport, by ANI"
    before, now = update.card.notes
    assert before.startswith("Before: squadron no. 4 due 2026 (Rosoboronexport, by TASS, 20 Nov 2026): “")
    assert now.startswith("Now: squadron no. 4 due 2027 (Rosoboronexport, by ANI, 25 Nov 2026): “")
    assert update.importance in ("high", "flash")
    assert "slip" in update.facets.marks


def test_the_first_card_is_reheaded_and_shows_the_new_date(pack: Pack) -> None:
    alert, change, _ = folded(pack, *case("the fourth squadron slips, by the same authority"))
    newer = version_of(alert, change, pack, NOW)
    assert newer is not None
    assert newer.card.version == 2
    assert newer.card.label.startswith("SLIP · ")
    assert newer.card.headline == alert.card.headline
    assert "squadron no. 4 due 2027" in newer.card.rows[0].facts
    assert "squadron no. 4 due 2026" not in newer.card.rows[0].facts


def test_a_denial_names_who_denies_and_what_and_tells_other_facts_beside_it(pack: Pack) -> None:
    first, second, days = case("a denial of a date finds the story that told it")
    beside = second | {"text": second["text"] + " The fifth squadron will be delivered to India in 2028."}
    alert, change, item = folded(pack, first, beside, days)
    update = alert_for(change, item, pack, NOW)
    assert update is not None
    assert update.card.label == "DENIED · Rosoboronexport, TASS"
    assert update.card.notes == (f"Rosoboronexport, TASS denies: {first['title']}",)
    facts = update.card.rows[0].facts
    assert "squadron no. 5 due 2028" in facts
    assert not any("2027" in fact for fact in facts)
    newer = version_of(alert, change, pack, NOW)
    assert newer is not None
    assert newer.card.label == "DENIED · Rosoboronexport, TASS"


def test_a_second_denial_rings_no_more(pack: Pack) -> None:
    first, second, days = case("a denial of a date finds the story that told it")
    _, change, item = folded(pack, first, second, days)
    later = NOW + timedelta(days=1, hours=1)
    copy = replace(item, outlet="Another Post")
    again = assimilate(
        copy,
        RecentStories([change.after]),
        later,
        told=True,
        telling=tell(copy, pack, bundled_rates(), later),
        pack=pack,
    )
    assert again.before is not None and again.before.id == change.after.id
    assert again.changes == ()


def test_another_outlet_makes_a_new_version_and_the_same_one_does_not(pack: Pack) -> None:
    first, second, days = case("a repeat changes nothing")
    alert, change, item = folded(pack, first, second, days)
    assert alert_for(change, item, pack, NOW) is None
    newer = version_of(alert, change, pack, NOW)
    assert newer is not None
    assert [source.outlet for source in newer.card.sources] == ["TASS", "ANI"]
    assert newer.card.label == alert.card.label
    again = StoryChange(before=change.before, after=replace(change.after, sources=change.after.sources[:1] * 2))
    assert version_of(alert, again, pack, NOW) is None


def test_a_silent_read_changes_nothing_that_was_told(pack: Pack) -> None:
    first, second, _ = case("the same story with another sum from as good a source")
    one, other = report(pack, first), report(pack, second)
    telling = tell(one, pack, bundled_rates(), NOW)
    opened = assimilate(one, RecentStories(()), NOW, told=True, telling=telling, pack=pack).after
    silent = assimilate(
        other,
        RecentStories([opened]),
        NOW,
        told=False,
        telling=tell(other, pack, bundled_rates(), NOW),
        pack=pack,
    )
    assert silent.changes == ()
    assert silent.after.facts == opened.facts


@pytest.mark.parametrize(
    ("iso", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2026-08-15", date(2026, 8, 15), date(2026, 8, 15)),
        ("2026/2027", date(2026, 1, 1), date(2027, 12, 31)),
    ],
)
def test_a_date_covers_its_days(iso: str, first: date, last: date) -> None:
    assert interval(iso) == (first, last)
