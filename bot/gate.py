"""The permissions that hold now: those of the configuration and those decided while running, in one `Access`.

Read again whenever the store says that they changed, so that a decision of one process holds in all of them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from bot.access import Access, Mode, chat_key, may
from bot.log import event
from bot.model import Channel, Command, InlineQuery, Platform, Press
from bot.storage import Permissions, Store

log = logging.getLogger(__name__)


class Gate:
    """Asked before anything is answered. `refresh` costs one small query while nothing changed."""

    def __init__(
        self,
        *,
        store: Store,
        allowed: Iterable[Channel] = (),
        operator: Channel | None = None,
        mode: Mode = "closed",
    ) -> None:
        """`allowed` and `operator` are those of the configuration."""
        self._store = store
        self._allowed = frozenset(allowed)
        self._operator = operator
        self._mode = mode
        self._decided: Permissions | None = None
        self._access = Access.of(self._allowed, operator, mode=mode)

    async def refresh(self) -> Access:
        """What holds now."""
        if self._decided is None or self._decided.revision != await self._store.access_revision():
            self._decided = decided = await self._store.permissions()
            self._access = Access.of(
                self._allowed | decided.allowed,
                self._operator,
                operators=[one.who for one in decided.operators],
                moves=decided.moves,
                mode=self._mode,
            )
        return self._access

    @property
    def mode(self) -> Mode:
        return self._mode

    def allows(self, asked: Command | Press) -> bool:
        """As `Access.allows`, by what the last `refresh` read."""
        return self._access.allows(asked)

    def is_operator(self, asked: Command | Press) -> bool:
        """As `Access.is_operator`, by what the last `refresh` read."""
        return self._access.is_operator(asked)

    async def operators(self) -> tuple[tuple[str, bool], ...]:
        """Everybody who operates the bot, and whether by the configuration, which alone takes that back."""
        await self.refresh()
        configured = [(chat_key(self._operator), True)] if self._operator else []
        claimed = [(one.who, False) for one in self._decided.operators] if self._decided else []
        return (*configured, *claimed)

    def rooms(self, platform: Platform) -> list[Channel]:
        """The groups and channels of a platform that are allowed, by what the last `refresh` read."""
        return [Channel.parse(key) for key in sorted(self._access.allowed) if key.startswith(f"{platform}:-")]

    def configured(self, chat: Channel) -> bool:
        """Whether the configuration allows the chat, so that only the configuration can take that back."""
        return chat_key(chat) in {chat_key(one) for one in self._allowed}

    async def may_inline(self, query: InlineQuery) -> bool:
        """Whether this person's inline queries are answered."""
        return may(await self.refresh(), user=query.user, channel=None)

    async def operator_channels(self) -> tuple[Channel, ...]:
        """Where notices go: to the configuration's operator, and to everybody who claimed the bot."""
        await self.refresh()
        claimed = [one.channel for one in self._decided.operators] if self._decided else []
        configured = [self._operator] if self._operator else []
        return tuple(dict.fromkeys([*configured, *claimed]))

    def moved(self, old: Channel, new: Channel) -> None:
        """Says that the configuration should name the new address; the permission moved with the channel."""
        if chat_key(old) != chat_key(new) and self.configured(old):
            event(log, logging.WARNING, "configured chat moved", chat=old.key, to=new.key)
