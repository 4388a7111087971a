"""The whole as a new person meets it, in each language: every command is typed and every button is pressed, from
/start on; and what the operator has. Through the real client to the strict local Telegram server."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import App, running
from bot.commands import COMMANDS
from bot.config import Access, Config, Console, Database, ExchangeRates, FullText, OwnFeed, Polling, Telegram, Web
from bot.i18n import words_in
from bot.model import Channel
from rules import Pack
from tests.clicking import FIRST, Reader
from tests.feed_server import FeedServer, Report
from tests.servers import Chat, Message, TelegramServer

BOT = Path(__file__).resolve().parents[1] / "bot"
OUTLET = "Test Wire"
CHANNEL = "Deal Desk"
# One story each: frigate, leased submarine, Su-57, BrahMos, AK-203, Su-30MKI upgrade, T-90, Ka-226T, Pantsir.
MORE = tuple(
    Report(title=title)
    for title in (
        "Россия передала Индии второй фрегат проекта 11356",
        "Индия возьмёт в аренду российскую атомную подлодку: срок поставки 2028 год",
        "Индия и Россия подписали контракт на истребители Су-57",
        "Россия и Индия договорились о поставке ракет «БраМос»",
        "Россия поставила Индии автоматы АК-203",
        "Индия и Россия обсуждают модернизацию Су-30МКИ",
        "Россия поставит Индии танки Т-90",
        "Индия закупит у России вертолёты Ка-226Т",
        "Индия купит у России комплексы «Панцирь»",
    )
)
# What is called so in every language.
NAMES = ("Dealwire", "English", "Europe/Moscow", "Asia/Kolkata", "Europe/London", "America/New_York", "Asia/Dubai")
PLACES = ("Kolkata", "Moscow", "London", "New York", "Dubai", "Tokyo")

# What a person types, a sensible argument with each; what the operator alone may do is told so.
TYPED = {
    "help": "",
    "subscribe": "s-400 stage>=contract",
    "subscriptions": "",
    "edit": "1 s-400 OR su-57",
    "pause": "1",
    "resume": "1",
    "settings": "",
    "digest": "weekly mon 09:00",
    "quiet": "22:00-07:00",
    "score": "0.7",
    "mute": "su-57 7d",
    "unmute": "su-57",
    "language": "",
    "timezone": "Asia/Kolkata",
    "latest": "1",
    "search": "s-400",
    "deals": "",
    "deal": "s-400",
    "timeline": "s-400",
    "why": "s-400",
    "whynot": "http://news.example/none",
    "sources": "",
    "status": "",
    "export": "",
    "forget": "",
    "channel": "",
    "approve": "",
    "refuse": "1",
    "demote": "",
    "audit": "",
    "backtest": "s-400",
    "feeds": "",
    "unsubscribe": "1",
}
OPERATORS = {
    "approve": "list",
    "refuse": "telegram:4711",
    "audit": "5",
    "demote": "telegram:4712",
    "backtest": "s-400",
    "feeds": "test http://127.0.0.1:9/rss",
    "status": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything outside the application, and the one who reads."""

    feeds: FeedServer
    telegram: TelegramServer
    folder: Path
    lang: str
    pack: Pack
    reader: Reader
    operator: Reader
    wire: Chat  # a broadcast channel that the reader administers

    def person(self, name: str) -> Reader:
        return _person(self.telegram, self.lang, name, self.pack)

    def publish(self, count: int) -> str:
        """Serve the first report and so many of the others; the title of the newest."""
        reports = [*reversed(MORE[:count]), FIRST[self.lang]]
        self.feeds.publish("wire", reports, title=OUTLET)
        return reports[0].title

    @asynccontextmanager
    async def app(self) -> AsyncIterator[App]:
        telegram = Telegram(
            token=SecretStr(self.telegram.token),
            base_url=self.telegram.url,
            poll_timeout_s=1,
            messages_per_second=1000,
        )
        config = Config(
            default_feeds=False,
            database=Database(url=SecretStr(f"sqlite:///{self.folder / 'dealwire.db'}")),
            polling=Polling(
                allow_private=(self.feeds.address,), per_host_gap_s=0.0, first_read="show", interval_minutes=0.01
            ),
            feeds=(OwnFeed(url=self.feeds.url("wire"), title=OUTLET),),
            console=Console(enabled=False),
            # A burst that no operator may set: who presses all buttons does so faster than one a second.
            telegram=telegram.model_copy(update={"chat_burst": 1000}),
            access=Access(
                mode="approval",
                allowed_chats=(_channel(self.reader), Channel.parse(f"telegram:{self.wire.id}")),
                operator_chat=_channel(self.operator),
                lookups_per_minute=1000,
            ),
            web=Web(enabled=False),
            fulltext=FullText(enabled=False),
            rates=ExchangeRates(refresh=False),
        )
        async with running(config, tick_s=0.05) as app:
            yield app

    async def alert(self, title: str) -> Message:
        """The alert with this headline, in the reader's chat."""
        return await self.telegram.wait_for_message(
            self.reader.chat, lambda message: title in message.text and _action(message, "why") != ""
        )


@pytest.fixture(params=["en", "hi", "ru"])
async def world(
    request: pytest.FixtureRequest, tmp_path: Path, pack: Pack, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[World]:
    lang: str = request.param
    async with FeedServer() as feeds, TelegramServer() as telegram:
        feeds.publish("wire", [], title=OUTLET)
        reader = _person(telegram, lang, "Asha", pack)
        yield World(
            feeds=feeds,
            telegram=telegram,
            folder=tmp_path,
            lang=lang,
            pack=pack,
            reader=reader,
            wire=telegram.add_channel(CHANNEL, admins=[reader.user]),
            operator=_person(telegram, lang, "Om", pack),
        )
        assert telegram.alarms == []
        assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.long
async def test_every_command_and_every_button_answers_in_the_readers_language(world: World) -> None:
    reader = world.reader
    async with world.app() as app:
        await reader.says("/start")
        await reader.press_kind("sub:all")
        await reader.press_kind("settings:menu")
        card = await world.alert(world.publish(0))
        await _until_known(app)
        for action in ("why", "timeline", "relevant", "irrelevant", "mute"):
            await reader.press(card, _action(card, action))
        await reader.press_kind("unmute:*")
        for name, args in TYPED.items():
            await reader.says(f"/{name} {args}".strip())
        await reader.says("/why", reply_to=card)
        await reader.says("/чушь")
        await reader.says("good morning")
        await _plain(reader)
        published = 0
        for how in ("skip", "digest", "replay"):  # what came while all was paused
            await reader.says("/pause")
            published += 1
            world.publish(published)
            await _until_waiting(app, reader)
            await reader.says("/resume")
            await reader.press_kind(f"subresume:*:{how}")
        await reader.says("/settings")
        await reader.press_kind("set:rings")
        await reader.press_kind("set:rings:1")
        world.publish(published + 2)  # the second one joins a message that tells of those beyond the first
        await world.telegram.wait_for_message(reader.chat, lambda message: _action(message, "settings:rings") != "")
        await reader.says("/language " + world.lang)
        await reader.says(f"/channel 1 language {world.lang}")
        await reader.says("/channel 1 score 0.7")
        await reader.press_all(
            "/channel", "/settings", "/subscriptions", "/latest 1", "/start", "/subscribe s-400 OR su-57"
        )
        assert _kinds() - {kind.partition(":")[0] for kind in reader.pressed} == OPERATORS_BUTTONS | SLACKS_BUTTONS
    assert "\n".join(reader.english) == ""


async def test_the_operator_is_asked_and_decides_by_buttons(world: World) -> None:
    reader, operator = world.reader, world.operator
    async with world.app() as app:
        await operator.says(f"/language {world.lang}")
        for stranger, choice in ((world.person("Ravi"), "approve:*"), (world.person("Rita"), "refuse:*")):
            await stranger.says("/start")
            await world.telegram.wait_for_message(operator.chat, partial(_names, stranger.user.first_name))
            await operator.says("/approve")
            await operator.press_kind(choice)
            await world.telegram.wait_for_messages(stranger.chat, 2)
            await stranger.says("/help")
            assert "\n".join(stranger.english) == ""
        await reader.says("/subscribe all")
        card = await world.alert(world.publish(0))
        await _until_known(app)
        corrected = words_in(world.lang).say("CORRECTED")
        for command, choice in (("correct", "leave:*"), ("correct", "amend:*"), ("retract", "amend:*")):
            asked = len(world.telegram.messages(operator.chat))
            await reader.says(f"/{command} 42", reply_to=card)
            await world.telegram.wait_for_messages(operator.chat, asked + 1)
            await operator.press_kind(choice)
            if choice == "amend:*":
                assert operator.messages()[-1].text.startswith(corrected)
        await reader.says("/why", reply_to=card)
        await reader.says("/latest")
        told = await world.telegram.wait_for_message(
            reader.chat, lambda message: message.reply_to == card.message_id and message.text.count("\n") == 3
        )
        assert told.text.startswith(corrected)
        for name, args in OPERATORS.items():
            await operator.says(f"/{name} {args}".strip())
        assert {"approve:*", "refuse:*", "leave:*", "amend:*"} <= operator.pressed
    assert "\n".join([*reader.english, *operator.english]) == ""


def test_every_command_is_typed() -> None:
    assert {*TYPED, "start", "correct", "retract"} == set(COMMANDS)


OPERATORS_BUTTONS = {"approve", "refuse", "amend", "leave"}
SLACKS_BUTTONS = {"who"}  # those that only its App Home and messages have


def _kinds() -> set[str]:
    """What the actions of all buttons begin with, read from the code that makes them."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in BOT.rglob("*.py"))
    return set(re.findall(r'(?:action=f?|CONFIRM = |_choice\(.*f?)"([a-z]+):', code)) | {"set"}


def _person(telegram: TelegramServer, lang: str, name: str, pack: Pack) -> Reader:
    reports: Sequence[Report] = (*FIRST.values(), *MORE)
    names = (*NAMES, *PLACES, OUTLET, CHANNEL, "Ravi", "Asha", "Rita", *map(pack.name, pack.concepts), pack.title)
    return Reader(
        telegram,
        telegram.add_user(name, language=lang),
        names=(*names, *(report.title for report in reports)),
        programmes=pack.programmes,
    )


def _channel(person: Reader) -> Channel:
    return Channel.parse(f"telegram:{person.chat.id}")


def _action(message: Message, beginning: str) -> str:
    """The action of the message's button that begins so; "" for none."""
    actions = (str(button["callback_data"]) for button in message.buttons())
    return next((action for action in actions if action.startswith(beginning)), "")


def _names(name: str, message: Message) -> bool:
    return name in message.text


async def _plain(reader: Reader) -> None:
    """One subscription, to all alerts, and each comes at once."""
    for command in ("/digest off", "/quiet off", "/unmute all", "/unsubscribe all", "/subscribe all"):
        await reader.says(command)


async def _until_waiting(app: App, reader: Reader) -> None:
    async with asyncio.timeout(10):
        while not await app.store.waiting(_channel(reader)):  # noqa: ASYNC110 - another task changes the database
            await asyncio.sleep(0.02)


async def _until_known(app: App) -> None:
    """Until the receipts are stored, by which an alert is known that somebody replies to."""
    async with asyncio.timeout(10):
        while (await app.store.status()).queued:  # noqa: ASYNC110 - another task changes the database
            await asyncio.sleep(0.02)
