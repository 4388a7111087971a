"""Addresses and homes: whose payload it is, and where a channel's address leads."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp
import pytest

from bot.access import is_workspace, workspace_of
from bot.adapters.slack.allowances import Allowances
from bot.adapters.slack.workspaces import (
    Installed,
    NotInstalledError,
    Workspaces,
    address_of,
    at_home,
    home_of,
    split,
)
from bot.model import Channel

AUTHORIZED = {"enterprise_id": None, "team_id": "T1", "user_id": "U0BOT", "is_bot": True}


@pytest.mark.parametrize(
    ("body", "home"),
    [
        ({"team_id": "T1", "channel_id": "C1", "is_enterprise_install": "false"}, "T1"),
        ({"team_id": "T1", "enterprise_id": "E1", "is_enterprise_install": "false"}, "T1"),
        ({"team_id": "T1", "enterprise_id": "E1", "is_enterprise_install": "true"}, "E1"),
        # A channel shared with another organisation: the event is for the one that has the app.
        ({"team_id": "T2", "authorizations": [AUTHORIZED], "event": {"user_team": "T2"}}, "T1"),
        (
            {"team_id": "T2", "authorizations": [AUTHORIZED | {"enterprise_id": "E1", "is_enterprise_install": True}]},
            "E1",
        ),
        ({"team": {"id": "T1", "domain": "newsroom"}, "enterprise": None, "is_enterprise_install": False}, "T1"),
        # An organisation's installation tells clicks without a team.
        ({"team": None, "enterprise": {"id": "E1", "name": "Org"}, "is_enterprise_install": True}, "E1"),
        # A modal opened from a shared channel by somebody of another workspace.
        ({"team": {"id": "T2"}, "user": {"team_id": "T2"}, "view": {"app_installed_team_id": "T1"}}, "T1"),
        ({"type": "app_rate_limited"}, ""),
    ],
)
def test_a_payload_belongs_to_the_installation_that_it_is_for(body: dict[str, Any], home: str) -> None:
    assert home_of(body) == home


@pytest.mark.parametrize(
    ("home", "channel", "address"), [("", "C1", "C1"), ("T1", "C1", "T1/C1"), ("E1", "U1", "E1/U1")]
)
def test_an_address_leads_back_to_its_parts(home: str, channel: str, address: str) -> None:
    assert address_of(home, channel) == address
    assert split(address) == (home, channel)
    assert Channel.parse(f"slack:{address}") == Channel(platform="slack", address=address)


@pytest.mark.parametrize("key", ["slack:", "slack:T1/", "slack:/C1", "slack:T1/C1/7", "slack:T1 /C1", "slack:T1/C1/"])
def test_other_keys_name_no_channel(key: str) -> None:
    with pytest.raises(ValueError, match="names no channel"):
        Channel.parse(key)


def test_an_address_that_comes_back_leads_into_no_other_workspace() -> None:
    assert at_home("T1", "T2/C1") == "T1/C1"
    assert at_home("T1", "C1") == "T1/C1"
    assert at_home("", "T2/C1") == "C1"
    assert at_home("T1", "") == ""


def test_a_workspace_stands_for_its_channels() -> None:
    assert workspace_of(Channel.parse("slack:T1/C1")) == Channel.parse("slack:T1")
    assert workspace_of(Channel.parse("slack:C1")) is None
    assert workspace_of(Channel.parse("telegram:-1/7")) is None
    assert is_workspace(Channel.parse("slack:T1"))
    assert is_workspace(Channel.parse("slack:E1"))
    assert not is_workspace(Channel.parse("slack:C1"))
    assert not is_workspace(Channel.parse("slack:T1/C1"))


async def test_what_was_read_before_it_was_forgotten_is_not_remembered() -> None:
    reading, go_on = asyncio.Event(), asyncio.Event()
    installed: Installed | None = Installed(token="xoxb-1", bot_user="U0BOT")

    async def find(home: str) -> Installed | None:
        found = installed
        reading.set()
        await go_on.wait()
        return found

    workspaces = Workspaces(
        find=find, base_url=None, allowances=Allowances(monotonic=time.monotonic, sleep=asyncio.sleep)
    )
    async with aiohttp.ClientSession() as session:
        workspaces.open(session)
        slow = asyncio.create_task(workspaces.of("T0EMBASSY"))
        await reading.wait()
        installed = None  # the app is removed meanwhile
        workspaces.forget("T0EMBASSY")
        go_on.set()
        await slow
        with pytest.raises(NotInstalledError):
            await workspaces.of("T0EMBASSY")
