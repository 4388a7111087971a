"""Finds the developers' material that lies beside the project on their machines and in CI, not on a user's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


def shared(path: str) -> Path:
    """The material at `path`; where it is absent the test skips with a message, in CI it fails."""
    found = SHARED / path
    if found.exists():
        return found
    message = f"NOT TESTED: {path} is absent; it lies beside the project only on developers' machines and in CI"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
