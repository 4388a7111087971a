"""`dealwire audit` as a person uses it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.model import Channel
from bot.storage import AuditEntry, Store
from tests.test_cli import dealwire

NOW = datetime(2026, 11, 20, 8, 32, tzinfo=UTC)
GROUP = Channel.parse("telegram:-100500")


async def test_the_audit_is_printed_newest_first_as_words_and_as_json(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("")
    async with Store.open(f"sqlite:///{tmp_path / 'dealwire.db'}") as store, store.write() as tx:
        for minute, words in enumerate(("s-400", "brahmos")):
            at = NOW + timedelta(minutes=minute)
            await tx.add_audit(AuditEntry.of("subscribe", words, who="telegram:7", at=at, channel=GROUP))
    config = ("--config", str(tmp_path / "config.toml"))
    done = dealwire("audit", *config)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "14:03 IST, 20 Nov 2026 · telegram:7 · subscribed · brahmos · in telegram:-100500",
        "14:02 IST, 20 Nov 2026 · telegram:7 · subscribed · s-400 · in telegram:-100500",
    ]
    [row] = dealwire("audit", "--json", "--limit", "1", *config).stdout.splitlines()
    assert json.loads(row) == {
        "at": "2026-11-20T08:33:00+00:00",
        "who": "telegram:7",
        "action": "subscribe",
        "words": "brahmos",
        "place": "telegram:-100500",
    }


def test_without_a_database_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("")
    done = dealwire("audit", "--config", str(tmp_path / "config.toml"))
    assert done.returncode == 1
    assert "does not exist" in done.stderr
    assert list(tmp_path.iterdir()) == [tmp_path / "config.toml"]
