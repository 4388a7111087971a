"""What a corrected alert says, in the archive and everywhere it went. Pure.

In: the alert as it was told and why it was wrong. Out: the alert that stands from now on.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.i18n import Words, words_in
from bot.model import Alert, Card
from bot.storage import CorrectionKind

MARK = "corrected"  # what the filter is:corrected looks at
REASON_MAX = 400  # characters: the reason stands in the summary, which a card shows up to 900


def corrected(alert: Alert, kind: CorrectionKind, reason: str, now: datetime) -> Alert:
    """The alert as it stands from `now` on, in English, as the archive keeps its cards."""
    marks = tuple(dict.fromkeys((*alert.facets.marks, MARK)))
    return replace(
        alert,
        card=corrected_card(alert.card, kind, reason, now, words_in("en")),
        facets=replace(alert.facets, marks=marks),
        corrected_at=now,
        correction=reason,
    )


def corrected_card(card: Card, kind: CorrectionKind, reason: str, now: datetime, words: Words) -> Card:
    """`card` as its next version: labelled CORRECTED, the reason before all else. A retracted one no longer tells
    what it claimed: its summary and facts go, the headline stays so that readers know which it was."""
    told = reason_words(kind, reason, words)
    return replace(
        card,
        label=words.say("CORRECTED"),
        summary=told if kind == "retract" or not card.summary else f"{told} {card.summary}",
        rows=() if kind == "retract" else card.rows,
        composed="",
        notes=(),
        at=now,
        version=card.version + 1,
    )


def reason_words(kind: CorrectionKind, reason: str, words: Words) -> str:
    """ "Retracted: it was an exercise, no deal." """
    given = " ".join(reason.split())[:REASON_MAX]
    ended = given if given.endswith((".", "!", "?", "।")) else f"{given}."  # ।: the full stop of Hindi
    if kind == "retract":
        return words.say("Retracted: {reason}", reason=ended)
    return words.say("Correction: {reason}", reason=ended)
