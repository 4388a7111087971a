"""A sample alert, sent by hand to try a channel."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import datetime

from bot.app.adapters import adapters_of
from bot.app.clock import system_clock
from bot.app.errors import StartError
from bot.config import Config
from bot.deliver import post_of
from bot.model import Alert, Card, Channel, FactRow, SendResult, Source, new_id
from bot.ports import AdapterError, Clock
from bot.storage import Store


async def send_test(config: Config, channel: Channel, clock: Clock = system_clock) -> SendResult:
    """Post a sample alert to `channel` with the configured adapter; its outcome. StartError when there is none."""
    async with AsyncExitStack() as stack:
        store = None
        if config.slack.by_oauth and channel.platform == "slack":
            store = await stack.enter_async_context(Store.open(config.database.url.get_secret_value()))
        adapter = adapters_of(config, store, clock=clock).get(channel.platform)
        if adapter is None:
            raise StartError(f"{channel.platform} is not switched on; see dealwire check")
        try:
            await adapter.start(None)
        except AdapterError as error:
            raise StartError(f"{channel.platform}: {error}") from error
        stack.push_async_callback(adapter.stop)
        return await adapter.send(channel, post_of(sample_alert(clock())))


def sample_alert(now: datetime) -> Alert:
    """A made-up alert that says so."""
    card = Card(
        label="TEST · not news",
        headline="Dealwire can post here",
        url=None,
        summary="This is a made-up alert, sent by hand to try the channel. Real ones look like it.",
        rows=(
            FactRow(programme="S-400 Triumf", facts=("contract signed", "5 squadrons"), quotes=("sample", "sample")),
        ),
        sources=(Source(outlet="Dealwire", url=None, seen_at=now),),
        at=now,
    )
    return Alert(
        id=new_id(now),
        story_id="",
        item_id="",
        kind="new",
        importance="normal",
        card=card,
        terms=(),
        created_at=now,
    )
