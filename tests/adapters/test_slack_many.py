"""Many workspaces: installing by OAuth, calls over HTTP, tokens sealed, leaving."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from sqlalchemy import text

from bot.adapters.slack import SlackAdapter
from bot.adapters.slack.door import Door
from bot.adapters.slack.examination import examine_oauth
from bot.adapters.slack.installations import STATES_MAX, Installations, States
from bot.adapters.slack.sealing import Seal, new_key
from bot.model import Channel, ChannelGone, Receipt, RetryLater
from bot.ports import AdapterError, Called
from bot.storage import Store
from tests.adapters.offices import KEY, now, oauth_app, office, path_of
from tests.adapters.recorder import Recorder
from tests.adapters.samples import post
from tests.servers import CLIENT_ID, SIGNING_SECRET, HttpDelivery, SlackServer, Workspace
from tests.servers.slack_http import Sent


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        server.oauth.redirect_uris = ["https://bot.example.org/slack/oauth_redirect"]
        yield server
        assert server.alarms == []


def embassy_of(server: SlackServer) -> Workspace:
    return server.add_workspace("T0EMBASSY")


async def test_an_administrator_installs_the_app_and_it_speaks_there(store: Store, server: SlackServer) -> None:
    embassy = embassy_of(server)
    admin = server.add_user("ravi", at=embassy)
    room = server.add_channel(members=[admin], at=embassy)
    recorder = Recorder()
    async with office(store, server, recorder) as running:
        page = await running.install(embassy, admin)
        assert page.status == 200
        assert "is installed in <b>embassy</b>" in page.text
        sent = await running.adapter.send(Channel(platform="slack", address=f"T0EMBASSY/{room.id}"), post())
        answer = await server.slash(text="latest 3", user=admin, channel=room)
    assert isinstance(sent, Receipt)
    assert [message.ts for message in server.messages(room)] == [sent.message_id]
    assert "noted" in answer.all_text()
    assert (recorder.commands[0].channel.key, recorder.commands[0].user) == (
        f"slack:T0EMBASSY/{room.id}",
        f"slack:T0EMBASSY/{admin.id}",
    )


def at(home: str, channel: str) -> Channel:
    return Channel(platform="slack", address=f"{home}/{channel}")


# --- installing ---


async def test_begun_in_one_browser_it_is_not_finished_in_another(store: Store, server: SlackServer) -> None:
    embassy = embassy_of(server)
    admin = server.add_user(at=embassy)
    async with office(store, server, Recorder()) as running:
        begun = await running.browse("/slack/install")
        back = await server.approve(begun.location, workspace=embassy, user=admin)
        page = await running.browse(path_of(back))
    assert page.status == 400
    assert "in the browser that began" in page.text


async def test_a_state_is_good_for_one_redirect_only(store: Store, server: SlackServer) -> None:
    embassy = embassy_of(server)
    admin = server.add_user(at=embassy)
    async with office(store, server, Recorder()) as running:
        begun = await running.browse("/slack/install")
        back = await server.approve(begun.location, workspace=embassy, user=admin)
        first = await running.browse(path_of(back), cookies=begun.cookies)
        again = await running.browse(path_of(back), cookies=begun.cookies)
    assert (first.status, again.status) == (200, 401)
    assert len(server.requests("oauth.v2.access")) == 1


async def test_two_processes_take_a_state_once(store: Store) -> None:
    clock = Clock()
    ways = [States(writing=store.engine(writes=True), clock=clock) for _ in range(4)]
    state = await ways[0].async_issue()
    taken = await asyncio.gather(*(way.async_consume(state) for way in ways))
    assert sorted(taken) == [False, False, False, True]


async def test_a_state_holds_for_ten_minutes(store: Store, server: SlackServer) -> None:
    embassy = embassy_of(server)
    admin = server.add_user(at=embassy)
    clock = Clock()
    async with office(store, server, Recorder(), clock=clock) as running:
        begun = await running.browse("/slack/install")
        back = await server.approve(begun.location, workspace=embassy, user=admin)
        clock.now += timedelta(seconds=601)
        page = await running.browse(path_of(back), cookies=begun.cookies)
    assert page.status == 401
    assert "more than ten minutes ago" in page.text
    assert server.requests("oauth.v2.access") == ()


@pytest.mark.long
async def test_begun_installations_do_not_fill_the_database(store: Store, server: SlackServer) -> None:
    clock = Clock()
    async with office(store, server, Recorder(), clock=clock) as running:
        writing = store.engine(writes=True)
        states = States(writing=writing, clock=clock)
        for _ in range(STATES_MAX):
            await states.async_issue()
        assert (await running.browse("/slack/install")).status == 503
        clock.now += timedelta(seconds=601)
        begun = await running.browse("/slack/install")
    assert begun.status == 302
    cookie = begun.headers["Set-Cookie"]
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax", "Max-Age=600"))


async def test_a_cancelled_installation_changes_nothing(store: Store, server: SlackServer) -> None:
    embassy = embassy_of(server)
    async with office(store, server, Recorder()) as running:
        page = await running.install(embassy, server.add_user(at=embassy), deny=True)
    assert "was cancelled" in page.text
    assert server.requests("oauth.v2.access") == ()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ("client_secret", "client secret is wrong"),
        ("client_id", "client id is wrong"),
        ("codes", "does not take this code"),
    ],
)
async def test_why_slack_refuses_an_installation_is_told_in_words(
    store: Store, server: SlackServer, caplog: pytest.LogCaptureFixture, spoil: str, words: str
) -> None:
    embassy = embassy_of(server)
    admin = server.add_user(at=embassy)
    async with office(store, server, Recorder()) as running:
        begun = await running.browse("/slack/install")
        back = await server.approve(begun.location, workspace=embassy, user=admin)
        if spoil == "codes":
            server.oauth.codes.clear()
        else:
            setattr(server.oauth, spoil, "another")
        page = await running.browse(path_of(back), cookies=begun.cookies)
    assert words in page.text
    assert page.status == 502
    code = parse_qs(urlsplit(back).query)["code"][0]
    assert code not in caplog.text


async def test_the_pages_of_an_installation_load_nothing_and_are_kept_nowhere(
    store: Store, server: SlackServer
) -> None:
    embassy = embassy_of(server)
    embassy.team_domain = "<script>alert(1)</script>"
    async with office(store, server, Recorder()) as running:
        page = await running.install(embassy, server.add_user(at=embassy))
    assert "<script>" not in page.text
    assert page.headers["Content-Security-Policy"] == "default-src 'none'"
    assert page.headers["Cache-Control"] == "no-store"


async def test_an_organisation_that_installs_for_all_its_workspaces_has_one_home(
    store: Store, server: SlackServer
) -> None:
    grid = server.add_workspace("T0GRID", enterprise_id="E0GRID", whole_organisation=True)
    admin = server.add_user(at=grid)
    room = server.add_channel(members=[admin], at=grid)
    recorder = Recorder()
    async with office(store, server, recorder) as running:
        assert (await running.install(grid, admin)).status == 200
        await server.slash(text="help", user=admin, channel=room)
        assert isinstance(await running.adapter.send(at("E0GRID", room.id), post()), Receipt)
        await server.uninstall(grid)
        gone = await recorder.change()
    assert recorder.commands[0].channel == at("E0GRID", room.id)
    assert gone == (Channel(platform="slack", address="E0GRID"), None)


async def test_a_workspace_of_an_organisation_that_installs_alone_has_its_own(
    store: Store, server: SlackServer
) -> None:
    grid = server.add_workspace("T0GRID", enterprise_id="E0GRID")
    admin = server.add_user(at=grid)
    room = server.add_channel(members=[admin], at=grid)
    recorder = Recorder()
    async with office(store, server, recorder) as running:
        await running.install(grid, admin)
        await server.slash(text="help", user=admin, channel=room)
    assert recorder.commands[0].channel == at("T0GRID", room.id)
    async with store.read() as connection:
        kept = (await connection.execute(text("SELECT enterprise_id, team_id FROM slack_installations"))).one()
    assert tuple(kept) == ("E0GRID", "T0GRID")


# --- tokens ---


async def test_no_token_lies_open_in_the_database(store: Store, server: SlackServer) -> None:
    embassy = embassy_of(server)
    async with office(store, server, Recorder()) as running:
        await running.install(embassy, server.add_user(at=embassy))
        await running.install(embassy, server.add_user(at=embassy))
    token = server.oauth.token_of(embassy) or "none"
    async with store.read() as connection:
        for table in ("slack_bots", "slack_installations"):
            (row,) = (await connection.execute(text(f"SELECT * FROM {table}"))).all()
            assert token not in str(row)
            assert "sealed:" in str(row)


async def test_a_long_token_is_kept_whole(store: Store, server: SlackServer) -> None:
    embassy = embassy_of(server)
    token = f"xoxb-{'x' * 400}"
    server.grants[token] = replace(server.grants[server.install(embassy)], token=token)
    server.oauth.token_of = lambda workspace: token  # type: ignore[method-assign]
    async with office(store, server, Recorder()) as running:
        assert (await running.install(embassy, server.add_user(at=embassy))).status == 200
    kept = Installations(
        CLIENT_ID, writing=store.engine(writes=True), reading=store.engine(writes=False), seal=Seal([KEY])
    )
    found = await kept.find("T0EMBASSY")
    assert found is not None
    assert found.token == token
    assert token not in repr(found)


async def test_a_new_key_before_the_old_one_opens_what_the_old_one_sealed(store: Store, server: SlackServer) -> None:
    embassy = embassy_of(server)
    admin = server.add_user(at=embassy)
    room = server.add_channel(members=[admin], at=embassy)
    async with office(store, server, Recorder()) as running:
        await running.install(embassy, admin)
    new = new_key()
    async with office(store, server, Recorder(), keys=(new, KEY)) as running:
        assert isinstance(await running.adapter.send(at("T0EMBASSY", room.id), post()), Receipt)
    both = Installations(
        CLIENT_ID, writing=store.engine(writes=True), reading=store.engine(writes=False), seal=Seal((new, KEY))
    )
    assert await both.reseal() == 1
    async with office(store, server, Recorder(), keys=(new,)) as running:
        assert isinstance(await running.adapter.send(at("T0EMBASSY", room.id), post()), Receipt)


async def test_with_another_key_the_adapter_says_what_is_wrong_and_does_not_start(
    store: Store, server: SlackServer
) -> None:
    embassy = embassy_of(server)
    async with office(store, server, Recorder()) as running:
        await running.install(embassy, server.add_user(at=embassy))
    with pytest.raises(AdapterError, match=r"none of the stored tokens .* token_key"):
        async with office(store, server, Recorder(), keys=(new_key(),)):
            pass


async def test_a_workspace_whose_token_no_key_opens_waits_and_the_others_go_on(
    store: Store, server: SlackServer, caplog: pytest.LogCaptureFixture
) -> None:
    old, new = server.add_workspace("T0OLD"), server.add_workspace("T0NEW")
    key = new_key()
    rooms = {}
    for space, of_space in ((old, KEY), (new, key)):
        admin = server.add_user(at=space)
        rooms[space.home] = server.add_channel(members=[admin], at=space)
        async with office(store, server, Recorder(), keys=(key, KEY) if of_space == key else (KEY,)) as running:
            await running.install(space, admin)
    async with office(store, server, Recorder(), keys=(key,)) as running:
        waits = await running.adapter.send(at("T0OLD", rooms["T0OLD"].id), post())
        sent = await running.adapter.send(at("T0NEW", rooms["T0NEW"].id), post())
    assert isinstance(waits, RetryLater)
    assert "another key" in waits.reason
    assert isinstance(sent, Receipt)
    assert "sealed with another key workspaces=1 of=2" in caplog.text
    found = await examine_oauth(oauth_app(store, keys=(key,)), base_url=server.base_url, channels=())
    assert [one.level for one in found if "T0OLD" in one.subject] == ["bad"]


@pytest.mark.parametrize("key", ["", "short", "ö" * 44])
async def test_what_is_no_key_is_refused(store: Store, key: str) -> None:
    with pytest.raises(AdapterError, match="dealwire slack key"):
        SlackAdapter(oauth=oauth_app(store, keys=(key,)))


async def test_a_workspace_without_the_app_gets_no_alert_and_loses_its_subscriptions(
    store: Store, server: SlackServer
) -> None:
    async with office(store, server, Recorder()) as running:
        sent = await running.adapter.send(at("T0NOWHERE", "C1"), post())
        plain = await running.adapter.send(Channel(platform="slack", address="C1"), post())
    assert isinstance(sent, ChannelGone)
    assert isinstance(plain, ChannelGone)


async def test_a_token_that_slack_refuses_is_read_anew_for_the_next_message(store: Store, server: SlackServer) -> None:
    embassy = embassy_of(server)
    admin = server.add_user(at=embassy)
    room = server.add_channel(members=[admin], at=embassy)
    async with (
        office(store, server, Recorder()) as here,
        office(store, server, Recorder()) as elsewhere,  # another process
    ):
        await here.install(embassy, admin)
        assert isinstance(await here.adapter.send(at("T0EMBASSY", room.id), post()), Receipt)
        server.revoke("token_revoked", token=server.oauth.token_of(embassy))
        await elsewhere.install(embassy, admin)
        assert isinstance(await here.adapter.send(at("T0EMBASSY", room.id), post()), RetryLater)
        assert isinstance(await here.adapter.send(at("T0EMBASSY", room.id), post()), Receipt)


# --- calls ---


async def test_a_call_is_taken_only_with_slacks_own_fresh_signature(store: Store, server: SlackServer) -> None:
    embassy = embassy_of(server)
    admin = server.add_user(at=embassy)
    room = server.add_channel(members=[admin], at=embassy)
    recorder = Recorder()
    async with office(store, server, recorder) as running:
        await running.install(embassy, admin)
        await server.slash(text="help", user=admin, channel=room)
        http = server.http
        assert http is not None
        assert http.last is not None
        good = http.last
        old = http.signature(good.body, at=time.time() - 301)
        early = http.signature(good.body, at=time.time() + 301)
        forged = http.signature(good.body, secret="another")
        spoilt = {"X-Slack-Request-Timestamp": "soon"}
        odd = {"X-Slack-Signature": "v0=\u00e9"}
        statuses = [await http.again(**headers) for headers in (old, early, forged, spoilt, odd)]
        await http.post(Sent(headers=good.headers, body=good.body + b"&more=1"))
        await http.post(Sent(headers={"Content-Type": good.headers["Content-Type"]}, body=good.body))
        statuses += http.statuses[-2:]
        within = await http.again(**http.signature(good.body, at=time.time() - 290))
    assert statuses == [401] * 7
    assert within == 200  # fresh enough, but its trigger was used: acknowledged and not done again
    assert [command.name for command in recorder.commands] == ["help"]


async def test_a_replayed_call_is_acknowledged_and_not_done_again(store: Store, server: SlackServer) -> None:
    embassy = embassy_of(server)
    admin = server.add_user(at=embassy)
    room = server.add_channel(members=[admin], at=embassy)
    recorder = Recorder()
    said = {"type": "app_mention", "channel": room.id, "user": admin.id, "text": "<@B> latest", "ts": "1.1"}
    async with office(store, server, recorder) as running:
        await running.install(embassy, admin)
        await server.slash(text="help", user=admin, channel=room, copies=3)
        first = await server.event(said, at=embassy)
        again = await server.event(said, at=embassy, event_id=first.event_id, retry=1)
        await recorder.command(2)
    assert first.acked
    assert again.acked
    assert sorted(command.name for command in recorder.commands) == ["help", "latest"]


async def test_what_failed_here_is_done_when_slack_sends_it_again() -> None:
    answers: list[BoltResponse | RuntimeError] = [
        BoltResponse(status=500),
        RuntimeError("broken"),
        BoltResponse(status=200, body="done"),
    ]

    async def dispatch(request: AsyncBoltRequest) -> BoltResponse:
        answer = answers.pop(0)
        if isinstance(answer, RuntimeError):
            raise answer
        return answer

    door = Door(signing_secret=SIGNING_SECRET, clock=now)
    door.open(dispatch, None)  # type: ignore[arg-type]  # nobody installs
    body = b'{"type": "event_callback", "event_id": "Ev1"}'
    signed = HttpDelivery("", clock=now).signature(body)
    called = Called(headers={"content-type": "application/json", **signed}, body=body)
    answered = [await door.inlets[0].take(called) for _ in range(4)]
    assert [one.status for one in answered] == [500, 500, 200, 200]
    assert [one.body for one in answered[2:]] == [b"done", b""]  # the last one was done before


async def test_slack_learns_the_address_by_its_challenge(store: Store, server: SlackServer) -> None:
    async with office(store, server, Recorder()):
        http = server.http
        assert http is not None
        body = b'{"token":"x","challenge":"3eZbrw1aB","type":"url_verification"}'
        headers = {"Content-Type": "application/json", **http.signature(body)}
        ack = await http.post(Sent(headers=headers, body=body))
    assert ack is not None
    assert ack.payload == {"challenge": "3eZbrw1aB"}


async def test_an_enormous_call_is_refused_before_it_is_read_any_further(store: Store, server: SlackServer) -> None:
    async with office(store, server, Recorder()):
        http = server.http
        assert http is not None
        body = b"x" * 1_000_001
        await http.post(Sent(headers={"Content-Type": "text/plain", **http.signature(body)}, body=body))
    assert http.statuses[-1] == 413


async def test_a_call_for_a_workspace_without_the_app_is_answered_in_words(store: Store, server: SlackServer) -> None:
    embassy = embassy_of(server)
    user = server.add_user(at=embassy)
    room = server.add_channel(members=[user], at=embassy)
    recorder = Recorder()
    async with office(store, server, recorder):
        result = await server.slash(text="help", user=user, channel=room)
    assert recorder.commands == []
    assert "install it again: https://bot.example.org/slack/install" in result.all_text()


async def test_a_stopped_adapter_asks_slack_to_come_again(store: Store, server: SlackServer) -> None:
    embassy = embassy_of(server)
    admin = server.add_user(at=embassy)
    room = server.add_channel(members=[admin], at=embassy)
    async with office(store, server, Recorder()) as running:
        await running.install(embassy, admin)
        await running.adapter.stop()
        await server.slash(text="help", user=admin, channel=room, replies=0)
        assert server.http is not None
        assert server.http.statuses[-1] == 503
        assert (await running.browse("/slack/install")).status == 503


async def test_the_doctor_sees_that_the_public_address_leads_here(store: Store, server: SlackServer) -> None:
    async with office(store, server, Recorder()) as running:
        app = replace(oauth_app(store), public_url=running.url)
        found = await examine_oauth(app, base_url=server.base_url, channels=())
        assert "leads to Slack" in next(one.words for one in found if one.subject == "slack public_url")
    found = await examine_oauth(app, base_url=server.base_url, channels=())
    assert "not reached" in next(one.words for one in found if one.subject == "slack public_url")


async def test_a_workspace_that_keeps_us_waiting_holds_up_no_other(store: Store, server: SlackServer) -> None:
    recorder = Recorder()
    async with office(store, server, recorder) as running:
        rooms = []
        for space in (embassy_of(server), server.add_workspace("T0MINISTRY", domain="ministry")):
            admin = server.add_user(at=space)
            await running.install(space, admin)
            rooms.append((admin, server.add_channel(members=[admin], at=space)))
        (busy, theirs), (patient, mine) = rooms
        recorder.held.clear()
        for _ in range(40):  # more than are worked on at once
            await server.slash(text="latest", user=busy, channel=theirs, replies=0)
        await server.slash(text="help", user=patient, channel=mine, replies=0)
        async with asyncio.timeout(5):
            while not any(one.channel == at("T0MINISTRY", mine.id) for one in recorder.commands):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert len(recorder.commands) < 40
        recorder.held.set()


@pytest.mark.parametrize("organisation", [None, "E0GRID"])
async def test_another_workspaces_administrator_in_a_shared_channel_is_none_here(
    store: Store, server: SlackServer, organisation: str | None
) -> None:
    embassy = server.add_workspace("T0EMBASSY", enterprise_id=organisation)
    own = server.add_user("om", is_admin=True, at=embassy)
    guest = server.add_user("ira", is_admin=True, at=server.add_workspace("T0MINISTRY", domain="ministry"))
    embassy.users[guest.id] = guest
    room = server.add_channel(members=[own, guest], creator=guest, at=embassy)
    recorder = Recorder()
    async with office(store, server, recorder) as running:
        await running.install(embassy, own)
        mention = {"type": "app_mention", "channel": room.id, "text": "<@U0BOT> pause"}
        for number, user in enumerate((own, guest), 1):
            await server.event(mention | {"user": user.id, "ts": f"{number}.1"}, at=embassy)
            await recorder.command(number)
    assert {one.user: one.administrator for one in recorder.commands} == {
        f"slack:T0EMBASSY/{own.id}": True,
        f"slack:T0EMBASSY/{guest.id}": False,
    }


# --- leaving ---


@pytest.mark.parametrize(
    "events",
    [
        ("tokens_revoked", "app_uninstalled"),
        ("app_uninstalled", "tokens_revoked"),
        ("app_uninstalled",),
        ("tokens_revoked",),
    ],
)
async def test_a_workspace_that_removes_the_app_is_forgotten(
    store: Store, server: SlackServer, events: tuple[str, ...]
) -> None:
    embassy, ministry = embassy_of(server), server.add_workspace("T0MINISTRY", domain="ministry")
    admin = server.add_user(at=embassy)
    room = server.add_channel(members=[admin], at=embassy)
    recorder = Recorder()
    async with office(store, server, recorder) as running:
        await running.install(embassy, admin)
        await running.install(ministry, server.add_user(at=ministry))
        await server.uninstall(embassy, events)
        assert await recorder.change() == (Channel(platform="slack", address="T0EMBASSY"), None)
        assert isinstance(await running.adapter.send(at("T0EMBASSY", room.id), post()), ChannelGone)
    async with store.read() as connection:
        for table in ("slack_bots", "slack_installations"):
            assert (await connection.scalars(text(f"SELECT team_id FROM {table}"))).all() == ["T0MINISTRY"]


async def test_a_late_event_about_an_earlier_installation_ends_nothing(store: Store, server: SlackServer) -> None:
    embassy = embassy_of(server)
    admin = server.add_user(at=embassy)
    room = server.add_channel(members=[admin], at=embassy)
    recorder = Recorder()
    async with office(store, server, recorder) as running:
        await running.install(embassy, admin)
        await server.uninstall(embassy, ["tokens_revoked"])
        await recorder.change()
        await running.install(embassy, admin)
        await server.event({"type": "app_uninstalled"}, at=embassy, retry=2)
        await server.slash(text="help", user=admin, channel=room)
        sent = await running.adapter.send(at("T0EMBASSY", room.id), post())
    assert isinstance(sent, Receipt)
    assert len(recorder.changes) == 1


@pytest.mark.parametrize("both", [True, False])
@pytest.mark.parametrize("leaves", ["T0GRID", "E0GRID"])
async def test_a_workspace_and_its_organisation_may_each_have_the_app(
    store: Store, server: SlackServer, leaves: str, both: bool
) -> None:
    spaces = {
        "E0GRID": server.add_workspace("T0HEAD", enterprise_id="E0GRID", whole_organisation=True),
        "T0GRID": server.add_workspace("T0GRID", enterprise_id="E0GRID"),
    }
    stays = next(home for home in spaces if home != leaves)
    recorder = Recorder()
    async with office(store, server, recorder, clock=lambda: now() - timedelta(minutes=4)) as running:  # installed then
        for home, space in spaces.items():
            if both or home == leaves:
                assert (await running.install(space, server.add_user(at=space))).status == 200
            # Slack tells the organisation's id with everything, and after the end no more which installation it was.
        await server.uninstall(spaces[leaves], ())
        for kind in ("app_uninstalled", "tokens_revoked"):
            told = {"type": kind, "tokens": {"bot": ["U0BOT"]}}
            await server.event(told, at=spaces["T0GRID"], authorized=False)
        assert await recorder.change() == (Channel(platform="slack", address=leaves), None)
        await running.adapter.stop()
        kept = await Installations(
            CLIENT_ID, writing=store.engine(writes=True), reading=store.engine(writes=False), seal=Seal([KEY])
        ).homes()
    assert [one.id for one in kept] == ([stays] if both else [])
    assert (Channel(platform="slack", address=stays), None) not in recorder.changes[: None if both else 1]


async def test_a_revoked_token_of_a_person_ends_nothing(store: Store, server: SlackServer) -> None:
    embassy = embassy_of(server)
    admin = server.add_user(at=embassy)
    room = server.add_channel(members=[admin], at=embassy)
    recorder = Recorder()
    async with office(store, server, recorder) as running:
        await running.install(embassy, admin)
        await server.event({"type": "tokens_revoked", "tokens": {"oauth": [admin.id], "bot": []}}, at=embassy)
        await server.slash(text="help", user=admin, channel=room)
        assert isinstance(await running.adapter.send(at("T0EMBASSY", room.id), post()), Receipt)
    assert recorder.changes == []


async def test_channels_that_end_or_move_are_told_with_their_workspace(store: Store, server: SlackServer) -> None:
    embassy = embassy_of(server)
    recorder = Recorder()
    async with office(store, server, recorder) as running:
        await running.install(embassy, server.add_user(at=embassy))
        await server.event({"type": "channel_archive", "channel": "C1"}, at=embassy)
        await server.event({"type": "member_left_channel", "channel": "C2", "user": embassy.bot.id}, at=embassy)
        moved = {"type": "channel_id_changed", "old_channel_id": "C3", "new_channel_id": "C4"}
        await server.event(moved, at=embassy)
        await recorder.change(3)
    assert sorted(recorder.changes, key=lambda change: change[0].key) == [
        (at("T0EMBASSY", "C1"), None),
        (at("T0EMBASSY", "C2"), None),
        (at("T0EMBASSY", "C3"), at("T0EMBASSY", "C4")),
    ]


class Clock:
    """Moved by hand."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now
