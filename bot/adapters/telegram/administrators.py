"""Who manages a group: asked of Telegram, remembered briefly."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence

from telegram import Chat, ChatMember, Message
from telegram.constants import ChatMemberStatus
from telegram.error import TelegramError

from bot.adapters.pacing import Monotonic

REMEMBERED_S = 60.0  # judgement: a new administrator waits at most so long
GROUPS_MAX = 1000  # remembered at most, the longest known forgotten first

_CHIEFS = (ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.OWNER)

_log = logging.getLogger(__name__)


class Administrators:
    """Answers whether the writer of a message may change the chat's settings."""

    def __init__(self, ask: Callable[[int], Awaitable[Sequence[ChatMember]]], monotonic: Monotonic) -> None:
        self._ask = ask  # Bot.get_chat_administrators
        self._now = monotonic
        self._known: OrderedDict[int, tuple[float, frozenset[int]]] = OrderedDict()  # until when, user ids

    async def wrote(self, message: Message) -> bool:
        """True in private chats, for channel posts, for administrators, anonymous ones too."""
        if message.chat.type in (Chat.PRIVATE, Chat.CHANNEL):  # only administrators post in a broadcast channel
            return True
        if message.sender_chat is not None:  # an anonymous administrator writes as the group itself
            return message.sender_chat.id == message.chat.id
        return message.from_user is not None and message.from_user.id in await self._of(message.chat.id)

    async def pressed(self, chat: Chat, user_id: int) -> bool:
        """Whether the user manages the chat. In a broadcast channel every follower can press."""
        return chat.type == Chat.PRIVATE or user_id in await self._of(chat.id)

    async def administers(self, chat_id: int, user_id: int) -> bool:
        """Whether the user manages the group or channel."""
        return user_id in await self._of(chat_id)

    async def _of(self, chat_id: int) -> frozenset[int]:
        """Their user ids; nobody when Telegram does not say. All are asked for: asking after one other member
        is only sure to work where the bot is an administrator itself (Bot API, getChatMember)."""
        until, known = self._known.get(chat_id, (0.0, frozenset[int]()))
        if self._now() < until:
            return known
        try:
            members = await self._ask(chat_id)
        except TelegramError as error:
            _log.warning("telegram administrators unknown chat=%s reason=%s", chat_id, error)
            return frozenset()
        known = frozenset(member.user.id for member in members if member.status in _CHIEFS)
        self._known[chat_id] = (self._now() + REMEMBERED_S, known)
        self._known.move_to_end(chat_id)
        while len(self._known) > GROUPS_MAX:
            self._known.popitem(last=False)
        return known
