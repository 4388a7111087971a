"""Telegram's way of calling us instead of being asked: the address, its secret, and what is taken there.

Address and secret are made from the bot's token, so that they stay the same over restarts without being stored,
and nobody without the token can guess them. Telegram repeats what was not answered with 200, so an update may come
twice and is taken once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping

from telegram import Bot, Update

from bot.ports import Answered, Called, Inlet

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the name of a header
SEEN_MAX = 10_000  # update ids remembered; Telegram gives up on one after a day
UNREADY, TAKEN, MALFORMED, REFUSED = 503, 200, 400, 403

_log = logging.getLogger(__name__)


class Webhook:
    """The inlet at `url`. `open` lets updates in."""

    def __init__(self, token: str, public_url: str, bot: Bot) -> None:
        path = f"/telegram/{_derived(token, 'path')}"
        self.url = public_url.rstrip("/") + path
        self.secret = _derived(token, "secret")
        self.inlet = Inlet(path=path, take=self._take)
        self._bot = bot
        self._give: Callable[[Update], None] | None = None
        self._seen: OrderedDict[int, None] = OrderedDict()

    def open(self, give: Callable[[Update], None]) -> None:
        """From now on updates go to `give`; before, Telegram is asked to come again."""
        self._give = give

    def close(self) -> None:
        self._give = None

    async def _take(self, called: Called) -> Answered:
        return Answered(status=self._status(called.headers, called.body))

    def _status(self, headers: Mapping[str, str], body: bytes) -> int:
        sent = next((value for name, value in headers.items() if name.lower() == SECRET_HEADER), "")
        if not hmac.compare_digest(sent.encode(errors="replace"), self.secret.encode()):
            return REFUSED
        if self._give is None:
            return UNREADY
        try:
            update = Update.de_json(json.loads(body), self._bot)
        except (ValueError, TypeError, KeyError, AttributeError):  # new kinds of updates may surprise the library
            _log.warning("telegram update not understood bytes=%d", len(body))
            return MALFORMED
        if update.update_id in self._seen:
            return TAKEN
        self._seen[update.update_id] = None
        while len(self._seen) > SEEN_MAX:
            self._seen.popitem(last=False)
        self._give(update)
        return TAKEN


def _derived(token: str, purpose: str) -> str:
    return hmac.new(token.encode(), f"dealwire webhook {purpose}".encode(), hashlib.sha256).hexdigest()[:48]
