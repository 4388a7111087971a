"""Slack at its limits, by the real outbox, delivery and adapter against the strict local server: how much of many
workspaces' allowances is used, what random refusals and refreshes do, and how soon commands are acknowledged while
alerts go out and the archive is searched.

The limits stand on the server's own clock, in real time: never more than 300 posts in any 60 seconds in a workspace,
one a second in a channel with a burst of three. 200 alerts to twenty channels of a workspace take 13 minutes at
that pace; the first four of them are measured, as the later ones are like them.
"""

from __future__ import annotations

import asyncio
import logging
import random
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles

from cryptography.fernet import Fernet
from pydantic import SecretStr
from slack_sdk.oauth.installation_store import Installation

from bot.adapters.oauth_app import OAuthApp
from bot.adapters.slack import SlackAdapter
from bot.adapters.slack.installations import Installations
from bot.adapters.slack.sealing import Seal
from bot.app import App, running
from bot.config import Access, Config, Console, Database, Slack, Web
from bot.deliver import Deliver, post_of
from bot.model import Channel, Delivery, Post, new_ids
from bot.storage import Claim, Store
from rules import load_pack
from tests.adapters.recorder import Recorder
from tests.archive_samples import FEED, archive
from tests.benchmarks.slack_server import Remote, Report, Team, slack_apart
from tests.servers import Faults, SlackChannel, SlackFlood, SlackServer, SlackUser
from tests.storage.samples import NOW, add_alerts, alert, card

TEAMS, FEW_TEAMS, CHANNELS, ALERTS = 50, 10, 20, 200
PER_MINUTE = 300
WARM_S, MEASURED_S = 70.0, 180.0
REFRESH_S = 5.0
ARCHIVED = 1_000
QUESTIONS = 300

KEY = Fernet.generate_key().decode()
CLIENT = "1111.2222"


async def measure() -> Sequence[str]:
    """About fifteen minutes, most of them at Slack's own pace."""
    logging.disable(logging.WARNING)  # each message that waits is a line
    try:
        return [
            *await allowance(FEW_TEAMS),
            *await allowance(TEAMS),
            *await refusals(),
            *await refreshes(),
            *await acknowledgements(),
        ]
    finally:
        logging.disable(logging.NOTSET)


# --- many workspaces ---


@asynccontextmanager
async def sending(slack: Remote) -> AsyncIterator[tuple[Store, Deliver]]:
    """The bot's sending side, running, with the app installed in all workspaces."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        store = await stack.enter_async_context(Store.open(f"sqlite:///{folder / 'sending.db'}"))
        await _install(store, slack.teams)
        adapter = SlackAdapter(oauth=_app(store), base_url=slack.base_url)
        await adapter.start(None)
        stack.push_async_callback(adapter.stop)
        deliver = await stack.enter_async_context(delivering(store, adapter))
        yield store, deliver


@asynccontextmanager
async def delivering(store: Store, adapter: SlackAdapter) -> AsyncIterator[Deliver]:
    deliver = Deliver(
        store=store,
        adapters={"slack": adapter},
        compose=_composed,
        clock=lambda: datetime.now(UTC),
        random=random.Random(1),
        owner="benchmark",
        lease_s=120,
        concurrency=256,  # as delivered
        give_up_after=timedelta(days=365 * 100),  # the samples' alerts are old
    )
    tasks = [asyncio.create_task(deliver.run()), asyncio.create_task(_ticking(deliver))]
    try:
        yield deliver
    finally:
        await deliver.finish()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def queue(store: Store, alerts: int, channels: Sequence[Channel]) -> None:
    """So many stories for all channels."""
    names = [f"story {number:03}" for number in range(alerts)]
    await add_alerts(store, *(replace(alert(name), card=card(name), importance="normal") for name in names))
    for name in names:
        async with store.write() as tx:
            await tx.add_deliveries(
                [
                    Delivery(id=made, alert_id=name, channel=channel, due_at=NOW)
                    for made, channel in zip(new_ids(datetime.now(UTC), len(channels)), channels, strict=True)
                ]
            )


async def allowance(teams: int) -> Sequence[str]:
    """In so many workspaces. Ten show what the pace itself does where the machine is too busy for fifty."""
    flood = SlackFlood(per_workspace_min=PER_MINUTE)
    async with slack_apart(teams=teams, channels=CHANNELS, flood=flood) as slack, sending(slack) as (store, deliver):
        await queue(store, ALERTS, channels_of(slack))
        began = time.monotonic()
        deliver.wake()
        await asyncio.sleep(WARM_S + MEASURED_S + 1)
        report = await slack.report()
    start, end = began + WARM_S, began + WARM_S + MEASURED_S
    used = [sum(start <= at < end for at in moments) for moments in report.passed.values()]
    allowed = PER_MINUTE * MEASURED_S / 60
    return [
        f"{teams * CHANNELS} channels in {teams} workspaces, {ALERTS} alerts queued, {MEASURED_S:.0f} s measured after "
        f"{WARM_S:.0f}: {report.refused} of {report.accepted + report.refused} requests answered 429, "
        f"{sum(used) / (teams * allowed):.1%} of {PER_MINUTE} a minute used (the least in a workspace "
        f"{min(used) / allowed:.1%}), {sum(used) / MEASURED_S:.0f} posts a second in all; "
        f"alarms {len(report.alarms)}, twice {repeated(report)}, out of order {disordered(report)}"
    ]


async def refusals() -> Sequence[str]:
    faults = Faults(seed=7, rate_429=0.05, retry_after_s=3, rate_5xx=0.02, rate_drop_after=0.01)
    flood = SlackFlood(per_workspace_min=PER_MINUTE)
    alerts = 6
    wanted = TEAMS * CHANNELS * alerts
    async with (
        slack_apart(teams=TEAMS, channels=CHANNELS, flood=flood, faults=faults) as slack,
        sending(slack) as (store, deliver),
    ):
        await queue(store, alerts, channels_of(slack))
        began = time.monotonic()
        deliver.wake()
        while (await store.outbox_counts()).queued and time.monotonic() - began < 240:  # noqa: ASYNC110
            await asyncio.sleep(1)
        took, counts, report = time.monotonic() - began, await store.outbox_counts(), await slack.report()
    return [
        f"{wanted} messages with 5 % 429, 2 % 5xx, 1 % accepted and the connection dropped: {dict(report.injected)}; "
        f"lost {wanted - told(report)}, twice {repeated(report)} (receipts dropped: {report.lost_receipts}), out of "
        f"order {disordered(report)}, sent before a Retry-After was over {report.early}, dead {counts.dead}, counted "
        f"as possibly twice {counts.possible_duplicates}; {took:.0f} s, alarms {len(report.alarms)}"
    ]


def channels_of(slack: Remote) -> list[Channel]:
    return [
        Channel(platform="slack", address=f"{team.id}/{channel}") for team in slack.teams for channel in team.channels
    ]


def told(report: Report) -> int:
    """Different stories that arrived, over all channels."""
    return sum(len(set(stories)) for stories in report.stories.values())


def repeated(report: Report) -> int:
    return sum(times - 1 for stories in report.stories.values() for times in Counter(stories).values())


def disordered(report: Report) -> int:
    """Channels whose stories did not come in their order."""
    return sum(list(stories) != sorted(stories) for stories in report.stories.values())


def _app(store: Store) -> OAuthApp:
    return OAuthApp(
        client_id=CLIENT,
        client_secret="secret",
        signing_secret="secret",
        token_keys=(KEY,),
        public_url="https://bot.example.org",
        writing=store.engine(writes=True),
        reading=store.engine(writes=False),
        clock=lambda: datetime.now(UTC),
    )


async def _install(store: Store, teams: Sequence[Team]) -> None:
    kept = Installations(
        CLIENT, writing=store.engine(writes=True), reading=store.engine(writes=False), seal=Seal((KEY,))
    )
    for team in teams:
        await kept.async_save(
            Installation(
                app_id="A0DEALWIRE",
                team_id=team.id,
                team_name=team.id,
                bot_token=team.token,
                bot_id="B0DEALBOT",
                bot_user_id="U0DEALBOT",
                user_id="U0ADMIN",
            )
        )


async def _composed(claim: Claim) -> Post:
    return post_of(claim.alert)


async def _ticking(deliver: Deliver) -> None:
    while True:
        await asyncio.sleep(1)
        await deliver.tick()


# --- one workspace over Socket Mode ---


async def refreshes() -> Sequence[str]:
    """Alerts out and events in while the connection is refreshed, and everything is delivered twice."""
    faults = Faults(seed=11, rate_429=0.05, retry_after_s=3, rate_5xx=0.02, rate_drop_after=0.01)
    flood = SlackFlood(per_workspace_min=PER_MINUTE)
    alerts = 15
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(SlackServer(flood=flood))
        user = server.add_user()
        rooms = [server.add_channel(f"desk-{number}", members=[user]) for number in range(CHANNELS)]
        recorder = Recorder(lambda command: None)
        adapter = SlackAdapter(server.bot_token, server.app_token, base_url=server.base_url)
        await adapter.start(recorder.handlers)
        stack.push_async_callback(adapter.stop)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        store = await stack.enter_async_context(Store.open(f"sqlite:///{folder / 'socket.db'}"))
        deliver = await stack.enter_async_context(delivering(store, adapter))
        server.faults = faults
        await queue(store, alerts, [Channel(platform="slack", address=room.id) for room in rooms])
        began = time.monotonic()
        deliver.wake()
        refreshing = asyncio.create_task(_refreshing(server))
        said, redelivered = 0, 0
        while (await store.outbox_counts()).queued and time.monotonic() - began < 180:
            redelivered += await _say(server, rooms[said % CHANNELS], user, f"ask {said}")
            said += 1
            await asyncio.sleep(0.05)
        refreshing.cancel()
        await asyncio.gather(refreshing, return_exceptions=True)
        await asyncio.sleep(1)
        counts = await store.outbox_counts()
        arrived = [[one.text for one in server.messages(room) if "story" in one.text] for room in rooms]
        handled = Counter(command.args for command in recorder.commands)
        lost_receipts, refreshed, alarms = server.lost_receipts, server.socket.connected_in_all - 1, len(server.alarms)
    different = sum(len(set(texts)) for texts in arrived)
    twice = sum(len(texts) for texts in arrived) - different
    return [
        f"one workspace, refreshed {refreshed} times ({REFRESH_S:.0f} s apart), the same faults: {CHANNELS * alerts} "
        f"alerts, lost {CHANNELS * alerts - different}, twice {twice} (receipts dropped: {lost_receipts}), dead "
        f"{counts.dead}; {said} events sent twice each and again until acknowledged ({redelivered} times), handled "
        f"once {sum(times == 1 for times in handled.values())}, never {said - len(handled)}, more often "
        f"{sum(times > 1 for times in handled.values())}; alarms {alarms}"
    ]


async def _refreshing(server: SlackServer) -> None:
    while True:
        await asyncio.sleep(REFRESH_S)
        await server.disconnect("refresh_requested")


async def _say(server: SlackServer, room: SlackChannel, user: SlackUser, words: str) -> int:
    """A mention, repeated as Slack does until it is acknowledged; how often it was."""
    said = {"type": "app_mention", "channel": room.id, "user": user.id, "ts": server.workspace.new_ts()}
    event_id = None
    for retry in range(20):
        done = await server.event(
            {**said, "text": f"<@{server.bot.id}> {words}"}, event_id=event_id, retry=retry, copies=2, wait_s=1.0
        )
        if done.acked:
            return retry
        event_id = done.event_id
    return 20


async def acknowledgements() -> Sequence[str]:
    """The whole application: 200 alerts due in each of twenty channels, a thousand in the archive, people searching."""
    pack = load_pack("india_russia")
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(SlackServer(flood=SlackFlood(per_workspace_min=PER_MINUTE)))
        user = server.add_user()
        rooms = [server.add_channel(f"desk-{number}", members=[user]) for number in range(CHANNELS)]
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        config = _config(folder, server, rooms)
        async with Store.open(config.database.url.get_secret_value()) as store:
            await store.sync_feeds([FEED], lambda _: NOW + timedelta(days=10_000), NOW)
            for number in range(ARCHIVED):
                units = f"{number + 2} more S-400 squadrons"
                at = datetime.now(UTC) - timedelta(minutes=number)
                await archive(store, pack, f"India and Russia sign contract for {units}", at)
            await queue(store, ALERTS, [Channel(platform="slack", address=room.id) for room in rooms])
        app: App = await stack.enter_async_context(running(config, feeds=(), announce=lambda words: None))
        app.deliver.wake()
        await asyncio.sleep(2)
        began = time.monotonic()
        results = []
        for number in range(QUESTIONS):
            asked = server.slash(text=f"search s-400 {number % 50 + 2}", user=user, channel=rooms[number % CHANNELS])
            results.append(asyncio.create_task(asked))
            await asyncio.sleep(0.2)
        answers = await asyncio.gather(*results)
        took = time.monotonic() - began
        posts = sum(began <= at < began + took for at in next(iter((server.flood or SlackFlood()).passed.values())))
        refused = sum(one.status == 429 for one in server.requests("chat.postMessage"))
        alarms = len(server.alarms)
    acks = sorted(answer.ack_ms for answer in answers if answer.ack_ms is not None)
    found = sum("S-400" in answer.all_text() for answer in answers)
    cuts = quantiles(acks, n=100)
    return [
        f"{len(acks)} of {QUESTIONS} searches of {ARCHIVED + ALERTS} alerts acknowledged while {posts} alerts left in "
        f"{took:.0f} s: median {cuts[49]:.0f} ms, p99 {cuts[98]:.0f} ms, longest {acks[-1]:.0f} ms; answered with "
        f"alerts {found}; 429 {refused}, alarms {alarms}"
    ]


def _config(folder: Path, server: SlackServer, rooms: Sequence[SlackChannel]) -> Config:
    return Config(
        default_feeds=False,
        database=Database(url=SecretStr(f"sqlite:///{folder / 'dealwire.db'}")),
        console=Console(enabled=False),
        slack=Slack(
            bot_token=SecretStr(server.bot_token), app_token=SecretStr(server.app_token), base_url=server.base_url
        ),
        access=Access(
            allowed_chats=tuple(Channel(platform="slack", address=room.id) for room in rooms), lookups_per_minute=1000
        ),
        web=Web(enabled=False),
    )
