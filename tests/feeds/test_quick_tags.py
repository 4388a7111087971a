"""The short way through a tag comes to the same as feedparser's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import feedparser
import pytest
from feedparser.api import StrictFeedParser

from bot.feeds import entry_readers
from bot.feeds.document import document
from bot.feeds.quick_tags import NO_ATTRIBUTES, Name
from tests.shared_material import shared

EVERY = 25  # of the corpora's files; all of them take a minute

DOCUMENT = b"""<?xml version="1.0"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:own="urn:own" xmlns:xlink="http://www.w3.org/1999/xlink"
 xmlns:user="http://backend.userland.com/rss2" xml:lang="en_GB"><channel><title>News</title><own:mood>good</own:mood>
<image><title>Logo</title><url>https://n.example/logo.png</url></image>
<textInput><title>Search</title><name>q</name><link>https://n.example/find</link></textInput>
<item><title>One &amp; two</title><dc:date>2026-11-20T10:00:00Z</dc:date><own:mood>bad</own:mood>
<user:link>https://u.example/</user:link><link>https://n.example/1</link><guid isPermaLink="false">1</guid>
<description>&lt;p&gt;Text&lt;/p&gt;</description></item>
<item xml:base="https://base.example/"><title>Based</title><link>relative</link><content:encoded
 xmlns:content="http://purl.org/rss/1.0/modules/content/">A<b xmlns="http://www.w3.org/1999/xhtml">B</b></content:encoded></item>
<item><svg xmlns="http://www.w3.org/2000/svg"><title>Drawn</title></svg><Title>Upper case</Title><unknown/></item>
</channel></rss>"""


class _Old(feedparser.FeedParserDict):  # type: ignore[misc]
    def __deepcopy__(self, memo: object) -> Any:
        return feedparser.FeedParserDict(self)


class _Slow(entry_readers.StrictReader):
    """Every tag in feedparser's own way."""

    def start(self, name: Name) -> None:
        self.startElementNS(name, None, NO_ATTRIBUTES)

    def end(self, name: Name) -> None:
        self.endElementNS(name, None)

    def pop(self, element: str, strip_whitespace: int = 1) -> Any:
        return StrictFeedParser.pop(self, element, strip_whitespace)


def read_by(kind: type[entry_readers.StrictReader], data: bytes) -> object:
    """All that a reading leaves; a word where it is not well-formed or where feedparser raises, as it does."""
    reader = kind(data)
    try:
        if not reader.parse():
            return "not well-formed"
    except Exception as error:
        return type(error).__name__
    return reader.entries, reader.feeddata, reader.version, reader.spans, reader.context()


def both(data: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[object, object]:
    quick = read_by(entry_readers.StrictReader, data)
    with monkeypatch.context() as patch:
        patch.setattr(entry_readers, "Params", _Old)
        return quick, read_by(_Slow, data)


def test_an_odd_document_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    quick, slow = both(DOCUMENT, monkeypatch)
    assert quick == slow
    assert isinstance(quick, tuple) and [entry["title"] for entry in quick[0][:2]] == ["One & two", "Based"]


@pytest.mark.shared
def test_the_corpora_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    files = sorted(path for path in Path(shared("feeds/corpora")).rglob("*") if path.is_file())
    differing, read = [], 0
    for path in files[::EVERY]:
        body = path.read_bytes()
        if len(body) > 200_000 or b"<" not in body[:2_000]:
            continue
        whole = document(body, "")
        if whole.decoded:
            read += 1
            quick, slow = both(whole.data, monkeypatch)
            differing += [path.name] if quick != slow else []
    assert differing == []
    assert read > 80
