"""Flood limits as token buckets, for both platforms. Off unless a test hands one to its server.

Telegram: 1 message/s in a chat with short bursts, 20/min in a group, about 30/s overall (its bots FAQ; the exact
numbers are not published). Slack: 1 message/s in a channel with bursts; other methods by tier.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.servers.serving import now_monotonic


@dataclass(kw_only=True)
class _Bucket:
    level: float
    at: float


@dataclass(kw_only=True)
class _Buckets:
    clock: Callable[[], float] = now_monotonic  # seconds
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def wait_for(self, wanted: list[tuple[str, float, float]]) -> float:
        """Takes a token from each (key, tokens per second, burst), or none and gives the seconds to wait."""
        now = self.clock()
        longest = 0.0
        for key, rate, burst in wanted:
            bucket = self._buckets.setdefault(key, _Bucket(level=burst, at=now))
            bucket.level = min(burst, bucket.level + (now - bucket.at) * rate)
            bucket.at = now
            if bucket.level < 1 - 1e-9:
                longest = max(longest, (1 - bucket.level) / rate)
        if not longest:
            for key, _, _ in wanted:
                self._buckets[key].level -= 1
        return longest


@dataclass(kw_only=True)
class TelegramFlood(_Buckets):
    per_chat_s: float = 1.0  # messages per second in one chat, in the long run
    chat_burst: int = 3  # so many at once are let through
    per_group_min: float = 20.0  # messages per minute in one group, supergroup or channel; also its burst
    overall_s: float = 30.0  # messages per second in all; also its burst
    strict: bool = False  # never more than `overall_s` in any one second, whatever was saved up
    passed: deque[float] = field(default_factory=deque)  # moments of what passed, by `clock`

    def wait_s(self, chat_id: int, *, group: bool) -> float:
        """0 when the message may pass (and is counted), else the seconds to wait."""
        wanted = [
            (f"chat {chat_id}", self.per_chat_s, float(self.chat_burst)),
            ("all", self.overall_s, self.overall_s),
        ]
        now = self.clock()
        if self.strict and len(self.passed) >= self.overall_s and now - self.passed[-int(self.overall_s)] < 1.0:
            return 1.0
        if group:
            wanted.append((f"group {chat_id}", self.per_group_min / 60, self.per_group_min))
        wait = self.wait_for(wanted)
        if not wait:
            self.passed.append(now)
        return wait


SLACK_TIER_PER_MIN = {1: 1, 2: 20, 3: 50, 4: 100}  # docs.slack.dev, apis/web-api/rate-limits


@dataclass(kw_only=True)
class SlackFlood(_Buckets):
    per_channel_s: float = 1.0  # chat.postMessage per second in one channel, in the long run
    channel_burst: int = 3
    per_workspace_min: int | None = None  # posts in any 60 s in one workspace, never more; None: no limit
    passed: dict[str, deque[float]] = field(default_factory=dict)  # by team, the moments of posts that passed

    def wait_s(self, method: str, tier: int | None, channel: str | None, team: str = "") -> float:
        """0 when the call may pass (and is counted), else the seconds to wait. `team`: whose allowance it is."""
        if method == "chat.postMessage":
            return self._post_wait_s(f"channel {team}/{channel}", team)
        if tier is None:
            return 0.0
        per_min = SLACK_TIER_PER_MIN[tier]
        return self.wait_for([(f"{team} {method}", per_min / 60, float(per_min))])

    def _post_wait_s(self, channel: str, team: str) -> float:
        now = self.clock()
        passed = self.passed.setdefault(team, deque())
        if self.per_workspace_min is not None and len(passed) >= self.per_workspace_min:
            oldest = passed[-self.per_workspace_min]
            if now - oldest < 60.0:
                return 60.0 - (now - oldest)
        wait = self.wait_for([(channel, self.per_channel_s, float(self.channel_burst))])
        if not wait:
            passed.append(now)
        return wait
