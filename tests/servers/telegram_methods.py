"""The Bot API's methods over the server's state: arguments in, the result's JSON out, else `RefusedError`.

A method without a function here is judged by the table alone: one that returns a Boolean answers true, one that
sends a message leaves a message without text; any other raises `NotServedError`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.servers.spec import telegram_method
from tests.servers.telegram_messages import (
    delete_message,
    edit_message_reply_markup,
    edit_message_text,
    send_message,
    send_photo,
    sent,
)
from tests.servers.telegram_rules import (
    RefusedError,
    check_commands,
    check_markup,
    check_write,
)
from tests.servers.telegram_state import Chat
from tests.servers.telegram_text import BadTextError, parse_text
from tests.servers.telegram_world import CALLBACK_LIFE_S, World

Args = dict[str, Any]

_GIFTS = (
    *("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription"),
    "gifts_from_channels",
)


class NotServedError(Exception):
    """The method exists, but this server has no state to answer it from."""


def perform(world: World, method: str, args: Args) -> Any:
    """The result of the method. Raises `RefusedError`, `NotServedError`."""
    function = _METHODS.get(method)
    if function is not None:
        return function(world, args)
    described = telegram_method(method)
    assert described is not None
    chat = world.chat_of(args["chat_id"]) if "chat_id" in args else None
    if described[0] == "Boolean":
        return True
    if method.startswith("send") and described[0] == "Message" and chat is not None:
        return sent(world, chat, args, {}, raw="").shown
    raise NotServedError(f"{method} is not served by this test server")


def commands_key(args: Args) -> str:
    """Where setMyCommands files a list: "default", "chat -100123", "all_private_chats ru"."""
    scope = args.get("scope") or {"type": "default"}
    parts = [scope["type"], scope.get("chat_id"), scope.get("user_id"), args.get("language_code")]
    return " ".join(str(part) for part in parts if part not in (None, ""))


def _get_me(world: World, args: Args) -> Any:
    return world.bot.to_dict() | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def _get_chat(world: World, args: Args) -> Any:
    chat = world.chat_of(args.get("chat_id"))
    _check_seen(chat)
    return chat.to_dict() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(_GIFTS, False),
    }


def _get_chat_member(world: World, args: Args) -> Any:
    chat = world.chat_of(args.get("chat_id"))
    _check_seen(chat)
    if args["user_id"] not in world.users:
        raise RefusedError(400, "invalid user_id specified")
    return world.member(chat, args["user_id"])


def _get_chat_administrators(world: World, args: Args) -> Any:
    chat = world.chat_of(args.get("chat_id"))
    _check_seen(chat)
    if chat.type == "private":
        raise RefusedError(400, "there are no administrators in the private chat")
    chiefs = [user for user, status in chat.members.items() if status in {"creator", "administrator"}]
    return [world.member(chat, user) for user in chiefs]


def _get_chat_member_count(world: World, args: Args) -> Any:
    chat = world.chat_of(args.get("chat_id"))
    _check_seen(chat)
    return sum(status not in {"left", "kicked"} for status in chat.members.values())


def _leave_chat(world: World, args: Args) -> Any:
    chat = world.chat_of(args.get("chat_id"))
    _check_seen(chat)
    chat.barrier, chat.members[world.bot.id] = "left", "left"
    return True


def _set_my_commands(world: World, args: Args) -> Any:
    check_commands(args["commands"])
    world.commands[commands_key(args)] = args["commands"]
    return True


def _get_my_commands(world: World, args: Args) -> Any:
    return world.commands.get(commands_key(args), [])


def _delete_my_commands(world: World, args: Args) -> Any:
    world.commands.pop(commands_key(args), None)
    return True


def _answer_callback_query(world: World, args: Args) -> Any:
    query = world.callbacks.get(args["callback_query_id"])
    if query is None or world.clock() - query.pressed_at > timedelta(seconds=CALLBACK_LIFE_S):
        raise RefusedError(400, "query is too old and response timeout expired or query ID is invalid")
    query.answer = args
    world.changed.fire()
    return True


def _answer_inline_query(world: World, args: Args) -> Any:
    if args["inline_query_id"] not in world.inline_queries:
        raise RefusedError(400, "query is too old and response timeout expired or query ID is invalid")
    results = args["results"]
    if len(results) > 50:
        raise RefusedError(400, "too many inline query results specified")
    if len({one["id"] for one in results}) < len(results):
        raise RefusedError(400, "RESULT_ID_DUPLICATE")
    for one in results:
        if not 1 <= len(one["id"].encode()) <= 64:
            raise RefusedError(400, "RESULT_ID_INVALID")
        content = one["input_message_content"]
        try:
            parse_text(content["message_text"], content.get("parse_mode"))
        except BadTextError as bad:
            raise RefusedError(400, str(bad)) from bad
        if "reply_markup" in one:
            world.alarms.extend(check_markup(one["reply_markup"]))
    world.inline_queries[args["inline_query_id"]] = args
    world.changed.fire()
    return True


def _set_webhook(world: World, args: Args) -> Any:
    if args["url"] and not args["url"].startswith("https://"):
        raise RefusedError(400, "bad webhook: An HTTPS URL must be provided for webhook")
    if len(args.get("secret_token", "")) > 256:
        raise RefusedError(400, "secret token is too long")
    if not args.get("secret_token", "").replace("-", "").replace("_", "a").isalnum() and args.get("secret_token"):
        raise RefusedError(400, "secret token contains unallowed characters")
    world.webhook_url = args["url"]
    world.changed.fire()
    return True


def _delete_webhook(world: World, args: Args) -> Any:
    world.webhook_url = ""
    if args.get("drop_pending_updates"):
        world.updates.clear()
    return True


def _get_webhook_info(world: World, args: Args) -> Any:
    return {
        "url": world.webhook_url,
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates),
    }


_METHODS: dict[str, Callable[[World, Args], Any]] = {
    "getMe": _get_me,
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "getChat": _get_chat,
    "getChatMember": _get_chat_member,
    "getChatAdministrators": _get_chat_administrators,
    "getChatMemberCount": _get_chat_member_count,
    "leaveChat": _leave_chat,
    "setMyCommands": _set_my_commands,
    "getMyCommands": _get_my_commands,
    "deleteMyCommands": _delete_my_commands,
    "answerCallbackQuery": _answer_callback_query,
    "answerInlineQuery": _answer_inline_query,
    "setWebhook": _set_webhook,
    "deleteWebhook": _delete_webhook,
    "getWebhookInfo": _get_webhook_info,
}


def _check_seen(chat: Chat) -> None:
    """The same refusals as for writing, except that reading needs no right to write."""
    if chat.barrier not in {"read_only", "blocked"}:
        check_write(chat)
