"""The whole, end to end, as a reader meets it: /start, one tap, the card and its buttons, a digest, a burst that
folds into one message. Through the real client to the strict local Telegram server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import App, running
from bot.config import Access, Config, Console, Database, FullText, OwnFeed, Polling, Telegram, Web
from bot.model import Channel
from tests.feed_server import FeedServer, Report
from tests.servers import Chat, Message, TelegramServer, User

START = datetime(2026, 11, 20, 8, 32, tzinfo=UTC)  # 14:02 in India
SIGNED = Report(
    title="India and Russia sign contract for five more S-400 squadrons",
    text="The Ministry of Defence said the contract is worth ₹63,000 crore. Deliveries begin in 2028.",
)
FRIGATE = Report(
    title="Россия передала Индии второй фрегат проекта 11356"  # "Russia handed India the 2nd frigate"
)
UPGRADE = Report(title="Talks on Su-30MKI upgrade with Russia at an advanced stage")
TANKS = Report(title="India and Russia discuss T-90 tank engine production in India")


class World:
    """A reader with the bot in a private chat, a feed, and a clock that moves when the test says so."""

    def __init__(self, feeds: FeedServer, telegram: TelegramServer, folder: Path) -> None:
        self.feeds = feeds
        self.telegram = telegram
        self.reader: User = telegram.add_user("Asha")
        self.chat: Chat = telegram.add_private(self.reader)
        self.ahead = timedelta(0)
        self._folder = folder
        self._began = datetime.now(UTC)

    def clock(self) -> datetime:
        return START + (datetime.now(UTC) - self._began) + self.ahead

    @asynccontextmanager
    async def app(self) -> AsyncIterator[App]:
        config = Config(
            default_feeds=False,
            database=Database(url=SecretStr(f"sqlite:///{self._folder / 'dealwire.db'}")),
            polling=Polling(
                allow_private=(self.feeds.address,), per_host_gap_s=0.0, first_read="show", interval_minutes=0.01
            ),
            feeds=(OwnFeed(url=self.feeds.url("wire"), title="Test Wire"),),
            console=Console(enabled=False),
            telegram=Telegram(token=SecretStr(self.telegram.token), base_url=self.telegram.url, poll_timeout_s=1),
            access=Access(allowed_chats=(Channel.parse(f"telegram:{self.chat.id}"),)),
            web=Web(enabled=False),
            fulltext=FullText(enabled=False),
        )
        async with running(config, clock=self.clock, tick_s=0.05) as app:
            yield app

    async def says(self, text: str, expected: str) -> Message:
        self.telegram.user_says(self.chat, self.reader, text)
        return await self.sees(expected)

    async def sees(self, expected: str) -> Message:
        """A message with these words in its text, or on a button."""
        return await self.telegram.wait_for_message(
            self.chat,
            lambda m: expected in m.text or any(expected in str(button["text"]) for button in m.buttons()),
        )

    async def press(self, message: Message, text: str, expected: str) -> Message:
        action = next(str(b["callback_data"]) for b in message.buttons() if str(b["text"]).startswith(text))
        query = self.telegram.press(message, action, user=self.reader)
        await self.telegram.wait_for_callback_answer(query)
        return await self.sees(expected)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with FeedServer() as feeds, TelegramServer() as telegram:
        feeds.publish("wire", [])
        yield World(feeds, telegram, tmp_path)
        assert telegram.alarms == []


async def test_two_taps_then_the_card_with_its_buttons_then_a_mute(world: World) -> None:
    async with world.app() as app:
        start = await world.says("/start", "Choose what this chat gets")
        await world.sees("SAMPLE, not news")
        await world.press(start, "Air defence", "Subscribed: this chat now gets alerts of Air defence")
        world.feeds.publish("wire", [SIGNED, FRIGATE])
        card = await world.telegram.wait_for_message(
            world.chat, lambda m: SIGNED.title in m.text and "SAMPLE" not in m.text
        )
        shown = [str(b["text"]) for b in card.buttons()]
        assert shown == ["Why?", "Timeline", "Relevant", "Not relevant", "Mute S-400 follow-on order"]
        muted = await world.press(card, "Mute", "Muted: S-400 follow-on order until")
        await world.press(muted, "Undo", "Not muted any more")
        assert not any("11356" in m.text for m in world.telegram.messages(world.chat))
        settings = await app.store.channel_settings(Channel.parse(f"telegram:{world.chat.id}"))
        assert settings is not None
        assert not settings.mutes


async def test_a_daily_digest_comes_as_one_message_grouped_by_programme(world: World) -> None:
    async with world.app():
        await world.says("/subscribe all", "Subscribed")
        menu = await world.says("/digest", "How this chat is told")
        await world.press(menu, "Daily", "a digest every day at 09:00")
        world.feeds.publish("wire", [UPGRADE, FRIGATE, SIGNED])
        world.ahead = timedelta(hours=1)
        await world.telegram.changed.until(lambda: world.feeds.polls("wire") > 3, 10)
        assert not any("S-400" in m.text for m in world.telegram.messages(world.chat))
        world.ahead = timedelta(hours=20)
        digest = await world.sees("Digest: 3 alerts")
        lines = digest.text.split("\n")
        assert lines.index("S-400 follow-on order") < lines.index("Su-30MKI upgrade")
        assert any(SIGNED.title in row and "·" in row for row in lines)
        assert len([m for m in world.telegram.messages(world.chat) if SIGNED.title in m.text]) == 1
        await world.press(digest, "Change the digest", "At once")


async def test_a_burst_folds_into_one_message_that_is_edited_also_after_a_restart(world: World) -> None:
    async with world.app():
        await world.says("/subscribe all", "Subscribed")
        rings = await world.press(await world.says("/settings", "How this chat is told"), "Sound", "Low importance")
        await world.press(rings, "1", "at most 1 alert an hour rings")
        world.feeds.publish("wire", [UPGRADE, FRIGATE])
        running = await world.sees("and 1 more alert …")
        assert running.args.get("disable_notification") is True
    async with world.app():
        world.feeds.publish("wire", [TANKS, UPGRADE, FRIGATE])
        world.ahead += timedelta(minutes=10)
        grown = await world.sees("and 2 more alerts …")
        assert grown.message_id == running.message_id
        assert TANKS.title in grown.text
