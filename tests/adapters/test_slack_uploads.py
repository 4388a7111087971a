"""A picture into a channel by Slack's three steps, against the strict local server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.model import ChannelGone, Image, Receipt, Rejected, RetryLater
from tests.adapters.recorder import Recorder
from tests.adapters.samples import post
from tests.adapters.test_slack import at, connected
from tests.servers import Faults, SlackServer
from tests.servers.slack_state import DEFAULT_SCOPES

PICTURE = Image(
    content=b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
    name="timeline.png",
    title="S-400 Triumf <2018 – 2026>",
    alt="Timeline of the S-400 deal: contract in 2018, three squadrons delivered by 2023, two due in 2026",
)


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        yield server


async def test_a_picture_stands_in_the_channel_with_title_and_description(server: SlackServer) -> None:
    room = server.add_channel()
    async with connected(server, Recorder()) as adapter:
        result = await adapter.upload(at(room.id), PICTURE)
    (file,) = server.workspace.files.known.values()
    assert result == Receipt(message_id=file.id)
    assert (file.content, file.name, file.title, file.alt) == (
        *(PICTURE.content, PICTURE.name),
        *(PICTURE.title, PICTURE.alt),
    )
    assert [message.args["files"][0]["id"] for message in server.messages(room)] == [file.id]


async def test_a_picture_can_answer_in_a_thread(server: SlackServer) -> None:
    room = server.add_channel()
    async with connected(server, Recorder()) as adapter:
        first = await adapter.send(at(room.id), post())
        assert isinstance(first, Receipt)
        await adapter.upload(at(room.id), PICTURE, reply_to=first.message_id)
    assert server.messages(room)[1].thread_ts == first.message_id


async def test_a_long_description_is_cut_to_what_slack_takes(server: SlackServer) -> None:
    room = server.add_channel()
    long = Image(content=b"x", name="a.png", title="t" * 1000, alt="a" * 2000)
    async with connected(server, Recorder()) as adapter:
        assert isinstance(await adapter.upload(at(room.id), long), Receipt)
    (file,) = server.workspace.files.known.values()
    assert len(file.alt) == 1000


async def test_where_a_picture_cannot_go_is_a_value(server: SlackServer) -> None:
    outside, archived = server.add_channel(bot=False), server.add_channel("old")
    server.archive(archived)
    async with connected(server, Recorder()) as adapter:
        left_out = await adapter.upload(at(outside.id), PICTURE)
        gone = await adapter.upload(at(archived.id), PICTURE)
        nowhere = await adapter.upload(at("C0NOWHERE"), PICTURE)
    assert isinstance(left_out, RetryLater)
    assert "invite it there" in left_out.reason
    assert not left_out.maybe_sent
    assert isinstance(gone, ChannelGone | RetryLater)  # the documentation lists no is_archived for files
    assert isinstance(nowhere, RetryLater)


@pytest.mark.parametrize("trouble", ["file_uploads_disabled", "storage_limit_reached"])
async def test_what_an_administrator_switched_off_is_refused_and_posts_go_on(server: SlackServer, trouble: str) -> None:
    room = server.add_channel()
    server.workspace.files.trouble = trouble
    async with connected(server, Recorder()) as adapter:
        result = await adapter.upload(at(room.id), PICTURE)
        assert isinstance(result, Rejected)
        assert trouble in result.reason
        assert isinstance(await adapter.send(at(room.id), post()), Receipt)


async def test_without_the_scope_the_picture_is_refused_and_the_workspace_is_not_shut() -> None:
    recorder = Recorder()
    async with SlackServer(scopes=set(DEFAULT_SCOPES) - {"files:write"}) as server:
        room = server.add_channel()
        async with connected(server, recorder) as adapter:
            result = await adapter.upload(at(room.id), PICTURE)
            assert isinstance(result, Rejected)
            assert "files:write" in result.reason
            assert isinstance(await adapter.send(at(room.id), post()), Receipt)
    assert recorder.troubles == []


@pytest.mark.parametrize(
    ("method", "fault", "maybe_sent", "shown"),
    [
        ("files.getUploadURLExternal", "rate_5xx", False, 0),
        ("upload", "rate_drop_before", False, 0),
        ("upload", "rate_5xx", False, 0),
        ("files.completeUploadExternal", "rate_5xx", True, 0),
        ("files.completeUploadExternal", "rate_drop_after", True, 1),
    ],
)
async def test_only_the_last_step_may_have_shown_the_picture(
    server: SlackServer, method: str, fault: str, maybe_sent: bool, shown: int
) -> None:
    room = server.add_channel()
    rates: dict[str, Any] = {fault: 1.0}
    server.faults = Faults(methods=frozenset({method}), **rates)
    async with connected(server, Recorder()) as adapter:
        result = await adapter.upload(at(room.id), PICTURE)
    assert isinstance(result, RetryLater)
    assert result.maybe_sent == maybe_sent
    assert len(server.messages(room)) == shown
