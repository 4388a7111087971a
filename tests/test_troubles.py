"""What the operator hears of places that take no messages: from an adapter's word to a notice."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from bot.app import running
from bot.config import Access, Config, Console, Database, OwnSubscription, Slack, Telegram, Web
from bot.health import lost_notice
from bot.model import Channel, Notice, Subscription, Trouble, said
from bot.storage import Store
from bot.troubles import Troubles
from tests.servers import Chat, SlackChannel, SlackServer, TelegramServer
from tests.storage.samples import NOW, SLACK, add_alerts, alert, delivery

SHUT = Trouble(
    name="slack workspace T1",
    kind="shut",
    subject="Slack · Newsroom",
    words=said("{why}; what is due there waits, and is dropped if it waits for too long", why="it is closed"),
)
OPEN = replace(SHUT, words=None)


async def notices(store: Store) -> list[Notice]:
    """Those that wait to be told."""
    async with store.write() as tx:
        return await tx.waiting_notices(100)


def telling(store: Store, now: datetime = NOW) -> Troubles:
    return Troubles(store=store, clock=lambda: now)


async def test_a_trouble_is_one_notice_however_many_processes_tell_it(store: Store) -> None:
    await asyncio.gather(*(telling(store).tell(SHUT) for _ in range(5)))
    (notice,) = await notices(store)
    assert (notice.kind, notice.subject) == ("shut", "Slack · Newsroom")
    assert str(notice.words).startswith("it is closed; what is due there waits")


async def test_its_end_is_told_with_how_long_it_was_and_it_may_come_again(store: Store) -> None:
    await telling(store).tell(SHUT)
    later = telling(store, NOW + timedelta(hours=3))
    await later.tell(OPEN)
    await later.tell(OPEN)
    await later.tell(SHUT)
    told = await notices(store)
    assert [notice.kind for notice in told] == ["shut", "open", "shut"]
    assert str(told[1].words) == "after 3 h"


async def test_what_was_told_before_a_restart_ends_after_it(store: Store) -> None:
    await telling(store).tell(SHUT)
    await telling(store).tell(OPEN)
    assert [notice.kind for notice in await notices(store)] == ["shut", "open"]


async def test_a_platform_that_cannot_be_started_is_told_and_so_is_its_start(store: Store) -> None:
    await telling(store).off("slack", "Slack refuses the bot token")
    await telling(store).off("slack", None)
    told = await notices(store)
    assert [(notice.kind, notice.subject) for notice in told] == [("shut", "Slack"), ("open", "Slack")]
    assert str(told[0].words) == "it could not be started: Slack refuses the bot token"


async def test_the_end_of_what_was_never_told_is_not_told(store: Store) -> None:
    await telling(store).tell(OPEN)
    assert await notices(store) == []


async def test_a_slack_channel_that_is_lost_with_its_subscriptions_is_a_notice(store: Store) -> None:
    await subscribe(store, SLACK)
    await store.end_channel(SLACK, "archived", lost_notice(SLACK, "the channel is archived", NOW))
    await store.end_channel(SLACK, "archived", lost_notice(SLACK, "the channel is archived", NOW))
    (notice,) = await notices(store)
    assert (notice.kind, notice.subject) == ("lost", "Slack · C012AB3CD")
    assert str(notice.words) == "the channel is archived; its subscriptions have ended"


def test_a_telegram_chat_that_blocks_the_bot_is_its_own_affair() -> None:
    assert lost_notice(Channel(platform="telegram", address="42"), "blocked", NOW) is None


async def subscribe(store: Store, channel: Channel) -> None:
    await store.add_subscription(
        Subscription(id="s1", channel=channel, filter="", created_at=NOW, created_by="slack:U1")
    )


async def test_the_operator_hears_of_a_closed_workspace_and_nothing_due_there_is_lost(tmp_path: Path) -> None:
    ahead = timedelta()  # moved by hand: notices wait for others, a shut workspace for its next try
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramServer())
        slack = await stack.enter_async_context(SlackServer())
        operator, room = telegram.add_private(telegram.add_user("Asha")), slack.add_channel()
        app = await stack.enter_async_context(
            running(
                _config(tmp_path, telegram, slack, operator, room), feeds=(), clock=lambda: datetime.now(UTC) + ahead
            )
        )
        slack.revoke("account_inactive")
        due = [delivery(f"d{number}", Channel.parse(f"slack:{room.id}"), of=f"a{number}") for number in range(2)]
        await add_alerts(app.store, *(replace(alert(one.alert_id), created_at=datetime.now(UTC)) for one in due))
        async with app.store.write() as tx:
            await tx.add_deliveries([replace(one, due_at=datetime.now(UTC)) for one in due])
        app.deliver.wake()
        async with asyncio.timeout(10):
            while await app.store.oldest_notice_at() is None:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        ahead = timedelta(minutes=1)
        told = await telegram.wait_for_message(operator, lambda message: "takes no messages" in message.text)
        assert "account_inactive" in told.text
        assert [(await app.store.sent_to(one.alert_id))[0].state for one in due] == ["due", "due"]
        assert slack.messages(room) == ()


def _config(folder: Path, telegram: TelegramServer, slack: SlackServer, operator: Chat, room: SlackChannel) -> Config:
    return Config(
        default_feeds=False,
        database=Database(url=SecretStr(f"sqlite:///{folder / 'dealwire.db'}")),
        console=Console(enabled=False),
        telegram=Telegram(token=SecretStr(telegram.token), base_url=telegram.url, poll_timeout_s=1),
        slack=Slack(
            bot_token=SecretStr(slack.bot_token), app_token=SecretStr(slack.app_token), base_url=slack.base_url
        ),
        access=Access(operator_chat=Channel.parse(f"telegram:{operator.id}")),
        subscriptions=(OwnSubscription(channel=Channel.parse(f"slack:{room.id}")),),
        web=Web(enabled=False),
    )
