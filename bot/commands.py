"""What the slash commands answer, the same for Telegram and Slack: `Command` in, `Reply` out.

Look-ups are for every allowed chat; changing a channel's subscriptions is for those who manage it. Whatever
goes wrong is answered in words and logged; a command never ends the adapter that brought it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from difflib import get_close_matches

from bot.access import Access
from bot.archive import SCAN, newest
from bot.feed_commands import FeedCommands
from bot.gate import Gate
from bot.matching import DAYS_BEGIN, Matcher
from bot.model import Alert, Channel, Command, Line, Reply, Run, line, text_reply
from bot.ports import Clock
from bot.storage import Store
from rules import Detection, FilterError, Pack, Rates, bundled_rates, parse_filter

log = logging.getLogger(__name__)

# name -> (arguments, what it does): the menu of Telegram and the text of /help.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "start": ("", "what this is"),
    "help": ("", "all commands"),
    "subscribe": ("[filter or all]", "choose what this chat gets"),
    "subscriptions": ("[words]", "what this chat gets: edit, pause, remove"),
    "unsubscribe": ("[number or all]", "end a subscription of this chat"),
    "edit": ("number filter", "change the filter of a subscription"),
    "pause": ("[number or all]", "stop alerts for a while"),
    "resume": ("[number or all]", "alerts again"),
    "settings": ("", "how this chat is told"),
    "digest": ("[off, hourly, daily 09:00, weekly mon 09:00]", "alerts one by one, or together"),
    "quiet": ("[off or 22:00-07:00]", "hours without a sound"),
    "mute": ("[programme] [7d]", "no alerts about a programme for a while"),
    "unmute": ("[programme or all]", "end a mute"),
    "language": ("[English, हिन्दी, Русский]", "the language of this chat"),
    "timezone": ("[city or UTC+3]", "the times shown, and of digests and quiet hours"),
    "latest": ("[number] [words]", "the newest alerts"),
    "search": ("words", "alerts that fit a filter, newest first"),
    "why": ("[words]", "why an alert was sent: as a reply to it, or by its words"),
    "status": ("", "last poll, last match, last send, queue, errors"),
    "correct": ("[alert] words", "say what is wrong with an alert: as a reply to it, or by its id"),
    "retract": ("[alert] words", "say that an alert should not have been told"),
    "export": ("", "what is kept about you"),
    "forget": ("", "delete what is kept about you"),
    "approve": ("[list, number or chat]", "for the operator: who may use the bot"),
    "refuse": ("number or chat", "for the operator: refuse a request, or take a permission away"),
    "audit": ("[number]", "for the operator: what was changed, and by whom"),
    "backtest": ("filter", "for the operator: what a filter would have sent"),
    "feeds": ("[list, add, remove, test, health]", "for the operator: what is read, and how it does"),
}
SHOWN = 5  # alerts in one answer, unless asked for more
MAX_SHOWN = 20
IST = DAYS_BEGIN  # the times of look-ups until channels have their own time zone


class Commands:
    """Answers commands from what the store holds."""

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
        self._pack = pack
        self._access = access
        self._clock = clock
        self._matcher = Matcher(pack, rates)
        self._feeds_answer = feeds
        self._answers: Mapping[str, Callable[[Command], Awaitable[Reply]]] = {
            "help": self._help,
            "latest": self._latest,
            "search": self._search,
            "why": self._why,
            "status": self._status,
            "feeds": self._feeds,
        }

    async def handle(self, command: Command) -> Reply | None:
        """The answer; None where silence is right (chatter in a group that is no command)."""
        if not command.name and not command.private and command.channel.platform == "telegram":
            return None
        if not self._access.allows(command):
            return text_reply(
                "This bot is closed: it answers only the chats that its operator allowed.\n"
                f"Ask the operator to add {_chat_key(command.channel)} to allowed_chats."
            )
        answer = self._answers.get(command.name)
        try:
            return await answer(command) if answer else self._unknown(command)
        except Exception:  # the store may be busy or gone: the asker is told, the adapter goes on
            log.exception("command failed: %s", command.name)
            return text_reply("That went wrong on our side and was logged. Please try again in a minute.")

    def _unknown(self, command: Command) -> Reply:
        if not command.name:
            return _help_reply(command.channel, "Commands:")
        near = get_close_matches(command.name, COMMANDS, n=1)
        hint = f" Did you mean {typed(command.channel, near[0])}?" if near else ""
        return text_reply(
            f"Unknown command: {command.name[:50]}.{hint}\n{typed(command.channel, 'help')} lists all."
        )

    async def _help(self, command: Command) -> Reply:
        return _help_reply(command.channel, "Commands:")

    async def _latest(self, command: Command) -> Reply:
        first, _, rest = command.args.strip().partition(" ")
        count = min(max(int(first), 1), MAX_SHOWN) if first.isdecimal() and len(first) < 6 else SHOWN
        words = rest if first.isdecimal() else command.args
        if words.strip():
            return await self._found(words, count)
        alerts = await self._store.latest(count)
        if not alerts:
            return text_reply("No alerts yet. They appear here as soon as a feed tells of a deal.")
        return Reply(lines=tuple(row for alert in alerts for row in _listed(alert)))

    async def _search(self, command: Command) -> Reply:
        if not command.args.strip():
            return text_reply(f"Search for what? For example: {typed(command.channel, 'search')} s-400 delivery")
        return await self._found(command.args, SHOWN)

    async def _found(self, words: str, count: int) -> Reply:
        try:
            wanted = parse_filter(words, self._pack, DAYS_BEGIN)
        except FilterError as error:
            return _not_understood(error)
        found = await newest(self._store, self._matcher, wanted, count)
        rows = [row for alert in found.alerts for row in _listed(alert)]
        if not rows:
            rows.append(line(f"No alert matches: {words.strip()[:200]}"))
        if not found.complete:
            rows.append(
                line(f"Only the newest {SCAN:,} alerts were looked through; a word or a name finds older ones.")
            )
        return Reply(lines=tuple(rows))

    async def _why(self, command: Command) -> Reply:
        alert = await self._alert_meant(command)
        if alert is None:
            return text_reply(
                "Which alert? Send this as a reply to it, or with words of it: "
                f"{typed(command.channel, 'why')} s-400 delivery"
            )
        item = await self._store.item(alert.item_id)
        rows: list[Line] = [line(Run(text=alert.card.headline, style="bold", url=alert.card.url))]
        if item is not None:
            rows.append(line(f"Read in {item.outlet}, first seen {_when(item.seen_at)}."))
            if item.detection is not None:
                rows += _reasons(item.detection, self._pack)
        matched = [
            subscription.filter or "all alerts"
            for subscription in await self._store.subscriptions(command.channel)
            if self._matcher.matches(subscription.filter, alert)
        ]
        rows.append(line("This chat's subscriptions that it matches: " + (", ".join(matched) or "none") + "."))
        return Reply(lines=tuple(rows))

    async def _alert_meant(self, command: Command) -> Alert | None:
        """The alert replied to, or the newest with the words, or the last one sent to this chat."""
        if command.reply_to:
            alert = await self._store.alert_by_message(command.channel, command.reply_to)
            if alert is not None:
                return alert
        if command.args.strip():
            try:
                wanted = parse_filter(command.args, self._pack, DAYS_BEGIN)
            except FilterError:
                return None
            found = await newest(self._store, self._matcher, wanted, 1)
            return found.alerts[0] if found.alerts else None
        return None if command.reply_to else await self._store.last_alert_sent(command.channel)

    async def _status(self, command: Command) -> Reply:
        status = await self._store.status()
        rows = [
            f"Feeds: {status.feeds}, failing: {status.feeds_failing}",
            f"Last poll: {_when(status.last_poll_at)}",
            f"Last match: {_when(status.last_match_at)}",
            f"Last send: {_when(status.last_sent_at)}",
            f"Items read: {status.items}, alerts: {status.alerts}",
            f"Waiting to be sent: {status.queued}, given up: {status.dead}",
        ]
        if self._access.is_operator(command):
            rows += [f"{feed}: {error}" for feed, error in list(status.errors.items())[:20]]
        return text_reply("\n".join(rows))

    async def _feeds(self, command: Command) -> Reply:
        if self._feeds_answer is None or not self._access.is_operator(command):
            return text_reply("Feeds are the operator's, in the operator's chat.")
        return await self._feeds_answer.answer(command)


def _not_understood(error: FilterError) -> Reply:
    return text_reply(f"This filter is not understood, {error}")


def typed(channel: Channel, name: str) -> str:
    """The command as one types it there."""
    return f"/dealwire {name}" if channel.platform == "slack" else f"/{name}"


def _help_reply(channel: Channel, *opening: str) -> Reply:
    rows = [
        line(Run(text=f"{typed(channel, name)} {args}".rstrip(), style="code"), f" – {what}")
        for name, (args, what) in COMMANDS.items()
    ]
    return Reply(lines=(*(line(text) for text in opening), *rows))


def _listed(alert: Alert) -> tuple[Line, ...]:
    """An alert in a list: its headline, and below it when and how sure."""
    return (
        line(Run(text=alert.card.headline, style="bold", url=alert.card.url)),
        line(Run(text=f"{_when(alert.created_at)} · {alert.card.label}", style="italic")),
    )


def _reasons(detection: Detection, pack: Pack) -> list[Line]:
    rows = [line(f"Score {detection.score:.2f}, told from {pack.threshold:.2f} on. Reasons:")]
    for reason in detection.reasons:
        quotes = ", ".join(f"“{quote}”" for quote in dict.fromkeys(span.quote for span in reason.spans[:4]))
        sentence = reason.sentence.get("en", reason.rule)
        rows.append(line(f"{reason.weight:+.2f} {sentence}" + (f": {quotes}" if quotes else "")))
    if detection.stage:
        rows.append(line(f"Stage {detection.stage}, {detection.certainty}."))
    return rows


def _when(moment: datetime | None) -> str:
    return moment.astimezone(IST).strftime("%H:%M IST, %d %b %Y") if moment else "never"


def _chat_key(channel: Channel) -> str:
    return f'"{channel.platform}:{channel.address}"'
