"""What Slack posts to us over HTTP, as it is written: commands, events, clicks, and what is none of them; and that no
secret shows in a log while it is."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.adapters.slack.door import Door
from bot.adapters.slack.workspaces import FindError
from bot.log import configure
from bot.model import Channel
from bot.ports import Answered, Called
from bot.storage import Store
from tests.adapters.offices import KEY, now, office, path_of
from tests.adapters.recorder import Recorder
from tests.adapters.samples import post
from tests.servers import CLIENT_SECRET, SIGNING_SECRET, SlackServer
from tests.servers.slack_http import HttpDelivery

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class Listening:
    """A door, and what came through it."""

    def __init__(self, *answers: BoltResponse | Exception) -> None:
        self.heard: list[dict[str, Any]] = []
        self._answers = list(answers)
        self._door = Door(signing_secret=SIGNING_SECRET, clock=now)
        self._door.open(self._dispatch, None)  # type: ignore[arg-type]  # nobody installs

    async def _dispatch(self, request: AsyncBoltRequest) -> BoltResponse:
        self.heard.append(request.body)
        answer = self._answers.pop(0) if self._answers else BoltResponse(status=200)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def post(self, body: bytes, media: str) -> Answered:
        signed = HttpDelivery("", clock=now).signature(body)
        return await self._door.inlets[0].take(Called(headers={"Content-Type": media, **signed}, body=body))


def at_room(channel: str) -> Channel:
    return Channel(platform="slack", address=f"T0EMBASSY/{channel}")


COMMAND = {"command": "/dealwire", "team_id": "T1", "user_id": "U1", "channel_id": "C1", "trigger_id": "1.2.3"}


@pytest.mark.parametrize("words", ["search payload", "payload", "search a&payload={}", "S-400 = + % é индия", ""])
async def test_a_command_is_read_whatever_its_words_are(words: str) -> None:
    door = Listening()
    told = {**COMMAND, "text": words}
    assert (await door.post(urlencode(told).encode(), FORM)).status == 200
    assert door.heard == [told]


@pytest.mark.parametrize("media", [JSON, "application/json; charset=utf-8", "text/plain", ""])
async def test_an_event_is_read_whatever_it_is_called(media: str) -> None:
    door = Listening()
    told = {"type": "event_callback", "event_id": "Ev1", "payload": "a word", "event": {"type": "app_mention"}}
    assert (await door.post(json.dumps(told).encode(), media)).status == 200
    assert door.heard == [told]


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (b"{", JSON),
        (b"payload=", FORM),
        (b"payload=%5B1%5D", FORM),
        (b'payload="words"', FORM),
        (b"{]", FORM),
    ],
)
async def test_what_is_no_call_of_slacks_is_refused_and_nothing_breaks(
    caplog: pytest.LogCaptureFixture, body: bytes, media: str
) -> None:
    door = Listening()
    assert (await door.post(body, media)).status == 400
    assert door.heard == []
    assert [record.levelname for record in caplog.records] == ["WARNING"]


async def test_a_click_comes_once_and_a_modal_as_often_as_it_is_handed_in() -> None:
    door = Listening()
    for view, times in ((None, 1), ({"id": "V1"}, 2)):
        for n in range(2):
            told = {"type": "x", "trigger_id": "1.2.3", "try": n} | ({"view": view} if view else {})
            body = f"payload={quote(json.dumps(told))}".encode()
            assert (await door.post(body, FORM)).status == 200
        assert len(door.heard) == times
        door.heard.clear()


async def test_while_the_installations_cannot_be_read_slack_is_asked_to_come_again() -> None:
    door = Listening(FindError("the installations cannot be read"))
    body = json.dumps({"type": "event_callback", "event_id": "Ev1"}).encode()
    assert [(await door.post(body, JSON)).status for _ in range(3)] == [503, 200, 200]
    assert len(door.heard) == 2


# --- secrets ---

LIBRARIES = ("slack_sdk", "slack_bolt", "aiohttp", "sqlalchemy", "aiosqlite", "asyncio", "cryptography")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that is logged, as the bot logs it at its most talkative."""
    stream, root, before = io.StringIO(), logging.getLogger(), logging.getLogger().level
    configure("debug", "text", [CLIENT_SECRET, SIGNING_SECRET, KEY], stream)
    mine = root.handlers[-1]
    yield stream
    root.removeHandler(mine)
    root.setLevel(before)


@pytest.mark.parametrize("libraries", [False, True], ids=["as delivered", "libraries talk too"])
async def test_no_secret_is_logged(
    store: Store, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch, libraries: bool
) -> None:
    if libraries:
        for name in [one for one in logging.root.manager.loggerDict if one.partition(".")[0] in LIBRARIES]:
            monkeypatch.setattr(logging.getLogger(name), "level", logging.DEBUG)
    async with SlackServer() as server:
        embassy = server.add_workspace("T0EMBASSY")
        admin = server.add_user(at=embassy)
        room = server.add_channel(members=[admin], at=embassy)
        async with office(store, server, Recorder()) as running:
            begun = await running.browse("/slack/install")
            back = await server.approve(begun.location, workspace=embassy, user=admin)
            await running.browse(path_of(back))  # in another browser
            assert (await running.browse(path_of(back), cookies=begun.cookies)).status == 200
            token = server.oauth.token_of(embassy) or ""
            said = await server.slash(text="help", user=admin, channel=room)
            await running.adapter.send(at_room(room.id), post())
            assert server.http is not None
            await server.http.again(**{"X-Slack-Signature": "v0=0"})
            server.revoke("token_revoked", token=token)
            await running.adapter.send(at_room(room.id), post())
            await server.uninstall(embassy)
        assert server.alarms == []
    told = lines.getvalue()
    assert "slack installed home=T0EMBASSY" in told
    assert ("Sending a request" in told) == libraries
    for secret in (token, CLIENT_SECRET, SIGNING_SECRET, KEY):
        assert secret not in told
    if not libraries:  # what lives for ten minutes or half an hour
        code, state = re.findall(r"(?:code|state)=([^&]+)", back)
        for passing in (code, state, said.response_url):
            assert passing not in told
