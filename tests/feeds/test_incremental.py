"""Only what is new is read again, and it reads as it would in the whole document."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from bot.feeds import ParseError, parse_feed
from bot.model import ParsedFeed

DATA = Path(__file__).parent / "data"
URL = "https://news.example/feed"
RSS_HEAD = '<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>'
RSS_TAIL = "</channel></rss>"
ATOM_HEAD = '<feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title>'


def item(number: int, rest: str = "") -> str:
    return f"<item><title>Story {number}</title><guid>g{number}</guid><link>/{number}</link>{rest}</item>"


def entry(number: int, rest: str = "") -> str:
    return f'<entry><title>Story {number}</title><id>g{number}</id><link href="/{number}"/>{rest}</entry>'


def rss(*items: str, head: str = RSS_HEAD) -> str:
    return head + "\n".join(items) + RSS_TAIL


def atom(*entries: str, head: str = ATOM_HEAD) -> str:
    return head + "\n".join(entries) + "</feed>"


def read(document: str | bytes, seen: bytes = b"", url: str = URL) -> ParsedFeed:
    body = document if isinstance(document, bytes) else document.encode()
    return parse_feed(body, "application/xml; charset=utf-8" if isinstance(document, str) else "", url, seen)


def titles(feed: ParsedFeed) -> list[str]:
    return [one.title for one in feed.entries]


@pytest.mark.parametrize(("feed", "one"), [(rss, item), (atom, entry)], ids=["rss", "atom"])
def test_only_new_entries_are_read(feed: object, one: object) -> None:
    assert callable(feed) and callable(one)
    first = read(feed(one(2), one(1)))
    second = read(feed(one(4), one(3), one(2), one(1)), first.seen_entries)

    assert titles(second) == ["Story 4", "Story 3"]
    assert second.left_out == 2


def test_an_entry_with_other_bytes_is_read_again() -> None:
    first = read(rss(item(3), item(2), item(1)))
    second = read(rss(item(3), item(2, "<description>More</description>"), item(1)), first.seen_entries)

    assert [(one.title, one.text) for one in second.entries] == [("Story 2", "More")]


def test_what_stands_before_the_entries_is_always_read() -> None:
    first = read(rss(item(2), item(1)))
    changed = rss(item(2), item(1)).replace("<title>Wire</title>", "<title>Other wire</title><ttl>7</ttl>")
    second = read(changed, first.seen_entries)

    assert (second.title, second.ttl_s) == ("Other wire", 420)
    assert second.left_out == 1  # one known entry stays, to tell that the others are read as before


def test_an_entry_that_left_is_forgotten() -> None:
    first = read(rss(item(3), item(2), item(1)))
    second = read(rss(item(4), item(3), item(2)), first.seen_entries)
    third = read(rss(item(4), item(3), item(1)), second.seen_entries)

    assert titles(third) == ["Story 1"]


def test_what_is_remembered_does_not_depend_on_how_it_was_read() -> None:
    first = read(rss(item(2), item(1)))
    whole = read(rss(item(3), item(2), item(1)))

    assert read(rss(item(3), item(2), item(1)), first.seen_entries).seen_entries == whole.seen_entries
    assert len(whole.seen_entries) == 8 + 3 * 20


@pytest.mark.parametrize("path", sorted(DATA.glob("*.xml")), ids=lambda path: path.stem)
def test_a_part_reads_like_the_whole(path: Path) -> None:
    assert_parts_read_like_the_whole(path.read_bytes(), "", URL)


ENTRIES_THAT_UPSET_THE_PARSER = [
    '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><title>x</title><p>a</p></div></content>',
    '<content xml:base="https://other.example/" type="html">&lt;p&gt;a&lt;/p&gt;</content>',
    '<content type="html">a <div>b</div> c</content><summary type="xhtml"><summary>d</summary></summary>',
    '<title type="xhtml"><svg xmlns="http://www.w3.org/2000/svg"><title>e</title></svg></title>',
    "<source><title>Other</title><updated>2026-11-22T00:00:00Z</updated></source>",
    '<m:group xmlns:m="http://search.yahoo.com/mrss/"><m:title>f</m:title><m:content url="u"/></m:group>',
    "<image><title>g</title><textinput><name>n</name></textinput></image><author><name>h</name></author>",
    "<content>" * 3 + "deep" + "</content>" * 3,
]


@pytest.mark.parametrize("rest", ENTRIES_THAT_UPSET_THE_PARSER)
def test_an_entry_that_upsets_the_parser_changes_no_other(rest: str) -> None:
    document = atom(entry(1), entry(2, rest), entry(3, rest), entry(4), "<title>Late title</title>")

    assert assert_parts_read_like_the_whole(document.encode(), "application/xml; charset=utf-8", URL)
    alone = read(atom(entry(4))).entries
    assert read(document).entries[3:] == alone


def assert_parts_read_like_the_whole(body: bytes, content_type: str, url: str, *, first: int = 8) -> int:
    """For each choice of up to two unseen entries among the `first`: what is read is what the whole reading gives.
    Returns how many entries were left out at most; 0 for what is no feed or is always read as a whole."""
    try:
        whole = parse_feed(body, content_type, url)
    except ParseError:
        return 0
    count, most = len(whole.entries), 0
    if not whole.seen_entries:
        return 0
    head, records = (
        whole.seen_entries[:8],
        [whole.seen_entries[at : at + 20] for at in range(8, 8 + 20 * count, 20)],
    )
    for size in range(min(count, 3)):
        for unseen in combinations(range(min(count, first)), size):
            seen = head + b"".join(record for number, record in enumerate(records) if number not in unseen)
            part = parse_feed(body, content_type, url, seen)
            assert part.left_out + len(part.entries) == count
            assert {whole.entries[number] for number in unseen} <= set(part.entries) <= set(whole.entries)
            assert replace(part, entries=whole.entries, left_out=0) == whole
            most = max(most, part.left_out)
    return most


@pytest.mark.parametrize(
    "second",
    [
        rss(item(3), item(2), item(1), head=RSS_HEAD.replace("<rss", '<rss xml:base="https://other.example/"')),
        rss(item(3), item(2), item(1), head=RSS_HEAD.replace("<rss", '<rss xmlns:a="u"')),
        rss(item(3), item(2), item(1), head='<!DOCTYPE rss [<!ENTITY x "y">]>' + RSS_HEAD.split("?>")[1]),
        rss(item(3), item(2), item(1)).replace("</channel>", ""),  # not well-formed
        rss(item(3), item(2), "<item><description><![CDATA[" + item(1) + "]]></description></item>"),
        rss(item(3), item(2).replace("item>", "entry>"), item(1)),
        rss(item(3), item(2), item(1)).replace("<title>Wire</title>", "<title>Wire</title>" + "<x>" * 5 + "</x>" * 5)
        + "<trailing/>",
    ],
    ids=["base", "namespace", "doctype", "ill-formed", "item in text", "other name", "two roots"],
)
def test_in_doubt_everything_is_read(second: str) -> None:
    first = read(rss(item(2), item(1)))
    feed = read(second, first.seen_entries)

    assert feed.left_out == 0
    assert feed == read(second)


def test_links_are_resolved_anew_where_the_feed_moved() -> None:
    first = read(rss(item(2), item(1)))
    moved = read(rss(item(2), item(1)), first.seen_entries, url="https://moved.example/feed")

    assert [one.url for one in moved.entries] == ["https://moved.example/2", "https://moved.example/1"]


@pytest.mark.parametrize(
    "other",
    [
        item(2).replace("<guid>g2", "<guid>g1"),
        item(2).replace("/2<", "/1<"),
        item(2).replace("Story 2", "Story 1"),
    ],
    ids=["guid", "link", "title"],
)
def test_entries_that_share_a_key_with_a_known_one_are_read_with_it(other: str) -> None:
    """Whether a guid tells anything is seen only with all its entries at hand."""
    first = read(rss(item(1)))
    second = read(rss(other, item(1)), first.seen_entries)

    assert len(second.entries) == 2
    assert second.left_out == 0


@pytest.mark.parametrize("seen", [b"x", b"x" * 8, b"x" * 28, b"x" * 29], ids=len)
def test_damaged_memory_is_passed_over(seen: bytes) -> None:
    assert titles(read(rss(item(2), item(1)), seen)) == ["Story 2", "Story 1"]


def test_encodings_may_change_between_two_readings() -> None:
    russian = rss(item(2, "<description>Индия купила С-400</description>"), item(1))  # India bought S-400s
    first = read(russian)
    head = '<?xml version="1.0" encoding="windows-1251"?>'
    second = read(russian.replace('<?xml version="1.0"?>', head).encode("cp1251"), first.seen_entries)

    assert second.left_out == 1


def test_more_entries_than_are_remembered_are_all_read() -> None:
    many = rss(*(item(number) for number in range(2_001)))

    assert read(many).seen_entries == b""
