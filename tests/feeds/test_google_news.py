"""Google News: addresses of searches, links that hold the article's address, headlines with their outlets."""

from __future__ import annotations

import base64
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.feeds import parse_feed, search_url
from bot.feeds.google_news import article_url, headline_and_outlet

ARTICLE = "https://www.example.org/defence/s-400-delivery-resumes"


def packed(url: str) -> str:
    length = len(url)
    prefix = bytes([length]) if length < 128 else bytes([length & 127 | 128, length >> 7])
    body = b'\x08\x13"' + prefix + url.encode() + b"\xd2\x01\x00"
    return "https://news.google.com/rss/articles/" + base64.urlsafe_b64encode(body).decode().rstrip("=") + "?oc=5"


@pytest.mark.parametrize("url", [ARTICLE, ARTICLE + "-" + "x" * 120])
def test_an_older_link_holds_the_articles_address(url: str) -> None:
    assert article_url(packed(url)) == url


@pytest.mark.parametrize(
    "link",
    [
        "https://news.google.com/rss/articles/CBMiWkFVX3lxTE1kQm5jZ0xXb2pXQ3ZkR3Z5b0pHVXpGdGRrYnRr?oc=5",  # newer
        "https://news.google.com/rss/articles/!!!!",
        "https://news.google.com/rss/articles/" + "A" * 4_001,
        "https://elsewhere.example" + urlsplit(packed(ARTICLE)).path,
        packed("javascript:alert(1)//https://example.org/0123456789"),
        ARTICLE,
    ],
)
def test_any_other_link_tells_nothing(link: str) -> None:
    assert article_url(link) is None


@pytest.mark.parametrize(
    ("lang", "edition"),
    [("en", ("en-IN", "IN", "IN:en")), ("hi", ("hi", "IN", "IN:hi")), ("ru", ("ru", "RU", "RU:ru"))],
)
def test_a_search_is_asked_in_the_languages_edition(lang: str, edition: tuple[str, str, str]) -> None:
    query = parse_qs(urlsplit(search_url("С-400 Индия", lang)).query)
    assert (query["hl"][0], query["gl"][0], query["ceid"][0]) == edition
    assert query["q"] == ["С-400 Индия when:2d"]


def test_a_search_may_be_of_one_site() -> None:
    url = search_url("Russia defence", "en", site="pib.gov.in", days=7)
    assert parse_qs(urlsplit(url).query)["q"] == ["site:pib.gov.in Russia defence when:7d"]


@pytest.mark.parametrize(
    ("title", "source", "told"),
    [
        ("S-400 deal signed - The Hindu", "The Hindu", ("S-400 deal signed", "The Hindu")),
        ("Su-30MKI - what next? - ANI News", None, ("Su-30MKI - what next?", "ANI News")),
        ("S-400 deal signed", "The Hindu", ("S-400 deal signed", "The Hindu")),
        ("S-400 deal signed", None, ("S-400 deal signed", None)),
        (" - The Hindu", "The Hindu", (" - The Hindu", "The Hindu")),
    ],
)
def test_the_outlet_is_taken_from_the_headline(title: str, source: str | None, told: tuple[str, str | None]) -> None:
    assert headline_and_outlet(title, source) == told


def test_a_feed_of_google_news_tells_the_outlets() -> None:
    body = (
        '<rss version="2.0"><channel><title>"S-400" - Google News</title><generator>NFE/5.0</generator><item>'
        f"<title>India gets S-400 - The Hindu</title><link>{packed(ARTICLE)}</link>"
        '<guid isPermaLink="false">CBMi1</guid><pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate>'
        '<description>&lt;a href="x"&gt;India gets S-400&lt;/a&gt;&amp;nbsp;&lt;font&gt;The Hindu&lt;/font&gt;'
        '</description><source url="https://www.thehindu.com">The Hindu</source></item></channel></rss>'
    ).encode()
    (entry,) = parse_feed(body, "application/xml", search_url("S-400", "en")).entries
    assert (entry.title, entry.outlet, entry.text) == ("India gets S-400", "The Hindu", "")


def test_another_feeds_headline_stays_whole() -> None:
    body = b'<rss version="2.0"><channel><item><title>Deal signed - The Hindu</title></item></channel></rss>'
    (entry,) = parse_feed(body, "application/xml", "https://example.org/rss").entries
    assert (entry.title, entry.outlet) == ("Deal signed - The Hindu", None)
