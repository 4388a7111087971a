"""Subscribing in two taps: /start and /subscribe with their presets, offers of a filter, and what follows.

A preset subscribes at once. A filter that somebody typed, or that stands in a link to the bot, is first offered
with what it would have sent, and put into force by one more tap; on Slack it is taken at once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.asking import Asked, manner, slashed, unchosen
from bot.filter_words import refused
from bot.forecast import Forecaster, forecast_buttons, forecast_lines
from bot.forms import EDIT
from bot.i18n import Words, later, words_in
from bot.matching import DAYS_BEGIN
from bot.model import (
    Button,
    Buttons,
    Card,
    Channel,
    Command,
    Line,
    Press,
    Reply,
    Run,
    Subscription,
    line,
    new_id,
    text_reply,
)
from bot.ports import Clock, HandlePress
from bot.sample import bundled_alert
from bot.settings import ChannelSettings
from bot.settings_words import settings_lines
from bot.storage import AuditEntry, Store
from bot.stories import card_in
from rules import FilterError, Pack, parse_filter

# Key -> what the button says, and the filter that it stands for.
PRESETS: Mapping[str, tuple[str, str]] = {
    "all": (later("All"), ""),
    "air-defence": (later("Air defence"), "category:air-defence"),
    "aircraft": (
        later("Aircraft"),
        "category:aircraft OR category:helicopter OR category:engine OR category:uav OR category:upgrade",
    ),
    "navy": (later("Navy"), "category:naval"),
    "missiles": (later("Missiles"), "category:missile"),
    "land": (later("Land"), "category:land OR category:small-arms"),
    "agreements": (later("Agreements"), "category:agreement"),
}
OFFER_LASTS = timedelta(days=7)  # a button below an offer, or one that undoes an end, works so long


class Subscribing:
    """Answers from the store."""

    def __init__(
        self,
        *,
        store: Store,
        pack: Pack,
        forecaster: Forecaster,
        clock: Clock,
    ) -> None:
        self._store = store
        self._pack = pack
        self._forecaster = forecaster
        self._clock = clock
        self.answers: Mapping[str, Callable[[Command], Awaitable[Reply]]] = {
            "start": self._start,
            "subscribe": self._subscribe,
        }
        self.presses: Mapping[str, HandlePress] = {
            "sub": self._press_preset,
            "keep": self._press_keep,
            "see": self._press_see,
        }

    # --- /start ---

    async def _start(self, command: Command) -> Reply:
        wanted = " ".join(command.args.replace("_", " ").split())
        if wanted:
            return await self._wanted(command, wanted)
        settings, words = await manner(self._store, command)
        sample, note = await self._sample(settings, words)
        lines: list[Line] = [
            line(
                words.say(
                    "Dealwire tells this chat of news about {topic}: one short alert for each story, with the "
                    "sentences that prove it.",
                    topic=self._pack.title,
                )
            ),
            line(words.say("{help} lists all commands.", help=slashed(command.channel, "help"))),
        ]
        if sample is not None:
            lines.append(line(Run(text=note, style="italic")))
        lines.append(line(Run(text=words.say("Choose what this chat gets:"), style="bold")))
        return Reply(lines=tuple(lines), cards=(sample,) if sample else (), buttons=self._presets(words))

    async def _sample(self, settings: ChannelSettings, words: Words) -> tuple[Card | None, str]:
        """The newest alert; while there is none a bundled one, which says so."""
        newest = await self._store.latest(1)
        if newest:
            return card_in(newest[0], words, settings.zone), words.say("The newest alert:")
        made_up = bundled_alert(self._pack, settings.lang, self._clock())
        if made_up is None:
            return None, ""
        card = card_in(made_up, words, settings.zone)
        sample = replace(card, label=f"{words.say('SAMPLE, not news')} · {card.label}")
        return sample, words.say("There are no alerts yet. This is what one looks like, with a made-up report:")

    def _presets(self, words: Words) -> Buttons:
        """A button for each preset that the pack understands, three in a row."""
        known = [
            Button(text=words.say(text), action=f"sub:{key}")
            for key, (text, filter_) in PRESETS.items()
            if self._understood(filter_)
        ]
        return tuple(tuple(known[n : n + 3]) for n in range(0, len(known), 3))

    def _understood(self, filter_: str) -> bool:
        try:
            parse_filter(filter_, self._pack, DAYS_BEGIN)
        except FilterError:
            return False
        return True

    # --- /subscribe ---

    async def _subscribe(self, command: Command) -> Reply:
        typed = command.args.strip()
        if not command.manager:
            return text_reply((await manner(self._store, command))[1].say(ONLY_MANAGERS))
        if typed:
            return await self._wanted(command, typed)
        _, words = await manner(self._store, command)
        example = slashed(command.channel, "subscribe s-400 OR su-57")
        return Reply(
            lines=(
                line(Run(text=words.say("Choose what this chat gets:"), style="bold")),
                line(words.say("Or a filter of your own: {example}", example=example)),
            ),
            buttons=(*self._presets(words), *_form_button(command.channel, words)),
        )

    async def _wanted(self, command: Command, typed: str) -> Reply:
        """A filter that was typed: refused with its place, offered, or taken."""
        _, words = await manner(self._store, command)
        filter_ = "" if typed.casefold() in ("all", "все", "सभी") else typed
        try:
            parse_filter(filter_, self._pack, DAYS_BEGIN)
        except FilterError as error:
            return text_reply(refused(error, words))
        subscription = self._made(command, filter_)
        if command.channel.platform == "slack" or (not filter_ and command.name == "subscribe"):
            if not command.manager:
                return text_reply(words.say(ONLY_MANAGERS))
            return await self._taken(command, [subscription])
        return await self._offered(command, subscription, words)

    async def _offered(self, command: Command, subscription: Subscription, words: Words) -> Reply:
        now = self._clock()
        there = {each.filter for each in await self._store.subscriptions(command.channel)}
        if subscription.filter in there:
            return text_reply(words.say("This chat already gets {what}.", what=told_filter(subscription.filter, words)))
        settings, _ = await manner(self._store, command)
        forecast = await self._forecaster.forecast([subscription], settings, now)
        async with self._store.write() as tx:
            await tx.spare_subscriptions(subscription.id, [subscription], now, now + OFFER_LASTS)
        question = words.say("Shall this chat get {what}?", what=told_filter(subscription.filter, words))
        buttons = [Button(text=words.say("Subscribe"), action=f"keep:{subscription.id}")]
        if forecast.newest:
            buttons.append(Button(text=words.say("See them"), action=f"see:{subscription.id}"))
        return Reply(
            lines=(line(Run(text=question, style="bold")), *forecast_lines(forecast, settings, words)),
            buttons=(tuple(buttons),),
        )

    def _made(self, asked: Asked, filter_: str) -> Subscription:
        now = self._clock()
        return Subscription(
            id=new_id(now), channel=asked.channel, filter=filter_, created_at=now, created_by=asked.user
        )

    # --- pressed ---

    async def _press_preset(self, press: Press) -> Reply:
        _, words = await manner(self._store, press)
        key = press.action.partition(":")[2]
        if not press.manager:
            return Reply(toast=words.say(ONLY_MANAGERS))
        if key not in PRESETS or not self._understood(PRESETS[key][1]):
            return Reply(toast=words.say("This choice is not there any more."))
        return await self._taken(press, [self._made(press, PRESETS[key][1])])

    async def _press_keep(self, press: Press) -> Reply:
        """Puts what was offered, or ended a moment ago, into force."""
        _, words = await manner(self._store, press)
        if not press.manager:
            return Reply(toast=words.say(ONLY_MANAGERS))
        if not press.present:
            return text_reply(invitation(words))
        batch = press.action.partition(":")[2]
        spare = await self._store.spare_subscriptions(batch)
        if not spare or any(each.channel != press.channel for each in spare):
            return Reply(toast=words.say("This was done already, or is too long ago."))
        async with self._store.write() as tx:
            await tx.take_spare_subscriptions(batch)
        return replace(await self._taken(press, spare), replace=True)

    async def _press_see(self, press: Press) -> Reply:
        """The newest of the alerts that were counted: of this chat, or of an offer."""
        settings, words = await manner(self._store, press)
        batch = press.action.partition(":")[2]
        if batch == "30":
            wanted = await self._store.subscriptions(press.channel)
        else:
            spare = await self._store.spare_subscriptions(batch)
            wanted = [each for each in spare if each.channel == press.channel]
        forecast = await self._forecaster.forecast(wanted, settings, self._clock())
        rows: list[Line] = []
        for alert in await self._forecaster.shown(forecast):
            card = card_in(alert, words, settings.zone)
            rows += [
                line(Run(text=card.headline, style="bold", url=card.url)),
                line(Run(text=f"{words.moment(alert.created_at, settings.zone)} · {card.label}", style="italic")),
            ]
        count = forecast.count(settings.min_importance)
        if count > len(forecast.newest):
            rows.append(line(words.count("… and {n} more.", "… and {n} more.", count - len(forecast.newest))))
        if not rows:
            return Reply(toast=words.say("There are none."))
        return Reply(lines=tuple(rows))

    async def _taken(self, asked: Asked, wanted: Sequence[Subscription]) -> Reply:
        """Subscribes; the answer shows the settings and what would have come."""
        if not asked.present:
            return text_reply(invitation((await manner(self._store, asked))[1]))
        now = self._clock()
        async with self._store.write() as tx:
            chosen = (await tx.channel_settings([asked.channel])).get(asked.channel)
            settings = chosen or unchosen(asked.lang, asked.zone)
            if chosen is None:  # the language of who subscribed is the chat's until it chooses another
                await tx.save_channel_settings(asked.channel, settings)
            new = set(await tx.add_subscriptions(wanted))
            await tx.add_audit(
                *(
                    AuditEntry.of(
                        "subscribe", each.filter or "all alerts", who=asked.user, at=now, channel=asked.channel
                    )
                    for each in wanted
                    if each.id in new
                )
            )
        words = words_in(settings.lang)
        added = [each for each in wanted if each.id in new]
        if not added:
            what = told_filter(wanted[0].filter, words)
            return replace(text_reply(words.say("This chat already gets {what}.", what=what)), toast=what)
        what = (
            told_filter(added[0].filter, words)
            if len(added) == 1
            else words.count("{n} subscription", "{n} subscriptions", len(added))
        )
        told = words.say("Subscribed: this chat now gets {what}.", what=what)
        forecast = await self._forecaster.forecast(await self._store.subscriptions(asked.channel), settings, now)
        undo = f"subend:{added[0].id}" if len(added) == 1 else "subs:0"
        last = (
            Button(text=words.say("Undo") if len(added) == 1 else words.say("Subscriptions"), action=undo),
            Button(text=words.say("Settings"), action="settings:menu"),
        )
        steps = forecast_buttons(forecast, settings, words)
        return Reply(
            lines=(
                line(Run(text=told, style="bold")),
                *forecast_lines(forecast, settings, words),
                *settings_lines(settings, words, self._pack.name, now),
            ),
            buttons=(steps, last) if steps else (last,),
            toast=words.say("Subscribed."),
        )


ONLY_MANAGERS = later("Only administrators of this chat can change what it gets.")


def _form_button(channel: Channel, words: Words) -> Buttons:
    """Where the platform has forms, one with all there is to choose."""
    if channel.platform != "slack":
        return ()
    return ((Button(text=words.say("Filter and delivery …"), action=f"{EDIT}:"),),)


def invitation(words: Words) -> str:
    """What is said where the bot is not in the channel."""
    return words.say(
        "I am not in this channel, so nothing could come here. Invite me: {invite}. Then try again.",
        invite="/invite @dealwire",
    )


def told_filter(filter_: str, words: Words) -> str:
    """A preset's filter by its name, another one as typed."""
    if not filter_:
        return words.say("all alerts")
    name = next((text for text, preset in PRESETS.values() if preset == filter_), None)
    return (
        words.say("alerts of {preset}", preset=words.say(name))
        if name
        else words.say("alerts with: {filter}", filter=filter_)
    )
