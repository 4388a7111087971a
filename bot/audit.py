"""Who changed what, as words and as JSON: for /audit and `dealwire audit`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta, timezone

from bot.storage import AuditEntry

IST = timezone(timedelta(hours=5, minutes=30), "IST")


def row_of(entry: AuditEntry) -> str:
    """ "20 Nov 14:02 IST · telegram:42 · subscribe · s-400 · in telegram:-100500"."""
    parts = [f"{entry.at.astimezone(IST):%d %b %H:%M IST}", entry.who, entry.action, entry.words]
    if entry.place:
        parts.append(f"in {entry.place}")
    return " · ".join(part for part in parts if part)


def shown(entries: Sequence[AuditEntry]) -> str:
    """A line each, newest first as they come."""
    return "\n".join(map(row_of, entries)) or "Nothing was changed yet."


def as_json(entry: AuditEntry) -> dict[str, str]:
    return {
        "at": entry.at.isoformat(),
        "who": entry.who,
        "action": entry.action,
        "words": entry.words,
        "place": entry.place,
    }
