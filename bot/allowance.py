"""How many questions one person may ask: a bucket of tokens each, in memory, bounded."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

PEOPLE_MAX = 10_000  # remembered at most; the longest silent are forgotten first, and start with a full bucket


@dataclass(slots=True, kw_only=True)
class _Bucket:
    tokens: float
    at: datetime
    told: bool = False  # that there are none


class Allowance:
    """A full bucket holds one minute's questions and refills evenly."""

    def __init__(self, per_minute: int, *, people_max: int = PEOPLE_MAX) -> None:
        self._per_minute = per_minute
        self._people_max = people_max
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait_s(self, user: str, now: datetime) -> float:
        """0: the question is allowed, and counted. Else the seconds until the next one is."""
        bucket = self._buckets.get(user)
        if bucket is None:
            bucket = self._buckets[user] = _Bucket(tokens=self._per_minute, at=now)
            if len(self._buckets) > self._people_max:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(user)
        per_s = self._per_minute / 60
        passed_s = max(0.0, (now - bucket.at).total_seconds())
        bucket.tokens, bucket.at = min(self._per_minute, bucket.tokens + passed_s * per_s), now
        if bucket.tokens >= 1 - 1e-9:  # sums of fractions
            bucket.tokens = max(0.0, bucket.tokens - 1)
            bucket.told = False
            return 0.0
        return (1 - bucket.tokens) / per_s

    def to_tell(self, user: str) -> bool:
        """Whether the person is to be told to wait: once, until a question is allowed again."""
        bucket = self._buckets.get(user)
        if bucket is None or bucket.told:
            return False
        bucket.told = True
        return True

    def __len__(self) -> int:
        """People remembered."""
        return len(self._buckets)
