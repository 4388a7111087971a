from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from telegram import Message
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)

from bot.adapters.telegram import TelegramAdapter
from bot.adapters.telegram.adapter import SECOND_READER, conflict
from bot.adapters.telegram.administrators import Administrators
from bot.adapters.telegram.refusals import edit_outcome, markup_refused, outcome
from bot.adapters.telegram.request import FloodError, NotSentError
from bot.adapters.telegram.updates import channel_of, replied_to, typed, writer
from bot.model import (
    Button,
    Channel,
    ChannelGone,
    ChannelMoved,
    Command,
    InlineAnswer,
    InlineQuery,
    InlineResult,
    Menu,
    Post,
    Press,
    Receipt,
    Rejected,
    Reply,
    RetryLater,
    Run,
    SendResult,
    line,
    started_action,
)
from bot.ports import AdapterError, Called
from tests.adapters.hand_clock import HandClock
from tests.adapters.platforms import UNPACED
from tests.adapters.recorder import Recorder
from tests.adapters.samples import card, post
from tests.servers import TelegramFlood, TelegramServer
from tests.servers.telegram_rules import RefusedError


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        yield server
        assert server.alarms == []


@asynccontextmanager
async def connected(server: TelegramServer, recorder: Recorder, **given: Any) -> AsyncIterator[TelegramAdapter]:
    unpaced = {"overall": UNPACED, "per_chat": UNPACED, "per_group": UNPACED}
    adapter = TelegramAdapter(server.token, base_url=server.base_url, **{**unpaced, **given})
    await adapter.start(recorder.handlers)
    try:
        yield adapter
    finally:
        await adapter.stop()


def at(chat_id: int, thread: int | None = None) -> Channel:
    return Channel(platform="telegram", address=str(chat_id), thread=str(thread) if thread else None)


# --- commands ---


async def test_a_command_in_a_private_chat_is_answered_there_in_html(server: TelegramServer) -> None:
    user = server.add_user()
    chat = server.add_private(user)
    recorder = Recorder(lambda command: Reply(lines=(line(Run(text="a < b", style="bold"), " & more"),)))
    async with connected(server, recorder):
        server.user_says(chat, user, "/Search@Dealwire_Bot  S-400 value>=$1bn ")
        answer = await server.wait_for_message(chat)
    assert answer.text == "a < b & more"
    assert [entity["type"] for entity in answer.entities] == ["bold"]
    assert recorder.commands == [
        Command(
            name="search",
            args="S-400 value>=$1bn",
            channel=at(chat.id),
            user=f"telegram:{user.id}",
            private=True,
            manager=True,
            lang="en",
            called="Asha",
        )
    ]


async def test_plain_words_in_a_private_chat_are_a_command_without_name(server: TelegramServer) -> None:
    user = server.add_user()
    chat = server.add_private(user)
    recorder = Recorder()
    async with connected(server, recorder):
        server.user_says(chat, user, "what is new?")
        command = await recorder.command()
    assert (command.name, command.args) == ("", "what is new?")


async def test_in_a_group_only_administrators_manage(server: TelegramServer) -> None:
    chief, member = server.add_user("Asha"), server.add_user("Ravi")
    group = server.add_supergroup(members=[member], admins=[chief])
    recorder = Recorder()
    async with connected(server, recorder):
        server.user_says(group, member, "/status@dealwire_bot")
        assert not (await recorder.command(1)).manager
        server.user_says(group, chief, "/status@dealwire_bot")
        command = await recorder.command(2)
    assert command.manager
    assert not command.private
    assert len(server.requests("getChatAdministrators")) == 1  # remembered


async def test_another_bots_command_is_ignored(server: TelegramServer) -> None:
    user = server.add_user()
    chat = server.add_private(user)
    recorder = Recorder()
    async with connected(server, recorder):
        server.user_says(chat, user, "/status@other_bot")
        server.user_says(chat, user, "/status")
        assert (await recorder.command()).name == "status"
        await server.wait_until_read()
    assert len(recorder.commands) == 1


async def test_a_topics_command_is_answered_in_the_topic(server: TelegramServer) -> None:
    user = server.add_user()
    forum = server.add_supergroup(admins=[user], topics=True)
    topic = server.add_topic(forum)
    recorder = Recorder()
    async with connected(server, recorder):
        server.user_says(forum, user, "/latest@dealwire_bot", thread=topic)
        answer = await server.wait_for_message(forum)
    assert recorder.commands[0].channel == at(forum.id, topic)
    assert answer.thread_id == topic


async def test_the_general_topic_is_the_group_itself(server: TelegramServer) -> None:
    user = server.add_user()
    forum = server.add_supergroup(admins=[user], topics=True)
    recorder = Recorder()
    async with connected(server, recorder):
        server.user_says(forum, user, "/latest@dealwire_bot", thread=1)
        await server.wait_for_message(forum)
    assert recorder.commands[0].channel == at(forum.id)


async def test_a_channel_post_is_an_administrators_command(server: TelegramServer) -> None:
    user = server.add_user()
    wire = server.add_channel(admins=[user])
    recorder = Recorder()
    async with connected(server, recorder):
        server.user_says(wire, user, "/subscribe s-400")
        command = await recorder.command()
    assert command.manager
    assert command.user == f"telegram:{wire.id}"


async def test_a_reply_names_the_message_it_answers(server: TelegramServer) -> None:
    user = server.add_user()
    chat = server.add_private(user)
    recorder = Recorder(lambda command: None)
    async with connected(server, recorder) as adapter:
        receipt = await adapter.send(at(chat.id), post())
        assert isinstance(receipt, Receipt)
        server.user_says(chat, user, "/why", reply_to=int(receipt.message_id))
        command = await recorder.command()
    assert command.reply_to == receipt.message_id
    assert len(server.messages(chat)) == 1  # None as an answer is silence


async def test_one_slow_command_blocks_nobody(server: TelegramServer) -> None:
    user = server.add_user()
    chat = server.add_private(user)
    recorder = Recorder()
    recorder.held.clear()
    async with connected(server, recorder):
        server.user_says(chat, user, "/search slow")
        server.user_says(chat, user, "/status")
        await recorder.command(2)
        recorder.held.set()
        await server.wait_for_messages(chat, 2)


async def test_command_menus_are_set_by_kind_of_chat_and_language(server: TelegramServer) -> None:
    menus = (
        Menu(commands=(("latest", "Newest alerts"),)),
        Menu(where="private", lang="ru", commands=(("start", "что это"),)),  # "what this is"
        Menu(where="groups", commands=(("help", "all commands"),)),
        Menu(where="administrators", lang="hi", commands=(("subscribe", "d" * 300),)),
        Menu(where="everywhere", lang="ru", commands=(("Bad Name", "refused"),)),  # only logged
    )
    async with connected(server, Recorder(), menus=menus):
        pass
    commands = server.world.commands
    assert commands["default"] == [{"command": "latest", "description": "Newest alerts"}]
    assert commands["all_private_chats ru"] == [{"command": "start", "description": "что это"}]
    assert commands["all_group_chats"] == [{"command": "help", "description": "all commands"}]
    assert len(commands["all_chat_administrators hi"][0]["description"]) == 256
    assert "default ru" not in commands


async def test_a_long_answer_comes_in_parts(server: TelegramServer) -> None:
    user = server.add_user()
    chat = server.add_private(user)
    recorder = Recorder(lambda command: Reply(lines=tuple(line("word " * 100) for _ in range(30))))
    async with connected(server, recorder):
        server.user_says(chat, user, "/latest 30")
        parts = await server.wait_for_messages(chat, 4)
    assert sum(part.text.count("word") for part in parts) == 3000


async def test_an_answer_waits_out_a_flood(server: TelegramServer) -> None:
    user = server.add_user()
    chat = server.add_private(user)
    server.faults.methods, server.faults.rate_429, server.faults.at_most = frozenset({"sendMessage"}), 1.0, 1
    async with connected(server, Recorder()):
        server.user_says(chat, user, "/status")
        assert (await server.wait_for_message(chat)).text == "noted"


# --- sending ---


async def test_an_alert_shows_no_link_preview(server: TelegramServer) -> None:
    chat = server.add_private(server.add_user())
    async with connected(server, Recorder()) as adapter:
        await adapter.send(at(chat.id), post())
    assert server.requests("sendMessage")[0].args["link_preview_options"] == {"is_disabled": True}


async def test_a_topic_gets_its_own_alerts(server: TelegramServer) -> None:
    forum = server.add_supergroup(topics=True)
    topic = server.add_topic(forum)
    async with connected(server, Recorder()) as adapter:
        await adapter.send(at(forum.id, topic), post())
    assert len(server.messages(forum, thread=topic)) == 1


async def test_an_upgraded_group_names_its_new_address(server: TelegramServer) -> None:
    user = server.add_user()
    group = server.add_group(members=[user])
    recorder = Recorder()
    async with connected(server, recorder) as adapter:
        new = server.migrate(group)
        assert await adapter.send(at(group.id), post()) == ChannelMoved(to=at(new))
        assert await recorder.change() == (at(group.id), at(new))
        assert isinstance(await adapter.send(at(new), post()), Receipt)


@pytest.mark.parametrize("trouble", ["block", "kick", "deactivate", "delete_chat", "mute"])
async def test_a_chat_that_shuts_the_bot_out_is_gone(server: TelegramServer, trouble: str) -> None:
    user = server.add_user()
    private = trouble in ("block", "deactivate")
    chat = server.add_private(user) if private else server.add_supergroup(members=[user])
    async with connected(server, Recorder()) as adapter:
        getattr(server, trouble)(chat)
        assert isinstance(await adapter.send(at(chat.id), post()), ChannelGone)


@pytest.mark.parametrize("trouble", ["close_topic", "delete_topic"])
async def test_a_topic_that_is_closed_or_deleted_is_gone_and_its_group_is_not(
    server: TelegramServer, trouble: str
) -> None:
    forum = server.add_supergroup(topics=True)
    topic = server.add_topic(forum)
    getattr(server, trouble)(forum, topic)
    async with connected(server, Recorder()) as adapter:
        assert isinstance(await adapter.send(at(forum.id, topic), post()), ChannelGone)
        assert isinstance(await adapter.send(at(forum.id), post()), Receipt)


async def test_being_blocked_is_told_at_once(server: TelegramServer) -> None:
    chat = server.add_private(server.add_user())
    recorder = Recorder()
    async with connected(server, recorder):
        server.block(chat)
        assert await recorder.change() == (at(chat.id), None)


class NoHtml(TelegramServer):
    """A Telegram that refuses all markup, as it does when its rules change."""

    async def _call(self, token: str, method: str, raw: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        if raw.get("parse_mode"):
            raise RefusedError(400, 'can\'t parse entities: Unsupported start tag "b" at byte offset 0')
        return await super()._call(token, method, raw)


async def test_refused_markup_goes_as_plain_text_and_is_marked() -> None:
    async with NoHtml() as server:
        chat = server.add_private(server.add_user())
        async with connected(server, Recorder()) as adapter:
            result = await adapter.send(at(chat.id), post())
        (message,) = server.messages(chat)
    assert result == Receipt(message_id=str(message.message_id), plain=True)
    assert "Rajnath Singh and Belousov" in message.text
    assert "https://ani.test/s400?a=1&b=2" in message.text


async def test_a_token_revoked_meanwhile_is_tried_again_later(server: TelegramServer) -> None:
    chat = server.add_private(server.add_user())
    async with connected(server, Recorder()) as adapter:
        server.token = "110201543:another"
        result = await adapter.send(at(chat.id), post())
    assert isinstance(result, RetryLater)
    assert result.after_s


async def test_the_pace_keeps_within_telegrams_limits() -> None:
    clock = HandClock()
    async with TelegramServer(flood=TelegramFlood(clock=clock)) as server:
        chats = [server.add_private(server.add_user()) for _ in range(40)]
        group = server.add_supergroup()
        adapter = TelegramAdapter(server.token, base_url=server.base_url, monotonic=clock, sleep=clock.sleep)
        await adapter.start(None)
        wanted = [chat.id for chat in chats * 3] + [group.id] * 30
        sends = [asyncio.create_task(until_sent(adapter, at(chat_id), clock)) for chat_id in wanted]
        while not all(task.done() for task in sends):
            await asyncio.sleep(0.002)
            await clock.move(0.25)
        await asyncio.gather(*sends)
        await adapter.stop()
        refused = [entry for entry in server.requests("sendMessage") if entry.error]
        assert refused == []
        assert sum(len(server.messages(chat)) for chat in (*chats, group)) == 150
    assert clock.now - 1000 < 75  # the group's thirty take more than a minute, all others pass meanwhile


async def until_sent(adapter: TelegramAdapter, channel: Channel, clock: HandClock) -> None:
    while isinstance(result := await adapter.send(channel, post()), RetryLater):
        await clock.sleep(result.after_s or 1.0)
    assert isinstance(result, Receipt)


async def test_a_post_can_answer_a_message_and_be_silent(server: TelegramServer) -> None:
    chat = server.add_private(server.add_user())
    async with connected(server, Recorder()) as adapter:
        first = await adapter.send(at(chat.id), post())
        assert isinstance(first, Receipt)
        await adapter.send(at(chat.id), post(reply_to=first.message_id, silent=True))
        assert isinstance(await adapter.send(at(chat.id), post(reply_to="999")), Receipt)  # it was deleted
    _, second, third = server.messages(chat)
    assert second.reply_to == int(first.message_id)
    assert second.args["disable_notification"] is True
    assert third.reply_to is None


async def test_a_digest_of_several_messages_has_its_buttons_below_the_last(server: TelegramServer) -> None:
    chat = server.add_private(server.add_user())
    rows = tuple(line(f"row {number} " + "word " * 30) for number in range(60))
    async with connected(server, Recorder()) as adapter:
        digest = Post(lines=rows, buttons=((Button(text="More", action="more"),),))
        receipt = await adapter.send(at(chat.id), digest)
    messages = server.messages(chat)
    assert len(messages) > 1
    assert receipt == Receipt(message_id=str(messages[0].message_id))
    assert [bool(one.buttons()) for one in messages] == [False] * (len(messages) - 1) + [True]
    assert sum(one.text.count("row ") for one in messages) == 60


async def test_buttons_are_pressed_in_chats_and_lead_to_the_private_chat_in_channels(
    server: TelegramServer,
) -> None:
    group, wire = server.add_supergroup(), server.add_channel()
    shown = post(buttons=((Button(text="Why?", action="why:a1"),),))
    async with connected(server, Recorder()) as adapter:
        for chat in (group, wire, wire):
            assert isinstance(await adapter.send(at(chat.id), shown), Receipt)
    assert server.messages(group)[0].buttons() == ({"text": "Why?", "callback_data": "why:a1"},)
    links = [message.buttons() for message in server.messages(wire)]
    assert links == [({"text": "Why?", "url": "https://t.me/dealwire_bot?start=do_why_a1"},)] * 2
    assert len(server.requests("getChat")) == 2  # of what kind they are is remembered


class NoTimes(TelegramServer):
    """A Bot API server from before the date-time entities."""

    async def _call(self, token: str, method: str, raw: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        if "<tg-time" in raw.get("text", ""):
            raise RefusedError(400, 'can\'t parse entities: Unsupported start tag "tg-time" at byte offset 9')
        return await super()._call(token, method, raw)


async def test_an_older_server_gets_its_times_as_text_from_the_first_refusal_on() -> None:
    async with NoTimes() as server:
        chat = server.add_private(server.add_user())
        async with connected(server, Recorder()) as adapter:
            for _ in range(2):
                result = await adapter.send(at(chat.id), post())
                assert isinstance(result, Receipt)
                assert not result.plain
        assert len([one for one in server.requests("sendMessage") if one.error]) == 1


# --- edits ---


async def test_an_edit_takes_the_messages_place_silently(server: TelegramServer) -> None:
    chat = server.add_private(server.add_user())
    async with connected(server, Recorder()) as adapter:
        receipt = await adapter.send(at(chat.id), post())
        assert isinstance(receipt, Receipt)
        later = post(card(version=2), buttons=((Button(text="Why?", action="why"),),))
        assert await adapter.edit(at(chat.id), receipt.message_id, later) == receipt
        assert await adapter.edit(at(chat.id), receipt.message_id, later) == receipt  # "message is not modified"
    (message,) = server.messages(chat)
    assert "v2 · 14:02 IST" in message.text
    assert message.buttons() == ({"text": "Why?", "callback_data": "why"},)
    assert message.edits == 1


@pytest.mark.parametrize("message_id", ["999", "", "1700000000.000100"])
async def test_an_edit_of_a_message_that_is_not_there_is_rejected(server: TelegramServer, message_id: str) -> None:
    chat = server.add_private(server.add_user())
    async with connected(server, Recorder()) as adapter:
        assert isinstance(await adapter.edit(at(chat.id), message_id, post()), Rejected)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("message is not modified: specified new message content is the same", Receipt),
        ("message to edit not found", Rejected),
        ("message can't be edited", Rejected),
        ("MESSAGE_ID_INVALID", Rejected),
        ("chat not found", type(None)),
    ],
)
def test_a_refused_edit_means(said: str, expected: type) -> None:
    assert type(edit_outcome(BadRequest(f"Bad Request: {said}"), "5")) is expected
    assert edit_outcome(NetworkError(said), "5") is None


# --- presses ---


def with_button(action: str = "why:a1") -> Post:
    return post(buttons=((Button(text="Why?", action=action),),))


async def test_a_press_is_answered_with_a_toast_and_a_message(server: TelegramServer) -> None:
    user = server.add_user(language="ru")
    chat = server.add_private(user)
    recorder = Recorder(press=lambda press: Reply(toast="noted", lines=(line("because"),)))
    async with connected(server, recorder) as adapter:
        await adapter.send(at(chat.id), with_button())
        (shown,) = server.messages(chat)
        answer = await server.wait_for_callback_answer(server.press(shown, "why:a1"))
        _, said = await server.wait_for_messages(chat, 2)
    assert answer["text"] == "noted"
    assert said.text == "because"
    assert recorder.presses == [
        Press(
            action="why:a1",
            channel=at(chat.id),
            message_id=str(shown.message_id),
            user=f"telegram:{user.id}",
            private=True,
            manager=True,
            lang="ru",
        )
    ]


async def test_a_press_may_put_something_else_in_the_messages_place(server: TelegramServer) -> None:
    chat = server.add_private(server.add_user())
    undo = ((Button(text="Undo", action="undo"),),)
    recorder = Recorder(press=lambda press: Reply(lines=(line("removed"),), buttons=undo, replace=True))
    async with connected(server, recorder) as adapter:
        await adapter.send(at(chat.id), with_button())
        (shown,) = server.messages(chat)
        await server.wait_for_callback_answer(server.press(shown, "why:a1"))
        changed = await server.wait_for_message(chat, lambda one: one.text == "removed")
    assert changed.message_id == shown.message_id
    assert changed.buttons() == ({"text": "Undo", "callback_data": "undo"},)


async def test_what_can_no_longer_be_replaced_is_answered_below(server: TelegramServer) -> None:
    chat = server.add_private(server.add_user())
    recorder = Recorder(press=lambda press: Reply(lines=(line("page 2"),), replace=True))
    async with connected(server, recorder) as adapter:
        await adapter.send(at(chat.id), with_button())
        (shown,) = server.messages(chat)
        recorder.held.clear()
        query = server.press(shown, "why:a1")
        await recorder.press()
        server.world.chats[chat.id].messages.clear()  # somebody deletes the message meanwhile
        recorder.held.set()
        await server.wait_for_callback_answer(query)
        assert (await server.wait_for_message(chat)).text == "page 2"


async def test_a_press_is_acknowledged_even_when_its_answer_fails(server: TelegramServer) -> None:
    chat = server.add_private(server.add_user())

    def fail(press: Press) -> Reply:
        raise RuntimeError("a fault of ours")

    async with connected(server, Recorder(press=fail)) as adapter:
        await adapter.send(at(chat.id), with_button())
        answer = await server.wait_for_callback_answer(server.press(server.messages(chat)[0], "why:a1"))
    assert "text" not in answer


async def test_a_slow_press_is_acknowledged_before_its_answer(server: TelegramServer) -> None:
    chat = server.add_private(server.add_user())
    recorder = Recorder(press=lambda press: Reply(toast="done at last"))
    recorder.held.clear()
    async with connected(server, recorder, toast_within_s=0.05) as adapter:
        await adapter.send(at(chat.id), with_button())
        answer = await server.wait_for_callback_answer(server.press(server.messages(chat)[0], "why:a1"))
        recorder.held.set()
        _, late = await server.wait_for_messages(chat, 2)
    assert "text" not in answer
    assert late.text == "done at last"  # too late for a toast


async def test_who_presses_in_a_group_or_channel_manages_it_only_as_an_administrator(
    server: TelegramServer,
) -> None:
    chief, member = server.add_user("Asha"), server.add_user("Ravi")
    forum = server.add_supergroup(members=[member], admins=[chief], topics=True)
    topic = server.add_topic(forum)
    recorder = Recorder()
    async with connected(server, recorder) as adapter:
        await adapter.send(at(forum.id, topic), with_button())
        (shown,) = server.messages(forum)
        await server.wait_for_callback_answer(server.press(shown, "why:a1", user=member))
        await server.wait_for_callback_answer(server.press(shown, "why:a1", user=chief))
    assert [press.manager for press in recorder.presses] == [False, True]
    assert {press.channel for press in recorder.presses} == {at(forum.id, topic)}


async def test_a_link_of_a_channels_button_arrives_as_start_with_the_action(server: TelegramServer) -> None:
    user = server.add_user()
    chat = server.add_private(user)
    recorder = Recorder()
    async with connected(server, recorder):
        server.user_says(chat, user, "/start do_mute_s-2d400")
        command = await recorder.command()
    assert (command.name, started_action(command.args)) == ("start", "mute:s-400")


# --- inline queries ---


async def test_an_inline_query_is_answered_with_results_to_choose_from(server: TelegramServer) -> None:
    user = server.add_user(language="hi")
    asked: list[InlineQuery] = []

    def answer(query: InlineQuery) -> InlineAnswer:
        asked.append(query)
        shown = post(buttons=((Button(text="Page", url="https://x.test/"), Button(text="Why?", action="why")),))
        found = InlineResult(id="a1", title="S-400 <talks>", description="ANI", post=shown)
        return InlineAnswer(results=(found,), cache_s=60, personal=True, next_offset="50", button=("All", "all"))

    async with connected(server, Recorder(inline=answer)):
        sent = await server.inline(user, "s-400", offset="0")
    assert asked == [InlineQuery(text="s-400", user=f"telegram:{user.id}", lang="hi", offset="0")]
    assert (sent["cache_time"], sent["is_personal"], sent["next_offset"]) == (60, True, "50")
    assert sent["button"] == {"text": "All", "start_parameter": "all"}
    (result,) = sent["results"]
    assert result["title"] == "S-400 <talks>"
    assert "Rajnath Singh and Belousov" in result["input_message_content"]["message_text"]
    assert result["reply_markup"]["inline_keyboard"] == [[{"text": "Page", "url": "https://x.test/"}]]


async def test_without_a_handler_inline_queries_are_not_asked_for(server: TelegramServer) -> None:
    async with connected(server, Recorder()):
        await server.changed.until(lambda: server.requests("getUpdates"), 5)
    assert "inline_query" not in server.requests("getUpdates")[0].args["allowed_updates"]


# --- the webhook ---


async def test_by_webhook_updates_come_to_an_address_that_only_telegram_knows(server: TelegramServer) -> None:
    user = server.add_user()
    chat = server.add_private(user)
    recorder = Recorder()
    async with connected(server, recorder, webhook_url="https://bot.example.org/") as adapter:
        (inlet,) = adapter.inlets
        asked = server.requests("setWebhook")[0].args
        assert asked["url"] == f"https://bot.example.org{inlet.path}"
        assert "callback_query" in asked["allowed_updates"]
        assert server.token.partition(":")[2] not in inlet.path
        assert server.requests("getUpdates") == ()
        server.user_says(chat, user, "/status")
        body = json.dumps(server.world.updates.popleft()).encode()

        async def status(headers: dict[str, str], body: bytes) -> int:
            return (await inlet.take(Called(headers=headers, body=body))).status

        secret = {"X-Telegram-Bot-Api-Secret-Token": asked["secret_token"]}
        assert await status({}, body) == 403
        assert await status({"X-Telegram-Bot-Api-Secret-Token": "wrong"}, body) == 403
        assert await status(secret, b"[") == 400
        assert await status(secret, b"{}") == 400
        assert await status(secret, body) == 200
        assert await status(secret, body) == 200  # Telegram repeats what it thinks was lost
        await server.wait_for_message(chat)
    assert [command.name for command in recorder.commands] == ["status"]
    assert await status(secret, body) == 503  # stopping: Telegram comes again


async def test_a_bot_that_polls_takes_back_a_webhook_set_before(server: TelegramServer) -> None:
    server.world.webhook_url = "https://old.example.org/"
    recorder = Recorder()
    user = server.add_user()
    chat = server.add_private(user)
    async with connected(server, recorder):
        server.user_says(chat, user, "/status")
        await recorder.command()
    assert server.world.webhook_url == ""


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Conflict: terminated by other getUpdates request; make sure that only one bot …", "same token"),
        ("Conflict: can't use getUpdates method while webhook is active", "another program set it"),
    ],
)
def test_a_conflict_is_told_in_words(said: str, words: str) -> None:
    assert words in (conflict(Conflict(said)) or "")
    assert conflict(NetworkError("down")) is None


async def test_a_second_reader_is_told_once_a_minute(server: TelegramServer, caplog: pytest.LogCaptureFixture) -> None:
    async with connected(server, Recorder(), poll_timeout_s=5):
        await server.changed.until(lambda: server.requests("getMe"), 5)
        async with aiohttp.ClientSession() as session:
            while SECOND_READER not in caplog.text:
                await (await session.get(f"{server.base_url}{server.token}/getUpdates")).read()
                await asyncio.sleep(0.02)
    assert caplog.text.count(SECOND_READER) == 1


# --- starting ---


@pytest.mark.parametrize("token", ["110201543:wrong-and-secret-AAHdqTcvCH1vGWJxfSeofSAs", "secret-no-token"])
async def test_a_wrong_token_is_told_in_words_without_the_token(server: TelegramServer, token: str) -> None:
    adapter = TelegramAdapter(token, base_url=server.base_url)
    with pytest.raises(AdapterError, match="BotFather") as caught:
        await adapter.start(Recorder().handlers)
    assert token not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


async def test_an_unreachable_telegram_is_tried_until_it_answers(server: TelegramServer) -> None:
    user = server.add_user()
    chat = server.add_private(user)
    await server.stop()
    clock = HandClock()
    recorder = Recorder()
    async with connected(server, recorder, sleep=clock.sleep) as adapter:
        assert isinstance(await adapter.send(at(chat.id), post()), RetryLater)
        await server.start()
        await clock.move(2)
        server.user_says(chat, user, "/status")
        assert (await recorder.command()).name == "status"


async def test_polling_goes_on_after_telegram_was_away(server: TelegramServer) -> None:
    user = server.add_user()
    chat = server.add_private(user)
    recorder = Recorder()
    async with connected(server, recorder):
        await server.stop()
        await server.start()
        server.user_says(chat, user, "/status")
        assert (await recorder.command()).name == "status"


# --- meanings ---


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (FloodError(7), RetryLater(reason="", after_s=7)),
        (ChatMigrated(-1005), ChannelMoved(to=at(-1005))),
        (Forbidden("Forbidden: bot was blocked by the user"), ChannelGone(reason="")),
        (BadRequest("Bad Request: chat not found"), ChannelGone(reason="")),
        (BadRequest("Bad Request: not enough rights to send text messages to the chat"), ChannelGone(reason="")),
        (BadRequest("Bad Request: message thread not found"), ChannelGone(reason="")),
        (BadRequest("Bad Request: TOPIC_CLOSED"), ChannelGone(reason="")),
        (BadRequest("Bad Request: message is too long"), Rejected(reason="")),
        (TimedOut("no answer within 20 s"), RetryLater(reason="", maybe_sent=True)),
        (NetworkError("Bad Gateway"), RetryLater(reason="", maybe_sent=True)),
        (NotSentError("no connection"), RetryLater(reason="", maybe_sent=False)),
        (InvalidToken("Unauthorized"), RetryLater(reason="", after_s=300)),
    ],
)
def test_a_failure_means(error: TelegramError, expected: SendResult) -> None:
    found = outcome(error)
    assert type(found) is type(expected)
    for name in ("after_s", "maybe_sent", "to"):
        assert getattr(found, name, None) == getattr(expected, name, None)


def test_only_a_complaint_about_markup_means_plain_text() -> None:
    assert markup_refused(BadRequest("Bad Request: can't parse entities: Unclosed start tag at byte offset 3"))
    assert not markup_refused(BadRequest("Bad Request: chat not found"))
    assert not markup_refused(NetworkError("can't parse entities"))


def message(**given: Any) -> Message:
    chat = {"id": -1007, "type": "supergroup", "title": "Desk"}
    user = {"id": 42, "is_bot": False, "first_name": "Asha"}
    shown = {"message_id": 5, "date": 0, "chat": chat, "from": user, "text": "/status", **given}
    return Message.de_json(shown, None)


async def test_an_anonymous_administrator_manages_and_a_linked_channel_does_not() -> None:
    async def nobody(chat_id: int) -> tuple[()]:
        return ()

    administrators = Administrators(nobody, monotonic=lambda: 0.0)
    anonymous = message(sender_chat={"id": -1007, "type": "supergroup", "title": "Desk"})
    assert await administrators.wrote(anonymous)
    assert writer(anonymous) == "telegram:-1007"
    assert not await administrators.wrote(message(sender_chat={"id": -1009, "type": "channel", "title": "Wire"}))
    assert not await administrators.wrote(message())


def test_a_threads_number_counts_only_in_forums() -> None:
    assert channel_of(message(message_thread_id=9)) == at(-1007)  # a thread of replies, no topic
    assert channel_of(message(message_thread_id=9, is_topic_message=True)) == at(-1007, 9)
    assert channel_of(message(message_thread_id=1, is_topic_message=True)) == at(-1007)


def test_a_topics_first_message_is_not_what_was_answered() -> None:
    first = {"message_id": 9, "date": 0, "chat": {"id": -1007, "type": "supergroup"}}
    assert replied_to(message(message_thread_id=9, is_topic_message=True, reply_to_message=first)) is None
    assert replied_to(message(reply_to_message=first)) == "9"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/search\nтоп 5", ("search", "топ 5")),  # "top 5", on a line of its own
        ("/start s-400", ("start", "s-400")),
        ("/help@DEALWIRE_BOT", ("help", "")),
        ("/help@other_bot", None),
        ("words in a group", None),
        ("/поиск", None),  # "search": Telegram's commands are Latin
        ("/", None),
    ],
)
def test_what_was_typed_in_a_group(text: str, expected: tuple[str, str] | None) -> None:
    assert typed(message(text=text), "dealwire_bot") == expected
