"""Places that take no messages or bring no commands: from what adapters tell to notices for the operator, each once
and once at its end, also across restarts and processes."""

from __future__ import annotations

import logging

from bot.health import trouble_notice, trouble_over_notice
from bot.model import Platform, Trouble, said
from bot.ports import Clock
from bot.storage import Store

log = logging.getLogger(__name__)


class Troubles:
    """`tell` may be called by any number of processes and as often as they like."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._going_on: set[str] | None = None  # told, perhaps before a restart; None: not read yet

    async def off(self, platform: Platform, reason: str | None) -> None:
        """A platform that could not be started; None: it was started."""
        words = None if reason is None else said("it could not be started: {reason}", reason=reason)
        await self.tell(Trouble(name=f"{platform} off", kind="shut", subject=platform.capitalize(), words=words))

    async def tell(self, trouble: Trouble) -> None:
        """Write the notice, if it is news. Never raises: what is not written now is in the log."""
        now = self._clock()
        try:
            if self._going_on is None:
                self._going_on = await self._store.troubles_told()
            if trouble.words is None and trouble.name not in self._going_on:
                return  # adapters tell the end of what may have begun before they did
            async with self._store.write() as tx:
                if trouble.words is not None:
                    told = await tx.begin_trouble(trouble.name, now)
                    notices = [trouble_notice(trouble, trouble.words, now)] if told else []
                else:
                    since = await tx.end_trouble(trouble.name)
                    notices = [trouble_over_notice(trouble, since, now)] if since else []
                await tx.add_notices(notices)
            if trouble.words is None:
                self._going_on.discard(trouble.name)
            else:
                self._going_on.add(trouble.name)
        except Exception:  # the database may be busy or gone: sending must not stop over it
            log.exception("trouble not told: %s", trouble.name)
