"""One-time codes that make whoever sends them an operator: made, kept as a hash only, printed once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from bot.storage import Opens, Store

LASTS = timedelta(hours=24)
PAYLOAD = "claim-"  # before the code in a link's ?start=
# Lower case and without look-alikes, since a code may be typed from a screen: 32 letters, 5 bits each.
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 24  # 120 bits: nobody guesses it, so its hash needs no salt and no slowness


def hash_of(code: str) -> bytes:
    """What is stored of a code; spaces around it and capitals do not matter."""
    return hashlib.sha256(code.strip().lower().encode()).digest()


async def new_claim(store: Store, *, by: str, now: datetime, opens: Opens = "operator") -> str:
    """A code that holds for 24 hours or until it is used; the earlier unused ones of `by` for the same hold no more.
    `opens`: who sends it becomes an operator, or lets their Slack workspace in."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    async with store.write() as tx:
        await tx.add_claim(hash_of(code), by=by, now=now, expires_at=now + LASTS, opens=opens)
    return code


def announcement(code: str, *, telegram: bool, slack: bool, link: str | None = None) -> str:
    """What the terminal says of a new code, of the platforms that run. `link`: opens the bot on Telegram; None
    while its name is not known."""
    ways: list[str] = []
    if link:
        ways.append(f"on Telegram open {link} and press Start")
    elif telegram:
        ways.append(f"on Telegram send your bot, in a private chat: /start {PAYLOAD}{code}")
    if slack:
        ways.append(f"in Slack type: /dealwire claim {code}")
    return (
        "This bot has no operator yet. Whoever does this within 24 hours becomes it:\n"
        + "\n".join(f"  {way}" for way in ways)
        + "\nKeep it to yourself; it works once. The next start without an operator prints a new one."
    )
