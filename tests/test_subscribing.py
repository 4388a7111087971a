"""Subscribing and what becomes of subscriptions: presets, offers, links, pages, edits, pauses, ends and their
undoing; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Channel, Subscription, new_id
from bot.planning import Wanted, planned
from bot.settings import ChannelSettings
from bot.storage import Store
from bot.subscribing import PRESETS
from rules import Pack, parse_filter
from tests.archive_samples import FEED, archive
from tests.chatting import CHAT, NOW, Chat

HEADLINES = (
    "India and Russia sign contract for five more S-400 squadrons",
    "Россия передала Индии второй фрегат проекта 11356",  # "Russia handed over to India the second frigate …"
    "Talks on Su-30MKI upgrade with Russia at an advanced stage",
)


@pytest.fixture
async def chat(store: Store, pack: Pack) -> Chat:
    await store.sync_feeds([FEED], lambda feed: NOW, NOW)
    return Chat(store, pack)


async def subscribe(chat: Chat, *filters: str) -> None:
    for words in filters:
        chat.now += timedelta(seconds=1)
        await chat.store.add_subscription(
            Subscription(id=new_id(chat.now), channel=CHAT, filter=words, created_at=chat.now, created_by="telegram:7")
        )


async def test_start_and_one_tap_subscribe(chat: Chat, pack: Pack) -> None:
    await archive(chat.store, pack, HEADLINES[0], NOW)
    assert HEADLINES[0] in await chat.say("start")
    answer = await chat.press("Air defence")
    assert "Subscribed: this chat now gets alerts of Air defence" in answer
    assert "this chat would have received 1 alert." in answer
    assert "Quiet hours: none" in answer
    assert await chat.filters() == ["category:air-defence"]


async def test_with_an_empty_archive_the_sample_says_what_it_is(chat: Chat) -> None:
    answer = await chat.say("start")
    assert "made-up" in answer
    assert "SAMPLE, not news" in answer
    assert "S-400" in answer
    assert "no alerts yet" in await chat.press("All")


async def test_every_preset_is_a_filter_that_the_pack_understands(chat: Chat, pack: Pack) -> None:
    for _, filter_ in PRESETS.values():
        parse_filter(filter_, pack)
    await chat.say("subscribe")
    assert [b.text for row in chat.last.buttons for b in row] == [
        "All", "Air defence", "Aircraft", "Navy", "Missiles", "Land", "Agreements",
    ]  # fmt: skip


async def test_a_typed_filter_is_offered_with_what_it_would_have_sent_and_saved_by_a_tap(
    chat: Chat, pack: Pack
) -> None:
    for headline in HEADLINES:
        await archive(chat.store, pack, headline, NOW)
    await archive(chat.store, pack, "Russia delivers S-400 missiles to India", NOW - timedelta(days=40))
    offer = await chat.say("subscribe s400")
    assert "Shall this chat get alerts with: s400?" in offer
    assert "would have received 1 alert." in offer
    assert await chat.filters() == []
    offered = chat.last
    assert HEADLINES[0] in await chat.press("See them")
    chat.last = offered
    assert "Subscribed: this chat now gets alerts with: s400." in await chat.press("Subscribe")
    assert await chat.filters() == ["s400"]
    chat.last = offered
    assert "already" in await chat.press("Subscribe", toast=True)
    assert "already gets" in await chat.say("subscribe s400")


async def test_the_preview_says_since_when_there_is_data(chat: Chat, pack: Pack) -> None:
    await archive(chat.store, pack, HEADLINES[0], NOW - timedelta(days=3))
    assert "There is data since 17 Nov 2026 only." in await chat.say("subscribe s400")
    await archive(chat.store, pack, HEADLINES[1], NOW)


async def test_a_link_with_a_filter_subscribes_after_a_tap(chat: Chat) -> None:
    assert "Shall this chat get alerts with: s-400?" in await chat.say("start s-400")
    await chat.press("Subscribe")
    assert await chat.filters() == ["s-400"]


async def test_a_filter_that_is_not_understood_is_refused_with_its_place(chat: Chat) -> None:
    assert "at character" in await chat.say('subscribe "s-400')
    assert "Did you mean contract?" in await chat.say("subscribe stage>=contrct")
    assert await chat.filters() == []


async def test_an_offer_of_another_chat_cannot_be_taken(chat: Chat) -> None:
    await chat.say("subscribe s-400")
    chat.channel = Channel.parse("telegram:99")
    assert "done already" in await chat.press("Subscribe", toast=True)
    chat.channel = CHAT
    await chat.press("Subscribe")
    assert await chat.filters() == ["s-400"]


async def test_a_long_filter_is_offered_too(chat: Chat) -> None:
    long = " OR ".join(f'"word{n} s-400"' for n in range(30))
    await chat.say(f"subscribe {long}")
    await chat.press("Subscribe")
    assert await chat.filters() == [long]


async def test_only_managers_change_anything(chat: Chat) -> None:
    await subscribe(chat, "s-400")
    (one,) = await chat.store.subscriptions(CHAT)
    chat.manager = False
    for typed in (
        "subscribe",
        "subscribe s-400",
        "unsubscribe 1",
        "edit 1 su-57",
        "pause",
        "resume",
        "mute s-400",
    ):
        assert "administrators" in await chat.say(typed), typed
    for action in (
        "sub:navy", f"subend:{one.id}", f"subset:{one.id}:navy", "subpause:all", "subresume:all", f"keep:{one.id}",
        "set:lang:ru", "set:more", "mute:s-400", "mutefor:s-400:1d", "unmute:s-400",
    ):  # fmt: skip
        assert "administrators" in await chat.act(action, toast=True), action
    assert await chat.store.subscriptions(CHAT) == [one]
    assert await chat.settings() is None


async def test_the_first_subscriber_gives_the_chat_its_language(chat: Chat) -> None:
    chat.lang = "ru-RU"
    await chat.say("subscribe")
    await chat.act("sub:all")
    settings = await chat.settings()
    assert settings is not None
    assert settings.lang == "ru"


async def test_hundreds_of_subscriptions_are_paged_and_searched(chat: Chat) -> None:
    await subscribe(chat, *(f"s-400 w{n}" for n in range(299)), "brahmos")
    first = await chat.say("subscriptions")
    assert "1 of 38" in first
    assert "1. s-400 w0" in first
    assert "9. " not in first
    assert "9. s-400 w8" in await chat.press("›")
    assert "1. s-400 w0" in await chat.press("‹")
    found = await chat.say("subscriptions brahmos")
    assert "300. brahmos" in found
    assert "s-400 w" not in found
    await chat.say("subscriptions w1")
    assert "22. " not in await chat.press("›")  # the search goes on from page to page


async def test_a_subscription_is_edited_by_typing_and_by_a_preset(chat: Chat) -> None:
    await subscribe(chat, "s-400", "brahmos")
    await chat.say("subscriptions")
    await chat.press("2")
    assert "/edit 2 brahmos" in await chat.press("Edit")
    await chat.press("Navy")
    assert await chat.filters() == ["s-400", "category:naval"]
    assert "Changed" in await chat.say("edit 1 su-57 stage>=contract")
    assert await chat.filters() == ["su-57 stage>=contract", "category:naval"]
    assert "at character" in await chat.say("edit 1 stage>=contrct")
    assert "already gets" in await chat.say("edit 1 category:naval")
    assert await chat.filters() == ["su-57 stage>=contract", "category:naval"]


async def test_an_ended_subscription_comes_back_by_undo(chat: Chat) -> None:
    await subscribe(chat, "s-400", "brahmos", "")
    assert "Say which" in await chat.say("unsubscribe")
    assert "Say which" in await chat.say("unsubscribe 4")
    assert "Ended: brahmos" in await chat.say("unsubscribe 2")
    assert await chat.filters() == ["s-400", ""]
    await chat.press("Undo")
    assert await chat.filters() == ["s-400", "brahmos", ""]
    await chat.say("subscriptions")
    await chat.press("Remove all")
    assert await chat.filters() == []
    await chat.press("Undo")
    assert await chat.filters() == ["s-400", "brahmos", ""]


async def came(chat: Chat, pack: Pack, *headlines: str) -> None:
    """Alerts that came while every subscription was paused."""
    for headline in headlines:
        alert = await archive(chat.store, pack, headline, chat.now)
        async with chat.store.write() as tx:
            wanted = [Wanted(alert=alert, channel=CHAT, paused=True)]
            await tx.add_deliveries(await planned(tx, wanted, chat.now))


@pytest.mark.parametrize(("choice", "messages"), [("Skip", 0), ("One digest", 1), ("Send each", 2)])
async def test_resuming_asks_what_becomes_of_what_came(chat: Chat, pack: Pack, choice: str, messages: int) -> None:
    await subscribe(chat, "s-400 OR su-30mki")
    assert "Paused" in await chat.say("pause")
    await came(chat, pack, HEADLINES[0], HEADLINES[2])
    assert "2 alerts came meanwhile" in await chat.press("Resume")
    await chat.press(choice)
    assert [one.paused_at for one in await chat.store.subscriptions(CHAT)] == [None]
    assert await chat.store.waiting(CHAT) == []
    queued = (await chat.store.outbox_counts()).queued
    assert queued == messages


async def test_resuming_with_nothing_kept_asks_nothing(chat: Chat) -> None:
    await subscribe(chat, "s-400")
    await chat.say("pause 1")
    assert "1. s-400 (paused)" in await chat.say("subscriptions")
    assert "Resumed" in await chat.press("Resume all")
    assert "paused" not in await chat.say("subscriptions")


async def test_one_resumed_subscription_leaves_what_belongs_to_another(chat: Chat, pack: Pack) -> None:
    await subscribe(chat, "s-400", "su-30mki")
    await chat.say("pause")
    await came(chat, pack, HEADLINES[0], HEADLINES[2])
    assert "1 alert came meanwhile" in await chat.say("resume 1")
    await chat.press("Skip")
    (left,) = await chat.store.waiting(CHAT)
    assert left.alert.card.headline == HEADLINES[2]
    await chat.say("unsubscribe 2")
    assert await chat.store.waiting(CHAT) == []


async def test_slack_subscribes_at_once(chat: Chat) -> None:
    chat.channel = Channel.parse("slack:C1")
    assert "Subscribed" in await chat.say("subscribe s-400")
    assert "/dealwire" in await chat.say("subscriptions")
    assert await chat.filters() == ["s-400"]


async def test_where_the_bot_is_not_in_the_channel_nothing_is_taken(chat: Chat) -> None:
    chat.channel, chat.present = Channel.parse("slack:C1"), False
    assert "/invite @dealwire" in await chat.say("subscribe s-400")
    assert "/invite @dealwire" in await chat.act("sub:all")
    chat.present = True
    await chat.say("subscribe s-400")
    await chat.say("unsubscribe all")
    chat.present = False
    assert "/invite @dealwire" in await chat.press("Undo")
    assert await chat.filters() == []


async def test_the_time_zone_is_that_of_who_subscribed_where_the_platform_tells_it(chat: Chat) -> None:
    chat.channel, chat.zone = Channel.parse("slack:C1"), "Europe/Moscow"
    await chat.say("subscribe s-400")
    assert (await chat.settings() or ChannelSettings()).zone == "Europe/Moscow"


async def test_on_slack_a_button_opens_the_form(chat: Chat) -> None:
    await chat.say("subscribe")
    assert "form:" not in [button.action for row in chat.last.buttons for button in row]
    chat.channel = Channel.parse("slack:C1")
    await chat.say("subscribe")
    assert "form:" in [button.action for row in chat.last.buttons for button in row]


async def test_what_was_offered_to_another_chat_is_not_shown(chat: Chat) -> None:
    offered = replace(one_of(chat), channel=Channel.parse("slack:T0OTHER/C1"))
    async with chat.store.write() as tx:
        await tx.spare_subscriptions("b1", [offered], chat.now, chat.now + timedelta(days=1))
    assert "none" in await chat.act("see:b1", toast=True)


def one_of(chat: Chat) -> Subscription:
    return Subscription(id="s9", channel=chat.channel, filter="", created_at=chat.now, created_by="test")
