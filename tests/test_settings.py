"""When a channel is told: digests, quiet hours over midnight and through clock changes, mutes, importance."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from bot.model import Importance
from bot.settings import ChannelSettings, Digest, QuietHours, Tell, Untold, next_digest, plan, quiet_until

NOON = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)  # 12:00 IST
NIGHT = datetime(2026, 11, 20, 19, 30, tzinfo=UTC)  # 01:00 IST, the 21st
QUIET = QuietHours(start=time(22, 0), end=time(7, 0))


def told(settings: ChannelSettings, now: datetime, importance: Importance = "normal") -> Tell | Untold:
    return plan(settings, now, importance=importance, score=0.9, programmes=("s-400",))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_without_any_wish_an_alert_is_due_at_once() -> None:
    assert told(ChannelSettings(), NOON) == Tell(due_at=NOON)


def test_in_quiet_hours_it_waits_for_their_end() -> None:
    settings = ChannelSettings(quiet=QUIET)
    assert told(settings, NIGHT) == Tell(due_at=utc("2026-11-21T01:30"))  # 07:00 IST
    assert told(settings, NOON) == Tell(due_at=NOON)


def test_a_flash_breaks_through_quiet_hours() -> None:
    assert told(ChannelSettings(quiet=QUIET), NIGHT, "flash") == Tell(due_at=NIGHT)
    through_high = ChannelSettings(quiet=QuietHours(start=time(22), end=time(7), through="high"))
    assert told(through_high, NIGHT, "high") == Tell(due_at=NIGHT)


def test_mutes_hold_until_their_end_and_only_when_all_programmes_are_muted() -> None:
    settings = ChannelSettings(mutes={"s-400": NOON + timedelta(hours=1), "brahmos": None})
    assert told(settings, NOON) == Untold(reason="muted")
    assert told(settings, NOON + timedelta(hours=2)) == Tell(due_at=NOON + timedelta(hours=2))
    both = plan(settings, NOON, importance="normal", score=1, programmes=("s-400", "su-57"))
    assert both == Tell(due_at=NOON)
    assert plan(settings, NOON, importance="normal", score=1, programmes=()) == Tell(due_at=NOON)


def test_less_important_and_lower_scored_alerts_are_left_out() -> None:
    assert told(ChannelSettings(min_importance="high"), NOON) == Untold(reason="importance")
    assert told(ChannelSettings(min_importance="high"), NOON, "flash") == Tell(due_at=NOON)
    assert told(ChannelSettings(min_score=0.95), NOON) == Untold(reason="score")


@pytest.mark.parametrize(
    ("digest", "zone", "now", "due"),
    [
        (Digest(every="hourly"), "Asia/Kolkata", "2026-11-20T06:30", "2026-11-20T07:30"),  # 13:00
        (Digest(every="hourly", at=time(0, 15)), "Asia/Kolkata", "2026-11-20T06:40", "2026-11-20T06:45"),  # 12:15
        (Digest(every="daily", at=time(9)), "Asia/Kolkata", "2026-11-20T06:30", "2026-11-21T03:30"),
        (Digest(every="daily", at=time(18)), "Europe/Moscow", "2026-11-20T06:30", "2026-11-20T15:00"),
        (Digest(every="weekly", at=time(9), weekday=0), "Asia/Kolkata", "2026-11-20T06:30", "2026-11-23T03:30"),
        (Digest(every="weekly", at=time(12), weekday=4), "Asia/Kolkata", "2026-11-20T06:30", "2026-11-27T06:30"),
        # New York puts the clock forward on 8 March 2026 at 02:00: 09:00 is 13:00 UTC from then on.
        (Digest(every="daily", at=time(9)), "America/New_York", "2026-03-07T15:00", "2026-03-08T13:00"),
        # 02:30 does not exist that night: it comes an hour later by the new clock, once.
        (Digest(every="daily", at=time(2, 30)), "America/New_York", "2026-03-08T05:00", "2026-03-08T07:30"),
        (Digest(every="daily", at=time(2, 30)), "America/New_York", "2026-03-08T07:30", "2026-03-09T06:30"),
        # On 1 November 2026 the clock goes back and 01:30 comes twice: the first one counts.
        (Digest(every="daily", at=time(1, 30)), "America/New_York", "2026-11-01T04:00", "2026-11-01T05:30"),
        (Digest(every="daily", at=time(1, 30)), "America/New_York", "2026-11-01T05:30", "2026-11-02T06:30"),
    ],
)
def test_the_next_digest(digest: Digest, zone: str, now: str, due: str) -> None:
    assert next_digest(digest, zone, utc(now)) == utc(due)


@pytest.mark.parametrize(
    ("zone", "now", "end"),
    [
        ("Asia/Kolkata", "2026-11-20T16:29", None),  # 21:59
        ("Asia/Kolkata", "2026-11-20T16:30", "2026-11-21T01:30"),
        ("Asia/Kolkata", "2026-11-21T01:29", "2026-11-21T01:30"),
        ("Asia/Kolkata", "2026-11-21T01:30", None),
        ("America/New_York", "2026-03-08T04:00", "2026-03-08T11:00"),  # 07:00 by the summer clock
    ],
)
def test_quiet_hours_pass_midnight_and_clock_changes(zone: str, now: str, end: str | None) -> None:
    assert quiet_until(QUIET, zone, utc(now)) == (utc(end) if end else None)


def test_quiet_hours_of_no_length_are_none() -> None:
    assert quiet_until(QuietHours(start=time(7), end=time(7)), "Asia/Kolkata", NIGHT) is None


def test_alerts_for_a_digest_are_due_together() -> None:
    settings = ChannelSettings(digest=Digest(every="daily", at=time(9)))
    first, second = told(settings, NOON), told(settings, NOON + timedelta(hours=5), "flash")
    assert first == second == Tell(due_at=utc("2026-11-21T03:30"), in_digest=True)
