"""How a channel is told: /settings, /digest, /quiet, /language, /timezone, /mute, /unmute, each also by buttons.

Every change is written with what waits planned anew, in one transaction, and answered with what holds now.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from bot.forecast import Forecaster, forecast_buttons, forecast_lines
from bot.i18n import LANGUAGES, Words, language_of, words_in
from bot.model import Buttons, Channel, Command, Line, Press, Reply, Run, line, text_reply
from bot.planning import replanned
from bot.ports import Clock, HandlePress
from bot.programmes import programme_named
from bot.settings import IMPORTANCES, ChannelSettings, Digest
from bot.settings_parse import OFF, digest_typed, language_typed, quiet_typed, span_at_end
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
    settings_lines,
    span_menu,
    zone_menu,
)
from bot.storage import AuditEntry, Store
from bot.zones import ZoneError, zone_named
from rules import Pack

USUAL_SPAN = "7d"  # of a mute by one tap; longer and shorter stand below the answer
LATELY = 20  # alerts whose programmes are offered to be muted

Alter = Callable[[ChannelSettings], ChannelSettings]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who changes the settings, and where: the same of commands and of buttons."""

    channel: Channel
    user: str
    manager: bool
    lang: str | None

    @classmethod
    def of(cls, asked: Command | Press) -> Asker:
        return cls(channel=asked.channel, user=asked.user, manager=asked.manager, lang=asked.lang)


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
            "settings": self._settings,
            "digest": self._digest,
            "quiet": self._quiet,
            "language": self._language,
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

    async def _settings(self, command: Command) -> Reply:
        return await self._shown(Asker.of(command), "menu")

    async def _digest(self, command: Command) -> Reply:
        asker, typed = Asker.of(command), command.args.strip()
        if not typed:
            return await self._shown(asker, "digest")
        settings, words = await self._held(asker)
        try:
            digest = None if typed.casefold() in OFF else digest_typed(typed, settings.digest)
        except ValueError:
            example = "off · hourly · daily 09:00 · weekly mon 09:00"
            return text_reply(words.say("Not understood. For example: {example}", example=example))
        return await self._changed(asker, lambda held: replace(held, digest=digest), "digest", f"digest {typed}")

    async def _quiet(self, command: Command) -> Reply:
        asker, typed = Asker.of(command), command.args.strip()
        if not typed:
            return await self._shown(asker, "quiet")
        settings, words = await self._held(asker)
        try:
            quiet = None if typed.casefold() in OFF else quiet_typed(typed, settings.quiet)
        except ValueError:
            example = "off · 22:00-07:00 · 22-7 high"
            return text_reply(words.say("Not understood. For example: {example}", example=example))
        return await self._changed(asker, lambda held: replace(held, quiet=quiet), "quiet", f"quiet {typed}")

    async def _language(self, command: Command) -> Reply:
        asker, typed = Asker.of(command), command.args.strip()
        if not typed:
            return await self._shown(asker, "lang")
        lang = language_typed(typed)
        if lang is None:
            _, words = await self._held(asker)
            example = "English · हिन्दी · Русский"
            return text_reply(words.say("Not understood. For example: {example}", example=example))
        return await self._changed(asker, lambda held: replace(held, lang=lang), "lang", f"language {lang}")

    async def _timezone(self, command: Command) -> Reply:
        asker, typed = Asker.of(command), command.args.strip()
        if not typed:
            return await self._shown(asker, "zone")
        try:
            zone = zone_named(typed)
        except ZoneError as error:
            _, words = await self._held(asker)
            if error.nearest:
                return text_reply(
                    words.say(
                        "No time zone is called {typed}. Did you mean {nearest}?",
                        typed=error.typed[:50],
                        nearest=error.nearest,
                    )
                )
            example = "Europe/Moscow · Moscow · UTC+3 · IST"
            return text_reply(
                words.say(
                    "No time zone is called {typed}. For example: {example}",
                    typed=error.typed[:50],
                    example=example,
                )
            )
        return await self._changed(asker, lambda held: replace(held, zone=zone), "zone", f"time zone {zone}")

    async def _mute(self, command: Command) -> Reply:
        asker = Asker.of(command)
        if not command.args.strip():
            return await self._shown(asker, "mutes")
        name, span = span_at_end(command.args)
        programme, near = programme_named(name, self._pack)
        if programme is None:
            return await self._no_programme(asker, name, near)
        return await self._muted(asker, programme, span or SPANS[USUAL_SPAN][0])

    async def _unmute(self, command: Command) -> Reply:
        asker, typed = Asker.of(command), command.args.strip()
        if not typed:
            return await self._shown(asker, "mutes")
        if typed.casefold() == "all":
            return await self._changed(asker, lambda held: replace(held, mutes={}), "mutes", "unmute all")
        programme, near = programme_named(typed, self._pack)
        if programme is None:
            return await self._no_programme(asker, typed, near)
        return await self._unmuted(asker, programme)

    # --- pressed ---

    async def _pressed(self, press: Press) -> Reply:
        """ "set:menu", "set:digest", "set:digest:daily:0900:0" …"""
        asker = Asker.of(press)
        _, what, *values = press.action.split(":", 2)
        if what in ("fewer", "more"):
            return await self._step(asker, 1 if what == "fewer" else -1)
        alter = _alteration(what, values[0] if values else "")
        if alter is None:
            reply = await self._shown(asker, what)
        else:
            menu = {"through": "quiet", "silent": "rings"}.get(what, what)
            reply = await self._changed(asker, alter, menu, f"{what} {values[0]}")
        return replace(reply, replace=True)

    async def _opened(self, press: Press) -> Reply:
        """ "settings:digest": a menu as a message of its own, from below a message of alerts."""
        return await self._shown(Asker.of(press), press.action.partition(":")[2])

    async def _press_mute(self, press: Press) -> Reply:
        programme = press.action.partition(":")[2]
        return await self._muted(Asker.of(press), programme, SPANS[USUAL_SPAN][0])

    async def _press_span(self, press: Press) -> Reply:
        _, programme, key = press.action.split(":", 2)
        span, _ = SPANS.get(key, SPANS[USUAL_SPAN])
        return replace(await self._muted(Asker.of(press), programme, span), replace=True)

    async def _press_unmute(self, press: Press) -> Reply:
        return replace(await self._unmuted(Asker.of(press), press.action.partition(":")[2]), replace=True)

    # --- what they do ---

    async def _step(self, asker: Asker, step: int) -> Reply:
        """Fewer or more: the least importance one step up or down, and what that changes by the archive."""
        held, _ = await self._held(asker)
        at = min(max(IMPORTANCES.index(held.min_importance) + step, 0), len(IMPORTANCES) - 1)
        least = IMPORTANCES[at]
        changed = await self._changed(
            asker, lambda old: replace(old, min_importance=least), "importance", f"importance {least}"
        )
        if not asker.manager:
            return changed
        settings, words = await self._held(asker)
        subscriptions = await self._store.subscriptions(asker.channel)
        forecast = await self._forecaster.forecast(subscriptions, settings, self._clock())
        before = words.say("Before it was {n}.", n=forecast.count(held.min_importance))
        lines = (*forecast_lines(forecast, settings, words), line(before))
        buttons: Buttons = (forecast_buttons(forecast, settings, words), *main_menu(words))
        return replace(changed, lines=(*lines, line(""), *changed.lines), buttons=buttons, replace=True)

    async def _muted(self, asker: Asker, programme: str, span: timedelta | None) -> Reply:
        if programme not in self._pack.programmes:  # a button of an older pack
            return await self._no_programme(asker, programme, None)
        now = self._clock()
        until = now + span if span else None

        def alter(held: ChannelSettings) -> ChannelSettings:
            kept = {one: held.mutes[one] for one in mutes_in_force(held, now)}
            return replace(held, mutes=kept | dict.fromkeys(self._with_parts(programme), until))

        changed = await self._changed(asker, alter, "mutes", f"mute {programme}")
        if not asker.manager:
            return changed
        settings, words = await self._held(asker)
        told = words.say("Muted: {what}", what=mute_words(programme, settings, words, self._pack.name))
        note = words.say("An alert that also names another programme is still told.")
        return Reply(
            lines=(line(Run(text=told, style="bold")), line(note)), buttons=span_menu(programme, words), toast=told
        )

    async def _unmuted(self, asker: Asker, programme: str) -> Reply:
        def alter(held: ChannelSettings) -> ChannelSettings:
            ended = self._with_parts(programme)
            return replace(held, mutes={one: until for one, until in held.mutes.items() if one not in ended})

        changed = await self._changed(asker, alter, "mutes", f"unmute {programme}")
        if not asker.manager:
            return changed
        _, words = await self._held(asker)
        told = words.say("Not muted any more: {programme}", programme=self._pack.name(programme))
        return replace(changed, lines=(line(Run(text=told, style="bold")), *changed.lines), toast=told)

    async def _changed(self, asker: Asker, alter: Alter, menu: str, what: str) -> Reply:
        """Save it, plan what waits anew, show what holds now."""
        if not asker.manager:
            _, words = await self._held(asker)
            refused = words.say("Only administrators of this chat can change what it gets.")
            return replace(text_reply(refused), toast=refused)
        now = self._clock()
        async with self._store.write() as tx:
            held = (await tx.channel_settings([asker.channel])).get(asker.channel) or _first(asker)
            settings = alter(held)
            await tx.save_channel_settings(asker.channel, settings)
            await replanned(tx, asker.channel, settings, now)
            await tx.add_audit(AuditEntry.of("settings", what, who=asker.user, at=now, channel=asker.channel))
        self._on_deliveries()
        reply = await self._shown(asker, menu)
        return replace(reply, toast=words_in(settings.lang).say("Saved."))

    async def _shown(self, asker: Asker, menu: str) -> Reply:
        """All settings, and the buttons of one menu."""
        settings, words = await self._held(asker)
        now = self._clock()
        title = line(Run(text=words.say("How this chat is told"), style="bold"))
        lines: list[Line] = [title, *settings_lines(settings, words, self._pack.name, now)]
        buttons = await self._menu(menu, settings, words, now)
        if menu == "zone":
            lines.append(line(words.say("Another one: {example}", example=_typed(asker.channel, "timezone Tokyo"))))
        return Reply(lines=tuple(lines), buttons=buttons)

    async def _menu(self, menu: str, settings: ChannelSettings, words: Words, now: datetime) -> Buttons:
        match menu:
            case "digest":
                return digest_menu(settings, words)
            case "quiet":
                return quiet_menu(settings, words)
            case "importance":
                return importance_menu(settings, words)
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

    async def _held(self, asker: Asker) -> tuple[ChannelSettings, Words]:
        settings = await self._store.channel_settings(asker.channel) or _first(asker)
        return settings, words_in(settings.lang)

    def _with_parts(self, programme: str) -> list[str]:
        """The programme, then those that belong to it: who mutes the S-400 means its follow-on order, too."""
        ancestors = self._pack.ancestors
        return [programme, *(one for one in self._pack.programmes if programme in ancestors.get(one, ())[1:])]

    async def _no_programme(self, asker: Asker, typed: str, near: str | None) -> Reply:
        _, words = await self._held(asker)
        if near:
            return text_reply(
                words.say("No programme is called {typed}. Did you mean {nearest}?", typed=typed[:50], nearest=near)
            )
        return text_reply(words.say("No programme is called {typed}.", typed=typed[:50]))


def _first(asker: Asker) -> ChannelSettings:
    """What holds in a channel that never chose: the usual, in the language of who asks."""
    return ChannelSettings(lang=language_of(asker.lang))


def _typed(channel: Channel, text: str) -> str:
    return f"/dealwire {text}" if channel.platform == "slack" else f"/{text}"


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
