"""The sending side, put together: what takes deliveries out of the outbox, and what brings sent messages up to date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from bot.compose import Composer
from bot.config import Config
from bot.deliver import Deliver
from bot.editing import Editing
from bot.model import Platform
from bot.ports import Adapter, Clock
from bot.storage import Store
from rules import Pack


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What sends, to be run."""

    deliver: Deliver
    editing: Editing


def sending_of(
    config: Config,
    store: Store,
    pack: Pack,
    adapters: Mapping[Platform, Adapter],
    *,
    clock: Clock,
    random: Random,
    owner: str,
) -> Sending:
    """`adapters` may be filled later; `owner` names this process in its leases."""
    composer = Composer(store=store, name=pack.name, clock=clock)
    deliver = Deliver(
        store=store,
        adapters=adapters,
        compose=composer.post,
        clock=clock,
        random=random,
        owner=owner,
        lease_s=config.delivery.lease_s,
        concurrency=config.delivery.concurrency,
        give_up_after=timedelta(hours=config.delivery.give_up_after_hours),
    )
    editing = Editing(
        store=store,
        adapters=adapters,
        compose=composer.post,
        clock=clock,
        random=random,
        on_deliveries=deliver.wake,
    )
    return Sending(deliver=deliver, editing=editing)
