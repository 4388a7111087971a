"""/export shows what is kept about a person, /forget ends it; on each database."""

from __future__ import annotations

import json

import pytest

from bot.model import Channel, Delivery, Reply, new_id
from bot.storage import Store
from rules import Pack
from tests.archive_samples import FEED, archive
from tests.people import GROUP, NOW, OPERATOR, House, words

ME = "telegram:7"
MINE = Channel.parse(ME)


@pytest.fixture
async def house(store: Store, pack: Pack) -> House:
    """I asked for access, was let in, and subscribed in private and in a group."""
    await store.sync_feeds([FEED], lambda feed: NOW, NOW)
    made = House(store=store, pack=pack)
    await made.claim()
    await made.say("start", who=ME, called="Asha Rao")
    await made.say("approve 1", who=OPERATOR)
    await made.sent()
    await made.subscribe("s-400", who=ME)
    await made.subscribe("brahmos", who=ME, where=GROUP)
    await made.subscribe("navy", who="telegram:8", where=GROUP)
    alert = await archive(store, pack, "India and Russia sign contract for five more S-400 squadrons", NOW)
    await made.send(alert.id, MINE, "31")
    await made.send(alert.id, GROUP, "17")
    await made.say("retract old news", who=ME, where=GROUP, reply_to="17")
    return made


def records(reply: Reply | None) -> list[dict[str, str]]:
    assert reply is not None
    return [json.loads(row) for row in words(reply).split("\n")[1:]]


async def test_export_shows_everything_that_names_me_and_nothing_of_others(house: House) -> None:
    found = records(await house.reply("export", who=ME))
    assert [one["kind"] for one in found] == [
        *("subscription", "subscription", "request", "retract"),
        *("audit", "audit", "audit", "audit"),
    ]
    assert {one["filter"] for one in found if one["kind"] == "subscription"} == {"s-400", "brahmos"}
    assert [one["called"] for one in found if one["kind"] == "request"] == ["Asha Rao"]
    assert "navy" not in str(found)


async def test_in_a_group_nothing_personal_is_told(house: House) -> None:
    assert "private chat" in await house.say("export", who=ME, where=GROUP)
    assert "private chat" in await house.say("forget", who=ME, where=GROUP)
    assert "private chat" in str((await house.press("forget:yes", who=ME, where=GROUP)).toast)
    assert len(records(await house.reply("export", who=ME))) == 8


async def test_forget_asks_first_and_says_what_stays(house: House, store: Store) -> None:
    reply = await house.reply("forget", who=ME)
    assert reply is not None
    assert "Kept: what a group or channel owns" in words(reply)
    assert [button.action for row in reply.buttons for button in row] == ["forget:yes", "forget:no"]
    assert len(await store.subscriptions()) == 3
    assert "Nothing was deleted" in words(await house.press("forget:no", who=ME))
    assert len(await store.subscriptions()) == 3


async def test_after_forgetting_nothing_names_me_and_the_group_goes_on(house: House, store: Store) -> None:
    waiting = await archive(store, house.pack, "Russia delivers fourth S-400 squadron to India", NOW)
    async with store.write() as tx:
        await tx.add_deliveries([Delivery(id=new_id(NOW), alert_id=waiting.id, channel=MINE, due_at=NOW)])
    answer = await house.press("forget:yes", who=ME)
    assert answer.replace
    assert "Deleted" in words(answer)
    personal = await store.personal(ME)
    assert (personal.subscriptions, personal.requests, personal.corrections, personal.audit) == ((), (), (), ())
    assert [(s.channel, s.filter, s.created_by) for s in await store.subscriptions()] == [
        (GROUP, "brahmos", "forgotten"),
        (GROUP, "navy", "telegram:8"),
    ]
    async with store.read() as connection:
        for table in (
            "subscriptions",
            "access_requests",
            "corrections",
            "audit",
            "allowed_chats",
            "deliveries",
            "notices",
        ):
            rows = (await connection.exec_driver_sql(f"SELECT * FROM {table}")).all()
            kept = [row for row in rows if ME in map(str, row) or "Asha" in str(row)]
            assert kept == [], table
    assert "asks for access" in await house.say("latest", who=ME)


async def test_an_operator_who_is_forgotten_stays_operator(house: House, store: Store) -> None:
    await house.press("forget:yes", who=OPERATOR)
    assert "forgotten · a person's data" in await house.say("audit", who=OPERATOR)
    assert (await store.personal(OPERATOR)).operator


async def test_somebody_unknown_learns_that_nothing_is_kept(house: House, store: Store) -> None:
    await house.say("approve telegram:55", who=OPERATOR)
    assert "Nothing is kept about you" in await house.say("export", who="telegram:55")
