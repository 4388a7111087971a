"""So many questions a minute for each person, and a bounded memory of people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.allowance import Allowance

NOW = datetime(2026, 11, 20, 8, 32, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_a_minutes_questions_are_answered_at_once_and_then_one_every_so_often() -> None:
    allowance = Allowance(20)
    assert [allowance.wait_s("telegram:7", NOW) for _ in range(20)] == [0.0] * 20
    assert allowance.wait_s("telegram:7", NOW) == pytest.approx(3.0)
    assert allowance.wait_s("telegram:7", after(2)) == pytest.approx(1.0)
    assert allowance.wait_s("telegram:7", after(3)) == 0.0
    assert allowance.wait_s("telegram:7", after(3)) == pytest.approx(3.0)


def test_one_persons_flood_takes_nothing_from_others() -> None:
    allowance = Allowance(1)
    assert allowance.wait_s("telegram:7", NOW) == 0.0
    assert allowance.wait_s("telegram:7", NOW) > 0
    assert allowance.wait_s("slack:U7", NOW) == 0.0


def test_somebody_who_floods_is_told_once_until_answered_again() -> None:
    allowance = Allowance(1)
    for _ in range(3):
        allowance.wait_s("telegram:7", NOW)
    assert [allowance.to_tell("telegram:7") for _ in range(3)] == [True, False, False]
    assert allowance.wait_s("telegram:7", after(60)) == 0.0
    assert allowance.wait_s("telegram:7", after(60)) > 0
    assert allowance.to_tell("telegram:7")


def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    allowance = Allowance(1)
    allowance.wait_s("telegram:7", NOW)
    assert allowance.wait_s("telegram:7", after(-3600)) > 0


def test_people_are_forgotten_from_the_longest_silent_one() -> None:
    allowance = Allowance(1, people_max=2)
    for who in ("a", "b", "a", "c"):
        allowance.wait_s(who, NOW)
    assert len(allowance) == 2
    assert allowance.wait_s("a", NOW) > 0  # still known
