"""Which entries of a poll are new, which known, which changed."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.feeds import Sighting, entry_keys, unseen
from bot.feeds.parse import fingerprint
from bot.model import Entry

AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def entry(
    title: str = "", *, guid: str | None = None, url: str | None = None, at: datetime | None = None
) -> Entry:
    return Entry(guid=guid, url=url, title=title, text="", published_at=at, fingerprint=fingerprint(title, ""))


class Memory:
    """Polls of one or more feeds, each remembering what the ones before it saw."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def poll(self, *entries: Entry, feed: str = "feed") -> list[str]:
        sightings = unseen(feed, entries, self.known)
        for one in sightings:
            self.known |= dict.fromkeys(one.keys, one.entry.fingerprint)
        return [one.verdict for one in sightings]


def test_an_entry_is_new_once() -> None:
    memory = Memory()
    one = entry("India buys S-400", guid="1", url="https://example.org/1", at=AT)

    assert memory.poll(one) == ["new"]
    assert memory.poll(one) == ["known"]


def test_the_same_guid_with_another_title_is_changed() -> None:
    memory = Memory()
    memory.poll(entry("Talks begin", guid="1", url="https://example.org/1"))

    assert memory.poll(entry("Talks begin, update", guid="1", url="https://example.org/1")) == ["changed"]


def test_without_a_guid_the_link_decides() -> None:
    memory = Memory()
    memory.poll(entry("Talks", url="https://example.org/1?utm_source=rss"))

    assert memory.poll(entry("Talks", url="http://www.example.org/1/#c")) == ["known"]
    assert memory.poll(entry("Talks, update", url="https://example.org/1")) == ["changed"]
    assert memory.poll(entry("Talks", url="https://example.org/2")) == ["new"]


def test_an_entry_with_nothing_but_a_title_is_recognised_by_it() -> None:
    memory = Memory()

    assert memory.poll(entry("Only a title"), entry("Another title")) == ["new", "new"]
    assert memory.poll(entry("Only a title"), entry("A third title")) == ["known", "new"]


def test_entries_with_nothing_at_all_are_one() -> None:
    assert Memory().poll(entry(), entry()) == ["new", "known"]


def test_a_guid_that_changes_at_every_poll_is_seen_through() -> None:
    memory = Memory()
    memory.poll(entry("Fixed", guid="100", url="https://example.org/1"), entry("Bare", guid="101", at=AT))

    assert memory.poll(
        entry("Fixed", guid="200", url="https://example.org/1"), entry("Bare", guid="201", at=AT)
    ) == ["known", "known"]


def test_a_link_that_changes_at_every_poll_is_seen_through() -> None:
    memory = Memory()
    memory.poll(entry("Fixed", guid="1", url="https://example.org/1?s=100"))

    assert memory.poll(entry("Fixed", guid="1", url="https://example.org/1?s=200")) == ["known"]


def test_a_link_is_the_same_item_in_every_feed_but_guids_and_titles_are_not() -> None:
    memory = Memory()
    memory.poll(entry("Talks", guid="1", url="https://example.org/1", at=AT), feed="a")

    assert memory.poll(entry("Talks - Wire", guid="x", url="https://example.org/1"), feed="b") == ["known"]
    assert memory.poll(entry("Talks", guid="1", url="https://other.example/1", at=AT), feed="b") == ["new"]


def test_one_guid_for_all_entries_loses_none() -> None:
    memory = Memory()
    first = [entry(f"Story {n}", guid="same", url=f"https://example.org/{n}") for n in range(3)]

    assert memory.poll(*first) == ["new", "new", "new"]
    assert memory.poll(entry("Story 3", guid="same", url="https://example.org/3"), *first) == [
        "new",
        "known",
        "known",
        "known",
    ]


def test_one_link_for_all_entries_loses_none() -> None:
    memory = Memory()
    home = "https://example.org/"

    assert memory.poll(entry("One", guid="1", url=home), entry("Two", guid="2", url=home)) == ["new", "new"]
    assert memory.poll(entry("Three", guid="3", url=home), entry("Two", guid="2", url=home)) == ["new", "known"]


def test_the_same_entry_twice_in_one_poll_is_new_once() -> None:
    one = entry("Same", guid="1", url="https://example.org/1")

    assert Memory().poll(one, one, one) == ["new", "known", "known"]


def test_spellings_of_one_link_in_one_poll_are_new_once() -> None:
    spellings = (
        "https://example.org/s?id=7&utm_source=rss",
        "http://www.example.org/s/?id=7",
        "https://example.org/amp/s?id=7",
    )

    assert Memory().poll(*(entry("Same article", url=url) for url in spellings)) == ["new", "known", "known"]


def test_late_publication_is_new_all_the_same() -> None:
    memory = Memory()
    memory.poll(entry("Newer", guid="2", at=AT))

    assert memory.poll(entry("Older", guid="1", at=datetime(2026, 11, 1, tzinfo=UTC))) == ["new"]


def test_keys_are_short_scoped_and_the_surest_comes_first() -> None:
    one = entry("Talks", guid="g" * 10_000, url="https://example.org/1", at=AT)
    keys = entry_keys("a", one)

    assert [key[:2] for key in keys] == ["g:", "t:", "u:"]
    assert all(len(key) == 26 for key in keys)
    assert set(keys) & set(entry_keys("b", one)) == {keys[2]}


def test_a_sighting_says_by_which_key_it_was_known() -> None:
    one = entry("Talks", guid="1", url="https://example.org/1")
    keys = entry_keys("feed", one)

    assert unseen("feed", [one], {}) == (Sighting(entry=one, keys=keys, verdict="new", matched=None),)
    assert unseen("feed", [one], {keys[0]: one.fingerprint})[0].matched == keys[0]
