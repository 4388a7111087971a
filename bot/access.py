"""Who may ask the bot anything: nobody but the operator and the chats that were allowed. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.model import Channel, Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The chats that may use the bot, as channel keys. Empty: only the operator's."""

    allowed: frozenset[str]
    operator: str | None = None  # the operator's chat, e.g. "telegram:42"; None: no operator yet

    @classmethod
    def of(cls, allowed: Iterable[Channel], operator: Channel | None) -> Access:
        return cls(
            allowed=frozenset(_chat(channel) for channel in allowed),
            operator=_chat(operator) if operator else None,
        )

    def allows(self, command: Command) -> bool:
        """Whether this chat may use the bot. A topic counts as its group."""
        return _chat(command.channel) in self.allowed or self.is_operator(command)

    def after_move(self, old: Channel, new: Channel) -> Access:
        """The same with `new` in the place of `old`; itself when `old` was not allowed."""
        if _chat(old) not in self.allowed:
            return self
        return replace(self, allowed=self.allowed - {_chat(old)} | {_chat(new)})

    def is_operator(self, command: Command) -> bool:
        """Whether the operator asks: from the operator's chat, or as its user anywhere (Telegram's private
        chats bear the user's id)."""
        return self.operator is not None and self.operator in (_chat(command.channel), command.user)


def _chat(channel: Channel) -> str:
    return f"{channel.platform}:{channel.address}"
