"""Which story a report belongs to.

In: a judged item, the stories of the last days and the moment. Out: a `StoryChange`. Reports join by their
headlines (the same, or nearly); a denial and a moved date also find the story that they speak of by its facts,
see updates.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.model import FactChange, Source, StoredItem, Story, StoryChange, new_id
from bot.stories.similarity import SHARED_TOKENS, alike, headline_tokens
from bot.stories.telling import Telling
from bot.stories.updates import (
    LINK_WINDOW,
    REPLY_WINDOW,
    best_certainty,
    changes_of,
    confirmation,
    denial,
    in_order,
    merged,
    rings,
    story_denied,
    story_moved,
)
from rules import Detection, Pack

WINDOW = timedelta(days=3)  # reports of one event arrive within about two days; by judgement
TITLES_KEPT = 20


class RecentStories:
    """The stories of the window, indexed by the words of their headlines. Not shared between tasks."""

    def __init__(self, stories: Iterable[Story]) -> None:
        self._stories: dict[str, Story] = {}
        self._headlines: dict[str, list[tuple[str, ...]]] = {}
        self._by_token: defaultdict[str, set[str]] = defaultdict(set)
        for story in stories:
            self.put(story)

    def put(self, story: Story) -> None:
        """Add a story, or its newer state."""
        known = self._stories.get(story.id)
        self._stories[story.id] = story
        if known is not None and known.titles == story.titles:
            return
        self._headlines[story.id] = [headline_tokens(title) for title in story.titles]
        for tokens in self._headlines[story.id]:
            for token in tokens:
                self._by_token[token].add(story.id)

    def like(self, title: str) -> Story | None:
        """The newest story with a headline like `title`; None when there is none."""
        tokens = headline_tokens(title)
        shared: defaultdict[str, int] = defaultdict(int)
        for token in tokens:
            for story_id in self._by_token.get(token, ()):
                shared[story_id] += 1
        wanted = min(SHARED_TOKENS, len(tokens))
        candidates = (self._stories[story_id] for story_id, count in shared.items() if count >= wanted)
        for story in sorted(candidates, key=lambda story: story.updated_at, reverse=True):
            if any(alike(tokens, headline) for headline in self._headlines[story.id]):
                return story
        return None

    def with_older(self, older: Iterable[Story]) -> list[Story]:
        """The stories of the window and `older` ones, each once, as it is now."""
        return list({**{story.id: story for story in older}, **self._stories}.values())


def assimilate(
    item: StoredItem,
    recent: RecentStories,
    now: datetime,
    *,
    told: bool,
    telling: Telling | None = None,
    related: Iterable[Story] = (),
    pack: Pack | None = None,
) -> StoryChange:
    """The story that `item` opens or joins, before and after, and what it changes; `recent` is not changed.

    `item.detection` must say relevant. `told` is False for the silent first read of a feed: a story known
    only from such reads stays untold, and the first report outside them tells it. `telling` is what the item
    tells, `related` older stories of its programmes, which a denial or a moved date may speak of; with
    `telling` and `pack` left out a report changes nothing but sources.
    """
    detection = item.detection
    if detection is None or not detection.relevant:
        raise ValueError(f"item {item.id} is not relevant and belongs to no story")
    before = recent.like(item.entry.title)
    if before is not None and now - before.updated_at > WINDOW:
        before = None
    changes: tuple[FactChange, ...] = ()
    earlier: Story | None = None
    if told and telling is not None and pack is not None:
        if before is not None:
            changes = _changes(before, detection, telling, pack) if before.told else ()
        elif (found := _spoken_of(detection, telling, recent.with_older(related), pack, now)) is not None:
            changes = _changes(found, detection, telling, pack)
            near = now - found.updated_at <= REPLY_WINDOW
            before, earlier = (found, None) if near and rings(changes) else (None, found if changes else None)
    after = _opened(item, detection, now, told=told) if before is None else _joined(before, item, detection, now, told)
    facts, silent = telling.facts if telling else (), before is not None and before.told and not told
    after = replace(
        after,
        facts=after.facts if silent else merged(after.facts, facts),
        certainty=after.certainty if silent else best_certainty(after.certainty, detection.certainty),
        denied=after.denied or any(change.mark == "denied" for change in changes),
    )
    return StoryChange(before=before, after=after, changes=changes, earlier=earlier)


def denied_long_ago(change: StoryChange) -> StoryChange | None:
    """What a denial that opened a story of its own does to the older story whose claim it denies, too old for a reply
    but not for a new heading; None: it denies none."""
    if change.earlier is None:
        return None
    denials = tuple(each for each in change.changes if each.mark == "denied")
    if not denials:
        return None
    return StoryChange(before=change.earlier, after=replace(change.earlier, denied=True), changes=denials)


def _spoken_of(
    detection: Detection, telling: Telling, stories: Iterable[Story], pack: Pack, now: datetime
) -> Story | None:
    """The story with another headline that the report denies or whose due date it moves."""
    main = detection.programmes[0] if detection.programmes else None
    known = [story for story in stories if main in story.programmes and now - story.updated_at <= LINK_WINDOW]
    if detection.certainty == "denied":
        return story_denied(telling.denied, known)
    return story_moved(telling.facts, known, pack)


def _changes(story: Story, detection: Detection, telling: Telling, pack: Pack) -> tuple[FactChange, ...]:
    found = [*changes_of(story, telling.facts, pack)]
    if detection.certainty == "denied":
        found += [change] if (change := denial(story, telling.by, telling.denied)) else []
    elif change := confirmation(story, detection.certainty, telling.facts, telling.by):
        found.append(change)
    return in_order(found)


def _opened(item: StoredItem, detection: Detection, now: datetime, *, told: bool) -> Story:
    return Story(
        id=new_id(now),
        title=item.entry.title,
        lang=detection.lang,
        programmes=detection.programmes,
        titles=(item.entry.title,),
        sources=(_source(item),),
        opened_at=now,
        updated_at=now,
        alert_id=new_id(now),
        told=told,
        denied=detection.certainty == "denied",
    )


def _joined(before: Story, item: StoredItem, detection: Detection, now: datetime, told: bool) -> Story:
    titles = before.titles
    if item.entry.title not in titles and len(titles) < TITLES_KEPT:
        titles = (*titles, item.entry.title)
    programmes = (*before.programmes, *(p for p in detection.programmes if p not in before.programmes))
    return replace(
        before,
        titles=titles,
        programmes=programmes,
        sources=(*before.sources, _source(item)),
        updated_at=now,
        told=before.told or told,
    )


def _source(item: StoredItem) -> Source:
    return Source(outlet=item.outlet, url=item.entry.url, seen_at=item.seen_at)
