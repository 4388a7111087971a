"""/why tells what a channel's settings did with an alert, from what was kept when it was planned."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from bot.access import Access
from bot.commands import Commands
from bot.model import Channel, Command
from bot.planning import Wanted, planned
from bot.settings import ChannelSettings, Digest
from bot.storage import Store
from rules import Pack
from tests.archive_samples import FEED, archive

NOW = datetime(2026, 11, 20, 8, 32, tzinfo=UTC)  # 14:02 in India
CHAT = Channel.parse("telegram:-100500")


@pytest.mark.parametrize(
    ("settings", "paused", "told"),
    [
        (ChannelSettings(mutes={"s-400": None}), False, "This chat muted its programmes."),
        (ChannelSettings(min_importance="flash"), False, "less important than this chat wants"),
        (ChannelSettings(min_score=1.0), False, "Its score is lower"),
        (ChannelSettings(digest=Digest(every="daily", at=time(9))), False, "Due in this chat 09:00 IST, 21 Nov 2026."),
        (ChannelSettings(), True, "waits until its subscription is resumed"),
        (ChannelSettings(), False, "Due in this chat 14:02 IST, 20 Nov 2026."),
    ],
)
async def test_why_says_what_became_of_an_alert_here(
    store: Store, pack: Pack, settings: ChannelSettings, paused: bool, told: str
) -> None:
    await store.sync_feeds([FEED], lambda feed: NOW, NOW)
    alert = await archive(store, pack, "Talks on S-400 missiles with Russia at an advanced stage, India says", NOW)
    async with store.write() as tx:
        await tx.save_channel_settings(CHAT, settings)
        await tx.add_deliveries(await planned(tx, [Wanted(alert=alert, channel=CHAT, paused=paused)], NOW))
    commands = Commands(store=store, pack=pack, access=Access.of([CHAT], None), clock=lambda: NOW)
    answer = await commands.handle(
        Command(name="why", args="s-400", channel=CHAT, user="telegram:7", private=False, manager=False)
    )
    assert answer is not None
    assert told in "\n".join("".join(run.text for run in line) for line in answer.lines)
