"""What every adapter does, whatever its platform."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator

import pytest

from bot.model import ChannelGone, Receipt, RetryLater
from tests.adapters.platforms import PLATFORMS, REMOTE, OnSlack, OnTelegram, Place, always
from tests.adapters.recorder import Recorder
from tests.adapters.samples import HOSTILE, card, post


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture(params=sorted(PLATFORMS))
async def place(request: pytest.FixtureRequest, recorder: Recorder) -> AsyncIterator[Place]:
    async with PLATFORMS[request.param](recorder) as place:
        yield place
        assert place.complaints() == []


@pytest.fixture(params=REMOTE)
async def remote(request: pytest.FixtureRequest, recorder: Recorder) -> AsyncIterator[Place]:
    async with PLATFORMS[request.param](recorder) as place:
        yield place
        assert place.complaints() == []


async def test_an_alert_arrives_whole_and_is_receipted(place: Place) -> None:
    result = await place.adapter.send(place.channel, post())
    assert isinstance(result, Receipt)
    assert not result.plain
    for part in ("NEW · REPORTED · ANI", "Rajnath Singh and Belousov", "met in Qingdao", "S-400 Triumf", "WION"):
        assert part in place.shown()
    for part in ("talks · 3 delivered, 2 remaining · due 2026", "v1", "14:02 IST"):
        assert part in place.shown()


async def test_markup_of_others_arrives_as_text(place: Place) -> None:
    result = await place.adapter.send(place.channel, post(card(headline=HOSTILE, summary=HOSTILE)))
    assert isinstance(result, Receipt)
    assert place.shown().count(HOSTILE) == 2


async def test_an_adapter_names_its_platform(place: Place) -> None:
    assert place.adapter.platform == place.channel.platform


async def test_alerts_arrive_in_the_order_of_sending(place: Place) -> None:
    for number in range(5):
        await place.adapter.send(place.channel, post(card(headline=f"report number {number}")))
    found = [place.shown().index(f"report number {number}") for number in range(5)]
    assert found == sorted(found)


async def test_an_edit_that_changes_nothing_is_receipted_too(place: Place) -> None:
    first = await place.adapter.send(place.channel, post())
    assert isinstance(first, Receipt)
    for _ in range(2):
        assert await place.adapter.edit(place.channel, first.message_id, post()) == first
    assert place.shown().count("met in Qingdao") == 1


async def test_a_channel_that_is_gone_says_so(remote: Place) -> None:
    remote.close_channel()
    result = await remote.adapter.send(remote.channel, post())
    assert isinstance(result, ChannelGone)


async def test_a_flood_answer_carries_the_platforms_seconds(remote: Place) -> None:
    remote.fail(always("rate_429", retry_after_s=7))
    result = await remote.adapter.send(remote.channel, post())
    assert isinstance(result, RetryLater)
    assert result.after_s == 7
    assert not result.maybe_sent


async def test_after_a_flood_answer_nothing_leaves_for_that_channel_too_early(remote: Place) -> None:
    remote.fail(always("rate_429", at_most=1, retry_after_s=60))
    await remote.adapter.send(remote.channel, post())
    result = await remote.adapter.send(remote.channel, post())  # the fault is over, the hold is not
    assert isinstance(result, RetryLater)
    assert result.after_s == pytest.approx(60, abs=5)
    assert remote.shown() == ""


async def test_an_edit_keeps_to_the_same_holds(remote: Place) -> None:
    first = await remote.adapter.send(remote.channel, post())
    assert isinstance(first, Receipt)
    remote.fail(always("rate_429", at_most=1, retry_after_s=60))
    for _ in range(2):
        result = await remote.adapter.edit(remote.channel, first.message_id, post(card(version=2)))
        assert isinstance(result, RetryLater)
        assert result.after_s == pytest.approx(60, abs=5)


async def test_an_answer_lost_on_the_way_may_mean_sent(remote: Place) -> None:
    remote.fail(always("rate_drop_after"))
    result = await remote.adapter.send(remote.channel, post())
    assert isinstance(result, RetryLater)
    assert result.maybe_sent


async def test_a_servers_breakdown_may_mean_sent(remote: Place) -> None:
    remote.fail(always("rate_5xx"))
    result = await remote.adapter.send(remote.channel, post())
    assert isinstance(result, RetryLater)
    assert result.maybe_sent


async def test_stopping_takes_less_than_three_seconds_and_leaves_nothing(recorder: Recorder) -> None:
    for name in PLATFORMS:
        before = asyncio.all_tasks()
        async with PLATFORMS[name](recorder) as place:
            await place.adapter.send(place.channel, post())
            began = time.monotonic()
            await place.adapter.stop()
            assert time.monotonic() - began < 3
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == before, name


async def test_stopping_is_quick_with_the_platform_gone(recorder: Recorder) -> None:
    for name in REMOTE:
        async with PLATFORMS[name](recorder) as place:
            assert isinstance(place, OnTelegram | OnSlack)
            await place.server.stop()
            began = time.monotonic()
            await place.adapter.stop()
            assert time.monotonic() - began < 3


async def test_stopping_waits_a_moment_for_the_running_commands_not_for_ever(recorder: Recorder) -> None:
    recorder.held.clear()
    async with PLATFORMS["telegram"](recorder) as place:
        assert isinstance(place, OnTelegram)
        chat = int(place.channel.address)
        place.server.user_says(chat, place.server.world.users[chat], "/status")
        await recorder.command()
        began = time.monotonic()
        await place.adapter.stop()
        assert time.monotonic() - began < 3


async def test_without_a_handler_an_adapter_only_sends(remote: Place) -> None:
    assert isinstance(remote, OnTelegram | OnSlack)
    calls = ("getUpdates", "apps.connections.open")
    before = [len(remote.server.requests(call)) for call in calls]
    sender = remote.sender()
    await sender.start(None)
    assert isinstance(await sender.send(remote.channel, post()), Receipt)
    await sender.stop()
    assert [len(remote.server.requests(call)) for call in calls] == before


async def test_no_secret_reaches_the_log(remote: Place, caplog: pytest.LogCaptureFixture) -> None:
    assert isinstance(remote, OnTelegram | OnSlack)
    caplog.set_level(logging.DEBUG)
    await remote.adapter.send(remote.channel, post())
    remote.fail(always("rate_drop_after"))
    await remote.adapter.send(remote.channel, post())
    await remote.server.stop()
    result = await remote.adapter.send(remote.channel, post())
    await remote.adapter.stop()
    assert caplog.text
    for secret in remote.secrets():
        assert secret not in caplog.text
        assert secret not in repr(result)
        assert secret not in repr(remote.adapter)


async def test_without_a_connection_nothing_can_have_been_sent(remote: Place) -> None:
    assert isinstance(remote, OnTelegram | OnSlack)
    await remote.server.stop()
    sender = remote.sender()  # a fresh one: over a kept connection that broke, something may have left
    await sender.start(None)
    result = await sender.send(remote.channel, post())
    assert isinstance(result, RetryLater)
    assert not result.maybe_sent
    await remote.server.start()
    assert isinstance(await sender.send(remote.channel, post()), Receipt)
    await sender.stop()
