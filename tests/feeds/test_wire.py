"""What a parsing process sends is what the bot gets."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

from bot.feeds.wire import packed, unpacked
from bot.model import Entry, ParsedFeed


def test_a_parsed_feed_goes_over_the_pipe_unchanged() -> None:
    entries = (
        Entry(guid="1", url="https://n.example/1", title="Один", text="दो", published_at=None, fingerprint="f"),
        Entry(
            guid=None,
            url=None,
            title="",
            text="",
            published_at=datetime(2026, 11, 23, 6, 0, tzinfo=UTC),
            fingerprint="g",
            outlet="PIB",
        ),
    )
    parsed = ParsedFeed(
        title="News", entries=entries, ttl_s=60, skip_hours=5, left_out=7, seen_entries=b"\0\xff", hub="https://h/"
    )
    assert unpacked(pickle.loads(pickle.dumps(packed(parsed)))) == parsed
    assert unpacked(packed(ParsedFeed(title="", entries=()))) == ParsedFeed(title="", entries=())
