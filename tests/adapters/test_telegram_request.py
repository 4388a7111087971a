"""The Bot API over aiohttp, with the library's own `Bot` on top."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, TimedOut

from bot.adapters.telegram.request import AiohttpRequest, FloodError
from tests.adapters.platforms import always
from tests.servers import TelegramServer
from tests.servers.telegram_rules import RefusedError


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


@pytest.mark.parametrize(
    ("refused", "expected"),
    [
        (RefusedError(400, "chat not found"), BadRequest),
        (RefusedError(400, "group chat was upgraded", {"migrate_to_chat_id": -1005}), ChatMigrated),
        (RefusedError(401, "Unauthorized"), InvalidToken),
        (RefusedError(403, "bot was blocked by the user"), Forbidden),
        (RefusedError(409, "terminated by other getUpdates request"), Conflict),
        (RefusedError(500, "Internal Server Error: restart"), NetworkError),
    ],
)
async def test_a_call_by_hand_fails_as_the_librarys_own(refused: RefusedError, expected: type[Exception]) -> None:
    request = AiohttpRequest()
    await request.initialize()
    async with Refusing() as server:
        server.refused = refused
        url = f"{server.base_url}{server.token}/getMe"
        with pytest.raises(expected) as ours:
            await request.call(url, {})
        with pytest.raises(expected) as librarys:
            await request.post(url)
    await request.shutdown()
    assert type(ours.value) is type(librarys.value)
    assert str(ours.value) == str(librarys.value)


async def test_an_answer_that_comes_in_many_pieces_is_read_whole(server: TelegramServer, bot: Bot) -> None:
    user = server.add_user()
    chat = server.add_private(user)
    for _ in range(100):
        server.user_says(chat, user, "слово " * 600)  # "word"
    assert len(await bot.get_updates()) == 100


class Refusing(TelegramServer):
    """Answers every call with one error."""

    refused = RefusedError(500, "")

    async def _call(self, token: str, method: str, raw: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        raise self.refused
