"""Which part of the product answers a pressed button: told by what its action begins with, up to the colon."""

from __future__ import annotations

from collections.abc import Mapping

from bot.i18n import language_of, words_in
from bot.model import Press, Reply
from bot.ports import HandlePress


class Router:
    """Actions look like "approve:01jd…"; the part before the colon names the handler."""

    def __init__(self, *handlers: Mapping[str, HandlePress]) -> None:
        """ValueError when two of them take the same actions."""
        self._handlers: dict[str, HandlePress] = {}
        for some in handlers:
            if doubled := self._handlers.keys() & some.keys():
                raise ValueError(f"two handlers for {', '.join(sorted(doubled))}")
            self._handlers |= some

    def __contains__(self, action: str) -> bool:
        return action.partition(":")[0] in self._handlers

    async def press(self, press: Press) -> Reply | None:
        """The handler's answer; for an action that nobody takes (a button of an older version) a word that says
        so."""
        handler = self._handlers.get(press.action.partition(":")[0])
        if handler is None:
            words = words_in(language_of(press.lang))
            return Reply(toast=words.say("This button is of an older version and does nothing any more."))
        return await handler(press)
