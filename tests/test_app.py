"""The whole, end to end: feeds served over HTTP, the real application with the real client libraries, alerts in
the chats of the strict local Telegram and Slack servers, and the commands typed there."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr
from rich.console import Console as Terminal

from bot.app import App, StartError, running
from bot.config import (
    Access,
    Config,
    Console,
    Database,
    FullText,
    OwnFeed,
    OwnSubscription,
    Polling,
    Slack,
    Telegram,
    Web,
)
from bot.model import Channel
from tests.feed_server import FeedServer, Report
from tests.servers import Chat, Message, SlackChannel, SlackServer, SlackUser, TelegramServer, User

SIGNED = Report(
    title="India and Russia sign contract for five more S-400 squadrons",
    text="The Ministry of Defence said the contract is worth ₹63,000 crore. Deliveries begin in 2028.",
)
COPY = Report(title="India, Russia sign contract for five more S-400 squadrons", text=SIGNED.text)
FRIGATE = Report(title="Россия передала Индии второй фрегат проекта 11356")  # "Russia handed India the 2nd frigate"
WEATHER = Report(title="Monsoon reaches Kerala three days early")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything outside the application: feeds, both platforms, and who sits there."""

    feeds: FeedServer
    telegram: TelegramServer
    slack: SlackServer
    user: User
    group: Chat
    asker: SlackUser
    channel: SlackChannel
    folder: Path

    def config(self, **changed: Any) -> Config:
        settings: dict[str, Any] = {
            "default_feeds": False,
            "database": Database(url=SecretStr(f"sqlite:///{self.folder / 'dealwire.db'}")),
            "polling": Polling(
                allow_private=(self.feeds.address,), per_host_gap_s=0.0, first_read="show", interval_minutes=0.01
            ),
            "feeds": (OwnFeed(url=self.feeds.url("wire"), title="Test Wire"),),
            "console": Console(enabled=False),
            "telegram": Telegram(token=SecretStr(self.telegram.token), base_url=self.telegram.url, poll_timeout_s=1),
            "slack": Slack(
                bot_token=SecretStr(self.slack.bot_token),
                app_token=SecretStr(self.slack.app_token),
                base_url=self.slack.base_url,
            ),
            "access": Access(
                allowed_chats=(
                    Channel.parse(f"telegram:{self.group.id}"),
                    Channel.parse(f"slack:{self.channel.id}"),
                )
            ),
            "web": Web(enabled=False),
            "fulltext": FullText(enabled=False),  # the reports link to pages that are not there
        }
        return Config(**settings | changed)

    def subscribed(self, words: str = "") -> tuple[OwnSubscription, ...]:
        return tuple(
            OwnSubscription(channel=Channel.parse(key), filter=words)
            for key in (f"telegram:{self.group.id}", f"slack:{self.channel.id}")
        )


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        feeds = await stack.enter_async_context(FeedServer())
        telegram = await stack.enter_async_context(TelegramServer())
        slack = await stack.enter_async_context(SlackServer())
        user, asker = telegram.add_user("Asha"), slack.add_user("asha")
        group = telegram.add_supergroup("Desk", members=[user], admins=[user])
        channel = slack.add_channel("deals", members=[asker])
        yield World(
            feeds=feeds,
            telegram=telegram,
            slack=slack,
            user=user,
            group=group,
            asker=asker,
            channel=channel,
            folder=tmp_path,
        )
        assert telegram.alarms == []
        assert slack.alarms == []


def button(message: Message, text: str) -> str:
    """The action of the button that begins so."""
    return next(str(one["callback_data"]) for one in message.buttons() if str(one["text"]).startswith(text))


@asynccontextmanager
async def app_of(config: Config) -> AsyncIterator[App]:
    async with running(config, tick_s=0.05) as app:
        yield app


async def test_a_report_becomes_an_alert_in_both_chats_and_why_explains_it(world: World) -> None:
    world.feeds.publish("wire", [SIGNED, WEATHER])
    async with app_of(world.config(subscriptions=world.subscribed())) as app:
        message = await world.telegram.wait_for_message(world.group)
        post = await world.slack.wait_for_message(world.channel)
        assert SIGNED.title in message.text
        assert "₹63,000 crore" in message.text
        assert SIGNED.title in post.all_text()
        assert "Monsoon" not in message.text

        await _until_stored(lambda: _queued(app), 0)  # an alert is known by its message once the receipt is stored
        world.telegram.user_says(world.group, world.user, "/why", reply_to=message)
        answer = await world.telegram.wait_for_message(world.group, lambda m: "Reasons" in m.text)
        assert "S-400" in answer.text
        asked = await world.slack.slash(command="/dealwire", text="why s-400", user=world.asker, channel=world.channel)
        assert any("Reasons" in reply.all_text() for reply in asked.responses)


async def test_copies_of_one_story_ring_once(world: World) -> None:
    world.feeds.publish("wire", [SIGNED])
    world.feeds.publish("post", [COPY])
    feeds = tuple(OwnFeed(url=world.feeds.url(name), title=name) for name in ("wire", "post"))
    async with app_of(world.config(subscriptions=world.subscribed(), feeds=feeds)) as app:
        await world.telegram.wait_for_message(world.group)
        await _until(lambda: world.feeds.polls("post") > 1 and world.feeds.polls("wire") > 1)
        assert len(world.telegram.messages(world.group)) == 1
        story = await app.store.story((await app.store.latest(1))[0].story_id)
        assert story is not None
        assert sorted(source.outlet for source in story.sources) == ["post", "wire"]


async def test_a_chat_subscribes_and_gets_only_what_it_asked_for(world: World) -> None:
    world.feeds.publish("wire", [])
    async with app_of(world.config()):
        world.telegram.user_says(world.group, world.user, "/subscribe фрегат")  # frigate
        offer = await world.telegram.wait_for_message(world.group, lambda m: "Shall this chat" in m.text)
        world.telegram.press(offer, button(offer, "Subscribe"), user=world.user)
        await world.telegram.wait_for_message(world.group, lambda m: "Subscribed" in m.text)
        done = await world.slack.slash(
            command="/dealwire", text="subscribe s-400", user=world.asker, channel=world.channel
        )
        assert any("Subscribed" in reply.all_text() for reply in done.responses)
        world.feeds.publish("wire", [FRIGATE, SIGNED])
        await world.telegram.wait_for_message(world.group, lambda m: "11356" in m.text)
        await world.slack.wait_for_message(world.channel, lambda m: "S-400" in m.all_text())
        assert not any("S-400" in message.text for message in world.telegram.messages(world.group))
        assert not any("11356" in post.all_text() for post in world.slack.messages(world.channel))


async def test_the_first_read_of_a_feed_is_silent_but_can_be_looked_up(world: World) -> None:
    world.feeds.publish("wire", [SIGNED])
    feeds = (OwnFeed(url=world.feeds.url("wire"), title="Test Wire", first_read="baseline"),)
    async with app_of(world.config(subscriptions=world.subscribed(), feeds=feeds)):
        await _until(lambda: world.feeds.polls("wire") > 1)
        world.telegram.user_says(world.group, world.user, "/latest")
        answer = await world.telegram.wait_for_message(world.group)
        assert SIGNED.title in answer.text
        world.feeds.publish("wire", [FRIGATE, SIGNED])
        await world.telegram.wait_for_message(world.group, lambda m: "11356" in m.text)
        rung = [m for m in world.telegram.messages(world.group) if "NEW" in m.text and "v1" in m.text]
        assert len(rung) == 1


async def test_after_a_restart_nothing_is_told_twice_and_nothing_is_lost(world: World) -> None:
    world.feeds.publish("wire", [SIGNED])
    config = world.config(subscriptions=world.subscribed())
    async with app_of(config):
        await world.telegram.wait_for_message(world.group)
        await world.slack.wait_for_message(world.channel)
    world.feeds.publish("wire", [FRIGATE, SIGNED])
    async with app_of(config):
        await world.telegram.wait_for_message(world.group, lambda m: "11356" in m.text)
        await world.slack.wait_for_message(world.channel, lambda m: "11356" in m.all_text())
    assert len(world.telegram.messages(world.group)) == 2
    assert len(world.slack.messages(world.channel)) == 2


async def test_what_was_due_while_a_platform_was_down_is_sent_when_it_is_back(world: World) -> None:
    world.feeds.publish("wire", [SIGNED])
    world.telegram.faults.rate_429 = 1.0
    async with app_of(world.config(subscriptions=world.subscribed())):
        await world.slack.wait_for_message(world.channel)
        await _until(lambda: any(call.status == 429 for call in world.telegram.log))
        world.telegram.faults.rate_429 = 0.0
        message = await world.telegram.wait_for_message(world.group)
        assert SIGNED.title in message.text


async def test_a_group_that_became_a_supergroup_gets_its_alert_at_the_new_address(world: World) -> None:
    group = world.telegram.add_group("Old desk", members=[world.user], admins=[world.user])
    key = Channel.parse(f"telegram:{group.id}")
    world.feeds.publish("wire", [])
    config = world.config(access=Access(allowed_chats=(key,)))
    async with app_of(config) as app:
        world.telegram.user_says(group, world.user, "/subscribe all")
        await world.telegram.wait_for_message(group, lambda m: "Subscribed" in m.text)
        moved = world.telegram.migrate(group)
        world.feeds.publish("wire", [SIGNED])
        await world.telegram.wait_for_message(moved, lambda m: SIGNED.title in m.text)
        assert [s.channel.address for s in await app.store.subscriptions()] == [str(moved)]
        world.telegram.user_says(moved, world.user, "/subscriptions")
        await world.telegram.wait_for_message(moved, lambda m: "all alerts" in m.text)


async def test_a_chat_that_blocked_the_bot_ends_and_the_others_go_on(world: World) -> None:
    world.telegram.block(world.group)
    world.feeds.publish("wire", [SIGNED])
    async with app_of(world.config(subscriptions=world.subscribed())) as app:
        await world.slack.wait_for_message(world.channel)
        await _until_stored(lambda: _platforms(app), ["slack"])


async def test_markup_in_a_title_arrives_as_text(world: World) -> None:
    nasty = "India & Russia sign <b>S-400</b> contract <!channel> *now* _soon_ <script>alert(1)</script>"
    world.feeds.publish("wire", [Report(title=nasty.replace("<script>alert(1)</script>", "&lt;script&gt;"))])
    async with app_of(world.config(subscriptions=world.subscribed())):
        message = await world.telegram.wait_for_message(world.group)
        assert "<!channel>" in message.text or "*now*" in message.text
        post = await world.slack.wait_for_message(world.channel)
        parsed = [part for part in _parts(post.blocks) if part.get("type") == "mrkdwn"]
        assert parsed
        assert not any("<!channel>" in part["text"] or "*now*" in part["text"] for part in parsed)
        assert "<!channel>" not in str(post.text)


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        (b"<!doctype html><html><body>Please enable JavaScript</body></html>", "text/html", "HTML"),
        (b"", "application/rss+xml", "empty"),
    ],
)
async def test_a_bad_feed_is_named_and_the_good_one_goes_on(
    world: World, body: bytes, content_type: str, words: str
) -> None:
    world.feeds.publish("wire", [SIGNED])
    world.feeds.serve("bad", body, content_type=content_type)
    feeds = (
        OwnFeed(url=world.feeds.url("wire"), title="Test Wire"),
        OwnFeed(url=world.feeds.url("bad"), title="Bad Post"),
        OwnFeed(url="http://127.0.0.1:9/unreachable", title="Nowhere"),
    )
    operator = Channel.parse(f"telegram:{world.user.id}")
    desk = world.telegram.add_private(world.user)
    config = world.config(subscriptions=world.subscribed(), feeds=feeds, access=Access(operator_chat=operator))
    async with app_of(config):
        await world.telegram.wait_for_message(world.group)
        await _until(lambda: world.feeds.polls("bad") > 0)
        await asyncio.sleep(0.3)
        world.telegram.user_says(desk, world.user, "/status")
        answer = await world.telegram.wait_for_message(desk)
        assert "failing: 2" in answer.text
        assert "Bad Post" in answer.text
        assert words.casefold() in answer.text.casefold()


async def test_a_stranger_is_refused_in_words(world: World) -> None:
    stranger = world.telegram.add_user("Stranger")
    chat = world.telegram.add_private(stranger)
    world.feeds.publish("wire", [SIGNED])
    async with app_of(world.config()) as app:
        world.telegram.user_says(chat, stranger, "/subscribe")
        answer = await world.telegram.wait_for_message(chat)
        assert "closed" in answer.text
        assert f"telegram:{chat.id}" in answer.text
        assert await app.store.subscriptions() == []


async def test_a_wrong_telegram_token_leaves_slack_working(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.feeds.publish("wire", [SIGNED])
    wrong = Telegram(token=SecretStr("110201543:wrong-wrong-wrong"), base_url=world.telegram.url, poll_timeout_s=1)
    async with app_of(world.config(subscriptions=world.subscribed(), telegram=wrong)):
        await world.slack.wait_for_message(world.channel)
    assert "telegram is off" in caplog.text
    assert "wrong-wrong-wrong" not in caplog.text


async def test_with_no_place_to_send_to_the_start_is_refused(world: World) -> None:
    wrong = Telegram(token=SecretStr("110201543:wrong-wrong-wrong"), base_url=world.telegram.url)
    with pytest.raises(StartError, match="no place"):
        async with app_of(world.config(telegram=wrong, slack=Slack())):
            pass


async def test_a_filter_of_the_configuration_that_is_not_understood_is_refused(world: World) -> None:
    with pytest.raises(StartError, match="subscription 1"):
        async with app_of(world.config(subscriptions=world.subscribed('"s-400'))):
            pass


async def test_the_terminal_shows_cards_while_the_console_is_on(world: World) -> None:
    world.feeds.publish("wire", [SIGNED])
    shown = io.StringIO()
    config = world.config(console=Console(enabled=True), telegram=Telegram(), slack=Slack())
    async with running(config, tick_s=0.05, terminal=Terminal(file=shown, width=100)):
        await _until(lambda: "S-400" in shown.getvalue())
    assert "₹63,000 crore" in shown.getvalue()


async def test_it_stops_in_under_five_seconds_with_work_under_way(world: World) -> None:
    world.feeds.publish("wire", [SIGNED])
    world.telegram.faults.rate_slow = 1.0
    world.telegram.faults.delay_s = 30.0
    loop = asyncio.get_running_loop()
    async with app_of(world.config(subscriptions=world.subscribed())):
        await world.slack.wait_for_message(world.channel)
        stopping_at = loop.time()
    assert loop.time() - stopping_at < 5


async def _until(settled: Callable[[], bool], timeout: float = 10.0) -> None:
    async with asyncio.timeout(timeout):
        while not settled():  # noqa: ASYNC110 - the servers' logs have no event to wait for
            await asyncio.sleep(0.02)


async def _until_stored(read: Callable[[], Awaitable[object]], wanted: object, timeout: float = 10.0) -> None:
    async with asyncio.timeout(timeout):
        while await read() != wanted:  # noqa: ASYNC110 - another task changes the database
            await asyncio.sleep(0.02)


async def _queued(app: App) -> int:
    return (await app.store.status()).queued


async def _platforms(app: App) -> list[str]:
    return [subscription.channel.platform for subscription in await app.store.subscriptions()]


def _parts(value: object) -> Iterator[dict[str, Any]]:
    """Every object inside the blocks."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _parts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _parts(inner)


async def test_telegram_calls_the_page_where_a_webhook_is_set(world: World) -> None:
    config = world.config(
        telegram=Telegram(
            token=SecretStr(world.telegram.token),
            base_url=world.telegram.url,
            webhook_url="https://bot.example.org",
        ),
        web=Web(enabled=True, port=0),
    )
    async with app_of(config) as app, aiohttp.ClientSession() as session:
        asked = world.telegram.requests("setWebhook")[0].args
        assert app.page_url is not None
        address = app.page_url.rstrip("/") + asked["url"].removeprefix("https://bot.example.org")
        world.telegram.user_says(world.group, world.user, "/latest@dealwire_bot")
        update = world.telegram.world.updates.popleft()
        secret = {"X-Telegram-Bot-Api-Secret-Token": asked["secret_token"]}
        for headers, status in (({}, 403), (secret, 200)):
            async with session.post(address, json=update, headers=headers) as answer:
                assert answer.status == status
        await world.telegram.wait_for_message(world.group)
    assert world.telegram.requests("getUpdates") == ()


async def test_a_webhook_without_the_page_is_refused_in_words(world: World) -> None:
    telegram = Telegram(token=SecretStr(world.telegram.token), webhook_url="https://bot.example.org")
    with pytest.raises(StartError, match="needs the page"):
        async with app_of(world.config(telegram=telegram)):
            pass
