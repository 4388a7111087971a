"""Speed and memory of detection, against a bare pass on the same text in the same run.

A bare pass is `casefold` and one Aho-Corasick search of the same aliases: the least that any keyword matcher must
do. Ratios of CPU time are what counts; the absolute figures belong to the machine. Headlines are real ones where
the shared ones are present, otherwise the pack's own counter-examples.
"""

from __future__ import annotations

import json
import lzma
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib import resources
from pathlib import Path

from ahocorasick_rs import AhoCorasick, MatchKind

from rules import Item, Pack, detect, load_pack
from tests.benchmarks import detection_article
from tests.benchmarks.detection_article import HOSTILE

_SHARED = Path(__file__).resolve().parents[2] / "../shared/eval/headlines.dev.tsv.xz"
_EACH = 2_000  # headlines per language
_FEW = 50  # of them for the regular expressions
_ROUNDS = 5  # the fastest counts: others measure the machine's other work
_LANGUAGES = ("en", "hi", "ru")


async def measure() -> Sequence[str]:
    """The figures of docs/performance.md, section Detection."""
    pack = load_pack()
    aliases = sorted(pack.lexicon.strings)
    bare = AhoCorasick(aliases, matchkind=MatchKind.Standard)
    rows = [f"aliases as strings: {len(aliases):,}"]
    rows += _headlines(pack, bare, aliases)
    rows += await detection_article.measure()
    rows += _load()
    rows += _growth(pack)
    return rows


def _headlines(pack: Pack, bare: AhoCorasick, aliases: Sequence[str]) -> list[str]:
    patterns = [re.compile("|".join(map(re.escape, part))) for part in _thirds(aliases)]
    rows = []
    for lang in _LANGUAGES:
        items = [item for item in _ordinary(lang) if not detect(item, pack, explain=False).relevant]
        texts = [f"{item.title}\n{item.text}" for item in items]

        def with_bare(texts: Sequence[str] = texts) -> None:
            for text in texts:
                bare.find_matches_as_indexes(text.casefold(), overlapping=True)

        def with_detect(items: Sequence[Item] = items) -> None:
            for item in items:
                detect(item, pack, explain=False)

        least, ours = _fastest(with_bare, len(items)), _fastest(with_detect, len(items))

        def with_patterns(texts: Sequence[str] = texts[:_FEW]) -> None:
            for text in texts:
                for pattern in patterns:
                    pattern.search(text.casefold())

        slow = _fastest(with_patterns, len(texts[:_FEW]), 1)
        rows.append(
            f"ordinary headlines, {lang}: bare pass {least * 1e6:.1f} us, detection {ours * 1e6:.1f} us each"
            f" = {least / ours:.0%} of its rate; three regex alternations {slow * 1e6:,.0f} us"
        )
    return rows


def _load() -> list[str]:
    """Time and memory of a pack, in a process of its own that has only imported the code before."""
    code = (
        "import time, re, rules, rules.languages; rules.languages.stem('warm')\n"
        "def peak():\n"
        "    status = open('/proc/self/status').read()\n"
        "    return int(re.search(r'VmHWM:\\s*(\\d+)', status)[1])\n"
        "before, began = peak(), time.process_time()\n"
        "pack = rules.load_pack(); took = time.process_time() - began\n"
        "rules.detect(rules.Item(id='1', title='India signs S-400 contract with Russia'), pack)\n"
        "print(took, peak() - before)"
    )
    found = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
        for _ in range(_ROUNDS)
    ]
    took = min(float(seconds) for seconds, _ in found)
    memory = max(int(kilobytes) for _, kilobytes in found)
    return [f"pack: loaded in {took * 1e3:.0f} ms, {memory / 1024:.0f} MB added at most"]


def _growth(pack: Pack) -> list[str]:
    """Milliseconds for 1 kB, 10 kB, 100 kB and 1 MB of each hostile text; linear means ten times each step."""
    rows = []
    for name, piece in HOSTILE.items():
        took = []
        for size in (1_000, 10_000, 100_000, 1_000_000):
            item = Item(id="1", title="India signs S-400 contract with Russia", text=piece * (size // len(piece)))
            took.append(_fastest(partial(detect, item, pack), 1, 2 if size < 1_000_000 else 1))
        rows.append(f"growth, {name}: " + "  ".join(f"{seconds * 1e3:.1f}" for seconds in took) + " ms")
    return rows


def _fastest(run: Callable[[], object], count: int, rounds: int = _ROUNDS) -> float:
    """Seconds of one of `count` in the fastest round."""
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        run()
        best = min(best, time.process_time() - began)
    return best / count


def _thirds(aliases: Sequence[str]) -> list[Sequence[str]]:
    third = len(aliases) // 3 + 1
    return [aliases[start : start + third] for start in range(0, len(aliases), third)]


def _ordinary(lang: str) -> Iterable[Item]:
    if _SHARED.is_file():
        with lzma.open(_SHARED, "rt", encoding="utf-8") as lines:
            rows = [line.rstrip("\n").split("\t") for line in lines]
        found = [row for row in rows if row[0] == lang][:_EACH]
        return [Item(id=str(n), title=row[2], text="".join(row[3:4])) for n, row in enumerate(found)]
    written = (resources.files("rules") / "packs/india_russia/examples.jsonl").read_text("utf-8").splitlines()
    examples = [row for row in map(json.loads, written) if row["lang"] == lang and not row["label"]]
    return [Item(id=row["id"], title=row["title"], text=row.get("text", "")) for row in examples]
