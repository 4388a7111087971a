"""How a channel is told: /settings, /digest, /quiet, /score, /language, /timezone, /mute, /unmute, and by buttons.

Every change is written with what waits planned anew, in one transaction, and answered with what holds now.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.asking import Asked, manner, slashed, unchosen
from bot.forecast import Forecast, Forecaster, forecast_buttons, forecast_lines
from bot.i18n import LANGUAGES, Words, words_in
from bot.model import Buttons, Command, Line, Press, Reply, Run, line, text_reply
from bot.planning import replanned
from bot.ports import Clock, HandlePress
from bot.programmes import programme_named, unknown_programme
from bot.settings import IMPORTANCES, ChannelSettings, Digest
from bot.settings_parse import OFF, digest_typed, language_typed, quiet_typed, score_typed, span_at_end
from bot.settings_words import (
    SPANS,
    digest_menu,
    importance_menu,
    language_menu,
    main_menu,
    mute_words,
    mutes_in_force,
    mutes_menu,
    quiet_menu,
    rings_menu,
    score_menu,
    settings_lines,
    span_menu,
    zone_menu,
)
from bot.storage import AuditEntry, Store
from bot.zones import ZoneError, zone_named
from rules import Pack

USUAL_SPAN = "7d"  # of a mute by one tap; longer and shorter stand below the answer
LATELY = 20  # alerts whose programmes are offered to be muted
WEIGHED = ("importance", "score")  # settings that change how many alerts come: the answer says how

Alter = Callable[[ChannelSettings], ChannelSettings]
Read = Callable[[str, ChannelSettings], ChannelSettings]
"""What was typed and the settings before to those after; ValueError when it is not understood."""


def _digest(typed: str, held: ChannelSettings) -> ChannelSettings:
    return replace(held, digest=None if typed.casefold() in OFF else digest_typed(typed, held.digest))


def _quiet(typed: str, held: ChannelSettings) -> ChannelSettings:
    return replace(held, quiet=None if typed.casefold() in OFF else quiet_typed(typed, held.quiet))


def _score(typed: str, held: ChannelSettings) -> ChannelSettings:
    return replace(held, min_score=score_typed(typed))


def _language(typed: str, held: ChannelSettings) -> ChannelSettings:
    lang = language_typed(typed)
    if lang is None:
        raise ValueError(typed)
    return replace(held, lang=lang)


# Command -> the menu that it opens, how its words are read, and an example of them.
_TYPED: Mapping[str, tuple[str, Read, str]] = {
    "digest": ("digest", _digest, "off · hourly · daily 09:00 · weekly mon 09:00"),
    "quiet": ("quiet", _quiet, "off · 22:00-07:00 · 22-7 high"),
    "score": ("score", _score, "off · 0.7 · 80%"),
    "language": ("lang", _language, "English · हिन्दी · Русский"),
}


class SettingsCommands:
    """Answers from the store."""

    def __init__(
        self,
        *,
        store: Store,
        pack: Pack,
        forecaster: Forecaster,
        clock: Clock,
        on_deliveries: Callable[[], None],
    ) -> None:
        self._store = store
        self._pack = pack
        self._forecaster = forecaster
        self._clock = clock
        self._on_deliveries = on_deliveries
        self.answers: Mapping[str, Callable[[Command], Awaitable[Reply]]] = {
            "settings": lambda command: self._shown(command, "menu"),
            **dict.fromkeys(_TYPED, self._typed),
            "timezone": self._timezone,
            "mute": self._mute,
            "unmute": self._unmute,
        }
        self.presses: Mapping[str, HandlePress] = {
            "set": self._pressed,
            "settings": self._opened,
            "mute": self._press_mute,
            "mutefor": self._press_span,
            "unmute": self._press_unmute,
        }

    # --- typed ---

    async def _typed(self, command: Command) -> Reply:
        """A setting in words; without any its menu."""
        menu, read, example = _TYPED[command.name]
        typed = command.args.strip()
        if not typed:
            return await self._shown(command, menu)
        settings, words = await manner(self._store, command)
        try:
            read(typed, settings)
        except ValueError:
            return text_reply(words.say("Not understood. For example: {example}", example=example))
        return await self._changed(command, lambda held: read(typed, held), menu, f"{command.name} {typed}")

    async def _timezone(self, command: Command) -> Reply:
        typed = command.args.strip()
        if not typed:
            return await self._shown(command, "zone")
        try:
            zone = zone_named(typed)
        except ZoneError as error:
            _, words = await manner(self._store, command)
            unknown = words.say("No time zone is called {typed}.", typed=error.typed[:50])
            if error.nearest:
                return text_reply(f"{unknown} {words.say('Did you mean {nearest}?', nearest=error.nearest)}")
            example = "Europe/Moscow · Moscow · UTC+3 · IST"
            return text_reply(f"{unknown} {words.say('For example: {example}', example=example)}")
        return await self._changed(command, lambda held: replace(held, zone=zone), "zone", f"time zone {zone}")

    async def _mute(self, command: Command) -> Reply:
        if not command.args.strip():
            return await self._shown(command, "mutes")
        name, span = span_at_end(command.args)
        programme, near = programme_named(name, self._pack)
        if programme is None:
            return await self._no_programme(command, name, near)
        return await self._muted(command, programme, span or SPANS[USUAL_SPAN][0])

    async def _unmute(self, command: Command) -> Reply:
        typed = command.args.strip()
        if not typed:
            return await self._shown(command, "mutes")
        if typed.casefold() == "all":
            return await self._changed(command, lambda held: replace(held, mutes={}), "mutes", "unmute all")
        programme, near = programme_named(typed, self._pack)
        if programme is None:
            return await self._no_programme(command, typed, near)
        return await self._unmuted(command, programme)

    # --- pressed ---

    async def _pressed(self, press: Press) -> Reply:
        """ "set:menu", "set:digest", "set:digest:daily:0900:0" …"""
        _, what, *values = press.action.split(":", 2)
        if what in ("fewer", "more"):
            reply = await self._step(press, 1 if what == "fewer" else -1)
        elif (alter := _alteration(what, values[0] if values else "")) is None:
            reply = await self._shown(press, what)
        else:
            menu = {"through": "quiet", "silent": "rings"}.get(what, what)
            reply = await self._changed(press, alter, menu, f"{what} {values[0]}")
        return replace(reply, replace=True)

    async def _opened(self, press: Press) -> Reply:
        """ "settings:digest": a menu as a message of its own, from below a message of alerts."""
        return await self._shown(press, press.action.partition(":")[2])

    async def _press_mute(self, press: Press) -> Reply:
        return await self._muted(press, press.action.partition(":")[2], SPANS[USUAL_SPAN][0])

    async def _press_span(self, press: Press) -> Reply:
        _, programme, key = press.action.split(":", 2)
        span, _ = SPANS.get(key, SPANS[USUAL_SPAN])
        return replace(await self._muted(press, programme, span), replace=True)

    async def _press_unmute(self, press: Press) -> Reply:
        return replace(await self._unmuted(press, press.action.partition(":")[2]), replace=True)

    # --- what they do ---

    async def _step(self, asked: Asked, step: int) -> Reply:
        """Fewer or more: the least importance one step up or down."""
        held, _ = await manner(self._store, asked)
        at = min(max(IMPORTANCES.index(held.min_importance) + step, 0), len(IMPORTANCES) - 1)
        least = IMPORTANCES[at]
        return await self._changed(
            asked, lambda old: replace(old, min_importance=least), "importance", f"importance {least}"
        )

    async def _muted(self, asked: Asked, programme: str, span: timedelta | None) -> Reply:
        if programme not in self._pack.programmes:  # a button of an older pack
            return await self._no_programme(asked, programme, None)
        now = self._clock()
        until = now + span if span else None

        def alter(held: ChannelSettings) -> ChannelSettings:
            kept = {one: held.mutes[one] for one in mutes_in_force(held, now)}
            return replace(held, mutes=kept | dict.fromkeys(self._with_parts(programme), until))

        changed = await self._changed(asked, alter, "mutes", f"mute {programme}")
        if not asked.manager:
            return changed
        settings, words = await manner(self._store, asked)
        told = words.say("Muted: {what}", what=mute_words(programme, settings, words, self._pack.name))
        note = words.say("An alert that also names another programme is still told.")
        return Reply(
            lines=(line(Run(text=told, style="bold")), line(note)), buttons=span_menu(programme, words), toast=told
        )

    async def _unmuted(self, asked: Asked, programme: str) -> Reply:
        def alter(held: ChannelSettings) -> ChannelSettings:
            ended = self._with_parts(programme)
            return replace(held, mutes={one: until for one, until in held.mutes.items() if one not in ended})

        changed = await self._changed(asked, alter, "mutes", f"unmute {programme}")
        if not asked.manager:
            return changed
        _, words = await manner(self._store, asked)
        told = words.say("Not muted any more: {programme}", programme=self._pack.name(programme, words.lang))
        return replace(changed, lines=(line(Run(text=told, style="bold")), *changed.lines), toast=told)

    async def _changed(self, asked: Asked, alter: Alter, menu: str, what: str) -> Reply:
        """Save it, plan what waits anew, show what holds now and, where fewer or more alerts come, how many."""
        before, words = await manner(self._store, asked)
        if not asked.manager:
            refused = words.say("Only administrators of this chat can change what it gets.")
            return replace(text_reply(refused), toast=refused)
        now = self._clock()
        async with self._store.write() as tx:
            held = (await tx.channel_settings([asked.channel])).get(asked.channel)
            settings = alter(held or unchosen(asked.lang, asked.zone))
            await tx.save_channel_settings(asked.channel, settings)
            await replanned(tx, asked.channel, settings, now)
            await tx.add_audit(AuditEntry.of("settings", what, who=asked.user, at=now, channel=asked.channel))
        self._on_deliveries()
        shown = await (self._weighed(asked, before) if menu in WEIGHED else self._shown(asked, menu))
        return replace(shown, toast=words_in(settings.lang).say("Saved."))

    async def _weighed(self, asked: Asked, before: ChannelSettings) -> Reply:
        """What the change means by the archive, above the settings that hold now."""
        settings, words = await manner(self._store, asked)
        after = await self._forecast(asked, settings, before)
        change = line(words.say("Before it was {n}.", n=after.before))
        shown = await self._shown(asked, "menu")
        return replace(
            shown,
            lines=(*forecast_lines(after, settings, words), change, line(""), *shown.lines),
            buttons=(forecast_buttons(after, settings, words), *main_menu(words)),
        )

    async def _shown(self, asked: Asked, menu: str) -> Reply:
        """All settings, and the buttons of one menu."""
        settings, words = await manner(self._store, asked)
        now = self._clock()
        title = line(Run(text=words.say("How this chat is told"), style="bold"))
        lines: list[Line] = [title, *settings_lines(settings, words, self._pack.name, now)]
        buttons = await self._menu(asked, menu, settings, words, now)
        if menu == "zone":
            lines.append(line(words.say("Another one: {example}", example=slashed(asked.channel, "timezone Tokyo"))))
        if menu == "score":
            lines.append(line(words.say("In brackets: alerts in the last 30 days.")))
        return Reply(lines=tuple(lines), buttons=buttons)

    async def _menu(self, asked: Asked, menu: str, settings: ChannelSettings, words: Words, now: datetime) -> Buttons:
        match menu:
            case "digest":
                return digest_menu(settings, words)
            case "quiet":
                return quiet_menu(settings, words)
            case "importance":
                return importance_menu(settings, words)
            case "score":
                forecast = await self._forecast(asked, settings)
                return score_menu(settings, words, forecast.by_score)
            case "rings":
                return rings_menu(settings, words)
            case "lang":
                return language_menu(settings, words)
            case "zone":
                return zone_menu(settings, words)
            case "mutes":
                lately = await self._store.latest(LATELY)
                named = (one for alert in lately for one in alert.facets.programmes)
                return mutes_menu(settings, words, self._pack.name, now, dict.fromkeys(named))
        return main_menu(words)

    async def _forecast(
        self, asked: Asked, settings: ChannelSettings, before: ChannelSettings | None = None
    ) -> Forecast:
        subscriptions = await self._store.subscriptions(asked.channel)
        return await self._forecaster.forecast(subscriptions, settings, self._clock(), before=before)

    def _with_parts(self, programme: str) -> list[str]:
        """The programme, then those that belong to it: who mutes the S-400 means its follow-on order, too."""
        ancestors = self._pack.ancestors
        return [programme, *(one for one in self._pack.programmes if programme in ancestors.get(one, ())[1:])]

    async def _no_programme(self, asked: Asked, typed: str, near: str | None) -> Reply:
        _, words = await manner(self._store, asked)
        return text_reply(unknown_programme(typed, near, words))


def _alteration(what: str, value: str) -> Alter | None:
    """What a button's value changes; None: nothing, it opens a menu. Values of older versions change nothing."""
    match what:
        case "digest" if value:
            return _digest_alteration(value)
        case "quiet" if value == "off":
            return lambda held: replace(held, quiet=None)
        case "quiet" if len(value) == len("2200-0700"):
            typed = f"{value[:2]}:{value[2:4]}-{value[5:7]}:{value[7:]}"
            return lambda held: replace(held, quiet=quiet_typed(typed, held.quiet))
        case "through" | "importance":
            least = next((one for one in IMPORTANCES if one == value), None)
            if least is None:
                return None
            if what == "importance":
                return lambda held: replace(held, min_importance=least)
            return lambda held: replace(held, quiet=held.quiet and replace(held.quiet, through=least))
        case "score" if value:
            return lambda held: replace(held, min_score=score_typed(value))
        case "lang":
            lang = next((one for one in LANGUAGES if one == value), None)
            return lang and (lambda held: replace(held, lang=lang))
        case "zone" if value:
            zone = zone_named(value)
            return lambda held: replace(held, zone=zone)
        case "rings" if value.isdecimal():
            return lambda held: replace(held, rings_per_hour=max(int(value), 1))
        case "silent" if value:
            return lambda held: replace(held, silent_low=value == "yes")
    return None


def _digest_alteration(value: str) -> Alter | None:
    """ "off", "daily", or "weekly:0900:4"."""
    every, *rest = value.split(":")
    if every == "off":
        return lambda held: replace(held, digest=None)
    if every not in ("hourly", "daily", "weekly"):
        return None

    def alter(held: ChannelSettings) -> ChannelSettings:
        digest = digest_typed(every, held.digest) or Digest(every="daily")
        if len(rest) == 2:
            at = time(int(rest[0][:2]), int(rest[0][2:]))
            digest = replace(digest, at=at, weekday=int(rest[1]))
        elif every != "hourly" and held.digest is not None and held.digest.every == "hourly":
            digest = replace(digest, at=Digest(every="daily").at)
        elif every == "hourly":
            digest = replace(digest, at=time(0, digest.at.minute))
        return replace(held, digest=digest)

    return alter
