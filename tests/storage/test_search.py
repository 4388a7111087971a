"""Search: by whole terms, newest first, page by page, whatever the terms are."""

from __future__ import annotations

from bot.storage import Store
from tests.storage.samples import add_alerts, alert, card

HOSTILE = (
    '"', "'", '""', 'a" OR "b', "a", "NOT a", "a*", "^a", "terms:a", "(a", "a AND b", "{", "NEAR(a b)", "%", "_",
    "\\", ",", "{}", "NULL", "--", ";", "$1", ":a", "₹", "\U0001f680", "é", "e", "ё", "е", "a b", " ", "A",
    "\ud800x", "x\0y", "x" * 5000,
)  # fmt: skip


async def _ids(store: Store, *groups: list[str], limit: int = 20, before_id: str | None = None) -> list[str]:
    return [found.id for found in await store.search(groups, limit, before_id)]


async def test_an_alert_comes_back_whole(store: Store) -> None:
    await add_alerts(store, alert("a", terms=("c:s-400", "регимент")))  # regiment
    assert await store.alert("a") == alert("a", terms=("c:s-400", "регимент"))
    assert (await store.search([["c:s-400"]], 1))[0].card == card()
    assert [each.id for each in await store.alerts_of_story("story-1")] == ["a"]
    assert await store.alert("b") is None


async def test_every_group_must_have_a_term_there(store: Store) -> None:
    await add_alerts(
        store,
        alert("a", terms=("c:s-400", "sign", "c:india")),
        alert("b", terms=("c:s-400", "deny")),
        alert("c", terms=("c:su-57", "sign")),
    )
    assert await _ids(store, ["c:s-400"]) == ["b", "a"]
    assert await _ids(store, ["c:s-400"], ["sign"]) == ["a"]
    assert await _ids(store, ["c:s-400", "c:su-57"], ["sign", "deny"]) == ["c", "b", "a"]
    assert await _ids(store, ["c:s-400"], ["absent"]) == []
    assert await _ids(store, ["c:s-400"], []) == []
    assert await _ids(store) == ["c", "b", "a"]


async def test_a_term_is_found_only_whole(store: Store) -> None:
    terms = ("c:su-30mki", "सौदा", "договор")  # the last two: deal, in Hindi and Russian
    await add_alerts(store, alert("a", terms=terms))
    assert [await _ids(store, [term]) for term in terms] == [["a"]] * 3
    parts = ("c:su-30", "su-30mki", "su", "30mki", "c", "सौद", "सौ", "дого")
    assert [await _ids(store, [part]) for part in parts] == [[]] * len(parts)


async def test_any_term_finds_itself_and_nothing_else(store: Store) -> None:
    await add_alerts(store, *(alert(f"{place:02}", terms=(term, "c:x")) for place, term in enumerate(HOSTILE)))
    for place, term in enumerate(HOSTILE):
        assert await _ids(store, [term]) == [f"{place:02}"], term
        assert await _ids(store, [term, "absent"], ["c:x"]) == [f"{place:02}"], term
        assert await _ids(store, [term], ["absent"]) == [], term


async def test_an_empty_term_finds_nothing(store: Store) -> None:
    await add_alerts(store, alert("a", terms=("", "\0")))
    assert await _ids(store, [""]) == []
    assert await _ids(store, ["\0"]) == []


async def test_pages_follow_each_other(store: Store) -> None:
    names = [f"alert-{number:02}" for number in range(10)]
    await add_alerts(
        store, *(alert(name, terms=("even" if number % 2 == 0 else "odd",)) for number, name in enumerate(names))
    )
    assert [each.id for each in await store.latest(3)] == ["alert-09", "alert-08", "alert-07"]
    assert [each.id for each in await store.latest(3, before_id="alert-07")] == [
        "alert-06",
        "alert-05",
        "alert-04",
    ]
    assert await _ids(store, ["even"], limit=2) == ["alert-08", "alert-06"]
    assert await _ids(store, ["even"], limit=2, before_id="alert-06") == ["alert-04", "alert-02"]
    assert await _ids(store, ["even"], limit=2, before_id="alert-00") == []
    assert await store.latest(3, before_id="unknown") == []


async def test_alerts_further_back_than_the_newest_are_found(store: Store) -> None:
    """PostgreSQL looks through the newest 2,000 first, then by its index."""
    await add_alerts(store, alert("old", terms=("rare", "c:s-400")))
    await add_alerts(store, *(alert(f"new-{number:04}", terms=("c:s-400",)) for number in range(2100)))
    await add_alerts(store, alert("newest", terms=("rare",)))
    assert await _ids(store, ["rare"]) == ["newest", "old"]
    assert await _ids(store, ["rare"], ["c:s-400"]) == ["old"]
    assert await _ids(store, ["c:s-400"], limit=2) == ["new-2099", "new-2098"]
    assert await _ids(store, ["rare"], before_id="newest") == ["old"]
