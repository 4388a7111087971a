"""The Bot API over aiohttp, with the library's own `Bot` on top."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from telegram import Bot
from telegram.error import InvalidToken, NetworkError, TimedOut

from bot.adapters.telegram.request import AiohttpRequest, FloodError
from tests.adapters.platforms import always
from tests.servers import TelegramServer


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        yield server
        assert server.alarms == []


@pytest.fixture
async def bot(server: TelegramServer) -> AsyncIterator[Bot]:
    async with Bot(
        server.token,
        base_url=server.base_url,
        request=AiohttpRequest(read_timeout_s=0.3),
        get_updates_request=AiohttpRequest(keep_polling=True),
    ) as bot:
        yield bot


async def test_a_picture_is_uploaded(server: TelegramServer, bot: Bot) -> None:
    chat = server.add_private(server.add_user())
    await bot.send_photo(chat.id, photo=b"\x89PNG picture", caption="भारत и Россия")  # "India and Russia"
    (sent,) = server.requests("sendPhoto")
    assert sent.args["photo"].content == b"\x89PNG picture"
    assert sent.args["caption"] == "भारत и Россия"


async def test_a_flood_answer_is_an_error_with_its_seconds(server: TelegramServer, bot: Bot) -> None:
    chat = server.add_private(server.add_user())
    server.faults = always("rate_429", retry_after_s=12)
    with pytest.raises(FloodError) as caught:
        await bot.send_message(chat.id, "x")
    assert caught.value.after_s == 12


async def test_a_silent_server_is_not_waited_for_longer_than_allowed(server: TelegramServer, bot: Bot) -> None:
    chat = server.add_private(server.add_user())
    server.faults = always("rate_slow")
    server.faults.delay_s = 2
    with pytest.raises(TimedOut):
        await bot.send_message(chat.id, "x")


async def test_a_refused_token_ends_a_call_and_only_delays_polling(server: TelegramServer, bot: Bot) -> None:
    server.token = "110201543:another"
    with pytest.raises(InvalidToken):
        await bot.get_me()
    with pytest.raises(NetworkError):
        await bot.get_updates()
