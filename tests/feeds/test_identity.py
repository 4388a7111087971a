"""Which entries of a poll are new, which known, which changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.feeds import Sighting, after_identifying, entry_keys, looks_renumbered, taken_over, unseen
from bot.feeds.identity import RENUMBERED_AGAIN
from bot.feeds.parse import fingerprint
from bot.model import Entry, FeedState, Known

AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=3)


def entry(
    title: str = "",
    *,
    guid: str | None = None,
    url: str | None = None,
    at: datetime | None = None,
    text: str = "",
) -> Entry:
    return Entry(guid=guid, url=url, title=title, text=text, published_at=at, fingerprint=fingerprint(title, text))


class Memory:
    """Polls of one or more feeds, each remembering what the ones before it saw, as ingestion does."""

    def __init__(self) -> None:
        self.known: dict[str, Known] = {}
        self.items: list[Known] = []
        self.states: dict[str, FeedState] = {}
        self.now = AT

    def poll(self, *entries: Entry, feed: str = "feed") -> list[str]:
        self.now += timedelta(hours=1)
        state = self.states.setdefault(feed, FeedState(feed_id=feed, due_at=AT))
        found = unseen(feed, entries, self.known, state.ids)
        if self.items and looks_renumbered(found, 0, state.ids):
            found = taken_over(found, [item for item in reversed(self.items) if item.feed_id == feed])
        self.states[feed] = after_identifying(state, found, self.now)
        for one in found.entries:
            if one.verdict == "new":
                self._add(one, feed)
            elif one.known and one.renumbered:
                for key in entry_keys(feed, one.entry, self.states[feed].ids):
                    self.known.setdefault(key, one.known)
        return [one.verdict for one in found.entries]

    def _add(self, one: Sighting, feed: str) -> None:
        item = Known(
            item_id=str(len(self.items)),
            fingerprint=one.entry.fingerprint,
            feed_id=feed,
            guid=one.entry.guid,
            url=one.entry.url,
            title=one.entry.title,
            published_at=one.entry.published_at,
            seen_at=self.now,
        )
        self.items.append(item)
        for key in one.keys:
            self.known.setdefault(key, item)


def test_an_entry_is_new_once() -> None:
    memory = Memory()
    one = entry("India buys S-400", guid="1", url="https://example.org/1", at=AT)

    assert memory.poll(one) == ["new"]
    assert memory.poll(one) == ["known"]


def test_the_same_guid_with_another_title_is_changed() -> None:
    memory = Memory()
    memory.poll(entry("Talks begin", guid="1", url="https://example.org/1"))

    assert memory.poll(entry("Minister flies home", guid="1", url="https://example.org/1")) == ["changed"]


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

    assert memory.poll(entry("Fixed", guid="200", url="https://example.org/1"), entry("Bare", guid="201", at=AT)) == [
        "known",
        "known",
    ]


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


def test_a_guid_reused_for_another_item_is_found_out_and_nothing_is_told_twice() -> None:
    memory = Memory()
    first = entry("India tests a missile", guid="top", url="https://example.org/1", at=AT)
    second = entry("Russia hands over a frigate", guid="top", url="https://example.org/2", at=LATER)

    assert memory.poll(first) == ["new"]
    assert memory.poll(second) == ["new"]
    assert memory.states["feed"].ids == "repeated"
    assert memory.poll(second) == ["known"]
    assert memory.poll(first) == ["known"]
    assert memory.poll(entry("Su-57 talks", guid="top", url="https://example.org/3", at=LATER)) == ["new"]


def test_where_guids_repeat_items_with_nothing_else_go_by_their_title() -> None:
    memory = Memory()
    memory.poll(
        entry("India tests a missile", guid="top", url="https://example.org/1"),
        entry("Russia hands over a frigate", guid="top", url="https://example.org/2"),
        entry("Monsoon reaches Kerala", guid="other"),
    )
    assert memory.states["feed"].ids == "repeated"

    assert memory.poll(entry("Monsoon reaches Kerala", guid="other")) == ["known"]
    assert memory.poll(entry("Su-57 talks", guid="other")) == ["new"]
    assert memory.poll(entry("Su-57 talks", guid="other")) == ["known"]


def test_an_edit_that_changes_the_link_too_is_no_other_item() -> None:
    memory = Memory()
    memory.poll(entry("India signs S-400 contract", guid="7", url="https://example.org/india-signs", at=AT))
    edited = entry("India signs S-400 contract: minister", guid="7", url="https://example.org/india-signs-2", at=LATER)

    assert memory.poll(edited) == ["changed"]
    assert memory.states["feed"].ids == "unique"


def test_numbers_tell_alike_titles_on_other_pages_apart_and_a_token_in_the_link_does_not() -> None:
    memory = Memory()
    page, other = "https://example.org/5", "https://example.org/6"
    memory.poll(entry("India orders 5 Ka-31 helicopters", guid="1", url=f"{page}?s=1"))

    assert memory.poll(entry("India orders 6 Ka-31 helicopters", guid="1", url=f"{page}?s=2")) == ["changed"]
    assert memory.poll(entry("India orders 6 Ka-31 helicopters", guid="1", url=f"{other}?s=3")) == ["new"]


def test_one_link_for_all_entries_loses_none() -> None:
    memory = Memory()
    page = "https://example.org/news"

    assert memory.poll(entry("One", guid="1", url=page), entry("Two", guid="2", url=page)) == ["new", "new"]
    assert memory.poll(entry("Three", guid="3", url=page), entry("Two", guid="2", url=page)) == ["new", "known"]


def test_a_link_to_the_home_page_says_nothing() -> None:
    memory = Memory()
    home = "https://example.org/"

    assert memory.poll(entry("One", url=home)) == ["new"]
    assert memory.poll(entry("Two", url=home), entry("One", url=home)) == ["new", "known"]


def test_the_same_title_and_day_on_two_pages_are_two_items() -> None:
    memory = Memory()
    memory.poll(entry("Press release", guid="1", url="https://example.org/1", at=AT))

    assert memory.poll(entry("Press release", guid="2", url="https://example.org/2", at=AT)) == ["new"]


def test_the_same_entry_twice_in_one_poll_is_new_once() -> None:
    one = entry("Same", guid="1", url="https://example.org/1")

    assert Memory().poll(one, one, one) == ["new", "known", "known"]


def test_an_item_that_stands_in_its_feed_in_two_versions_changes_once() -> None:
    memory = Memory()
    first, second = (entry(title, guid="1", url="https://example.org/1") for title in ("Talks", "Talks end"))
    memory.poll(first)

    assert memory.poll(second, first) == ["changed", "known"]


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


def site(number: int, at: datetime | None = AT) -> list[Entry]:
    """Ten items as their site has them after it was rebuilt for the `number`th time."""
    return [
        entry(
            f"Report {each} on the S-400",
            guid=f"v{number}-{each}",
            url=f"https://v{number}.example/{each}",
            at=at and at - timedelta(days=1, minutes=number + each),
            text=f"Words {each}.",
        )
        for each in range(10)
    ]


def test_known_items_under_new_ids_links_and_dates_are_taken_over_in_silence() -> None:
    memory = Memory()
    fresh = entry("India orders five frigates", guid="v2-new", url="https://v2.example/new", at=AT)

    assert memory.poll(*site(1)) == ["new"] * 10
    assert memory.poll(fresh, *site(2)) == ["new"] + ["known"] * 10
    assert memory.states["feed"].renumbered_at == memory.now
    assert memory.poll(fresh, *site(2)) == ["known"] * 11
    assert memory.states["feed"].ids == "unique"


def test_a_feed_whose_ids_change_again_and_again_goes_by_its_headlines() -> None:
    memory = Memory()
    memory.poll(*site(1))
    memory.poll(*site(2))
    assert memory.poll(*site(3)) == ["known"] * 10
    assert memory.states["feed"].ids == "changing"

    assert memory.poll(entry("A new report", guid="x", url="https://x.example/1"), *site(4)) == ["new"] + ["known"] * 10


def test_after_a_week_a_second_renumbering_is_a_first_one() -> None:
    memory = Memory()
    memory.poll(*site(1))
    memory.poll(*site(2))
    memory.now += RENUMBERED_AGAIN
    memory.poll(*site(3))

    assert memory.states["feed"].ids == "unique"


def test_titles_that_come_back_every_day_are_new_every_day() -> None:
    memory = Memory()
    for day in range(5):
        memory.now = AT + timedelta(days=day)
        today = [
            entry(
                title,
                guid=f"{day}-{title}",
                url=f"https://example.org/{day}/{title}",
                at=memory.now + timedelta(hours=1),
            )
            for title in ("Exchange rates", "Weather", "Press review", "Programme")
        ]
        assert memory.poll(*today) == ["new"] * 4, day
        assert memory.poll(*today) == ["known"] * 4, day


def test_a_burst_of_new_items_is_no_renumbering() -> None:
    memory = Memory()
    memory.poll(*site(1))
    burst = [entry(f"Burst {n}", guid=f"b{n}", url=f"https://example.org/b/{n}", at=AT) for n in range(500)]

    assert memory.poll(*burst) == ["new"] * 500
    assert memory.states["feed"].renumbered_at is None


def test_entries_that_were_not_read_count_as_known() -> None:
    three = unseen("feed", [entry(f"Title {n}", guid=str(n)) for n in range(3)], {})

    assert looks_renumbered(three, 0, "unique")
    assert not looks_renumbered(three, 47, "unique")


def test_keys_are_short_scoped_and_the_surest_comes_first() -> None:
    one = entry("Talks", guid="g" * 10_000, url="https://example.org/1", at=AT)
    keys = entry_keys("a", one)

    assert [key[:2] for key in keys] == ["g:", "t:", "u:"]
    assert [key[:2] for key in entry_keys("a", one, "repeated")] == ["l:", "t:", "u:", "g:"]
    assert [key[:2] for key in entry_keys("a", one, "changing")] == ["t:", "g:", "u:"]
    assert all(len(key) == 26 for key in keys)
    assert set(keys) & set(entry_keys("b", one)) == {keys[2]}


def test_a_sighting_says_which_item_it_is() -> None:
    one = entry("Talks", guid="1", url="https://example.org/1")
    keys = entry_keys("feed", one)
    item = Known(item_id="7", fingerprint=one.fingerprint, feed_id="feed")

    assert unseen("feed", [one], {}).entries == (Sighting(entry=one, keys=keys, verdict="new", known=None),)
    assert unseen("feed", [one], {keys[0]: item}).entries[0].known == item
    assert unseen("feed", [replace(one, guid="2")], {keys[1]: item}).entries[0].known == item
