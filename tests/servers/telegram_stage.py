"""What a test does with the Telegram server: declares users and chats, acts for them, reads the outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from tests.servers.flood import TelegramFlood
from tests.servers.serving import LocalServer
from tests.servers.telegram_state import (
    GENERAL_TOPIC,
    Barrier,
    Chat,
    ChatType,
    Message,
    StoredMessage,
    Topic,
    User,
)
from tests.servers.telegram_text import automatic_entities
from tests.servers.telegram_world import CallbackQuery, World


class TelegramStage(LocalServer):
    """Everything of `TelegramServer` but its HTTP side."""

    def __init__(
        self,
        *,
        bot: User,
        flood: TelegramFlood | None,
        clock: Callable[[], datetime],
        privacy: bool,
        port: int,
    ) -> None:
        super().__init__(port=port)
        self.bot = bot
        self.privacy = privacy
        self.world = World(bot=bot, clock=clock, changed=self.changed, alarms=self.alarms, flood=flood)
        self._next_id = 1001

    # --- the world a test declares ---

    def add_user(self, first_name: str = "Asha", *, username: str | None = None, language: str = "en") -> User:
        user = User(id=self._new_id(), first_name=first_name, username=username, language=language)
        self.world.users[user.id] = user
        return user

    def add_private(self, user: User, *, started: bool = True) -> Chat:
        """The private chat with the user; `started=False`: the user never spoke, so the bot may not begin."""
        chat = self._add_chat(user.id, "private", user.first_name, "" if started else "not_started")
        chat.username = user.username
        chat.members = {user.id: "member", self.bot.id: "member"}
        return chat

    def add_group(self, title: str = "Desk", *, members: Iterable[User] = (), admins: Iterable[User] = ()) -> Chat:
        return self._add_room(-self._new_id(), "group", title, members, admins)

    def add_supergroup(
        self,
        title: str = "Desk",
        *,
        members: Iterable[User] = (),
        admins: Iterable[User] = (),
        topics: bool = False,
        username: str | None = None,
    ) -> Chat:
        """`topics=True` makes it a forum; its topics come from `add_topic`."""
        chat = self._add_room(-1_000_000_000_000 - self._new_id(), "supergroup", title, members, admins)
        chat.forum, chat.username = topics, username
        if topics:
            chat.topics[GENERAL_TOPIC] = Topic(id=GENERAL_TOPIC, name="General")
        return chat

    def add_channel(self, title: str = "Wire", *, username: str | None = None, admins: Iterable[User] = ()) -> Chat:
        """A channel in which the bot is an administrator who may post."""
        chat = self._add_room(-1_000_000_000_000 - self._new_id(), "channel", title, (), admins)
        chat.username, chat.members[self.bot.id] = username, "administrator"
        return chat

    def add_topic(self, chat: Chat, name: str = "Deals") -> int:
        """The new topic's message_thread_id."""
        created = self.world.put(chat, self.bot, {"forum_topic_created": {"name": name, "icon_color": 7322096}})
        created.from_bot = False  # a service message, none of the bot's
        topic = Topic(id=created.shown["message_id"], name=name)
        chat.topics[topic.id] = topic
        return topic.id

    def close_topic(self, chat: Chat, thread: int) -> None:
        chat.topics[thread].closed = True

    def delete_topic(self, chat: Chat, thread: int) -> None:
        chat.topics[thread].deleted = True

    # --- what users and chats do ---

    def user_says(
        self,
        chat: Chat | int,
        user: User,
        text: str,
        *,
        reply_to: Message | int | None = None,
        thread: int | None = None,
    ) -> int:
        """Puts a user's message into the chat and tells the bot of it unless privacy mode hides it.

        The message_id. A user who writes in a private chat starts it, and unblocks the bot.
        """
        room = self._chat(chat)
        if room.type == "private" and room.barrier == "blocked":
            self.unblock(room)
        if room.barrier == "not_started":
            room.barrier = ""
        replied = None
        if reply_to is not None:
            wanted = reply_to.message_id if isinstance(reply_to, Message) else reply_to
            replied = self.world.find(room, wanted)
            assert replied is not None, f"no message {wanted} in chat {room.id}"
        content: dict[str, Any] = {"text": text, "entities": list(automatic_entities(text)) or None}
        if thread is not None:
            content |= {"message_thread_id": thread, "is_topic_message": True}
        if replied is not None:
            content["reply_to_message"] = {k: v for k, v in replied.shown.items() if k != "reply_to_message"}
        stored = self.world.put(room, user, content)
        if self._bot_sees(room, stored, replied):
            self.world.tell("channel_post" if room.type == "channel" else "message", stored.shown)
        return int(stored.shown["message_id"])

    def press(self, message: Message, data: str, *, user: User | None = None) -> str:
        """A user presses the button with this callback_data. The callback query's id, for `callback`."""
        room = self._chat(message.chat_id)
        stored = self.world.find(room, message.message_id)
        assert stored is not None, f"message {message.message_id} is gone"
        offered = [button.get("callback_data") for button in stored.snapshot().buttons()]
        assert data in offered, f"no button {data!r} on the message; there are {offered}"
        presser = user or next(self.world.users[one] for one in room.members if one != self.bot.id)
        query = CallbackQuery(id=str(4_382_000_000 + self._new_id()), pressed_at=self.world.clock())
        self.world.callbacks[query.id] = query
        content = {
            "id": query.id,
            "from": presser.to_dict(),
            "message": stored.shown,
            "chat_instance": str(room.id),
            "data": data,
        }
        self.world.tell("callback_query", content)
        return query.id

    def callback(self, query_id: str) -> CallbackQuery:
        """The pressed button's query; its `answer` is None until the bot answered."""
        return self.world.callbacks[query_id]

    async def wait_for_callback_answer(self, query_id: str, timeout: float = 10) -> dict[str, Any]:
        """The bot's answerCallbackQuery arguments. Raises AssertionError after `timeout` seconds."""
        answer = await self.changed.until(lambda: self.world.callbacks[query_id].answer, timeout)
        assert answer is not None, f"the bot did not answer callback query {query_id} within {timeout} s"
        return answer

    async def inline(self, user: User, text: str, *, offset: str = "", timeout: float = 10) -> dict[str, Any]:
        """A user types the bot's name and this text somewhere: the bot's answerInlineQuery arguments."""
        query_id = str(7_382_000_000 + self._new_id())
        self.world.inline_queries[query_id] = None
        content = {"id": query_id, "from": user.to_dict(), "query": text, "offset": offset, "chat_type": "group"}
        self.world.tell("inline_query", content)
        answer = await self.changed.until(lambda: self.world.inline_queries[query_id], timeout)
        assert answer is not None, f"the bot did not answer the inline query within {timeout} s"
        return answer

    def block(self, chat: Chat | int) -> None:
        """The user of a private chat blocks the bot."""
        self._bar(self._chat(chat), "blocked", "kicked")

    def unblock(self, chat: Chat | int) -> None:
        """The user of a private chat lets the bot back."""
        self._bar(self._chat(chat), "", "member")

    def add_bot(self, chat: Chat | int) -> None:
        """Somebody adds the bot to a group, supergroup or channel (again); it is told by my_chat_member."""
        room = self._chat(chat)
        self._bar(room, "", "administrator" if room.type == "channel" else "member")

    def deactivate(self, chat: Chat | int) -> None:
        """The user's account is deleted."""
        self._chat(chat).barrier = "deactivated"

    def kick(self, chat: Chat | int) -> None:
        """The bot is removed from a group, supergroup or channel."""
        self._bar(self._chat(chat), "kicked", "kicked")

    def delete_chat(self, chat: Chat | int) -> None:
        self._chat(chat).barrier = "deleted"

    def mute(self, chat: Chat | int) -> None:
        """The bot may read, not write."""
        self._chat(chat).barrier = "read_only"

    def migrate(self, chat: Chat | int) -> int:
        """Upgrades a group to a supergroup: both service messages are told. The new chat_id."""
        old = self._chat(chat)
        assert old.type == "group", f"only a group can be upgraded, this is a {old.type}"
        new = self._add_chat(-1_000_000_000_000 - self._new_id(), "supergroup", old.title, "")
        new.members = dict(old.members)
        owner = next((self.world.users[one] for one in old.members if one != self.bot.id), self.bot)
        for room, content in ((old, {"migrate_to_chat_id": new.id}), (new, {"migrate_from_chat_id": old.id})):
            stored = self.world.put(room, owner, content)
            stored.from_bot = False
            self.world.tell("message", stored.shown)
        old.migrated_to = new.id
        return new.id

    # --- what a test reads ---

    def messages(self, chat: Chat | int, *, thread: int | None = None) -> tuple[Message, ...]:
        """The bot's accepted messages in the chat, in order, each in its present state."""
        stored = (one.snapshot() for one in self._chat(chat).messages if one.from_bot)
        return tuple(one for one in stored if thread is None or one.thread_id == thread)

    async def wait_for_message(
        self, chat: Chat | int, predicate: Callable[[Message], bool] | None = None, timeout: float = 10
    ) -> Message:
        """The first accepted message that satisfies. Raises AssertionError, listing what came instead."""

        def found() -> Message | None:
            return next((one for one in self.messages(chat) if predicate is None or predicate(one)), None)

        message = await self.changed.until(found, timeout)
        came = [one.text[:80] for one in self.messages(chat)]
        assert message is not None, f"no such message within {timeout} s; came: {came}; {self._last_errors()}"
        return message

    async def wait_for_messages(self, chat: Chat | int, count: int, timeout: float = 10) -> tuple[Message, ...]:
        """All messages once there are at least `count`. Raises AssertionError."""
        await self.changed.until(lambda: len(self.messages(chat)) >= count, timeout)
        came = self.messages(chat)
        assert len(came) >= count, f"{len(came)} of {count} messages within {timeout} s; {self._last_errors()}"
        return came

    async def wait_until_read(self, timeout: float = 10) -> None:
        """Returns once the bot confirmed every update. Raises AssertionError."""
        done = await self.changed.until(lambda: not self.world.updates, timeout)
        assert done, f"{len(self.world.updates)} updates unread after {timeout} s"

    @property
    def lost_receipts(self) -> int:
        """Messages accepted whose answer a fault kept from the client."""
        return sum(one.receipt_lost for chat in self.world.chats.values() for one in chat.messages)

    # --- private ---

    def _chat(self, chat: Chat | int) -> Chat:
        return self.world.chats[chat if isinstance(chat, int) else chat.id]

    def _new_id(self) -> int:
        self._next_id += 1
        return self._next_id

    def _add_chat(self, chat_id: int, kind: ChatType, title: str, barrier: Barrier) -> Chat:
        chat = Chat(id=chat_id, type=kind, title=title, barrier=barrier)
        self.world.chats[chat_id] = chat
        return chat

    def _add_room(
        self, chat_id: int, kind: ChatType, title: str, members: Iterable[User], admins: Iterable[User]
    ) -> Chat:
        chat = self._add_chat(chat_id, kind, title, "")
        chat.members = {user.id: "member" for user in members}
        chat.members |= {user.id: "administrator" for user in admins}
        chat.members[self.bot.id] = "member"
        chat.next_message_id = 2  # the first message of a group tells of its creation; in a forum 1 is General
        return chat

    def _bar(self, chat: Chat, barrier: Barrier, status: str) -> None:
        """Shuts the bot out or lets it in, and tells it, as the real server does, by a my_chat_member update."""
        actor = next((self.world.users[one] for one in chat.members if one != self.bot.id), self.bot)
        before = self.world.member(chat, self.bot.id)
        chat.barrier, chat.members[self.bot.id] = barrier, status
        content = {
            "chat": chat.to_dict(),
            "from": actor.to_dict(),
            "date": self.world.now(),
            "old_chat_member": before,
            "new_chat_member": self.world.member(chat, self.bot.id),
        }
        self.world.tell("my_chat_member", content)

    def _bot_sees(self, chat: Chat, stored: StoredMessage, replied: StoredMessage | None) -> bool:
        """Privacy mode: in groups only commands for this bot, its mentions, replies to it, unless it is admin."""
        if chat.barrier in {"kicked", "left"}:
            return False
        if chat.type in {"private", "channel"} or not self.privacy:
            return True
        if chat.members.get(self.bot.id) in {"administrator", "creator"} or (replied is not None and replied.from_bot):
            return True
        text = str(stored.shown["text"])
        if not text.startswith("/"):
            return f"@{self.bot.username}".lower() in text.lower()
        _, at, addressee = text.split(maxsplit=1)[0].partition("@")
        return not at or addressee.lower() == str(self.bot.username).lower()

    def _mark_lost(self, result: Any) -> None:
        if isinstance(result, dict) and "message_id" in result:
            stored = self.world.find(self.world.chats[result["chat"]["id"]], result["message_id"])
            if stored is not None:
                stored.receipt_lost = True

    def _last_errors(self) -> str:
        errors = [f"{one.method}: {one.error}" for one in self.log if one.error][-3:]
        return f"last errors: {errors}; alarms: {self.alarms[-3:]}"
