"""/feeds in the operator's chat: list, add, remove, test, health. What the command line does, in a chat's size."""

from __future__ import annotations

from bot.asking import manner
from bot.catalogue import (
    Catalogue,
    CatalogueError,
    Listed,
    Wish,
    health_said,
    is_well,
    last_item_said,
    name_of,
    shown,
)
from bot.i18n import Words, later
from bot.model import Command, Line, Reply, Run, line, text_reply
from bot.ports import Clock
from bot.storage import Store

USAGE = (
    later("feeds list [words] – the feeds, or those with these words in the title"),
    later("feeds health – those that need a look"),
    later("feeds add ADDRESS – a feed, a page that has one, or @channel of Telegram"),
    later("feeds remove ADDRESS or TITLE – no longer polled"),
    later("feeds test ADDRESS or TITLE – one look, with what came"),
)
MAX_LISTED = 60


class FeedCommands:
    """Answers /feeds. Whoever calls it has seen to it that the operator asks: it makes the bot ask other
    servers."""

    def __init__(self, *, store: Store, catalogue: Catalogue, clock: Clock) -> None:
        self._store = store
        self._catalogue = catalogue
        self._clock = clock

    async def answer(self, command: Command) -> Reply:
        settings, words = await manner(self._store, command)
        verb, _, rest = command.args.strip().partition(" ")
        rest = rest.strip()
        try:
            match verb.lower():
                case "" | "list":
                    return await self._list(rest, words)
                case "health":
                    return await self._health(words)
                case "add" if rest:
                    return await self._add(rest, command.user, words, settings.zone)
                case "remove" if rest:
                    removed = await self._catalogue.remove(rest, by=command.user)
                    name = name_of(removed.feed)
                    return text_reply(words.say("No longer polled: {feed}. Its alerts stay.", feed=name))
                case "test" if rest:
                    return await self._test(rest, words, settings.zone)
        except CatalogueError as error:
            return text_reply(words.say("Not done: {error}", error=words.tell(error.said, settings.zone)))
        return text_reply("\n".join(words.say(one) for one in USAGE))

    async def _list(self, typed: str, words: Words) -> Reply:
        wanted = typed.casefold()
        feeds = [one for one in await self._catalogue.listed() if wanted in name_of(one.feed).casefold()]
        if not feeds:
            return text_reply(
                words.say("No feed has these words in its title.") if typed else words.say("No feed is polled.")
            )
        more = len(feeds) - MAX_LISTED
        title = words.count("{n} feed", "{n} feeds", sum(one.on for one in feeds))
        rows = [line(Run(text=title, style="bold"))]
        rows += [self._row(one, words) for one in feeds[:MAX_LISTED]]
        if more > 0:
            rows.append(line(words.say("and {more} more: feeds list WORDS", more=more)))
        return Reply(lines=tuple(rows))

    async def _health(self, words: Words) -> Reply:
        feeds = [one for one in await self._catalogue.listed() if one.on]
        ill = [one for one in feeds if not is_well(one)]
        head = words.count(
            "{well} of {n} feed is well.", "{well} of {n} feeds are well.", len(feeds), well=len(feeds) - len(ill)
        )
        return Reply(lines=(line(Run(text=head, style="bold")), *(self._row(one, words) for one in ill[:MAX_LISTED])))

    async def _add(self, typed: str, user: str, words: Words, zone: str) -> Reply:
        tested = await self._catalogue.add(typed, Wish(), by=user)
        added = words.say("Added: {feed} ({address})", feed=name_of(tested.feed), address=shown(tested.feed.url))
        first = (
            words.say("What it holds now is remembered in silence; alerts come with its news.")
            if tested.feed.first_read == "baseline"
            else words.say("What it holds now is told; alerts come with its news.")
        )
        return text_reply(f"{added}\n{words.tell(tested.words, zone)}\n{first}")

    async def _test(self, which: str, words: Words, zone: str) -> Reply:
        tested = await self._catalogue.test(which)
        rows: list[Line] = [
            line(Run(text=tested.feed.title or tested.title or name_of(tested.feed), style="bold")),
            line(words.say("{what} ({s} s)", what=words.tell(tested.words, zone), s=f"{tested.took_s:.1f}")),
        ]
        rows += [line("– ", Run(text=entry.title, url=entry.url)) for entry in tested.entries[:3]]
        return Reply(lines=tuple(rows))

    def _row(self, one: Listed, words: Words) -> Line:
        about, last = words.tell(health_said(one, self._clock())), last_item_said(one, self._clock())
        if last is not None:
            about = words.say("{health}, last item: {when}", health=about, when=words.tell(last))
        return line(Run(text=name_of(one.feed), url=shown(one.feed.url)), f": {about}")
