"""`dealwire slack`: manifests, keys and codes as an operator gets them."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.claims import hash_of
from bot.model import Channel
from bot.storage import Store
from tests.adapters.offices import KEY, office
from tests.adapters.recorder import Recorder
from tests.servers import CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET, SlackServer
from tests.test_cli import dealwire

pytestmark = pytest.mark.long

FIRST_KEY = "A" * 43 + "="


def config_at(folder: Path, keys: str) -> tuple[str, str]:
    (folder / "config.toml").write_text(
        f'[slack]\nclient_id = "{CLIENT_ID}"\nclient_secret = "{CLIENT_SECRET}"\nsigning_secret = "{SIGNING_SECRET}"\n'
        f'token_key = "{keys}"\npublic_url = "https://bot.example.org"\n'
    )
    return ("--config", str(folder / "config.toml"))


def test_the_manifest_for_http_names_the_given_address() -> None:
    plain, http = dealwire("slack", "manifest"), dealwire("slack", "manifest", "--url", "https://bot.example.org")
    assert json.loads(plain.stdout)["settings"]["socket_mode_enabled"]
    assert "https://bot.example.org/slack/events" in http.stdout
    refused = dealwire("slack", "manifest", "--url", "http://bot.example.org")
    assert (refused.returncode, refused.stdout) == (2, "")


def test_a_key_is_new_each_time_and_one_that_the_configuration_takes(tmp_path: Path) -> None:
    one, other = dealwire("slack", "key").stdout.strip(), dealwire("slack", "key").stdout.strip()
    assert one != other
    done = dealwire("check", *config_at(tmp_path, f"{one},{other}"))
    assert done.returncode == 0, done.stderr
    assert "install at https://bot.example.org/slack/install" in done.stdout
    assert one not in done.stdout


async def test_a_code_lets_one_workspace_in(tmp_path: Path) -> None:
    done = await asyncio.to_thread(dealwire, "slack", "claim", *config_at(tmp_path, KEY))
    [code] = re.findall(r"/dealwire claim ([0-9a-z]{24})", done.stdout)
    async with Store.open(f"sqlite:///{tmp_path / 'dealwire.db'}") as store, store.write() as tx:
        embassy = Channel.parse("slack:T0EMBASSY")
        assert await tx.use_workspace_claim(hash_of(code), embassy, by="slack:T0EMBASSY/U1", now=datetime.now(UTC))


async def test_stored_tokens_are_put_under_the_first_key(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'dealwire.db'}"
    async with SlackServer() as slack, Store.open(url) as store, office(store, slack, Recorder()) as running:
        embassy = slack.add_workspace("T0EMBASSY")
        await running.install(embassy, slack.add_user(at=embassy))
    without = await asyncio.to_thread(dealwire, "slack", "reseal", *config_at(tmp_path, FIRST_KEY))
    assert without.returncode == 1
    assert "another key" in without.stderr
    done = await asyncio.to_thread(dealwire, "slack", "reseal", *config_at(tmp_path, f"{FIRST_KEY},{KEY}"))
    assert done.stdout.startswith("1 workspaces' tokens")
    again = await asyncio.to_thread(dealwire, "slack", "reseal", *config_at(tmp_path, FIRST_KEY))
    assert again.returncode == 0, again.stderr


def test_with_one_workspace_there_is_nothing_to_let_in(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("")
    for part in ("claim", "reseal"):
        assert dealwire("slack", part, "--config", str(tmp_path / "config.toml")).returncode == 2
