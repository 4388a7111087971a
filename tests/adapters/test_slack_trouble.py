"""Workspaces and channels that refuse, and a connection that breaks, against the strict local Slack."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from bot.adapters.slack.allowances import Allowances
from bot.adapters.slack.refusals import OPERATOR_S
from bot.adapters.slack.sender import CROWD, Sender
from bot.adapters.slack.troubles import PROBE_S, Troubles
from bot.adapters.slack.workspaces import KEPT_S, Installed, Workspaces
from bot.model import Channel, ChannelGone, Receipt, RetryLater, Trouble
from tests.adapters.hand_clock import HandClock
from tests.adapters.recorder import Recorder
from tests.adapters.samples import card, post
from tests.adapters.test_slack import at, connected
from tests.servers import Faults, SlackChannel, SlackServer
from tests.servers.slack_rules import SlackRefusalError


class Refusing(SlackServer):
    """Refuses what a test says."""

    refusals: dict[str, str]  # by the channel's id or the method's name: the error's code

    def _call(self, method: str, token: str, raw: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        code = self.refusals.get(str(raw.get("channel"))) or self.refusals.get(method)
        if code is not None and not (code in THREAD_ONLY and "thread_ts" not in raw):
            raise SlackRefusalError(code)
        return super()._call(method, token, raw)


THREAD_ONLY = {"cannot_reply_to_message", "restricted_action_thread_locked"}


@pytest.fixture
async def server() -> AsyncIterator[Refusing]:
    async with Refusing() as server:
        server.refusals = {}
        yield server


@dataclass
class Two:
    """Two workspaces with a channel each, and a sender for both."""

    server: Refusing
    sender: Sender
    troubles: Troubles
    clock: HandClock
    shut: Channel
    well: Channel
    token: str  # of the first
    told: list[Trouble] = field(default_factory=list)

    def asked(self) -> int:
        return len(self.server.requests("chat.postMessage"))


@pytest.fixture
async def two(server: Refusing) -> AsyncIterator[Two]:
    clock = HandClock()
    spaces = [server.add_workspace(f"T0{name}") for name in ("SHUT", "WELL")]
    tokens = {space.home: server.install(space) for space in spaces}
    shut, well = (
        Channel(platform="slack", address=f"{space.home}/{server.add_channel(at=space).id}") for space in spaces
    )

    async def find(home: str) -> Installed | None:
        return Installed(token=tokens[home], bot_user="U0BOT", name=f"Desk {home}")

    told: list[Trouble] = []
    allowances = Allowances(monotonic=clock, sleep=clock.sleep)
    workspaces = Workspaces(find=find, base_url=server.base_url, allowances=allowances, monotonic=clock)

    def report(trouble: Trouble) -> None:
        if trouble.words is not None or trouble.name in {one.name for one in told}:
            told.append(trouble)

    troubles = Troubles(monotonic=clock, report=report)
    sender = Sender(workspaces, allowances, troubles, sleep=clock.sleep)
    async with aiohttp.ClientSession() as session:
        workspaces.open(session)
        sender.open(session)
        yield Two(server, sender, troubles, clock, shut, well, tokens["T0SHUT"], told)
        await sender.close()


# --- workspaces ---

SHUT = ("token_revoked", "account_inactive", "token_expired", "team_access_not_granted", "org_login_required")


@pytest.mark.parametrize("code", SHUT)
async def test_a_workspace_that_refuses_us_is_left_alone_and_told_once(two: Two, code: str) -> None:
    two.server.revoke(code, token=two.token)
    first = await two.sender.send(two.shut, post())
    again = await two.sender.send(two.shut, post())
    assert isinstance(first, RetryLater)
    assert isinstance(again, RetryLater)
    assert code in first.reason
    assert (first.tried, again.tried, again.after_s) == (True, False, OPERATOR_S)
    assert two.asked() == 1
    assert [(trouble.kind, trouble.subject) for trouble in two.told] == [("shut", "Slack · Desk T0SHUT")]
    assert code in str(two.told[0].words)


async def test_the_others_go_on_while_one_workspace_is_shut(two: Two) -> None:
    two.server.revoke("account_inactive", token=two.token)
    await two.sender.send(two.shut, post())
    assert isinstance(await two.sender.send(two.well, post()), Receipt)


async def test_a_shut_workspace_is_tried_with_one_message_at_a_time(two: Two) -> None:
    two.server.revoke("org_login_required", token=two.token)
    await two.sender.send(two.shut, post())
    await two.clock.move(OPERATOR_S)
    two.server.faults = Faults(rate_slow=1.0, delay_s=0.05)
    results = await asyncio.gather(*(two.sender.send(two.shut, post()) for _ in range(3)))
    assert [getattr(result, "after_s", None) for result in results] == [OPERATOR_S, PROBE_S, PROBE_S]
    assert two.asked() == 2
    assert len(two.told) == 1


async def test_a_workspace_that_opens_again_gets_what_waited_and_it_is_told(two: Two) -> None:
    two.server.revoke("ekm_access_denied", token=two.token)
    await two.sender.send(two.shut, post())
    two.server.grants[two.token].trouble = None
    await two.clock.move(OPERATOR_S)
    assert isinstance(await two.sender.send(two.shut, post()), Receipt)
    assert isinstance(await two.sender.send(two.shut, post()), Receipt)
    assert [trouble.words is None for trouble in two.told] == [False, True]
    assert two.told[0].name == two.told[1].name


async def test_a_new_installation_is_tried_at_once(two: Two) -> None:
    two.server.revoke("account_inactive", token=two.token)
    await two.sender.send(two.shut, post())
    two.server.grants[two.token].trouble = None
    two.troubles.forget("T0SHUT")
    assert isinstance(await two.sender.send(two.shut, post()), Receipt)


async def test_the_first_message_since_the_start_ends_what_was_told_before_it(two: Two) -> None:
    ends: list[Trouble] = []
    troubles = Troubles(monotonic=two.clock, report=ends.append)
    for _ in range(3):
        troubles.passed("T0WELL", "Desk", "T0WELL/C1")
    troubles.passed("T0WELL", "Desk", "T0WELL/C2")
    assert [(trouble.name, trouble.words) for trouble in ends] == [
        ("slack workspace T0WELL", None),
        ("slack channel T0WELL/C1", None),
        ("slack channel T0WELL/C2", None),
    ]


# --- channels ---


@pytest.mark.parametrize(
    "code", ["restricted_action", "not_in_channel", "channel_not_found", "restricted_action_read_only_channel"]
)
async def test_a_channel_that_refuses_is_told_once_and_holds_nobody(server: Refusing, code: str) -> None:
    recorder = Recorder()
    closed, other = server.add_channel("closed"), server.add_channel("other")
    server.refusals[closed.id] = code
    async with connected(server, recorder) as adapter:
        for _ in range(2):
            result = await adapter.send(at(closed.id), post())
            assert isinstance(result, RetryLater)
            assert (code in result.reason, result.after_s) == (True, OPERATOR_S)
        assert isinstance(await adapter.send(at(other.id), post()), Receipt)
        del server.refusals[closed.id]
        assert isinstance(await adapter.send(at(closed.id), post()), Receipt)
        await recorder.trouble(2)
    assert [(trouble.kind, trouble.subject) for trouble in recorder.troubles] == [
        ("shut", f"Slack · {closed.id}"),
        ("shut", f"Slack · {closed.id}"),
    ]
    assert [trouble.words is None for trouble in recorder.troubles] == [False, True]


async def test_a_channel_that_was_archived_ends_also_for_an_edit_that_becomes_a_message(server: Refusing) -> None:
    room = server.add_channel()
    async with connected(server, Recorder()) as adapter:
        first = await adapter.send(at(room.id), post())
        assert isinstance(first, Receipt)
        server.archive(room)
        edited = await adapter.edit(at(room.id), first.message_id, post(card(version=2)))
        sent = await adapter.send(at(room.id), post())
    assert "is_inactive" in str(edited)
    assert isinstance(sent, ChannelGone)


async def test_a_deleted_channel_waits_for_the_event_that_ends_it(server: Refusing) -> None:
    recorder = Recorder()
    room = server.add_channel()
    async with connected(server, recorder) as adapter:
        server.delete_channel(room)
        assert isinstance(await adapter.send(at(room.id), post()), RetryLater)
        await server.event({"type": "channel_deleted", "channel": room.id})
        assert await recorder.change() == (at(room.id), None)


async def test_a_renamed_channel_keeps_its_id_and_its_alerts(server: Refusing) -> None:
    recorder = Recorder()
    room = server.add_channel("before")
    renamed = {"type": "channel_rename", "channel": {"id": room.id, "name": "after", "created": 1}}
    async with connected(server, recorder) as adapter:
        assert (await server.event(renamed)).acked
        assert isinstance(await adapter.send(at(room.id), post()), Receipt)
    assert recorder.changes == []


async def test_a_bot_that_was_removed_and_invited_again_goes_on(server: Refusing) -> None:
    room = server.add_channel(private=True)
    async with connected(server, Recorder()) as adapter:
        server.remove_bot(room)
        assert isinstance(await adapter.send(at(room.id), post()), RetryLater)
        room.members.add(server.bot.id)
        assert isinstance(await adapter.send(at(room.id), post()), Receipt)


@pytest.mark.parametrize("code", sorted(THREAD_ONLY))
async def test_a_thread_that_takes_no_answer_gets_a_message_of_its_own(server: Refusing, code: str) -> None:
    room = server.add_channel()
    async with connected(server, Recorder()) as adapter:
        first = await adapter.send(at(room.id), post())
        assert isinstance(first, Receipt)
        server.refusals[room.id] = code
        assert isinstance(await adapter.send(at(room.id), post(reply_to=first.message_id)), Receipt)
    assert [message.thread_ts for message in server.messages(room)] == [None, None]


# --- too often ---


async def test_a_flood_of_edits_holds_edits_alone(server: Refusing) -> None:
    rooms = [server.add_channel(f"room-{number}") for number in range(2)]
    async with connected(server, Recorder()) as adapter:
        first, second = [await adapter.send(at(room.id), post()) for room in rooms]
        assert isinstance(first, Receipt)
        assert isinstance(second, Receipt)
        server.faults = Faults(methods=frozenset({"chat.update"}), rate_429=1.0, retry_after_s=40, at_most=1)
        await adapter.edit(at(rooms[0].id), first.message_id, post(card(version=2)))
        held = await adapter.edit(at(rooms[1].id), second.message_id, post(card(version=2)))
        assert isinstance(held, RetryLater)
        assert held.after_s == pytest.approx(40, abs=5)
        assert isinstance(await adapter.send(at(rooms[0].id), post()), Receipt)
    assert len(server.requests("chat.update")) == 1


async def test_a_crowded_workspace_keeps_few_senders_and_others_go_on(two: Two) -> None:
    server, clock = two.server, two.clock
    rooms = [server.add_channel(f"room-{number}", at=server.workspaces["T0SHUT"]) for number in range(200)]
    sends = [
        asyncio.create_task(two.sender.send(Channel(platform="slack", address=f"T0SHUT/{room.id}"), post()))
        for room in rooms
    ]
    while sum(send.done() for send in sends) < 200 - CROWD:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    given_back = [send.result() for send in sends if send.done() and isinstance(send.result(), RetryLater)]
    assert len(given_back) == 200 - CROWD
    assert all(not one.tried and one.after_s for one in given_back if isinstance(one, RetryLater))
    assert isinstance(await two.sender.send(two.well, post()), Receipt)
    while not all(send.done() for send in sends):
        await asyncio.sleep(0.002)
        await clock.move(0.5)
    assert sum(isinstance(send.result(), Receipt) for send in sends) == CROWD


async def test_a_look_up_waits_out_its_methods_pause(two: Two) -> None:
    two.server.faults = Faults(methods=frozenset({"conversations.list"}), rate_429=1.0, retry_after_s=3, at_most=1)
    web = (await two.sender._workspaces.of("T0SHUT")).web
    asked = asyncio.create_task(web.conversations_list())
    await two.server.changed.until(lambda: two.server.requests("conversations.list"), 5)
    while not asked.done():
        await asyncio.sleep(0.01)
        await two.clock.move(0.5)
    assert asked.result()["ok"]
    assert [one.error for one in two.server.requests("conversations.list")] == ["ratelimited", None]


# --- the connection ---


async def test_commands_are_handled_once_while_the_connection_is_refreshed_again_and_again(server: Refusing) -> None:
    user = server.add_user()
    room = server.add_channel(members=[user])
    recorder = Recorder()
    async with connected(server, recorder) as adapter:
        refreshing = asyncio.create_task(_refresh(server, every_s=0.05, times=8))
        for number in range(20):
            await _until_acked(server, room, {"text": f"<@{server.bot.id}> ask {number}", "user": user.id})
            await adapter.send(at(room.id), post())
        await refreshing
        await recorder.command(20)
    assert sorted(int(command.args) for command in recorder.commands) == list(range(20))
    assert len(server.messages(room)) == 40


async def _refresh(server: SlackServer, *, every_s: float, times: int) -> None:
    for number in range(times):
        await asyncio.sleep(every_s)
        await server.disconnect(("refresh_requested", "warning")[number % 2])


async def _until_acked(server: SlackServer, room: SlackChannel, said: dict[str, str]) -> None:
    """As Slack does: the same event again and again, three times each, until it is acknowledged."""
    event_id, event = None, {"type": "app_mention", "channel": room.id, "ts": server.workspace.new_ts(), **said}
    for retry in range(60):  # the SDK may wait ten seconds before it connects again
        told = await server.event(event, event_id=event_id, retry=retry, copies=3, wait_s=0.3)
        if told.acked:
            return
        event_id = told.event_id
    raise AssertionError("never acknowledged")


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "too_many_websockets", "link_disabled"])
async def test_whatever_the_reason_of_a_disconnect_the_bot_is_back(server: Refusing, reason: str) -> None:
    user = server.add_user()
    room = server.add_channel(members=[user])
    clock = HandClock()
    async with connected(server, Recorder(), sleep=clock.sleep):
        await server.disconnect(reason)
        for _ in range(100):
            await asyncio.sleep(0.02)
            await clock.move(1)
            if server.socket.connected_in_all > 1 and server.socket.connections:
                break
        assert (await server.slash(text="status", user=user, channel=room)).acked


async def test_socket_mode_switched_off_is_told_and_so_is_its_return(server: Refusing) -> None:
    recorder, clock = Recorder(), HandClock()
    async with connected(server, recorder, sleep=clock.sleep):
        server.refusals["apps.connections.open"] = "forbidden_team"
        await server.disconnect("link_disabled")
        while not recorder.troubles:
            await asyncio.sleep(0.01)
            await clock.move(1)
        told = recorder.troubles[0]
        server.refusals.clear()
        while len(recorder.troubles) < 2:
            await asyncio.sleep(0.01)
            await clock.move(100)
    assert (told.kind, told.subject) == ("deaf", "Slack")
    assert "switch Socket Mode on" in str(told.words)
    assert "forbidden_team" in str(told.words)
    assert recorder.troubles[1].words is None


async def test_a_workspaces_messages_ask_once_for_its_installation(server: Refusing) -> None:
    asked, clock = 0, HandClock()
    space = server.add_workspace("T0BUSY")
    token = server.install(space)

    async def find(home: str) -> Installed | None:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.01)
        return Installed(token=token, bot_user="U0BOT")

    allowances = Allowances(monotonic=clock, sleep=clock.sleep)
    workspaces = Workspaces(find=find, base_url=server.base_url, allowances=allowances, monotonic=clock)
    for _ in range(2):
        await asyncio.gather(*(workspaces.at("T0BUSY/C1") for _ in range(50)))
        await clock.move(KEPT_S + 1)
    assert asked == 2
