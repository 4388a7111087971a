"""The fields of the subscription form: what holds as fields, and what was filled in as a filter and settings. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import time
from typing import TypeVar

from bot.filter_words import refused
from bot.forms import Field, Option
from bot.i18n import LANGUAGES, Words, later
from bot.matching import DAYS_BEGIN
from bot.model import Importance
from bot.settings import IMPORTANCES, ChannelSettings, Digest, QuietHours
from bot.settings_parse import OFF, quiet_typed
from bot.settings_words import LANGUAGE_NAMES, LEAST, WEEKDAYS
from bot.subscribing import PRESETS
from bot.zones import ZoneError, zone_named
from rules import FilterError, Pack, parse_filter

FILTER_MAX = 1_000  # characters; longer ones are refused everywhere
ZONE_MAX, QUIET_MAX = 60, 40
NOW = "now"  # of delivery: at once
# The fields beside the filter, in what the preview keeps; short, since each is checked or chosen.
KEPT = ("preset", "delivery", "at", "quiet", "zone", "lang", "least", "broadcast")
_EVERY = {"hourly": later("A digest every hour"), "daily": later("A digest every day")}

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A subscription as the form has it."""

    filter: str  # as it is saved
    preset: str  # key of `PRESETS`
    typed: str  # what narrows the preset further
    settings: ChannelSettings


class FieldsError(ValueError):
    """What is not understood, in words by the field's name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = dict(errors)


def draft_of(filter_: str, settings: ChannelSettings) -> Draft:
    """What is saved, as the form shows it."""
    preset, typed = _taken_apart(filter_)
    return Draft(filter=filter_, preset=preset, typed=typed, settings=settings)


def filled_fields(draft: Draft, words: Words, pack: Pack) -> tuple[Field, ...]:
    """The form's fields with what holds."""
    settings = draft.settings
    digest = settings.digest
    return (
        Field(
            name="preset",
            label=words.say("What"),
            kind="choice",
            choices=tuple(
                Option(value=key, text=words.say(text))
                for key, (text, filter_) in PRESETS.items()
                if key == draft.preset or _understood(filter_, pack)
            ),
            value=draft.preset,
        ),
        Field(
            name="filter",
            label=words.say("Filter"),
            kind="text",
            value=draft.typed,
            hint=words.say("For example: {example}. Nothing: everything of the choice above.", example=_EXAMPLE),
            optional=True,
            most=FILTER_MAX,
        ),
        Field(
            name="delivery",
            label=words.say("Delivery"),
            kind="choice",
            choices=(
                Option(value=NOW, text=words.say("At once")),
                *(Option(value=key, text=words.say(text)) for key, text in _EVERY.items()),
                *(
                    Option(value=f"weekly-{n}", text=words.say("A digest every week: {day}", day=words.say(day)))
                    for n, day in enumerate(WEEKDAYS)
                ),
            ),
            value=NOW if digest is None else f"weekly-{digest.weekday}" if digest.every == "weekly" else digest.every,
        ),
        Field(
            name="at",
            label=words.say("Time of a digest"),
            kind="time",
            value=f"{(digest.at if digest else Digest(every='daily').at):%H:%M}",
            hint=words.say("Of an hourly digest only the minutes count."),
            optional=True,
        ),
        Field(
            name="quiet",
            label=words.say("Quiet hours"),
            kind="text",
            value=_quiet_text(settings.quiet),
            hint=words.say(
                "For example: {example}. The word at the end says from which importance on alerts come all the same. "
                "Nothing: none.",
                example="22:00-07:00 · 22-7 high",
            ),
            optional=True,
            most=QUIET_MAX,
        ),
        Field(
            name="zone",
            label=words.say("Time zone"),
            kind="text",
            value=settings.zone,
            hint=words.say("For example: {example}", example="Europe/Moscow · Moscow · UTC+3 · IST"),
            most=ZONE_MAX,
        ),
        Field(
            name="lang",
            label=words.say("Language"),
            kind="choice",
            choices=tuple(Option(value=lang, text=LANGUAGE_NAMES[lang]) for lang in LANGUAGES),
            value=settings.lang,
        ),
        Field(
            name="least",
            label=words.say("Importance"),
            kind="choice",
            choices=tuple(Option(value=one, text=words.say(LEAST[one])) for one in IMPORTANCES),
            value=settings.min_importance,
        ),
        Field(
            name="broadcast",
            label=words.say("Moved dates"),
            kind="mark",
            choices=(Option(value="yes", text=words.say("in the alert's thread and in the channel")),),
            value="yes" if settings.broadcast else "",
            optional=True,
        ),
    )


def read(values: Mapping[str, str], held: ChannelSettings, words: Words, pack: Pack) -> Draft:
    """What was filled in. Raises `FieldsError` with every field that is not understood; what was never asked stays
    as `held` has it."""
    errors: dict[str, str] = {}

    def tried(name: str, reading: Callable[[str], _T], usual: _T) -> _T:
        try:
            return reading(values.get(name, "").strip())
        except _WrongError as error:
            errors[name] = str(error)
            return usual

    preset = values.get("preset") or "all"
    typed = tried("filter", lambda text: _filter(text, words, pack), "")
    if preset not in PRESETS:
        errors["preset"] = words.say("This choice is not there any more.")
        preset = "all"
    at = tried("at", lambda text: _time(text, words), None)
    settings = replace(
        held,
        digest=tried("delivery", lambda text: _digest(text, at, held.digest, words), held.digest),
        quiet=tried("quiet", lambda text: _quiet(text, held.quiet, words), held.quiet),
        zone=tried("zone", lambda text: _zone(text, held.zone, words), held.zone),
        lang=next((one for one in LANGUAGES if one == values.get("lang")), held.lang),
        min_importance=_importance(values.get("least", ""), held.min_importance),
        broadcast=values.get("broadcast") == "yes",
    )
    filter_ = _put_together(preset, typed)
    if not errors and typed:  # together with the choice it may be too long
        tried("filter", lambda _: _filter(filter_, words, pack), "")
    if errors:
        raise FieldsError(errors)
    return Draft(filter=filter_, preset=preset, typed=typed, settings=settings)


_EXAMPLE = "s-400 OR su-57 stage>=contract value>=$1bn"


class _WrongError(ValueError):
    """A field's value is not understood; the message says so in the reader's words."""


def _filter(text: str, words: Words, pack: Pack) -> str:
    try:
        parse_filter(text, pack, DAYS_BEGIN)
    except FilterError as error:
        raise _WrongError(refused(error, words)) from error
    return text


def _understood(filter_: str, pack: Pack) -> bool:
    try:
        parse_filter(filter_, pack, DAYS_BEGIN)
    except FilterError:
        return False
    return True


def _put_together(preset: str, typed: str) -> str:
    of_preset = PRESETS[preset][1]
    return f"({of_preset}) ({typed})" if of_preset and typed else of_preset or typed


def _taken_apart(filter_: str) -> tuple[str, str]:
    """The preset and what narrows it, as `_put_together` joined them; another filter is all the person's own."""
    for key, (_, of_preset) in PRESETS.items():
        if filter_ == of_preset:
            return key, ""
        if not of_preset or not filter_.startswith(f"({of_preset}) (") or not filter_.endswith(")"):
            continue
        typed = filter_.removeprefix(f"({of_preset}) (").removesuffix(")")
        if _closed(typed):
            return key, typed
    return "all", filter_


def _closed(text: str) -> bool:
    """Whether its parentheses are all its own; quoted ones are taken for parentheses, too, which only shows the
    filter whole."""
    depth = 0
    for char in text:
        depth += (char == "(") - (char == ")")
        if depth < 0:
            return False
    return depth == 0


def _time(text: str, words: Words) -> time | None:
    try:
        return time.fromisoformat(text) if text else None
    except ValueError as error:
        raise _WrongError(words.say("Not understood. For example: {example}", example="09:00")) from error


def _digest(text: str, at: time | None, held: Digest | None, words: Words) -> Digest | None:
    if text in ("", NOW):
        return None
    every, _, day = text.partition("-")
    usual = held or Digest(every="daily")
    clock = at or usual.at
    if every == "hourly":
        return Digest(every="hourly", at=time(0, clock.minute), weekday=usual.weekday)
    if every == "daily":
        return Digest(every="daily", at=clock, weekday=usual.weekday)
    if every == "weekly" and day in tuple("0123456"):
        return Digest(every="weekly", at=clock, weekday=int(day))
    raise _WrongError(words.say("This choice is not there any more."))


def _quiet(text: str, held: QuietHours | None, words: Words) -> QuietHours | None:
    if not text or text.casefold() in OFF:
        return None
    try:
        return quiet_typed(text, held)
    except ValueError as error:
        example = "22:00-07:00 · 22-7 high"
        raise _WrongError(words.say("Not understood. For example: {example}", example=example)) from error


def _quiet_text(quiet: QuietHours | None) -> str:
    return "" if quiet is None else f"{quiet.start:%H:%M}-{quiet.end:%H:%M} {quiet.through}"


def _zone(text: str, held: str, words: Words) -> str:
    if not text:
        return held
    try:
        return zone_named(text)
    except ZoneError as error:
        typed = error.typed[:50]
        if error.nearest:
            told = words.say(
                "No time zone is called {typed}. Did you mean {nearest}?", typed=typed, nearest=error.nearest
            )
        else:
            example = "Europe/Moscow · Moscow · UTC+3 · IST"
            told = words.say("No time zone is called {typed}. For example: {example}", typed=typed, example=example)
        raise _WrongError(told) from error


def _importance(value: str, held: Importance) -> Importance:
    return next((one for one in IMPORTANCES if one == value), held)
