"""The subscriptions of a chat: listed in pages, searched, edited, paused, resumed, ended, and brought back.

By commands with their numbers in the list, and by buttons with their ids. What matched while all its subscriptions
were paused waits in the outbox; who resumes says what becomes of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace

from bot.i18n import Words
from bot.matching import DAYS_BEGIN, Matcher
from bot.model import (
    Button,
    Buttons,
    Channel,
    Command,
    Delivery,
    Line,
    Press,
    Reply,
    Run,
    Subscription,
    line,
    text_reply,
)
from bot.planning import gathered
from bot.ports import Clock, HandlePress
from bot.storage import AuditEntry, Store, Transaction, Waiting
from bot.subscribing import OFFER_LASTS, ONLY_MANAGERS, PRESETS, Asked, held, slashed, told_filter
from rules import FilterError, Pack, parse_filter

PAGE = 8  # subscriptions in one page, a button each
_SHOWN_MAX = 200  # code points of a filter in a list
_WORDS_BYTES = 40  # of the words searched for, kept in a button's action


class SubscriptionList:
    """Answers from the store."""

    def __init__(self, *, store: Store, pack: Pack, clock: Clock, on_deliveries: Callable[[], None]) -> None:
        self._store = store
        self._pack = pack
        self._clock = clock
        self._on_deliveries = on_deliveries
        self._matcher = Matcher(pack)
        self.answers: Mapping[str, Callable[[Command], Awaitable[Reply]]] = {
            "subscriptions": self._subscriptions,
            "unsubscribe": self._unsubscribe,
            "edit": self._edit,
            "pause": self._pause,
            "resume": self._resume,
        }
        self.presses: Mapping[str, HandlePress] = {
            "subs": self._press_page,
            "subone": self._press_one,
            "subedit": self._press_edit,
            "subset": self._press_preset,
            "subend": self._press_end,
            "subpause": self._press_pause,
            "subresume": self._press_resume,
        }

    # --- listed ---

    async def _subscriptions(self, command: Command) -> Reply:
        typed = command.args.strip()
        if typed.isdecimal():
            return await self._listed(command, page=max(int(typed[:6]) - 1, 0))
        return await self._listed(command, words_in_it=typed)

    async def _press_page(self, press: Press) -> Reply:
        _, page, *typed = press.action.split(":", 2)
        shown = await self._listed(press, page=int(page), words_in_it=typed[0] if typed else "")
        return replace(shown, replace=True)

    async def _listed(self, asked: Asked, *, page: int = 0, words_in_it: str = "", opening: str = "") -> Reply:
        """One page of those that contain the words, numbered as in the whole list."""
        _, words = await held(self._store, asked)
        everything = list(enumerate(await self._store.subscriptions(asked.channel), 1))
        if not everything:
            how = slashed(asked.channel, "subscribe")
            told = words.say("This chat gets nothing yet. {how} changes that.", how=how)
            return Reply(lines=tuple(line(row) for row in (opening, told) if row))
        wanted = words_in_it.casefold()
        found = [
            (number, each)
            for number, each in everything
            if wanted in each.filter.casefold() or wanted in told_filter(each.filter, words).casefold()
        ]
        if not found:
            return text_reply(words.say("No subscription of this chat contains: {words}", words=words_in_it[:100]))
        pages = (len(found) + PAGE - 1) // PAGE
        page = min(page, pages - 1)
        shown = found[page * PAGE : (page + 1) * PAGE]
        title = words.say("This chat gets:")
        if pages > 1:
            title = words.say("This chat gets ({page} of {pages}):", page=page + 1, pages=pages)
        rows: list[Line] = [line(opening)] if opening else []
        rows.append(line(Run(text=title, style="bold")))
        rows += [line(f"{number}. {_shown(each, words)}") for number, each in shown]
        how = slashed(asked.channel, "unsubscribe 1")
        rows.append(line(Run(text=words.say("End one: {how}", how=how), style="italic")))
        if pages > 1:
            how = slashed(asked.channel, "subscriptions s-400")
            rows.append(line(Run(text=words.say("Find some: {how}", how=how), style="italic")))
        return Reply(lines=tuple(rows), buttons=_list_buttons(shown, page, pages, words_in_it, everything, words))

    async def _press_one(self, press: Press) -> Reply:
        return await self._one(press, press.action.partition(":")[2])

    async def _one(self, press: Press, id_: str, toast: str | None = None) -> Reply:
        """One subscription and what can be done with it."""
        _, words = await held(self._store, press)
        found = await self._mine(press.channel, [id_])
        if not found:
            return Reply(toast=words.say("This subscription is not there any more."))
        (one,) = found
        pause = (
            Button(text=words.say("Pause"), action=f"subpause:{id_}")
            if one.paused_at is None
            else Button(text=words.say("Resume"), action=f"subresume:{id_}")
        )
        buttons = (
            (Button(text=words.say("Edit"), action=f"subedit:{id_}"), pause),
            (Button(text=words.say("Remove"), action=f"subend:{id_}"),),
            (Button(text=words.say("All subscriptions"), action="subs:0"),),
        )
        return Reply(lines=(line(_shown(one, words)),), buttons=buttons, replace=True, toast=toast)

    # --- edited ---

    async def _edit(self, command: Command) -> Reply:
        """/edit 3 s-400 stage>=contract"""
        _, words = await held(self._store, command)
        if not command.manager:
            return text_reply(words.say(ONLY_MANAGERS))
        number, _, typed = command.args.strip().partition(" ")
        one = _numbered(await self._store.subscriptions(command.channel), number)
        if one is None or not typed.strip():
            example = slashed(command.channel, "edit 1 s-400 OR su-57")
            return await self._listed(command, opening=words.say("For example: {example}", example=example))
        return await self._edited(command, one, typed.strip())

    async def _press_edit(self, press: Press) -> Reply:
        """Presets to take its place by one tap, and how to type another filter."""
        _, words = await held(self._store, press)
        id_ = press.action.partition(":")[2]
        numbers = {each.id: n for n, each in enumerate(await self._store.subscriptions(press.channel), 1)}
        found = await self._mine(press.channel, [id_])
        if not found:
            return Reply(toast=words.say("This subscription is not there any more."))
        presets = [Button(text=words.say(text), action=f"subset:{id_}:{key}") for key, (text, _) in PRESETS.items()]
        rows = [tuple(presets[n : n + 3]) for n in range(0, len(presets), 3)]
        typed = slashed(press.channel, f"edit {numbers[id_]} {found[0].filter or 's-400'}")
        return Reply(
            lines=(
                line(_shown(found[0], words)),
                line(words.say("Send it with other words:")),
                line(Run(text=typed, style="code")),
                line(words.say("Or choose:")),
            ),
            buttons=(*rows, (Button(text=words.say("Back"), action=f"subone:{id_}"),)),
            replace=True,
        )

    async def _press_preset(self, press: Press) -> Reply:
        _, words = await held(self._store, press)
        _, id_, key = press.action.split(":", 2)
        if not press.manager:
            return Reply(toast=words.say(ONLY_MANAGERS))
        found = await self._mine(press.channel, [id_])
        if not found or key not in PRESETS:
            return Reply(toast=words.say("This subscription is not there any more."))
        return replace(await self._edited(press, found[0], PRESETS[key][1]), replace=True)

    async def _edited(self, asked: Asked, one: Subscription, filter_: str) -> Reply:
        _, words = await held(self._store, asked)
        try:
            parse_filter(filter_, self._pack, DAYS_BEGIN)
        except FilterError as error:
            return text_reply(words.say("This filter is not understood, {error}", error=error))
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
        return replace(await self._listed(asked, opening=told), toast=words.say("Saved."))

    # --- ended ---

    async def _unsubscribe(self, command: Command) -> Reply:
        _, words = await held(self._store, command)
        if not command.manager:
            return text_reply(words.say(ONLY_MANAGERS))
        subscriptions = await self._store.subscriptions(command.channel)
        typed = command.args.strip()
        if not subscriptions:
            return text_reply(words.say("This chat has no subscriptions."))
        if typed.casefold() == "all" or (not typed and len(subscriptions) == 1):
            ended = subscriptions
        else:
            numbered = _numbered(subscriptions, typed)
            named = [each for each in subscriptions if typed and each.filter.casefold() == typed.casefold()]
            ended = [numbered] if numbered else named
        if not ended:
            return await self._listed(command, opening=words.say("Say which: a number of this list, or all."))
        return await self._ended(command, ended, words)

    async def _press_end(self, press: Press) -> Reply:
        _, words = await held(self._store, press)
        if not press.manager:
            return Reply(toast=words.say(ONLY_MANAGERS))
        ended = await self._named(press)
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
            await tx.add_audit(
                *(
                    AuditEntry.of(
                        "unsubscribe", each.filter or "all alerts", who=asked.user, at=now, channel=asked.channel
                    )
                    for each in ended
                )
            )
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
        await tx.replan(
            _untold(each, "unsubscribed")
            for each in waiting
            if not any(self._matcher.matches(one.filter, each.alert) for one in left)
        )

    # --- paused and resumed ---

    async def _pause(self, command: Command) -> Reply:
        return await self._typed_all_or_one(command, self._paused)

    async def _resume(self, command: Command) -> Reply:
        return await self._typed_all_or_one(command, self._resuming)

    async def _typed_all_or_one(
        self, command: Command, act: Callable[[Asked, Sequence[Subscription]], Awaitable[Reply]]
    ) -> Reply:
        _, words = await held(self._store, command)
        if not command.manager:
            return text_reply(words.say(ONLY_MANAGERS))
        subscriptions = await self._store.subscriptions(command.channel)
        typed = command.args.strip().casefold()
        if not subscriptions:
            return text_reply(words.say("This chat has no subscriptions."))
        if typed in ("", "all"):
            return await act(command, subscriptions)
        one = _numbered(subscriptions, typed)
        if one is None:
            return await self._listed(command, opening=words.say("Say which: a number of this list, or all."))
        return await act(command, [one])

    async def _press_pause(self, press: Press) -> Reply:
        _, words = await held(self._store, press)
        if not press.manager:
            return Reply(toast=words.say(ONLY_MANAGERS))
        return replace(await self._paused(press, await self._named(press)), replace=True)

    async def _paused(self, asked: Asked, wanted: Sequence[Subscription]) -> Reply:
        _, words = await held(self._store, asked)
        now = self._clock()
        running = [each for each in wanted if each.paused_at is None]
        async with self._store.write() as tx:
            await tx.pause_subscriptions([each.id for each in running], now)
            await self._audit(tx, asked, "pause", running)
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

    async def _press_resume(self, press: Press) -> Reply:
        """ "subresume:ID" asks what becomes of what was kept; "subresume:ID:digest" does it."""
        _, words = await held(self._store, press)
        if not press.manager:
            return Reply(toast=words.say(ONLY_MANAGERS))
        wanted = await self._named(press)
        how = press.action.split(":")[2:]
        if not how:
            return replace(await self._resuming(press, wanted), replace=True)
        return replace(await self._resumed(press, wanted, how[0]), replace=True)

    async def _resuming(self, asked: Asked, wanted: Sequence[Subscription]) -> Reply:
        _, words = await held(self._store, asked)
        paused = [each for each in wanted if each.paused_at is not None]
        if not paused:
            return replace(await self._listed(asked), toast=words.say("Nothing is paused."))
        kept = self._kept(await self._store.waiting(asked.channel), paused)
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
        _, words = await held(self._store, asked)
        now = self._clock()
        paused = [each for each in wanted if each.paused_at is not None]
        async with self._store.write() as tx:
            kept = self._kept(await tx.waiting(asked.channel), paused)
            await tx.pause_subscriptions([each.id for each in paused], None)
            match how:
                case "digest":
                    await gathered(tx, asked.channel, kept, now)
                case "replay":
                    await tx.replan(replace(each.delivery, state="due", waits=None, due_at=now) for each in kept)
                case _:
                    await tx.replan(_untold(each, "paused") for each in kept)
            await self._audit(tx, asked, "resume", paused)
        self._on_deliveries()
        return replace(await self._listed(asked, opening=words.say("Resumed.")), toast=words.say("Resumed."))

    def _kept(self, waiting: Sequence[Waiting], paused: Collection[Subscription]) -> list[Waiting]:
        """What waits because of these pauses."""
        return [
            each
            for each in waiting
            if each.delivery.waits == "pause" and any(self._matcher.matches(one.filter, each.alert) for one in paused)
        ]

    # --- which ---

    async def _named(self, press: Press) -> list[Subscription]:
        """Those that the button's id, or "all", names."""
        id_ = press.action.split(":")[1]
        return await self._mine(press.channel, None if id_ == "all" else [id_])

    async def _mine(self, channel: Channel, ids: Collection[str] | None) -> list[Subscription]:
        """Those of the channel with these ids: a button that was passed on reaches no other chat."""
        return [each for each in await self._store.subscriptions(channel) if ids is None or each.id in ids]

    async def _audit(self, tx: Transaction, asked: Asked, action: str, which: Collection[Subscription]) -> None:
        now = self._clock()
        await tx.add_audit(
            *(
                AuditEntry.of(action, each.filter or "all alerts", who=asked.user, at=now, channel=asked.channel)
                for each in which
            )
        )


def _list_buttons(
    shown: Sequence[tuple[int, Subscription]],
    page: int,
    pages: int,
    words_in_it: str,
    everything: Sequence[tuple[int, Subscription]],
    words: Words,
) -> Buttons:
    numbers = [Button(text=str(number), action=f"subone:{each.id}") for number, each in shown]
    rows = [tuple(numbers[n : n + 4]) for n in range(0, len(numbers), 4)]
    if pages > 1:
        kept = words_in_it if len(words_in_it.encode()) <= _WORDS_BYTES else ""
        turn = []
        if page > 0:
            turn.append(Button(text="‹", action=f"subs:{page - 1}:{kept}"))
        if page < pages - 1:
            turn.append(Button(text="›", action=f"subs:{page + 1}:{kept}"))
        rows.append(tuple(turn))
    last = []
    if any(each.paused_at is None for _, each in everything):
        last.append(Button(text=words.say("Pause all"), action="subpause:all"))
    if any(each.paused_at is not None for _, each in everything):
        last.append(Button(text=words.say("Resume all"), action="subresume:all"))
    last.append(Button(text=words.say("Remove all"), action="subend:all"))
    return (*rows, tuple(last))


def _shown(one: Subscription, words: Words) -> str:
    filter_ = one.filter if len(one.filter) <= _SHOWN_MAX else f"{one.filter[:_SHOWN_MAX]}…"
    text = filter_ or words.say("all alerts")
    return words.say("{what} (paused)", what=text) if one.paused_at is not None else text


def _numbered(subscriptions: Sequence[Subscription], typed: str) -> Subscription | None:
    if not typed.isdecimal() or len(typed) > 6 or not 1 <= int(typed) <= len(subscriptions):
        return None
    return subscriptions[int(typed) - 1]


def _untold(each: Waiting, reason: str) -> Delivery:
    return replace(each.delivery, state="untold", waits=None, reason=reason)
