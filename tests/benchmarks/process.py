"""The program as a process: seconds to the first card of the demonstration, seconds to stop, memory in use."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
RUNS = 5


async def measure() -> Sequence[str]:
    """Medians over five runs of `dealwire demo`, each stopped by SIGTERM once all samples are shown."""
    first, stop, memory = [], [], []
    for _ in range(RUNS):
        started = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-u", "-m", "bot.cli", "demo"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=ROOT,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )
        assert process.stdout is not None
        async with asyncio.timeout(60):
            while not (await process.stdout.readline()).startswith(b"NEW"):
                pass
        first.append(time.monotonic() - started)
        await asyncio.sleep(1)
        memory.append(_resident_mb(process.pid))
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), 30)
        stop.append(time.monotonic() - asked)
    return [
        f"seconds from the start of `dealwire demo` to its first card: {_spread(first)}",
        f"seconds from SIGTERM to the end: {_spread(stop)}",
        f"resident memory of the process, the parsing process apart: {_spread(memory)} MB",
    ]


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    return next(int(row.split()[1]) / 1024 for row in status.splitlines() if row.startswith("VmRSS"))


def _spread(values: Sequence[float]) -> str:
    return f"median {median(values):.2f}, from {min(values):.2f} to {max(values):.2f}"
