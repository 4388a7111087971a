"""What the outbox hands out and takes back: claims, their outcomes, records of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.model import Alert, Channel, Delivery, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A delivery to be sent now by whoever claimed it, with its alert."""

    delivery: Delivery
    alert: Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The platform took it."""

    delivery: Delivery
    receipt: Receipt
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Not sent: due again at a later moment, one attempt older."""

    delivery: Delivery
    due_at: datetime
    reason: str  # plain words, no secrets
    maybe_sent: bool = False  # counted as a possible duplicate


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
    state: Literal["due", "sent", "dead"]
    due_at: datetime
    attempts: int
    reason: str | None  # of the last failure; None: none failed
    sent_at: datetime | None  # None: not sent
    receipt: Receipt | None  # None: not sent


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxCounts:
    queued: int  # due or waiting for a retry
    sent: int
    dead: int
    plain: int  # sent without markup since the platform refused ours
    possible_duplicates: int  # tries after one that may have arrived
