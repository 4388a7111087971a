"""Exchange rates of the day, read from the European Central Bank and kept in the database.

The bank's daily file (https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml) gives some thirty currencies
for one euro, on working days at about 16:00 in Frankfurt; the rouble is not among them since March 2022. Where it
cannot be read, the bundled table and what was stored before go on to serve.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree

from bot.feeds import Fetcher
from bot.log import event
from bot.model import Feed, FeedState, Fetched
from bot.ports import Clock
from bot.storage import Store
from rules import Rate, Rates, bundled_rates

log = logging.getLogger(__name__)

ECB_DAILY = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml"
TICK_S = 600.0  # how often it is looked whether a refresh is due
_PAUSE = timedelta(hours=6)  # between two tries: the file changes once a day
_LARGEST = 100_000  # bytes; the file has 2 kB
_KEPT = ("INR", "RUB", "GBP", "CNY")  # of what the file has; beside the euro itself


class Exchange:
    """The rates that hold now. `load` once, then `tick` at any time."""

    def __init__(self, *, store: Store, fetcher: Fetcher, clock: Clock, url: str = ECB_DAILY) -> None:
        self._store = store
        self._fetcher = fetcher
        self._clock = clock
        self._url = url
        self._rates = bundled_rates()
        self._tried_at: datetime | None = None

    def rates(self) -> Rates:
        return self._rates

    async def load(self) -> None:
        """Take over what was stored."""
        self._rates = bundled_rates().with_(await self._store.rates())

    async def tick(self) -> None:
        """Read the bank's file unless today's rates are there or it was tried a short while ago."""
        now = self._clock()
        if self._tried_at is not None and now - self._tried_at < _PAUSE:
            return
        self._tried_at = now
        await self.load()  # another process may have read them
        newest = self._rates.rate("EUR", now.date())
        if newest is not None and newest.precision == "day" and newest.on >= now.date():
            return
        feed = Feed(id="exchange-rates", url=self._url, title="European Central Bank")
        result = await self._fetcher.fetch(feed, FeedState(feed_id=feed.id, due_at=now))
        if not isinstance(result, Fetched):
            event(log, logging.DEBUG, "exchange rates not read", reason=getattr(result, "reason", "not changed"))
            return
        found = daily_rates(result.body)
        if not found:
            event(log, logging.DEBUG, "exchange rates not read", reason="not the bank's file of rates")
            return
        await self._store.add_rates(found)
        await self.load()
        event(log, logging.DEBUG, "exchange rates read", day=found[0].on, currencies=len(found))


def daily_rates(body: bytes) -> tuple[Rate, ...]:
    """The rates of the bank's file per US dollar, the euro first; empty when it is not that file, or has no
    dollar. A currency that the file quotes as "N/A" or not at all is left out."""
    if len(body) > _LARGEST:
        return ()
    try:
        text = body.decode("utf-8-sig")
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            return ()
        root = ElementTree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))  # noqa: S314 - no entities get here
    except (UnicodeDecodeError, ElementTree.ParseError):
        return ()
    day = next((_day(cube.get("time", "")) for cube in root.iter() if cube.get("time")), None)
    per_euro = dict(_per_euro(root))
    dollars = per_euro.get("USD")
    if day is None or dollars is None:
        return ()
    places = Decimal("0.000001")
    found = [Rate(currency="EUR", value=(1 / dollars).quantize(places), on=day)]
    found += [
        Rate(currency=currency, value=(per_euro[currency] / dollars).quantize(places), on=day)
        for currency in _KEPT
        if currency in per_euro
    ]
    return tuple(found)


def _per_euro(root: ElementTree.Element) -> Iterator[tuple[str, Decimal]]:
    for cube in root.iter():
        currency, rate = cube.get("currency"), cube.get("rate")
        if currency is None or rate is None:
            continue
        try:
            value = Decimal(rate)
        except InvalidOperation:
            continue
        if value.is_finite() and Decimal("0.0001") < value < Decimal(10**6):
            yield currency, value


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
