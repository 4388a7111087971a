"""The built-in pack, loaded once for all tests of the detector."""

from __future__ import annotations

import pytest

from rules import Pack, load_pack


@pytest.fixture(scope="session")
def pack() -> Pack:
    """India and Russia."""
    return load_pack("india_russia")
