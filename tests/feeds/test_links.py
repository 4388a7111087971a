"""Hubs that only the HTTP headers name."""

from __future__ import annotations

import pytest

from bot.feeds import Fetcher, with_hub
from bot.feeds.links import hub_and_topic
from bot.model import Fetched, ParsedFeed
from tests.feeds.conftest import FeedServer, fresh

URL = "https://news.example/feeds/all.xml"
HUB = "https://hub.example/"
SELF = "https://news.example/rss"


@pytest.mark.parametrize(
    ("headers", "hub", "topic"),
    [
        ([f'<{HUB}>; rel="hub"', f'<{SELF}>; rel="self"'], HUB, SELF),
        ([f'<{HUB}>; rel=hub, <{SELF}>; rel="self"; type="application/rss+xml"'], HUB, SELF),  # one line
        ([f'<{SELF}>; title="a, b; c"; REL="Alternate SELF", <{HUB}>;rel="hub preconnect"'], HUB, SELF),
        (['</hub>; rel="hub"', '<../rss>; rel="self"'], "https://news.example/hub", SELF),  # relative to the feed
        ([f'<{HUB}>; rel="hub"', '<https://second.example/>; rel="hub"'], HUB, None),
        (['<https://news.example/style.css>; rel="preload"; as="style"'], None, None),
        (['<javascript:alert(1)>; rel="hub"', '<>; rel="self"', "hub", "<https://x.example/"], None, None),
        ([], None, None),
    ],
)
def test_hub_and_topic_of_the_headers(headers: list[str], hub: str | None, topic: str | None) -> None:
    assert hub_and_topic(headers, URL) == (hub, topic)


async def test_a_fetched_feed_tells_them(fetcher: Fetcher, server: FeedServer) -> None:
    feed = server.gives("/feed", headers={"Link": f'<{HUB}>; rel="hub", <{SELF}>; rel="self"'})

    result = await fetcher.fetch(feed, fresh(feed))

    assert isinstance(result, Fetched)
    assert (result.hub, result.topic) == (HUB, SELF)


@pytest.mark.parametrize(
    ("in_feed", "in_headers", "found"),
    [
        ((None, None), (HUB, SELF), (HUB, SELF)),
        (("https://other.example/", SELF), (HUB, None), (HUB, SELF)),  # headers come before the feed
        (("https://other.example/", SELF), (None, None), ("https://other.example/", SELF)),
    ],
)
def test_the_headers_come_before_the_feed(
    in_feed: tuple[str | None, str | None],
    in_headers: tuple[str | None, str | None],
    found: tuple[str | None, str | None],
) -> None:
    parsed = ParsedFeed(title="News", entries=(), hub=in_feed[0], topic=in_feed[1])
    fetched = Fetched(
        url=URL, body=b"", content_type="", etag=None, last_modified=None, hub=in_headers[0], topic=in_headers[1]
    )
    both = with_hub(parsed, fetched)
    assert (both.hub, both.topic) == found
