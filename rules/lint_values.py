"""What a check of a pack finds: one value for all checks, and ways to make it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rules.toml import PackError, Source


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing in a pack that is wrong (error) or doubtful (warning)."""

    severity: Literal["error", "warning"]
    check: str  # which check found it: "duplicate", "shadowed", "ambiguous" …
    file: str
    line: int  # from 1; 0: the file as a whole
    message: str  # what was found, and what to do


def error_at(error: PackError, check: str) -> Finding:
    """The finding that a mistake of the loader is."""
    return Finding("error", check, error.file, error.line, error.message)


def warning_at(source: Source, check: str, message: str, *keys: str | int) -> Finding:
    """A warning at the line of `keys`."""
    return Finding("warning", check, source.name, source.line(*keys), message)
