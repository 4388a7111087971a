"""Who gets in: claims, strangers, requests and their decisions, on a real store of each database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.claims import announcement, hash_of, new_claim
from bot.model import Channel, InlineAnswer, InlineQuery
from bot.settings import ChannelSettings
from bot.storage import Store
from rules import Pack
from tests.people import GROUP, NOW, OPERATOR, House, actions, words

ASKER = "telegram:99"


@pytest.fixture
def house(store: Store, pack: Pack) -> House:
    return House(store=store, pack=pack)


# --- claiming ---


async def test_whoever_sends_the_code_is_the_operator_and_nobody_after(house: House, store: Store) -> None:
    code = await new_claim(store, by="start", now=NOW)
    assert "operator now" in await house.say(f"start claim-{code}", who=OPERATOR)
    assert "does not hold" in await house.say(f"start claim-{code}", who="telegram:66")
    assert "for the operator" not in await house.say("audit", who=OPERATOR)
    assert [one.who for one in (await store.permissions()).operators] == [OPERATOR]
    assert await house.gate.operator_channels() == (Channel.parse(OPERATOR),)


async def test_a_code_may_be_typed_with_capitals_and_by_the_command(house: House, store: Store) -> None:
    code = await new_claim(store, by="start", now=NOW)
    assert "operator now" in await house.say(f"claim {code.upper()} ", who="slack:U1", where="slack:D1")
    assert await house.gate.operator_channels() == (Channel.parse("slack:U1"),)


async def test_a_code_ends_after_a_day_and_with_the_next_one(house: House, store: Store) -> None:
    first = await new_claim(store, by="start", now=NOW)
    second = await new_claim(store, by="start", now=NOW)
    assert "does not hold" in await house.say(f"claim {first}", who=OPERATOR)
    house.now = NOW + timedelta(hours=24, minutes=1)
    assert "does not hold" in await house.say(f"claim {second}", who=OPERATOR)
    assert (await store.permissions()).operators == ()


async def test_a_code_said_in_a_group_is_not_taken(house: House, store: Store) -> None:
    code = await new_claim(store, by="start", now=NOW)
    assert "private chat" in await house.say(f"claim {code}", who=OPERATOR, where=GROUP)
    assert (await store.permissions()).operators == ()


async def test_an_operator_makes_another_one(house: House) -> None:
    await house.claim()
    assert "terminal" in await house.say("claim", who="telegram:7")
    answer = await house.say("claim", who=OPERATOR)
    code = answer.split()[-1]
    assert "operator now" in await house.say(f"claim {code}", who="telegram:7")
    assert len(await house.gate.operator_channels()) == 2


async def test_only_the_hash_of_a_code_is_stored(store: Store) -> None:
    code = await new_claim(store, by="start", now=NOW)
    async with store.read() as connection:
        rows = (await connection.exec_driver_sql("SELECT * FROM claims")).all()
    assert code not in str(rows)
    assert rows[0].hash == hash_of(code)


def test_the_announcement_names_the_ways_that_there_are() -> None:
    link = "https://t.me/dealwire_bot?start=claim-abc"
    assert link in announcement("abc", telegram=True, slack=False, link=link)
    assert "/start claim-abc" in announcement("abc", telegram=True, slack=False)
    assert "/dealwire claim abc" in announcement("abc", telegram=False, slack=True)
    assert "Telegram" not in announcement("abc", telegram=False, slack=True)


# --- strangers ---


async def test_a_closed_bot_tells_strangers_how_to_get_in_and_nothing_else(store: Store, pack: Pack) -> None:
    house = House(store=store, pack=pack, mode="closed")
    for text in ("start", "latest", "subscribe", "status", "why", "search s-400", "export", "audit", "approve"):
        answer = await house.say(text, who=ASKER)
        assert "closed" in answer
        assert ASKER in answer
    assert await store.waiting_requests() == []
    assert await store.subscriptions() == []


async def test_an_open_bot_answers_everybody(store: Store, pack: Pack) -> None:
    house = House(store=store, pack=pack, mode="open")
    assert "No alerts yet" in await house.say("latest", who=ASKER)
    assert "for the operator" in await house.say("audit", who=ASKER)


async def test_a_request_reaches_the_operator_with_buttons_and_the_asker_is_told(house: House) -> None:
    await house.claim()
    assert "Asked" in await house.say("start", who=ASKER, called="Asha")
    [notice] = await house.sent()
    assert notice.delivery.channel == Channel.parse(OPERATOR)
    assert "Asha" in notice.alert.card.headline
    approve, refuse = actions(notice)
    assert refuse.startswith("refuse:")
    assert len(approve.encode()) <= 64

    decided = await house.press(approve)
    assert decided.toast == "Approved"
    assert "Asha (telegram:99)" in words(decided)
    [answer] = await house.sent()
    assert answer.delivery.channel == Channel.parse(ASKER)
    assert "may use" in answer.alert.card.headline
    assert "No alerts yet" in await house.say("latest", who=ASKER)


async def test_a_notice_that_asks_does_not_wait_for_others(house: House, store: Store) -> None:
    await house.claim()
    await house.say("start", who=ASKER)
    await house.notices.tick()
    assert await store.oldest_notice_at() is None
    assert house.woken == 1


async def test_a_refused_chat_is_told_and_cannot_ask_again(house: House, store: Store) -> None:
    await house.claim()
    await house.say("start", who=ASKER)
    [notice] = await house.sent()
    assert (await house.press(actions(notice)[1])).toast == "Refused"
    [answer] = await house.sent()
    assert "may not use" in answer.alert.card.headline
    assert "refused" in await house.say("start", who=ASKER)
    assert await store.waiting_requests() == []
    assert "may use the bot now" in await house.say(f"approve {ASKER}", who=OPERATOR)
    assert "No alerts yet" in await house.say("latest", who=ASKER)


async def test_asking_twice_asks_once(house: House, store: Store) -> None:
    await house.say("start", who=ASKER)
    assert "yet to decide" in await house.say("start", who=ASKER)
    assert len(await store.waiting_requests()) == 1


async def test_the_second_of_two_operators_learns_what_the_first_decided(house: House) -> None:
    await house.claim()
    await house.say("start", who=ASKER)
    [notice] = await house.sent()
    await house.press(actions(notice)[0])
    assert "Decided before: telegram:99, approved" in words(await house.press(actions(notice)[1]))
    assert "No alerts yet" in await house.say("latest", who=ASKER)


async def test_nobody_but_the_operator_decides(house: House, store: Store) -> None:
    await house.say("start", who=ASKER)
    [request] = await store.waiting_requests()
    assert "closed" in str((await house.press(f"approve:{request.id}", who=ASKER)).toast)
    assert "for the operator" in str((await house.press(f"approve:{request.id}", who="telegram:7", where=GROUP)).toast)
    assert "for the operator" in await house.say("approve 1", where=GROUP)
    assert len(await store.waiting_requests()) == 1


async def test_in_a_group_only_administrators_ask(house: House, store: Store) -> None:
    group = "telegram:-100999/5"
    assert "Only administrators" in await house.say("start", where=group, manager=False)
    assert "Asked" in await house.say("start", where=group)
    [request] = await store.waiting_requests()
    assert (request.chat.key, request.asked_in.key) == ("telegram:-100999", group)


async def test_the_list_decides_by_number_and_by_chat(house: House) -> None:
    await house.claim()
    for who in ("telegram:91", "telegram:92", "telegram:93"):
        await house.say("start", who=who)
    listed = await house.reply("approve list", who=OPERATOR)
    assert listed is not None
    assert "2. telegram:92" in words(listed)
    assert len(listed.buttons) == 3
    assert "Approved: telegram:92" in await house.say("approve 2", who=OPERATOR)
    assert "Refused: telegram:91" in await house.say("refuse telegram:91", who=OPERATOR)
    assert "no request with this number" in await house.say("approve 2", who=OPERATOR)
    assert "Approved: telegram:93" in await house.say("approve telegram:93", who=OPERATOR)
    assert "Nobody asks" in await house.say("approve", who=OPERATOR)
    assert "names no chat" in await house.say("approve me", who=OPERATOR)
    assert "may use the bot already" in await house.say("approve telegram:93", who=OPERATOR)


async def test_the_operator_allows_the_chat_in_which_it_is_said(house: House) -> None:
    await house.claim()
    chat = "telegram:-100777"
    assert "answers only" in await house.say("latest", who="telegram:9", where=chat)
    assert f"{chat} may use the bot now" in await house.say("approve here", who=OPERATOR, where=chat)
    assert "answers only" not in await house.say("latest", who="telegram:9", where=chat)


async def test_a_permission_taken_away_ends_what_the_chat_gets(house: House, store: Store) -> None:
    await house.claim()
    await house.say("approve telegram:-100999", who=OPERATOR)
    await house.subscribe("s-400", where=Channel.parse("telegram:-100999/5"))
    await house.subscribe("", where=GROUP)
    assert "no longer" in await house.say("refuse telegram:-100999", who=OPERATOR)
    assert [one.channel for one in await store.subscriptions()] == [GROUP]
    assert "only the chats" in await house.say("latest", where="telegram:-100999")
    assert "configuration" in await house.say(f"refuse {GROUP.key}", who=OPERATOR)


async def test_a_chat_that_moved_stays_allowed_after_a_restart(store: Store, pack: Pack) -> None:
    house = House(store=store, pack=pack)
    await house.claim()
    await house.say("approve telegram:-999", who=OPERATOR)
    for old, new in (("telegram:-999", "telegram:-100999"), (GROUP.key, "telegram:-100600")):
        await store.move_channel(Channel.parse(old), Channel.parse(new))
    for run in (house, House(store=store, pack=pack)):
        assert "No alerts yet" in await run.say("latest", where="telegram:-100999")
        assert "No alerts yet" in await run.say("latest", where="telegram:-100600")
        assert "only the chats" in await run.say("latest", where="telegram:-999")


async def test_a_decision_holds_in_every_process(store: Store, pack: Pack) -> None:
    one, other = House(store=store, pack=pack), House(store=store, pack=pack)
    assert "asks for access" in await other.say("latest", who=ASKER)
    await one.claim()
    await one.say(f"approve {ASKER}", who=OPERATOR)
    assert "No alerts yet" in await other.say("latest", who=ASKER)


# --- how often ---


async def test_somebody_who_asks_too_much_is_told_when_to_ask_again_and_then_nothing(store: Store, pack: Pack) -> None:
    house = House(store=store, pack=pack, per_minute=6)
    for _ in range(6):
        assert "No alerts yet" in await house.say("latest", where=GROUP)
    assert "ask again in 10 s" in await house.say("latest", where=GROUP)
    assert await house.reply("latest", where=GROUP) is None
    assert "No alerts yet" in await house.say("latest", who="telegram:8", where=GROUP)
    house.now += timedelta(seconds=10)
    assert "No alerts yet" in await house.say("latest", where=GROUP)


async def test_the_operator_never_waits(store: Store, pack: Pack) -> None:
    house = House(store=store, pack=pack, per_minute=1)
    await house.claim()
    for _ in range(5):
        assert "No alerts yet" in await house.say("latest", who=OPERATOR)


# --- inline queries ---


async def test_inline_queries_are_answered_only_to_those_who_may(store: Store, pack: Pack) -> None:
    async def found(query: InlineQuery) -> InlineAnswer:
        return InlineAnswer(next_offset=f"found for {query.user}")

    house = House(store=store, pack=pack, allowed=(Channel.parse("telegram:7"),), inline=found)
    assert (
        await house.reception.inline(InlineQuery(text="s-400", user="telegram:7"))
    ).next_offset == "found for telegram:7"
    refused = await house.reception.inline(InlineQuery(text="s-400", user=ASKER))
    assert refused.results == ()
    assert refused.personal
    assert refused.next_offset == ""


async def test_chatter_in_a_group_is_left_alone(house: House) -> None:
    assert await house.reply("", where=GROUP) is None


async def test_a_broken_store_is_answered_in_words(house: House, store: Store) -> None:
    await house.claim()
    async with store.write() as tx:
        await tx.connection.exec_driver_sql("DROP TABLE audit")
    assert "went wrong" in await house.say("export", who=OPERATOR)


async def test_every_change_is_in_the_audit(house: House, store: Store) -> None:
    await house.claim()
    await house.subscribe("s-400", where=GROUP)
    await store.remove_subscriptions(GROUP, by="telegram:7", now=house.now)
    await house.say("approve telegram:-100999", who=OPERATOR)
    await house.say("refuse telegram:-100999", who=OPERATOR)
    rows = [(one.who, one.action, one.words, one.place) for one in await store.audit_entries(10)]
    assert rows == [
        (OPERATOR, "refuse", "telegram:-100999", "telegram:-100999"),
        (OPERATOR, "approve", "telegram:-100999", "telegram:-100999"),
        ("telegram:7", "unsubscribe", "s-400", GROUP.key),
        ("telegram:7", "subscribe", "s-400", GROUP.key),
        (OPERATOR, "claim", "is an operator now", OPERATOR),
    ]
    answer = await house.say("audit 3", who=OPERATOR)
    assert answer.count("\n") == 2
    assert "telegram:7 · unsubscribed · s-400 · in telegram:-100500" in answer


async def test_an_operator_is_demoted_and_never_the_last_one(house: House, store: Store) -> None:
    await house.claim()
    assert "the last operator" in await house.say(f"demote {OPERATOR}", who=OPERATOR)
    await house.claim(who=ASKER)
    assert "no operator" in await house.say("demote telegram:999", who=OPERATOR)
    assert "for the operator" in await house.say(f"demote {OPERATOR}", who="telegram:8", where=GROUP)
    listed = await house.say("demote", who=OPERATOR)
    assert (f"1. {OPERATOR}" in listed, f"2. {ASKER}" in listed) == (True, True)
    assert f"{ASKER} is no operator any more" in await house.say("demote 2", who=OPERATOR)
    assert "for the operator" in await house.say("audit", who=ASKER, where=GROUP)
    (entry,) = await store.audit_entries(1)
    assert (entry.who, entry.action, entry.words) == (OPERATOR, "demote", ASKER)
    assert "no operator any more" in await house.say("audit", who=OPERATOR)


async def test_a_stranger_who_asks_inline_is_shown_the_way_in(store: Store, pack: Pack) -> None:
    async def inline(query: InlineQuery) -> InlineAnswer:
        return InlineAnswer()

    house = House(store=store, pack=pack, inline=inline)
    answer = await house.reception.inline(InlineQuery(text="s-400", user="telegram:9", lang="ru"))
    assert answer.button is not None
    told, payload = answer.button
    assert (told, answer.personal) == ("Попросить доступ", True)  # ask for access
    assert "Asked" in await house.say(f"start {payload}", who="telegram:9")
    assert [one.action for one in await store.audit_entries(1)] == ["ask"]
    closed = House(store=store, pack=pack, inline=inline, mode="closed")
    button = (await closed.reception.inline(InlineQuery(text="s-400", user="telegram:10"))).button
    assert button is not None
    assert "This bot is closed" in await closed.say(f"start {button[1]}", who="telegram:10")


async def test_what_a_platform_adds_to_an_answer_is_in_the_chats_language(house: House, store: Store) -> None:
    async with store.write() as tx:
        await tx.save_channel_settings(GROUP, ChannelSettings(lang="hi"))
    reply = await house.reply("help", where=GROUP)
    assert reply is not None
    assert reply.lang == "hi"
