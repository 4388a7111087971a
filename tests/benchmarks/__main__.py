"""`python -m tests.benchmarks [NAME …]`: runs the measurements named, or all of them, and prints their figures."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence

from tests.benchmarks import real_feeds

BENCHMARKS: Mapping[str, Callable[[], Coroutine[None, None, Sequence[str]]]] = {
    "real-feeds": real_feeds.measure,
}


def main(names: Sequence[str]) -> int:
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    for name in names or BENCHMARKS:
        print(f"== {name}", flush=True)
        for row in asyncio.run(BENCHMARKS[name]()):
            print(row, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
