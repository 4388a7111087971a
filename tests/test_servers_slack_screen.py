"""What a user of the local Slack sees: it complains of answers that the real client could not show."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.servers import Screen, SlackServer

FIELD = {
    "type": "input",
    "block_id": "words",
    "label": {"type": "plain_text", "text": "Words"},
    "element": {"type": "plain_text_input", "action_id": "value", "max_length": 5},
}
MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Form"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [FIELD],
}


class _Server(SlackServer):
    """Its rules are broken here on purpose."""

    misuse = frozenset()


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with _Server() as running:
        yield running


def client(server: SlackServer) -> AsyncWebClient:
    return AsyncWebClient(token=server.bot_token, base_url=server.base_url, retry_handlers=[])


@asynccontextmanager
async def opened(server: SlackServer, **answer: Any) -> AsyncIterator[Screen]:
    """A modal of an app that answers so when it is handed in."""
    app = AsyncApp(client=client(server))

    @app.command("/dealwire")
    async def command(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.view("form")
    async def submitted(ack: Any) -> None:
        await ack(**answer)

    handler = AsyncSocketModeHandler(app, server.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await server.wait_connected()
    asha = server.add_user()
    screen = Screen(server, asha)
    await screen.slash("subscribe", server.add_channel(members=[asha]))
    try:
        yield screen
    finally:
        socket = handler.client
        tasks = (socket.message_processor, socket.current_session_monitor, socket.message_receiver)
        await handler.close_async()  # type: ignore[no-untyped-call]
        await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)


@pytest.mark.parametrize(
    ("answer", "alarm"),
    [
        ({"response_action": "errors", "errors": {"nowhere": "no"}}, "nowhere, which is no field"),
        (
            {"response_action": "update", "view": MODAL | {"title": {"type": "plain_text", "text": "x" * 25}}},
            "must be less than 25",
        ),
        ({"response_action": "push", "view": MODAL | {"blocks": [{"type": "section"}]}}, "missing required field"),
        ({"response_action": "replace"}, "unknown response_action"),
    ],
)
async def test_an_answer_that_no_client_could_show_is_an_alarm(
    server: SlackServer, answer: dict[str, Any], alarm: str
) -> None:
    async with opened(server, **answer) as screen:
        await screen.hand_in(words="s-400")
    assert [one for one in server.alarms if alarm in one]


@pytest.mark.parametrize(("answer", "left"), [({}, 0), ({"response_action": "clear"}, 0)])
async def test_an_answer_without_a_view_closes_the_modal(
    server: SlackServer, answer: dict[str, Any], left: int
) -> None:
    async with opened(server, **answer) as screen:
        handed = await screen.hand_in(words="s-400")
        assert handed.acked
        assert len(screen.stack) == left
    assert server.alarms == []


async def test_at_most_three_modals_stand_over_each_other(server: SlackServer) -> None:
    async with opened(server, response_action="push", view=MODAL) as screen:
        for _ in range(3):
            await screen.hand_in(words="s-400")
    assert server.alarms == ["ack: too many modals over each other"]


@pytest.mark.parametrize("words", ["", "too long"])
async def test_the_client_hands_in_only_what_its_fields_take(server: SlackServer, words: str) -> None:
    async with opened(server) as screen:
        with pytest.raises(AssertionError):
            await screen.hand_in(words=words)


async def test_a_persons_language_is_told_where_it_is_asked_for(server: SlackServer) -> None:
    asha = server.add_user(locale="hi-IN", tz="Europe/Moscow")
    asked: Any = (await client(server).users_info(user=asha.id, include_locale=True))["user"]
    plain: Any = (await client(server).users_info(user=asha.id))["user"]
    assert (asked["locale"], asked["tz"]) == ("hi-IN", "Europe/Moscow")
    assert "locale" not in plain


async def test_of_another_persons_private_channels_only_shared_ones_are_told(server: SlackServer) -> None:
    asha = server.add_user()
    shared = server.add_channel("shared", members=[asha], private=True)
    server.add_channel("secret", members=[asha], private=True, bot=False)
    public = server.add_channel("public", members=[asha], bot=False)
    ours = server.add_channel("ours")
    kinds = "public_channel,private_channel"
    hers: Any = (await client(server).users_conversations(user=asha.id, types=kinds))["channels"]
    mine: Any = (await client(server).users_conversations(types=kinds))["channels"]
    assert {one["id"] for one in hers} == {shared.id, public.id}
    assert {one["id"] for one in mine} == {shared.id, ours.id}
    assert "is_member" not in hers[0]
