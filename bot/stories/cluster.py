"""Which story a report belongs to.

In: a judged item, the stories of the last days and the moment. Out: a `StoryChange`. The first cut joins
reports by their headlines (the same, or nearly); joins by facts and across languages come later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.model import Source, StoredItem, Story, StoryChange, new_id
from bot.stories.similarity import SHARED_TOKENS, alike, headline_tokens

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


def assimilate(item: StoredItem, recent: RecentStories, now: datetime, *, told: bool) -> StoryChange:
    """The story that `item` opens or joins, before and after; `recent` is not changed.

    `item.detection` must say relevant. `told` is False for the silent first read of a feed: a story known
    only from such reads stays untold, and the first report outside them tells it.
    """
    detection = item.detection
    if detection is None or not detection.relevant:
        raise ValueError(f"item {item.id} is not relevant and belongs to no story")
    source = Source(outlet=item.outlet, url=item.entry.url, seen_at=item.seen_at)
    before = recent.like(item.entry.title)
    if before is None or now - before.updated_at > WINDOW:
        return StoryChange(
            before=None,
            after=Story(
                id=new_id(now),
                title=item.entry.title,
                lang=detection.lang,
                programmes=detection.programmes,
                titles=(item.entry.title,),
                sources=(source,),
                opened_at=now,
                updated_at=now,
                alert_id=new_id(now),
                told=told,
            ),
        )
    titles = before.titles
    if item.entry.title not in titles and len(titles) < TITLES_KEPT:
        titles = (*titles, item.entry.title)
    programmes = (*before.programmes, *(p for p in detection.programmes if p not in before.programmes))
    after = replace(
        before,
        titles=titles,
        programmes=programmes,
        sources=(*before.sources, source),
        updated_at=now,
        told=before.told or told,
    )
    return StoryChange(before=before, after=after)
