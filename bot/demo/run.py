"""Runs the demonstration: a temporary database, the sample feeds, alerts in the terminal and on a local page."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from pydantic import SecretStr
from rich.console import Console as Terminal

from bot.app import App, running, system_clock
from bot.config import Config, Database, ExchangeRates, FullText, Polling, Web
from bot.demo.server import SampleFeeds
from bot.log import configure

HANDLED_WITHIN_S = 60.0  # far above the second or two it takes; a demonstration must end


async def demonstrate(stopped: asyncio.Event, *, once: bool, port: int, terminal: Terminal | None = None) -> int:
    """Show the samples until `stopped`, or with `once` until all are handled. The exit code: 1 when they were
    not handled within a minute. `port` of the page; 0 takes a free one."""
    configure("warning", "text", ())
    shown = terminal or Terminal()
    with tempfile.TemporaryDirectory(prefix="dealwire-demo-") as folder:
        async with SampleFeeds(system_clock, at_once=once) as sample:
            config = demo_config(Path(folder), sample, port)
            async with running(config, feeds=sample.feeds, terminal=shown, tick_s=0.2, page_refresh_s=2) as app:
                shown.print(f"{sample.total} made-up sample items, served as RSS on http://{sample.address}/")
                shown.print(f"The same alerts as a page: {app.page_url or 'off, see above'}\n")
                if once:
                    return await _all_handled(app, sample, stopped, shown)
                shown.print("New items appear for about 15 seconds. Ctrl-C ends the demonstration.\n")
                await stopped.wait()
    return 0


def demo_config(folder: Path, sample: SampleFeeds, port: int) -> Config:
    return Config(
        default_feeds=False,
        database=Database(url=SecretStr(f"sqlite:///{folder / 'demo.db'}")),
        polling=Polling(allow_private=(sample.address,), per_host_gap_s=0.0, first_read="show"),
        fulltext=FullText(enabled=False),  # the samples have no pages behind them
        rates=ExchangeRates(refresh=False),
        web=Web(port=port),
    )


async def _all_handled(app: App, sample: SampleFeeds, stopped: asyncio.Event, shown: Terminal) -> int:
    try:
        async with asyncio.timeout(HANDLED_WITHIN_S):
            while not stopped.is_set():
                status = await app.store.status()
                if status.items >= sample.total and not status.queued and app.ingest.idle:
                    shown.print(f"{status.items} items read, {status.alerts} alerts shown.")
                    return 0
                await asyncio.sleep(0.1)
    except TimeoutError:
        shown.print(f"The samples were not handled within {HANDLED_WITHIN_S:.0f} s: {await app.store.status()}")
    return 1
