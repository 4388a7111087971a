"""What ends with a Slack workspace, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.model import Channel, Notice, Subscription, new_ids, said
from bot.settings import ChannelSettings
from bot.storage import Store
from tests.storage.samples import NOW

EMBASSY = Channel.parse("slack:T0EMBASSY")
# Its own id is the beginning of another's, and "_" is a wildcard of LIKE.
ALIKE = ("slack:T0EMBASSY/C1", "slack:T0EMBASSY/U1", "slack:T0EMBASSY2/C1", "slack:T0EMBASSX/C1", "slack:C1")


@pytest.fixture
async def full(store: Store) -> Store:
    made = [
        Subscription(id=id_, channel=Channel.parse(key), filter="", created_at=NOW, created_by="test")
        for id_, key in zip(new_ids(NOW, len(ALIKE)), ALIKE, strict=True)
    ]
    for one in made:
        await store.add_subscription(one)
    async with store.write() as tx:
        for one in made:
            await tx.save_channel_settings(one.channel, ChannelSettings(lang="ru"))
            await tx.allow_chat(one.channel, by="test", now=NOW)
        await tx.allow_chat(EMBASSY, by="test", now=NOW)
        for home in ("T0EMBASSY", "T0EMBASSY2"):
            await tx.save_who_may_change(home, "admins")
    return store


async def test_a_workspace_ends_with_its_channels_settings_and_permissions(full: Store) -> None:
    before = await full.access_revision()
    assert await full.end_workspace(EMBASSY, "removed") == 2
    left = {"slack:T0EMBASSY2/C1", "slack:T0EMBASSX/C1", "slack:C1"}
    assert {one.channel.key for one in await full.subscriptions()} == left
    assert {chat.key for chat in (await full.permissions()).allowed} == left
    assert await full.access_revision() > before
    for key in ALIKE:
        assert (await full.channel_settings(Channel.parse(key)) is not None) == (key in left)
    assert await full.who_may_change("T0EMBASSY") is None
    assert await full.who_may_change("T0EMBASSY2") == "admins"


async def test_the_operator_is_told_once_and_only_if_anything_ended(full: Store) -> None:
    notice = Notice(id="0" * 26, kind="lost", subject="Slack", words=said("gone"), at=NOW)
    await full.end_workspace(EMBASSY, "removed", notice)
    await full.end_workspace(EMBASSY, "removed", notice)
    async with full.write() as tx:
        assert [one.id for one in await tx.waiting_notices(10)] == [notice.id]


async def test_a_code_for_a_workspace_makes_no_operator_and_one_for_an_operator_lets_none_in(store: Store) -> None:
    async with store.write() as tx:
        later = NOW + timedelta(hours=1)
        await tx.add_claim(b"w" * 32, by="terminal", now=NOW, expires_at=later, opens="workspace")
        await tx.add_claim(b"o" * 32, by="terminal", now=NOW, expires_at=later)
        assert not await tx.use_workspace_claim(b"o" * 32, EMBASSY, by="slack:T0EMBASSY/U1", now=NOW)
        assert not await tx.use_workspace_claim(b"w" * 32, EMBASSY, by="slack:T0EMBASSY/U1", now=later)
        assert await tx.use_workspace_claim(b"w" * 32, EMBASSY, by="slack:T0EMBASSY/U1", now=NOW)
        assert not await tx.use_workspace_claim(b"w" * 32, EMBASSY, by="slack:T0EMBASSY/U1", now=NOW)
    permissions = await store.permissions()
    assert permissions.allowed == {EMBASSY}
    assert permissions.operators == ()
