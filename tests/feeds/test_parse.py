"""Feeds of every kind become clean entries; what is no feed is named."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from bot.feeds import ParseError, parse_feed
from bot.model import ParsedFeed

DATA = Path(__file__).parent / "data"
URL = "https://news.example/feed"
TITLE = "Минобороны сообщило о поставке С-400 в Индию"  # the ministry tells of S-400s delivered to India


def rss(items: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    return f'{head}<rss version="2.0"><channel><title>Wire</title>{items}</channel></rss>'


def item(title: str, rest: str = "") -> str:
    return f"<item><title>{title}</title>{rest}</item>"


def parsed(text: str | bytes, content_type: str = "application/rss+xml") -> ParsedFeed:
    return parse_feed(text if isinstance(text, bytes) else text.encode(), content_type, URL)


def as_data(feed: ParsedFeed) -> dict[str, Any]:
    return {
        "title": feed.title,
        "ttl_s": feed.ttl_s,
        "entries": [
            {
                "guid": entry.guid,
                "url": entry.url,
                "title": entry.title,
                "text": entry.text,
                "published_at": entry.published_at and entry.published_at.isoformat(),
            }
            for entry in feed.entries
        ],
    }


@pytest.mark.parametrize("path", sorted(DATA.glob("*.xml")), ids=lambda path: path.stem)
def test_a_feed_of_each_kind_reads_as_expected(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text("utf-8"))

    assert as_data(parse_feed(path.read_bytes(), "", URL)) == expected


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("utf-8", "utf-8", "text/xml"),
        ("utf-8", "utf-8", "text/html"),
        ("cp1251", None, "text/xml; charset=windows-1251"),
        ("koi8-r", "koi8-r", "application/xml"),
        ("utf-16", "utf-16", "application/xml"),
        ("cp1251", None, "application/xml"),  # declared nowhere
        ("cp1251", "utf-8", "application/xml"),  # declared wrongly
        ("utf-8", "klingon-8", "application/xml"),
        ("utf-8", "windows-1251", "application/xml"),  # under another name
        ("utf-8", None, "text/xml; charset=iso-8859-1"),
        ("utf-16", None, "application/xml"),  # its byte order mark tells
    ],
)
def test_encodings_come_out_right(encoding: str, declared: str | None, content_type: str) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else '<?xml version="1.0"?>'

    feed = parsed(rss(item(TITLE), head).encode(encoding), content_type)

    assert [entry.title for entry in feed.entries] == [TITLE]


def test_the_guid_does_not_change_with_the_feeds_address() -> None:
    body = rss(item("A", "<guid>opaque-7</guid>")).encode()

    guids = {parse_feed(body, "", url).entries[0].guid for url in ("http://a.example/x/feed", "https://b.example/")}

    assert guids == {"opaque-7"}


def test_a_huge_guid_is_kept_as_its_hash() -> None:
    (one, other) = parsed(
        rss(item("A", f"<guid>{'g' * 100_000}</guid>") + item("B", f"<guid>{'g' * 100_001}</guid>"))
    ).entries

    assert one.guid is not None
    assert len(one.guid) == 71
    assert one.guid != other.guid


def test_the_fingerprint_follows_title_and_text_only() -> None:
    entries = parsed(
        rss(
            item("A", "<description>x</description><guid>1</guid>")
            + item("<![CDATA[<b>A</b>]]>", "<description>&lt;p&gt;x</description><guid>2</guid>")
            + item("A", "<description>y</description><guid>1</guid>")
        )
    ).entries

    assert entries[0].fingerprint == entries[1].fingerprint != entries[2].fingerprint


def test_entries_titles_and_texts_are_limited() -> None:
    long = item("T" * 1_000_000, f"<description>{'word ' * 10_000}</description>")
    feed = parsed(rss(long + item("A") * 2_500))

    assert len(feed.entries) == 2_000
    assert len(feed.entries[0].title) == 500
    assert 3_990 <= len(feed.entries[0].text) <= 4_000


def test_an_entry_cut_off_in_the_middle_is_left_for_the_next_poll() -> None:
    feed = parsed(rss(item("One") + item("Two") + "<item><title>This headline is cut of").split("</channel>")[0])

    assert [entry.title for entry in feed.entries] == ["One", "Two"]


def test_junk_before_the_declaration_is_passed_over() -> None:
    assert len(parsed("\n\n<br />\n<b>Warning</b>: foo in /var/www\n" + rss(item("A"))).entries) == 1


def test_a_feed_without_items_is_a_feed() -> None:
    assert parsed(rss("")).entries == ()


def test_entities_are_neither_fetched_nor_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("CANARY")
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("the parser opened a connection"))
    laughs = '<!ENTITY l0 "lol">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 11))
    doctype = f'<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd" [{laughs}<!ENTITY x SYSTEM "{secret.as_uri()}">]>'

    feed = parsed('<?xml version="1.0"?>' + doctype + rss(item("A&x;B") + item("&l10;"), head=""))

    assert "CANARY" not in repr(feed)
    assert len(repr(feed)) < 10_000


def test_a_body_that_is_a_path_or_an_address_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("the parser opened a connection"))
    inside = tmp_path / "feed.xml"
    inside.write_text(rss(item("CANARY")))
    for body in (str(inside), "http://127.0.0.1:9/feed"):
        with pytest.raises(ParseError, match="something that is no feed"):
            parsed(body)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "an empty answer instead of a feed"),
        ("  \n", "an empty answer instead of a feed"),
        ("<!doctype html><html><body>Hello</body></html>", "an HTML page instead of a feed"),
        ('<?xml version="1.0"?><note><to>you</to></note>', "XML that is no feed"),
        ("Gone fishing", "something that is no feed"),
        ('{"error": "not found"}', "JSON that is no JSON Feed"),
        ('{"version": "https://jsonfeed.org/version/1", "items": {"a": 1}}', "JSON that is no JSON Feed"),
        ('{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1"', "damaged JSON instead of a feed"),
        (
            '{"version": "https://jsonfeed.org/version/1", "items": ' + "[" * 200_000,
            "damaged JSON instead of a feed",
        ),
    ],
)
def test_what_is_no_feed_is_named(body: str, reason: str) -> None:
    with pytest.raises(ParseError) as refusal:
        parsed(body)

    assert str(refusal.value) == reason


@pytest.mark.parametrize("reference", ["&#xD83D;", "&#8;", "&#x1b;", "&#x110000;", "&#0;"])
def test_illegal_references_cost_nothing_but_themselves(reference: str) -> None:
    feed = parsed(rss(item(f"Before {reference} after") + item("Next")))

    assert [entry.title for entry in feed.entries] == ["Before after", "Next"]


def test_a_body_that_makes_the_parser_raise_is_read_at_the_second_try() -> None:
    """UTF-16 hides the reference from the first cleaning; feedparser raises UnicodeEncodeError on it."""
    feed = parsed(rss(item("Before &#xD83D; after"), '<?xml version="1.0" encoding="utf-16"?>').encode("utf-16"))

    assert [entry.title for entry in feed.entries] == ["Before after"]


def test_empty_lines_before_the_declaration_change_nothing() -> None:
    body = rss(item("A", "<description>x</description>")).encode()

    assert parse_feed(b"\r\n \n" + body, "", URL) == parse_feed(body, "", URL)


MANY = 30_000
SLOW_IN_FEEDPARSER = {  # at this size it takes 20 s to minutes over most of these
    "attributes": "<x " + " ".join(f'a{n}="1"' for n in range(MANY)) + "/>",
    "author": "<author>a@" + "a." * MANY + "!</author>",
    "nesting": "<d>" * MANY + "</d>" * MANY,
    "namespaces": "".join(f'<n{n}:d xmlns:n{n}="u{n}"/>' for n in range(MANY)),
    "categories": "".join(f"<category>c{n}</category>" for n in range(MANY)),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", SLOW_IN_FEEDPARSER)
@pytest.mark.parametrize("end", ["", "<br>&nbsp;"], ids=["well-formed", "damaged"])
def test_what_takes_the_parser_for_ever_is_passed_over(name: str, end: str) -> None:
    entries = parsed(rss(item("A", SLOW_IN_FEEDPARSER[name]) + item("B") + end)).entries

    assert [entry.title for entry in entries] == ["A", "B"]
