"""Sending by the real delivery, store and Telegram adapter against the strict local server with Telegram's limits:
how much of the allowance is used, when a flash alert is everywhere, what random refusals do, and the bare speed.

The limits of the server here are a sliding window on its own clock: never more than 30 messages in any one second.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.adapters import Limit, telegram_adapter
from bot.adapters.telegram import TelegramAdapter
from bot.adapters.telegram.format import post_html
from bot.deliver import Deliver, post_of
from bot.model import Card, Channel, Delivery, Importance, Post, RetryLater, new_ids
from bot.ports import Adapter
from bot.storage import Claim, Store
from tests.adapters.hand_clock import HandClock
from tests.servers import Chat, Faults, TelegramFlood, TelegramServer
from tests.storage.samples import NOW, add_alerts, alert, card

CHATS = 5_000
STORIES = 10
MEASURED_S = 120.0
FLASH_AFTER_S = 5.0
IN_FLIGHT = 64
MESSAGES = 4_000  # of each measurement without limits


async def measure() -> Sequence[str]:
    """About eight minutes, most of them at Telegram's own pace."""
    return [*await _allowance(), *await _refusals(), *await _speed()]


# --- with Telegram's limits ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Everything that runs in one measurement."""

    server: TelegramServer
    store: Store
    adapter: Adapter
    deliver: Deliver
    chats: tuple[Chat, ...]

    @property
    def passed(self) -> list[float]:
        """When the server took each message, edits too, in seconds of its clock."""
        assert self.server.world.flood is not None
        return list(self.server.world.flood.passed)

    def refused(self) -> int:
        writing = ("sendMessage", "editMessageText")
        return sum(one.status == 429 for one in self.server.log if one.method in writing)

    def flashed(self) -> dict[int, float]:
        """When each chat got the flash alert."""
        return {
            chat.id: message.sent_at
            for chat in self.chats
            for message in self.server.messages(chat)
            if "flash" in message.text
        }

    async def queue(self, headline: str, importance: Importance, *, only: int | None = None) -> None:
        """A story for all chats, or for the first `only` of them."""
        shown = Card(**{**_fields(card()), "headline": headline, "version": 1})
        name = headline.replace(" ", "-")
        await add_alerts(self.store, replace(alert(name), importance=importance, card=shown))
        chats = self.chats[:only]
        now = datetime.now(UTC)
        async with self.store.write() as tx:
            await tx.add_deliveries(
                [
                    Delivery(id=made, alert_id=name, channel=_channel(chat), due_at=NOW)
                    for made, chat in zip(new_ids(now, len(chats)), chats, strict=True)
                ]
            )
        self.deliver.wake()


@asynccontextmanager
async def round_of(chats: int, *, faults: Faults | None = None, hand: HandClock | None = None) -> AsyncIterator[Round]:
    """Server, store, adapter and delivery, running; every tenth chat is a group. `hand`: a test moves time."""
    flood = TelegramFlood(strict=True, clock=hand or time.monotonic)
    async with TelegramServer(flood=flood) as server:
        rooms = tuple(
            server.add_supergroup(f"Desk {number}") if number % 10 == 0 else server.add_private(server.add_user())
            for number in range(chats)
        )
        if faults is not None:
            server.faults = faults
        moved: dict[str, Any] = {"monotonic": hand, "sleep": hand.sleep} if hand else {}
        adapter = TelegramAdapter(server.token, base_url=server.url, **moved)
        await adapter.start(None)
        with tempfile.TemporaryDirectory() as folder:
            async with Store.open(f"sqlite:///{Path(folder) / 'sending.db'}") as store:
                deliver = Deliver(
                    store=store,
                    adapters={"telegram": adapter},
                    compose=_composed,
                    clock=(lambda: NOW + timedelta(seconds=hand())) if hand else lambda: datetime.now(UTC),
                    random=random.Random(1),
                    owner="benchmark",
                    lease_s=120,
                    concurrency=256,
                    give_up_after=timedelta(days=365 * 100),  # the samples' alerts are old
                )
                running = [asyncio.create_task(deliver.run()), asyncio.create_task(_ticking(deliver))]
                try:
                    yield Round(server=server, store=store, adapter=adapter, deliver=deliver, chats=rooms)
                finally:
                    await deliver.finish()
                    for task in running:
                        task.cancel()
                    await asyncio.gather(*running, return_exceptions=True)
                    await adapter.stop()


async def edit_what_was_sent(the: Round, *, at_once: int = 8) -> None:
    """Edits without end, of messages that were sent, as later sources bring them; real time."""

    async def one(start: int) -> None:
        version = 1
        while True:
            version += 1
            for chat in the.chats[start::at_once]:
                for message in the.server.messages(chat)[:1]:
                    shown = replace(card("edited"), version=version)
                    result = await the.adapter.edit(_channel(chat), str(message.message_id), Post(card=shown))
                    if isinstance(result, RetryLater):
                        await asyncio.sleep(result.after_s or 1)
            await asyncio.sleep(0.1)

    async with asyncio.TaskGroup() as tasks:
        for start in range(at_once):
            tasks.create_task(one(start))


async def _allowance() -> Sequence[str]:
    async with round_of(CHATS) as the:
        for number in range(STORIES):
            await the.queue(f"story {number:02}", "normal")
        editing = asyncio.create_task(edit_what_was_sent(the))
        began = the.passed[0] if the.passed else time.monotonic()
        await asyncio.sleep(FLASH_AFTER_S)
        due = time.monotonic()
        await the.queue("flash", "flash")
        left, read = CHATS, 0
        while left and time.monotonic() - due < 200:
            await asyncio.sleep(0.5)
            fresh = the.server.log[read:]  # only these: looking at every chat would disturb what is measured
            read += len(fresh)
            left -= sum("flash" in one.args.get("text", "") and one.status == 200 for one in fresh)
        flashed = the.flashed()
        editing.cancel()
        await asyncio.gather(editing, return_exceptions=True)
        passed, refused = the.passed, the.refused()
    warm = [at for at in passed if began + 1 <= at < began + 1 + MEASURED_S]
    last = max(flashed.values()) - due if len(flashed) == CHATS else float("inf")
    return [
        f"{CHATS} chats, limits as published: {refused} requests refused of {len(passed)}; "
        f"{len(warm) / (30 * MEASURED_S):.2%} of 30 a second used over {MEASURED_S:.0f} s; "
        f"most in any one second {most_in_a_second(passed)}",
        f"a flash alert among {STORIES} stories with edits: in every chat after {last:.1f} s "
        f"(the floor is {CHATS / 30:.0f})",
    ]


async def _refusals() -> Sequence[str]:
    faults = Faults(seed=5, rate_429=0.05, retry_after_s=3)
    async with round_of(600, faults=faults) as the:
        for number in range(3):
            await the.queue(f"story {number:02}", "normal")
        began = time.monotonic()
        while len(the.passed) < 1_800 and time.monotonic() - began < 150:  # noqa: ASYNC110
            await asyncio.sleep(0.5)
        took = time.monotonic() - began
        return [
            f"5 % random 429: {faults.injected['429']} injected, {early(the)} sent early, "
            f"lost {1_800 - told(the)}, twice {repeated(the)}, out of order {disordered(the)}; "
            f"{len(the.passed) / took:.1f} a second"
        ]


def most_in_a_second(moments: Sequence[float]) -> int:
    """The fullest sliding window of one second."""
    most = start = 0
    for end, at in enumerate(moments):
        while at - moments[start] >= 1.0:
            start += 1
        most = max(most, end - start + 1)
    return most


def early(the: Round) -> int:
    """Requests for a chat that came before the seconds of its 429 were over."""
    held: dict[object, float] = {}
    count = 0
    for one in the.server.requests("sendMessage"):
        count += one.at < held.get(one.args["chat_id"], 0.0)
        if one.status == 429:
            held[one.args["chat_id"]] = one.at + the.server.faults.retry_after_s
    return count


def told(the: Round) -> int:
    """Different stories that arrived, over all chats."""
    return sum(len(set(_stories(the, chat))) for chat in the.chats)


def repeated(the: Round) -> int:
    return sum(count - 1 for chat in the.chats for count in Counter(_stories(the, chat)).values())


def disordered(the: Round) -> int:
    """Chats whose stories did not come in their order."""
    return sum(_stories(the, chat) != sorted(_stories(the, chat)) for chat in the.chats)


def _stories(the: Round, chat: Chat) -> list[str]:
    return [word for message in the.server.messages(chat) for word in message.text.split("\n") if "story" in word]


async def _composed(claim: Claim) -> Post:
    return post_of(claim.alert)


async def _ticking(deliver: Deliver) -> None:
    while True:
        await asyncio.sleep(1)
        await deliver.tick()


def _channel(chat: Chat) -> Channel:
    return Channel(platform="telegram", address=str(chat.id))


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


# --- without limits ---


async def _speed() -> Sequence[str]:
    """Three clients in turn against one small server in a process of its own."""
    told_port: multiprocessing.Queue[int] = multiprocessing.get_context("spawn").Queue()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(told_port,), daemon=True)
    server.start()
    try:
        url = f"http://127.0.0.1:{await asyncio.to_thread(told_port.get, True, 30)}"
        rates = {name: [0.0, 0.0] for name in ("bare", "ours", "default")}
        for turn in range(2):
            rates["bare"][turn] = await _bare(url)
            rates["ours"][turn] = await _ours(url)
            rates["default"][turn] = await _default(url)
    finally:
        server.terminate()
    bare, ours, default = (max(rates[name]) for name in ("bare", "ours", "default"))
    return [
        f"no limits, {IN_FLIGHT} in flight: bare aiohttp {bare:.0f} a second, the adapter {ours:.0f} "
        f"({ours / bare:.0%}), python-telegram-bot's own backend {default:.0f} "
        f"(the adapter {ours / default:.1f} times)"
    ]


TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


async def _bare(url: str) -> float:
    body = {
        "chat_id": "1000",
        "text": "x" * 400,
        "parse_mode": "HTML",
        "link_preview_options": '{"is_disabled":true}',
    }
    connector = aiohttp.TCPConnector(limit=IN_FLIGHT)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def one(number: int) -> None:
            async with session.post(f"{url}/bot{TOKEN}/sendMessage", json=body) as response:
                await response.json()

        return await _rate(one)


async def _ours(url: str) -> float:
    free = Limit(count=10**9, per_s=0.001)
    adapter = telegram_adapter(TOKEN, base_url=url, overall=free, per_chat=free, per_group=free)
    await adapter.start(None)
    shown = post_of(alert())
    try:

        async def one(number: int) -> None:
            await adapter.send(Channel(platform="telegram", address=str(1000 + number)), shown)

        return await _rate(one)
    finally:
        await adapter.stop()


async def _default(url: str) -> float:
    (text,) = post_html(post_of(alert()))
    request = HTTPXRequest(connection_pool_size=IN_FLIGHT, pool_timeout=60)
    async with Bot(TOKEN, base_url=f"{url}/bot", request=request) as bot:

        async def one(number: int) -> None:
            await bot.send_message(1000 + number, text, parse_mode="HTML")

        return await _rate(one, messages=MESSAGES // 4)


async def _rate(one: Any, messages: int = MESSAGES) -> float:
    """Calls a second of `one`, `IN_FLIGHT` at a time."""
    numbers = iter(range(messages))

    async def worker() -> None:
        for number in numbers:
            await one(number)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(IN_FLIGHT):
            tasks.create_task(worker())
    return messages / (time.perf_counter() - began)


def _serve(told_port: multiprocessing.Queue[int]) -> None:
    chat = '{"id":1000,"type":"private","first_name":"Asha"}'
    me = '{"id":110201543,"is_bot":true,"first_name":"Dealwire","username":"dealwire_bot"}'
    sent = f'{{"ok":true,"result":{{"message_id":1,"date":1,"chat":{chat},"from":{me},"text":"x"}}}}'.encode()
    known = f'{{"ok":true,"result":{me}}}'.encode()

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        body = known if request.path.endswith("getMe") else sent
        return web.Response(body=body, content_type="application/json")

    async def serve() -> None:
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        told_port.put(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(serve())
