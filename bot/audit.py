"""Who changed what, as words and as JSON: for /audit and `dealwire audit`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.i18n import Words, later, words_in
from bot.settings import IST
from bot.storage import AuditEntry

# What the log calls an action -> what is told of it; others are told by their own word.
ACTIONS: Mapping[str, str] = {
    "subscribe": later("subscribed"),
    "unsubscribe": later("unsubscribed"),
    "edit": later("filter changed"),
    "pause": later("paused"),
    "resume": later("resumed"),
    "settings": later("settings"),
    "claim": later("became an operator"),
    "demote": later("no operator any more"),
    "ask": later("asked for access"),
    "approve": later("approved"),
    "refuse": later("refused"),
    "propose": later("proposed a correction"),
    "correct": later("corrected"),
    "retract": later("retracted"),
    "leave": later("left as it is"),
    "feed": later("feed"),
    "forget": later("forgotten"),
    "who": later("who may change it"),
}
# What the log says of a change in fixed words; everything else is what was typed, or a name.
_WORDS: Mapping[str, str] = {
    "all alerts": later("all alerts"),
    "is an operator now": "",
    "a person's data": later("a person's data"),
}


def row_of(entry: AuditEntry, words: Words, zone: str = IST) -> str:
    """ "14:02 IST, 20 Nov 2026 · telegram:42 · subscribed · s-400 · in telegram:-100500"."""
    action, told = ACTIONS.get(entry.action), _WORDS.get(entry.words, entry.words)
    parts = [
        words.moment(entry.at, zone),
        entry.who,
        words.say(action) if action else entry.action,
        words.say(told) if told and told is not entry.words else told,
        words.say("in {place}", place=entry.place) if entry.place else "",
    ]
    return " · ".join(part for part in parts if part)


def shown(entries: Sequence[AuditEntry], words: Words | None = None, zone: str = IST) -> str:
    """A line each, in English by default, newest first as they come."""
    words = words or words_in("en")
    return "\n".join(row_of(entry, words, zone) for entry in entries) or words.say("Nothing was changed yet.")


def as_json(entry: AuditEntry) -> dict[str, str]:
    return {
        "at": entry.at.isoformat(),
        "who": entry.who,
        "action": entry.action,
        "words": entry.words,
        "place": entry.place,
    }
