"""The alarms of the local servers: what counts as one, and that none goes unread."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.servers import SlackServer
from tests.servers.serving import Alarms, unread_alarms
from tests.servers.slack_state import DEFAULT_SCOPES


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with SlackServer() as running:
        yield running


def client(server: SlackServer) -> AsyncWebClient:
    return AsyncWebClient(token=server.bot_token, base_url=server.base_url, retry_handlers=[])


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("chat.postMessage", {"text": "x", "blocks": [{"type": "section"}]}, "chat.postMessage: invalid_blocks"),
    ("chat.postMessage", {"text": " "}, "chat.postMessage: no_text"),
    ("chat.postMessage", {"text": "x", "colour": "red"}, "chat.postMessage: unknown argument colour"),
    ("reactions.add", {"name": "eyes", "timestamp": "1.1"}, "reactions.add: missing_scope"),
    ("views.publish", {"user_id": "U0DEALBOT", "view": {"type": "home"}}, "views.publish: invalid_arguments"),
]


@pytest.mark.parametrize(("method", "args", "alarm"), BAD, ids=[alarm for _, _, alarm in BAD])
async def test_a_request_that_breaks_the_tables_is_an_alarm(
    server: SlackServer, method: str, args: dict[str, Any], alarm: str
) -> None:
    where = {} if method.startswith("views.") else {"channel": server.add_channel().id}
    with contextlib.suppress(SlackApiError):
        await client(server).api_call(method, json={**where, **args})
    (found,) = unread_alarms()
    assert found.startswith(alarm)
    assert list(server.alarms) == [found]


async def test_a_scope_that_a_test_took_away_is_no_alarm() -> None:
    async with SlackServer(scopes=set(DEFAULT_SCOPES) - {"users:read"}) as server:
        with pytest.raises(SlackApiError, match="missing_scope"):
            await client(server).users_info(user=server.bot.id)
    assert unread_alarms() == []


def test_alarms_are_read_when_they_are_compared_and_not_when_more_come() -> None:
    alarms = Alarms()
    alarms.append("first")
    assert alarms.unread() == ["first"]
    assert alarms == ["first"]
    assert alarms.unread() == []
    alarms.extend(["second"])
    assert alarms.unread() == ["second"]
