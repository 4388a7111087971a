"""Time zones as people type them."""

from __future__ import annotations

import pytest

from bot.zones import ZoneError, zone_named


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/Moscow", "Europe/Moscow"),
        ("europe/moscow", "Europe/Moscow"),
        (" Moscow ", "Europe/Moscow"),
        ("москва", "Europe/Moscow"),  # Moscow
        ("दिल्ली", "Asia/Kolkata"),  # Delhi
        ("IST", "Asia/Kolkata"),
        ("MSK", "Europe/Moscow"),
        ("New York", "America/New_York"),
        ("new_york", "America/New_York"),
        ("UTC", "UTC"),
        ("UTC+3", "Etc/GMT-3"),
        ("gmt -4", "Etc/GMT+4"),
        ("+0", "UTC"),
        ("+5:30", "Asia/Kolkata"),
        ("UTC+05:45", "Asia/Kathmandu"),
        ("\u22123", "Etc/GMT+3"),  # a minus sign as word processors write it
    ],
)
def test_a_zone_is_found_by_name_city_or_offset(typed: str, zone: str) -> None:
    assert zone_named(typed) == zone


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("Mosco", "Europe/Moscow"),
        ("Asia/Kolkatta", "Asia/Kolkata"),
        ("xyzzy", None),
        ("UTC+25", None),
        ("", None),
        ("+5:17", None),
    ],
)
def test_what_is_no_zone_is_refused_with_the_nearest_spelling(typed: str, nearest: str | None) -> None:
    with pytest.raises(ZoneError) as error:
        zone_named(typed)
    assert error.value.nearest == nearest
