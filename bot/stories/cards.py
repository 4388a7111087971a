"""An alert's card in any language: label, rows, notes and, for readers of another language, a headline of its
facts.

In: an alert with its brief, the words of a language and the reader's time zone. Out: the card to lay out.
Headline, summary and quotes stay in their own language.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.i18n import Words, later
from bot.model import Alert, Brief, BriefRow, Card, FactChange, FactRow, ToldFact
from bot.stories import vocabulary
from bot.stories.wording import fact_words
from rules import Certainty

MAX_FACTS = 6  # a row longer than this is not read
_COMPOSED_FACTS = 3
_CHANGES_SHOWN = 2
ZONE = "Asia/Kolkata"  # of the English card that is kept


def card_in(alert: Alert, words: Words, zone: str = ZONE) -> Card:
    """The alert's card in that language. One without a brief (a notice) has only the card that it came with."""
    brief = alert.brief
    if brief is None:
        return alert.card
    corrected = alert.corrected_at is not None
    if corrected:  # what was retracted has no rows any more, and is not told again
        rows = _rows(brief, words) if alert.card.rows else ()
        return replace(
            alert.card,
            label=words.say(vocabulary.MARKS["corrected"]),
            summary=_corrected_summary(alert.card.summary, words),
            rows=rows,
            lang=words.lang,
            composed="",
            notes=(),
        )
    return replace(
        alert.card,
        label=_label(brief, words),
        lang=words.lang,
        composed=_composed(brief, words) if words.lang != brief.lang else "",
        rows=_rows(brief, words),
        notes=tuple(note for change in brief.changes[:_CHANGES_SHOWN] for note in _notes(change, brief, words, zone)),
    )


def name_in(brief: Brief, name: str, words: Words) -> str:
    """What a programme or speaker of the brief is called in that language."""
    return brief.names.get(name, {}).get(words.lang, name)


def _fact(fact: ToldFact, brief: Brief, words: Words) -> str:
    name = str(fact.value)
    return name_in(brief, name, words) if fact.kind == "stage" and name in brief.names else fact_words(fact, words)


def _corrected_summary(summary: str, words: Words) -> str:
    """The kept English card begins with why it was corrected; the reason itself stays as it was typed."""
    for why in (later("Retracted: {reason}"), later("Correction: {reason}")):
        begins = why.format(reason="")
        if summary.startswith(begins):
            return words.say(why, reason=summary.removeprefix(begins))
    return summary


def _notes(change: FactChange, brief: Brief, words: Words, zone: str) -> tuple[str, ...]:
    """What a change says, a line each: of a fact both sentences with outlet, speaker and day."""
    match change.mark:
        case "denied":
            return (words.say("{who} denies: {claim}", who=name_in(brief, change.by, words), claim=change.claim),)
        case "confirmed":
            return (words.say("{who} confirms: {claim}", who=name_in(brief, change.by, words), claim=change.claim),)
        case "corrected":
            return (words.say("Correction: {reason}", reason=change.claim),)
        case "dates-differ":
            one, other = later("One source: {fact}"), later("Another: {fact}")
        case _:
            one, other = later("Before: {fact}"), later("Now: {fact}")
    notes = []
    if change.before is not None:
        notes.append(words.say(one, fact=_with_source(change.before, brief, words, zone)))
    if change.after is not None:
        notes.append(words.say(other, fact=_with_source(change.after, brief, words, zone)))
    return tuple(notes)


def _with_source(fact: ToldFact, brief: Brief, words: Words, zone: str) -> str:
    """ "squadron no. 4 due 2027 (Rosoboronexport, by TASS, 20 Nov 2026): “The fourth …”"."""
    told = words.say(
        "{fact} ({source}, {day})",
        fact=_fact(fact, brief, words),
        source=_source(fact.speaker, fact.outlet, brief, words),
        day=words.day(fact.at, zone),
    )
    return f"{told}: “{fact.sentence}”" if fact.sentence else told


def _label(brief: Brief, words: Words) -> str:
    """What happened and how sure: "SLIP · OFFICIAL · Rosoboronexport, by TASS"."""
    change = brief.changes[0] if brief.changes else None
    certainty: Certainty = brief.certainty
    source = _source(brief.speaker, brief.outlet, brief, words)
    if change is not None and change.mark in ("denied", "confirmed"):
        certainty = "denied" if change.mark == "denied" else "official"
        source = name_in(brief, change.by, words)
    elif change is not None and change.after is not None:
        certainty = change.after.certainty
        source = _source(change.after.speaker, change.after.outlet, brief, words)
    if certainty == "denied":
        return " · ".join((words.say(vocabulary.MARKS["denied"]), source))
    what = vocabulary.MARKS[change.mark] if change is not None else vocabulary.NEW
    return " · ".join((words.say(what), words.say(vocabulary.CERTAINTIES[certainty]), source))


def _source(speaker: str | None, outlet: str, brief: Brief, words: Words) -> str:
    if speaker is None or speaker == outlet:
        return outlet
    unnamed = speaker.lower() in vocabulary.UNNAMED
    shown = words.say(vocabulary.SOURCES) if unnamed else name_in(brief, speaker, words)
    return words.say("{speaker}, by {outlet}", speaker=shown, outlet=outlet)


def _rows(brief: Brief, words: Words) -> tuple[FactRow, ...]:
    return tuple(_row(row, brief, words) for row in brief.rows)


def _row(row: BriefRow, brief: Brief, words: Words) -> FactRow:
    quotes: dict[str, str] = {}
    for fact in row.facts:
        quotes.setdefault(_fact(fact, brief, words), fact.quote)
    shown = list(quotes)[:MAX_FACTS]
    return FactRow(
        programme=name_in(brief, row.name, words), facts=tuple(shown), quotes=tuple(quotes[told] for told in shown)
    )


def _composed(brief: Brief, words: Words) -> str:
    """ "S-400 Triumf: контракт подписан, 5 полков" (contract signed, 5 regiments); "" when no programme is
    named."""
    if not brief.rows:
        return ""
    row = brief.rows[0]
    name = name_in(brief, row.name, words)
    change = brief.changes[0] if brief.changes else None
    if change is not None:
        what = words.say(vocabulary.MARKS[change.mark])
        moved = [_fact(fact, brief, words) for fact in (change.before, change.after) if fact is not None]
        told: Iterable[str] = (f"{what}: {' → '.join(moved)}",) if moved else (what,)
    elif brief.certainty == "denied":
        told = (words.say(vocabulary.MARKS["denied"]),)
    else:
        told = tuple(dict.fromkeys(_fact(fact, brief, words) for fact in row.facts))[:_COMPOSED_FACTS]
    return f"{name}: {', '.join(told)}" if told else words.say("{programme}: news", programme=name)
