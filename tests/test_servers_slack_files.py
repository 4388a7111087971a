"""The local Slack's uploads and its limit for a workspace, through the real client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.servers import SlackFlood, SlackServer


class Server(SlackServer):
    """Its rules are broken here on purpose."""

    misuse = frozenset()


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with Server() as running:
        yield running


@pytest.fixture
def client(server: SlackServer) -> AsyncWebClient:
    return AsyncWebClient(token=server.bot_token, base_url=server.base_url, retry_handlers=[])


async def post(url: str, content: bytes, **headers: str) -> int:
    async with aiohttp.ClientSession() as session, session.post(url, data=content, headers=headers) as answer:
        return answer.status


async def announced(client: AsyncWebClient, length: int, **more: Any) -> tuple[str, str]:
    """The file's id and the address for its bytes."""
    given = await client.files_getUploadURLExternal(filename="a.png", length=length, **{"alt_txt": "A map", **more})
    return str(given["file_id"]), str(given["upload_url"])


async def test_the_sdks_own_upload_passes(server: SlackServer, client: AsyncWebClient) -> None:
    room = server.add_channel()
    await client.files_upload_v2(channel=room.id, content="x" * 30, filename="a.png", title="Map", alt_txt="A map")
    (file,) = server.workspace.files.known.values()
    assert (file.content, file.title, file.alt) == (b"x" * 30, "Map", "A map")
    assert len(server.messages(room)) == 1


async def test_the_bytes_are_as_many_as_announced(server: SlackServer, client: AsyncWebClient) -> None:
    _, url = await announced(client, 10)
    assert await post(url, b"x" * 9) == 400
    assert await post(url, b"x" * 10) == 200
    assert await post(url, b"x" * 10) == 404  # once only
    assert server.alarms == ["upload: 9 bytes, announced were 10"]


async def test_a_token_has_no_business_at_the_upload_address(server: SlackServer, client: AsyncWebClient) -> None:
    _, url = await announced(client, 1)
    await post(url, b"x", Authorization=f"Bearer {server.bot_token}")
    assert server.alarms == ["upload: the token went to an address that needs none"]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"length": 0}, "missing_argument"),
    ({"length": 1, "alt_txt": "a" * 1001}, "alt_txt_too_large"),
]


@pytest.mark.parametrize(("asked", "code"), REFUSED, ids=[code for _, code in REFUSED])
async def test_an_announcement_is_judged(client: AsyncWebClient, asked: dict[str, Any], code: str) -> None:
    with pytest.raises(SlackApiError, match=code):
        await announced(client, **asked)


async def test_a_file_is_shown_once_it_was_uploaded_and_once_only(server: SlackServer, client: AsyncWebClient) -> None:
    room, outside = server.add_channel(), server.add_channel(bot=False)
    file, url = await announced(client, 1)
    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_completeUploadExternal(files=[{"id": file}], channel_id=room.id)
    await post(url, b"x")
    with pytest.raises(SlackApiError, match="not_in_channel"):
        await client.files_completeUploadExternal(files=[{"id": file}], channel_id=outside.id)
    await client.files_completeUploadExternal(files=[{"id": file}], channel_id=room.id)
    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_completeUploadExternal(files=[{"id": file}], channel_id=room.id)


async def test_a_workspace_takes_its_minute_and_no_more(server: SlackServer, client: AsyncWebClient) -> None:
    moment = 100.0
    server.flood = SlackFlood(clock=lambda: moment, per_workspace_min=5)
    rooms = [server.add_channel(f"room-{number}") for number in range(6)]
    for room in rooms[:5]:
        await client.chat_postMessage(channel=room.id, text="x")
    moment += 59
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=rooms[5].id, text="x")
    assert refused.value.response.headers["Retry-After"] == "1"
    moment += 1
    await client.chat_postMessage(channel=rooms[5].id, text="x")
