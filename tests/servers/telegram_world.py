"""The state behind the Telegram server and the changes it can make: chats found, messages put, updates queued."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.servers.flood import TelegramFlood
from tests.servers.serving import Signal, now_monotonic
from tests.servers.telegram_rules import RefusedError
from tests.servers.telegram_state import Chat, StoredMessage, User

QUIET_UPDATES = {"chat_member", "message_reaction", "message_reaction_count"}
"""Sent only to bots that name them in allowed_updates (Bot API, getUpdates)."""

_ADMIN_RIGHTS = (
    *("can_be_edited", "can_manage_chat", "can_delete_messages", "can_manage_video_chats"),
    *("can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users"),
    *("can_post_stories", "can_edit_stories", "can_delete_stories"),
)

CALLBACK_LIFE_S = 10  # the real limit is not documented; reports say 5 to 15 s


@dataclass(slots=True, kw_only=True)
class CallbackQuery:
    """A pressed button that the bot should answer."""

    id: str
    pressed_at: datetime
    answer: dict[str, Any] | None = None  # the arguments of answerCallbackQuery; None: not answered


class World:
    def __init__(
        self,
        *,
        bot: User,
        clock: Callable[[], datetime],
        changed: Signal,
        alarms: list[str],
        flood: TelegramFlood | None,
    ) -> None:
        self.bot = bot
        self.clock = clock
        self.changed = changed
        self.alarms = alarms
        self.flood = flood
        self.users: dict[int, User] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self.updates: deque[dict[str, Any]] = deque()
        self.allowed_updates: frozenset[str] | None = None  # None: all but the quiet ones
        self.commands: dict[str, list[dict[str, str]]] = {}  # by scope and language, see `commands_key`
        self.callbacks: dict[str, CallbackQuery] = {}
        self.inline_queries: dict[str, dict[str, Any] | None] = {}  # by id; None: not answered
        self.webhook_url = ""
        self._update_ids = itertools.count(700_000_001)

    def chat_of(self, chat_id: Any) -> Chat:
        """The chat that a request names by id or @username. Raises `RefusedError`."""
        if chat_id in (None, ""):
            raise RefusedError(400, "chat_id is empty")
        if isinstance(chat_id, str) and chat_id.startswith("@"):
            for chat in self.chats.values():
                if chat.username and chat.username.lower() == chat_id[1:].lower():
                    return chat
        elif isinstance(chat_id, int) and chat_id in self.chats:
            return self.chats[chat_id]
        raise RefusedError(400, "chat not found")

    def find(self, chat: Chat, message_id: Any) -> StoredMessage | None:
        return next((one for one in chat.messages if one.shown["message_id"] == message_id), None)

    def put(self, chat: Chat, sender: User | None, content: dict[str, Any], **kept: Any) -> StoredMessage:
        """Adds a message to the chat; in a channel it comes from the channel itself."""
        shown: dict[str, Any] = {"message_id": chat.next_message_id, "date": self.now(), "chat": chat.to_dict()}
        chat.next_message_id += 1
        if chat.type == "channel" or sender is None:
            shown["sender_chat"] = chat.to_dict()
        else:
            shown["from"] = sender.to_dict()
        shown |= {name: value for name, value in content.items() if value is not None}
        stored = StoredMessage(shown=shown, from_bot=sender == self.bot, sent_at=now_monotonic(), **kept)
        chat.messages.append(stored)
        self.changed.fire()
        return stored

    def tell(self, kind: str, content: dict[str, Any]) -> None:
        """Queues an update of the kind ("message", "callback_query", …) unless the bot did not ask for it."""
        asked = kind in self.allowed_updates if self.allowed_updates else kind not in QUIET_UPDATES
        if asked:
            self.updates.append({"update_id": next(self._update_ids), kind: content})
            self.changed.fire()

    def member(self, chat: Chat, user_id: int) -> dict[str, Any]:
        """The ChatMember object of the user in the chat."""
        status = chat.members.get(user_id, "left")
        shown: dict[str, Any] = {"status": status, "user": self.users[user_id].to_dict()}
        match status:
            case "creator":
                shown["is_anonymous"] = False
            case "administrator":
                shown |= {"is_anonymous": False, **dict.fromkeys(_ADMIN_RIGHTS, False), "can_manage_chat": True}
                if chat.type == "channel":
                    shown |= {"can_post_messages": True, "can_edit_messages": True}
            case "kicked":
                shown["until_date"] = 0
        return shown

    def now(self) -> int:
        return int(self.clock().timestamp())
