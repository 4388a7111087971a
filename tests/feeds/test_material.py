"""The developers' hostile server and feed corpora, driven by their own runners; the floors are what we reach.

In CI the whole hostile set runs (75 s of an idle machine). Elsewhere only its cases that need a server: redirects,
sizes and times, raw TCP; the bodies of most others stand in the `hostile` corpus.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.shared_material import ROOT, shared
from tests.tools.corpus_target import parse

SERVED = ("redirect", "size", "raw")  # categories of the hostile set
HOSTILE_FLOOR, SERVED_FLOOR = 247, 62  # cases, all of them passed
RECALL_FLOOR = (
    0.995  # of feedparser's items; the rest have nothing to be matched by, feedparser itself reaches 0.998
)
STATED_FLOOR = 804  # of 827 values that the corpora state themselves; feedparser itself reaches 737
JSON_FEEDS_FLOOR = 16
# Where feedparser takes seconds to minutes: `FeedParser` kills its process. The last one only on a busy machine.
SLOW_BY_DESIGN = {"many-attributes.xml", "redos-author.xml", "redos-author-20.xml", "deep-nesting.xml"}

pytestmark = [pytest.mark.shared, pytest.mark.timeout(300)]


async def run(folder: Path, *arguments: object) -> str:
    """What the script printed; it works in `folder`, where it may leave its results, and finds our code."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *map(str, arguments),
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()[-2_000:]
    return output.decode()


@pytest.fixture
async def hostile_server() -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(shared("feeds/hostile_server.py")),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    async with asyncio.timeout(30):
        started = await process.stdout.readline()
    assert b"hostile server" in started, "it did not start: are ports 8950-8953 free?"
    yield
    if process.returncode is None:
        process.terminate()
    await process.wait()
    await process.stdout.read()


async def test_the_hostile_server_gets_nowhere(hostile_server: None, tmp_path: Path) -> None:
    in_ci = bool(os.environ.get("CI"))
    selections = [[]] if in_ci else [["-k", category] for category in SERVED]
    outputs = [tmp_path / f"{number}.json" for number, _ in enumerate(selections)]
    target = "tests.tools.hostile_target:fetch"

    await asyncio.gather(
        *(
            run(tmp_path, shared("feeds/run_hostile.py"), "-t", target, "-j", 8, "-o", output, *selection)
            for selection, output in zip(selections, outputs, strict=True)
        )
    )

    cases: dict[str, Any] = {case["path"]: case for output in outputs for case in json.loads(output.read_text())}
    assert {path: case["bad"] for path, case in cases.items() if case["bad"]} == {}
    assert len(cases) >= (HOSTILE_FLOOR if in_ci else SERVED_FLOOR)
    assert max(case.get("rss_mb", 0) for case in cases.values()) < 150
    assert json.load(urllib.request.urlopen("http://127.0.0.1:8950/_log/canary")) == []  # noqa: ASYNC210


async def test_the_corpora_are_read(tmp_path: Path) -> None:
    for name in ("run_corpus.py", "corpora", "expected"):  # the runner writes beside itself: not into the material
        (tmp_path / name).symlink_to(shared(f"feeds/{name}"))
    output = tmp_path / "corpus.json"

    await run(
        tmp_path,
        *(tmp_path / "run_corpus.py", "run", "-t", "tests.tools.corpus_target:parse"),
        *("-o", output, "--timeout", 4),
    )

    corpora: dict[str, Any] = json.loads(output.read_text())["corpora"]
    total = {
        name: sum(corpus[name] for corpus in corpora.values())
        for name in ("raise_", "died", "leak", "canary", "matched", "base_items", "stated_ok")
    }
    assert (total["raise_"], total["died"], total["leak"], total["canary"]) == (0, 0, 0, 0)
    assert total["matched"] >= RECALL_FLOOR * total["base_items"]
    assert total["stated_ok"] >= STATED_FLOOR
    hung = [problem[0] for corpus in corpora.values() for problem in corpus["problems"] if problem[1] == "hang"]
    assert set(hung) <= SLOW_BY_DESIGN
    invariants = set().union(*(corpus["inv"] for corpus in corpora.values()))
    assert invariants <= {"no_title", "no_id_no_link"}


def test_every_json_feed_of_the_corpora_is_read() -> None:
    feeds = [path for path in sorted(shared("feeds/corpora").rglob("*.json")) if _is_json_feed_with_items(path)]

    unread = [
        str(path) for path in feeds if not parse(path.read_bytes(), "application/feed+json", "http://a.example/")
    ]

    assert unread == []
    assert len(feeds) >= JSON_FEEDS_FLOOR


def _is_json_feed_with_items(path: Path) -> bool:
    try:
        whole = json.loads(path.read_text("utf-8-sig"))
    except (ValueError, RecursionError):
        return False
    return (
        isinstance(whole, dict)
        and "jsonfeed.org" in str(whole.get("version"))
        and _some_object(whole.get("items"))
    )


def _some_object(items: object) -> bool:
    return isinstance(items, list) and any(isinstance(item, dict) and item for item in items)
