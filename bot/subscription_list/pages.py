"""The list of a chat's subscriptions, page by page, and each of them with its buttons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.asking import Asked, manner, slashed
from bot.i18n import Words
from bot.model import Button, Buttons, Command, Line, Press, Reply, Run, Subscription, line, text_reply
from bot.storage import Store
from bot.subscribing import told_filter
from bot.subscription_list.which import mine

PAGE = 8  # subscriptions in one page, a button each
_SHOWN_MAX = 200  # code points of a filter in a list
_WORDS_BYTES = 40  # of the words searched for, kept in a button's action


class Pages:
    """Of all chats."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def subscriptions(self, command: Command) -> Reply:
        typed = command.args.strip()
        if typed.isdecimal():
            return await self.listed(command, page=max(int(typed[:6]) - 1, 0))
        return await self.listed(command, words_in_it=typed)

    async def press_page(self, press: Press) -> Reply:
        _, page, *typed = press.action.split(":", 2)
        reply = await self.listed(press, page=int(page), words_in_it=typed[0] if typed else "")
        return replace(reply, replace=True)

    async def listed(self, asked: Asked, *, page: int = 0, words_in_it: str = "", opening: str = "") -> Reply:
        """One page of those that contain the words, numbered as in the whole list."""
        _, words = await manner(self._store, asked)
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
        here = found[page * PAGE : (page + 1) * PAGE]
        title = words.say("This chat gets:")
        if pages > 1:
            title = words.say("This chat gets ({page} of {pages}):", page=page + 1, pages=pages)
        rows: list[Line] = [line(opening)] if opening else []
        rows.append(line(Run(text=title, style="bold")))
        rows += [line(f"{number}. {shown(each, words)}") for number, each in here]
        how = slashed(asked.channel, "unsubscribe 1")
        rows.append(line(Run(text=words.say("End one: {how}", how=how), style="italic")))
        if pages > 1:
            how = slashed(asked.channel, "subscriptions s-400")
            rows.append(line(Run(text=words.say("Find some: {how}", how=how), style="italic")))
        return Reply(lines=tuple(rows), buttons=_buttons(here, page, pages, words_in_it, everything, words))

    async def press_one(self, press: Press) -> Reply:
        """One subscription and what can be done with it."""
        id_ = press.action.partition(":")[2]
        _, words = await manner(self._store, press)
        found = await mine(self._store, press.channel, [id_])
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
        return Reply(lines=(line(shown(one, words)),), buttons=buttons, replace=True)


def shown(one: Subscription, words: Words) -> str:
    """What is subscribed to, in one line."""
    filter_ = one.filter if len(one.filter) <= _SHOWN_MAX else f"{one.filter[:_SHOWN_MAX]}…"
    text = filter_ or words.say("all alerts")
    return words.say("{what} (paused)", what=text) if one.paused_at is not None else text


def _buttons(
    here: Sequence[tuple[int, Subscription]],
    page: int,
    pages: int,
    words_in_it: str,
    everything: Sequence[tuple[int, Subscription]],
    words: Words,
) -> Buttons:
    numbers = [Button(text=str(number), action=f"subone:{each.id}") for number, each in here]
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
