"""Who may use the bot: nobody but its operators and the chats that were allowed, unless it is open. Pure.

`Access` is what holds at one moment; `bot.gate` keeps it up to date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.model import Channel, Command, Press

Mode = Literal["closed", "approval", "open"]  # approval: closed, and who is not allowed may ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The chats that may use the bot, as channel keys without topics. Empty: only the operators."""

    allowed: frozenset[str]
    operators: frozenset[str] = frozenset()  # users, and the operator's chat: "telegram:42"
    mode: Mode = "closed"

    @classmethod
    def of(
        cls,
        allowed: Iterable[Channel],
        operator: Channel | None,
        *,
        operators: Iterable[str] = (),
        moves: Mapping[Channel, Channel] | None = None,
        mode: Mode = "closed",
    ) -> Access:
        """`operator`: the chat of the configuration's operator. `moves`: old and new addresses of chats; who was
        allowed at an old one is allowed at the new one only."""
        new = {chat_key(old): chat_key(to) for old, to in (moves or {}).items()}
        chats = frozenset(_moved(chat_key(channel), new) for channel in allowed)
        of_configuration = (_moved(chat_key(operator), new),) if operator else ()
        return cls(allowed=chats, operators=frozenset((*operators, *of_configuration)), mode=mode)

    def allows(self, asked: Command | Press) -> bool:
        """Whether this chat may use the bot. A topic counts as its group."""
        return self.is_operator(asked) or may(self, user=asked.user, channel=asked.channel)

    def is_operator(self, asked: Command | Press) -> bool:
        """Whether an operator asks: as its user anywhere (Telegram's private chats bear the user's id), or as one
        who manages the operator's chat."""
        return asked.user in self.operators or (asked.manager and chat_key(asked.channel) in self.operators)


def may(access: Access, *, user: str, channel: Channel | None) -> bool:
    """The one question for commands, buttons and inline queries. `channel` None: an inline query, which does not
    tell its chat; then the person's own chat must be allowed."""
    if access.mode == "open" or user in access.operators:
        return True
    if channel is None:
        return user in access.allowed
    workspace = workspace_of(channel)
    return chat_key(channel) in access.allowed or (workspace is not None and workspace.key in access.allowed)


def chat_key(channel: Channel) -> str:
    """The channel's chat, without topic, as a key."""
    return f"{channel.platform}:{channel.address}"


def workspace_of(channel: Channel) -> Channel | None:
    """What stands for all channels of the channel's workspace, "slack:T123" for "slack:T123/C456"; None where the bot
    has one workspace only, or the platform none."""
    home, slash, _ = channel.address.partition("/")
    return Channel(platform="slack", address=home) if channel.platform == "slack" and slash else None


def is_workspace(channel: Channel) -> bool:
    """Whether it stands for a whole workspace (T…) or organisation (E…) of Slack; its channels begin with others."""
    return channel.platform == "slack" and "/" not in channel.address and channel.address[:1] in ("T", "E")


def _moved(key: str, new: Mapping[str, str]) -> str:
    for _ in range(len(new)):  # a chat may have moved more than once; a circle ends, too
        key = new.get(key, key)
    return key
