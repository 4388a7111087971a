from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from bot.adapters.slack import SlackAdapter
from bot.adapters.slack.refusals import outcome
from bot.model import (
    Button,
    Channel,
    ChannelGone,
    Command,
    Post,
    Press,
    Receipt,
    Rejected,
    Reply,
    RetryLater,
    SendResult,
    line,
    text_reply,
)
from bot.ports import AdapterError
from tests.adapters.hand_clock import HandClock
from tests.adapters.platforms import UNPACED
from tests.adapters.recorder import Recorder
from tests.adapters.samples import card, post
from tests.servers import Faults, SlackFlood, SlackServer
from tests.servers.slack_rules import SlackRefusalError


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        yield server
        assert server.alarms == []


@asynccontextmanager
async def connected(server: SlackServer, recorder: Recorder, **given: Any) -> AsyncIterator[SlackAdapter]:
    unpaced = {"per_workspace": UNPACED, "per_channel": UNPACED}
    adapter = SlackAdapter(server.bot_token, server.app_token, base_url=server.base_url, **{**unpaced, **given})
    await adapter.start(recorder.handlers)
    try:
        yield adapter
    finally:
        await adapter.stop()


def at(channel_id: str) -> Channel:
    return Channel(platform="slack", address=channel_id)


# --- commands ---


async def test_a_slash_command_is_acknowledged_at_once_and_answered_to_the_asker(server: SlackServer) -> None:
    user = server.add_user()
    room = server.add_channel(members=[user])
    recorder = Recorder(lambda command: text_reply("nothing < new"))
    async with connected(server, recorder):
        result = await server.slash(text="Search  s-400 value&gt;=$1bn &amp; more ", user=user, channel=room)
    assert result.acked
    assert result.ack_ms is not None
    assert result.ack_ms < 500
    (answer,) = result.responses
    assert not answer.in_channel
    assert "nothing < new" in answer.all_text()
    assert recorder.commands == [
        Command(
            name="search",
            args="s-400 value>=$1bn & more",
            channel=at(room.id),
            user=f"slack:{user.id}",
            private=False,
            manager=True,
            called="deals",
            lang="en-US",
            zone="Asia/Kolkata",
        )
    ]


async def test_a_slow_command_is_acknowledged_all_the_same(server: SlackServer) -> None:
    user = server.add_user()
    room = server.add_channel(members=[user])
    recorder = Recorder()
    recorder.held.clear()
    async with connected(server, recorder):
        result = await server.slash(text="search slow", user=user, channel=room, replies=0)
        recorder.held.set()
    assert result.acked


async def test_an_empty_command_has_no_name(server: SlackServer) -> None:
    user = server.add_user()
    direct = server.add_im(user)
    recorder = Recorder()
    async with connected(server, recorder):
        await server.slash(text="", user=user, channel=direct)
    assert (recorder.commands[0].name, recorder.commands[0].args, recorder.commands[0].private) == ("", "", True)


async def test_an_envelope_delivered_three_times_is_handled_once(server: SlackServer) -> None:
    user = server.add_user()
    room = server.add_channel(members=[user])
    recorder = Recorder()
    async with connected(server, recorder):
        result = await server.slash(text="status", user=user, channel=room, copies=3)
        assert result.acked
        await server.slash(text="help", user=user, channel=room)
    assert [command.name for command in recorder.commands] == ["status", "help"]


async def test_a_redelivered_event_is_acknowledged_and_not_handled_again(server: SlackServer) -> None:
    user = server.add_user()
    room = server.add_channel(members=[user])
    said = {"type": "app_mention", "channel": room.id, "user": user.id, "text": "<@U0DEALBOT> latest", "ts": "1.1"}
    recorder = Recorder(lambda command: None)
    async with connected(server, recorder):
        first = await server.event(said)
        again = await server.event(said, event_id=first.event_id, retry=1)
        await recorder.command()
    assert first.acked
    assert again.acked
    assert len(recorder.commands) == 1


async def test_a_mention_is_answered_in_the_thread(server: SlackServer) -> None:
    user = server.add_user()
    room = server.add_channel(members=[user])
    recorder = Recorder()
    async with connected(server, recorder) as adapter:
        receipt = await adapter.send(at(room.id), post())
        assert isinstance(receipt, Receipt)
        said = {"type": "app_mention", "channel": room.id, "user": user.id, "ts": "1.1"}
        why = {"text": f"<@{server.bot.id}> Why &gt; this", "thread_ts": receipt.message_id}
        await server.event(said | why)
        answer = (await server.wait_for_messages(room, 2))[-1]
    assert answer.thread_ts == receipt.message_id
    command = recorder.commands[0]
    assert (command.name, command.args, command.reply_to) == ("why", "> this", receipt.message_id)


async def test_a_direct_message_is_a_command(server: SlackServer) -> None:
    user = server.add_user()
    direct = server.add_im(user)
    said = {"type": "message", "channel_type": "im", "channel": direct.id, "user": user.id, "ts": "1.1"}
    recorder = Recorder()
    async with connected(server, recorder):
        await server.event(said | {"text": "latest 5"})
        await server.wait_for_message(direct)
        await server.event(said | {"subtype": "message_changed"})
        await server.event(said | {"text": "hello", "bot_id": "B1"})
    assert [(one.name, one.args, one.private) for one in recorder.commands] == [("latest", "5", True)]


async def test_what_is_said_in_channels_is_not_for_us(server: SlackServer) -> None:
    user = server.add_user()
    room = server.add_channel(members=[user])
    said = {"type": "message", "channel_type": "channel", "channel": room.id, "user": user.id, "ts": "1.1"}
    recorder = Recorder()
    async with connected(server, recorder):
        result = await server.event(said | {"text": "latest 5"})
    assert result.acked
    assert recorder.commands == []


@pytest.mark.parametrize("kind", ["reaction_added", "team_join", "app_home_opened", "tokens_revoked"])
async def test_every_event_is_acknowledged(server: SlackServer, kind: str) -> None:
    user = server.add_user()
    async with connected(server, Recorder()):
        result = await server.event({"type": kind, "user": user.id, "channel": "C1"})
    assert result.acked


@pytest.mark.parametrize("kind", ["block_actions", "shortcut", "view_submission"])
async def test_a_click_that_nothing_listens_to_is_acknowledged(server: SlackServer, kind: str) -> None:
    user = {"id": server.add_user().id}
    payload = {"type": kind, "user": user, "actions": [{"action_id": "a", "block_id": "b", "type": "button"}]}
    payload |= {"team": {"id": "T0DEALWIRE"}, "callback_id": "c", "view": {"type": "modal", "callback_id": "c"}}
    async with connected(server, Recorder()):
        envelope = {"envelope_id": "e1", "type": "interactive", "payload": payload}
        ack = await server.socket.deliver(envelope | {"accepts_response_payload": True})
    assert ack is not None


async def test_a_long_answer_uses_the_answers_address_five_times_at_most(server: SlackServer) -> None:
    user = server.add_user()
    room = server.add_channel(members=[user])
    recorder = Recorder(lambda command: Reply(lines=tuple(line("word " * 100) for _ in range(200))))
    async with connected(server, recorder):
        result = await server.slash(text="latest 200", user=user, channel=room, replies=5)
    assert len(result.responses) == 5


# --- sending ---


async def test_an_alert_unfurls_nothing(server: SlackServer) -> None:
    room = server.add_channel()
    async with connected(server, Recorder()) as adapter:
        receipt = await adapter.send(at(room.id), post())
    (message,) = server.messages(room)
    assert receipt == Receipt(message_id=message.ts)
    assert str(message.args["unfurl_links"]).lower() in ("false", "0")
    assert str(message.args["unfurl_media"]).lower() in ("false", "0")


@pytest.mark.parametrize("private", [False, True])
async def test_a_channel_without_the_bot_keeps_its_alerts_until_it_is_invited(
    server: SlackServer, private: bool
) -> None:
    room = server.add_channel(private=private, bot=False)
    async with connected(server, Recorder()) as adapter:
        result = await adapter.send(at(room.id), post())
    assert isinstance(result, RetryLater)
    assert "invite" in result.reason
    assert result.after_s == 900


@pytest.mark.parametrize("trouble", ["account_inactive", "token_revoked", "token_expired"])
async def test_a_refused_token_loses_no_alert(server: SlackServer, trouble: str) -> None:
    room = server.add_channel()
    async with connected(server, Recorder()) as adapter:
        server.revoke(trouble)
        result = await adapter.send(at(room.id), post())
    assert isinstance(result, RetryLater)
    assert trouble in result.reason


class NoBlocks(SlackServer):
    """A Slack that refuses all blocks, as it does when its rules change."""

    def _call(self, method: str, token: str, raw: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        if raw.get("blocks"):
            raise SlackRefusalError("invalid_blocks")
        return super()._call(method, token, raw)


async def test_refused_blocks_go_as_plain_text_and_are_marked() -> None:
    async with NoBlocks() as server:
        room = server.add_channel()
        async with connected(server, Recorder()) as adapter:
            result = await adapter.send(at(room.id), post())
        (message,) = server.messages(room)
        assert server.alarms == []
    assert result == Receipt(message_id=message.ts, plain=True)
    assert "S-400 Triumf: talks" in message.text
    assert str(message.args["mrkdwn"]).lower() in ("false", "0")


async def test_the_pace_keeps_within_slacks_limits() -> None:
    clock = HandClock()
    async with SlackServer(flood=SlackFlood(clock=clock)) as server:
        rooms = [server.add_channel(f"deals-{number}") for number in range(5)]
        adapter = SlackAdapter(
            server.bot_token, server.app_token, base_url=server.base_url, monotonic=clock, sleep=clock.sleep
        )
        await adapter.start(None)
        sends = [asyncio.create_task(until_sent(adapter, at(room.id), clock)) for room in rooms * 8]
        while not all(task.done() for task in sends):
            await asyncio.sleep(0.002)
            await clock.move(0.25)
        await asyncio.gather(*sends)
        await adapter.stop()
        assert [entry for entry in server.requests("chat.postMessage") if entry.error] == []
        assert [len(server.messages(room)) for room in rooms] == [8] * 5


async def until_sent(adapter: SlackAdapter, channel: Channel, clock: HandClock) -> None:
    while isinstance(result := await adapter.send(channel, post()), RetryLater):
        await clock.sleep(result.after_s or 1.0)
    assert isinstance(result, Receipt)


async def test_a_post_can_answer_in_a_messages_thread(server: SlackServer) -> None:
    room = server.add_channel()
    async with connected(server, Recorder()) as adapter:
        first = await adapter.send(at(room.id), post())
        assert isinstance(first, Receipt)
        await adapter.send(at(room.id), post(reply_to=first.message_id))
    assert server.messages(room)[1].thread_ts == first.message_id


async def test_an_edit_takes_the_messages_place(server: SlackServer) -> None:
    room = server.add_channel()
    async with connected(server, Recorder()) as adapter:
        first = await adapter.send(at(room.id), with_button())
        assert isinstance(first, Receipt)
        assert await adapter.edit(at(room.id), first.message_id, post(card(version=2))) == first
        gone = await adapter.edit(at(room.id), "1700000000.000100", post())
    (message,) = server.messages(room)
    assert "v2" in message.all_text()
    assert not any(block["type"] == "actions" for block in message.blocks)
    assert gone == Rejected(reason="Slack: the message was deleted (message_not_found)")


async def test_refused_blocks_of_an_edit_go_as_plain_text() -> None:
    async with NoBlocks() as server:
        room = server.add_channel()
        async with connected(server, Recorder()) as adapter:
            first = await adapter.send(at(room.id), post())
            assert isinstance(first, Receipt)
            edited = await adapter.edit(at(room.id), first.message_id, post(card(version=2)))
        (message,) = server.messages(room)
    assert edited == Receipt(message_id=first.message_id, plain=True)
    assert "v2" in message.text


# --- presses ---


def with_button() -> Post:
    return post(buttons=((Button(text="Why?", action="why:a1"), Button(text="Page", url="https://x.test/")),))


async def test_a_press_is_acknowledged_at_once_and_answered_to_who_pressed(server: SlackServer) -> None:
    user = server.add_user()
    room = server.add_channel(members=[user])
    recorder = Recorder(press=lambda press: text_reply("because"))
    async with connected(server, recorder) as adapter:
        await adapter.send(at(room.id), with_button())
        (shown,) = server.messages(room)
        result = await server.interact(shown, "do-0-0", user=user)
    assert result.ack_ms is not None
    assert result.ack_ms < 500
    (answer,) = result.responses
    assert not answer.in_channel
    assert not answer.body.get("replace_original")
    assert "because" in answer.all_text()
    assert recorder.presses == [
        Press(
            action="why:a1",
            channel=at(room.id),
            message_id=shown.ts,
            user=f"slack:{user.id}",
            private=False,
            manager=True,
            lang="en-US",
            zone="Asia/Kolkata",
        )
    ]


async def test_a_toast_is_a_message_for_who_pressed(server: SlackServer) -> None:
    user = server.add_user()
    room = server.add_channel(members=[user])
    async with connected(server, Recorder(press=lambda press: Reply(toast="<noted>"))) as adapter:
        await adapter.send(at(room.id), with_button())
        result = await server.interact(server.messages(room)[0], "do-0-0", user=user)
    assert [answer.text for answer in result.responses] == ["&lt;noted&gt;"]


async def test_a_press_may_put_something_else_in_the_messages_place(server: SlackServer) -> None:
    user = server.add_user()
    room = server.add_channel(members=[user])
    undo = ((Button(text="Undo", action="undo"),),)
    recorder = Recorder(press=lambda press: Reply(lines=(line("removed"),), buttons=undo, replace=True))
    async with connected(server, recorder) as adapter:
        await adapter.send(at(room.id), with_button())
        result = await server.interact(server.messages(room)[0], "do-0-0", user=user)
    (answer,) = result.responses
    assert answer.body["replace_original"] is True
    assert "removed" in answer.all_text()
    assert answer.blocks[-1]["elements"][0]["value"] == "undo"


async def test_when_the_answers_address_is_used_up_the_message_is_changed_itself(server: SlackServer) -> None:
    user = server.add_user()
    room = server.add_channel(members=[user])
    recorder = Recorder(press=lambda press: Reply(lines=(line("removed"),), replace=True))
    server.faults = Faults(methods=frozenset({"response_url"}), rate_5xx=1.0)
    async with connected(server, recorder) as adapter:
        await adapter.send(at(room.id), with_button())
        await server.interact(server.messages(room)[0], "do-0-0", user=user, replies=0)
        await server.wait_for_message(room, lambda one: "removed" in one.all_text())


async def test_a_click_on_a_link_is_acknowledged_and_nothing_else(server: SlackServer) -> None:
    user = server.add_user()
    room = server.add_channel(members=[user])
    recorder = Recorder()
    async with connected(server, recorder) as adapter:
        await adapter.send(at(room.id), with_button())
        result = await server.interact(server.messages(room)[0], "do-0-1", user=user, replies=0)
    assert result.acked
    assert recorder.presses == []


# --- channels that change ---


@pytest.mark.parametrize("kind", ["channel_archive", "channel_deleted", "group_left"])
async def test_a_channel_that_ends_is_told(server: SlackServer, kind: str) -> None:
    recorder = Recorder()
    async with connected(server, recorder):
        await server.event({"type": kind, "channel": "C0GONE"})
        assert await recorder.change() == (at("C0GONE"), None)


async def test_only_the_bots_own_leaving_ends_a_channel(server: SlackServer) -> None:
    recorder = Recorder()
    left = {"type": "member_left_channel", "channel_type": "C"}
    async with connected(server, recorder):
        await server.event(left | {"user": "U0SOMEBODY", "channel": "C0STAYS"})
        await server.event(left | {"user": server.bot.id, "channel": "C0GONE"})
        await recorder.change()
    assert recorder.changes == [(at("C0GONE"), None)]


async def test_a_channel_with_a_new_id_has_moved(server: SlackServer) -> None:
    recorder = Recorder()
    moved = {"type": "channel_id_changed", "old_channel_id": "G0OLD", "new_channel_id": "C0NEW"}
    async with connected(server, recorder):
        await server.event(moved)
        assert await recorder.change() == (at("G0OLD"), at("C0NEW"))


# --- the connection ---


async def test_commands_go_on_after_slack_refreshes_the_connection(server: SlackServer) -> None:
    user = server.add_user()
    room = server.add_channel(members=[user])
    recorder = Recorder()
    async with connected(server, recorder):
        await server.disconnect("refresh_requested")
        await server.wait_connected(2)
        result = await server.slash(text="status", user=user, channel=room)
    assert result.acked
    assert len(recorder.commands) == 1


@pytest.mark.parametrize(
    ("bot_token", "app_token", "words"),
    [
        ("xoxb-wrong-secret", None, "bot token.*OAuth & Permissions"),
        (None, "xapp-wrong-secret", "app-level token.*connections:write"),
        ("xapp-1-A0DEALWIRE-3333-localapp", None, "does not begin with xoxb-"),
        (None, "xoxb-1111-2222-localbot", "does not begin with xapp-"),
    ],
)
async def test_a_wrong_token_is_told_at_once_in_words(
    server: SlackServer, bot_token: str | None, app_token: str | None, words: str
) -> None:
    adapter = SlackAdapter(bot_token or server.bot_token, app_token or server.app_token, base_url=server.base_url)
    began = time.monotonic()
    with pytest.raises(AdapterError, match=words) as caught:
        await adapter.start(Recorder().handlers)
    assert time.monotonic() - began < 3
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_an_unreachable_slack_is_tried_until_it_answers(server: SlackServer) -> None:
    user = server.add_user()
    room = server.add_channel(members=[user])
    await server.stop()
    clock = HandClock()
    async with connected(server, Recorder(), sleep=clock.sleep) as adapter:
        result = await adapter.send(at(room.id), post())
        assert isinstance(result, RetryLater)
        assert not result.maybe_sent
        await server.start()
        await clock.move(2)
        assert (await server.slash(text="status", user=user, channel=room)).acked


# --- meanings ---


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TimeoutError(), RetryLater(reason="", maybe_sent=True)),
        (aiohttp.ServerDisconnectedError(), RetryLater(reason="", maybe_sent=True)),
        (aiohttp.ConnectionTimeoutError(), RetryLater(reason="", maybe_sent=False)),
    ],
)
def test_a_broken_connection_means(error: Exception, expected: SendResult) -> None:
    found = outcome(error)
    assert isinstance(found, RetryLater)
    assert isinstance(expected, RetryLater)
    assert found.maybe_sent == expected.maybe_sent


class Refusing(SlackServer):
    """Answers every message with one error."""

    error = "fatal_error"

    def _call(self, method: str, token: str, raw: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        if method == "chat.postMessage":
            raise SlackRefusalError(self.error)
        return super()._call(method, token, raw)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("is_archived", ChannelGone),
        ("user_not_found", ChannelGone),
        ("msg_too_long", "Rejected"),
        ("invalid_blocks", "Rejected"),  # the plain text was refused, too
        ("restricted_action", "later"),
        ("missing_scope", "later"),
        ("fatal_error", "maybe"),
        ("some_new_code", "retry"),
    ],
)
async def test_an_error_code_means(error: str, expected: object) -> None:
    async with Refusing() as server:
        server.error = error
        room = server.add_channel()
        async with connected(server, Recorder()) as adapter:
            result = await adapter.send(at(room.id), post())
    match result:
        case RetryLater(maybe_sent=True):
            assert expected == "maybe"
        case RetryLater(after_s=None):
            assert expected == "retry"
        case RetryLater():
            assert expected == "later"
        case ChannelGone():
            assert expected is ChannelGone
        case _:
            assert type(result).__name__ == expected
