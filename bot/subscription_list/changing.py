"""A chat's subscriptions get another filter, or end, and can be brought back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.asking import Asked, manner, slashed
from bot.filter_words import refused
from bot.i18n import Words
from bot.matching import DAYS_BEGIN, Matcher
from bot.model import Button, Channel, Command, Press, Reply, Run, Subscription, line, text_reply
from bot.planning import settings_of
from bot.ports import Clock
from bot.storage import AuditEntry, Store, Transaction
from bot.subscribing import OFFER_LASTS, ONLY_MANAGERS, PRESETS, told_filter
from bot.subscription_list.pages import PAGE, Pages, shown
from bot.subscription_list.which import audited, mine, named, numbered, untold
from rules import FilterError, Pack, parse_filter


class Changing:
    """Of all chats."""

    def __init__(self, *, store: Store, pack: Pack, matcher: Matcher, clock: Clock, pages: Pages) -> None:
        self._store = store
        self._pack = pack
        self._matcher = matcher
        self._clock = clock
        self._pages = pages

    async def edit(self, command: Command) -> Reply:
        """/edit 3 s-400 stage>=contract"""
        _, words = await manner(self._store, command)
        if not command.manager:
            return text_reply(words.say(ONLY_MANAGERS))
        number, _, typed = command.args.strip().partition(" ")
        one = numbered(await self._store.subscriptions(command.channel), number)
        if one is None or not typed.strip():
            example = slashed(command.channel, "edit 1 s-400 OR su-57")
            return await self._pages.listed(command, opening=words.say("For example: {example}", example=example))
        return await self._edited(command, one, typed.strip())

    async def press_edit(self, press: Press) -> Reply:
        """Presets to take its place by one tap, and how to type another filter."""
        _, words = await manner(self._store, press)
        id_ = press.action.partition(":")[2]
        numbers = {each.id: n for n, each in enumerate(await self._store.subscriptions(press.channel), 1)}
        found = await mine(self._store, press.channel, [id_])
        if not found:
            return Reply(toast=words.say("This subscription is not there any more."))
        presets = [Button(text=words.say(text), action=f"subset:{id_}:{key}") for key, (text, _) in PRESETS.items()]
        rows = [tuple(presets[n : n + 3]) for n in range(0, len(presets), 3)]
        typed = slashed(press.channel, f"edit {numbers[id_]} {found[0].filter or 's-400'}")
        return Reply(
            lines=(
                line(shown(found[0], words)),
                line(words.say("Send it with other words:")),
                line(Run(text=typed, style="code")),
                line(words.say("Or choose:")),
            ),
            buttons=(*rows, (Button(text=words.say("Back"), action=f"subone:{id_}"),)),
            replace=True,
        )

    async def press_preset(self, press: Press) -> Reply:
        _, words = await manner(self._store, press)
        _, id_, key = press.action.split(":", 2)
        if not press.manager:
            return Reply(toast=words.say(ONLY_MANAGERS))
        found = await mine(self._store, press.channel, [id_])
        if not found or key not in PRESETS:
            return Reply(toast=words.say("This subscription is not there any more."))
        return replace(await self._edited(press, found[0], PRESETS[key][1]), replace=True)

    async def _edited(self, asked: Asked, one: Subscription, filter_: str) -> Reply:
        _, words = await manner(self._store, asked)
        try:
            parse_filter(filter_, self._pack, DAYS_BEGIN)
        except FilterError as error:
            return text_reply(refused(error, words))
        now = self._clock()
        what = told_filter(filter_, words)
        others = {each.filter for each in await self._store.subscriptions(asked.channel)}
        if filter_ in others:
            return text_reply(words.say("This chat already gets {what}.", what=what))
        async with self._store.write() as tx:
            await tx.end_subscriptions([one.id])
            await tx.add_subscriptions([replace(one, filter=filter_, created_by=asked.user)])
            await tx.add_audit(
                AuditEntry.of("edit", f"{one.filter} -> {filter_}", who=asked.user, at=now, channel=asked.channel)
            )
        told = words.say("Changed: this chat now gets {what}.", what=what)
        return replace(await self._pages.listed(asked, opening=told), toast=words.say("Saved."))

    async def unsubscribe(self, command: Command) -> Reply:
        _, words = await manner(self._store, command)
        if not command.manager:
            return text_reply(words.say(ONLY_MANAGERS))
        subscriptions = await self._store.subscriptions(command.channel)
        typed = command.args.strip()
        if not subscriptions:
            return text_reply(words.say("This chat has no subscriptions."))
        if typed.casefold() == "all" or (not typed and len(subscriptions) == 1):
            ended = subscriptions
        else:
            one = numbered(subscriptions, typed)
            alike = [each for each in subscriptions if typed and each.filter.casefold() == typed.casefold()]
            ended = [one] if one else alike
        if not ended:
            return await self._pages.listed(command, opening=words.say("Say which: a number of this list, or all."))
        return await self._ended(command, ended, words)

    async def press_end(self, press: Press) -> Reply:
        _, words = await manner(self._store, press)
        if not press.manager:
            return Reply(toast=words.say(ONLY_MANAGERS))
        ended = await named(self._store, press)
        if not ended:
            return Reply(toast=words.say("This subscription is not there any more."))
        return replace(await self._ended(press, ended, words), replace=True)

    async def _ended(self, asked: Asked, ended: Sequence[Subscription], words: Words) -> Reply:
        """Ends them; one button brings all of them back."""
        now = self._clock()
        batch = ended[0].id
        async with self._store.write() as tx:
            await tx.take_spare_subscriptions(batch)  # of the offer that it once was
            await tx.spare_subscriptions(batch, ended, now, now + OFFER_LASTS)
            await tx.end_subscriptions([each.id for each in ended])
            await self._drop_waiting(tx, asked.channel)
            await tx.add_audit(*audited("unsubscribe", ended, asked, now))
        rows = [line(words.say("Ended: {what}", what=each.filter or words.say("all alerts"))) for each in ended[:PAGE]]
        if len(ended) > PAGE:
            rows.append(line(words.count("… and {n} more.", "… and {n} more.", len(ended) - PAGE)))
        buttons = (
            Button(text=words.say("Undo"), action=f"keep:{batch}"),
            Button(text=words.say("All subscriptions"), action="subs:0"),
        )
        return Reply(lines=tuple(rows), buttons=(buttons,), toast=words.say("Ended."))

    async def _drop_waiting(self, tx: Transaction, channel: Channel) -> None:
        """What waits and that no subscription wants any more is not told."""
        left = await tx.subscriptions(channel)
        waiting = await tx.waiting(channel)
        zone = (await settings_of(tx, [channel]))[channel].zone
        await tx.replan(
            untold(each, "unsubscribed")
            for each in waiting
            if not any(self._matcher.matches(one.filter, each.alert, zone) for one in left)
        )
