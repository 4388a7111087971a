"""What packs cost: loading one and two, and judging headlines with them, in CPU time of one core."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import rules
from rules import Item, Pack, built_in_packs, detect, load_pack, load_packs

_ROUNDS = 5
_ORDINARY = (
    "Sensex falls 300 points as banks slide",
    "Rain likely in Mumbai over the weekend, says IMD",
    "Actor announces new film with director",
    "Court adjourns hearing in land case to Monday",
    "मौसम विभाग ने बारिश की चेतावनी दी",  # the weather office warns of rain
    "Сборная выиграла матч в Казани",  # the team won its match in Kazan
)


async def measure() -> Sequence[str]:
    """The best of some rounds."""
    names = built_in_packs()
    rows = [f"load {name}: {_best(lambda name=name: load_pack(name)) * 1000:.0f} ms" for name in names]  # type: ignore[misc]
    rows.append(f"load {' and '.join(names)} as one: {_best(lambda: load_packs(names)) * 1000:.0f} ms")
    headlines = [*_ORDINARY * 20, *_examples(names)]
    for name, pack in (*((name, load_pack(name)) for name in names), ("both", load_packs(names))):
        each_us = _best(lambda pack=pack: _judge(pack, headlines)) / len(headlines) * 1e6  # type: ignore[misc]
        rows.append(f"detect, {name}: {each_us:.0f} µs a headline ({len(headlines)}, relevant ones among them)")
    return rows


def _examples(names: Sequence[str]) -> list[str]:
    files = [Path(rules.__file__).parent / "packs" / name / "examples.jsonl" for name in names]
    return [json.loads(line)["title"] for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def _judge(pack: Pack, headlines: Sequence[str]) -> None:
    for title in headlines:
        detect(Item(id="", title=title), pack, explain=False)


def _best(work: Callable[[], object]) -> float:
    """Seconds of CPU of the quickest of some rounds."""
    seconds: list[float] = []
    for _ in range(_ROUNDS):
        began = time.process_time()
        work()
        seconds.append(time.process_time() - began)
    return min(seconds)
