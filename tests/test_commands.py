"""What the commands answer, on a real store of each database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from bot.access import Access
from bot.commands import COMMANDS, Commands
from bot.model import Channel, Command, Delivery, Receipt, Reply, Subscription, new_id
from bot.storage import Sent, Store
from rules import Pack
from tests.archive_samples import FEED, archive

NOW = datetime(2026, 11, 20, 8, 32, tzinfo=UTC)
CHAT = Channel.parse("telegram:-100500")
HEADLINES = (
    "India and Russia sign contract for five more S-400 squadrons",
    "Россия передала Индии второй фрегат проекта 11356",  # "Russia handed over to India the second frigate …"
    "Talks on Su-30MKI upgrade with Russia at an advanced stage",
)


@pytest.fixture
async def commands(store: Store, pack: Pack) -> Commands:
    await store.sync_feeds([FEED], lambda feed: NOW, NOW)
    moments = (NOW + timedelta(seconds=n) for n in count())
    return Commands(store=store, pack=pack, access=Access.of([CHAT], None), clock=lambda: next(moments))


async def say(
    commands: Commands,
    text: str,
    *,
    channel: Channel = CHAT,
    manager: bool = True,
    private: bool = False,
    reply_to: str | None = None,
) -> str:
    name, _, args = text.partition(" ")
    reply = await commands.handle(
        Command(
            name=name,
            args=args,
            channel=channel,
            user="telegram:7",
            private=private,
            manager=manager,
            reply_to=reply_to,
        )
    )
    assert reply is not None
    return words(reply)


def words(reply: Reply) -> str:
    rows = ["".join(run.text for run in line) for line in reply.lines]
    return "\n".join([*rows, *(card.headline for card in reply.cards)])


async def test_help_lists_every_command(commands: Commands) -> None:
    answer = await say(commands, "help")
    assert all(f"/{name}" in answer for name in COMMANDS)


async def test_latest_shows_the_newest_first(commands: Commands, store: Store, pack: Pack) -> None:
    for minute, headline in enumerate(HEADLINES):
        await archive(store, pack, headline, NOW + timedelta(minutes=minute))
    answer = await say(commands, "latest 2")
    assert answer.index(HEADLINES[2]) < answer.index(HEADLINES[1])
    assert HEADLINES[0] not in answer
    assert HEADLINES[0] in await say(commands, "latest 5 s-400")


async def test_latest_with_nothing_archived_says_what_comes(commands: Commands) -> None:
    assert "No alerts yet" in await say(commands, "latest")


async def test_search_finds_inflections_spellings_and_families(commands: Commands, store: Store, pack: Pack) -> None:
    for headline in HEADLINES:
        await archive(store, pack, headline, NOW)
    await archive(store, pack, "Индия и Россия обсудили модернизацию истребителей Су-30МКИ", NOW)  # … Su-30MKI upgrade
    assert HEADLINES[0] in await say(commands, "search s400")
    assert HEADLINES[0] in await say(commands, "search squadron")
    assert HEADLINES[1] in await say(commands, "search фрегаты")  # frigates, plural
    found = await say(commands, "search sukhoi")
    assert "Су-30МКИ" in found
    assert HEADLINES[2] in found
    assert "No alert matches" in await say(commands, "search submarine")
    assert "Search for what" in await say(commands, "search")


async def test_why_explains_the_alert_it_replies_to(commands: Commands, store: Store, pack: Pack) -> None:
    alert = await archive(store, pack, HEADLINES[0], NOW)
    await archive(store, pack, HEADLINES[2], NOW)
    delivery = Delivery(id=new_id(NOW), alert_id=alert.id, channel=CHAT, due_at=NOW)
    async with store.write() as tx:
        await tx.add_deliveries([delivery])
    await store.record([Sent(delivery=delivery, receipt=Receipt(message_id="17"), at=NOW)])
    await store.add_subscription(
        Subscription(id="s", channel=CHAT, filter="s-400", created_at=NOW, created_by="telegram:7")
    )
    answer = await say(commands, "why", reply_to="17")
    assert HEADLINES[0] in answer
    assert "Sample Wire" in answer
    assert "S-400" in answer.split("Reasons:")[1]
    assert "matches: s-400" in answer


async def test_why_without_a_reply_explains_the_last_one_sent_here(
    commands: Commands, store: Store, pack: Pack
) -> None:
    assert "Which alert?" in await say(commands, "why")
    alert = await archive(store, pack, HEADLINES[0], NOW)
    delivery = Delivery(id=new_id(NOW), alert_id=alert.id, channel=CHAT, due_at=NOW)
    async with store.write() as tx:
        await tx.add_deliveries([delivery])
    await store.record([Sent(delivery=delivery, receipt=Receipt(message_id="17"), at=NOW)])
    assert HEADLINES[0] in await say(commands, "why")
    assert HEADLINES[0] in await say(commands, "why s-400 squadrons")
    assert "Which alert?" in await say(commands, "why", reply_to="9999")


async def test_status_counts_what_is_there(commands: Commands, store: Store, pack: Pack) -> None:
    await archive(store, pack, HEADLINES[0], NOW)
    answer = await say(commands, "status")
    assert "Feeds: 1, failing: 0" in answer
    assert "alerts: 1" in answer
    assert "Last send: never" in answer


async def test_an_unknown_command_gets_the_nearest_one(commands: Commands) -> None:
    answer = await say(commands, "lastest")
    assert "Unknown command: lastest" in answer
    assert "/latest" in answer


async def test_commands_are_written_as_the_platform_writes_them(store: Store, pack: Pack) -> None:
    channel = Channel.parse("slack:C1")
    commands = Commands(store=store, pack=pack, access=Access.of([channel], None), clock=lambda: NOW)
    assert "/dealwire subscribe" in await say(commands, "help", channel=channel)


async def test_search_takes_the_whole_filter_language(commands: Commands, store: Store, pack: Pack) -> None:
    for headline in HEADLINES:
        await archive(store, pack, headline, NOW)
    found = await say(commands, "search stage>=contract -s400")
    assert HEADLINES[1] in found
    assert HEADLINES[0] not in found
    assert HEADLINES[2] not in found
    assert HEADLINES[2] in await say(commands, "latest 5 stage&lt;contract")  # as Slack sends it
    answer = await say(commands, "search stage>=contrct")
    assert "at character 8" in answer
    assert "Did you mean contract?" in answer
