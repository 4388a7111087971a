"""The feeds that the built-in pack brings: each can be polled, and what is not known to work is off."""

from __future__ import annotations

import json
from collections import Counter
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.app import configured_feeds
from bot.catalogue import KINDS
from bot.config import Config
from bot.feeds import feed_id, source_of
from rules import Pack
from tests.shared_material import shared


def test_each_has_an_address_of_its_own_a_known_kind_and_a_language(pack: Pack) -> None:
    assert len({feed_id(feed.url) for feed in pack.feeds}) == len(pack.feeds)
    assert [feed.url for feed in pack.feeds if source_of(feed.url) is None] == []
    assert {feed.kind for feed in pack.feeds} <= set(KINDS)
    assert {feed.lang for feed in pack.feeds if feed.default} == {"en", "hi", "ru"}
    assert all(1 <= feed.tier <= 5 for feed in pack.feeds)


def test_google_news_is_searched_in_three_languages_and_at_official_sites(pack: Pack) -> None:
    queries = [parse_qs(urlsplit(feed.url).query) for feed in pack.feeds if "news.google.com" in feed.url]
    assert set(Counter(query["hl"][0] for query in queries)) == {"en-IN", "hi", "ru"}
    sites = {word for query in queries for word in query["q"][0].split() if word.startswith("site:")}
    assert sites >= {"site:pib.gov.in", "site:mea.gov.in", "site:mod.gov.in", "site:roe.ru"}


def test_channels_are_read_by_their_preview(pack: Pack) -> None:
    channels = [one.feed for one in configured_feeds(Config(), pack) if "t.me" in one.feed.url]
    assert channels and {feed.via for feed in channels} == {"telegram"}


@pytest.mark.shared
def test_what_nobody_saw_work_is_off(pack: Pack) -> None:
    known = json.loads(shared("domain/feeds.json").read_text("utf-8"))["feeds"]
    doubtful = {feed_id(one["url"]) for one in known if one["verification"] in ("unverified", "dead-claimed")}
    assert [feed.title for feed in pack.feeds if feed.default and feed_id(feed.url) in doubtful] == []
    dead = {feed_id(one["url"]) for one in known if one["verification"] == "dead-claimed"}
    assert [feed.title for feed in pack.feeds if feed_id(feed.url) in dead] == []
    wanted = {feed_id(one["url"]) for one in known if one["poll_by_default"]}
    assert wanted <= {feed_id(feed.url) for feed in pack.feeds if feed.default}
