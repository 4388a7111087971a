"""What the outbox hands out and takes back: claims, their outcomes, records of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.model import Alert, Buttons, Channel, Delivery, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """One alert of a message that tells several."""

    delivery_id: str
    alert: Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A delivery to be sent now by whoever claimed it, with its alert."""

    delivery: Delivery
    alert: Alert
    buttons: Buttons = ()  # of a notice that asks something; an alert's own are for whoever lays it out
    bundle: Literal["digest", "running"] | None = None  # a message of several alerts; None: of this one
    bundled: tuple[Bundled, ...] = ()  # of a bundle: all that it tells, oldest first; `alert` is the first of them
    queued_at: datetime | None = None  # when it became due first; None: with its alert
    shown_as: str | None = None  # the message that takes its words in place; None: a new one


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The platform took it."""

    delivery: Delivery
    receipt: Receipt
    at: datetime
    bundled: tuple[str, ...] = ()  # of a bundle: ids of the deliveries that it told


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Not sent: due again at a later moment, one attempt older."""

    delivery: Delivery
    due_at: datetime
    reason: str  # plain words, no secrets
    maybe_sent: bool = False  # counted as a possible duplicate
    tried: bool = True  # False: no older, it only waited for its turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Dead:
    """Given up; kept with the reason."""

    delivery: Delivery
    reason: str


Outcome = Sent | Again | Dead


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRecord:
    """How one delivery of an alert went."""

    channel: Channel
    state: Literal["due", "waiting", "untold", "bundled", "sent", "dead"]
    due_at: datetime
    attempts: int
    reason: str | None  # of the last failure, or why it is untold; None: none
    sent_at: datetime | None  # None: not sent
    receipt: Receipt | None  # None: not sent


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxCounts:
    queued: int  # due or waiting for a retry
    sent: int
    dead: int
    plain: int  # sent without markup since the platform refused ours
    possible_duplicates: int  # tries after one that may have arrived
