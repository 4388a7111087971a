"""The commands there are, and what answers the look-ups among them, the same for Telegram and Slack.

Who may ask is decided before (reception.py); what changes a channel is answered by parts of their own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from difflib import get_close_matches

from bot.access import Access
from bot.asking import MENTION, manner, slashed
from bot.deals import Deals
from bot.explain import Explain
from bot.feed_commands import FeedCommands
from bot.gate import Gate
from bot.i18n import LANGUAGES, Words, later, words_in
from bot.lookups import LookUps
from bot.model import Channel, Command, InlineAnswer, InlineQuery, Menu, Reply, Run, line, text_reply
from bot.ports import Clock, HandlePress
from bot.storage import Store
from rules import Pack, Rates, bundled_rates

# name -> (arguments, what it does): the menu of Telegram and the text of /help.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "start": ("", later("what this is")),
    "help": ("", later("all commands")),
    "subscribe": (later("[filter or all]"), later("choose what this chat gets")),
    "subscriptions": (later("[words]"), later("what this chat gets: edit, pause, remove")),
    "unsubscribe": (later("[number or all]"), later("end a subscription of this chat")),
    "edit": (later("number filter"), later("change the filter of a subscription")),
    "pause": (later("[number or all]"), later("stop alerts for a while")),
    "resume": (later("[number or all]"), later("alerts again")),
    "settings": ("", later("how this chat is told")),
    "digest": ("[off, hourly, daily 09:00, weekly mon 09:00]", later("alerts one by one, or together")),
    "quiet": ("[off, 22:00-07:00]", later("hours without a sound")),
    "score": (later("[off or 0.7]"), later("how relevant an alert must be")),
    "mute": (later("[programme] [7d]"), later("no alerts about a programme for a while")),
    "unmute": (later("[programme or all]"), later("end a mute")),
    "language": ("[English, हिन्दी, Русский]", later("the language of this chat")),
    "timezone": (later("[city or UTC+3]"), later("the times shown, and of digests and quiet hours")),
    "latest": (later("[number] [words]"), later("the newest alerts")),
    "search": (later("words"), later("alerts that fit a filter, newest first")),
    "deals": (later("[filter]"), later("every programme with its newest facts")),
    "deal": (later("programme"), later("one programme: stage, value, quantity, dates, with the evidence")),
    "timeline": (later("programme"), later("what happened, oldest first")),
    "why": (later("[words]"), later("why an alert was sent: as a reply to it, or by its words")),
    "whynot": (later("address"), later("what became of a report")),
    "sources": ("", later("what is read, and what each source brought")),
    "status": ("", later("last poll, last match, last send, queue, errors")),
    "correct": (later("[alert] words"), later("say what is wrong with an alert: as a reply to it, or by its id")),
    "retract": (later("[alert] words"), later("say that an alert should not have been told")),
    "export": ("", later("what is kept about you")),
    "forget": ("", later("delete what is kept about you")),
    "channel": (later("[number] [command]"), later("a channel or group that you manage, from here")),
    "approve": (later("[list, number or chat]"), later("for the operator: who may use the bot")),
    "refuse": (later("number or chat"), later("for the operator: refuse a request, or take a permission away")),
    "demote": (later("[person]"), later("for the operator: who operates the bot, and no longer")),
    "audit": (later("[number]"), later("for the operator: what was changed, and by whom")),
    "backtest": (later("filter"), later("for the operator: what a filter would have sent")),
    "feeds": ("[list, add, remove, test, health]", later("for the operator: what is read, and how it does")),
}

# What the menus of groups leave out: these are for administrators, and those for the operator or a private chat.
MANAGING = frozenset(
    [
        "subscribe",
        "unsubscribe",
        "edit",
        "pause",
        "resume",
        "settings",
        "digest",
        "quiet",
        "score",
        "mute",
        "unmute",
        "language",
        "timezone",
    ]
)
_ELSEWHERE: Mapping[str, frozenset[str]] = {"slack": frozenset(["channel"])}  # what a platform has no use for
PRIVATE = frozenset(["export", "forget", "channel", "demote", "approve", "refuse", "audit", "backtest", "feeds"])


def menus() -> tuple[Menu, ...]:
    """The menus of commands: all of them, for groups and for their administrators, each in every language."""
    in_all = tuple(COMMANDS)
    for_administrators = tuple(name for name in COMMANDS if name not in PRIVATE)
    in_groups = tuple(name for name in for_administrators if name not in MANAGING)
    return tuple(
        menu
        for words in map(words_in, LANGUAGES)
        for menu in (
            Menu(lang=_menu_language(words), commands=_menu(in_all, words)),
            Menu(where="groups", lang=_menu_language(words), commands=_menu(in_groups, words)),
            Menu(where="administrators", lang=_menu_language(words), commands=_menu(for_administrators, words)),
        )
    )


def _menu(names: Sequence[str], words: Words) -> tuple[tuple[str, str], ...]:
    return tuple((name, words.say(COMMANDS[name][1])) for name in names)


def _menu_language(words: Words) -> str | None:
    return None if words.lang == "en" else words.lang  # English is for everybody without a menu of their own


class Commands:
    """Answers the look-ups, /help and /feeds, and whatever is no command."""

    def __init__(
        self,
        *,
        store: Store,
        pack: Pack,
        access: Access | Gate,
        clock: Clock,
        rates: Callable[[], Rates] = bundled_rates,
        feeds: FeedCommands | None = None,
    ) -> None:
        self._store = store
        self._access = access
        self._feeds_answer = feeds
        lookups = LookUps(store=store, pack=pack, rates=rates)
        deals = Deals(store=store, pack=pack, rates=rates)
        explain = Explain(store=store, pack=pack, rates=rates, clock=clock, is_operator=access.is_operator)
        self._lookups = lookups
        self._answers: Mapping[str, Callable[[Command], Awaitable[Reply]]] = {
            **lookups.answers,
            **deals.answers,
            **explain.answers,
            "help": self._help,
            "feeds": self._feeds,
        }
        self.presses: Mapping[str, HandlePress] = {**lookups.presses, **deals.presses, **explain.presses}

    async def handle(self, command: Command) -> Reply:
        """The answer; a word that is no command gets the nearest one."""
        answer = self._answers.get(command.name)
        return await (answer(command) if answer else self._unknown(command))

    async def inline(self, query: InlineQuery) -> InlineAnswer:
        return await self._lookups.inline(query)

    async def _unknown(self, command: Command) -> Reply:
        _, words = await manner(self._store, command)
        if not command.name:
            return _help_reply(command.channel, words)
        unknown = words.say("Unknown command: {name}.", name=command.name[:50])
        if near := get_close_matches(command.name, COMMANDS, n=1):
            meant = words.say("Did you mean {command}?", command=slashed(command.channel, near[0]))
            unknown = f"{unknown} {meant}"
        return text_reply(
            f"{unknown}\n" + words.say("{help} lists all commands.", help=slashed(command.channel, "help"))
        )

    async def _help(self, command: Command) -> Reply:
        _, words = await manner(self._store, command)
        return _help_reply(command.channel, words)

    async def _feeds(self, command: Command) -> Reply:
        if self._feeds_answer is None or not self._access.is_operator(command):
            _, words = await manner(self._store, command)
            return text_reply(words.say("Feeds are the operator's, in the operator's chat."))
        return await self._feeds_answer.answer(command)


def _help_reply(channel: Channel, words: Words) -> Reply:
    rows = [
        line(
            Run(text=f"{slashed(channel, name)} {words.say(args) if args else ''}".rstrip(), style="code"),
            f" – {words.say(what)}",
        )
        for name, (args, what) in COMMANDS.items()
        if name not in _ELSEWHERE.get(channel.platform, ())
    ]
    if channel.platform == "slack":
        rows.append(line(words.say("In a thread mention me instead: {example}", example=f"{MENTION} why")))
    return Reply(lines=(line(words.say("Commands:")), *rows))
