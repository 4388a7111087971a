"""A chat's subscriptions are paused and resumed. What matched while all of them were paused waits in the outbox; who
resumes says what becomes of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace

from bot.asking import Asked, manner
from bot.matching import Matcher
from bot.model import Button, Command, Press, Reply, Subscription, line, text_reply
from bot.planning import gathered
from bot.ports import Clock
from bot.storage import Store, Waiting
from bot.subscribing import ONLY_MANAGERS
from bot.subscription_list.pages import Pages
from bot.subscription_list.which import audited, named, numbered, untold


class Pausing:
    """Of all chats."""

    def __init__(
        self, *, store: Store, matcher: Matcher, clock: Clock, pages: Pages, on_deliveries: Callable[[], None]
    ) -> None:
        self._store = store
        self._matcher = matcher
        self._clock = clock
        self._pages = pages
        self._on_deliveries = on_deliveries

    async def pause(self, command: Command) -> Reply:
        return await self._typed_all_or_one(command, self._paused)

    async def resume(self, command: Command) -> Reply:
        return await self._typed_all_or_one(command, self._resuming)

    async def _typed_all_or_one(
        self, command: Command, act: Callable[[Asked, Sequence[Subscription]], Awaitable[Reply]]
    ) -> Reply:
        _, words = await manner(self._store, command)
        if not command.manager:
            return text_reply(words.say(ONLY_MANAGERS))
        subscriptions = await self._store.subscriptions(command.channel)
        typed = command.args.strip().casefold()
        if not subscriptions:
            return text_reply(words.say("This chat has no subscriptions."))
        if typed in ("", "all"):
            return await act(command, subscriptions)
        one = numbered(subscriptions, typed)
        if one is None:
            return await self._pages.listed(command, opening=words.say("Say which: a number of this list, or all."))
        return await act(command, [one])

    async def press_pause(self, press: Press) -> Reply:
        _, words = await manner(self._store, press)
        if not press.manager:
            return Reply(toast=words.say(ONLY_MANAGERS))
        return replace(await self._paused(press, await named(self._store, press)), replace=True)

    async def _paused(self, asked: Asked, wanted: Sequence[Subscription]) -> Reply:
        _, words = await manner(self._store, asked)
        now = self._clock()
        running = [each for each in wanted if each.paused_at is None]
        async with self._store.write() as tx:
            await tx.pause_subscriptions([each.id for each in running], now)
            await tx.add_audit(*audited("pause", running, asked, now))
        told = words.count(
            "Paused: {n} subscription. What comes meanwhile is kept; who resumes it decides about that.",
            "Paused: {n} subscriptions. What comes meanwhile is kept; who resumes them decides about that.",
            len(running),
        )
        which = running[0].id if len(running) == 1 else "all"
        buttons = (
            Button(text=words.say("Resume"), action=f"subresume:{which}"),
            Button(text=words.say("All subscriptions"), action="subs:0"),
        )
        return Reply(lines=(line(told),), buttons=(buttons,), toast=words.say("Paused."))

    async def press_resume(self, press: Press) -> Reply:
        """ "subresume:ID" asks what becomes of what was kept; "subresume:ID:digest" does it."""
        _, words = await manner(self._store, press)
        if not press.manager:
            return Reply(toast=words.say(ONLY_MANAGERS))
        wanted = await named(self._store, press)
        how = press.action.split(":")[2:]
        if not how:
            return replace(await self._resuming(press, wanted), replace=True)
        return replace(await self._resumed(press, wanted, how[0]), replace=True)

    async def _resuming(self, asked: Asked, wanted: Sequence[Subscription]) -> Reply:
        settings, words = await manner(self._store, asked)
        paused = [each for each in wanted if each.paused_at is not None]
        if not paused:
            return replace(await self._pages.listed(asked), toast=words.say("Nothing is paused."))
        kept = self._kept(await self._store.waiting(asked.channel), paused, settings.zone)
        if not kept:
            return await self._resumed(asked, paused, "skip")
        which = paused[0].id if len(paused) == 1 else "all"
        question = words.count(
            "{n} alert came meanwhile. What shall become of it?",
            "{n} alerts came meanwhile. What shall become of them?",
            len(kept),
        )
        choices = (
            Button(text=words.say("Skip"), action=f"subresume:{which}:skip"),
            Button(text=words.say("One digest"), action=f"subresume:{which}:digest"),
            Button(text=words.say("Send each"), action=f"subresume:{which}:replay"),
        )
        return Reply(lines=(line(question),), buttons=(choices,))

    async def _resumed(self, asked: Asked, wanted: Sequence[Subscription], how: str) -> Reply:
        settings, words = await manner(self._store, asked)
        now = self._clock()
        paused = [each for each in wanted if each.paused_at is not None]
        async with self._store.write() as tx:
            kept = self._kept(await tx.waiting(asked.channel), paused, settings.zone)
            await tx.pause_subscriptions([each.id for each in paused], None)
            match how:
                case "digest":
                    await gathered(tx, asked.channel, kept, now)
                case "replay":
                    await tx.replan(replace(each.delivery, state="due", waits=None, due_at=now) for each in kept)
                case _:
                    await tx.replan(untold(each, "paused") for each in kept)
            await tx.add_audit(*audited("resume", paused, asked, now))
        self._on_deliveries()
        return replace(await self._pages.listed(asked, opening=words.say("Resumed.")), toast=words.say("Resumed."))

    def _kept(self, waiting: Sequence[Waiting], paused: Collection[Subscription], zone: str) -> list[Waiting]:
        """What waits because of these pauses."""
        return [
            each
            for each in waiting
            if each.delivery.waits == "pause"
            and any(self._matcher.matches(one.filter, each.alert, zone) for one in paused)
        ]
