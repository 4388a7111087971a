"""The whole as a person in Slack meets it, in each language: every command is typed, the modals are filled in wrongly
and rightly, every button of the app's page and of an alert is pressed. Through the real client libraries to the strict
local Slack, which judges every view and message by the Block Kit schema."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.commands import COMMANDS
from bot.i18n import LANGUAGES, words_in
from bot.reception import WENT_WRONG
from rules import Pack
from tests.clicking import FIRST
from tests.servers import Screen, SlackChannel, SlackMessage, SlackReply, SlashResult
from tests.slack_world import (
    OUTLET,
    SlackWorld,
    alerted,
    channel_of,
    hand_in,
    settled,
    slack_world,
    until_stored,
)
from tests.test_click_through import MORE, NAMES, PLACES, TYPED

LOCALES = {"en": "en-US", "hi": "hi-IN", "ru": "ru-RU"}
WRONG = [words_in(lang).say(WENT_WRONG) for lang in LANGUAGES]
# What stays as it is in every language: commands, quotes, addresses, filters, ids, mentions; and what is typed, rightly
# and wrongly.
_KEPT = re.compile(
    r"/dealwire [a-z]+\b[^–\n]*|/[a-z]+(?: @?[a-z]+)?|“[^”]*”|«[^»]*»|https?://\S+|slack:[\w/]+|\b\w+(?::|>=)\S+|<@\w+>"
    r"|\b[0-9a-z]{26}\b|\{.*\}|@(?:dealwire )?\w+|\d+(?::\d+)?-\d+(?::\d+)? \w+|\b(?:stage?|Mosco)\b"
)
_ENGLISH = re.compile(r"[A-Za-z]*[a-z]{3,}[A-Za-z]*")


@dataclass
class Reader:
    """One person, who judges everything that is shown."""

    world: SlackWorld
    lang: str
    pack: Pack
    screen: Screen
    room: SlackChannel
    english: list[str] = field(default_factory=list)

    async def says(self, text: str, **given: Any) -> SlashResult:
        result = await self.screen.slash(text, self.room, replies=1, **given)
        assert result.responses, f"no answer to {text!r}"
        self._judge(text, self._texts(result.responses[-1].blocks) or [result.responses[-1].text])
        return result

    async def presses(self, message: SlackMessage | SlackReply, action: str) -> SlackReply:
        """The answer to the button that does this."""
        buttons = [one for block in message.blocks for one in block.get("elements", ()) if "value" in one]
        found = next((one for one in buttons if one["value"].startswith(action)), None)
        assert found, f"no button {action}: {[one['value'] for one in buttons]}"
        result = await self.world.slack.interact(message, found["action_id"], user=self.screen.user)
        answer = result.responses[-1]
        self._judge(action, self._texts(answer.blocks) or [answer.text])
        return answer

    def judge_modal(self) -> None:
        view = self.screen.modal
        self._judge("modal", self._texts([view, *view["blocks"]]))

    def judge_home(self) -> None:
        self._judge("home", self._texts(self.screen.home["blocks"]))

    def judge_errors(self, errors: Iterable[str]) -> None:
        self._judge("errors", errors)

    def _judge(self, brought_by: str, texts: Iterable[str]) -> None:
        told = "\n".join(texts)
        assert not [wrong for wrong in WRONG if wrong in told], f"{brought_by!r} went wrong"
        if self.lang != "en":
            self.english += [f"{brought_by}: {row}" for row in told.split("\n") if self._left_in_english(row)]

    def _left_in_english(self, row: str) -> list[str]:
        own = row
        for name in self._names:
            own = own.replace(name, "")
        return _ENGLISH.findall(_KEPT.sub("", own))

    @property
    def _names(self) -> list[str]:
        reports = [*FIRST.values(), *MORE]
        names = {*NAMES, *PLACES, OUTLET, "deals", "Slack", "English", *map(self.pack.name, self.pack.concepts)}
        names |= {self.pack.title, *(report.title for report in reports), *(report.text for report in reports)}
        return sorted(filter(None, names), key=len, reverse=True)

    def _texts(self, node: Any) -> list[str]:
        """What is shown, a paragraph of rich text each as one; code is verbatim."""
        if isinstance(node, list | tuple):
            return [text for one in node for text in self._texts(one)]
        if not isinstance(node, dict):
            return []
        if node.get("type") == "rich_text_section":
            parts = [one for one in node["elements"] if not one.get("style", {}).get("code")]
            return "".join(one.get("text", "") for one in parts).split("\n")
        own = [node["text"]] if isinstance(node.get("text"), str) else []
        return own + [text for one in node.values() if isinstance(one, dict | list) for text in self._texts(one)]


@pytest.fixture(params=LANGUAGES)
async def reader(
    request: pytest.FixtureRequest, tmp_path: Path, pack: Pack, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[Reader]:
    lang: str = request.param
    async with slack_world(tmp_path) as world:
        user = world.slack.add_user(locale=LOCALES[lang], tz="Europe/Moscow", is_admin=True)
        room = world.slack.add_channel(members=[user])
        yield Reader(world, lang, pack, Screen(world.slack, user), room)
        assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_a_subscription_is_made_changed_paused_and_ended_by_forms_and_the_page(reader: Reader) -> None:
    screen, room = reader.screen, reader.room
    async with reader.world.app() as app:
        await screen.look_home()
        reader.judge_home()
        # By the command, wrongly first.
        await screen.slash("subscribe", room)
        await settled(screen)
        reader.judge_modal()
        wrong = await hand_in(screen, filter="stag>=contract", quiet="late", zone="Mosco")
        assert wrong.errors.keys() == {"filter", "quiet", "zone"}
        reader.judge_errors(wrong.errors.values())
        await hand_in(screen, filter="s-400", delivery="daily", at="10:30", quiet="22-7 high", broadcast="yes")
        reader.judge_modal()
        await hand_in(screen)
        reader.judge_modal()
        screen.close()
        await screen.refreshed("s-400")
        # From the page: another one for the same channel, and one for the private chat.
        for values in ({"channel": room.id}, {}):
            await screen.press_home(_button(reader, "Add a subscription"), opens=True)
            await settled(screen)
            reader.judge_modal()
            await hand_in(screen, **values)
            reader.judge_modal()
            await hand_in(screen, preset="navy")
            await hand_in(screen)
        await screen.look_home()
        reader.judge_home()
        assert [one.filter for one in await app.store.subscriptions(channel_of(room))] == ["s-400", "category:naval"]
        assert len(await app.store.subscriptions(channel_of(screen.own))) == 1
        # One of the channel is edited there; that of the private chat, which stands first, is paused and ended.
        await screen.press_home(_button(reader, "Edit"), number=1, opens=True)
        await settled(screen)
        await hand_in(screen, filter="su-57")
        await hand_in(screen)
        await screen.refreshed("su-57")
        for text in ("Pause", "Resume", "Remove", "Undo", "Refresh", "Let administrators only", "Let all members"):
            await screen.press_home(_button(reader, text))
            reader.judge_home()
        assert sorted(one.filter for one in await app.store.subscriptions(channel_of(room))) == [
            "category:naval",
            "su-57",
        ]
        assert [one.filter for one in await app.store.subscriptions(channel_of(screen.own))] == ["category:naval"]
        actions = {entry.action for entry in await app.store.audit_entries(50)}
        assert {"subscribe", "edit", "settings", "pause", "resume", "unsubscribe", "who"} <= actions
    assert "\n".join(reader.english) == ""


@pytest.mark.long
async def test_every_command_is_answered_in_the_persons_language(reader: Reader) -> None:
    async with reader.world.app() as app:
        await reader.says("subscribe all")
        reader.world.publish(FIRST[reader.lang])
        await until_stored(app)
        for name, args in TYPED.items():
            await reader.says(f"{name} {args}".strip())
        await reader.says("чушь")
        await reader.says("")
        shown = await reader.says("latest 1")
        shared = await reader.presses(shown.responses[-1], "\nc\nlatest")
        assert shared.in_channel
        assert f"<@{reader.screen.user.id}>" in shared.all_text()
    assert "\n".join(reader.english) == ""


async def test_the_buttons_of_an_alert_and_the_shortcut_answer(reader: Reader) -> None:
    title = FIRST[reader.lang].title
    async with reader.world.app() as app:
        await reader.says("subscribe all")
        reader.world.publish(FIRST[reader.lang])
        card = await alerted(reader.world.slack, reader.room, title)
        await until_stored(app)
        for action in ("why", "timeline", "relevant", "irrelevant", "mute"):
            await reader.presses(card, f"{action}:")
        shown = {"ts": card.ts, "text": card.text, "blocks": list(card.blocks)}
        told = await reader.screen.shortcut("check_link", shown, reader.room)
        assert title in told.all_text()
    assert "\n".join(reader.english) == ""


def test_every_command_is_typed() -> None:
    assert {*TYPED, "start", "correct", "retract"} <= set(COMMANDS)


def _button(reader: Reader, english: str) -> str:
    return words_in(reader.lang).say(english)
