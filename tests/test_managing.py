from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.managing import Managing, Who
from bot.model import Channel, Command, Press
from bot.storage import Store

NOW = datetime(2026, 11, 20, 8, 32, tzinfo=UTC)
DEALS = Channel.parse("slack:T0ONE/C0DEALS")
ASKED = Command(name="subscribe", args="", channel=DEALS, user="slack:T0ONE/U0ASHA", private=False, manager=True)
PRESS = Press(
    action="who:admins",
    channel=Channel.parse("slack:T0ONE/D0ASHA"),
    message_id="",
    user="slack:T0ONE/U0ASHA",
    private=True,
    manager=True,
    administrator=True,
)


def managing(store: Store, who: Who = "members") -> Managing:
    return Managing(store=store, who=who, clock=lambda: NOW)


@pytest.mark.parametrize(
    ("who", "changed", "manager"),
    [
        ("members", {}, True),
        ("admins", {}, False),
        ("admins", {"administrator": True}, True),
        ("admins", {"private": True, "channel": Channel.parse("slack:T0ONE/D0ASHA")}, True),
        ("admins", {"channel": Channel.parse("telegram:-100500")}, True),  # Telegram's own word counts
        ("members", {"manager": False}, False),
        ("admins", {"manager": False, "administrator": True}, False),
    ],
)
async def test_who_manages_a_channel(store: Store, who: Who, changed: dict[str, object], manager: bool) -> None:
    asked = replace(ASKED, **changed)  # type: ignore[arg-type]  # each value belongs to its name
    assert (await managing(store, who).narrowed(asked)).manager is manager


async def test_a_workspaces_choice_holds_there_and_nowhere_else(store: Store) -> None:
    there = managing(store)
    reply = await there.presses["who"](PRESS)
    assert reply is not None
    assert "administrators" in (reply.toast or "")
    other = replace(ASKED, channel=Channel.parse("slack:T0TWO/C0DEALS"))
    assert (await there.narrowed(ASKED)).manager is False
    assert (await there.narrowed(other)).manager is True
    await there.presses["who"](replace(PRESS, action="who:members"))
    assert (await managing(store, "admins").narrowed(ASKED)).manager is True
    assert [(one.action, one.who) for one in await store.audit_entries(9)] == [("who", PRESS.user)] * 2


@pytest.mark.parametrize(
    "press",
    [
        replace(PRESS, administrator=False),
        replace(PRESS, private=False, channel=DEALS),  # who made a channel administers no workspace
        replace(PRESS, action="who:nobody"),
        replace(PRESS, channel=Channel.parse("telegram:42")),
    ],
)
async def test_nobody_else_chooses(store: Store, press: Press) -> None:
    await managing(store).presses["who"](press)
    assert await store.who_may_change("T0ONE") is None
    assert await store.audit_entries(9) == []
