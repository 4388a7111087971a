"""Many Slack workspaces, end to end: each is let in by itself, and none sees or changes what is another's."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.app import App, running
from bot.claims import new_claim
from bot.config import Access, Config, Console, Database, FullText, OwnFeed, Polling, Slack, Web
from bot.model import Channel, Subscription
from tests.adapters.offices import PUBLIC, Office, Page
from tests.feed_server import FeedServer
from tests.servers import (
    CLIENT_ID,
    CLIENT_SECRET,
    SIGNING_SECRET,
    SlackChannel,
    SlackServer,
    SlackUser,
    SlashResult,
    Workspace,
)
from tests.servers.slack_screen import Screen
from tests.slack_world import hand_in, settled
from tests.test_app import FRIGATE, SIGNED

KEY = Fernet.generate_key().decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One workspace with a channel and somebody in it. Channel and user have the same ids in all of them, which
    Slack's never do: what goes by them alone would mix the workspaces up."""

    space: Workspace
    user: SlackUser
    room: SlackChannel

    @property
    def channel(self) -> Channel:
        return Channel(platform="slack", address=f"{self.space.home}/{self.room.id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    feeds: FeedServer
    slack: SlackServer
    embassy: House
    ministry: House
    folder: Path

    def config(self, **changed: Any) -> Config:
        settings: dict[str, Any] = {
            "default_feeds": False,
            "database": Database(url=SecretStr(f"sqlite:///{self.folder / 'dealwire.db'}")),
            "polling": Polling(
                allow_private=(self.feeds.address,), per_host_gap_s=0.0, first_read="show", interval_minutes=0.01
            ),
            "feeds": (OwnFeed(url=self.feeds.url("wire"), title="Test Wire"),),
            "console": Console(enabled=False),
            "slack": Slack(
                client_id=CLIENT_ID,
                client_secret=SecretStr(CLIENT_SECRET),
                signing_secret=SecretStr(SIGNING_SECRET),
                token_key=SecretStr(KEY),
                public_url=PUBLIC,
                base_url=self.slack.base_url,
            ),
            "access": Access(mode="open"),
            "web": Web(port=0),
            "fulltext": FullText(enabled=False),
        }
        return Config(**settings | changed)

    async def say(self, house: House, text: str) -> SlashResult:
        return await self.slack.slash(text=text, user=house.user, channel=house.room)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        feeds = await stack.enter_async_context(FeedServer())
        slack = await stack.enter_async_context(SlackServer())

        def house(team: str, domain: str) -> House:
            space = slack.add_workspace(team, domain=domain)
            user = slack.add_user(domain, at=space, key="U0SAME")
            return House(space=space, user=user, room=slack.add_channel(members=[user], at=space, key="C0SAME"))

        feeds.publish("wire", [SIGNED])
        yield World(
            feeds=feeds,
            slack=slack,
            embassy=house("T0EMBASSY", "embassy"),
            ministry=house("T0MINISTRY", "ministry"),
            folder=tmp_path,
        )
        assert slack.alarms == []


@asynccontextmanager
async def app_of(world: World, config: Config, *installed: House) -> AsyncIterator[App]:
    """The application, which the houses have installed."""
    async with running(config, tick_s=0.05, announce=lambda words: None) as app:
        url = str(app.page_url).rstrip("/")
        world.slack.call(f"{url}/slack/events")
        for house in installed or (world.embassy, world.ministry):
            assert (await browse(world, app, house)).status == 200
        yield app


async def browse(world: World, app: App, house: House) -> Page:
    office = Office(adapter=None, server=world.slack, store=app.store, url=str(app.page_url).rstrip("/"))  # type: ignore[arg-type]
    return await office.install(house.space, house.user)


async def subscribe(world: World, app: App, house: House, words: str) -> Subscription:
    await world.say(house, f"subscribe {words}")
    [made] = await app.store.subscriptions(house.channel)
    return made


# --- letting in ---


async def test_a_workspace_is_let_in_by_a_one_time_code(world: World) -> None:
    async with app_of(world, world.config(access=Access(mode="closed"))) as app:
        for text in ("latest", "subscribe s-400", "start"):
            told = (await world.say(world.embassy, text)).all_text()
            assert "/dealwire claim CODE" in told
            assert "/approve slack:T0EMBASSY" in told
        code = await new_claim(app.store, by="terminal", now=datetime.now(UTC), opens="workspace")
        assert "may use Dealwire now" in (await world.say(world.embassy, f"claim {code}")).all_text()
        assert "does not hold" in (await world.say(world.ministry, f"claim {code}")).all_text()
        other = replace(
            world.embassy, room=world.slack.add_channel("navy", members=[world.embassy.user], at=world.embassy.space)
        )
        assert "claim CODE" not in (await world.say(other, "latest")).all_text()
        assert "claim CODE" in (await world.say(world.ministry, "latest")).all_text()
        permissions = await app.store.permissions()
        assert permissions.operators == ()  # a code for a workspace makes no operator
        assert {chat.key for chat in permissions.allowed} == {"slack:T0EMBASSY"}


async def test_the_operators_own_code_lets_the_own_workspace_in_and_makes_codes_for_others(world: World) -> None:
    said: list[str] = []
    config = world.config(access=Access(mode="closed"))
    async with running(config, tick_s=0.05, announce=said.append) as app:
        world.slack.call(f"{str(app.page_url).rstrip('/')}/slack/events")
        for house in (world.embassy, world.ministry):
            await browse(world, app, house)
        [code] = re.findall(r"/dealwire (claim [0-9a-z]{24})", said[0])
        assert "operator now" in (await world.say(world.embassy, code)).all_text()
        assert "closed" not in (await world.say(world.embassy, "latest")).all_text()
        handed = (await world.say(world.embassy, "claim workspace")).all_text()
        for_others = re.findall(r"/dealwire (claim [0-9a-z]{24})", handed)[0]
        assert "may use Dealwire now" in (await world.say(world.ministry, for_others)).all_text()
        # The same user id in the other workspace is another person, and no operator.
        assert "for the operator" in (await world.say(world.ministry, "audit")).all_text()
        audit = (await world.say(world.embassy, "audit")).all_text()
        assert "slack:T0EMBASSY/U0SAME · became an operator" in audit
        assert "slack:T0MINISTRY/U0SAME · approved · slack:T0MINISTRY by a code" in audit


async def test_a_permission_taken_away_ends_the_whole_workspace(world: World) -> None:
    async with app_of(world, world.config(access=Access(mode="closed"))) as app:
        async with app.store.write() as tx:
            for house in (world.embassy, world.ministry):
                workspace = Channel.parse(f"slack:{house.space.home}")
                await tx.allow_chat(workspace, by="test", now=datetime.now(UTC))
        for house in (world.embassy, world.ministry):
            await subscribe(world, app, house, "s-400")
        async with app.store.write() as tx:
            assert await tx.disallow_chat(Channel.parse("slack:T0EMBASSY"), "taken away")
        assert [one.channel for one in await app.store.subscriptions()] == [world.ministry.channel]


# --- isolation ---


async def test_each_workspace_sees_its_own_subscriptions_only(world: World) -> None:
    async with app_of(world, world.config()) as app:
        await subscribe(world, app, world.embassy, "s-400")
        await subscribe(world, app, world.ministry, "brahmos")
        mine, theirs = [(await world.say(one, "subscriptions")).all_text() for one in (world.embassy, world.ministry)]
        assert "s-400" in mine
        assert "brahmos" not in mine
        assert "brahmos" in theirs
        assert "s-400" not in theirs
        await world.say(world.ministry, "unsubscribe all")
        assert [one.channel for one in await app.store.subscriptions()] == [world.embassy.channel]


async def test_an_alert_goes_to_the_workspaces_that_subscribed(world: World) -> None:
    async with app_of(world, world.config()) as app:
        await subscribe(world, app, world.embassy, "s-400")
        await subscribe(world, app, world.ministry, "11356")
        world.feeds.publish("wire", [SIGNED, FRIGATE])
        await world.slack.wait_for_message(world.ministry.room, lambda m: "11356" in m.all_text())
        world.feeds.publish("post", [])
    assert not any("11356" in message.all_text() for message in world.slack.messages(world.embassy.room))
    assert not any("S-400" in message.all_text() for message in world.slack.messages(world.ministry.room))


async def test_settings_mutes_and_language_are_each_workspaces_own(world: World) -> None:
    async with app_of(world, world.config()) as app:
        for house in (world.embassy, world.ministry):
            await subscribe(world, app, house, "s-400")
        await world.say(world.embassy, "language ru")
        await world.say(world.embassy, "mute s-400")
        assert (await app.store.channel_settings(world.embassy.channel)).lang == "ru"  # type: ignore[union-attr]
        other = await app.store.channel_settings(world.ministry.channel)
        assert other is not None
        assert other.lang == "en"
        assert not other.mutes


FORGED = (
    *("subone:{id}", "subedit:{id}", "subset:{id}:all", "subpause:{id}", "subresume:{id}", "subend:{id}", "subs:0"),
    *("keep:{batch}", "see:{batch}"),
)


async def test_buttons_with_forged_ids_reach_no_other_workspace(world: World) -> None:
    async with app_of(world, world.config()) as app:
        theirs = await subscribe(world, app, world.embassy, "s-400")
        async with app.store.write() as tx:
            await tx.spare_subscriptions("b" * 26, [replace(theirs, id="0" * 26, filter="akula")], *spare_times())
        await subscribe(world, app, world.ministry, "brahmos")
        before = await app.store.subscriptions(world.embassy.channel)
        shown = await world.say(world.ministry, "subscriptions")
        [reply] = [reply for reply in shown.responses if reply.blocks]
        action_id = next(
            str(element["action_id"])
            for block in reply.blocks
            for element in block.get("elements", [])
            if element.get("type") == "button"
        )
        for kind in FORGED:
            value = kind.format(id=theirs.id, batch="b" * 26)
            said = await world.slack.interact(
                reply, action_id, user=world.ministry.user, value=value, replies=0, timeout=0.3
            )
            assert "akula" not in said.all_text(), value
        await world.say(world.ministry, "status")  # everything before it is done
        assert await app.store.subscriptions(world.embassy.channel) == before
        assert [one.filter for one in await app.store.spare_subscriptions("b" * 26)] == ["akula"]


async def test_a_forged_modal_subscribes_nobody_elses_channel(world: World) -> None:
    async with app_of(world, world.config()) as app:
        await subscribe(world, app, world.embassy, "s-400")
        screen = Screen(world.slack, world.ministry.user)
        await screen.slash("subscribe", world.ministry.room)
        await settled(screen)
        view = screen.modal
        assert "T0MINISTRY" in view["private_metadata"]
        view["private_metadata"] = view["private_metadata"].replace("T0MINISTRY", "T0EMBASSY")
        for _ in range(2):  # the form, then what it would have sent
            handed = await hand_in(screen)
            assert handed.acked
            assert not handed.errors
        assert [one.filter for one in await app.store.subscriptions(world.embassy.channel)] == ["s-400"]
        assert len(await app.store.subscriptions(world.ministry.channel)) == 1


async def test_a_forged_button_of_the_apps_page_reaches_no_other_workspace(world: World) -> None:
    async with app_of(world, world.config()) as app:
        theirs = await subscribe(world, app, world.embassy, "s-400")
        await subscribe(world, app, world.ministry, "brahmos")
        screen = Screen(world.slack, world.ministry.user)
        await screen.look_home()
        button = screen.buttons()[-1]
        for action in ("subpause", "subend", "subedit"):
            value = f"{world.embassy.channel.address} {action}:{theirs.id}"
            await world.slack.act_in_view(screen.home, button, user=world.ministry.user, value=value)
        await screen.look_home()
        assert "s-400" not in screen.home_text().lower().replace(SIGNED.title.lower(), "")
        assert await app.store.subscriptions(world.embassy.channel) == [theirs]


async def test_what_is_kept_about_a_person_is_that_of_one_workspace(world: World) -> None:
    async with app_of(world, world.config()) as app:
        await subscribe(world, app, world.embassy, "s-400")
        told = (await world.say(world.ministry, "export")).all_text()
        assert "s-400" not in told
        direct = replace(world.ministry, room=world.slack.add_im(world.ministry.user))
        await world.say(direct, "forget")
        [kept] = await app.store.subscriptions(world.embassy.channel)
        assert kept.created_by == "slack:T0EMBASSY/U0SAME"


async def test_the_apps_page_shows_the_own_workspace_only(world: World) -> None:
    async with app_of(world, world.config()) as app:
        await subscribe(world, app, world.embassy, "s-400")
        await subscribe(world, app, world.ministry, "brahmos")
        direct = world.slack.add_im(world.ministry.user)
        opened = {"type": "app_home_opened", "user": "U0SAME", "channel": direct.id, "tab": "home"}
        await world.slack.event(opened, at=world.ministry.space)
        page = await world.slack.changed.until(lambda: world.ministry.space.views.get("home-U0SAME"), 10)
        assert page is not None
        assert "brahmos" in str(page)
        assert "s-400" not in str(page["blocks"]).lower().replace(SIGNED.title.lower(), "")
        assert world.embassy.space.views == {}


async def test_the_apps_page_of_an_organisation_shows_the_channels_of_the_workspace_at_hand(world: World) -> None:
    space = world.slack.add_workspace("T0GRID", enterprise_id="E0GRID", whole_organisation=True)
    user = world.slack.add_user("chief", at=space, is_admin=True)
    grid = House(space=space, user=user, room=world.slack.add_channel("procurement", members=[user], at=space))
    async with app_of(world, world.config(), grid) as app:
        await subscribe(world, app, grid, "s-400")
        direct = world.slack.add_im(user)
        opened = {"type": "app_home_opened", "user": user.id, "channel": direct.id, "tab": "home"}
        await world.slack.event(opened, at=space)
        page = await world.slack.changed.until(lambda: space.views.get(f"home-{user.id}"), 10)
    assert "procurement" in str(page)


async def test_a_workspace_that_leaves_takes_its_subscriptions_along_and_no_others(world: World) -> None:
    async with app_of(world, world.config()) as app:
        await subscribe(world, app, world.embassy, "s-400")
        await subscribe(world, app, world.ministry, "s-400")
        async with app.store.write() as tx:
            await tx.allow_chat(Channel.parse("slack:T0EMBASSY"), by="test", now=datetime.now(UTC))
        await world.slack.uninstall(world.embassy.space, ["app_uninstalled"])
        assert await world.slack.changed.until(lambda: True, 1)
        for _ in range(100):
            left = await app.store.subscriptions()
            if len(left) == 1:
                break
            await world.say(world.ministry, "status")
        assert [one.channel for one in left] == [world.ministry.channel]
        assert (await app.store.permissions()).allowed == frozenset()
        assert await app.store.channel_settings(world.embassy.channel) is None
        assert await app.store.channel_settings(world.ministry.channel) is not None


def spare_times() -> tuple[datetime, datetime]:
    now = datetime.now(UTC)
    return now, now.replace(year=now.year + 1)


async def test_without_the_page_it_is_said_that_slack_cannot_call(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        config = world.config(web=Web(port=taken.getsockname()[1]))
        async with running(config, tick_s=0.05, announce=lambda words: None) as app:
            assert app.page_url is None
    assert "slack cannot call us" in caplog.text
