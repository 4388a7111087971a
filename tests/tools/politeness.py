"""How politely the application polls the hostile server's well-behaved cases: figures from the server's own log.

The application runs as it is, its clock moved by hand from one due moment to the next, and is stopped and started
again halfway. The log holds what was sent; the moments are those of the hand-moved clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from pydantic import SecretStr

from bot.app import App, running
from bot.config import (
    Config,
    Console,
    Database,
    FullText,
    Polling,
    Web,
)
from bot.feeds import feed_id
from bot.model import Feed
from tests.tools.hostile import ALLOWED, BASE, asked

START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
INTERVAL_S = 300
VALIDATED = ("etag", "etag-weak", "etag-unquoted", "lastmod-odd", "delta-226")  # they give validators
# Seconds that an answer asks this feed to wait: headers, and hints inside the feed. Those of a date are one less: the
# server writes Expires first, and Date perhaps in the next second.
ASKED_S = {"cache-max-age-1800": 1800, "expires": 1199, "ttl-30": 1800, "sy-hourly": 1800}
# Seconds of silence that an answer asks for, for the whole host.
SILENCE_S = {"rate-429": 90, "rate-429-date": 149, "unavail-503": 120}
CASES = (*VALIDATED, *ASKED_S, *SILENCE_S, "set-cookie", "moved-302")
_MOST_STEPS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    case: str
    at: datetime  # by the hand-moved clock
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Of all requests; a perfect one has zeros but in the first and the last two."""

    requests: int
    unconditional: int  # without validators, though the server had given some
    altered: int  # validators that came back other than they were given
    early: int  # before the moment that the server had asked for, for the feed or for its host
    needless: int  # with a Cookie or a Referer
    after_restart: int  # at once after the restart, of feeds that were not due
    least_gap_s: float  # between two polls of one feed
    median_gap_s: float


async def score(folder: Path, polls: int) -> Score:
    """Polls each validated case at least `polls` times; `folder` takes the database. The hostile server runs."""
    now = START
    requests: list[Request] = []
    counts = await _counts()
    feeds = [
        Feed(id=feed_id(f"{BASE}/{case}"), url=f"{BASE}/{case}", title=case, interval_s=INTERVAL_S) for case in CASES
    ]
    config = Config(
        default_feeds=False,
        database=Database(url=SecretStr(f"sqlite:///{folder / 'polite.db'}")),
        polling=Polling(allow_private=ALLOWED, per_host_gap_s=0.0),
        fulltext=FullText(enabled=False),
        console=Console(enabled=False),
        web=Web(enabled=False),
    )

    def clock() -> datetime:
        return now

    async def step(app: App) -> None:
        nonlocal counts
        await app.ingest.tick()
        while not app.ingest.idle:  # noqa: ASYNC110 - what the application itself can see
            await asyncio.sleep(0.002)
        seen = await _counts()
        for case in CASES:
            for entry in (await asked(f"/_log?case={case}"))[counts.get(case, 0) :] if seen != counts else ():
                requests.append(Request(case=case, at=now, headers=entry["headers"]))
        counts = seen

    def done(wanted: int) -> bool:
        return all(sum(request.case == case for request in requests) >= wanted for case in VALIDATED)

    after_restart = 0
    for wanted in (polls // 2, polls):
        async with running(config, feeds=feeds, clock=clock, random=Random(1), tick_s=3600) as app:
            await asyncio.sleep(0.01)  # polling begins with the loop's next turn
            before = len(requests)
            await step(app)
            after_restart = len(requests) - before  # in the end: of the second start
            for _ in range(_MOST_STEPS):
                if done(wanted):
                    break
                due_at = await app.store.next_due_at()
                now = max(now + timedelta(seconds=1), due_at or now)
                await step(app)
    state = await asked("/_state")
    return _scored(requests, state, after_restart)


async def _counts() -> Mapping[str, int]:
    counts: dict[str, int] = await asked("/_log")
    return {case: number for case, number in counts.items() if case in CASES}


def _scored(requests: list[Request], state: Mapping[str, Any], after_restart: int) -> Score:
    by_case = {case: [request for request in requests if request.case == case] for case in CASES}
    gaps = {
        case: [(later.at - earlier.at).total_seconds() for earlier, later in pairwise(found) if later.at > earlier.at]
        for case, found in by_case.items()
    }
    early = sum(gap < ASKED_S[case] for case in ASKED_S for gap in gaps[case])
    for quiet in (request for request in requests if request.case in SILENCE_S):
        until = quiet.at + timedelta(seconds=SILENCE_S[quiet.case])
        early += sum(quiet.at < request.at < until for request in requests)
    every = [gap for found in gaps.values() for gap in found]
    return Score(
        requests=len(requests),
        unconditional=sum(
            "If-None-Match" not in request.headers and "If-Modified-Since" not in request.headers
            for case in VALIDATED
            for request in by_case[case][1:]
        ),
        altered=sum(number for name, number in state.items() if name.startswith("altered:")),
        early=early,
        needless=sum("Cookie" in request.headers or "Referer" in request.headers for request in requests),
        after_restart=after_restart,
        least_gap_s=min(every),
        median_gap_s=median(every),
    )
