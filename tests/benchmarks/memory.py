"""Resident memory over an hour of 6,000 feeds of 50 entries, polled every five minutes.

Time moves by hand: an hour is twelve rounds in which every feed is polled once. In each round one feed in
twenty has two new entries and the others answer 304. Counted are this process, which is the whole bot but for its
messengers and its page, and apart from it the parsing process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from rules import load_pack
from tests.benchmarks.scale import parsing_processes, quiet_servers, world

FEEDS, ENTRIES, NEW = 6_000, 50, 2
CHANGED_OF = 20  # one feed in so many changes in a round
ROUNDS = 12
INTERVAL = timedelta(minutes=6)  # the five minutes and their jitter
PORTS = 8


async def measure() -> Sequence[str]:
    """The figures as rows to print. A round's figure is taken at its end."""
    pack = load_pack("india_russia")
    before = _resident_mb("self")
    async with quiet_servers(PORTS, ENTRIES) as ports:
        urls = [
            f"http://127.0.0.1:{ports[n % PORTS]}/alone/feed/{n}?new={NEW}&changes={int(n % CHANGED_OF == 0)}"
            for n in range(FEEDS)
        ]
        async with world(urls, pack) as polled:
            ours, parsing = [], []
            for _ in range(ROUNDS + 1):
                await polled.poll_all(later=INTERVAL)
                ours.append(_resident_mb("self"))
                parsing.append(sum(_resident_mb(pid) for pid in parsing_processes()))
            items = (await polled.store.status()).items
    read, later = FEEDS * ENTRIES, FEEDS // CHANGED_OF * NEW * ROUNDS
    assert items > read + 0.9 * later, (items, read, later)  # after its first reading a feed may sit a round out
    return [
        f"{FEEDS} feeds of {ENTRIES} entries: {before:.0f} MB with the detector loaded, {ours[0]:.0f} MB after "
        f"the first reading of {read:,} entries, at most {max(ours):.0f} MB",
        "by round: " + ", ".join(f"{mb:.0f}" for mb in ours) + " MB",
        f"the parsing process beside it: at most {max(parsing):.0f} MB",
    ]


def _resident_mb(pid: int | str) -> float:
    rows = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return next(int(row.split()[1]) / 1024 for row in rows if row.startswith("VmRSS"))


if __name__ == "__main__":
    print("\n".join(asyncio.run(measure())))
