"""The whole application on the strict local Slack, with a feed to publish reports in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bot.app import App, running
from bot.config import Access, Config, Console, Database, ExchangeRates, FullText, OwnFeed, Polling, Slack, Web
from bot.i18n import LANGUAGES, words_in
from bot.model import Channel
from tests.feed_server import FeedServer, Report
from tests.servers import Screen, SlackChannel, SlackMessage, SlackServer
from tests.servers.slack_screen import Handed

OUTLET = "Test Wire"
# What stands in a modal's place while it is made, on a slow machine.
WAITING = tuple(words_in(lang).say("One moment …") for lang in LANGUAGES)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackWorld:
    """Everything outside the application."""

    feeds: FeedServer
    slack: SlackServer
    folder: Path

    def publish(self, *reports: Report) -> None:
        """The feed's reports from now on, newest first."""
        self.feeds.publish("wire", list(reports), title=OUTLET)

    @asynccontextmanager
    async def app(
        self, *, access: Access | None = None, who: str = "members", allowed: Sequence[SlackChannel] = ()
    ) -> AsyncIterator[App]:
        """The application while the block runs; open to everybody unless `access` or `allowed` say otherwise."""
        closed = Access(allowed_chats=tuple(channel_of(one) for one in allowed), lookups_per_minute=1000)
        slack = Slack(
            bot_token=SecretStr(self.slack.bot_token),
            app_token=SecretStr(self.slack.app_token),
            base_url=self.slack.base_url,
        )
        config = Config(
            default_feeds=False,
            database=Database(url=SecretStr(f"sqlite:///{self.folder / 'dealwire.db'}")),
            polling=Polling(
                allow_private=(self.feeds.address,), per_host_gap_s=0.0, first_read="show", interval_minutes=0.01
            ),
            feeds=(OwnFeed(url=self.feeds.url("wire"), title=OUTLET),),
            console=Console(enabled=False),
            slack=slack.model_copy(update={"who_may_change": who}),
            access=access or (closed if allowed else Access(mode="open", lookups_per_minute=1000)),
            web=Web(enabled=False),
            fulltext=FullText(enabled=False),
            rates=ExchangeRates(refresh=False),
        )
        async with running(config, tick_s=0.05) as app:
            await self.slack.wait_connected()
            yield app


@asynccontextmanager
async def slack_world(folder: Path) -> AsyncIterator[SlackWorld]:
    """Servers that complain of nothing at the end."""
    async with FeedServer() as feeds, SlackServer() as slack:
        world = SlackWorld(feeds=feeds, slack=slack, folder=folder)
        world.publish()
        yield world
        assert slack.alarms == []


def channel_of(room: SlackChannel) -> Channel:
    return Channel(platform="slack", address=room.id)


async def alerted(slack: SlackServer, room: SlackChannel, title: str) -> SlackMessage:
    """The alert with this headline there."""
    return await slack.wait_for_message(room, lambda one: title in one.all_text() and "why:" in str(one.blocks))


async def until_stored(app: App, alerts: int = 1) -> None:
    """Until so many alerts are in the archive, and nothing waits to be sent."""
    async with asyncio.timeout(10):
        while (status := await app.store.status()).alerts < alerts or status.queued:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def settled(screen: Screen) -> None:
    """Until the modal that was to come stands there."""
    done = await screen.server.changed.until(
        lambda: not screen.stack or not any(words in screen.text() for words in WAITING), 10
    )
    assert done, "the modal did not come"


async def hand_in(screen: Screen, **values: str) -> Handed:
    """As `Screen.hand_in`, until what follows stands there."""
    handed = await screen.hand_in(**values)
    await settled(screen)
    return handed
