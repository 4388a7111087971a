"""The Bot API's refusals: who may be written to, what a keyboard or command list may hold.

Every text is the real server's (telegram-bot-api 01a3679c, td 022d6020). A refusal is raised as `RefusedError`.
"""

from __future__ import annotations

import re
from typing import Any

from tests.servers.telegram_state import GENERAL_TOPIC, Chat

MAX_ROW = 8  # buttons in a row, PTB's InlineKeyboardMarkupLimit
MAX_BUTTONS = 100
MAX_CALLBACK_BYTES = 64

_ACTIONS = (
    *("url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat"),
    *("switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay"),
)

_PREFIX = {
    400: "Bad Request: ",
    401: "",
    403: "Forbidden: ",
    404: "Not Found",
    409: "Conflict: ",
    500: "",
    502: "",
}


class RefusedError(Exception):
    """An error answer: `code` and the whole description."""

    def __init__(self, code: int, message: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(_PREFIX.get(code, "") + message)
        self.code = code
        self.parameters = parameters

    @classmethod
    def flood(cls, seconds: int) -> RefusedError:
        return cls(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


def check_write(chat: Chat, *, photo: bool = False) -> None:
    """Raises `RefusedError` where the bot cannot write to the chat."""
    if chat.migrated_to is not None:
        raise RefusedError(
            400, "group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": chat.migrated_to}
        )
    match chat.barrier:
        case "blocked":
            raise RefusedError(403, "bot was blocked by the user")
        case "deactivated":
            raise RefusedError(403, "user is deactivated")
        case "not_started":
            raise RefusedError(403, "bot can't initiate conversation with a user")
        case "kicked":
            raise RefusedError(403, f"bot was kicked from the {chat.type} chat")
        case "left":
            raise RefusedError(403, f"bot is not a member of the {chat.type} chat")
        case "deleted":
            raise RefusedError(403, "the group chat was deleted")
        case "read_only" if chat.type == "channel":
            raise RefusedError(400, "have no write access to the chat")
        case "read_only":
            raise RefusedError(400, f"not enough rights to send {'photos' if photo else 'text messages'} to the chat")


def check_thread(chat: Chat, thread_id: int | None) -> None:
    """Raises `RefusedError` for a topic that is not there, is General (which must not be named) or is closed."""
    if thread_id is None or thread_id == 0:
        return
    topic = chat.topics.get(thread_id)
    if thread_id == GENERAL_TOPIC or topic is None or topic.deleted:
        raise RefusedError(400, "message thread not found")
    if topic.closed:
        raise RefusedError(400, "TOPIC_CLOSED")


def check_markup(markup: Any) -> list[str]:
    """Raises `RefusedError` for a keyboard that the server refuses; returns what it would silently cut."""
    if not isinstance(markup, dict):
        raise RefusedError(400, "object expected as reply markup")
    rows = markup.get("inline_keyboard")
    if rows is None:
        return []
    buttons = [button for row in rows for button in row]
    for button in buttons:
        text = button.get("text", "")
        if not text:
            raise RefusedError(400, "inline keyboard button text must be non-empty")
        actions = [name for name in _ACTIONS if button.get(name) not in (None, "", False)]
        if not actions and "switch_inline_query" not in button and "switch_inline_query_current_chat" not in button:
            raise RefusedError(
                400, "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
            )
        if len(button.get("callback_data", "").encode()) > MAX_CALLBACK_BYTES:
            raise RefusedError(400, "BUTTON_DATA_INVALID")
        if "url" in button and not re.match(r"(https?|tg|ton)://\S+$", button["url"]):
            raise RefusedError(400, f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    if len(buttons) > MAX_BUTTONS:
        raise RefusedError(400, "reply markup is too long")
    # The server takes a wider row, clients then show it cut: never what a correct bot wants.
    return [f"a keyboard row of {len(row)} buttons, more than {MAX_ROW}" for row in rows if len(row) > MAX_ROW]


def check_commands(commands: list[dict[str, str]]) -> None:
    """Raises `RefusedError` for a command list that setMyCommands refuses."""
    if len(commands) > 100:
        raise RefusedError(400, "BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        name = command["command"].removeprefix("/")
        if not name:
            raise RefusedError(400, "command must be non-empty")
        if len(name) > 32:
            raise RefusedError(400, "command length must not exceed 32")
        if not re.fullmatch(r"[a-z0-9_]+", name):
            raise RefusedError(400, "BOT_COMMAND_INVALID")
        if not command["description"].strip():
            raise RefusedError(400, "command description must be non-empty")
        if len(command["description"]) > 256:
            raise RefusedError(400, "command description length must not exceed 256")
