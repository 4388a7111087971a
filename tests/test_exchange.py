"""Rates of the day: read from a server that speaks the bank's format, stored, and done without when absent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.exchange import Exchange, daily_rates, rouble_rates
from bot.feeds import Fetcher
from bot.storage import Store
from tests.feed_server import FeedServer

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
# In the form of the bank's daily file, with made-up figures.
FILE = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" \
xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <gesmes:subject>Reference rates</gesmes:subject>
  <gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
  <Cube><Cube time='2026-11-20'>
    <Cube currency='USD' rate='1.2500'/>
    <Cube currency='JPY' rate='180.10'/>
    <Cube currency='INR' rate='112.5000'/>
    <Cube currency='RUB' rate='N/A'/>
  </Cube></Cube>
</gesmes:Envelope>"""

ROUBLES = """<?xml version="1.0" encoding="windows-1251"?><ValCurs Date="21.11.2026" name="Foreign Currency Market">\
<Valute ID="R01035"><NumCode>826</NumCode><CharCode>GBP</CharCode><Nominal>1</Nominal><Name>Фунт стерлингов</Name>\
<Value>104,1000</Value></Valute><Valute ID="R01235"><NumCode>840</NumCode><CharCode>USD</CharCode><Nominal>1</Nominal>\
<Name>Доллар США</Name><Value>78,2500</Value></Valute></ValCurs>"""


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        yield running


@pytest.fixture
async def fetcher(server: FeedServer) -> AsyncIterator[Fetcher]:
    async with Fetcher(user_agent="test", allow_private=[server.address], per_host_gap_s=0) as opened:
        yield opened


def test_the_file_gives_units_for_one_dollar() -> None:
    euro, rupee = daily_rates(FILE.encode())
    assert (euro.currency, euro.value, euro.on, euro.precision) == (
        "EUR",
        Decimal("0.8"),
        date(2026, 11, 20),
        "day",
    )
    assert (rupee.currency, rupee.value) == ("INR", Decimal(90))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Service unavailable</body></html>",
        b"\xff\xfe\x00",
        FILE.replace("USD", "XXX").encode(),
        FILE.replace("2026-11-20", "soon").encode(),
        FILE.replace("1.2500", "NaN").encode(),
        FILE.replace("<gesmes:Env", '<!DOCTYPE a [<!ENTITY b "c">]><gesmes:Env', 1).encode(),
        FILE.encode() + b" " * 100_000,
    ],
)
def test_anything_else_gives_none(body: bytes) -> None:
    assert daily_rates(body) == ()


def test_the_rouble_comes_from_its_own_bank_with_the_day_it_holds_for() -> None:
    (rouble,) = rouble_rates(ROUBLES.encode("windows-1251"))
    assert (rouble.currency, rouble.value, rouble.on) == ("RUB", Decimal("78.25"), date(2026, 11, 21))
    (tenth,) = rouble_rates(ROUBLES.replace("<Nominal>1<", "<Nominal>10<").encode("windows-1251"))
    assert tenth.value == Decimal("7.825")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        FILE.encode(),
        ROUBLES.replace("USD", "XXX").encode("windows-1251"),
        ROUBLES.replace("21.11.2026", "21/11/2026").encode("windows-1251"),
        ROUBLES.replace("78,2500", "-").encode("windows-1251"),
        ROUBLES.replace("<ValCurs", "<!DOCTYPE a><ValCurs", 1).encode("windows-1251"),
    ],
)
def test_anything_else_gives_no_rouble(body: bytes) -> None:
    assert rouble_rates(body) == ()


async def test_both_banks_are_read_and_neither_needs_the_other(
    store: Store, server: FeedServer, fetcher: Fetcher
) -> None:
    server.serve("roubles.xml", ROUBLES.encode("windows-1251"), content_type="application/xml; charset=windows-1251")
    now = NOW
    urls = {"ecb_url": server.url("absent.xml"), "cbr_url": server.url("roubles.xml")}
    exchange = Exchange(store=store, fetcher=fetcher, clock=lambda: now, **urls)
    await exchange.tick()
    tomorrow = exchange.rates().rate("RUB", NOW.date() + timedelta(days=1))
    assert tomorrow is not None
    assert tomorrow.value == Decimal("78.25")
    now = NOW + timedelta(hours=6, minutes=50)  # the rate of the next day is there already
    await exchange.tick()
    assert (server.polls("absent.xml"), server.polls("roubles.xml")) == (2, 1)


async def test_the_rates_of_the_day_are_read_once_and_kept(store: Store, server: FeedServer, fetcher: Fetcher) -> None:
    server.serve("rates.xml", FILE.encode(), content_type="text/xml")
    now = NOW
    exchange = Exchange(
        store=store, fetcher=fetcher, clock=lambda: now, ecb_url=server.url("rates.xml"), cbr_url=server.url("none.xml")
    )
    await exchange.load()
    before = exchange.rates().rate("INR", NOW.date())
    await exchange.tick()
    after = exchange.rates().rate("INR", NOW.date())
    assert (before is None or before.on < NOW.date()) and after is not None
    assert (int(after.value), after.on) == (90, NOW.date())
    assert exchange.rates().rate("RUB", NOW.date()) is None
    await exchange.tick()
    now = NOW + timedelta(hours=6, minutes=50)  # still the same day: nothing newer can be there
    await exchange.tick()
    assert server.polls("rates.xml") == 1
    now = NOW + timedelta(hours=13)
    await exchange.tick()
    assert server.polls("rates.xml") == 2

    again = Exchange(
        store=store, fetcher=fetcher, clock=lambda: now, ecb_url=server.url("rates.xml"), cbr_url=server.url("none.xml")
    )
    await again.load()
    kept = again.rates().rate("INR", NOW.date())
    assert kept is not None
    assert kept.value == 90


async def test_an_absent_bank_changes_nothing_and_is_not_asked_again_at_once(
    store: Store, server: FeedServer, fetcher: Fetcher
) -> None:
    exchange = Exchange(
        store=store,
        fetcher=fetcher,
        clock=lambda: NOW,
        ecb_url=server.url("absent.xml"),
        cbr_url=server.url("none.xml"),
    )
    before = exchange.rates().rate("INR", date(2025, 6, 27))
    await exchange.tick()
    await exchange.tick()
    assert exchange.rates().rate("INR", date(2025, 6, 27)) == before
    assert await store.rates() == []
    assert server.polls("absent.xml") == 1
