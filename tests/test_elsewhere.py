"""A broadcast channel managed from its administrator's private chat."""

from __future__ import annotations

import pytest

from bot.elsewhere import Elsewhere
from bot.gate import Gate
from bot.model import Channel, Command, Press, Reply
from bot.presses import Router
from bot.storage import Store
from rules import Pack
from tests.archive_samples import FEED
from tests.chatting import NOW, Chat, words

WIRE = Channel.parse("telegram:-1001234567890")
TOPIC = Channel.parse("telegram:-1001234567890/7")
FOREIGN = Channel.parse("telegram:-100777")
OWN = Channel.parse("telegram:7")
CHIEF, OTHER = "telegram:7", "telegram:8"


class Desk:
    """The private chat of somebody who administers the channel "Wire"."""

    def __init__(self, chat: Chat, gate: Gate) -> None:
        settings, subscribing, listed = chat._parts()
        self.chat = chat
        self.elsewhere = Elsewhere(
            store=chat.store,
            gate=gate,
            managed=self._managed,
            answers={**settings.answers, **subscribing.answers, **listed.answers},
            presses=Router(settings.presses, subscribing.presses, listed.presses),
        )
        self.chiefs = {CHIEF}

    async def _managed(self, chat: Channel, user: str) -> str | None:
        return "Wire" if user in self.chiefs and chat.address == WIRE.address else None

    async def say(self, args: str, *, who: str = CHIEF, private: bool = True) -> Reply:
        command = Command(name="channel", args=args, channel=OWN, user=who, private=private, manager=True)
        return await self.elsewhere.answers["channel"](command)

    async def press(self, action: str, *, who: str = CHIEF) -> Reply:
        assert len(action.encode()) <= 64
        press = Press(action=action, channel=OWN, message_id="1", user=who, private=True, manager=True)
        reply = await self.elsewhere.presses["at"](press)
        assert reply is not None
        return reply


@pytest.fixture
async def desk(store: Store, pack: Pack) -> Desk:
    await store.sync_feeds([FEED], lambda feed: NOW, NOW)
    gate = Gate(store=store, allowed=(WIRE, FOREIGN, OWN))
    await gate.refresh()
    return Desk(Chat(store, pack, channel=WIRE), gate)


def actions(reply: Reply) -> dict[str, str]:
    return {button.text: button.action for row in reply.buttons for button in row}


async def test_the_chats_that_one_administers_are_listed_and_no_others(desk: Desk) -> None:
    shown = await desk.say("")
    assert "1. Wire (telegram:-1001234567890)" in words(shown)
    assert FOREIGN.key not in words(shown)
    assert "no channel or group that you administer" in words(await desk.say("", who=OTHER))


async def test_its_menus_are_the_same_and_change_that_chat_alone(desk: Desk) -> None:
    opened = await desk.press(actions(await desk.say(""))["Wire"])
    shown = await desk.press(actions(opened)["Settings"])
    assert words(shown).startswith("Wire\nHow this chat is told")
    digest = await desk.press(actions(shown)["At once or digest"])
    daily = await desk.press(actions(digest)["Daily"])
    assert daily.replace
    settings = await desk.chat.store.channel_settings(WIRE)
    assert settings is not None and settings.digest is not None
    assert await desk.chat.store.channel_settings(OWN) is None
    (entry,) = await desk.chat.store.audit_entries(1)
    assert (entry.who, entry.place) == (CHIEF, WIRE.key)
    assert "What you choose here" in words(await desk.press(actions(daily)["‹ Wire"]))


async def test_programmes_are_muted_there_by_a_command_behind_its_number(desk: Desk) -> None:
    await desk.say("1 mute s-400 7d")
    settings = await desk.chat.store.channel_settings(WIRE)
    assert settings is not None and "s-400" in settings.mutes
    await desk.say(f"{TOPIC.key} /subscribe all")
    assert [one.channel for one in await desk.chat.store.subscriptions()] == [TOPIC]
    assert "these commands work" in words(await desk.say("1 forget"))


async def test_who_lost_the_chat_changes_nothing_by_an_old_button(desk: Desk) -> None:
    desk.chiefs.clear()
    refused = await desk.press("at:-1001234567890:set:digest:daily")
    assert refused.toast is not None and "Only administrators" in refused.toast
    assert await desk.chat.store.channel_settings(WIRE) is None
    assert (await desk.press("at:-100777:set:menu")).toast is not None
    assert (await desk.press("at:7:set:menu")).toast is not None


async def test_every_button_of_the_menus_there_bears_the_chat(desk: Desk) -> None:
    await desk.say("1 subscribe s-400")
    for action in ("set:digest", "set:quiet", "set:zone", "set:mutes", "set:score", "subs:0", "subscribe"):
        shown = await desk.press(f"at:-1001234567890:{action}")
        assert shown.buttons
        assert {one.action.startswith("at:-1001234567890") for row in shown.buttons for one in row} == {True}
        assert max(len(one.action.encode()) for row in shown.buttons for one in row) <= 64


async def test_it_is_for_the_private_chat(desk: Desk) -> None:
    assert "private chat" in words(await desk.say("", private=False))
