"""The examples of docs/filters.md hold, and everything that it names is understood."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.matching import Matcher
from bot.model import Card, Entry, StoredItem
from bot.stories import RecentStories, alert_for, assimilate
from rules import Item, Pack, Subject, detect, parse_filter
from rules.filters import FIELDS

TEXT = (Path(__file__).resolve().parents[1] / "docs/filters.md").read_text(encoding="utf-8")
AT = datetime(2025, 11, 20, 8, 32, tzinfo=UTC)


def examples() -> list[tuple[str, str, str]]:
    table = TEXT.split("<!-- tested filters -->")[1].split("\n\n")[0]
    rows = re.findall(r"^\| `(.+?)` \| (.+?) \| (.+?) \|$", table, re.MULTILINE)
    assert len(rows) >= 8
    return rows


def seen(pack: Pack, title: str) -> Subject:
    entry = Entry(guid=None, url=None, title=title, text="", published_at=AT, fingerprint=title)
    detection = detect(Item(id="i", title=title, on=AT.date()), pack)
    assert detection.relevant, title
    item = StoredItem(id="i", feed_id="f", outlet="Sample Wire", entry=entry, seen_at=AT, detection=detection)
    alert = alert_for(assimilate(item, RecentStories(()), AT, told=True), item, pack, AT, kind="press")
    assert alert is not None
    assert isinstance(alert.card, Card)
    return Matcher(pack).subject(alert)


@pytest.mark.parametrize(("text", "finds", "leaves_out"), examples(), ids=lambda value: value[:40])
def test_an_example_finds_what_it_says(pack: Pack, text: str, finds: str, leaves_out: str) -> None:
    wanted = parse_filter(text, pack)
    assert wanted.matches(seen(pack, finds))
    assert not wanted.matches(seen(pack, leaves_out))


def test_every_filter_of_the_tables_is_understood(pack: Pack) -> None:
    rows = re.findall(r"^\| (`.+?`) \|", TEXT, re.MULTILINE)
    named = [text for row in rows for text in re.findall(r"`(.+?)`", row)]
    assert len(named) > 30
    for text in named:
        parse_filter(text, pack)


def test_every_field_is_in_the_table() -> None:
    assert {name for name in FIELDS if not re.search(rf"\| .*`{name}[:>]", TEXT)} == set()


def test_the_sums_and_values_it_names_are_understood(pack: Pack) -> None:
    sums = re.search(r"^Sums: (.*?)\. Crore", TEXT, re.MULTILINE | re.DOTALL)
    assert sums is not None
    for amount in re.findall(r"`(.+?)`", sums[1]):
        parse_filter(f"value>={amount}", pack)
    for field in ("kind", "lang", "importance", "is", "category"):
        row = re.search(rf"^\| `{field}[:>].*? \| (.*?) \|$", TEXT, re.MULTILINE)
        assert row is not None
        for value in re.findall(r"[a-z-]+", row[1].rpartition(": ")[2]):
            if len(value) > 1:
                parse_filter(f"{field}:{value}", pack)
