"""Pages as sources: a Telegram channel's preview, a list of news, and the links to a site's feeds."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.feeds import PageReader, source_of
from bot.feeds.discovery import feed_addresses
from bot.feeds.newslist import parse_newslist
from bot.feeds.page import PageError
from bot.feeds.telegram_preview import parse_preview
from bot.model import Failed, Fetched

PAGES = Path(__file__).parents[1] / "data/pages"
CHANNEL = "https://t.me/s/sample_export"
LIST = "https://ministry.example/en/news/"


def page(name: str) -> bytes:
    return (PAGES / f"{name}.html").read_bytes()


def test_a_channels_messages_are_entries_newest_first() -> None:
    parsed = parse_preview(page("channel"), "text/html; charset=utf-8", CHANNEL)
    assert parsed.title == "Образец экспорт"
    reply, contract = parsed.entries
    assert contract.title == "Россия и Индия подписали контракт на поставку систем С-400"  # contract for S-400 signed
    assert contract.text == contract.title + " Сумма — 5,4 млрд долларов. Подробнее"
    assert (contract.guid, contract.url) == ("telegram:sample_export/101", "https://t.me/Sample_Export/101")
    assert contract.published_at == datetime(2026, 11, 20, 7, 2, 11, tzinfo=UTC)
    assert reply.title == "⚡️ Срочно Первый полк прибудет в марте"  # "urgent", and the line after it
    assert reply.text == ""


def test_a_page_without_a_channel_is_refused() -> None:
    with pytest.raises(PageError, match="no channel preview"):
        parse_preview(page("article"), "text/html", CHANNEL)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("@sample_export", (CHANNEL, "telegram")),
        ("t.me/sample_export", (CHANNEL, "telegram")),
        ("https://t.me/s/sample_export?before=9", (CHANNEL, "telegram")),
        ("https://example.org/rss", ("https://example.org/rss", "feed")),
        (" example.org/rss ", ("https://example.org/rss", "feed")),
        ("https://t.me/+AbCdEf", ("https://t.me/+AbCdEf", "feed")),
        ("The Hindu", None),
        ("file:///etc/passwd", None),
        ("https://", None),
        ("http://x:99999/", None),
    ],
)
def test_what_was_typed_is_understood(typed: str, found: tuple[str, str] | None) -> None:
    assert source_of(typed) == found


@pytest.mark.parametrize("prefix", ["", "/en/news/2026/", "https://ministry.example/en/news/2026"])
def test_a_list_of_news_is_read_with_its_headlines(prefix: str) -> None:
    parsed = parse_newslist(page("releases"), "text/html", LIST, prefix)
    assert [(entry.title, entry.published_at) for entry in parsed.entries][:2] == [
        ("Contract for S-400 regiments signed with Russia", datetime(2026, 11, 20, 6, 30, tzinfo=UTC)),
        ("Second frigate of Project 11356 handed over at Yantar", None),
    ]
    assert len(parsed.entries) == 3
    assert parsed.entries[0].url == "https://ministry.example/en/news/2026/11/s-400-contract-signed"


def test_a_list_whose_form_changed_is_a_failure_and_not_an_empty_list() -> None:
    with pytest.raises(PageError, match="begin with /presse/"):
        parse_newslist(page("releases"), "text/html", LIST, "/presse/")
    with pytest.raises(PageError, match="look like headlines"):
        parse_newslist(page("article"), "text/html", LIST)


def test_a_pages_feeds_are_found_the_declared_first_and_comments_after() -> None:
    found = feed_addresses(page("releases"), "text/html", LIST)
    assert found[:3] == (
        "https://ministry.example/news-feed.xml",
        "https://ministry.example/comments/feed.xml",
        "https://ministry.example/rss/",
    )
    assert "https://ministry.example/feed.json" in found


def test_an_unreadable_page_leaves_the_usual_places() -> None:
    assert feed_addresses(b"", "text/html", LIST)[0] == "https://ministry.example/feed/"


async def test_hostile_pages_are_answered_in_time_by_a_process_that_lives_on() -> None:
    async with PageReader(limit_s=10) as pages:
        started = time.monotonic()
        for body in (b"<div>" * 200_000, b"<a href=x>" * 50_000, b"\xff\xfe\x00<html>", b"<table>" * 20_000):
            found = await pages.feed_addresses(fetched(body))
            assert isinstance(found, tuple)
        assert time.monotonic() - started < 45
        again = await pages.article(fetched(page("article")))
        assert isinstance(again, str) and "fourth squadron" in again


async def test_a_page_that_hangs_its_process_costs_only_that_page() -> None:
    async with PageReader(limit_s=0.0001) as pages:
        assert isinstance(await pages.article(fetched(page("article"))), Failed)


def fetched(body: bytes) -> Fetched:
    return Fetched(url=LIST, body=body, content_type="text/html", etag=None, last_modified=None)
