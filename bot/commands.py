"""What the slash commands answer, the same for Telegram and Slack: `Command` in, `Reply` out.

Look-ups are for every allowed chat; changing a channel's subscriptions is for those who manage it. Whatever
goes wrong is answered in words and logged; a command never ends the adapter that brought it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from difflib import get_close_matches

from bot.access import Access
from bot.archive import SCAN, newest, pages
from bot.feed_commands import FeedCommands
from bot.matching import DAYS_BEGIN, Matcher
from bot.model import Alert, Channel, Command, Line, Reply, Run, Subscription, line, new_id, text_reply
from bot.ports import Clock
from bot.storage import Store
from rules import Detection, FilterError, Pack, Rates, bundled_rates, parse_filter

log = logging.getLogger(__name__)

# name -> (arguments, what it does): the menu of Telegram and the text of /help.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "start": ("", "what this is"),
    "help": ("", "all commands"),
    "subscribe": ("[words]", "alerts for this chat: all of them, or those that fit a filter"),
    "subscriptions": ("", "what this chat gets"),
    "unsubscribe": ("[number or all]", "end a subscription of this chat"),
    "latest": ("[number] [words]", "the newest alerts"),
    "search": ("words", "alerts that fit a filter, newest first"),
    "why": ("[words]", "why an alert was sent: as a reply to it, or by its words"),
    "status": ("", "last poll, last match, last send, queue, errors"),
    "feeds": ("[list, add, remove, test, health]", "for the operator: what is read, and how it does"),
}
SHOWN = 5  # alerts in one answer, unless asked for more
MAX_SHOWN = 20
PREVIEW = timedelta(days=30)
IST = DAYS_BEGIN  # the times of look-ups until channels have their own time zone


class Commands:
    """Answers commands from what the store holds."""

    def __init__(
        self,
        *,
        store: Store,
        pack: Pack,
        access: Access,
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
            "start": self._start,
            "help": self._help,
            "subscribe": self._subscribe,
            "subscriptions": self._subscriptions,
            "unsubscribe": self._unsubscribe,
            "latest": self._latest,
            "search": self._search,
            "why": self._why,
            "status": self._status,
            "feeds": self._feeds,
        }

    def moved(self, old: Channel, new: Channel) -> None:
        """A chat has a new address: it stays allowed under it until the next start reads the configuration."""
        access = self._access.after_move(old, new)
        if access is not self._access:
            self._access = access
            log.warning("%s is now %s: put that into allowed_chats and [[subscriptions]]", old.key, new.key)

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
        near = get_close_matches(command.name, self._answers, n=1)
        hint = f" Did you mean {typed(command.channel, near[0])}?" if near else ""
        return text_reply(
            f"Unknown command: {command.name[:50]}.{hint}\n{typed(command.channel, 'help')} lists all."
        )

    async def _start(self, command: Command) -> Reply:
        reply = _help_reply(
            command.channel,
            f"Dealwire tells this chat of news about {self._pack.title}: one short alert for each story, with the "
            "sentences that prove it.",
            f"To begin: {typed(command.channel, 'subscribe')}",
        )
        sample = await self._store.latest(1)
        return Reply(lines=reply.lines, cards=tuple(alert.card for alert in sample))

    async def _help(self, command: Command) -> Reply:
        return _help_reply(command.channel, "Commands:")

    async def _subscribe(self, command: Command) -> Reply:
        if not command.manager:
            return text_reply("Only administrators of this chat can change what it gets.")
        try:
            wanted = parse_filter(command.args, self._pack, DAYS_BEGIN)
        except FilterError as error:
            return _not_understood(error)
        now = self._clock()
        added = await self._store.add_subscription(
            Subscription(
                id=new_id(now),
                channel=command.channel,
                filter=command.args.strip(),
                created_at=now,
                created_by=command.user,
            )
        )
        what = f"alerts with: {command.args.strip()}" if command.args.strip() else "all alerts"
        if not added:
            return text_reply(f"This chat already gets {what}.")
        since = now - PREVIEW
        recent = await self._store.alerts_since(since)
        matching = 0
        async for page in pages(self._store, self._matcher, wanted, since=since):
            matching += len(page.matching)
        return text_reply(
            f"Subscribed: this chat now gets {what}.\n"
            f"In the last 30 days that would have been {matching} of {recent} alerts.\n"
            f"{typed(command.channel, 'subscriptions')} lists, {typed(command.channel, 'unsubscribe')} ends."
        )

    async def _subscriptions(self, command: Command) -> Reply:
        subscriptions = await self._store.subscriptions(command.channel)
        if not subscriptions:
            return text_reply(f"This chat gets nothing yet. {typed(command.channel, 'subscribe')} changes that.")
        rows = [f"{n}. {subscription.filter or 'all alerts'}" for n, subscription in enumerate(subscriptions, 1)]
        end = f"End one: {typed(command.channel, 'unsubscribe')} 1"
        return text_reply("\n".join(["This chat gets:", *rows, end]))

    async def _unsubscribe(self, command: Command) -> Reply:
        if not command.manager:
            return text_reply("Only administrators of this chat can change what it gets.")
        subscriptions = await self._store.subscriptions(command.channel)
        asked = command.args.strip().casefold()
        if not subscriptions:
            return text_reply("This chat has no subscriptions.")
        if asked == "all" or (not asked and len(subscriptions) == 1):
            ended = subscriptions
        elif asked.isdecimal() and 1 <= int(asked) <= len(subscriptions):
            ended = [subscriptions[int(asked) - 1]]
        else:
            ended = [s for s in subscriptions if asked and s.filter.casefold() == asked]
        if not ended:
            listed = await self._subscriptions(command)
            return Reply(lines=(line("Say which: a number of this list, or all."), *listed.lines))
        await self._store.remove_subscriptions(command.channel, [subscription.id for subscription in ended])
        return text_reply("\n".join(f"Ended: {subscription.filter or 'all alerts'}" for subscription in ended))

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
