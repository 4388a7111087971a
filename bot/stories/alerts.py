"""What is told of a story: an alert when it opens, another when a fact that matters changes, and the newer
versions of the first as its sources grow. All pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.i18n import words_in
from bot.model import Alert, Brief, BriefRow, Card, FactChange, Importance, StoredItem, StoryChange, new_id
from bot.stories.cards import card_in
from bot.stories.facets import facets_of, terms_of
from bot.stories.summary import summarise
from bot.stories.telling import Telling, tell
from bot.stories.updates import rings
from bot.stories.wording import has_words
from rules import Certainty, Pack, Rates, Stage, bundled_rates

_LOUD = frozenset({"slip", "earlier", "denied"})  # changes that are never less than high
_CHANGES_KEPT = 8  # in a brief; a card shows two


def alert_for(
    change: StoryChange,
    item: StoredItem,
    pack: Pack,
    now: datetime,
    *,
    kind: str | None = None,
    rates: Rates | None = None,
    telling: Telling | None = None,
) -> Alert | None:
    """The alert of a story that `item` opened, or the update when it changes a fact that matters; else None.

    `kind`: of the feed that brought the item, for filters. `rates`: for figures in dollars; None: those bundled.
    `telling`: of the item, where it is made already.
    """
    opened = change.before is None
    if not opened and not rings(change.changes):
        return None
    story, detection = change.after, item.detection
    assert detection is not None and story.alert_id is not None
    telling = telling or tell(item, pack, rates or bundled_rates(), now)
    importance = importance_of(pack.stages.get(detection.stage or ""), detection.certainty)
    if not opened and any(each.mark in _LOUD for each in change.changes) and importance in ("normal", "low"):
        importance = "high"
    facets = facets_of(item, detection, kind, now)
    follows = (change.earlier.alert_id if change.earlier else None) if opened else story.alert_id
    return _with_card(
        Alert(
            id=story.alert_id if opened else new_id(now),
            story_id=story.id,
            item_id=item.id,
            kind="new" if opened else "update",
            importance=importance,
            card=Card(
                label="",
                headline=item.entry.title,
                url=item.entry.url,
                summary=summarise(item.entry.title, item.judged_text, detection),
                rows=(),
                sources=story.sources if opened else story.sources[-1:],
                at=now,
            ),
            terms=terms_of(detection, pack),
            created_at=now,
            facets=replace(facets, marks=_marks(facets.marks, change.changes)),
            brief=_with_names(
                Brief(
                    certainty=detection.certainty,
                    outlet=item.outlet,
                    speaker=telling.speaker,
                    lang=detection.lang,
                    stage=detection.stage,
                    rows=telling.rows,
                    changes=change.changes,
                ),
                pack,
            ),
            follows=follows,
        )
    )


def version_of(
    alert: Alert, change: StoryChange, pack: Pack, now: datetime, *, kind: str | None = None
) -> Alert | None:
    """The alert of `change`'s story after one more report; None when its card would not say anything new.

    A report from an outlet that the card names already says nothing new by itself. A corrected card stays as
    it is. `kind`: of the feed that brought the report.
    """
    named = {source.outlet.casefold() for source in alert.card.sources}
    known = alert.brief.changes if alert.brief else ()
    fresh = tuple(each for each in change.changes if not any(_same(each, old) for old in known))
    grown = any(source.outlet.casefold() not in named for source in change.after.sources)
    if alert.corrected_at is not None or not (grown or fresh):
        return None
    facets = alert.facets
    kinds = dict.fromkeys((*facets.kinds, kind)) if kind else dict.fromkeys(facets.kinds)
    brief = alert.brief
    if brief is not None:
        rows = tuple(_renewed(row, fresh) for row in brief.rows)
        brief = _with_names(replace(brief, rows=rows, changes=(*fresh, *brief.changes)[:_CHANGES_KEPT]), pack)
    return _with_card(
        replace(
            alert,
            card=replace(alert.card, sources=change.after.sources, at=now, version=alert.card.version + 1),
            facets=replace(facets, kinds=tuple(kinds), marks=_marks(facets.marks, fresh)),
            brief=brief,
        )
    )


def correction_reply(alert: Alert, now: datetime) -> Alert:
    """The message that tells those who have `alert`, corrected already, that it was wrong and why."""
    return replace(
        alert,
        id=new_id(now),
        kind="update",
        importance="flash",
        card=replace(alert.card, at=now, version=1),
        created_at=now,
        follows=alert.id,
    )


def importance_of(stage: Stage | None, certainty: Certainty) -> Importance:
    """How loud the news is, from the step it tells and who vouches for it; not its relevance."""
    firm = certainty in ("official", "confirmed", "denied")
    match stage.importance if stage is not None else "normal":
        case "flash":
            return "flash" if firm else "high"
        case "high":
            return "high" if firm else "normal"
        case "low" if not firm:
            return "low"
        case _:
            return "normal"


def _with_card(alert: Alert) -> Alert:
    """With the English card, which the archive, the page and the search keep."""
    return replace(alert, card=card_in(alert, words_in("en")))


def _with_names(brief: Brief, pack: Pack) -> Brief:
    """With what its programmes and speakers are called in other languages. A saying's "speaker, outlet" is one of
    the names, so that a card looks up what it shows."""
    facts = [fact for row in brief.rows for fact in row.facts]
    facts += [fact for change in brief.changes for fact in (change.before, change.after) if fact is not None]
    names = dict.fromkeys((brief.speaker, *(row.name for row in brief.rows), *(fact.speaker for fact in facts)))
    found = {name: dict(pack.names_of(name)) for name in names if name and pack.names_of(name)}
    for change in brief.changes:
        speaker, comma, outlet = change.by.partition(", ")
        if known := pack.names_of(speaker):
            found[change.by] = {lang: f"{name}{comma}{outlet}" for lang, name in known.items()}
    for fact in facts:  # steps of a pack's own are called as it says
        step = pack.stages.get(str(fact.value)) if fact.kind == "stage" else None
        if step is not None and step.name and not has_words(step.id):
            found[step.id] = dict(step.name)
    return replace(brief, names=found)


def _marks(known: Iterable[str], changes: Iterable[FactChange]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *(change.mark for change in changes))))


def _same(one: FactChange, other: FactChange) -> bool:
    """Whether both say one thing: of a fact the same new value, of a denial the same claim."""
    if one.mark != other.mark:
        return False
    if one.after is None or other.after is None:
        return one.claim == other.claim
    return one.after.value == other.after.value


def _renewed(row: BriefRow, changes: Iterable[FactChange]) -> BriefRow:
    """The row with the facts that took the place of its own; where dates differ nobody knows which one holds."""
    facts = row.facts
    for change in changes:
        old, new = change.before, change.after
        if old is None or new is None or change.mark == "dates-differ":
            continue
        facts = tuple(
            new
            if (fact.programme, fact.kind, fact.value, fact.unit, fact.ordinal)
            == (old.programme, old.kind, old.value, old.unit, old.ordinal)
            else fact
            for fact in facts
        )
    return replace(row, facts=facts)
