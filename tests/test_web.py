"""The local page and the health check, over HTTP."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession
from sqlalchemy import text

from bot.app import sample_alert
from bot.model import FactRow, Status
from bot.ports import Answered, Called, Inlet
from bot.storage import Store
from bot.web import Web, WebError
from bot.web.page import latest_page

NOW = datetime(2026, 11, 20, 8, 32, tzinfo=UTC)
STATUS = Status(
    feeds=3,
    feeds_failing=1,
    last_poll_at=NOW,
    last_match_at=None,
    last_sent_at=None,
    queued=2,
    dead=0,
    items=12,
    alerts=1,
)


async def test_the_empty_page_says_what_comes(store: Store) -> None:
    async with Web(store, host="127.0.0.1", port=0) as page, ClientSession() as client:
        answer = await client.get(page.url)
        assert answer.status == 200
        assert "No alerts yet" in await answer.text()
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_the_health_check_answers_with_figures(store: Store) -> None:
    async with Web(store, host="127.0.0.1", port=0) as page, ClientSession() as client:
        answer = await client.get(page.url + "healthz")
        assert answer.status == 200
        assert (await answer.json())["ok"] is True


async def test_the_health_check_fails_when_the_database_is_gone(store: Store) -> None:
    async with Web(store, host="127.0.0.1", port=0) as page, ClientSession() as client:
        async with store.read() as connection:
            await connection.execute(text("ALTER TABLE feeds RENAME TO gone"))
            await connection.commit()
        answer = await client.get(page.url + "healthz")
        assert answer.status == 503
        assert (await answer.json())["ok"] is False


async def test_a_taken_port_is_refused_with_what_to_do(store: Store) -> None:
    async with Web(store, host="127.0.0.1", port=0) as page:
        port = int(page.url.rsplit(":", 1)[1].strip("/"))
        with pytest.raises(WebError, match="choose another port"):
            async with Web(store, host="127.0.0.1", port=port):
                pass


def test_foreign_text_is_shown_as_text_and_only_web_links_are_links() -> None:
    sample = sample_alert(NOW)
    nasty = '<script>alert("x")</script> & "quoted"'
    card = replace(
        sample.card,
        headline=nasty,
        url="javascript:alert(1)",
        summary=nasty,
        rows=(FactRow(programme=nasty, facts=(nasty,), quotes=(nasty,)),),
    )
    page = latest_page([replace(sample, card=card)], STATUS, style="", refresh_s=5)
    assert "<script>" not in page
    assert "javascript:" not in page
    assert "&lt;script&gt;" in page
    assert "1 feeds failing" in page


async def test_a_call_that_does_not_come_whole_is_not_waited_for(store: Store) -> None:
    taken: list[bytes] = []

    async def take(called: Called) -> Answered:
        taken.append(called.body)
        return Answered()

    async with Web(store, host="127.0.0.1", port=0, inlets=(Inlet(path="/in", take=take),), read_s=0.2) as page:
        port = int(page.url.rstrip("/").rpartition(":")[2])
        answers = []
        for sent in (b"a", b"ab"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"POST /in HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n" + sent)
            answers.append(await asyncio.wait_for(reader.readline(), 5))
            writer.close()
            await writer.wait_closed()
    assert [answer.split()[1] for answer in answers] == [b"408", b"200"]
    assert taken == [b"ab"]
