"""The look-ups of the archive: /latest and /search, page by page, and inline queries."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from hashlib import blake2b
from zoneinfo import ZoneInfo

from bot.archive import SCAN, Found, newest
from bot.asking import Asked, alone, manner
from bot.filter_words import refused
from bot.i18n import Words
from bot.matching import Matcher
from bot.model import (
    Alert,
    Button,
    Buttons,
    Command,
    InlineAnswer,
    InlineQuery,
    InlineResult,
    Line,
    Post,
    Press,
    Reply,
    Run,
    line,
    text_reply,
)
from bot.ports import HandlePress
from bot.storage import Store
from bot.stories import card_in
from rules import FilterError, Pack, Rates, parse_filter

SHOWN = 5  # alerts in one answer, unless asked for more
MAX_SHOWN = 20
INLINE_SHOWN = 10
REMEMBERED = 2_000  # questions whose next page may still be asked for; older ones are typed again


class LookUps:
    """Answers from the store."""

    def __init__(self, *, store: Store, pack: Pack, rates: Callable[[], Rates]) -> None:
        self._store = store
        self._pack = pack
        self._matcher = Matcher(pack, rates)
        self._questions: OrderedDict[str, str] = OrderedDict()  # by a short hash: a button takes 64 bytes
        self.answers: Mapping[str, Callable[[Command], Awaitable[Reply]]] = {
            "latest": self._latest,
            "search": self._search,
        }
        self.presses: Mapping[str, HandlePress] = {"older": self._older}

    async def _latest(self, command: Command) -> Reply:
        first, _, rest = command.args.strip().partition(" ")
        counted = first.isdecimal() and len(first) < 6
        count = min(max(int(first), 1), MAX_SHOWN) if counted else SHOWN
        return await self._page(command, rest.strip() if counted else command.args.strip(), count)

    async def _search(self, command: Command) -> Reply:
        if command.args.strip():
            return await self._page(command, command.args.strip(), SHOWN)
        _, words = await manner(self._store, command)
        return text_reply(words.say("Search for what? For example: {example}", example="s-400 delivery"))

    async def _older(self, press: Press) -> Reply:
        _, question, before_id = press.action.split(":")
        asked = self._questions.get(question)
        if asked is None:
            _, words = await manner(self._store, press)
            return Reply(toast=words.say("Please ask again: this list is too old."))
        return await self._page(press, asked, SHOWN, before_id=before_id)

    async def _page(self, asked: Asked, question: str, count: int, *, before_id: str | None = None) -> Reply:
        settings, words = await manner(self._store, asked)
        try:
            wanted = parse_filter(question, self._pack, ZoneInfo(settings.zone))
        except FilterError as error:
            return text_reply(refused(error, words))
        found = await newest(self._store, self._matcher, wanted, count, before_id=before_id)
        rows = [row for alert in found.alerts for row in listed(alert, words, settings.zone)]
        if not rows:
            rows = [line(_nothing(question, before_id, words))]
        if not found.complete:
            rows.append(
                line(
                    words.say(
                        "Only the newest {n} alerts were looked through; a word or a name finds older ones.",
                        n=SCAN,
                    )
                )
            )
        return Reply(lines=tuple(rows), buttons=self._next(found, question, count, words))

    def _next(self, found: Found, question: str, count: int, words: Words) -> Buttons:
        if len(found.alerts) < count:
            return ()
        short = blake2b(question.encode(), digest_size=6).hexdigest()
        self._questions[short] = question
        self._questions.move_to_end(short)
        while len(self._questions) > REMEMBERED:
            self._questions.popitem(last=False)
        return ((Button(text=words.say("Older"), action=f"older:{short}:{found.alerts[-1].id}"),),)

    async def inline(self, query: InlineQuery) -> InlineAnswer:
        """Alerts that match what is typed after the bot's name, newest first, in the language of who types; a filter
        that is not understood yet (somebody is still typing) matches nothing."""
        settings, words = await alone(self._store, query.user, query.lang)
        try:
            wanted = parse_filter(query.text, self._pack, ZoneInfo(settings.zone))
        except FilterError:
            return InlineAnswer(cache_s=10, personal=True)
        found = await newest(self._store, self._matcher, wanted, INLINE_SHOWN, before_id=query.offset or None)
        cards = [(alert.id, card_in(alert, words, settings.zone)) for alert in found.alerts]
        return InlineAnswer(
            results=tuple(
                InlineResult(
                    id=id_,
                    title=card.composed or card.headline,
                    description=card.label,
                    post=Post(card=card, zone=settings.zone),
                )
                for id_, card in cards
            ),
            personal=True,  # the platform keeps one answer for all who ask the same, whatever their language
            next_offset=found.alerts[-1].id if len(found.alerts) == INLINE_SHOWN else "",
        )


def listed(alert: Alert, words: Words, zone: str) -> tuple[Line, ...]:
    """An alert in a list: its headline, and below it when and how sure."""
    card = card_in(alert, words, zone)
    return (
        line(Run(text=alert.card.headline, style="bold", url=alert.card.url)),
        line(Run(text=f"{words.moment(alert.created_at, zone)} · {card.label}", style="italic")),
    )


def _nothing(question: str, before_id: str | None, words: Words) -> str:
    if before_id:
        return words.say("There is nothing older.")
    if question:
        return words.say("No alert matches: {question}", question=question[:200])
    return words.say("No alerts yet. They appear here as soon as a feed tells of a deal.")
