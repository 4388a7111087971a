"""The local Slack server judged through the real client libraries: what it accepts, and each refusal's code."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.servers import Faults, SlackChannel, SlackFlood, SlackServer, SlackUser
from tests.servers.reduce import DATA, tables
from tests.shared_material import shared

WHY = {"type": "button", "text": {"type": "plain_text", "text": "Why"}, "action_id": "why", "value": "1"}
ALERT: list[dict[str, Any]] = [
    {"type": "header", "text": {"type": "plain_text", "text": "NEW · REPORTED"}},
    {"type": "section", "text": {"type": "mrkdwn", "text": "*S-400* &lt;5 sets&gt;"}, "accessory": WHY},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "ANI"}]},
    {"type": "divider"},
    {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "map"},
]


class _Server(SlackServer):
    """Its rules are broken here on purpose."""

    misuse = frozenset()


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with _Server() as running:
        yield running


@pytest.fixture
def client(server: SlackServer) -> AsyncWebClient:
    return _client(server)


def _client(server: SlackServer, token: str | None = None) -> AsyncWebClient:
    return AsyncWebClient(token=token or server.bot_token, base_url=server.base_url, retry_handlers=[])


@asynccontextmanager
async def _running(app: AsyncApp, server: SlackServer) -> AsyncIterator[None]:
    """The app connected by Socket Mode; its tasks are awaited at the end (close_async only cancels them)."""
    handler = AsyncSocketModeHandler(app, server.app_token)
    try:
        await handler.connect_async()  # type: ignore[no-untyped-call]
        await server.wait_connected()
        yield
    finally:
        socket = handler.client
        tasks = (socket.message_processor, socket.current_session_monitor, socket.message_receiver)
        await handler.close_async()  # type: ignore[no-untyped-call]
        await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)


def _app(server: SlackServer) -> AsyncApp:
    """An app that answers /dealwire, a button and a mention."""
    app = AsyncApp(client=_client(server))

    @app.command("/dealwire")
    async def command(ack: Any, body: Any, respond: Any, client: Any) -> None:
        match body["text"]:
            case "in the ack":
                await ack("at once")
            case "silence":
                pass
            case "quietly":
                await ack()
                await client.chat_postEphemeral(channel=body["channel_id"], user=body["user_id"], text="only you")
            case "form":
                await ack()
                await client.views_open(trigger_id=body["trigger_id"], view=_modal())
            case text:
                await ack()
                await respond(text=f"you said {text}", blocks=[ALERT[1]])

    @app.action("why")
    async def why(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="because", replace_original=False)

    @app.view("form")
    async def form(ack: Any) -> None:
        await ack(response_action="errors", errors={"b": "no"})

    @app.event("app_mention")
    async def mention(event: Any, say: Any) -> None:
        await say(f"heard {event['text']}")

    return app


def _modal() -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": "words"}
    label = {"type": "plain_text", "text": "Words"}
    return {
        "type": "modal",
        "callback_id": "form",
        "title": {"type": "plain_text", "text": "Subscribe"},
        "submit": {"type": "plain_text", "text": "Save"},
        "blocks": [{"type": "input", "block_id": "b", "label": label, "element": element}],
    }


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


# --- what is accepted ---


async def test_a_message_is_kept_with_its_blocks_and_a_growing_ts(server: SlackServer, client: AsyncWebClient) -> None:
    channel = server.add_channel()
    first = await client.chat_postMessage(channel=channel.id, text="one", blocks=ALERT, unfurl_links=False)
    second = await client.chat_postMessage(channel=channel.id, text="two", thread_ts=first["ts"])
    kept = server.messages(channel)
    assert [one.ts for one in kept] == [first["ts"], second["ts"]]
    assert first["ts"] < second["ts"]
    assert kept[0].blocks == tuple(ALERT)
    assert "*S-400*" in kept[0].all_text()
    assert kept[1].thread_ts == first["ts"]
    assert server.alarms == []


async def test_an_update_changes_the_message_in_place(server: SlackServer, client: AsyncWebClient) -> None:
    channel = server.add_channel()
    sent = await client.chat_postMessage(channel=channel.id, text="one")
    await client.chat_update(channel=channel.id, ts=sent["ts"], text="two")
    (kept,) = server.messages(channel)
    assert (kept.ts, kept.text, kept.edits) == (sent["ts"], "two", 1)


async def test_forms_and_json_bodies_mean_the_same(server: SlackServer) -> None:
    channel = server.add_channel()
    blocks = '[{"type":"divider"}]'
    form = {"token": server.bot_token, "channel": channel.id, "text": "x", "blocks": blocks, "mrkdwn": "true"}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{server.base_url}chat.postMessage", data=form) as answer,
    ):
        assert (await answer.json())["ok"]
    assert server.messages(channel)[0].blocks == ({"type": "divider"},)
    assert server.alarms == []


async def test_conversations_and_users_are_told_as_declared(server: SlackServer, client: AsyncWebClient) -> None:
    asha = server.add_user("asha", is_admin=True)
    deals, other = server.add_channel("deals", members=[asha]), server.add_channel("other", bot=False)
    listed = await client.conversations_list(limit=1)
    rest = await client.conversations_list(cursor=listed["response_metadata"]["next_cursor"])
    named = [one["name"] for page in (listed, rest) for one in page["channels"]]
    assert named == ["deals", "other"]
    assert (await client.conversations_info(channel=other.id))["channel"]["is_member"] is False
    assert asha.id in (await client.conversations_members(channel=deals.id))["members"]
    assert (await client.users_info(user=asha.id))["user"]["is_admin"] is True


async def test_commands_clicks_and_events_reach_the_app_and_its_answers_come_back(server: SlackServer) -> None:
    asha = server.add_user()
    channel = server.add_channel(members=[asha])
    async with _running(_app(server), server):
        said = await server.slash(text="latest", user=asha, channel=channel)
        assert said.acked and said.ack_ms is not None and said.ack_ms < 3000
        assert [(one.via, one.text, one.in_channel) for one in said.responses] == [
            ("response_url", "you said latest", False)
        ]
        clicked = await server.interact(said.responses[0], "why", user=asha)
        assert clicked.responses[0].text == "because"
        at_once = await server.slash(text="in the ack", user=asha, channel=channel)
        assert [(one.via, one.text) for one in at_once.responses] == [("ack", "at once")]
        quietly = await server.slash(text="quietly", user=asha, channel=channel)
        assert [one.via for one in quietly.responses] == ["ephemeral"]
        assert [one.text for one in server.ephemerals(channel, asha)] == ["only you"]
        event = {"type": "app_mention", "user": asha.id, "text": "hello", "ts": "1.0", "channel": channel.id}
        assert (await server.event(event)).acked
        assert (await server.wait_for_message(channel)).text == "heard hello"
    assert server.alarms == []


async def test_a_modal_is_opened_and_submitted(server: SlackServer) -> None:
    asha = server.add_user()
    channel = server.add_channel(members=[asha])
    async with _running(_app(server), server):
        asked = await server.slash(text="form", user=asha, channel=channel, replies=0)
        assert asked.acked
        await server.changed.until(lambda: server.workspace.views, 5)
        (view_id,) = server.workspace.views
        ack = await server.submit(view_id, {"b": {"words": {"value": "s400"}}}, user=asha)
        assert ack is not None
        assert ack.payload == {"response_action": "errors", "errors": {"b": "no"}}
    assert server.alarms == []


async def test_an_unacknowledged_command_is_told_apart(server: SlackServer) -> None:
    asha = server.add_user()
    channel = server.add_channel(members=[asha])
    server.socket.ack_limit_s = 0.2
    async with _running(_app(server), server):
        said = await server.slash(text="silence", user=asha, channel=channel)
    assert (said.acked, said.ack_ms, said.responses) == (False, None, ())


async def test_a_refresh_makes_the_app_reconnect_with_a_new_ticket(server: SlackServer) -> None:
    asha = server.add_user()
    channel = server.add_channel(members=[asha])
    async with _running(_app(server), server):
        await server.disconnect("refresh_requested")
        await server.wait_connected(2)
        assert (await server.slash(text="again", user=asha, channel=channel)).all_text().startswith("you said again")
    assert len(server.requests("apps.connections.open")) >= 2


async def test_a_duplicate_envelope_arrives_twice(server: SlackServer) -> None:
    asha = server.add_user()
    channel = server.add_channel(members=[asha])
    async with _running(_app(server), server):
        event = {"type": "app_mention", "user": asha.id, "text": "hello", "ts": "1.0", "channel": channel.id}
        await server.event(event, copies=2)
        assert len(await server.wait_for_messages(channel, 2)) == 2


# --- what is refused ---

BAD_BLOCKS = [
    (
        [_section("x" * 3001)],
        [
            "failed to match all allowed schemas [json-pointer:/blocks/0/text]",
            "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        ],
    ),
    ([{"type": "divider"}] * 51, ["no more than 50 items allowed [json-pointer:/blocks]"]),
    ([{"type": "banner"}], ["unsupported type: banner [json-pointer:/blocks/0/type]"]),
    ([{"type": "section"}], ["missing required field: text or fields [json-pointer:/blocks/0]"]),
    (
        [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
        ["must be less than 151 characters [json-pointer:/blocks/0/text/text]"],
    ),
    (
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        ["must be a valid value (const: plain_text) [json-pointer:/blocks/0/text/type]"],
    ),
    (
        [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11}],
        ["no more than 10 items allowed [json-pointer:/blocks/0/elements]"],
    ),
    (
        [{"type": "actions", "elements": [WHY, WHY]}],
        ["`action_id` already exists: why [json-pointer:/blocks/0/elements]"],
    ),
    ([{**_section("x"), "colour": "red"}], ["invalid additional property: colour [json-pointer:/blocks/0]"]),
    (
        [{**_section("x"), "block_id": "a"}, {**_section("y"), "block_id": "a"}],
        ["`block_id` already exists: a [json-pointer:/blocks]"],
    ),
    (
        [{"type": "markdown", "text": "x" * 6001}] * 2,
        ["markdown blocks must be less than 12001 characters in all [json-pointer:/blocks]"],
    ),
    (
        [{"type": "actions", "elements": [{"type": "overflow", "action_id": "more", "options": []}]}],
        ["overflow must have 1 to 5 options [json-pointer:/blocks/0]"],
    ),
]


@pytest.mark.parametrize(("blocks", "errors"), BAD_BLOCKS, ids=[errors[-1][:45] for _, errors in BAD_BLOCKS])
async def test_bad_blocks_are_refused_with_their_place(
    server: SlackServer, client: AsyncWebClient, blocks: list[dict[str, Any]], errors: list[str]
) -> None:
    channel = server.add_channel()
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=channel.id, text="x", blocks=blocks)
    assert refused.value.response.data == {
        "ok": False,
        "error": "invalid_blocks",
        "errors": errors,
        "response_metadata": {"messages": [f"[ERROR] {error}" for error in errors]},
    }
    assert server.messages(channel) == ()


async def test_bad_views_are_invalid_arguments(server: SlackServer, client: AsyncWebClient) -> None:
    bad = {**_modal(), "title": {"type": "plain_text", "text": "x" * 25}}
    for call in (
        client.views_open(trigger_id=server.workspace.new_trigger(), view=bad),
        client.views_publish(user_id=server.bot.id, view={"type": "home", "blocks": [{"type": "section"}]}),
    ):
        with pytest.raises(SlackApiError, match="invalid_arguments"):
            await call


async def test_a_trigger_opens_one_view_within_three_seconds() -> None:
    moment = datetime(2026, 8, 1, tzinfo=UTC)
    async with _Server(clock=lambda: moment) as server:
        client, trigger = _client(server), server.workspace.new_trigger()
        await client.views_open(trigger_id=trigger, view=_modal())
        late = server.workspace.new_trigger()
        moment += timedelta(seconds=4)
        for wrong, code in ((trigger, "exchanged_trigger_id"), (late, "expired_"), ("1.2", "invalid_trigger_id")):
            with pytest.raises(SlackApiError, match=code):
                await client.views_open(trigger_id=wrong, view=_modal())


CONTENT = [
    ("chat.postMessage", {"text": " "}, "no_text"),
    ("chat.postMessage", {"text": "x", "blocks": [_section("x" * 2900)] * 5}, "msg_blocks_too_long"),
    ("chat.postMessage", {"text": "x", "blocks": "divider"}, "invalid_blocks_format"),
    ("chat.postMessage", {"text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
    ("chat.postMessage", {"text": "x", "attachments": [{"text": "y"}] * 101}, "too_many_attachments"),
    ("chat.postMessage", {"text": "x", "unfurl_links": "perhaps"}, "invalid_arguments"),
    ("chat.postEphemeral", {"text": "x" * 4001}, "msg_too_long"),
    ("chat.postEphemeral", {"text": "x", "user": "U0NOBODY"}, "user_not_in_channel"),
    ("chat.update", {"text": "x", "ts": "1.1"}, "message_not_found"),
]


@pytest.mark.parametrize(("method", "args", "code"), CONTENT, ids=[f"{method}-{code}" for method, _, code in CONTENT])
async def test_bad_content_is_refused(
    server: SlackServer, client: AsyncWebClient, method: str, args: dict[str, Any], code: str
) -> None:
    asha = server.add_user()
    channel = server.add_channel(members=[asha])
    who = {"user": asha.id} if method == "chat.postEphemeral" else {}
    with pytest.raises(SlackApiError) as refused:
        await client.api_call(method, json={"channel": channel.id, **who, **args})
    assert refused.value.response["error"] == code
    assert all(alarm.startswith(method) for alarm in server.alarms)


async def test_channels_that_cannot_be_written_to(server: SlackServer, client: AsyncWebClient) -> None:
    archived, foreign, hidden = (
        *(server.add_channel("old"), server.add_channel("foreign", bot=False)),
        server.add_channel("hidden", private=True, bot=False),
    )
    sent = await client.chat_postMessage(channel=archived.id, text="before")
    server.archive(archived)
    for channel, code in (
        (archived.id, "is_archived"),
        (foreign.id, "not_in_channel"),
        (hidden.id, "channel_not_found"),
        ("C0NOWHERE", "channel_not_found"),
    ):
        with pytest.raises(SlackApiError) as refused:
            await client.chat_postMessage(channel=channel, text="x")
        assert refused.value.response["error"] == code
    with pytest.raises(SlackApiError, match="is_inactive"):
        await client.chat_update(channel=archived.id, ts=str(sent["ts"]), text="x")


async def test_public_channels_are_open_with_the_scope_for_it() -> None:
    async with _Server(scopes={"chat:write", "chat:write.public"}) as server:
        channel = server.add_channel(bot=False)
        await _client(server).chat_postMessage(channel=channel.id, text="x")
        assert len(server.messages(channel)) == 1


async def test_a_user_id_as_channel_is_the_direct_message(server: SlackServer, client: AsyncWebClient) -> None:
    asha = server.add_user()
    direct = server.add_im(asha)
    await client.chat_postMessage(channel=asha.id, text="x")
    assert [one.text for one in server.messages(direct)] == ["x"]


async def test_tokens_are_checked(server: SlackServer, client: AsyncWebClient) -> None:
    channel = server.add_channel()
    for token, code in (
        ("xoxb-unknown", "invalid_auth"),
        (server.app_token, "not_allowed_token_type"),
    ):
        with pytest.raises(SlackApiError, match=code):
            await _client(server, token).auth_test()
    async with aiohttp.ClientSession() as http, http.post(f"{server.base_url}auth.test") as answer:
        assert await answer.json() == {"ok": False, "error": "not_authed"}
    with pytest.raises(SlackApiError, match="invalid_auth"):
        await client.apps_connections_open(app_token="xapp-unknown")
    server.revoke("account_inactive")
    with pytest.raises(SlackApiError, match="account_inactive"):
        await client.chat_postMessage(channel=channel.id, text="x")


async def test_a_missing_scope_is_named() -> None:
    async with _Server(scopes={"commands", "channels:read"}) as server:
        client, hidden = _client(server), server.add_channel(private=True)
        with pytest.raises(SlackApiError) as refused:
            await client.chat_postMessage(channel=hidden.id, text="x")
        assert refused.value.response.data == {
            "ok": False,
            "error": "missing_scope",
            "needed": "chat:write",
            "provided": "channels:read,commands",
        }
        with pytest.raises(SlackApiError, match="groups:read"):
            await client.conversations_info(channel=hidden.id)


async def test_an_unknown_method_is_refused(server: SlackServer, client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="unknown_method"):
        await client.api_call("chat.shout")
    assert server.alarms == ["chat.shout: no such method"]


async def test_flood_limits_answer_429(server: SlackServer, client: AsyncWebClient) -> None:
    moment = 100.0
    server.flood = SlackFlood(clock=lambda: moment)
    channel, other = server.add_channel(), server.add_channel("other")
    for _ in range(3):
        await client.chat_postMessage(channel=channel.id, text="x")
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=channel.id, text="x")
    assert (refused.value.response.status_code, refused.value.response.headers["Retry-After"]) == (429, "1")
    assert refused.value.response.data == {"ok": False, "error": "ratelimited"}
    await client.chat_postMessage(channel=other.id, text="x")
    for _ in range(20):  # tier 2
        await client.conversations_list()
    with pytest.raises(SlackApiError, match="ratelimited"):
        await client.conversations_list()
    moment += 3
    await client.conversations_list()


async def test_a_ticket_opens_one_connection(server: SlackServer, client: AsyncWebClient) -> None:
    url = (await client.apps_connections_open(app_token=server.app_token))["url"]
    async with aiohttp.ClientSession() as http:
        async with http.ws_connect(url) as socket:
            hello = await socket.receive_json()
            assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(url)


async def test_a_response_url_takes_five_posts_in_thirty_minutes() -> None:
    moment = datetime(2026, 8, 1, tzinfo=UTC)
    async with _Server(clock=lambda: moment) as server:
        asha = server.add_user()
        channel = server.add_channel(members=[asha])
        async with _running(_app(server), server):
            first = await server.slash(text="hello", user=asha, channel=channel)
            second = await server.slash(text="hello", user=asha, channel=channel)
        hook = AsyncWebhookClient(first.response_url)
        for _ in range(4):
            assert (await hook.send(text="x", response_type="in_channel")).status_code == 200
        assert (await hook.send(text="x")).status_code == 404
        assert len(server.messages(channel)) == 4
        moment += timedelta(minutes=31)
        assert (await AsyncWebhookClient(second.response_url).send(text="x")).status_code == 404


# --- what raises an alarm ---


async def test_what_the_real_server_lets_pass_raises_an_alarm(server: SlackServer, client: AsyncWebClient) -> None:
    channel = server.add_channel()
    await client.api_call("chat.postMessage", json={"channel": channel.id, "text": "x", "colour": "red"})
    await client.api_call("chat.postMessage", json={"channel": channel.id, "text": "x", "team_id": "T1"})
    await client.chat_postMessage(channel=channel.id, text="x" * 4001)
    await client.api_call("chat.postMessage", json={"channel": channel.id, "blocks": [{"type": "divider"}]})
    await client.chat_postMessage(channel=channel.id, text="x", blocks=[_section("x" * 2900)] * 4)
    assert server.alarms == [
        "chat.postMessage: unknown argument colour",
        "chat.postMessage: text of 4001 characters, more than 4000",
        "chat.postMessage: blocks without text; notifications and screen readers get nothing",
        "chat.postMessage: 11600 characters in blocks, more than 10000",
    ]


async def test_bad_answers_to_a_command_raise_an_alarm(server: SlackServer) -> None:
    asha = server.add_user()
    channel = server.add_channel(members=[asha])
    app = AsyncApp(client=_client(server))

    @app.command("/dealwire")
    async def command(ack: Any, respond: Any) -> None:
        await ack(text="x", blocks=[{"type": "section"}])
        await respond(text="x", blocks=[{"type": "banner"}])

    async with _running(app, server):
        said = await server.slash(user=asha, channel=channel, timeout=0.5)
    assert said.responses == ()
    assert [alarm.partition(" ")[0] for alarm in sorted(server.alarms)] == ["ack:", "response_url:"]


# --- faults ---


async def test_faults_break_calls_in_every_way(server: SlackServer, client: AsyncWebClient) -> None:
    channel = server.add_channel()
    server.faults = Faults(rate_429=1, retry_after_s=3)
    with pytest.raises(SlackApiError) as limited:
        await client.chat_postMessage(channel=channel.id, text="x")
    assert limited.value.response.headers["Retry-After"] == "3"
    server.faults = Faults(rate_5xx=1)
    with pytest.raises(SlackApiError) as broken:
        await client.chat_postMessage(channel=channel.id, text="x")
    assert broken.value.response.status_code == 503
    server.faults = Faults(rate_drop_before=1)
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=channel.id, text="x")
    assert server.messages(channel) == ()
    server.faults = Faults(rate_drop_after=1)
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=channel.id, text="arrived")
    assert [(one.text, one.receipt_lost) for one in server.messages(channel)] == [("arrived", True)]
    assert server.lost_receipts == 1


async def test_a_cut_socket_is_opened_again(server: SlackServer) -> None:
    asha: SlackUser = server.add_user()
    channel: SlackChannel = server.add_channel(members=[asha])
    app = _app(server)
    async with _running(app, server):
        await server.disconnect("link_disabled")
        await server.wait_connected(2)
        assert (await server.slash(text="hello", user=asha, channel=channel)).acked


# --- the tables ---


@pytest.mark.shared
def test_the_reduced_tables_agree_with_the_full_descriptions() -> None:
    for name, fresh in tables(shared("specs")).items():
        assert json.loads((DATA / name).read_text(encoding="utf-8")) == fresh, f"{name} is stale: run reduce again"


def test_the_reduced_tables_are_small() -> None:
    assert all(path.stat().st_size < 80_000 for path in DATA.iterdir())
