"""`python -m tests.benchmarks [NAME …]`: runs the measurements named, or all of them, and prints their figures.

Each module of this folder with a coroutine `measure` is one, by its name with hyphens for underscores.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path


def names() -> list[str]:
    """The measurements there are."""
    modules = (path for path in Path(__file__).parent.glob("*.py") if not path.name.startswith("_"))
    found = (path.stem for path in modules if "async def measure(" in path.read_text("utf-8"))
    return sorted(name.replace("_", "-") for name in found)


def main(asked: Sequence[str]) -> int:
    unknown = [name for name in asked if name not in names()]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are: {', '.join(names())}", file=sys.stderr)
        return 2
    for name in asked or names():
        print(f"== {name}", flush=True)
        rows = asyncio.run(import_module(f"tests.benchmarks.{name.replace('-', '_')}").measure())
        print(*rows, sep="\n", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
