"""What is known of each programme: /deals, /deal and /timeline, from the facts of the alerts so far."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.archive import newest
from bot.asking import Asked, manner, slashed
from bot.filter_words import refused
from bot.i18n import Words, later
from bot.matching import Matcher
from bot.model import Alert, Button, Command, Line, Press, Reply, Run, ToldFact, line, text_reply
from bot.ports import HandlePress
from bot.programmes import programme_named, unknown_programme
from bot.storage import Store
from bot.stories import fact_words, name_in
from rules import FilterError, Pack, Rates, parse_filter

LOOKED_AT = 500  # alerts that a list of deals is made of; a year of a busy archive
TOLD = 30  # alerts that a deal or a timeline is made of
EACH = 3  # figures of one kind that a deal shows, the newest ones
_KINDS: tuple[tuple[str, str], ...] = (
    ("stage", later("Stage")),
    ("money", later("Value")),
    ("quantity", later("Quantity")),
    ("date", later("Dates")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tale:
    """A fact with the alert that told it."""

    fact: ToldFact
    alert: Alert


class Deals:
    """Answers from the store."""

    def __init__(self, *, store: Store, pack: Pack, rates: Callable[[], Rates]) -> None:
        self._store = store
        self._pack = pack
        self._matcher = Matcher(pack, rates)
        self.answers: Mapping[str, Callable[[Command], Awaitable[Reply]]] = {
            "deals": self._deals,
            "deal": lambda command: self._of_programme(command, command.args, self._deal),
            "timeline": lambda command: self._of_programme(command, command.args, self._timeline),
        }
        self.presses: Mapping[str, HandlePress] = {
            "deal": lambda press: self._of_programme(press, _argument(press), self._deal),
            "timeline": lambda press: self._of_programme(press, _argument(press), self._timeline),
        }

    async def _deals(self, command: Command) -> Reply:
        settings, words = await manner(self._store, command)
        try:
            wanted = parse_filter(command.args, self._pack, ZoneInfo(settings.zone))
        except FilterError as error:
            return text_reply(refused(error, words))
        found = await newest(self._store, self._matcher, wanted, LOOKED_AT)
        latest: dict[str, list[Tale]] = {}
        for tale in _tales(found.alerts):
            latest.setdefault(tale.fact.programme, []).append(tale)
        if not latest:
            return text_reply(words.say("No deal is known yet that matches."))
        rows = [
            line(
                Run(text=self._pack.name(programme, words.lang), style="bold"),
                f": {_in_short(tales, words)} · {words.day(tales[0].alert.created_at, settings.zone)}",
            )
            for programme, tales in latest.items()
        ]
        return Reply(
            lines=(*rows, line(words.say("More of one: {command}", command=slashed(command.channel, "deal s-400"))))
        )

    async def _of_programme(
        self, asked: Asked, typed: str, answer: Callable[[str, list[Alert], Words, str], Reply]
    ) -> Reply:
        settings, words = await manner(self._store, asked)
        if not typed.strip():
            return text_reply(words.say("Which programme? For example: {example}", example="s-400"))
        programme, near = programme_named(typed, self._pack)
        if programme is None:
            return text_reply(unknown_programme(typed, near, words))
        alerts = await self._store.search([[f"c:{programme}"]], TOLD)
        if not alerts:
            name = self._pack.name(programme, words.lang)
            return text_reply(words.say("Nothing is known of {programme} yet.", programme=name))
        return answer(programme, alerts, words, settings.zone)

    def _deal(self, programme: str, alerts: list[Alert], words: Words, zone: str) -> Reply:
        """The newest facts of each kind, each with who told it, when, and the words that prove it."""
        tales = [tale for tale in _tales(alerts) if self._belongs(tale.fact.programme, programme)]
        rows: list[Line] = [line(Run(text=self._pack.name(programme, words.lang), style="bold"))]
        for kind, title in _KINDS:
            shown: dict[str, Tale] = {}
            for tale in tales:
                if tale.fact.kind == kind:
                    shown.setdefault(fact_words(tale.fact, words), tale)
            if not shown:
                continue
            rows.append(line(Run(text=words.say(title), style="bold")))
            for text, tale in list(shown.items())[:EACH]:
                rows.append(_evidence(text, tale, words, zone))
        if len(rows) == 1:
            rows.append(line(words.say("Its alerts tell no figures yet.")))
        button = Button(text=words.say("Timeline"), action=f"timeline:{programme}")
        return Reply(lines=tuple(rows), buttons=((button,),))

    def _timeline(self, programme: str, alerts: list[Alert], words: Words, zone: str) -> Reply:
        """What happened, oldest first: the day, the headline, the programme's facts of that report."""
        rows: list[Line] = [line(Run(text=self._pack.name(programme, words.lang), style="bold"))]
        for alert in reversed(alerts):
            facts = [
                fact_words(tale.fact, words)
                for tale in _tales([alert])
                if self._belongs(tale.fact.programme, programme)
            ]
            rows.append(
                line(
                    f"{words.day(alert.created_at, zone)} · ",
                    Run(text=alert.card.headline, url=alert.card.url),
                    f" ({', '.join(facts)})" if facts else "",
                )
            )
        button = Button(text=words.say("The deal"), action=f"deal:{programme}")
        return Reply(lines=tuple(rows), buttons=((button,),))

    def _belongs(self, programme: str, to: str) -> bool:
        """Whether it is that programme or a part of it."""
        return to in self._pack.ancestors.get(programme, (programme,))


def _tales(alerts: Iterable[Alert]) -> Iterable[Tale]:
    """Every fact of the alerts that stand, in their order."""
    for alert in alerts:
        if alert.brief is None or alert.corrected_at is not None or alert.brief.certainty == "denied":
            continue
        for row in alert.brief.rows:
            for fact in row.facts:
                yield Tale(fact=fact, alert=alert)


def _in_short(tales: list[Tale], words: Words) -> str:
    """The newest of each kind, e.g. "contract signed · ₹63,000 crore · 5 squadrons ordered"."""
    newest_of: dict[str, ToldFact] = {}
    for tale in tales:
        newest_of.setdefault(tale.fact.kind, tale.fact)
    return " · ".join(fact_words(newest_of[kind], words) for kind, _ in _KINDS if kind in newest_of)


def _evidence(text: str, tale: Tale, words: Words, zone: str) -> Line:
    fact, alert = tale.fact, tale.alert
    who = fact.outlet
    if alert.brief is not None and fact.speaker and fact.speaker != fact.outlet:
        who = f"{name_in(alert.brief, fact.speaker, words)}, {fact.outlet}"
    when = words.day(fact.at, zone)
    return line(f"{text} – ", Run(text=f"{who}, {when}", url=alert.card.url), f": “{fact.sentence or fact.quote}”")


def _argument(press: Press) -> str:
    return press.action.partition(":")[2]
