"""Dates in three languages, read on Thursday, 20 November 2025: text, its English, ISO values in order."""

from __future__ import annotations

from datetime import date

import pytest

from rules.facts.dates import find_dates

ON = date(2025, 11, 20)

CASES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    # English
    ("15 August 2026", "", ("2026-08-15",)),
    ("Aug 15, 2026 and Aug. 15, 2026", "", ("2026-08-15", "2026-08-15")),
    ("15th of August, 2026", "", ("2026-08-15",)),
    ("04 JUL 2025", "", ("2025-07-04",)),
    ("21 Mar 25", "", ("2025-03-21",)),
    ("2026-08-15, 15.08.2026, 15/08/2026", "", ("2026-08-15",) * 3),
    ("by the end of May 2027", "", ("2027-05",)),
    ("in May and October 2024", "", ("2024-05", "2024-10")),
    ("in June and November this year", "", ("2025-06", "2025-11")),
    ("5-6 December 2025 and December 5-6", "", ("2025-12-05", "2025-12-06") * 2),
    ("by 2026, in 2028, mid-2029, end-2023", "", ("2026", "2028", "2029", "2023")),
    ("the 2018 contract", "", ("2018",)),
    ("by 2026-27 and in 2020–24", "", ("2026/2027", "2020/2024")),
    ("in FY 2025-26 and FY27", "", ("2025/2026", "2026/2027")),
    ("between 2026 and 2027", "", ("2026", "2027")),
    ("next year, last year, later this year", "", ("2026", "2024", "2025")),
    ("by the end of next year", "", ("2026",)),
    ("by year end", "", ("2025",)),
    ("next month and last month", "", ("2025-12", "2025-10")),
    ("the current fiscal", "", ("2025/2026",)),
    ("on Monday", "", ("2025-11-17",)),
    ("will meet on Monday", "", ("2025-11-24",)),
    ("signed on February 18", "", ("2025-02-18",)),
    ("will visit on December 4", "", ("2025-12-04",)),
    ("in July", "", ("2025-07",)),
    ("last May", "", ("2025-05",)),
    ("expected by March", "", ("2026-03",)),
    ("on Thursday, November 13", "", ("2025-11-13",)),
    # Hindi
    ("31 दिसंबर 2025 को", "on 31 December 2025", ("2025-12-31",)),
    ("३१ दिसम्बर २०२५", "31 December 2025 in Devanagari digits", ("2025-12-31",)),
    ("अक्टूबर 2018 में", "in October 2018", ("2018-10",)),
    ("2026 के अंत तक", "by the end of 2026", ("2026",)),
    ("2026-27 तक", "by 2026-27", ("2026/2027",)),
    ("वित्त वर्ष 2025-26", "financial year 2025-26", ("2025/2026",)),
    ("अगले साल के अंत तक", "by the end of next year", ("2026",)),
    ("इस साल जून और नवंबर में", "in June and November this year", ("2025-06", "2025-11")),
    ("पिछले साल 9 दिसंबर को", "on 9 December last year", ("2024-12-09",)),
    ("अगले महीने", "next month", ("2025-12",)),
    ("4-5 दिसंबर को", "on 4-5 December", ("2025-12-04", "2025-12-05")),
    ("बृहस्पतिवार को", "on Thursday", ("2025-11-20",)),
    # Russian
    ("1 июля 2025 года", "1 July 2025", ("2025-07-01",)),
    ("в октябре 2018 года", "in October 2018", ("2018-10",)),
    ("к концу 2026 года", "by the end of 2026", ("2026",)),
    ("до конца года", "by the end of the year", ("2025",)),
    ("в следующем году", "next year", ("2026",)),
    ("в прошлом месяце", "last month", ("2025-10",)),
    ("в 2026 и 2027 годах", "in 2026 and 2027", ("2026", "2027")),
    ("в 2018-м, до 2027-го", "in 2018, by 2027", ("2018", "2027")),
    ("в июле 2021 года, а в декабре того же года", "July 2021, and December of that year", ("2021-07", "2021-12")),
    ("4–5 декабря", "4–5 December", ("2025-12-04", "2025-12-05")),
    ("в четверг", "on Thursday", ("2025-11-20",)),
    ("к маю 2026 года", "by May 2026", ("2026-05",)),
)
NO_DATE: tuple[tuple[str, str], ...] = (
    ("within 18-19 months, over eight years, a 10-year plan", ""),
    ("2000 rifles, 2000 km and Mirage 2000", ""),
    ("Rs 2018 crore and $2030", ""),
    ("the 1990s and 1990-х", "the 1990s twice"),
    ("INS 1259, IDEX-2019, Project 2025", ""),
    ("India Today", "an outlet"),
    ("31.02.2026", "no such day"),
    ("через 18 месяцев", "in 18 months"),
    ("आठ साल में", "in eight years"),
)
ROLES: tuple[tuple[str, str, str | None], ...] = (
    ("to be handed over by the end of 2026", "", "due"),
    ("expected in 2028", "", "due"),
    ("the contract of 2018", "", "signed"),
    ("was delivered in December 2021", "", "event"),
    ("to be delivered in 2027", "", "due"),
    ("the ministers met on 26 June 2025", "", "event"),
    ("2018", "", None),
    ("2026 के अंत तक", "by the end of 2026", "due"),
    ("अनुबंध 2018 में", "the contract in 2018", "signed"),
    ("до 2028 года", "by 2028", "due"),
    ("подписан в 2018 году", "signed in 2018", "signed"),
)


@pytest.mark.parametrize(("text", "gloss", "values"), CASES, ids=[case[0] for case in CASES])
def test_dates_are_read_to_the_precision_given(text: str, gloss: str, values: tuple[str, ...]) -> None:
    assert tuple(found.value for found in find_dates(text, "en", ON)) == values, gloss


@pytest.mark.parametrize(("text", "gloss"), NO_DATE, ids=[case[0] for case in NO_DATE])
def test_what_is_no_date_is_left_out(text: str, gloss: str) -> None:
    assert find_dates(text, "en", ON) == (), gloss


@pytest.mark.parametrize(("text", "gloss", "role"), ROLES, ids=[case[0] for case in ROLES])
def test_the_nearest_words_tell_the_role(text: str, gloss: str, role: str | None) -> None:
    assert [found.role for found in find_dates(text, "en", ON)] == [role], gloss


@pytest.mark.parametrize("text", ["next year", "in July", "4-5 декабря", "on Monday", "इस साल जून में", "6 June"])
def test_relative_dates_are_left_out_without_a_day_of_publication(text: str) -> None:
    assert find_dates(text, "en", None) == ()


def test_absolute_dates_need_no_day_of_publication() -> None:
    assert [found.value for found in find_dates("by 2026-27, on 4 July 2025", "en", None)] == [
        "2026/2027",
        "2025-07-04",
    ]


def test_the_verb_may_is_no_month() -> None:
    assert find_dates("May the talks go on; it may rain", "en", ON) == ()


def test_the_ends_of_the_calendar_are_no_error() -> None:
    assert find_dates("next year, tomorrow, next month", "en", date.max) == ()
    assert find_dates("last year, yesterday, last month, on Monday", "en", date.min) is not None


def test_the_quote_is_the_date_itself() -> None:
    text = "😀 “31 दिसंबर 2025” — к концу\u00a02026 года"
    assert [text[found.start : found.end] for found in find_dates(text, "hi", ON)] == ["31 दिसंबर 2025", "2026"]
