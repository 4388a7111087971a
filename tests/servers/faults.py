"""Trouble on purpose, drawn from a seed, so that a failing run can be repeated.

A server asks `Faults.draw(method)` once for each request. Which requests are hit depends on the seed and on
their order alone; what was done is counted in `injected`.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

Fault = Literal["429", "5xx", "drop_before", "drop_after", "slow"]

POSTING = frozenset(
    {
        *("sendMessage", "sendPhoto", "sendDocument", "editMessageText", "editMessageReplyMarkup"),
        *("chat.postMessage", "chat.postEphemeral", "chat.update", "response_url"),
    }
)
"""The methods that leave something in a chat: what faults hit unless a test names others."""


@dataclass(kw_only=True)
class Faults:
    """How often what goes wrong; each rate is a share of the requests, 0 to 1, and their sum is at most 1."""

    seed: int = 0
    rate_429: float = 0.0
    retry_after_s: int = 1  # told with each 429
    rate_5xx: float = 0.0
    rate_drop_before: float = 0.0  # the connection breaks, nothing was accepted
    rate_drop_after: float = 0.0  # the message is accepted, the answer never arrives
    rate_slow: float = 0.0
    delay_s: float = 0.2  # what "slow" waits before it accepts
    methods: frozenset[str] | None = POSTING  # None: all of them
    at_most: int | None = None  # faults in all; None: no end
    injected: Counter[Fault] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        total = self.rate_429 + self.rate_5xx + self.rate_drop_before + self.rate_drop_after + self.rate_slow
        if total > 1.000001:
            raise ValueError(f"the rates add up to {total:.2f}, more than 1")

    def draw(self, method: str) -> Fault | None:
        """What befalls this request; None: nothing."""
        if self.methods is not None and method not in self.methods:
            return None
        if self.at_most is not None and self.injected.total() >= self.at_most:
            return None
        drawn = self._random.random()
        rates: tuple[tuple[Fault, float], ...] = (
            ("429", self.rate_429),
            ("5xx", self.rate_5xx),
            ("drop_before", self.rate_drop_before),
            ("drop_after", self.rate_drop_after),
            ("slow", self.rate_slow),
        )
        for fault, rate in rates:
            if drawn < rate:
                self.injected[fault] += 1
                return fault
            drawn -= rate
        return None
