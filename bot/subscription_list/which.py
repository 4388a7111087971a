"""Which subscriptions are meant, and what is noted when they change."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from bot.asking import Asked
from bot.model import Channel, Delivery, Press, Subscription
from bot.storage import AuditEntry, Store, Waiting


async def named(store: Store, press: Press) -> list[Subscription]:
    """Those that the button's id, or "all", names."""
    id_ = press.action.split(":")[1]
    return await mine(store, press.channel, None if id_ == "all" else [id_])


async def mine(store: Store, channel: Channel, ids: Collection[str] | None) -> list[Subscription]:
    """Those of the channel with these ids, None: all. A button that was passed on reaches no other chat."""
    return [each for each in await store.subscriptions(channel) if ids is None or each.id in ids]


def numbered(subscriptions: Sequence[Subscription], typed: str) -> Subscription | None:
    """The one with this number in the list; None: there is none, or it is no number."""
    if not typed.isdecimal() or len(typed) > 6 or not 1 <= int(typed) <= len(subscriptions):
        return None
    return subscriptions[int(typed) - 1]


def audited(action: str, which: Collection[Subscription], asked: Asked, now: datetime) -> list[AuditEntry]:
    """That somebody did this to them."""
    return [
        AuditEntry.of(action, each.filter or "all alerts", who=asked.user, at=now, channel=asked.channel)
        for each in which
    ]


def untold(each: Waiting, reason: str) -> Delivery:
    """What waited, as never to be told."""
    return replace(each.delivery, state="untold", waits=None, reason=reason)
