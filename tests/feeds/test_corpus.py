"""The developers' feed corpora, driven by their own runner; the floors are what we reach."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.feeds.test_incremental import assert_parts_read_like_the_whole
from tests.shared_material import ROOT, shared
from tests.tools.corpus_target import parse

RECALL_FLOOR = 0.999  # of feedparser's items
STATED_FLOOR = 804  # of 827 values that the corpora state themselves; feedparser itself reaches 737
JSON_FEEDS_FLOOR = 16
PARTS_FLOOR = 900  # entries left out of the well-formed files that have several
# Items that the runner cannot match with feedparser's, since that read their title wrong (without chardet, with
# its markup or a control character). What we read instead:
READ_OTHERWISE = {
    "tests/illformed/chardet/eucjp.xml": "ゲーム三昧な正月",  # New Year full of games, in EUC-JP
    "tests/illformed/chardet/euckr.xml": "EUC-KR 에서 TypeKey 한글닉네임 표시하기",  # Korean nicknames, in EUC-KR
    "tests/illformed/chardet/gb2312.xml": "不归移民漫画系列：专业工作",  # a comic on emigrants, in GB2312
    "tests/illformed/chardet/koi8r.xml": "Как пережить новогоднюю ночь",  # how to survive New Year, in KOI8-R
    "tests/illformed/chardet/shiftjis.xml": "DrecomRSSに記事投稿が反映されない…",  # posts missing, in Shift JIS
    "src/parser/fixtures/atom/html-title.xml": "say what?",
    "src/parser/fixtures/atom/xhtml-title.xml": "say what?",
    "testdata/parser/rss/rss_channel_item_illegal_char.xml": "abcd",
    "tests/wellformed/sanitize/entry_title_crazy.xml": "Crazy HTML -- Can Your Regex Parse This?",
}

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


@pytest.mark.long
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
        for name in ("raise_", "hang", "died", "leak", "canary", "matched", "base_items", "stated_ok")
    }
    assert [total[name] for name in ("raise_", "hang", "died", "leak", "canary")] == [0] * 5
    assert total["matched"] + len(READ_OTHERWISE) >= RECALL_FLOOR * total["base_items"]
    assert total["stated_ok"] >= STATED_FLOOR
    invariants = set().union(*(corpus["inv"] for corpus in corpora.values()))
    assert invariants <= {"no_title", "no_id_no_link"}


@pytest.mark.parametrize("name", READ_OTHERWISE)
def test_what_feedparser_reads_wrong_is_read_right(name: str) -> None:
    (path,) = shared("feeds/corpora").glob(f"*/data/{name}")

    (item,) = parse(path.read_bytes(), "application/xml", "http://a.example/")

    assert item["title"].startswith(READ_OTHERWISE[name])


def test_every_json_feed_of_the_corpora_is_read() -> None:
    feeds = [path for path in sorted(shared("feeds/corpora").rglob("*.json")) if _is_json_feed_with_items(path)]

    unread = [str(path) for path in feeds if not parse(path.read_bytes(), "application/feed+json", "http://a.example/")]

    assert unread == []
    assert len(feeds) >= JSON_FEEDS_FLOOR


@pytest.mark.long
def test_every_part_of_a_document_reads_like_the_whole() -> None:
    left_out = 0
    for path in [
        *sorted(shared("feeds/corpora").glob("*/data/**/*")),
        *sorted(shared("feeds/news").glob("*.xml")),
    ]:
        if path.is_file() and path.stat().st_size < 1_000_000:
            left_out += assert_parts_read_like_the_whole(path.read_bytes(), "", "http://a.example/feed", first=4)

    assert left_out >= PARTS_FLOOR


def _is_json_feed_with_items(path: Path) -> bool:
    try:
        whole = json.loads(path.read_text("utf-8-sig"))
    except (ValueError, RecursionError):
        return False
    return isinstance(whole, dict) and "jsonfeed.org" in str(whole.get("version")) and _some_object(whole.get("items"))


def _some_object(items: object) -> bool:
    return isinstance(items, list) and any(isinstance(item, dict) and item for item in items)
