"""A channel's settings in words and as menus of buttons. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time, timedelta

from bot.i18n import LANGUAGES, Words, later
from bot.model import Button, Buttons, Importance, Line, Run, line
from bot.settings import IMPORTANCES, ChannelSettings, Digest, QuietHours

Name = Callable[[str, str], str]
"""A programme's id and a language to its name there: `Pack.name`."""

# The languages call themselves what they do everywhere.
LANGUAGE_NAMES = {"en": "English", "hi": "हिन्दी", "ru": "Русский"}
WEEKDAYS = (
    later("Monday"),
    later("Tuesday"),
    later("Wednesday"),
    later("Thursday"),
    later("Friday"),
    later("Saturday"),
    later("Sunday"),
)
LEAST = {
    "low": later("all"),
    "normal": later("normal and more"),
    "high": later("high and more"),
    "flash": later("only the most important"),
}
DIGEST_TIMES = (time(7), time(9), time(13), time(18), time(21))
QUIET_TIMES = ((time(22), time(7)), (time(23), time(8)), (time(20), time(9)))
ZONES = ("Asia/Kolkata", "Europe/Moscow", "UTC", "Europe/London", "Asia/Dubai", "America/New_York")
RINGS = (1, 3, 6, 12, 60)
SPANS = {
    "1d": (timedelta(days=1), later("for a day")),
    "7d": (timedelta(days=7), later("for a week")),
    "30d": (timedelta(days=30), later("for 30 days")),
    "ever": (None, later("for good")),
}


def settings_lines(settings: ChannelSettings, words: Words, name: Name, now: datetime) -> tuple[Line, ...]:
    """Every setting, a line each."""
    rows = [
        (words.say("Alerts"), digest_words(settings.digest, words)),
        (words.say("Quiet hours"), quiet_words(settings.quiet, words)),
        (words.say("Importance"), words.say(LEAST[settings.min_importance])),
        (words.say("Score"), score_words(settings.min_score, words)),
        (words.say("Times"), zone_words(settings.zone, words, now)),
        (words.say("Language"), LANGUAGE_NAMES[settings.lang]),
        (words.say("Sound"), rings_words(settings, words)),
    ]
    if settings.broadcast:
        rows.append((words.say("Moved dates"), words.say("in the alert's thread and in the channel")))
    if muted := mutes_in_force(settings, now):
        rows.append((words.say("Muted"), ", ".join(mute_words(one, settings, words, name) for one in muted)))
    return tuple(line(Run(text=f"{what}: ", style="bold"), value) for what, value in rows)


def digest_words(digest: Digest | None, words: Words) -> str:
    if digest is None:
        return words.say("at once")
    match digest.every:
        case "hourly":
            return words.say("a digest every hour, {minute} min past", minute=f"{digest.at:%M}")
        case "daily":
            return words.say("a digest every day at {time}", time=f"{digest.at:%H:%M}")
    day = words.say(WEEKDAYS[digest.weekday])
    return words.say("a digest every week, {day} at {time}", day=day, time=f"{digest.at:%H:%M}")


def quiet_words(quiet: QuietHours | None, words: Words) -> str:
    if quiet is None:
        return words.say("none")
    span = f"{quiet.start:%H:%M}–{quiet.end:%H:%M}"
    return words.say("{span}; what comes through: {least}", span=span, least=words.say(LEAST[quiet.through]))


def score_words(least: float, words: Words) -> str:
    """How relevant an alert must be at least; 0 asks for nothing beyond what the pack asks."""
    return words.say("from {score} on", score=f"{least:.2f}") if least > 0 else words.say("any")


def zone_words(zone: str, words: Words, now: datetime) -> str:
    return words.say("{zone}, now {time}", zone=zone, time=words.clock(now, zone))


def rings_words(settings: ChannelSettings, words: Words) -> str:
    return words.count(
        "at most {n} alert an hour rings, the others join one message",
        "at most {n} alerts an hour ring, the others join one message",
        settings.rings_per_hour,
    )


def mute_words(programme: str, settings: ChannelSettings, words: Words, name: Name) -> str:
    until = settings.mutes[programme]
    if until is None:
        return name(programme, words.lang)
    return words.say(
        "{programme} until {day}", programme=name(programme, words.lang), day=words.day(until, settings.zone)
    )


def mutes_in_force(settings: ChannelSettings, now: datetime) -> list[str]:
    return [one for one, until in settings.mutes.items() if until is None or now < until]


def main_menu(words: Words) -> Buttons:
    return (
        (
            Button(text=words.say("At once or digest"), action="set:digest"),
            Button(text=words.say("Quiet hours"), action="set:quiet"),
        ),
        (
            Button(text=words.say("Fewer or more"), action="set:importance"),
            Button(text=words.say("Score"), action="set:score"),
            Button(text=words.say("Sound"), action="set:rings"),
        ),
        (
            Button(text=words.say("Language"), action="set:lang"),
            Button(text=words.say("Time zone"), action="set:zone"),
            Button(text=words.say("Mutes"), action="set:mutes"),
        ),
    )


def digest_menu(settings: ChannelSettings, words: Words) -> Buttons:
    """How often; and at what time or on what day, for what is chosen."""
    digest = settings.digest
    rows = [
        [
            _choice(words.say("At once"), "set:digest:off", digest is None),
            _choice(words.say("Hourly"), "set:digest:hourly", digest is not None and digest.every == "hourly"),
            _choice(words.say("Daily"), "set:digest:daily", digest is not None and digest.every == "daily"),
            _choice(words.say("Weekly"), "set:digest:weekly", digest is not None and digest.every == "weekly"),
        ]
    ]
    if digest is not None and digest.every != "hourly":
        every = digest.every
        rows.append(
            [
                _choice(f"{at:%H:%M}", f"set:digest:{every}:{at:%H%M}:{digest.weekday}", at == digest.at)
                for at in DIGEST_TIMES
            ]
        )
    if digest is not None and digest.every == "weekly":
        days = [
            _choice(words.say(day), f"set:digest:weekly:{digest.at:%H%M}:{number}", number == digest.weekday)
            for number, day in enumerate(WEEKDAYS)
        ]
        rows += [days[:4], days[4:]]
    return (*map(tuple, rows), _back(words))


def quiet_menu(settings: ChannelSettings, words: Words) -> Buttons:
    quiet = settings.quiet
    spans = [
        _choice(
            f"{start:%H:%M}–{end:%H:%M}",
            f"set:quiet:{start:%H%M}-{end:%H%M}",
            quiet is not None and (quiet.start, quiet.end) == (start, end),
        )
        for start, end in QUIET_TIMES
    ]
    rows = [(_choice(words.say("None"), "set:quiet:off", quiet is None),), tuple(spans)]
    if quiet is not None:
        through: tuple[Importance, ...] = ("high", "flash")
        rows.append(
            tuple(
                _choice(
                    words.say("Through: {least}", least=words.say(LEAST[one])),
                    f"set:through:{one}",
                    quiet.through == one,
                )
                for one in through
            )
        )
    return (*rows, _back(words))


def importance_menu(settings: ChannelSettings, words: Words) -> Buttons:
    return (
        *(
            (_choice(words.say(LEAST[one]), f"set:importance:{one}", settings.min_importance == one),)
            for one in IMPORTANCES
        ),
        _back(words),
    )


def score_menu(settings: ChannelSettings, words: Words, by_score: Mapping[float, int]) -> Buttons:
    """The least scores, each with how many alerts of the last days it would let by."""
    choices = [
        _choice(
            f"{score_words(least, words)} ({count})", f"set:score:{least:g}", abs(settings.min_score - least) < 0.005
        )
        for least, count in by_score.items()
    ]
    return (*(tuple(choices[n : n + 2]) for n in range(0, len(choices), 2)), _back(words))


def rings_menu(settings: ChannelSettings, words: Words) -> Buttons:
    numbers = tuple(_choice(str(n), f"set:rings:{n}", settings.rings_per_hour == n) for n in RINGS)
    low = words.say("Low importance with sound") if settings.silent_low else words.say("Low importance silent")
    return (
        numbers,
        (Button(text=low, action=f"set:silent:{'no' if settings.silent_low else 'yes'}"),),
        _back(words),
    )


def language_menu(settings: ChannelSettings, words: Words) -> Buttons:
    return (
        tuple(_choice(LANGUAGE_NAMES[one], f"set:lang:{one}", settings.lang == one) for one in LANGUAGES),
        _back(words),
    )


def zone_menu(settings: ChannelSettings, words: Words) -> Buttons:
    shown = [
        _choice(one.rpartition("/")[2].replace("_", " "), f"set:zone:{one}", settings.zone == one) for one in ZONES
    ]
    return (tuple(shown[:3]), tuple(shown[3:]), _back(words))


def mutes_menu(settings: ChannelSettings, words: Words, name: Name, now: datetime, offered: Iterable[str]) -> Buttons:
    """What is muted, to be unmuted; then what was told lately, to be muted."""
    muted = mutes_in_force(settings, now)
    off = [
        (Button(text=words.say("Unmute {programme}", programme=name(one, words.lang)), action=f"unmute:{one}"),)
        for one in muted[:20]
    ]
    on = [
        (Button(text=words.say("Mute {programme}", programme=name(one, words.lang)), action=f"mute:{one}"),)
        for one in offered
        if one not in muted
    ]
    return (*off, *on[:8], _back(words))


def span_menu(programme: str, words: Words) -> Buttons:
    """For how long it is muted; or not at all."""
    spans = tuple(Button(text=words.say(text), action=f"mutefor:{programme}:{key}") for key, (_, text) in SPANS.items())
    return (spans[:2], spans[2:], (Button(text=words.say("Undo"), action=f"unmute:{programme}"),))


def _choice(text: str, action: str, chosen: bool) -> Button:
    return Button(text=f"✓ {text}" if chosen else text, action=action)


def _back(words: Words) -> tuple[Button, ...]:
    return (Button(text=words.say("All settings"), action="set:menu"),)
