"""What a filter would have sent: how many alerts of the last days match it, day by day, and the newest of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.archive import pages
from bot.i18n import Words, words_in
from bot.matching import Matcher
from bot.model import Alert
from bot.settings import IST
from bot.storage import Store
from rules import Pack, parse_filter

SHOWN = 10
_BAR = 40  # characters of the longest day


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    filter: str  # as typed
    days: int
    alerts: int  # of those days, whether they match or not
    matching: int
    per_day: Mapping[date, int]  # every day of the span, oldest first, in the time zone asked for
    newest: tuple[Alert, ...]  # of the matching ones, newest first

    def as_json(self) -> dict[str, object]:
        return {
            "filter": self.filter,
            "days": self.days,
            "alerts": self.alerts,
            "matching": self.matching,
            "per_day": {day.isoformat(): count for day, count in self.per_day.items()},
            "newest": [
                {
                    "id": alert.id,
                    "at": alert.created_at.isoformat(),
                    "label": alert.card.label,
                    "headline": alert.card.headline,
                    "url": alert.card.url,
                }
                for alert in self.newest
            ],
        }


def shown(result: Backtest, words: Words | None = None, zone: str = IST) -> str:
    """The result in words, English ones by default: the count, a line for each day that has alerts, the newest
    ones."""
    words = words or words_in("en")
    rows = [
        words.say(
            "{matching} of {alerts} alerts in the last {days} days, {a_day} a day",
            days=result.days,
            matching=result.matching,
            alerts=result.alerts,
            a_day=_a_day(result),
        )
    ]
    most = max(result.per_day.values(), default=0)
    for day, count in result.per_day.items():
        if count:
            bar = "█" * max(round(count / most * _BAR), 1)
            rows.append(f"{words.date(day.isoformat())} {count:>6} {bar}")
    for alert in result.newest:
        rows += ["", alert.card.headline, f"{words.moment(alert.created_at, zone)} · {alert.card.label}"]
    return "\n".join(rows)


def _a_day(result: Backtest) -> str:
    return f"{result.matching / result.days:.1f}"


async def backtest(
    store: Store,
    pack: Pack,
    text: str,
    *,
    now: datetime,
    days: int = 30,
    count: int = SHOWN,
    zone: str = IST,
    on_progress: Callable[[int, int], None] = lambda looked_at, of: None,
) -> Backtest:
    """Runs the filter `text` over the alerts of the last `days` days. FilterError when it is not understood.

    `zone` is where days begin. `on_progress` is told after each step how many alerts were looked at, and of how many
    at most. About 15,000 alerts a second where the index cannot help."""
    days_begin = ZoneInfo(zone)
    wanted = parse_filter(text, pack, days_begin)
    matcher = Matcher(pack)
    since = now - timedelta(days=days)
    alerts = await store.alerts_since(since)
    last = now.astimezone(days_begin).date()
    first = since.astimezone(days_begin).date()
    counted: Counter[date] = Counter()
    newest: list[str] = []
    looked_at = 0
    async for page in pages(store, matcher, wanted, since=since):
        looked_at += page.looked_at
        counted.update(each.created_at.astimezone(days_begin).date() for each in page.matching)
        newest += [each.id for each in page.matching[: count - len(newest)]]
        on_progress(looked_at, alerts)
    whole = await store.alerts(newest)
    return Backtest(
        filter=text.strip(),
        days=days,
        alerts=alerts,
        matching=counted.total(),
        per_day={first + timedelta(days=n): counted[first + timedelta(days=n)] for n in range((last - first).days + 1)},
        newest=tuple(whole[id_] for id_ in newest),
    )
