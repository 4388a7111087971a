"""OPML: what other readers write is read, what we write comes back, what is hostile is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.feeds import OpmlError, feed_id, read_opml, write_opml
from bot.feeds.opml import MAX_BYTES, MAX_DEPTH
from bot.model import Feed

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
NESTED = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>mine</title></head><body>
 <outline text="India"><outline text="Press">
   <outline type="rss" text="The Sample" title="The Sample &amp; Co"
    xmlUrl="https://sample.example/rss" language="hi-in"/>
 </outline></outline>
 <outline type="rss" text="Проба" XMLURL="http://proba.example/feed"/>
 <outline type="rss" text="again" xmlUrl="https://sample.example/rss"/>
 <outline type="link" text="a page" url="https://page.example/"/>
 <outline type="rss" text="a file" xmlUrl="file:///etc/passwd"/>
 <outline type="rss" text="a script" xmlUrl="javascript:alert(1)"/>
 <outline type="rss" text="relative" xmlUrl="/rss"/>
</body></opml>"""


def test_nested_outlines_are_read_with_their_folders() -> None:
    found = read_opml(NESTED.encode())
    assert [(one.url, one.title, one.folder, one.lang) for one in found] == [
        ("https://sample.example/rss", "The Sample & Co", "India/Press", "hi"),
        ("http://proba.example/feed", "Проба", "", None),  # "trial"
    ]


def feed(url: str, **more: object) -> Feed:
    return Feed(id=feed_id(url), url=url, **{"title": "x", **more})  # type: ignore[arg-type]


def test_what_is_written_is_read_back() -> None:
    feeds = [
        feed("https://a.example/rss?x=1&y=2", title='A & "B" <c>', lang="en", kind="official", tier=1),
        feed("https://b.example/", title="Проба", lang="ru", via="newslist", link_prefix="/news/"),
        feed("https://t.me/s/sample", title="एक", kind="think tank", via="telegram"),  # "one"
    ]
    found = read_opml(write_opml(feeds, title="ours", at=NOW))
    assert [
        (one.url, one.title, one.lang, one.kind, one.tier, one.via or "feed", one.link_prefix or "") for one in found
    ] == [(f.url, f.title, f.lang, f.kind, f.tier, f.via, f.link_prefix) for f in feeds]


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY a "ha"><!ENTITY b "'
    + "&a;" * 50
    + '">]><opml version="2.0"><body><outline xmlUrl="https://x.example/&b;"/></body></opml>'
)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (BOMB.encode(), "entities"),
        (b'<!DOCTYPE opml SYSTEM "http://127.0.0.1/x.dtd"><opml/>', "document types"),
        (b"<opml" + b" " * MAX_BYTES + b"/>", "larger"),
        (b"<opml><body>" + b"<outline>" * MAX_DEPTH + b"</outline>" * MAX_DEPTH + b"</body></opml>", "nested"),
        (b"<rss version='2.0'/>", "no OPML"),
        (b"<opml><body>", "not well-formed"),
        (b"", "not well-formed"),
        (b"\x00\x01\x02", "not well-formed"),
        (b'<?xml version="1.0" encoding="no-such"?><opml/>', "encoding"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(body: bytes, words: str) -> None:
    with pytest.raises(OpmlError, match=words):
        read_opml(body)


def test_another_encoding_is_read() -> None:
    text = NESTED.replace("UTF-8", "windows-1251")
    assert read_opml(text.encode("cp1251"))[1].title == "Проба"
