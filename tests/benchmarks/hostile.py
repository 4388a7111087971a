"""The developers' hostile server: all its cases through our fetching and parsing, by its own runner."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.tools.hostile import FEEDS, asked, hostile_server, run_cases


async def measure() -> Sequence[str]:
    """The figures as rows to print; one row that says so where the hostile server is not on this machine."""
    if not FEEDS.exists():
        return ["not measured: the hostile server lies beside the project only on developers' machines"]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        async with hostile_server():
            cases = await run_cases(Path(folder), "-j", 8)
            inside = await asked("/_log/canary")
    took_s = time.monotonic() - began
    passed = sum(not case["bad"] for case in cases.values())
    most_mb = max(case.get("rss_mb", 0) for case in cases.values())
    outcomes = Counter(case["outcome"] for case in cases.values())
    return [
        f"{passed} of {len(cases)} cases passed; requests that reached the inside: {len(inside)}; "
        f"most memory of one case {most_mb} MB; {took_s:.0f} s in all",
        f"outcomes: {', '.join(f'{name} {count}' for name, count in sorted(outcomes.items()))}",
        *(f"  {path}: {'; '.join(case['bad'])}" for path, case in cases.items() if case["bad"]),
    ]
