"""Exchange rates of the day, read from two central banks and kept in the database.

The European Central Bank's daily file gives some thirty currencies for one euro, on working days at about 16:00 in
Frankfurt; the rouble is not among them since March 2022, so it comes from the Bank of Russia's daily file, which
names the day that its rates hold for, often the next one. Where a file cannot be read, the bundled table and what
was stored before go on to serve.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
CBR_DAILY = "https://www.cbr.ru/scripts/XML_daily.asp"
TICK_S = 600.0  # how often it is looked whether a refresh is due
_PAUSE = timedelta(hours=6)  # between two tries: the file changes once a day
_LARGEST = 100_000  # bytes; the files have 2 and 15 kB
_KEPT = ("INR", "RUB", "GBP", "CNY")  # of what the European file has; beside the euro itself


class Exchange:
    """The rates that hold now. `load` once, then `tick` at any time."""

    def __init__(
        self, *, store: Store, fetcher: Fetcher, clock: Clock, ecb_url: str = ECB_DAILY, cbr_url: str = CBR_DAILY
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._clock = clock
        self._banks = (
            _Bank(id="exchange-rates", title="European Central Bank", url=ecb_url, sign="EUR", read=daily_rates),
            _Bank(id="exchange-rates-ru", title="Bank of Russia", url=cbr_url, sign="RUB", read=rouble_rates),
        )
        self._rates = bundled_rates()
        self._tried_at: datetime | None = None

    def rates(self) -> Rates:
        return self._rates

    async def load(self) -> None:
        """Take over what was stored."""
        self._rates = bundled_rates().with_(await self._store.rates())

    async def tick(self) -> None:
        """Read the files whose rates of today are not there, unless that was tried a short while ago."""
        now = self._clock()
        if self._tried_at is not None and now - self._tried_at < _PAUSE:
            return
        self._tried_at = now
        await self.load()  # another process may have read them
        for bank in self._banks:
            newest = self._rates.newest(bank.sign)
            if newest is None or newest.precision != "day" or newest.on < now.date():
                await self._read(bank, now)

    async def _read(self, bank: _Bank, now: datetime) -> None:
        feed = Feed(id=bank.id, url=bank.url, title=bank.title)
        result = await self._fetcher.fetch(feed, FeedState(feed_id=feed.id, due_at=now))
        if not isinstance(result, Fetched):
            reason = getattr(result, "reason", "not changed")
            event(log, logging.DEBUG, "exchange rates not read", bank=bank.title, reason=reason)
            return
        found = bank.read(result.body)
        if not found:
            event(log, logging.DEBUG, "exchange rates not read", bank=bank.title, reason="not the bank's file of rates")
            return
        await self._store.add_rates(found)
        await self.load()
        event(log, logging.DEBUG, "exchange rates read", bank=bank.title, day=found[0].on, currencies=len(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bank:
    """A central bank's daily file."""

    id: str
    title: str
    url: str
    sign: str  # the currency whose rate tells whether the file of the day was read
    read: Callable[[bytes], tuple[Rate, ...]]


def daily_rates(body: bytes) -> tuple[Rate, ...]:
    """The rates of the European Central Bank's file per US dollar, the euro first; empty when it is not that file,
    or has no dollar. A currency that the file quotes as "N/A" or not at all is left out."""
    root = _xml(body, "utf-8-sig")
    if root is None:
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


def rouble_rates(body: bytes) -> tuple[Rate, ...]:
    """Roubles for one US dollar from the Bank of Russia's file; empty when it is not that file, or has no dollar."""
    root = _xml(body, "windows-1251")
    if root is None or root.tag != "ValCurs":
        return ()
    day = _day("-".join(reversed(root.get("Date", "").split("."))))
    for quoted in root.iter("Valute"):
        if quoted.findtext("CharCode") == "USD":
            value = _number((quoted.findtext("Value") or "").replace(",", "."))
            units = _number(quoted.findtext("Nominal") or "1")
            if day is not None and value is not None and units is not None:
                return (Rate(currency="RUB", value=value / units, on=day),)
    return ()


def _xml(body: bytes, encoding: str) -> ElementTree.Element | None:
    """The document's root; None when it is none, too large, or declares entities."""
    if len(body) > _LARGEST:
        return None
    try:
        text = body.decode(encoding)
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            return None
        return ElementTree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))  # noqa: S314 - no entities get here
    except (UnicodeDecodeError, ElementTree.ParseError):
        return None


def _per_euro(root: ElementTree.Element) -> Iterator[tuple[str, Decimal]]:
    for cube in root.iter():
        currency, rate = cube.get("currency"), cube.get("rate")
        if currency is not None and rate is not None and (value := _number(rate)) is not None:
            yield currency, value


def _number(text: str) -> Decimal | None:
    """A rate that can be one."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and Decimal("0.0001") < value < Decimal(10**6) else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
