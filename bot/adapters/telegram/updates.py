"""What an update of Telegram means to us: pure, the library's objects in, our values out.

Nothing here asks Telegram: whether the writer manages the chat is left to the adapter.
"""

from __future__ import annotations

import re

from telegram import CallbackQuery, Chat, ChatMemberUpdated, MaybeInaccessibleMessage, Message

from bot.model import Channel, Command, Press

GENERAL_TOPIC = 1  # a forum's first topic; Telegram refuses messages that name it

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?:\s+(.*))?", re.DOTALL)


def channel_of(message: MaybeInaccessibleMessage) -> Channel:
    """Where the message was written: the chat, and the topic in a forum."""
    thread = message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None
    return Channel(
        platform="telegram",
        address=str(message.chat.id),
        thread=str(thread) if thread and thread != GENERAL_TOPIC else None,
    )


def typed(message: Message, username: str) -> tuple[str, str] | None:
    """Name and arguments of the command; ("", the text) for plain words in a private chat; None: not for us."""
    text = message.text or ""
    match = _COMMAND.fullmatch(text)
    if match is None:
        return ("", text.strip()) if text.strip() and message.chat.type == Chat.PRIVATE else None
    name, to_bot, args = match.groups()
    if to_bot and to_bot.lower() != username.lower():
        return None
    return name.lower(), (args or "").strip()


def command_of(message: Message, name: str, args: str, *, manager: bool) -> Command:
    """The command that was typed, by what `typed` found in the message."""
    return Command(
        name=name,
        args=args,
        channel=channel_of(message),
        user=writer(message),
        private=message.chat.type == Chat.PRIVATE,
        manager=manager,
        reply_to=replied_to(message),
        lang=message.from_user.language_code if message.from_user else None,
        called=message.chat.title or message.chat.full_name or "",
    )


def press_of(query: CallbackQuery, *, manager: bool) -> Press | None:
    """The button of ours that was pressed; None for one under a message that is in no chat of ours."""
    if query.message is None or not query.data:
        return None
    return Press(
        action=query.data,
        channel=channel_of(query.message),
        message_id=str(query.message.message_id),
        user=f"telegram:{query.from_user.id}",
        private=query.message.chat.type == Chat.PRIVATE,
        manager=manager,
        lang=query.from_user.language_code,
    )


def writer(message: Message) -> str:
    """Who wrote, e.g. "telegram:42"; the chat itself for channel posts and anonymous administrators."""
    if message.sender_chat is not None:
        return f"telegram:{message.sender_chat.id}"
    return f"telegram:{message.from_user.id if message.from_user else message.chat.id}"


def replied_to(message: Message) -> str | None:
    """The id of the message that it answers. In a topic Telegram puts the topic's own first message there."""
    replied = message.reply_to_message
    if replied is None or (message.is_topic_message and replied.message_id == message.message_thread_id):
        return None
    return str(replied.message_id)


def migration(message: Message) -> tuple[Channel, Channel] | None:
    """Old and new channel when the message tells of a group that became a supergroup; told in both chats."""
    here = Channel(platform="telegram", address=str(message.chat.id))
    if message.migrate_to_chat_id:
        return here, Channel(platform="telegram", address=str(message.migrate_to_chat_id))
    if message.migrate_from_chat_id:
        return Channel(platform="telegram", address=str(message.migrate_from_chat_id)), here
    return None


def shut_out(change: ChatMemberUpdated) -> Channel | None:
    """The chat, if the bot was blocked, removed or left there."""
    if change.new_chat_member.status not in ("left", "kicked"):
        return None
    return Channel(platform="telegram", address=str(change.chat.id))
