"""Dates as outlets write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.feeds.dates import moment, trusted

NOON = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Sun, 22 Nov 2026 10:00:00 GMT", NOON),
        ("Sun, 22 Nov 2026 15:30:00 IST", NOON),
        ("Sun, 22 Nov 2026 15:30:00 +0530", NOON),
        ("Sun, 22 Nov 2026 15:30:00 GMT+5:30", NOON),
        ("Sun, 22 Nov 2026 13:00:00 MSK", NOON),
        ("Sun, 22 Nov 2026 05:00:00 EST", NOON),
        ("Sun, 22 Nov 2026 10:00:00", NOON),
        ("22 Nov 26 10:00 GMT", NOON),
        ("Sunday, 22-Nov-26 10:00:00 GMT", NOON),
        ("Вс, 22 ноя 2026 13:00:00 +0300", NOON),  # Sun, 22 Nov
        ("22 ноября 2026 г., 13:00 МСК", NOON),  # 22 November 2026, Moscow time
        ("रवि, 22 नवंबर 2026 15:30:00 IST", NOON),  # Sun, 22 November
        ("2026-11-22T10:00:00Z", NOON),
        ("2026-11-22T15:30:00.123+05:30", NOON),
        ("2026-11-22 10:00:00", NOON),
        ("November 22, 2026 03:30 PM IST", NOON),
        ("Nov 22, 2026 12:30 AM +0530", datetime(2026, 11, 21, 19, 0, tzinfo=UTC)),
        ("22-11-2026 15:30 IST", NOON),
        ("22.11.2026 13:00 MSK", NOON),
        ("Sun Nov 22 10:00:00 2026", NOON),
        ("Sun Nov 22 15:30:00 IST 2026", NOON),
        ("2026-11-22 15:30:00 +0530 IST", NOON),
        ("Sun, 22 Nov 2026 13:00:00 UTC+3", NOON),
        ("Sun, 22 Nov 2026 15:00:00 МСК+2", NOON),  # two hours ahead of Moscow
        ("22.11.2026, 13:00 (МСК)", NOON),
        ("13:00, 22 ноября 2026 года МСК", NOON),
        ("22.11.26 10:00", NOON),
        ("22 नवम्बर 2026, दोपहर 3:30 बजे IST", NOON),  # 22 November, 3:30 at midday
        ("२२ नवंबर २०२६ शाम 5:30", datetime(2026, 11, 22, 17, 30, tzinfo=UTC)),  # 5:30 in the evening
        ("2026/11/22 10:00", NOON),
        ("22/11/2026 10:00", NOON),
        ("11/22/2026 10:00", NOON),
        ("20261122T100000Z", NOON),
        ("Posted On: 22 NOV 2026 10:00AM by PIB Delhi", NOON),
        ("2026-11-22", MIDNIGHT),
        ("20261122", MIDNIGHT),
        ("22 November 2026", MIDNIGHT),
        ("1795341600", NOON),  # seconds since 1970
        ("Tue, 22 Nov 2026 10:00:60 GMT", datetime(2026, 11, 22, 10, 0, 59, tzinfo=UTC)),
    ],
)
def test_dates_are_read_in_the_right_zone(text: str, at: datetime) -> None:
    assert moment(text) == at


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday-ish",
        "0000-00-00T00:00:00Z",
        "99999-12-31T00:00:00Z",
        "31/02/2026",
        "31-02-2026",
        "Mon, 99 Foo 2026 25:61:61 GMT",
        "Sun, 22 Nov 2026 25:00:00 GMT",
        "Sun, 22 Nov 2026 10:00:00 XYZ",  # a zone nobody knows: wrong by hours is worse than none
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Sat, 01 Jan 9999 00:00:00 GMT",
        "12345",
        "0001-01-01T00:00:00Z",  # the zero of .NET, not of this century
        "03/04/2026",  # March or April
        "Sun, 22 Nov 2026 10:00:00 Europe/Moscow",
    ],
)
def test_what_cannot_be_read_surely_is_no_date(text: str) -> None:
    assert moment(text) is None


def test_the_parsers_guess_counts_only_when_the_text_bears_it_out() -> None:
    assert trusted((2026, 11, 22, 10, 0, 0, 6, 326, 0), "2026년 11월 22일") == NOON  # Korean date
    assert trusted((2022, 11, 20, 0, 0, 0, 6, 326, 0), "22-11-2026 15:30") is None
    assert trusted((1763, 8, 5, 6, 0, 0, 0, 0, 0), "1763805600") is None
    assert trusted((10000, 1, 1, 0, 0, 0, 0, 0, 0), "10000-01-01") is None
    assert trusted(None, "2026") is None
    assert trusted((2026, 11, 1, 0, 0, 0, 6, 305, 0), "2026/11/22") is None
    assert trusted((2026, 11, 22, 10, 0, 0, 6, 326, 0), "Sun, 22 Nov 2026 10:00:00 Europe/Moscow") is None
