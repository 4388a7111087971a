"""What came before: Slack repeats what it thinks was lost, and an attacker what was overheard."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

SEEN_MAX = 5000  # ids remembered; hours of a busy workspace


class Seen:
    """Ids of envelopes, events, triggers and requests."""

    def __init__(self, most: int = SEEN_MAX) -> None:
        self._most = most
        self._ids: OrderedDict[str, None] = OrderedDict()

    def again(self, ids: Iterable[object]) -> bool:
        """Whether any of them came before; all count as seen from now on. Empty ones do not count."""
        known = [str(one) for one in ids if one]
        again = any(one in self._ids for one in known)
        for one in known:
            self._ids[one] = None
        while len(self._ids) > self._most:
            self._ids.popitem(last=False)
        return again

    def forget(self, ids: Iterable[object]) -> None:
        """They are to come again: what they asked for failed."""
        for one in ids:
            self._ids.pop(str(one), None)


def ids_of(body: Mapping[str, Any]) -> tuple[str, ...]:
    """What stays the same when Slack sends something again: an event's id, the trigger of a command or a click."""
    # A modal that was handed in with a mistake may come again with the same trigger, corrected.
    names = ("event_id",) if "view" in body else ("event_id", "trigger_id")
    return tuple(str(body[name]) for name in names if body.get(name))
