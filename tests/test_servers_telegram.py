"""The local Telegram server judged through the real client library: what it accepts, and each refusal's words."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MessageEntity,
    ReplyParameters,
    Update,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.ext import Application, CallbackQueryHandler, ChatMemberHandler, CommandHandler, ContextTypes
from telegram.request import HTTPXRequest

from tests.servers import Barrier, Faults, TelegramFlood, TelegramServer
from tests.shared_material import shared

Context = ContextTypes.DEFAULT_TYPE


@pytest.fixture(autouse=True)
def ptb_with_timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the client library warns inside RetryAfter's constructor, and here warnings are errors."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as running:
        yield running


@pytest.fixture
async def bot(server: TelegramServer) -> AsyncIterator[Bot]:
    async with _bot(server) as connected:
        yield connected


def _bot(server: TelegramServer, token: str | None = None) -> Bot:
    return Bot(token or server.token, base_url=server.base_url, base_file_url=server.base_file_url)


async def _raw(server: TelegramServer, method: str, body: dict[str, Any]) -> dict[str, Any]:
    """A request that the client library would not let out."""
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{server.base_url}{server.token}/{method}", json=body) as answer,
    ):
        result: dict[str, Any] = await answer.json()
        return result


def _refused(words: str) -> pytest.RaisesExc[BadRequest]:
    """Expects a refusal with these words; the client library changes their case."""
    return pytest.raises(BadRequest, match=re.compile(re.escape(words), re.IGNORECASE))


# --- what is accepted ---


async def test_a_message_is_kept_with_its_parsed_text_and_entities(server: TelegramServer, bot: Bot) -> None:
    chat = server.add_private(server.add_user())
    sent = await bot.send_message(chat.id, "<b>С-400</b> 😀 <a href='https://example.org/'>link</a>", parse_mode="HTML")
    (kept,) = server.messages(chat)
    assert kept.text == sent.text == "С-400 😀 link"
    assert kept.html.startswith("<b>")
    assert kept.entities == (
        {"type": "bold", "offset": 0, "length": 5},
        {"type": "text_link", "offset": 9, "length": 4, "url": "https://example.org/"},  # the emoji counts twice
    )
    assert kept.links() == ("https://example.org/",)
    assert server.alarms == []


async def test_blanks_around_the_text_are_trimmed_and_entities_moved(server: TelegramServer, bot: Bot) -> None:
    chat = server.add_private(server.add_user())
    await bot.send_message(chat.id, " \n a <i>b </i> \n", parse_mode="HTML")
    (kept,) = server.messages(chat)
    assert kept.text == "a b"
    assert kept.entities == ({"type": "italic", "offset": 2, "length": 1},)


async def test_4096_code_points_after_parsing_pass_though_the_raw_text_is_longer(
    server: TelegramServer, bot: Bot
) -> None:
    chat = server.add_private(server.add_user())
    await bot.send_message(chat.id, "<b>" + "😀" * 4096 + "</b>", parse_mode="HTML")
    assert len(server.messages(chat)[0].text) == 4096


async def test_a_photo_comes_as_an_upload_with_its_caption(server: TelegramServer, bot: Bot) -> None:
    chat = server.add_channel(username="wire")
    sent = await bot.send_photo("@wire", b"\x89PNG", caption="<i>map</i>", parse_mode="HTML")
    assert sent.caption == server.messages(chat)[0].text == "map"
    assert sent.photo
    assert server.alarms == []


async def test_a_topic_keeps_its_messages_apart(server: TelegramServer, bot: Bot) -> None:
    forum = server.add_supergroup(topics=True)
    deals = server.add_topic(forum, "Deals")
    await bot.send_message(forum.id, "in the topic", message_thread_id=deals)
    await bot.send_message(forum.id, "in General")
    assert [one.text for one in server.messages(forum, thread=deals)] == ["in the topic"]
    assert [one.thread_id for one in server.messages(forum)] == [deals, None]


async def test_an_edit_changes_the_message_in_place(server: TelegramServer, bot: Bot) -> None:
    chat = server.add_private(server.add_user())
    sent = await bot.send_message(chat.id, "one")
    await bot.edit_message_text("two", chat.id, sent.message_id)
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Why", callback_data="why:1")]])
    await bot.edit_message_reply_markup(chat.id, sent.message_id, reply_markup=keyboard)
    (kept,) = server.messages(chat)
    assert (kept.text, kept.edits, kept.buttons()[0]["callback_data"]) == ("two", 2, "why:1")


async def test_members_and_chats_are_told_as_declared(server: TelegramServer, bot: Bot) -> None:
    chief, member = server.add_user("Ira"), server.add_user("Ravi")
    group = server.add_group("Desk", members=[member], admins=[chief])
    assert (await bot.get_chat(group.id)).title == "Desk"
    assert (await bot.get_chat_member(group.id, member.id)).status == "member"
    assert [one.user.id for one in await bot.get_chat_administrators(group.id)] == [chief.id]


async def test_the_command_list_is_kept_by_language(server: TelegramServer, bot: Bot) -> None:
    await bot.set_my_commands([BotCommand("latest", "Latest alerts")])
    await bot.set_my_commands([BotCommand("latest", "Последние")], language_code="ru")  # "the latest"
    assert [one.description for one in await bot.get_my_commands()] == ["Latest alerts"]
    assert server.world.commands["default ru"][0]["description"] == "Последние"


async def test_a_polling_bot_answers_commands_and_buttons(server: TelegramServer) -> None:
    asha = server.add_user("Asha")
    private, group = server.add_private(asha, started=False), server.add_group(members=[asha])
    app = Application.builder().token(server.token).base_url(server.base_url).build()

    async def start(update: Update, context: Context) -> None:
        assert update.effective_message is not None
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Why", callback_data="why")]])
        await update.effective_message.reply_text(f"started with {context.args}", reply_markup=keyboard)

    async def why(update: Update, context: Context) -> None:
        assert update.callback_query is not None
        await update.callback_query.answer("because")

    app.add_handlers([CommandHandler("start", start), CallbackQueryHandler(why)])
    async with app:
        await app.start()
        assert app.updater is not None
        await app.updater.start_polling()
        server.user_says(private, asha, "/start abc")
        said = server.user_says(group, asha, "/start@dealwire_bot")
        server.user_says(group, asha, "/start@other_bot")
        server.user_says(group, asha, "just talk")
        answered = await server.wait_for_message(private)
        assert answered.text == "started with ['abc']"
        assert (await server.wait_for_message(group)).reply_to == said
        query = server.press(answered, "why")
        assert (await server.wait_for_callback_answer(query))["text"] == "because"
        await server.wait_until_read()
        assert len(server.messages(group)) == 1
        await app.updater.stop()
        await app.stop()
    assert server.alarms == []


async def test_the_bot_is_told_that_it_was_blocked(server: TelegramServer) -> None:
    private = server.add_private(server.add_user())
    told: asyncio.Queue[str] = asyncio.Queue()
    app = Application.builder().token(server.token).base_url(server.base_url).build()

    async def changed(update: Update, context: Context) -> None:
        assert update.my_chat_member is not None
        await told.put(update.my_chat_member.new_chat_member.status)

    app.add_handler(ChatMemberHandler(changed))
    async with app:
        await app.start()
        assert app.updater is not None
        await app.updater.start_polling()
        server.block(private)
        assert await asyncio.wait_for(told.get(), 5) == "kicked"
        server.unblock(private)
        assert await asyncio.wait_for(told.get(), 5) == "member"
        await app.updater.stop()
        await app.stop()


# --- what is refused ---

LONG_BUTTON = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="я" * 33)]])  # 66 bytes

REFUSED_TEXTS = [
    ({"text": ""}, "Message text is empty"),
    ({"text": " \n "}, "Text must be non-empty"),
    ({"text": "x" * 4097}, "Message is too long"),
    ({"text": "<b></b>" * 5000, "parse_mode": "HTML"}, "Text is too long"),
    ({"text": "x", "parse_mode": "BBCode"}, "Unsupported parse_mode"),
    (
        {"text": "<p>x</p>", "parse_mode": "HTML"},
        'Can\'t parse entities: unsupported start tag "p" at byte offset 0',
    ),
    (
        {"text": "<b>x", "parse_mode": "HTML"},
        "Can't parse entities: can't find end tag corresponding to start tag \"b\"",
    ),
    (
        {"text": "<b>яx</i>", "parse_mode": "HTML"},
        'Can\'t parse entities: unmatched end tag at byte offset 6, expected "</b>", found "</i>"',
    ),
    (
        {"text": "1.5", "parse_mode": "MarkdownV2"},
        "Can't parse entities: character '.' is reserved and must be escaped with the preceding '\\'",
    ),
    ({"text": "x", "reply_markup": LONG_BUTTON}, "Button_data_invalid"),
    (
        {"text": "x", "reply_markup": InlineKeyboardMarkup([[InlineKeyboardButton("x", url="ftp://x.org")]])},
        "Inline keyboard button url 'ftp://x.org' is invalid: wrong http url",
    ),
    (
        {"text": "x", "reply_markup": InlineKeyboardMarkup([[InlineKeyboardButton("x")]])},
        "Can't parse inline keyboard button: text buttons are unallowed in the inline keyboard",
    ),
    (
        {
            "text": "x",
            "reply_markup": InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="d")] * 8] * 13),
        },
        "Reply markup is too long",
    ),
    ({"text": "x", "message_thread_id": 99}, "Message thread not found"),
    ({"text": "x", "reply_parameters": ReplyParameters(99)}, "Message to be replied not found"),
]


@pytest.mark.parametrize(("content", "words"), REFUSED_TEXTS, ids=[words[:40] for _, words in REFUSED_TEXTS])
async def test_a_bad_message_is_refused_in_the_real_words(
    server: TelegramServer, bot: Bot, content: dict[str, Any], words: str
) -> None:
    chat = server.add_private(server.add_user())
    with pytest.raises(BadRequest) as refused:
        await bot.send_message(chat.id, **content)
    assert refused.value.message.lower() == words.lower()  # the client library changes the case
    assert server.messages(chat) == ()


async def test_an_error_keeps_the_casing_of_the_real_server(server: TelegramServer) -> None:
    chat = server.add_private(server.add_user())
    answer = await _raw(server, "sendMessage", {"chat_id": chat.id, "text": "<x>", "parse_mode": "HTML"})
    assert answer == {
        "ok": False,
        "error_code": 400,
        "description": 'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 0',
    }


async def test_a_long_caption_is_refused(server: TelegramServer, bot: Bot) -> None:
    chat = server.add_private(server.add_user())
    with _refused("message caption is too long"):
        await bot.send_photo(chat.id, b"x", caption="x" * 1025)


async def test_edits_that_change_nothing_or_find_nothing_are_refused(server: TelegramServer, bot: Bot) -> None:
    asha = server.add_user()
    chat = server.add_private(asha)
    sent = await bot.send_message(chat.id, "one")
    with _refused("message is not modified: specified new message content"):
        await bot.edit_message_text("one", chat.id, sent.message_id)
    with _refused("message to edit not found"):
        await bot.edit_message_text("two", chat.id, 77)
    with _refused("message can't be edited"):
        await bot.edit_message_text("two", chat.id, server.user_says(chat, asha, "hello"))


async def test_an_unknown_chat_is_not_found(bot: Bot) -> None:
    with _refused("Chat not found"):
        await bot.send_message(404, "x")
    with _refused("chat_id is empty"):
        await bot.send_message("", "x")


BARRIERS: list[tuple[Barrier, str, str]] = [
    ("blocked", "private", "bot was blocked by the user"),
    ("deactivated", "private", "user is deactivated"),
    ("not_started", "private", "bot can't initiate conversation with a user"),
    ("kicked", "group", "bot was kicked from the group chat"),
    ("kicked", "supergroup", "bot was kicked from the supergroup chat"),
    ("kicked", "channel", "bot was kicked from the channel chat"),
    ("left", "supergroup", "bot is not a member of the supergroup chat"),
    ("deleted", "group", "the group chat was deleted"),
]


@pytest.mark.parametrize(("barrier", "kind", "words"), BARRIERS)
async def test_a_barred_bot_is_forbidden(server: TelegramServer, bot: Bot, barrier: Any, kind: str, words: str) -> None:
    chats = (
        *(server.add_private(server.add_user()), server.add_group(), server.add_supergroup()),
        server.add_channel(),
    )
    chat = next(one for one in chats if one.type == kind)
    chat.barrier = barrier
    with pytest.raises(Forbidden) as refused:
        await bot.send_message(chat.id, "x")
    assert refused.value.message == f"Forbidden: {words}"


async def test_a_muted_bot_may_not_write(server: TelegramServer, bot: Bot) -> None:
    group, channel = server.add_supergroup(), server.add_channel()
    server.mute(group)
    server.mute(channel)
    with _refused("not enough rights to send text messages to the chat"):
        await bot.send_message(group.id, "x")
    with _refused("have no write access to the chat"):
        await bot.send_message(channel.id, "x")


async def test_closed_deleted_and_general_topics_refuse(server: TelegramServer, bot: Bot) -> None:
    forum = server.add_supergroup(topics=True)
    closed, deleted = server.add_topic(forum), server.add_topic(forum)
    server.close_topic(forum, closed)
    server.delete_topic(forum, deleted)
    with _refused("topic_closed"):
        await bot.send_message(forum.id, "x", message_thread_id=closed)
    for thread in (deleted, 1):
        with _refused("message thread not found"):
            await bot.send_message(forum.id, "x", message_thread_id=thread)


async def test_an_upgraded_group_names_its_new_chat(server: TelegramServer, bot: Bot) -> None:
    group = server.add_group(members=[server.add_user()])
    new_id = server.migrate(group)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(group.id, "x")
    assert moved.value.new_chat_id == new_id
    await bot.send_message(new_id, "x")
    old, new = [update.message for update in await bot.get_updates()]
    assert old is not None and old.migrate_to_chat_id == new_id
    assert new is not None and new.migrate_from_chat_id == group.id


async def test_flood_limits_answer_429_with_the_seconds_to_wait(bot: Bot, server: TelegramServer) -> None:
    moment = 100.0
    flood = TelegramFlood(clock=lambda: moment)
    server.world.flood = flood
    chat, other = server.add_private(server.add_user()), server.add_private(server.add_user())
    for _ in range(3):
        await bot.send_message(chat.id, "x")
    with pytest.raises(RetryAfter) as wait:
        await bot.send_message(chat.id, "x")
    assert wait.value.retry_after == timedelta(seconds=1)
    await bot.send_message(other.id, "x")
    moment += 1
    await bot.send_message(chat.id, "x")
    assert len(server.messages(chat)) == 4


async def test_a_group_takes_twenty_messages_a_minute(bot: Bot, server: TelegramServer) -> None:
    moment = 100.0
    server.world.flood = TelegramFlood(clock=lambda: moment, chat_burst=30, overall_s=1000)
    group = server.add_group()
    for _ in range(20):
        await bot.send_message(group.id, "x")
    with pytest.raises(RetryAfter) as wait:
        await bot.send_message(group.id, "x")
    assert wait.value.retry_after == timedelta(seconds=3)


async def test_429_carries_the_header(server: TelegramServer) -> None:
    server.faults = Faults(rate_429=1, retry_after_s=7)
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{server.base_url}{server.token}/sendMessage", data={"chat_id": 1}) as answer,
    ):
        assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
        assert (await answer.json())["parameters"] == {"retry_after": 7}


async def test_tokens_and_methods_are_checked(server: TelegramServer) -> None:
    with pytest.raises(InvalidToken, match="rejected by the server"):
        async with _bot(server, "110201543:wrong"):
            pass
    answer = await _raw(server, "sendTelepathy", {})
    assert answer == {"ok": False, "error_code": 404, "description": "Not Found: method not found"}
    assert server.alarms == ["sendTelepathy: no such method"]


async def test_the_older_of_two_pollers_gets_a_conflict(server: TelegramServer) -> None:
    first = asyncio.create_task(_raw(server, "getUpdates", {"timeout": 20}))
    await server.changed.until(lambda: server._poll, 5)
    second = asyncio.create_task(_raw(server, "getUpdates", {"timeout": 20}))
    assert (await first)["description"] == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )
    chat = server.add_private(server.add_user())
    server.user_says(chat, server.add_user(), "hello")
    assert (await second)["result"][0]["message"]["text"] == "hello"


async def test_a_webhook_and_polling_exclude_each_other(server: TelegramServer, bot: Bot) -> None:
    await bot.set_webhook("https://example.org/hook")
    with pytest.raises(TelegramError, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    with _refused("secret token contains unallowed characters"):
        await bot.set_webhook("https://example.org/hook", secret_token="a b")
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_updates_stay_until_an_offset_confirms_them(server: TelegramServer, bot: Bot) -> None:
    asha = server.add_user()
    chat = server.add_private(asha)
    server.user_says(chat, asha, "one")
    server.user_says(chat, asha, "two")
    first, second = await bot.get_updates()
    assert [update.update_id for update in await bot.get_updates(offset=second.update_id)] == [second.update_id]
    assert await bot.get_updates(offset=second.update_id + 1) == ()
    assert first.message is not None and first.message.text == "one"


async def test_a_late_callback_answer_is_refused() -> None:
    moment = datetime(2026, 8, 1, tzinfo=UTC)
    async with TelegramServer(clock=lambda: moment) as server, _bot(server) as bot:
        chat = server.add_private(server.add_user())
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Why", callback_data="why")]])
        await bot.send_message(chat.id, "x", reply_markup=keyboard)
        query = server.press(server.messages(chat)[0], "why")
        with _refused("message_too_long"):
            await bot.answer_callback_query(query, "x" * 201)
        moment += timedelta(seconds=11)
        with _refused("query is too old and response timeout expired"):
            await bot.answer_callback_query(query)


BAD_COMMANDS = [
    ("", "text", "command must be non-empty"),
    ("x" * 33, "text", "command length must not exceed 32"),
    ("Start", "text", "bot_command_invalid"),
    ("start", " ", "command description must be non-empty"),
    ("start", "x" * 257, "command description length must not exceed 256"),
]


@pytest.mark.parametrize(("name", "about", "words"), BAD_COMMANDS)
async def test_bad_command_lists_are_refused(bot: Bot, name: str, about: str, words: str) -> None:
    with _refused(words):
        await bot.set_my_commands([(name, about)])


# --- what raises an alarm ---

ALARMING = [
    ("sendMessage", {"text": "x", "disable_web_page_preview": True}, "sendMessage: disable_web_page_preview"),
    (
        "sendMessage",
        {
            "text": "x",
            "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "b", "colour": "red"}]]},
        },
        "sendMessage: reply_markup.inline_keyboard[0][0].colour",
    ),
    (
        "sendMessage",
        {"text": "x", "entities": [{"type": "bold", "offset": "0", "length": 1}]},
        "sendMessage: entities[0].offset: expected Integer",
    ),
    ("sendMessage", {"text": "x", "reply_markup": {"inline_keyboard": "b"}}, "reply_markup.inline_keyboard"),
    ("sendMessage", {"text": "x", "disable_notification": "maybe"}, "disable_notification: expected Boolean"),
    ("sendMessage", {}, "sendMessage: text: required field is missing"),
    ("sendMessage", {"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 9}]}, "outside the text"),
    ("sendGift", {"user_id": 1}, "sendGift: gift_id: required field is missing"),
    ("editMessageMedia", {"media": {"type": "photo"}}, "editMessageMedia: media.media: required field is missing"),
    ("getFile", {"file_id": "f"}, "getFile is not served"),
]


@pytest.mark.parametrize(("method", "args", "alarm"), ALARMING, ids=[alarm[:50] for *_, alarm in ALARMING])
async def test_what_breaks_the_published_description_raises_an_alarm(
    server: TelegramServer, method: str, args: dict[str, Any], alarm: str
) -> None:
    chat = server.add_private(server.add_user())
    await _raw(server, method, {"chat_id": chat.id} | args if method == "sendMessage" else args)
    assert any(alarm in found for found in server.alarms), server.alarms


async def test_form_texts_are_read_as_the_values_they_stand_for(server: TelegramServer) -> None:
    chat = server.add_private(server.add_user())
    form = {"chat_id": str(chat.id), "text": "x", "disable_notification": "true"}
    form["entities"] = json.dumps([{"type": "bold", "offset": 0, "length": 1}])
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{server.base_url}{server.token}/SENDMESSAGE", data=form) as answer,
    ):
        assert answer.status == 200
    assert server.messages(chat)[0].args["disable_notification"] is True
    assert server.alarms == []


async def test_entities_given_by_the_client_are_kept(server: TelegramServer, bot: Bot) -> None:
    chat = server.add_private(server.add_user())
    await bot.send_message(chat.id, "bold", entities=[MessageEntity("bold", 0, 4)])
    assert server.messages(chat)[0].entities == ({"type": "bold", "offset": 0, "length": 4},)


# --- faults ---


async def test_the_same_seed_hits_the_same_requests(server: TelegramServer, bot: Bot) -> None:
    chat = server.add_private(server.add_user())
    runs: list[list[bool]] = []
    for _ in range(2):
        server.faults = Faults(seed=7, rate_429=0.3, rate_5xx=0.2)
        hits = []
        for _ in range(30):
            try:
                await bot.send_message(chat.id, "x")
                hits.append(False)
            except (RetryAfter, NetworkError):
                hits.append(True)
        runs.append(hits)
    assert runs[0] == runs[1]
    assert 5 < sum(runs[0]) < 25
    assert server.faults.injected.total() == sum(runs[1])


async def test_a_dropped_connection_may_have_been_accepted(server: TelegramServer, bot: Bot) -> None:
    chat = server.add_private(server.add_user())
    server.faults = Faults(rate_drop_before=1)
    with pytest.raises(NetworkError):
        await bot.send_message(chat.id, "never arrived")
    assert (server.messages(chat), server.lost_receipts) == ((), 0)
    server.faults = Faults(rate_drop_after=1, at_most=1)
    with pytest.raises(NetworkError):
        await bot.send_message(chat.id, "arrived")
    await bot.send_message(chat.id, "later")
    assert [(one.text, one.receipt_lost) for one in server.messages(chat)] == [("arrived", True), ("later", False)]
    assert server.lost_receipts == 1


async def test_a_slow_answer_comes_after_the_client_gave_up(server: TelegramServer) -> None:
    chat = server.add_private(server.add_user())
    server.faults = Faults(rate_slow=1, delay_s=0.3)
    request = HTTPXRequest(read_timeout=0.1)
    async with Bot(server.token, base_url=server.base_url, request=request) as bot:
        with pytest.raises(TelegramError, match="Timed out"):
            await bot.send_message(chat.id, "x")
    assert (await server.wait_for_message(chat, timeout=2)).text == "x"


async def test_the_server_comes_back_on_its_port(server: TelegramServer, bot: Bot) -> None:
    chat = server.add_private(server.add_user())
    await server.stop()
    with pytest.raises(NetworkError):
        await bot.send_message(chat.id, "x")
    await server.start()
    await bot.send_message(chat.id, "y")
    assert [one.text for one in server.messages(chat)] == ["y"]
    assert [entry.method for entry in server.log][-1:] == ["sendMessage"]


# --- the texts ---


@pytest.mark.shared
def test_the_refusals_are_worded_like_the_real_server() -> None:
    told = json.loads(shared("specs/telegram_errors.json").read_text(encoding="utf-8"))
    real = {str(one["description"]).partition(": ")[2].partition("<reason>")[0].strip().lower() for one in told}
    ours = [words for _, words in REFUSED_TEXTS] + [words for *_, words in BARRIERS]
    # The list has no text for a wrong button URL.
    unknown = [
        one for one in ours if not one.lower().startswith(tuple(real - {""})) and "button url" not in one.lower()
    ]
    assert unknown == []
