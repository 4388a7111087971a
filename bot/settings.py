"""How a channel wants its alerts: language, time zone, digests, quiet hours, mutes, the least importance.

Values and pure decisions: given the settings and the moment, when an alert is due, or why it is not told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.model import Importance

Every = Literal["hourly", "daily", "weekly"]
IMPORTANCES: tuple[Importance, ...] = ("low", "normal", "high", "flash")  # from the least
IST = "Asia/Kolkata"  # until a channel chooses: Telegram does not tell a user's time zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Alerts gathered into one message instead of one by one."""

    every: Every
    at: time = time(9, 0)  # local; of an hourly digest only the minutes count
    weekday: int = 0  # of a weekly one: 0 Monday … 6 Sunday


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """A part of each day without sound, local time; may pass midnight."""

    start: time
    end: time
    through: Importance = "flash"  # what is told all the same: this and more


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """The defaults are what a channel has that never chose anything."""

    lang: Literal["en", "hi", "ru"] = "en"  # of the labels; headlines and quotes stay in their own
    zone: str = IST  # a name of the time zone database
    digest: Digest | None = None  # None: at once
    quiet: QuietHours | None = None
    min_importance: Importance = "low"
    min_score: float = 0.0  # 0..1
    mutes: Mapping[str, datetime | None] = field(default_factory=dict)  # programme id -> until; None: for good
    rings_per_hour: int = 6  # beyond that, all but flash fold into one running message
    silent_low: bool = True  # alerts of low importance come without a sound
    broadcast: bool = False  # a moved date, told in its alert's thread, stands in the channel, too (Slack)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Told at `due_at`: alone, or with others in a digest."""

    due_at: datetime
    in_digest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """Not told to this channel, and why, for /why."""

    reason: Literal["muted", "importance", "score"]


def plan(
    settings: ChannelSettings,
    now: datetime,
    *,
    importance: Importance,
    score: float,
    programmes: Collection[str],
) -> Tell | Untold:
    """When a channel is told an alert of this importance, score and programmes (main one first, ids)."""
    if is_muted(settings, programmes, now):
        return Untold(reason="muted")
    if IMPORTANCES.index(importance) < IMPORTANCES.index(settings.min_importance):
        return Untold(reason="importance")
    if score < settings.min_score:
        return Untold(reason="score")
    if settings.digest is not None:
        return Tell(due_at=next_digest(settings.digest, settings.zone, now), in_digest=True)
    quiet = settings.quiet
    if quiet is None or IMPORTANCES.index(importance) >= IMPORTANCES.index(quiet.through):
        return Tell(due_at=now)
    return Tell(due_at=quiet_until(quiet, settings.zone, now) or now)


def is_muted(settings: ChannelSettings, programmes: Collection[str], now: datetime) -> bool:
    """Whether every programme that the alert names is muted; one that names none is not."""
    return bool(programmes) and all(
        programme in settings.mutes and ((until := settings.mutes[programme]) is None or now < until)
        for programme in programmes
    )


def next_digest(digest: Digest, zone: str, now: datetime) -> datetime:
    """The digest's next moment after `now`, UTC. On a day whose clock skips its time it comes after the gap."""
    local = now.astimezone(ZoneInfo(zone))
    if digest.every == "hourly":
        this_hour = local.replace(minute=digest.at.minute, second=0, microsecond=0).astimezone(UTC)
        return this_hour if this_hour > now else this_hour + timedelta(hours=1)
    today = local.date()
    days = (today + timedelta(days=n) for n in range(9))
    moments = (
        at_local(day, digest.at, zone) for day in days if digest.every == "daily" or day.weekday() == digest.weekday
    )
    return next(moment for moment in moments if moment > now)


def quiet_until(quiet: QuietHours, zone: str, now: datetime) -> datetime | None:
    """When the quiet hours that `now` lies in end, UTC; None outside of them."""
    if quiet.start == quiet.end:
        return None
    today = now.astimezone(ZoneInfo(zone)).date()
    for day in (today - timedelta(days=1), today):
        ends = day if quiet.start < quiet.end else day + timedelta(days=1)
        start, end = at_local(day, quiet.start, zone), at_local(ends, quiet.end, zone)
        if start <= now < end:
            return end
    return None


def at_local(day: date, clock: time, zone: str) -> datetime:
    """That clock time of that day there, UTC; a time that the clock skips is as long after the gap's start as
    it would have been, one that comes twice is the first."""
    return datetime.combine(day, clock, tzinfo=ZoneInfo(zone)).astimezone(UTC)
