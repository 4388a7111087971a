"""Subscribing by a form: what and how to tell, checked, tried on the last 30 days, then saved.

Three steps: the channel, where it is not known yet; everything else, refused at the field that is wrong; and what
would have come, to be saved or gone back from. The same form edits a subscription. Delivery, language and the rest
are the channel's, for all its subscriptions; the form shows what holds and saves what was changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime

from bot.asking import unchosen
from bot.forecast import Forecast, Forecaster, forecast_lines
from bot.form_fields import KEPT, Draft, FieldsError, draft_of, filled_fields, read
from bot.forms import Field, Form, FormAnswer, FormAsked, FormErrors, FormFilled
from bot.i18n import Words, language_of, words_in
from bot.model import Channel, Line, Reply, Run, Subscription, line, new_id, text_reply
from bot.planning import replanned
from bot.ports import Clock
from bot.settings import ChannelSettings
from bot.settings_words import settings_lines
from bot.storage import AuditEntry, Store
from bot.stories import card_in
from bot.subscribing import ONLY_MANAGERS, invitation, told_filter
from rules import Pack

NEWEST = 3  # alerts in a preview
CHANNEL = "channel"  # the field that lets choose one


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What holds where the form is for."""

    channel: Channel
    settings: ChannelSettings
    words: Words
    there: tuple[Subscription, ...]
    edited: Subscription | None  # None: a new one


class SubscribeForm:
    """Answers from the store. Whoever calls it has seen to it that the chat may use the bot."""

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

    async def answer(self, given: FormAsked | FormFilled) -> FormAnswer:
        """The form that is asked for, or what follows on one that was handed in."""
        if isinstance(given, FormAsked):
            return await self._opened(given)
        step, _, rest = given.state.partition("\n")
        if step == "where":
            return await self._placed(given)
        held = await self._held(given.asked)
        if isinstance(held, Reply):
            return held
        if step == "save":
            values, _, filter_ = rest.partition("\n")
            return await self._saved(given.asked, held, {**json.loads(values), "filter": filter_})
        return await self._previewed(given, held)

    # --- where ---

    async def _opened(self, asked: FormAsked) -> FormAnswer:
        words = words_in(language_of(asked.lang))
        if asked.channel is None:
            return _where(words)
        held = await self._held(asked)
        if isinstance(held, Reply):
            return held
        return self._form(held)

    async def _placed(self, filled: FormFilled) -> FormAnswer:
        """The channel was chosen."""
        asked = filled.asked
        words = words_in(language_of(asked.lang))
        if asked.channel is None:
            return FormErrors(errors={CHANNEL: words.say("Choose a channel.")})
        if asked.present and not asked.manager:
            told = words.say("You must be in the channel, and be one of those who may change what it gets.")
            return FormErrors(errors={CHANNEL: told})
        held = await self._held(asked)
        if isinstance(held, Reply):
            return FormErrors(errors={CHANNEL: _plain(held)})
        return self._form(held)

    async def _held(self, asked: FormAsked) -> _Held | Reply:
        """What holds there; words where the person may not change it, or nothing could come."""
        channel = asked.channel
        words = words_in(language_of(asked.lang))
        if channel is None:
            return text_reply(words.say("Choose a channel."))
        chosen = await self._store.channel_settings(channel)
        settings = chosen or unchosen(asked.lang, asked.zone)
        words = words_in(settings.lang)
        if not asked.present:
            return text_reply(invitation(words))
        if not asked.manager:
            return text_reply(words.say(ONLY_MANAGERS))
        there = tuple(await self._store.subscriptions(channel))
        edited = next((one for one in there if one.id == asked.what), None) if asked.what else None
        if asked.what and edited is None:
            return text_reply(words.say("This subscription is not there any more."))
        return _Held(channel=channel, settings=settings, words=words, there=there, edited=edited)

    # --- what ---

    def _form(self, held: _Held) -> Form:
        words = held.words
        title = words.say("Subscribe") if held.edited is None else words.say("Edit")
        note = words.say("What stands below the filter holds for all subscriptions of this chat.")
        return Form(
            title=title,
            submit=words.say("Preview"),
            close=words.say("Cancel"),
            lines=(line(Run(text=note, style="italic")),),
            fields=filled_fields(draft_of(held.edited.filter if held.edited else "", held.settings), words, self._pack),
            state="fill",
        )

    async def _previewed(self, filled: FormFilled, held: _Held) -> FormAnswer:
        """What would have come; errors where a field is not understood."""
        try:
            draft = read(filled.values, held.settings, held.words, self._pack)
        except FieldsError as error:
            return FormErrors(errors=error.errors)
        if self._doubled(draft, held):
            what = told_filter(draft.filter, held.words)
            return FormErrors(errors={"filter": held.words.say("This chat already gets {what}.", what=what)})
        now = self._clock()
        words = words_in(draft.settings.lang)
        forecast = await self._forecaster.forecast([self._made(filled.asked, draft, held)], draft.settings, now)
        values = {name: filled.values.get(name, "") for name in KEPT}
        state = f"save\n{json.dumps(values, ensure_ascii=False)}\n{filled.values.get('filter', '')}"
        return Form(
            title=words.say("Preview"),
            submit=words.say("Save"),
            close=words.say("Back"),
            lines=(
                line(Run(text=told_filter(draft.filter, words), style="bold")),
                *await self._would_have(forecast, draft.settings, words),
                line(""),
                line(Run(text=words.say("How this chat is told"), style="bold")),
                *settings_lines(draft.settings, words, self._pack.name, now),
            ),
            state=state,
            over=True,
        )

    async def _would_have(self, forecast: Forecast, settings: ChannelSettings, words: Words) -> list[Line]:
        first, *notes = forecast_lines(forecast, settings, words)
        if not forecast.empty:
            told = words.count(
                "You would have received {n} alert in the last 30 days.",
                "You would have received {n} alerts in the last 30 days.",
                forecast.count(settings.min_importance),
            )
            first = line(Run(text=told, style="bold"))
        rows = [first, *notes]
        for alert in (await self._forecaster.shown(forecast))[:NEWEST]:
            card = card_in(alert, words, settings.zone)
            rows.append(line("• ", Run(text=card.headline, url=card.url)))
            rows.append(
                line(Run(text=f"{words.moment(alert.created_at, settings.zone)} · {card.label}", style="italic"))
            )
        return rows

    # --- saved ---

    async def _saved(self, asked: FormAsked, held: _Held, values: Mapping[str, str]) -> FormAnswer:
        try:
            draft = read(values, held.settings, held.words, self._pack)
        except FieldsError as error:  # the pack changed since the preview
            return text_reply("\n".join(error.errors.values()))
        now = self._clock()
        words = words_in(draft.settings.lang)
        what = told_filter(draft.filter, words)
        if self._doubled(draft, held):
            return text_reply(words.say("This chat already gets {what}.", what=what))
        made = self._made(asked, draft, held)
        audit = []
        async with self._store.write() as tx:
            chosen = (await tx.channel_settings([held.channel])).get(held.channel)
            if chosen != draft.settings:
                await tx.save_channel_settings(held.channel, draft.settings)
                await replanned(tx, held.channel, draft.settings, now)
                if changed := _changed(held.settings, draft.settings):
                    audit.append(_entry("settings", ", ".join(changed), asked, held, now))
            if held.edited is None:
                await tx.add_subscriptions([made])
                audit.append(_entry("subscribe", made.filter or "all alerts", asked, held, now))
            elif held.edited.filter != made.filter:
                await tx.end_subscriptions([held.edited.id])
                await tx.add_subscriptions([made])
                audit.append(_entry("edit", f"{held.edited.filter} -> {made.filter}", asked, held, now))
            await tx.add_audit(*audit)
        self._on_deliveries()
        told = (
            words.say("Subscribed: this chat now gets {what}.", what=what)
            if held.edited is None
            else words.say("Changed: this chat now gets {what}.", what=what)
        )
        return Form(
            title=words.say("Saved."),
            close=words.say("Close"),
            lines=(
                line(Run(text=told, style="bold")),
                *settings_lines(draft.settings, words, self._pack.name, now),
            ),
            last=True,
        )

    def _doubled(self, draft: Draft, held: _Held) -> bool:
        mine = held.edited.id if held.edited else ""
        return any(one.filter == draft.filter and one.id != mine for one in held.there)

    def _made(self, asked: FormAsked, draft: Draft, held: _Held) -> Subscription:
        now = self._clock()
        if held.edited is not None:
            return replace(held.edited, filter=draft.filter, created_by=asked.user)
        return Subscription(
            id=new_id(now), channel=held.channel, filter=draft.filter, created_at=now, created_by=asked.user
        )


def _where(words: Words) -> Form:
    return Form(
        title=words.say("Subscribe"),
        submit=words.say("Next"),
        close=words.say("Cancel"),
        fields=(
            Field(
                name=CHANNEL,
                label=words.say("Which channel shall get alerts?"),
                kind="channel",
                optional=True,
                hint=words.say("Nothing chosen: our private chat. I must be in the channel: /invite @dealwire"),
            ),
        ),
        state="where",
    )


def _entry(action: str, told: str, asked: FormAsked, held: _Held, now: datetime) -> AuditEntry:
    return AuditEntry.of(action, told, who=asked.user, at=now, channel=held.channel)


def _changed(before: ChannelSettings, after: ChannelSettings) -> list[str]:
    """The names of the settings that differ."""
    return [one.name for one in fields(ChannelSettings) if getattr(before, one.name) != getattr(after, one.name)]


def _plain(reply: Reply) -> str:
    return " ".join("".join(run.text for run in one) for one in reply.lines)
