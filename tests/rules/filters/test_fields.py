"""Fields: what each compares, and what a subject that does not tell is."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from rules import Pack, Subject, parse_filter
from tests.rules.filters.subjects import subject


@pytest.fixture
def report(pack: Pack) -> Subject:
    return subject(
        pack,
        "India signs contract for five S-400 squadrons",
        stage="contract",
        programmes=("s-400",),
        parties=("hal",),
        speakers=("rajnath-singh", "A senior official"),
        sources=("Times of India", "ANI"),
        kinds=("press", "think tank"),
        marks=("update", "slip", "confirmed"),
        importance="high",
        score=0.85,
        origins=2,
        values=[(600_000_000_000, "INR"), (5_000_000_000, "RUB")],  # at 85.9: $6.98bn; at 79: $63m
        quantities=(5, 2),
    )


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("programme:s-400", True),
        ("programme:С-400", True),  # by any of its names
        ('programme:"S-400 Triumf"', True),
        ("programme:su-57 OR programme=s-400", True),
        ("programme:sukhoi", False),
        ("-programme:s-400", False),
        ("category:air-defence", True),
        ('category:"air defence"', True),
        ("category:naval", False),
        ("party:hal", True),
        ("party:russia", True),  # the S-400 implies it
        ("party:drdo", False),
        ("speaker:rajnath-singh", True),
        ('speaker:"Rajnath Singh"', True),
        ('speaker:"senior official"', True),
        ("speaker:belousov", False),
        ("source:ani", True),
        ('source:"times of india"', True),
        ('source:"times of ani"', False),
        ("kind:press", True),
        ("kind:think-tank", True),
        ("kind:official", False),
        ("lang:en", True),
        ("lang:Russian", False),
        ("official:no", True),
        ("official:yes", False),
        ("is:update", True),
        ("is:slip", True),
        ("is:new", False),
        ("is:denied", False),
    ],
)
def test_fields_with_fixed_values(pack: Pack, report: Subject, text: str, fits: bool) -> None:
    assert parse_filter(text, pack).matches(report) is fits


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("stage:contract", True),
        ("stage:контракт", True),  # by its label
        ("stage>=contract", True),
        ("stage>contract", False),
        ("stage<delivery", True),
        ("stage>approval", True),  # later than each of the approvals
        ("stage<=approval", False),
        ("stage:approval", False),
        ("importance>=high", True),
        ("importance>high", False),
        ("importance<=normal", False),
        ("score>=0.8", True),
        ("score > 0.85", False),
        ("origins>1", True),
        ("origins=2", True),
        ("origins>=3", False),
        ("quantity>=5", True),
        ("quantity>5", False),
        ("quantity:2", True),
        ("value>=$1bn", True),
        ("value>=$7bn", False),
        ("value>$6.9bn", True),
        ("value:₹60,000cr", True),
        ("value=60,000 crore", True),
        ("value=$7bn", True),  # within one in a hundred
        ("value=$7.2bn", False),
        ("value<=5 млрд руб", True),  # the sum in roubles
        ('value<"4.9 billion roubles"', False),
        ("value>=6bn euros", True),  # $6.98bn at 0.87
        ("value>=6.5bn euros", False),
        ("value>=£1", False),  # no rate is known
        ("-value>=£1", True),
    ],
)
def test_fields_with_an_order(pack: Pack, report: Subject, text: str, fits: bool) -> None:
    assert parse_filter(text, pack).matches(report) is fits


@pytest.mark.parametrize("comparison", ["=", ">=", "<=", ">", "<"])
@pytest.mark.parametrize("field", ["stage", "score", "origins", "quantity", "value"])
def test_a_comparison_with_what_is_not_told_is_false(pack: Pack, field: str, comparison: str) -> None:
    silent = subject(pack, "Something", score=None, origins=None)
    value = {"stage": "contract", "score": "0.5", "value": "$1"}.get(field, "1")
    assert not parse_filter(f"{field}{comparison}{value}", pack).matches(silent)


def test_days_begin_at_midnight_of_the_zone(pack: Pack) -> None:
    india = ZoneInfo("Asia/Kolkata")
    evening = subject(pack, "x", published_at=datetime(2025, 12, 31, 18, 30, tzinfo=UTC))  # midnight in India
    assert parse_filter("after:2026-01-01", pack, india).matches(evening)
    assert not parse_filter("before:2026-01-01", pack, india).matches(evening)
    assert not parse_filter("after:2026-01-01", pack).matches(evening)
    assert parse_filter("after:2025 before:2026", pack).matches(evening)
    assert parse_filter("after:2025-12", pack).matches(evening)
    undated = subject(pack, "x", published_at=None)
    assert not parse_filter("after:2026-01-01", pack).matches(undated)
    assert not parse_filter("before:2026-01-01", pack).matches(undated)


def test_what_slack_escapes_is_read_as_typed(pack: Pack, report: Subject) -> None:
    wanted = parse_filter("stage&gt;=contract value&lt;$1tn", pack)
    assert wanted.text == "stage>=contract value<$1tn"
    assert wanted.matches(report)
