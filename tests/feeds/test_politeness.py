"""The application as the servers see it: fifteen polls and a restart, scored from the hostile server's log."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shared_material import shared
from tests.tools.hostile import hostile_server
from tests.tools.politeness import INTERVAL_S, score


@pytest.mark.shared
async def test_fifteen_polls_and_a_restart_are_perfectly_polite(tmp_path: Path) -> None:
    async with hostile_server(shared("feeds/hostile_server.py")):
        found = await score(tmp_path, polls=15)

    assert (found.unconditional, found.altered, found.early, found.needless, found.after_restart) == (
        0,
        0,
        0,
        0,
        0,
    )
    assert found.requests > 15 * 5
    assert found.least_gap_s >= INTERVAL_S / 2  # a feed's second poll takes its own place in the interval
    assert found.median_gap_s >= INTERVAL_S
