"""`dealwire feeds` as a person uses it: processes, their output and exit codes."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.feed_server import FeedServer, Report
from tests.test_cli import dealwire

pytestmark = pytest.mark.long

SIGNED = Report(title="India and Russia sign contract for five more S-400 squadrons", guid="n1")


@pytest.fixture
async def wire() -> AsyncIterator[FeedServer]:
    async with FeedServer() as server:
        server.publish("wire", [SIGNED], title="Sample Wire")
        yield server


async def feeds(folder: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    verb, *rest = arguments
    config = str(folder / "config.toml")
    return await asyncio.to_thread(dealwire, "feeds", verb, "--config", config, *rest, stdin=stdin)


@pytest.fixture
def folder(tmp_path: Path, wire: FeedServer) -> Path:
    (tmp_path / "config.toml").write_text(
        'default_feeds = false\n[database]\nurl = "sqlite:///x.db"\n'
        f'[polling]\nallow_private = ["{wire.address}"]\nper_host_gap_s = 0\n',
        encoding="utf-8",
    )
    return tmp_path


@pytest.mark.long
async def test_a_feed_is_added_listed_tested_exported_removed_and_imported(folder: Path, wire: FeedServer) -> None:
    added = await feeds(folder, "add", wire.url("wire"), "--lang", "en", "--interval", "15", "--test")
    assert added.returncode == 0, added.stderr
    assert added.stdout.startswith(f"Added: Sample Wire ({wire.url('wire')})\n")
    assert "1 entry, none with a date; 1 about the topic" in added.stdout
    assert SIGNED.title in added.stdout

    listed = json.loads((await feeds(folder, "list", "--json")).stdout)
    assert [(one["title"], one["lang"], one["from"], one["polled"]) for one in listed] == [
        ("Sample Wire", "en", "added", True)
    ]
    table = await feeds(folder, "list")
    assert "Sample Wire" in table.stdout and "1 feeds are polled" in table.stderr

    tested = await feeds(folder, "test", "all")
    assert (tested.returncode, "works" in tested.stdout) == (0, True)
    exported = await feeds(folder, "export")
    assert 'title="Sample Wire"' in exported.stdout

    again = await feeds(folder, "add", wire.url("wire"))
    assert (again.returncode, "polled already, as Sample Wire" in again.stderr) == (1, True)
    removed = await feeds(folder, "remove", "sample wire")
    assert removed.returncode == 0, removed.stderr
    assert json.loads((await feeds(folder, "list", "--json")).stdout) == []

    imported = await feeds(folder, "import", "-", stdin=exported.stdout)
    assert (imported.returncode, imported.stdout) == (0, "1 feeds added, 0 were polled already, 0 refused.\n")
    health = await feeds(folder, "health")
    assert (health.returncode, "1 of 1 feeds are well" in health.stderr) == (0, True)


@pytest.mark.long
async def test_a_feed_that_does_not_work_ends_with_an_error(folder: Path, wire: FeedServer) -> None:
    gone = wire.url("gone")
    tested = await feeds(folder, "test", gone, "--json")
    assert tested.returncode == 1
    assert json.loads(tested.stdout)["words"].startswith("HTTP 404 Not Found")
    added = await feeds(folder, "add", gone)
    assert (added.returncode, added.stdout) == (1, "")
    assert "HTTP 404" in added.stderr
    unseen = await feeds(folder, "add", gone, "--unseen")
    assert unseen.returncode == 0, unseen.stderr
    assert (await feeds(folder, "test", "all")).returncode == 1


@pytest.mark.long
async def test_a_hostile_list_is_refused_whole(folder: Path) -> None:
    bomb = '<!DOCTYPE opml [<!ENTITY a "b">]><opml><body><outline xmlUrl="https://x.example/"/></body></opml>'
    (folder / "bomb.opml").write_text(bomb, encoding="utf-8")
    done = await feeds(folder, "import", str(folder / "bomb.opml"))
    assert (done.returncode, "declares document types or entities" in done.stderr) == (1, True)
    missing = await feeds(folder, "import", str(folder / "none.opml"))
    assert (missing.returncode, "No such file" in missing.stderr) == (1, True)


async def test_wrong_usage_is_told_with_the_choices() -> None:
    done = await asyncio.to_thread(dealwire, "feeds", "add", "https://x.example/", "--lang", "xx")
    assert (done.returncode, "'en', 'hi', 'ru'" in done.stderr) == (2, True)
    done = await asyncio.to_thread(dealwire, "feeds")
    assert done.returncode == 2
