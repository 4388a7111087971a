"""Why an alert was told and why a report was not: /why, /whynot, the buttons under a card, /sources, /status."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.archive import newest
from bot.asking import MENTION, Asked, manner, slashed
from bot.feed_words import reason_said
from bot.feeds import canonical_url, link_key
from bot.i18n import Words
from bot.matching import Matcher
from bot.model import Alert, Command, Line, Press, Reply, Run, StoredItem, line, text_reply
from bot.planning import RESUMED
from bot.ports import Clock, HandlePress
from bot.storage import DeliveryRecord, Judgement, Store
from bot.stories import card_in
from rules import Detection, FilterError, Item, Pack, Rates, detect, parse_filter

SOURCES_SHOWN = 40


class Explain:
    """Answers from the store."""

    def __init__(
        self,
        *,
        store: Store,
        pack: Pack,
        rates: Callable[[], Rates],
        clock: Clock,
        is_operator: Callable[[Asked], bool],
    ) -> None:
        self._store = store
        self._pack = pack
        self._matcher = Matcher(pack, rates)
        self._clock = clock
        self._is_operator = is_operator
        self.answers: Mapping[str, Callable[[Command], Awaitable[Reply]]] = {
            "why": self._why,
            "whynot": self._whynot,
            "sources": self._sources,
            "status": self._status,
        }
        self.presses: Mapping[str, HandlePress] = {
            "why": self._why_pressed,
            "relevant": lambda press: self._judged(press, relevant=True),
            "irrelevant": lambda press: self._judged(press, relevant=False),
        }

    # --- why ---

    async def _why(self, command: Command) -> Reply:
        settings, words = await manner(self._store, command)
        alert = await self._meant(command, settings.zone)
        if alert is None and command.channel.platform == "slack":  # no slash commands in threads
            return text_reply(
                words.say(
                    "Which alert? Write {mention} in its thread, or give words of it: {example}",
                    mention=f"{MENTION} why",
                    example=slashed(command.channel, "why s-400 delivery"),
                )
            )
        if alert is None:
            return text_reply(
                words.say(
                    "Which alert? Send this as a reply to it, or with words of it: {example}",
                    example="why s-400 delivery",
                )
            )
        return await self._explained(command, alert)

    async def _why_pressed(self, press: Press) -> Reply:
        alert = await self._store.alert(press.action.partition(":")[2])
        if alert is None:
            _, words = await manner(self._store, press)
            return Reply(toast=words.say("This alert is no longer kept."))
        return await self._explained(press, alert)

    async def _meant(self, command: Command, zone: str) -> Alert | None:
        """The alert replied to, or the newest with the words, or the last one sent to this chat."""
        if command.reply_to:
            alert = await self._store.alert_by_message(command.channel, command.reply_to)
            if alert is not None:
                return alert
        if command.args.strip():
            try:
                wanted = parse_filter(command.args, self._pack, ZoneInfo(zone))
            except FilterError:
                return None
            found = await newest(self._store, self._matcher, wanted, 1)
            return found.alerts[0] if found.alerts else None
        return None if command.reply_to else await self._store.last_alert_sent(command.channel)

    async def _explained(self, asked: Asked, alert: Alert) -> Reply:
        settings, words = await manner(self._store, asked)
        zone = settings.zone
        card = card_in(alert, words, zone)
        rows: list[Line] = [
            line(Run(text=card.headline, style="bold", url=card.url)),
            line(Run(text=card.label, style="italic")),
        ]
        item = await self._store.item(alert.item_id) if alert.item_id else None
        if item is not None:
            rows += self._read_lines(item, words, zone)
        rows += await self._told_lines(asked, alert, words, zone)
        rows.append(line(words.say("Alert {id}", id=alert.id)))
        return Reply(lines=tuple(rows))

    def _read_lines(self, item: StoredItem, words: Words, zone: str) -> list[Line]:
        rows = [
            line(
                words.say(
                    "Read in {outlet}, first seen {time}.",
                    outlet=item.outlet,
                    time=words.moment(item.seen_at, zone),
                )
            )
        ]
        if item.article is not None:
            rows.append(line(words.say("The article's whole text was read.")))
        return rows + (self._verdict_lines(item.detection, words) if item.detection else [])

    def _verdict_lines(self, detection: Detection, words: Words) -> list[Line]:
        score = words.say(
            "Score {score}, told from {threshold} on. Reasons:",
            score=f"{detection.score:.2f}",
            threshold=f"{self._pack.threshold:.2f}",
        )
        rows = [line(score)]
        for reason in detection.reasons:
            quotes = ", ".join(f"“{quote}”" for quote in dict.fromkeys(span.quote for span in reason.spans[:4]))
            sentence = reason.sentence.get(words.lang) or reason.sentence.get("en", reason.rule)
            rows.append(line(f"{reason.weight:+.2f} {sentence}" + (f": {quotes}" if quotes else "")))
        if not detection.reasons:
            rows.append(line(words.say("No rule spoke for it.")))
        return rows

    async def _told_lines(self, asked: Asked, alert: Alert, words: Words, zone: str) -> list[Line]:
        """What this chat's subscriptions and settings say to the alert, and what was sent."""
        mine = await self._store.subscriptions(asked.channel)
        matching = [
            subscription.filter or words.say("all alerts")
            for subscription in mine
            if self._matcher.matches(subscription.filter, alert, zone)
        ]
        rows = [
            line(
                words.say("This chat's subscriptions that it matches: {filters}.", filters=", ".join(matching))
                if matching
                else words.say("It matches no subscription of this chat.")
            )
        ]
        for record in await self._store.sent_to(alert.id):
            if record.channel == asked.channel:
                rows.append(line(_delivery(record, words, zone)))
        return rows

    # --- why not ---

    async def _whynot(self, command: Command) -> Reply:
        settings, words = await manner(self._store, command)
        address = command.args.strip()
        if not address.startswith(("http://", "https://")):
            return text_reply(words.say("Of which report? Send its address: {example}", example="whynot https://…"))
        item = await self._store.item_by_url(link_key(canonical_url(address)))
        if item is None:
            return text_reply(
                words.say("No feed brought this address. Either none of the feeds has it, or not yet: see the sources.")
            )
        if item.detection is not None and not item.detection.relevant:
            item = replace(item, detection=self._again(item))
        rows = self._read_lines(item, words, settings.zone)
        if item.detection is None:
            rows.append(line(words.say("It stood in the first reading of its feed, which is only remembered.")))
        elif not item.detection.relevant:
            rows.append(line(words.say("So it was not told.")))
        elif item.story_id is not None:
            for alert in await self._store.alerts_of_story(item.story_id):
                rows.append(
                    line(words.say("Its story was told:"), " ", Run(text=alert.card.headline, url=alert.card.url))
                )
                rows += await self._told_lines(command, alert, words, settings.zone)
        return Reply(lines=(line(Run(text=item.entry.title, style="bold", url=item.entry.url)), *rows))

    def _again(self, item: StoredItem) -> Detection:
        """The verdict with its reasons, which are not kept of what was not told."""
        on = (item.entry.published_at or item.seen_at).date()
        return detect(
            Item(id=item.id, title=item.entry.title, text=item.judged_text, on=on, url=item.entry.url), self._pack
        )

    # --- judgements ---

    async def _judged(self, press: Press, *, relevant: bool) -> Reply:
        _, words = await manner(self._store, press)
        alert_id = press.action.partition(":")[2]
        if await self._store.alert(alert_id) is None:
            return Reply(toast=words.say("This alert is no longer kept."))
        await self._store.add_judgement(
            Judgement(alert_id=alert_id, user=press.user, relevant=relevant, at=self._clock())
        )
        return Reply(
            toast=words.say("Noted: relevant. Thank you.") if relevant else words.say("Noted: not relevant. Thank you.")
        )

    # --- how it goes ---

    async def _sources(self, command: Command) -> Reply:
        settings, words = await manner(self._store, command)
        health = sorted(await self._store.feed_health(), key=lambda one: (-one.relevant, one.feed.title))
        rows = [
            line(
                Run(text=one.feed.title or one.feed.url, style="bold"),
                " · "
                + words.count("{n} report on the topic", "{n} reports on the topic", one.relevant)
                + " · "
                + (
                    words.say("last item {time}", time=words.moment(one.last_item_at, settings.zone))
                    if one.last_item_at
                    else words.say("no item yet")
                )
                + (" · " + words.say("failing") if one.state.failures else ""),
            )
            for one in health[:SOURCES_SHOWN]
        ]
        if len(health) > SOURCES_SHOWN:
            rows.append(line(words.say("and {more} more", more=len(health) - SOURCES_SHOWN)))
        return Reply(lines=tuple(rows)) if rows else text_reply(words.say("Nothing is read yet."))

    async def _status(self, command: Command) -> Reply:
        settings, words = await manner(self._store, command)
        status = await self._store.status()

        def when(moment: datetime | None) -> str:
            return words.moment(moment, settings.zone) if moment else words.say("never")

        rows = [
            words.say("Feeds: {feeds}, failing: {failing}", feeds=status.feeds, failing=status.feeds_failing),
            words.say("Last poll: {time}", time=when(status.last_poll_at)),
            words.say("Last match: {time}", time=when(status.last_match_at)),
            words.say("Last send: {time}", time=when(status.last_sent_at)),
            words.say("Items read: {items}, alerts: {alerts}", items=status.items, alerts=status.alerts),
            words.say(
                "To be sent now: {queued}, later (digests, quiet hours, pauses): {later}, given up: {dead}",
                queued=status.queued,
                later=status.later,
                dead=status.dead,
            ),
        ]
        if self._is_operator(command):
            errors = list(status.errors.items())[:20]
            rows += [f"{feed}: {words.tell(reason_said(error), settings.zone)}" for feed, error in errors]
        return text_reply("\n".join(rows))


def _delivery(record: DeliveryRecord, words: Words, zone: str) -> str:
    if record.sent_at is not None:
        return words.say("Sent to this chat {time}.", time=words.moment(record.sent_at, zone))
    match record.state, record.reason:
        case "untold", "muted":
            return words.say("This chat muted its programmes.")
        case "untold", "importance":
            return words.say("It is less important than this chat wants.")
        case "untold", "score":
            return words.say("Its score is lower than this chat wants.")
        case "untold", "paused":
            return words.say("It came while its subscriptions were paused, and was skipped.")
        case "untold", _:
            return words.say("Its subscription ended before it was due.")
        case "dead", _:
            return words.say("Sending it to this chat was given up.")
        case "waiting", _ if record.due_at >= RESUMED:
            return words.say("It waits until its subscription is resumed.")
    return words.say("Due in this chat {time}.", time=words.moment(record.due_at, zone))
