"""/feeds in the operator's chat: list, add, remove, test, health. What the command line does, in a chat's size."""

from __future__ import annotations

from bot.catalogue import (
    Catalogue,
    CatalogueError,
    Listed,
    Wish,
    health_words,
    is_well,
    last_item_words,
    name_of,
    shown,
)
from bot.model import Command, Line, Reply, Run, line, text_reply
from bot.ports import Clock

USAGE = (
    "feeds list [words] – the feeds, or those with these words in the title",
    "feeds health – those that need a look",
    "feeds add ADDRESS – a feed, a page that has one, or @channel of Telegram",
    "feeds remove ADDRESS or TITLE – no longer polled",
    "feeds test ADDRESS or TITLE – one look, with what came",
)
MAX_LISTED = 60


class FeedCommands:
    """Answers /feeds. Whoever calls it has seen to it that the operator asks: it makes the bot ask other
    servers."""

    def __init__(self, *, catalogue: Catalogue, clock: Clock) -> None:
        self._catalogue = catalogue
        self._clock = clock

    async def answer(self, command: Command) -> Reply:
        verb, _, rest = command.args.strip().partition(" ")
        rest = rest.strip()
        try:
            match verb.lower():
                case "" | "list":
                    return await self._list(rest)
                case "health":
                    return await self._health()
                case "add" if rest:
                    return await self._add(rest, command.user)
                case "remove" if rest:
                    removed = await self._catalogue.remove(rest, by=command.user)
                    return text_reply(f"No longer polled: {name_of(removed.feed)}. Its alerts stay.")
                case "test" if rest:
                    return await self._test(rest)
        except CatalogueError as error:
            return text_reply(f"Not done: {error}")
        return text_reply("\n".join(USAGE))

    async def _list(self, words: str) -> Reply:
        wanted = words.casefold()
        feeds = [one for one in await self._catalogue.listed() if wanted in name_of(one.feed).casefold()]
        if not feeds:
            return text_reply("No feed has these words in its title." if words else "No feed is polled.")
        more = len(feeds) - MAX_LISTED
        rows = [line(Run(text=f"{sum(one.on for one in feeds)} feeds", style="bold"))]
        rows += [self._row(one) for one in feeds[:MAX_LISTED]]
        if more > 0:
            rows.append(line(f"and {more} more: feeds list WORDS"))
        return Reply(lines=tuple(rows))

    async def _health(self) -> Reply:
        feeds = [one for one in await self._catalogue.listed() if one.on]
        ill = [one for one in feeds if not is_well(one)]
        head = f"{len(feeds) - len(ill)} of {len(feeds)} feeds are well."
        return Reply(lines=(line(Run(text=head, style="bold")), *(self._row(one) for one in ill[:MAX_LISTED])))

    async def _add(self, typed: str, user: str) -> Reply:
        tested = await self._catalogue.add(typed, Wish(), by=user)
        first = "remembered in silence" if tested.feed.first_read == "baseline" else "told"
        return text_reply(
            f"Added: {name_of(tested.feed)} ({shown(tested.feed.url)})\n"
            f"{tested.words[:1].upper()}{tested.words[1:]}.\n"
            f"What it holds now is {first}; alerts come with its news."
        )

    async def _test(self, which: str) -> Reply:
        try:
            feed = (await self._catalogue.named(which)).feed
            tested = await self._catalogue.test(feed)
        except CatalogueError:
            tested = await self._catalogue.look(self._catalogue.wished(which, Wish()))
        rows: list[Line] = [
            line(Run(text=tested.feed.title or tested.title or name_of(tested.feed), style="bold")),
            line(f"{tested.words} ({tested.took_s:.1f} s)"),
        ]
        rows += [line("– ", Run(text=entry.title, url=entry.url)) for entry in tested.entries[:3]]
        return Reply(lines=tuple(rows))

    def _row(self, one: Listed) -> Line:
        last = last_item_words(one, self._clock())
        about = f"{health_words(one, self._clock())}" + (f", last item {last}" if last else "")
        return line(Run(text=name_of(one.feed), url=shown(one.feed.url)), f": {about}")
