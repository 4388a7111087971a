"""The command line as a person uses it: processes, their output and exit codes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.storage import Store
from rules import load_pack
from tests.archive_samples import FEED, archive
from tests.feed_server import FeedServer, Report
from tests.servers import TelegramServer

ROOT = Path(__file__).resolve().parents[1]


def dealwire(*arguments: str, stdin: str = "", folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=folder,
        env=_environment(),
        timeout=60,
        check=False,
    )


def _environment() -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("DEALWIRE_")},
        "PYTHONPATH": str(ROOT),
        "PYTHONIOENCODING": "utf-8",
        "COLUMNS": "120",
    }


def test_the_demonstration_ends_by_itself_with_cards_in_three_languages() -> None:
    done = dealwire("demo", "--once")
    assert done.returncode == 0, done.stderr
    assert "S-400" in done.stdout
    assert "राइफल" in done.stdout  # rifle
    assert "фрегат" in done.stdout  # frigate
    assert "Monsoon" not in done.stdout
    assert "12 items read, 7 alerts shown." in done.stdout
    assert done.stderr == ""


def test_classify_writes_one_answer_a_line_and_goes_on_after_a_bad_one() -> None:
    lines = [
        json.dumps({"id": "a", "title": "India signs contract with Russia for S-400"}),
        "{broken",
        json.dumps({"id": "b", "title": "Monsoon reaches Kerala"}),
    ]
    done = dealwire("classify", stdin="\n".join(lines))
    assert done.returncode == 0
    first, bad, second = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["id"], first["relevant"], first["programmes"], first["stage"]) == (
        "a",
        True,
        ["s-400"],
        "contract",
    )
    assert bad["line"] == 2
    assert (second["id"], second["relevant"]) == ("b", False)


def test_check_tells_what_will_run(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[database]\nurl = "sqlite:///x.db"\n', encoding="utf-8")
    done = dealwire("check", "--config", str(tmp_path / "config.toml"))
    assert done.returncode == 0, done.stderr
    assert "feeds will be polled" in done.stdout
    assert not (tmp_path / "x.db").exists()


def test_a_misspelt_key_is_refused_with_its_line_and_the_right_one(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[polling]\nintervall_minutes = 5\n", encoding="utf-8")
    done = dealwire("check", "--config", str(tmp_path / "config.toml"))
    assert done.returncode == 2
    assert "config.toml" in done.stderr
    assert "2" in done.stderr
    assert "interval_minutes" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["run", "check"])
def test_a_missing_config_says_where_to_get_one(tmp_path: Path, command: str) -> None:
    done = dealwire(command, "--config", str(tmp_path / "none.toml"))
    assert done.returncode == 2
    assert "config.example.toml" in done.stderr


def test_a_filter_of_the_config_that_is_not_understood_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        '[[subscriptions]]\nchannel = "console:"\nfilter = "(s-400"\n', encoding="utf-8"
    )
    done = dealwire("check", "--config", str(tmp_path / "config.toml"))
    assert done.returncode == 2
    assert "subscription 1" in done.stderr


def test_send_test_prints_a_card_on_the_console(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[web]\nenabled = false\n", encoding="utf-8")
    done = dealwire("send-test", "console:", "--config", str(tmp_path / "config.toml"))
    assert done.returncode == 0, done.stderr
    assert "Dealwire can post here" in done.stdout


def test_send_test_refuses_a_channel_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    done = dealwire("send-test", "telegramm:1", "--config", str(tmp_path / "config.toml"))
    assert done.returncode == 2
    assert "telegram:CHAT_ID" in done.stderr


async def test_send_test_posts_to_telegram_beside_a_running_bot(tmp_path: Path) -> None:
    async with TelegramServer() as telegram:
        chat = telegram.add_private(telegram.add_user())
        config = tmp_path / "config.toml"
        config.write_text(f'[telegram]\ntoken = "{telegram.token}"\nbase_url = "{telegram.url}"\n', encoding="utf-8")
        done = await asyncio.to_thread(dealwire, "send-test", f"telegram:{chat.id}", "--config", str(config))
        assert done.returncode == 0, done.stderr
        assert "Dealwire can post here" in telegram.messages(chat)[0].text
        assert not telegram.requests("getUpdates")
        gone = await asyncio.to_thread(dealwire, "send-test", "telegram:999", "--config", str(config))
        assert gone.returncode == 1
        assert "chat not found" in gone.stderr.casefold()


async def test_run_shows_alerts_serves_the_page_and_stops_on_sigterm(tmp_path: Path) -> None:
    async with FeedServer() as feeds:
        feeds.publish("wire", [Report(title="India and Russia sign S-400 contract", text="It is worth $5.43bn.")])
        config = tmp_path / "config.toml"
        config.write_text(
            f"""
default_feeds = false
[polling]
first_read = "show"
allow_private = ["{feeds.address}"]
[[feeds]]
url = "{feeds.url("wire")}"
title = "Test Wire"
[fulltext]
enabled = false
[web]
port = 0
""",
            encoding="utf-8",
        )
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-u", "-m", "bot.cli", "run", "--config", str(config)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=tmp_path,
            env=_environment(),
        )
        assert process.stdout is not None and process.stderr is not None
        async with asyncio.timeout(30):
            shown = b""
            while b"$5.43bn" not in shown:
                shown += await process.stdout.readline()
            said = b""
            while b"page=" not in said:
                said += await process.stderr.readline()
        page = said.split(b"page=")[1].split()[0].decode().strip('"')
        async with ClientSession() as client, client.get(page) as answer:
            assert "India and Russia sign S-400 contract" in await answer.text()
        loop = asyncio.get_running_loop()
        asked_at = loop.time()
        process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(process.communicate(), 10)
        assert process.returncode == 0, errors.decode()
        assert loop.time() - asked_at < 5
        assert b"Traceback" not in errors


def test_backtest_tells_what_a_filter_would_have_sent(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[database]\nurl = "sqlite:///{tmp_path / "x.db"}"\n', encoding="utf-8")
    missing = dealwire("backtest", "s-400", "--config", str(config))
    assert missing.returncode == 1
    assert "no archive yet" in missing.stderr
    asyncio.run(_archive(f"sqlite:///{tmp_path / 'x.db'}"))
    done = dealwire("backtest", "s-400 stage>=contract", "--config", str(config))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1 of 2 alerts in the last 30 days")
    assert "five S-400 squadrons" in done.stdout
    answer = json.loads(dealwire("backtest", "brahmos", "--days", "7", "--json", "--config", str(config)).stdout)
    assert (answer["matching"], answer["days"], len(answer["per_day"])) == (0, 7, 8)
    wrong = dealwire("backtest", "stage>=contrct", "--config", str(config))
    assert wrong.returncode == 2
    assert "at character 8" in wrong.stderr
    assert "'contract'" in wrong.stderr
    assert dealwire("backtest", "x", "--days", "0", "--config", str(config)).returncode == 2


async def _archive(url: str) -> None:
    pack, now = load_pack(), datetime.now(UTC)
    async with Store.open(url) as store:
        await store.sync_feeds([FEED], lambda feed: now, now)
        await archive(store, pack, "India and Russia sign contract for five S-400 squadrons", now)
        await archive(store, pack, "India and Russia hold talks on Su-57 fighters", now)
