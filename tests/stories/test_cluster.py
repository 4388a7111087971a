"""Reports become stories: copies join, others open their own, silent first reads are told later."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.stories import WINDOW, RecentStories, assimilate
from rules import Pack
from tests.stories.factory import NOW, judged

HEADLINE = "India and Russia sign contract for five more S-400 squadrons"
COPY = "India, Russia sign contract for five more S-400 squadrons - Example Post"


def test_a_report_of_something_new_opens_a_story(pack: Pack) -> None:
    change = assimilate(judged(pack, HEADLINE), RecentStories(()), NOW, told=True)
    assert change.before is None
    assert change.after.title == HEADLINE
    assert [source.outlet for source in change.after.sources] == ["Sample Wire"]


def test_a_copy_joins_and_keeps_the_first_headline(pack: Pack) -> None:
    first = assimilate(judged(pack, HEADLINE), RecentStories(()), NOW, told=True).after
    later = NOW + timedelta(minutes=10)
    change = assimilate(judged(pack, COPY, outlet="Example Post"), RecentStories([first]), later, told=True)
    assert change.before == first
    assert change.after.id == first.id
    assert change.after.title == HEADLINE
    assert [source.outlet for source in change.after.sources] == ["Sample Wire", "Example Post"]
    assert change.after.updated_at == later


def test_the_same_headline_after_the_window_is_a_new_story(pack: Pack) -> None:
    old = assimilate(judged(pack, HEADLINE), RecentStories(()), NOW, told=True).after
    later = NOW + WINDOW + timedelta(minutes=1)
    assert assimilate(judged(pack, HEADLINE), RecentStories([old]), later, told=True).before is None


def test_a_story_put_again_is_found_by_its_new_headline_too(pack: Pack) -> None:
    recent = RecentStories(())
    story = assimilate(judged(pack, HEADLINE), recent, NOW, told=True).after
    recent.put(story)
    other = "Moscow and New Delhi agree on further S-400 Triumf squadrons at the summit"
    recent.put(type(story)(**{**{f: getattr(story, f) for f in story.__slots__}, "titles": (HEADLINE, other)}))
    found = recent.like(other)
    assert found is not None and found.id == story.id


def test_a_silent_story_is_told_by_the_first_report_that_is_not_silent(pack: Pack) -> None:
    silent = assimilate(judged(pack, HEADLINE), RecentStories(()), NOW, told=False).after
    assert not silent.told
    still = assimilate(judged(pack, COPY), RecentStories([silent]), NOW, told=False).after
    assert not still.told
    change = assimilate(judged(pack, COPY), RecentStories([still]), NOW, told=True)
    assert change.before is not None and not change.before.told
    assert change.after.told


def test_an_irrelevant_item_belongs_to_no_story(pack: Pack) -> None:
    with pytest.raises(ValueError, match="not relevant"):
        assimilate(judged(pack, "Monsoon reaches Kerala"), RecentStories(()), NOW, told=True)
