"""What a channel would have received in the last 30 days, and how that changes with the least importance.

"fewer" and "more" are one step of the least importance each; they say what they change by the archive.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.i18n import Words
from bot.matching import Matcher
from bot.model import Alert, ArchivedAlert, Button, Importance, Line, Subscription, line
from bot.settings import IMPORTANCES, ChannelSettings, Tell, plan
from bot.storage import Store
from rules import Pack, Rates, bundled_rates

DAYS = 30
SCAN = 10_000  # alerts looked at for one forecast, the newest: under a second on one core; judgement
KEPT = 10  # of the newest, to be shown
SCORES = (0.0, 0.6, 0.7, 0.8, 0.9, 0.95)  # the least scores that are offered; packs tell from about 0.5 on
_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Alerts of the last days that a channel's subscriptions match and its mutes and score let through."""

    days: int
    counts: Mapping[Importance, int]  # importance -> how many
    newest: tuple[str, ...]  # ids of the newest that its importance lets through, newest first
    by_score: Mapping[float, int] = field(default_factory=dict)  # of `SCORES`: how many that least score would let by
    before: int | None = None  # how many came with the settings that held before; None: not asked
    since: datetime | None = None  # when the archive begins, if that is within the days
    empty: bool = False  # there is no alert at all yet
    whole: bool = True  # False: only the newest `SCAN` alerts were looked at

    def count(self, least: Importance) -> int:
        """How many are of this importance and more."""
        return sum(self.counts.get(one, 0) for one in IMPORTANCES[IMPORTANCES.index(least) :])


class Forecaster:
    """Looks through the archive."""

    def __init__(self, *, store: Store, pack: Pack, rates: Callable[[], Rates] = bundled_rates) -> None:
        self._store = store
        self._pack = pack
        self._rates = rates

    async def forecast(
        self,
        subscriptions: Collection[Subscription],
        settings: ChannelSettings,
        now: datetime,
        *,
        before: ChannelSettings | None = None,
    ) -> Forecast:
        """Over the last 30 days, for these subscriptions together, paused ones included. `before`: other settings to
        count for in the same pass."""
        since = now - timedelta(days=DAYS)
        matcher = Matcher(self._pack, self._rates)
        matcher.load(subscriptions, 0, zones={one.channel: settings.zone for one in subscriptions})
        anything = replace(settings, min_importance=IMPORTANCES[0], digest=None, quiet=None)
        unscored = replace(settings, min_score=0.0)
        by_score = dict.fromkeys(SCORES, 0)
        counts: dict[Importance, int] = {}
        newest: list[str] = []
        looked_at = had = 0
        before_id: str | None = None
        while looked_at < SCAN:
            page = await self._store.archived((), _PAGE, before_id, since, words=True)
            for alert in page:
                if not matcher.subscriptions(alert):
                    continue
                if before is not None and _let_through(alert, before, now):
                    had += 1
                if _let_through(alert, unscored, now):
                    by_score.update((least, by_score[least] + 1) for least in SCORES if _score(alert) >= least)
                if not _let_through(alert, anything, now):
                    continue
                counts[alert.importance] = counts.get(alert.importance, 0) + 1
                if len(newest) < KEPT and _let_through(alert, settings, now):
                    newest.append(alert.id)
            looked_at += len(page)
            if len(page) < _PAGE:
                break
            before_id = page[-1].id
        first = await self._store.first_alert_at()
        return Forecast(
            days=DAYS,
            counts=counts,
            newest=tuple(newest),
            by_score=by_score,
            before=None if before is None else had,
            since=first if first is not None and first > since else None,
            empty=first is None,
            whole=looked_at < SCAN,
        )

    async def shown(self, forecast: Forecast) -> Sequence[Alert]:
        """The newest of them, whole."""
        found = await self._store.alerts(forecast.newest)
        return [found[id_] for id_ in forecast.newest if id_ in found]


def forecast_lines(forecast: Forecast, settings: ChannelSettings, words: Words) -> tuple[Line, ...]:
    """ "This chat would have received 9 alerts in the last 30 days", with since when there is data."""
    if forecast.empty:
        return (line(words.say("There are no alerts yet to tell by how many this will be.")),)
    count = forecast.count(settings.min_importance)
    rows = [
        line(
            words.count(
                "In the last 30 days this chat would have received {n} alert.",
                "In the last 30 days this chat would have received {n} alerts.",
                count,
            )
        )
    ]
    if forecast.since is not None:
        day = words.day(forecast.since, settings.zone)
        rows.append(line(words.say("There is data since {day} only.", day=day)))
    if not forecast.whole:
        rows.append(line(words.say("Only the newest {n} alerts were looked through.", n=f"{SCAN:,}")))
    return tuple(rows)


def forecast_buttons(forecast: Forecast, settings: ChannelSettings, words: Words) -> tuple[Button, ...]:
    """See · Fewer · More, as far as there is something to see, and a step to take."""
    row: list[Button] = []
    count = forecast.count(settings.min_importance)
    if count:
        row.append(Button(text=words.say("See them"), action="see:30"))
    step = IMPORTANCES.index(settings.min_importance)
    if step < len(IMPORTANCES) - 1:
        fewer = forecast.count(IMPORTANCES[step + 1])
        row.append(Button(text=words.say("Fewer ({n})", n=fewer), action="set:fewer"))
    if step > 0:
        more = forecast.count(IMPORTANCES[step - 1])
        row.append(Button(text=words.say("More ({n})", n=more), action="set:more"))
    return tuple(row)


def _let_through(alert: ArchivedAlert, settings: ChannelSettings, now: datetime) -> bool:
    wish = plan(settings, now, importance=alert.importance, score=_score(alert), programmes=alert.facets.programmes)
    return isinstance(wish, Tell)


def _score(alert: ArchivedAlert) -> float:
    return alert.facets.score if alert.facets.score is not None else 1.0
