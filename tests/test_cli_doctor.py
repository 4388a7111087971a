"""`dealwire doctor`: each thing that an operator can set up wrongly is told, with what to do."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.adapters import examine_slack
from bot.cli_doctor import examine
from bot.config import Config, Console, Database, OwnSubscription, Slack, Telegram, Web
from bot.model import Channel, Finding, Subscription, new_id
from bot.storage import Store
from tests.adapters.offices import KEY, PUBLIC, office
from tests.adapters.recorder import Recorder
from tests.servers import CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET, SlackServer, TelegramServer
from tests.servers.slack_state import DEFAULT_SCOPES
from tests.test_cli import dealwire

NOW = datetime(2026, 11, 20, 8, 32, tzinfo=UTC)


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        yield server
        assert server.alarms == []


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        yield server


def config_of(folder: Path, **given: Any) -> Config:
    url = SecretStr(f"sqlite:///{folder / 'dealwire.db'}")
    return Config(**{"database": Database(url=url), "console": Console(enabled=False), **given})


def by_tokens(slack: SlackServer, **more: Any) -> Slack:
    given = {"bot_token": SecretStr(slack.bot_token), "app_token": SecretStr(slack.app_token), **more}
    return Slack(base_url=slack.base_url, **given)


def subscribed(*keys: str) -> tuple[OwnSubscription, ...]:
    return tuple(OwnSubscription(channel=Channel.parse(key)) for key in keys)


def of(findings: list[Finding], subject: str) -> Finding:
    return next(one for one in findings if one.subject == subject)


async def made(folder: Path) -> None:
    async with Store.open(f"sqlite:///{folder / 'dealwire.db'}"):
        pass


async def test_what_is_right_is_told_as_right(tmp_path: Path, slack: SlackServer, telegram: TelegramServer) -> None:
    await made(tmp_path)
    user = telegram.add_user()
    group = telegram.add_supergroup("Desk", members=[user])
    room, private = slack.add_channel("deals"), slack.add_channel("secret", private=True)
    config = config_of(
        tmp_path,
        slack=by_tokens(slack),
        telegram=Telegram(token=SecretStr(telegram.token), base_url=telegram.url),
        subscriptions=subscribed(f"slack:{room.id}", f"slack:{private.id}", f"telegram:{group.id}"),
    )
    findings = await examine(config)
    assert [one for one in findings if one.level == "bad"] == []
    assert of(findings, "slack").words == "the bot is @dealwire in newsroom"
    assert of(findings, "slack: scopes").level == "good"
    assert of(findings, "slack Socket Mode").level == "good"
    assert of(findings, f"slack:{private.id}").words == "the bot is in #secret"
    assert of(findings, f"telegram:{group.id}").words == "the bot is in Desk"
    assert of(findings, "telegram privacy mode").level == "good"
    assert of(findings, "access").level == "doubt"


@pytest.mark.parametrize("missing", sorted(DEFAULT_SCOPES))
async def test_a_missing_scope_is_named_with_what_it_is_for(missing: str) -> None:
    async with SlackServer(scopes=set(DEFAULT_SCOPES) - {missing}) as slack:
        findings = await examine_slack(slack.bot_token, slack.app_token, base_url=slack.base_url, channels=())
    [scope] = [one for one in findings if one.level == "bad"]
    assert missing in scope.words
    assert "Bot Token Scopes" in scope.advice


@pytest.mark.parametrize("trouble", ["account_inactive", "token_revoked", "token_expired"])
async def test_a_refused_bot_token_is_told(tmp_path: Path, slack: SlackServer, trouble: str) -> None:
    slack.revoke(trouble)
    findings = await examine(config_of(tmp_path, slack=by_tokens(slack), subscriptions=subscribed("slack:C1")))
    assert of(findings, "slack").words == f"Slack refuses the bot token ({trouble})"
    assert of(findings, "slack Socket Mode").level == "good"
    assert not any(one.subject == "slack:C1" for one in findings)  # nothing can be said of it


async def test_a_refused_app_token_is_told(tmp_path: Path, slack: SlackServer) -> None:
    config = config_of(tmp_path, slack=by_tokens(slack, app_token=SecretStr("xapp-another")))
    found = of(await examine(config), "slack Socket Mode")
    assert found.level == "bad"
    assert "connections:write" in found.advice


async def test_channels_without_the_bot_are_told_with_what_to_type(tmp_path: Path, slack: SlackServer) -> None:
    closed, open_ = slack.add_channel("secret", private=True, bot=False), slack.add_channel("deals", bot=False)
    old = slack.add_channel("old")
    slack.archive(old)
    rooms = (closed, open_, old)
    config = config_of(
        tmp_path,
        slack=by_tokens(slack),
        subscriptions=subscribed(*(f"slack:{room.id}" for room in rooms), "slack:T0OTHER/C1", "slack:U0ASHA"),
    )
    findings = await examine(config)
    for room in (closed, open_):
        assert of(findings, f"slack:{room.id}").advice == "Type /invite @Dealwire in the channel."
    assert "archived" in of(findings, f"slack:{old.id}").words
    assert of(findings, "slack:T0OTHER/C1").level == "bad"
    assert not any(one.subject == "slack:U0ASHA" for one in findings)


async def test_subscriptions_of_the_database_are_looked_at_too(tmp_path: Path, slack: SlackServer) -> None:
    channel = Channel.parse("slack:C0GONE")
    async with Store.open(f"sqlite:///{tmp_path / 'dealwire.db'}") as store:
        made = Subscription(id=new_id(NOW), channel=channel, filter="", created_at=NOW, created_by="slack:U1")
        await store.add_subscription(made)
    assert of(await examine(config_of(tmp_path, slack=by_tokens(slack))), "slack:C0GONE").level == "bad"


async def test_telegrams_token_chats_and_webhook_are_looked_at(tmp_path: Path, telegram: TelegramServer) -> None:
    user = telegram.add_user()
    group = telegram.add_supergroup("Desk", members=[user])
    telegram.kick(group.id)
    telegram.world.webhook_url = "https://old.example.org/"
    settings = Telegram(token=SecretStr(telegram.token), base_url=telegram.url)
    keys = (f"telegram:{group.id}", "telegram:424242")
    findings = await examine(config_of(tmp_path, telegram=settings, subscriptions=subscribed(*keys)))
    assert [of(findings, key).level for key in keys] == ["bad", "bad"]
    assert of(findings, "telegram updates").level == "doubt"
    wrong = Telegram(token=SecretStr("1:wrong"), base_url=telegram.url)
    [found] = [one for one in await examine(config_of(tmp_path, telegram=wrong)) if one.level == "bad"]
    assert "@BotFather" in found.advice


async def test_what_does_not_answer_is_told_without_the_token(tmp_path: Path) -> None:
    slack = Slack(
        bot_token=SecretStr("xoxb-HUSH"), app_token=SecretStr("xapp-HUSH"), base_url="http://127.0.0.1:9/api/"
    )
    telegram = Telegram(token=SecretStr("1:HUSH"), base_url="http://127.0.0.1:9")
    findings = await examine(config_of(tmp_path, slack=slack, telegram=telegram))
    assert [one.subject for one in findings if one.level == "bad"] == ["telegram", "slack", "slack Socket Mode"]
    assert "HUSH" not in str(findings)


async def test_each_workspace_is_looked_at_by_itself(tmp_path: Path, slack: SlackServer) -> None:
    embassy, ministry = slack.add_workspace("T0EMBASSY"), slack.add_workspace("T0MINISTRY", domain="ministry")
    admin = slack.add_user(at=embassy)
    room = slack.add_channel("deals", members=[admin], at=embassy, bot=False)
    url = f"sqlite:///{tmp_path / 'dealwire.db'}"
    async with Store.open(url) as store, office(store, slack, Recorder()) as running:
        for space in (embassy, ministry):
            await running.install(space, slack.add_user(at=space))
    slack.revoke("token_revoked", token=slack.oauth.token_of(ministry))
    settings = Slack(
        client_id=CLIENT_ID,
        client_secret=SecretStr(CLIENT_SECRET),
        signing_secret=SecretStr(SIGNING_SECRET),
        token_key=SecretStr(KEY),
        public_url=PUBLIC,
        base_url=slack.base_url,
    )
    keys = (f"slack:T0EMBASSY/{room.id}", "slack:T0NOWHERE/C1", "slack:C1")
    findings = await examine(config_of(tmp_path, slack=settings, subscriptions=subscribed(*keys)))
    assert of(findings, "slack client").level == "good"
    assert of(findings, "slack embassy (T0EMBASSY)").level == "good"
    assert of(findings, "slack ministry (T0MINISTRY)").words == "Slack refuses the bot token (token_revoked)"
    assert of(findings, keys[0]).advice == "Type /invite @Dealwire in the channel."
    assert of(findings, keys[1]).level == "bad"
    assert of(findings, keys[2]).level == "bad"
    assert of(findings, "slack public_url").level == "doubt"
    slack.oauth.client_secret = "another"
    found = of(await examine(config_of(tmp_path, slack=settings)), "slack client")
    assert found.words == "Slack refuses client_id or client_secret (bad_client_secret)"


async def test_the_command_exits_with_1_while_something_is_to_be_mended(tmp_path: Path, slack: SlackServer) -> None:
    (tmp_path / "config.toml").write_text(
        f'[slack]\nbot_token = "{slack.bot_token}"\napp_token = "{slack.app_token}"\nbase_url = "{slack.base_url}"\n'
    )
    await made(tmp_path)
    arguments = ("doctor", "--config", str(tmp_path / "config.toml"))
    right = await asyncio.to_thread(dealwire, *arguments)
    assert right.returncode == 0, right.stdout + right.stderr
    assert "Everything needed is in order." in right.stdout
    slack.revoke("token_revoked")
    wrong = await asyncio.to_thread(dealwire, *arguments, "--json")
    assert wrong.returncode == 1
    rows = [json.loads(line) for line in wrong.stdout.splitlines()]
    assert [row["subject"] for row in rows if row["level"] == "bad"] == ["slack"]
    assert slack.bot_token not in right.stdout + wrong.stdout


async def test_without_anything_set_up_it_says_so(tmp_path: Path) -> None:
    findings = await examine(config_of(tmp_path, web=Web(enabled=False)))
    assert [one.level for one in findings] == ["good", "doubt", "doubt"]
    assert not any(os.scandir(tmp_path))  # no database was made
