"""The developers' hostile server: 247 cases that are fetched and 13 names that are resolved; we pass all of them.

The whole set takes a minute of an idle machine and runs in CI, where CI_SHORT does not ask for less; elsewhere the
cases that need a server: redirects, sizes and times, raw TCP. The bodies of most others stand in the corpora.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from socket import AF_INET
from typing import Any

import pytest

from bot.feeds import Fetcher
from bot.feeds.guard import Guard, GuardedResolver, NotAllowedError
from bot.model import Failed
from tests.feeds.conftest import USER_AGENT, feed_at, fresh
from tests.shared_material import shared
from tests.tools.hostile import NameServer, asked, hostile_server, run_cases

SERVED = ("redirect", "raw")  # categories of the set, with "size" the ones that need a server
WHOLE = bool(os.environ.get("CI")) and not os.environ.get("CI_SHORT")
FETCHED, NAMED = 247, 13

pytestmark = [pytest.mark.shared, pytest.mark.timeout(300)]


@pytest.fixture
async def server() -> AsyncIterator[None]:
    async with hostile_server(shared("feeds/hostile_server.py")):
        yield


async def test_the_hostile_server_gets_nowhere(server: None, tmp_path: Path) -> None:
    selections = [("-j", 8)] if WHOLE else [("-j", 4, "-k", category) for category in SERVED]

    runs = await asyncio.gather(*(run_cases(tmp_path, *each) for each in selections))

    cases: dict[str, Any] = {path: case for run in runs for path, case in run.items()}
    assert {path: case["bad"] for path, case in cases.items() if case["bad"]} == {}
    assert len(cases) == FETCHED if WHOLE else len(cases) > 40
    assert max(case.get("rss_mb", 0) for case in cases.values()) < 150
    assert await asked("/_log/canary") == []


async def test_no_name_leads_inside(server: None) -> None:
    """Each name through our resolver hook at the hostile name server; a slow one ends at the limit."""
    cases = {case["path"]: case for case in (await asked("/index.json"))["cases"] if case["cat"] == "dns"}
    refused = {path: case["url"] for path, case in cases.items() if path not in ("dns:public.test", "dns:rebind.test")}
    names = NameServer()
    async with Fetcher(user_agent=USER_AGENT, connect_timeout_s=0.5, per_host_gap_s=0, resolver=names) as fetcher:
        results = {path: await fetcher.fetch(feed_at(url), fresh(feed_at(url))) for path, url in refused.items()}

    reasons = {path: result.reason for path, result in results.items() if isinstance(result, Failed)}
    assert len(cases) == NAMED
    assert set(reasons) == set(refused)
    assert reasons.pop("dns:slow.test") == "timed out: no connection for 0.5 s"
    assert reasons.pop("dns:nxdomain.test") == "the host's name cannot be resolved"
    assert {reason.partition(" resolves to ")[2].partition(",")[2] for reason in reasons.values()} == {
        " which is not a public address"
    }
    assert await asked("/_log/canary") == []


async def test_a_public_name_is_allowed(server: None) -> None:
    resolver = GuardedResolver(Guard([]), NameServer())

    assert [one["host"] for one in await resolver.resolve("public.test", 80)] == ["93.184.216.34"]


async def test_a_name_that_turns_inside_is_refused_then(server: None) -> None:
    """Rebinding: a connection uses the addresses that were checked for it, and each lookup is checked. The name is
    public at every first question and inside at every second.
    """
    names = NameServer()
    resolver = GuardedResolver(Guard([]), names)

    assert [one["host"] for one in await resolver.resolve("rebind.test", 80, AF_INET)] == ["93.184.216.34"]
    with pytest.raises(NotAllowedError, match=r"rebind\.test resolves to 127\.0\.0\.1"):
        await resolver.resolve("rebind.test", 80, AF_INET)

    await names.resolve("rebind.test", 80, AF_INET)
    feed = feed_at("http://rebind.test:8951/")
    async with Fetcher(user_agent=USER_AGENT, resolver=names) as fetcher:
        result = await fetcher.fetch(feed, fresh(feed))
    assert result == Failed(reason="rebind.test resolves to 127.0.0.1, which is not a public address")
    assert await asked("/_log/canary") == []
