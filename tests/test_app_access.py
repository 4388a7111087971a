"""Getting in, end to end: the application with the real client libraries on the strict local servers."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from bot.app import running
from bot.config import Access
from bot.model import Channel, Subscription, new_id
from tests.test_app import FRIGATE, SIGNED, World, world

__all__ = ["world"]  # the fixture

CODE = re.compile(r"claim-([0-9a-z]{24})")


async def test_the_printed_link_makes_an_operator_on_telegram(world: World, caplog: pytest.LogCaptureFixture) -> None:
    said: list[str] = []
    world.feeds.publish("wire", [SIGNED])
    desk = world.telegram.add_private(world.user)
    async with running(world.config(), tick_s=0.05, announce=said.append) as app:
        [words] = said
        found = CODE.search(words)
        assert found is not None
        code = found[1]
        assert f"https://t.me/{world.telegram.world.bot.username}?start=claim-{code}" in words
        assert code not in caplog.text
        world.telegram.user_says(desk, world.user, f"/start claim-{code}")  # what the link types
        answer = await world.telegram.wait_for_message(desk)
        assert "operator now" in answer.text
        world.telegram.user_says(desk, world.user, "/audit")
        await world.telegram.wait_for_message(desk, lambda m: "became an operator" in m.text)
        assert [one.who for one in (await app.store.permissions()).operators] == [f"telegram:{world.user.id}"]
    async with running(world.config(), tick_s=0.05, announce=said.append):
        assert len(said) == 1  # there is one now: nothing is offered any more


async def test_the_code_makes_an_operator_in_slack(world: World) -> None:
    said: list[str] = []
    world.feeds.publish("wire", [SIGNED])
    async with running(world.config(), tick_s=0.05, announce=said.append) as app:
        found = re.search(r"/dealwire (claim [0-9a-z]{24})", said[0])
        assert found is not None
        for wanted in ("operator now", "does not hold"):
            done = await world.slack.slash(command="/dealwire", text=found[1], user=world.asker, channel=world.channel)
            assert any(wanted in reply.all_text() for reply in done.responses)
        assert [one.who for one in (await app.store.permissions()).operators] == [f"slack:{world.asker.id}"]


async def test_a_group_asks_the_operator_presses_and_the_group_gets_its_alerts(world: World) -> None:
    world.feeds.publish("wire", [])
    stranger = world.telegram.add_user("Ravi")
    group = world.telegram.add_supergroup("Navy desk", members=[stranger], admins=[stranger])
    desk = world.telegram.add_private(world.user)
    operator = Channel.parse(f"telegram:{world.user.id}")
    config = world.config(access=Access(mode="approval", operator_chat=operator))
    async with running(config, tick_s=0.05, announce=_unsaid) as app:
        world.telegram.user_says(group, stranger, "/start")
        await world.telegram.wait_for_message(group, lambda m: "the operator decides" in m.text)
        notice = await world.telegram.wait_for_message(desk, lambda m: "asks for access" in m.text)
        assert "Navy desk" in notice.text
        [approve] = [button["callback_data"] for button in notice.buttons() if "Approve" in button["text"]]
        world.telegram.press(notice, approve, user=world.user)
        await world.telegram.wait_for_message(group, lambda m: "may use Dealwire now" in m.text)
        world.telegram.user_says(group, stranger, "/latest")
        await world.telegram.wait_for_message(group, lambda m: "No alerts yet" in m.text)
        now = datetime.now(UTC)
        channel = Channel.parse(f"telegram:{group.id}")
        await app.store.add_subscription(
            Subscription(id=new_id(now), channel=channel, filter="", created_at=now, created_by="test")
        )
        world.feeds.publish("wire", [FRIGATE])
        await world.telegram.wait_for_message(group, lambda m: "11356" in m.text)


async def test_a_slack_request_is_decided_by_an_operator_in_slack(world: World) -> None:
    said: list[str] = []
    world.feeds.publish("wire", [])
    chief = world.slack.add_user("chief")
    direct = world.slack.add_im(chief)
    other = world.slack.add_channel("navy", members=[world.asker])
    config = world.config(access=Access(mode="approval"))
    async with running(config, tick_s=0.05, announce=said.append):
        found = re.search(r"/dealwire (claim [0-9a-z]{24})", said[0])
        assert found is not None
        await world.slack.slash(command="/dealwire", text=found[1], user=chief, channel=world.channel)
        asked = await world.slack.slash(command="/dealwire", text="start", user=world.asker, channel=other)
        assert any("the operator decides" in reply.all_text() for reply in asked.responses)
        notice = await world.slack.wait_for_message(direct, lambda m: "asks for access" in m.all_text())
        assert "navy" in notice.all_text()
        done = await world.slack.slash(command="/dealwire", text="approve 1", user=chief, channel=direct)
        assert any("Approved" in reply.all_text() for reply in done.responses)
        await world.slack.wait_for_message(other, lambda m: "may use Dealwire now" in m.all_text())


def _unsaid(words: str) -> None:
    raise AssertionError(f"an operator is configured, and yet: {words}")
