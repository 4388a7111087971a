"""What the local Telegram server knows: users, chats with their members and topics, messages.

Users and messages handed to tests are frozen snapshots; `Chat` is the server's own changing record.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

ChatType = Literal["private", "group", "supergroup", "channel"]

Barrier = Literal["", "blocked", "deactivated", "kicked", "left", "deleted", "not_started", "read_only"]
"""What keeps the bot out of a chat; "" nothing."""

GENERAL_TOPIC = 1  # the topic every forum has; a message for it must not name it (PTB issue 4739)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    id: int
    first_name: str
    username: str | None = None
    is_bot: bool = False
    language: str = "en"

    def to_dict(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            shown["username"] = self.username
        if not self.is_bot:
            shown["language_code"] = self.language
        return shown


@dataclass(slots=True, kw_only=True)
class Topic:
    id: int
    name: str
    closed: bool = False
    deleted: bool = False


@dataclass(slots=True, kw_only=True)
class Chat:
    """A chat; `id` is what the Bot API calls chat_id."""

    id: int
    type: ChatType
    title: str  # a private chat's: the user's first name
    username: str | None = None
    members: dict[int, str] = field(default_factory=dict)  # user id -> creator | administrator | member | left | kicked
    topics: dict[int, Topic] = field(default_factory=dict)
    forum: bool = False
    barrier: Barrier = ""
    migrated_to: int | None = None
    messages: list[StoredMessage] = field(default_factory=list)
    next_message_id: int = 1

    def to_dict(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"id": self.id, "type": self.type}
        shown["first_name" if self.type == "private" else "title"] = self.title
        if self.username:
            shown["username"] = self.username
        if self.forum:
            shown["is_forum"] = True
        return shown


@dataclass(slots=True, kw_only=True)
class StoredMessage:
    """A message as the server keeps it; `shown` is the Bot API's object."""

    shown: dict[str, Any]
    from_bot: bool
    raw: str = ""
    parse_mode: str | None = None
    sent_at: float = 0.0
    edits: int = 0
    receipt_lost: bool = False
    args: dict[str, Any] = field(default_factory=dict)

    def snapshot(self) -> Message:
        shown = self.shown
        reply = shown.get("reply_to_message")
        return Message(
            chat_id=shown["chat"]["id"],
            message_id=shown["message_id"],
            thread_id=shown.get("message_thread_id"),
            text=shown.get("text", shown.get("caption", "")),
            entities=tuple(shown.get("entities", shown.get("caption_entities", ()))),
            html=self.raw,
            parse_mode=self.parse_mode,
            reply_markup=shown.get("reply_markup"),
            reply_to=reply["message_id"] if reply else None,
            date=shown["date"],
            sent_at=self.sent_at,
            edits=self.edits,
            receipt_lost=self.receipt_lost,
            args=dict(self.args),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message the bot sent and the server accepted, in its present state."""

    chat_id: int
    message_id: int
    thread_id: int | None  # forum topic; None: none, or General
    text: str  # plain, after parsing; a photo's caption
    entities: tuple[dict[str, Any], ...]  # as the Bot API shows them, offsets in UTF-16 units
    html: str  # the text exactly as it was sent, before parsing
    parse_mode: str | None
    reply_markup: dict[str, Any] | None
    reply_to: int | None  # message_id
    date: int  # Unix seconds, by the server's clock
    sent_at: float  # time.monotonic() of acceptance
    edits: int  # how often it was edited since
    receipt_lost: bool  # accepted, but a fault kept the answer from the client
    args: dict[str, Any]  # the whole request, decoded

    def links(self) -> tuple[str, ...]:
        """The addresses behind the text's links, in order."""
        return tuple(entity["url"] for entity in self.entities if entity["type"] == "text_link")

    def buttons(self) -> tuple[dict[str, Any], ...]:
        """The inline keyboard's buttons, row by row."""
        rows = (self.reply_markup or {}).get("inline_keyboard", [])
        return tuple(button for row in rows for button in row)
