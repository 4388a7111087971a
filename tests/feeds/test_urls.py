"""Links for comparing, ids of feeds, and links that are safe to show."""

from __future__ import annotations

import pytest

from bot.feeds import canonical_url, feed_id
from bot.feeds.urls import link_in

FEED = "http://feeds.example.org/news/rss.xml"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/story?id=7",
        "http://www.example.org/story/?id=7",
        "HTTPS://Example.ORG:443/story?id=7#comments",
        "https://reader:secret@example.org/story?id=7",
        "https://example.org/story?utm_source=rss&id=7&utm_medium=feed&fbclid=AB&gclid=CD&yclid=1&_openstat=z",
        "https://example.org/story?at_medium=RSS&at_campaign=rss&ito=1490&ns_mchannel=rss&CMP=oth_b&ref=rss&id=7",
        "https://example.org/amp/story?id=7",
        "https://example.org/story/amp/?id=7",
        "https://example.org/story?id=7&amp=1",
        "https://example.org/%73tory?id=7",
    ],
)
def test_spellings_of_one_link_are_one(url: str) -> None:
    assert canonical_url(url) == "https://example.org/story?id=7"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://pib.gov.in/PressReleasePage.aspx?PRID=1", "https://pib.gov.in/PressReleasePage.aspx?PRID=2"),
        ("https://example.org/story?ref=1234", "https://example.org/story?ref=5678"),
        ("https://example.org/a%2Fb", "https://example.org/a/b"),
        ("https://example.org/Story", "https://example.org/story"),
        ("https://example.org/amplifier", "https://example.org/lifier"),
        ("http://127.0.0.1:8080/feed", "http://127.0.0.1:8081/feed"),
        ("https://news.google.com/rss/search?q=a&hl=hi", "https://news.google.com/rss/search?q=a&hl=en"),
    ],
)
def test_what_carries_meaning_is_kept(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


def test_letters_and_their_escapes_are_one() -> None:
    assert canonical_url("https://пример.рф/новость") == canonical_url(
        "https://xn--e1afmkfd.xn--p1ai/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D1%8C"
    )


@pytest.mark.parametrize("url", ["", "not a url", "mailto:a@example.org", "http://[::1", "tag:example.org,2026:1"])
def test_what_is_no_link_stays_as_it_is(url: str) -> None:
    assert canonical_url(url) == url


def test_a_feed_keeps_its_id_over_spellings_of_its_url() -> None:
    assert feed_id("https://example.org/rss") == feed_id("http://www.example.org/rss/") == "36f840d5d3aa0cf3"
    assert feed_id("https://example.org/rss") != feed_id("https://example.org/atom")


@pytest.mark.parametrize(
    ("raw", "link"),
    [
        ("https://example.org/1?a=1&b=2#c", "https://example.org/1?a=1&b=2#c"),
        ("/news/1?x=1#f", "http://feeds.example.org/news/1?x=1#f"),
        ("1.html", "http://feeds.example.org/news/1.html"),
        ("//example.org/pr", "http://example.org/pr"),
        ("http://bank.example@evil.example/login", "http://evil.example/login"),
        ("  http://example.org/a b\n/c  ", "http://example.org/a%20b/c"),
        ("http://example.org/?q=\"><b>x</b>&y='1'", "http://example.org/?q=%22%3E%3Cb%3Ex%3C/b%3E&y='1'"),
        ("http://example.org/a|Click here>", "http://example.org/a%7CClick%20here%3E"),
        ("http://example.org/новость", "http://example.org/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D1%8C"),
        ("http://[2606:2800::1]:8080/x", "http://[2606:2800::1]:8080/x"),
        ("http://example.org/" + "x" * 10_000, None),
        ("javascript:alert(document.cookie)", None),
        ("http://Пример.рф/1", "http://xn--e1afmkfd.xn--p1ai/1"),  # "example", in Cyrillic
        ("http://user:x@WWW.Example.ORG.:8080/1", "http://WWW.Example.ORG:8080/1"),  # in the feed's own capitals
        ("java\nscript:alert(1)", None),
        ("data:text/html,<script>alert(1)</script>", None),
        ("file:///etc/passwd", None),
        ("tg://resolve?domain=evil", None),
        ("mailto:a@example.org", None),
        ("not a url at all", None),
        ("http://", None),
        ("", None),
        (None, None),
    ],
)
def test_links_are_absolute_and_safe(raw: object, link: str | None) -> None:
    assert link_in(FEED, raw) == link
