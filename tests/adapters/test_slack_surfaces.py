"""Modals, the app's page, shortcuts and shared answers on Slack, by the real client libraries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.adapters.slack import SlackAdapter
from bot.forms import (
    Field,
    Form,
    FormAnswer,
    FormAsked,
    FormErrors,
    FormFilled,
    HomeAsked,
    HomePage,
    Option,
    Room,
    Section,
)
from bot.model import Button, Channel, Command, Post, Press, Receipt, Reply, line, text_reply
from bot.ports import Handlers
from tests.adapters.platforms import UNPACED
from tests.adapters.recorder import Recorder
from tests.adapters.samples import post
from tests.servers import Faults, Screen, SlackChannel, SlackServer

ASKING = Form(
    title="Subscribe",
    submit="Preview",
    close="Cancel",
    lines=(line("How <it> works"),),
    fields=(
        Field(name="filter", label="Filter", kind="text", value="s-400", optional=True),
        Field(name="lang", label="Language", kind="choice", choices=(Option(value="en", text="English"),), value="en"),
        Field(name="at", label="Time", kind="time", value="09:00", optional=True),
        Field(name="broadcast", label="Dates", kind="mark", choices=(Option(value="yes", text="Yes"),), optional=True),
    ),
    state="fill",
)
WHERE = Form(
    title="Subscribe",
    submit="Next",
    close="Cancel",
    fields=(Field(name="channel", label="Where", kind="channel", optional=True),),
    state="where",
)
PREVIEW = Form(title="Preview", submit="Save", close="Back", lines=(line("9 alerts"),), state="save\nkept", over=True)
SAVED = Form(title="Saved", close="Close", lines=(line("Subscribed"),), last=True)


@dataclass
class Product:
    """The product's side: answers with what stands in `forms`, in order, and remembers what was asked."""

    forms: list[FormAnswer] = field(default_factory=lambda: [ASKING, PREVIEW, SAVED])
    before: Callable[[], Awaitable[object]] | None = None  # every answer waits for it
    asked: list[FormAsked | FormFilled] = field(default_factory=list)
    looked: list[HomeAsked] = field(default_factory=list)
    recorder: Recorder = field(default_factory=Recorder)
    page: Callable[[HomeAsked], HomePage] = field(default=lambda asked: home_page(asked))

    @property
    def handlers(self) -> Handlers:
        return replace(self.recorder.handlers, form=self._form, home=self._home)

    async def _form(self, given: FormAsked | FormFilled) -> FormAnswer:
        self.asked.append(given)
        if self.before is not None:
            await self.before()
        return self.forms[min(len(self.asked), len(self.forms)) - 1]

    async def _home(self, asked: HomeAsked) -> HomePage:
        self.looked.append(asked)
        return self.page(asked)


def home_page(asked: HomeAsked) -> HomePage:
    said = tuple(asked.said.lines) if asked.said else ()
    return HomePage(
        sections=(
            Section(lines=said),
            Section(
                heading=f"Page {asked.page}",
                buttons=((Button(text="Add", action="form:"), Button(text="More", action="home:1")),),
            ),
            *(
                Section(
                    lines=(line(room.name),),
                    buttons=((Button(text="Pause", action="subpause:s1"), Button(text="Edit", action="form:s1")),),
                    channel=room.channel,
                )
                for room in asked.rooms
            ),
        )
    )


@dataclass
class Hands:
    """A workspace with one person, and the bot in one channel."""

    server: SlackServer
    clock: list[datetime]
    screen: Screen
    room: SlackChannel


@pytest.fixture
async def hands() -> AsyncIterator[Hands]:
    clock = [datetime(2026, 11, 20, 8, 32, tzinfo=UTC)]
    async with SlackServer(clock=lambda: clock[0]) as server:
        user = server.add_user(locale="ru-RU", tz="Europe/Moscow")
        yield Hands(server, clock, Screen(server, user), server.add_channel(members=[user]))
        assert server.alarms == []


@asynccontextmanager
async def connected(server: SlackServer, product: Product, **given: Any) -> AsyncIterator[SlackAdapter]:
    adapter = SlackAdapter(
        server.bot_token,
        server.app_token,
        base_url=server.base_url,
        per_workspace=UNPACED,
        per_channel=UNPACED,
        **given,
    )
    await adapter.start(product.handlers)
    try:
        yield adapter
    finally:
        await adapter.stop()


def at(room: SlackChannel) -> Channel:
    return Channel(platform="slack", address=room.id)


# --- modals ---


async def test_subscribe_without_words_opens_a_form(hands: Hands) -> None:
    product = Product()
    async with connected(hands.server, product):
        result = await hands.screen.slash("subscribe", hands.room)
    assert result.ack_ms is not None
    assert result.ack_ms < 500
    assert product.asked == [
        FormAsked(
            user=f"slack:{hands.screen.user.id}",
            channel=at(hands.room),
            manager=True,
            lang="ru-RU",
            zone="Europe/Moscow",
        )
    ]
    assert "How <it> works" in hands.screen.text()


async def test_what_is_handed_in_comes_back_and_the_preview_stands_over_the_form(hands: Hands) -> None:
    product = Product(forms=[ASKING, PREVIEW, PREVIEW, SAVED])
    async with connected(hands.server, product):
        await hands.screen.slash("subscribe", hands.room)
        handed = await hands.screen.hand_in(filter="a <b> & c", at="10:30", broadcast="yes")
        assert handed.errors == {}
        assert len(hands.screen.stack) == 2
        hands.screen.close()
        await hands.screen.hand_in(filter="", at="")
        await hands.screen.hand_in()
    filled, emptied, saved = product.asked[1:]
    assert isinstance(filled, FormFilled)
    assert filled.state == "fill"
    assert filled.values == {"filter": "a <b> & c", "lang": "en", "at": "10:30", "broadcast": "yes"}
    assert isinstance(emptied, FormFilled)
    assert emptied.values == {"filter": "", "lang": "en", "at": "", "broadcast": ""}
    assert isinstance(saved, FormFilled)
    assert (saved.state, saved.asked.channel) == ("save\nkept", at(hands.room))


async def test_whoever_closes_what_was_saved_is_done(hands: Hands) -> None:
    async with connected(hands.server, Product()):
        await hands.screen.slash("subscribe", hands.room)
        await hands.screen.hand_in()
        await hands.screen.hand_in()
    assert "Subscribed" in hands.screen.text()
    hands.screen.close()
    assert hands.screen.stack == []


async def test_errors_stand_at_their_fields(hands: Hands) -> None:
    wrong = FormErrors(errors={"filter": "not understood", "nowhere": "of no field"})
    async with connected(hands.server, Product(forms=[ASKING, wrong])):
        await hands.screen.slash("subscribe", hands.room)
        handed = await hands.screen.hand_in()
    assert handed.errors == {"filter": "not understood of no field"}
    assert len(hands.screen.stack) == 1


async def test_a_corrected_form_is_read_also_where_slack_repeats_its_trigger(hands: Hands) -> None:
    wrong = FormErrors(errors={"filter": "not understood"})
    async with connected(hands.server, Product(forms=[ASKING, wrong, wrong])):
        await hands.screen.slash("subscribe", hands.room)
        hands.server.workspace.new_trigger = lambda: "1.T0DEALWIRE.same"  # type: ignore[method-assign]
        for _ in range(2):
            assert (await hands.screen.hand_in()).errors == {"filter": "not understood"}


async def test_words_instead_of_a_form_are_told_to_the_asker(hands: Hands) -> None:
    async with connected(hands.server, Product(forms=[text_reply("closed < here")])):
        result = await hands.screen.slash("subscribe", hands.room, replies=1)
    assert "closed < here" in result.all_text()
    assert hands.screen.stack == []


async def test_words_instead_of_the_next_form_leave_the_way_back(hands: Hands) -> None:
    async with connected(hands.server, Product(forms=[ASKING, text_reply("not now")])):
        await hands.screen.slash("subscribe", hands.room)
        await hands.screen.hand_in()
        assert "not now" in hands.screen.text()
        hands.screen.close()
        assert "How <it> works" in hands.screen.text()


async def test_a_form_that_takes_long_stands_in_for_itself(hands: Hands) -> None:
    go = asyncio.Event()
    product = Product(before=lambda: asyncio.wait_for(go.wait(), 10))
    async with connected(hands.server, product):
        await hands.screen.slash("subscribe", hands.room)
        assert "How" not in hands.screen.text()
        go.set()
        await hands.screen.until("How <it> works")


async def test_a_preview_that_takes_long_is_acknowledged_in_time(hands: Hands) -> None:
    go = asyncio.Event()
    go.set()
    product = Product(before=lambda: asyncio.wait_for(go.wait(), 10))
    async with connected(hands.server, product):
        await hands.screen.slash("subscribe", hands.room)
        go.clear()
        handed = await hands.screen.hand_in()
        assert handed.ack_ms is not None
        assert handed.ack_ms < 1500
        assert "9 alerts" not in hands.screen.text()
        go.set()
        await hands.screen.until("9 alerts")
        assert (await hands.screen.hand_in()).acked
        assert "Subscribed" in hands.screen.text()


async def test_errors_that_come_late_are_words_with_a_way_back(hands: Hands) -> None:
    go = asyncio.Event()
    go.set()
    product = Product(forms=[ASKING, FormErrors(errors={"filter": "not understood"})])
    product.before = lambda: asyncio.wait_for(go.wait(), 10)
    async with connected(hands.server, product):
        await hands.screen.slash("subscribe", hands.room)
        go.clear()
        await hands.screen.hand_in()
        go.set()
        await hands.screen.until("not understood")
        hands.screen.close()
        assert "How <it> works" in hands.screen.text()


async def test_a_trigger_that_came_too_late_is_told_and_a_button_opens_the_form(hands: Hands) -> None:
    late = [4]

    async def four_seconds() -> None:
        if late:
            hands.clock[0] += timedelta(seconds=late.pop())

    async with connected(hands.server, Product(forms=[ASKING], before=four_seconds)):
        result = await hands.screen.slash("subscribe", hands.room, replies=1)
        (told,) = result.responses
        assert "Slack уже не открывает форму" in told.all_text()
        await hands.screen.click(told, "do-0-0")
    assert "How <it> works" in hands.screen.text()


async def test_the_button_of_a_list_edits_by_a_form(hands: Hands) -> None:
    buttons = ((Button(text="Edit", action="subedit:s7"),),)
    product = Product(recorder=Recorder(lambda command: Reply(lines=(line("a list"),), buttons=buttons)))
    async with connected(hands.server, product):
        listed = await hands.screen.slash("subscriptions", hands.room, replies=1)
        await hands.screen.click(listed.responses[0], "do-0-0")
    assert [one.what for one in product.asked if isinstance(one, FormAsked)] == ["s7"]


# --- who asks, and where ---


@pytest.mark.parametrize(
    ("private", "bot", "present"), [(False, False, False), (True, False, False), (True, True, True)]
)
async def test_whether_the_bot_is_in_the_channel_is_known_before_anything_is_saved(
    hands: Hands, private: bool, bot: bool, present: bool
) -> None:
    room = hands.server.add_channel("room", members=[hands.screen.user], private=private, bot=bot)
    product = Product()
    async with connected(hands.server, product):
        await hands.server.slash(text="subscribe s-400", user=hands.screen.user, channel=room)
        room.members.add(hands.server.bot.id)
        await hands.server.slash(text="subscribe s-400", user=hands.screen.user, channel=room)
    assert [command.present for command in product.recorder.commands] == [present, True]


async def test_people_and_channels_are_asked_for_once_in_some_minutes(hands: Hands) -> None:
    product = Product()
    async with connected(hands.server, product):
        for _ in range(3):
            await hands.server.slash(text="latest", user=hands.screen.user, channel=hands.room)
    assert [len(hands.server.requests(one)) for one in ("users.info", "conversations.info")] == [1, 1]
    assert {(one.lang, one.zone) for one in product.recorder.commands} == {("ru-RU", "Europe/Moscow")}


async def test_what_slack_does_not_tell_is_taken_as_usual(hands: Hands) -> None:
    hands.server.faults = Faults(methods=frozenset({"users.info", "conversations.info"}), rate_5xx=1.0)
    product = Product()
    async with connected(hands.server, product):
        result = await hands.server.slash(text="latest", user=hands.screen.user, channel=hands.room)
    assert len(result.responses) == 1
    (command,) = product.recorder.commands
    assert (command.lang, command.present, command.manager, command.administrator) == (None, True, True, False)


async def test_an_app_without_the_permission_to_look_people_up_asks_once(hands: Hands) -> None:
    grant = hands.server.grants[hands.server.bot_token]
    grant.scopes = grant.scopes - {"users:read"}
    product = Product()
    async with connected(hands.server, product):
        for _ in range(3):
            await hands.server.slash(text="latest", user=hands.screen.user, channel=hands.room)
    assert [one.error for one in hands.server.requests("users.info")] == ["missing_scope"]
    assert {(one.lang, one.administrator) for one in product.recorder.commands} == {(None, False)}
    hands.server.alarms.clear()  # the server complains of the scope, which is what is tried here


@pytest.mark.parametrize("right", ["is_admin", "creator", "none"])
async def test_administrators_and_who_made_the_channel_are_known(hands: Hands, right: str) -> None:
    user = hands.server.add_user("om", is_admin=right == "is_admin")
    room = hands.server.add_channel("room", members=[user], creator=user if right == "creator" else None)
    product = Product()
    async with connected(hands.server, product):
        await hands.server.slash(text="latest", user=user, channel=room)
    assert product.recorder.commands[0].administrator is (right != "none")


async def test_another_workspaces_administrator_in_a_shared_channel_is_none_here(hands: Hands) -> None:
    home = hands.server.workspace
    guest = hands.server.add_user("ira", is_admin=True, at=hands.server.add_workspace("T0MINISTRY", domain="ministry"))
    home.users[guest.id] = guest
    room = hands.server.add_channel("shared", members=[hands.screen.user, guest], creator=guest)
    product = Product()
    async with connected(hands.server, product):
        await hands.server.slash(text="latest", user=guest, channel=room)
    assert [one.administrator for one in product.recorder.commands] == [False]


# --- shared answers ---


async def test_an_answer_is_shared_with_the_channel_by_a_button(hands: Hands) -> None:
    recorder = Recorder(lambda command: text_reply(f"{command.name} {command.args}: nothing <!channel>"))
    async with connected(hands.server, Product(recorder=recorder)):
        asked = await hands.screen.slash("search s-400 & more", hands.room, replies=1)
        shared = await hands.server.interact(asked.responses[0], "share", user=hands.screen.user)
    (told,) = shared.responses
    assert told.in_channel
    assert not told.body["replace_original"]
    assert "search s-400 & more: nothing <!channel>" in told.all_text()
    assert f"<@{hands.screen.user.id}>" in told.all_text()
    assert "share" not in str(told.blocks)


async def test_the_page_that_a_button_brought_is_shared_too(hands: Hands) -> None:
    older = ((Button(text="Older", action="older:q:a1"),),)
    recorder = Recorder(
        lambda command: Reply(lines=(line("page 1"),), buttons=older), press=lambda press: text_reply("page 2")
    )
    async with connected(hands.server, Product(recorder=recorder)):
        first = await hands.screen.slash("latest", hands.room, replies=1)
        second = await hands.server.interact(first.responses[0], "do-0-0", user=hands.screen.user)
        shared = await hands.server.interact(second.responses[0], "share", user=hands.screen.user)
    assert shared.responses[0].in_channel
    assert "page 2" in shared.all_text()


@pytest.mark.parametrize("text", ["subscribe s-400", "settings", "export", "audit", "approve list"])
async def test_what_changes_something_or_is_the_askers_own_is_not_shared(hands: Hands, text: str) -> None:
    async with connected(hands.server, Product()):
        result = await hands.screen.slash(text, hands.room, replies=1)
    assert "share" not in str(result.responses[0].blocks)


async def test_in_a_direct_message_there_is_nobody_to_share_with(hands: Hands) -> None:
    async with connected(hands.server, Product()):
        result = await hands.screen.slash("latest", hands.screen.own, replies=1)
    assert "share" not in str(result.responses[0].blocks)


@pytest.mark.parametrize("forged", ["\nc\nunsubscribe\nall", "\np\nsubend:all", "\nx\n", "", "latest"])
async def test_a_forged_question_is_not_asked(hands: Hands, forged: str) -> None:
    product = Product()
    async with connected(hands.server, product):
        asked = await hands.screen.slash("latest", hands.room, replies=1)
        await hands.server.interact(
            asked.responses[0], "share", user=hands.screen.user, value=forged, replies=1 if forged else 0
        )
    assert len(product.recorder.commands) == 1
    assert product.recorder.presses == []


# --- the shortcut on a message ---

LINK = "https://news.example/a?b=1&c=2"
SHOWN = LINK.replace("&", "&amp;")


@pytest.mark.parametrize(
    "message",
    [
        {"text": f"Look: <{SHOWN}|here> and <https://other.example/>"},
        {"text": "", "attachments": [{"title": "no", "original_url": LINK}]},
        {
            "text": "Look",
            "blocks": [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"url": LINK}]}]}],
        },
    ],
)
async def test_the_shortcut_checks_the_first_link_of_a_message(hands: Hands, message: dict[str, Any]) -> None:
    product = Product(recorder=Recorder(lambda command: text_reply("not told")))
    async with connected(hands.server, product):
        shown = {"ts": "1700000000.000100", **message}
        result = await hands.screen.shortcut("check_link", shown, hands.room)
        assert not result.responses[0].in_channel
        shared = await hands.server.interact(result.responses[0], "share", user=hands.screen.user)
    assert [(one.name, one.args) for one in product.recorder.commands] == [("whynot", LINK)] * 2
    assert shared.responses[0].body["thread_ts"] == "1700000000.000100"


async def test_a_message_without_a_link_is_told_so(hands: Hands) -> None:
    product = Product()
    async with connected(hands.server, product):
        shown = {"ts": "1700000000.000100", "text": "no link <@U1> <#C1|deals> <mailto:a@b.example|mail>"}
        result = await hands.screen.shortcut("check_link", shown, hands.room)
    assert product.recorder.commands == []
    assert result.responses[0].text


# --- the app's page ---


async def test_the_page_is_published_when_it_is_opened(hands: Hands) -> None:
    secret = hands.server.add_channel("secret", private=True)
    product = Product()
    async with connected(hands.server, product):
        assert "Page 0" in await hands.screen.look_home()
    (asked,) = product.looked
    assert asked.own == at(hands.screen.own)
    assert asked.rooms == (
        Room(channel=at(hands.room), name="deals", private=False, member=True),
        Room(channel=at(secret), name="secret", private=True, member=False),
    )
    assert (asked.lang, asked.zone, asked.administrator) == ("ru-RU", "Europe/Moscow", False)


async def test_the_messages_tab_publishes_nothing(hands: Hands) -> None:
    product = Product()
    async with connected(hands.server, product):
        event = {"type": "app_home_opened", "user": hands.screen.user.id, "channel": "D1", "tab": "messages"}
        assert (await hands.server.event(event)).acked
        await hands.screen.look_home()
    assert len(product.looked) == 1


async def test_the_page_turns(hands: Hands) -> None:
    async with connected(hands.server, Product()):
        await hands.screen.look_home()
        await hands.screen.press_home("More")
    assert "Page 1" in hands.screen.home_text()


async def test_a_button_of_the_page_acts_in_its_channel_and_the_answer_stands_above(hands: Hands) -> None:
    other = hands.server.add_channel("other")
    product = Product(recorder=Recorder(press=lambda press: text_reply("paused now")))
    async with connected(hands.server, product):
        await hands.screen.look_home()
        await hands.screen.press_home("Pause", number=0)
        assert "paused now" in hands.screen.home_text()
        await hands.screen.press_home("Pause", number=1)
    mine = Press(
        action="subpause:s1",
        channel=at(hands.room),
        message_id="",
        user=f"slack:{hands.screen.user.id}",
        private=False,
        manager=True,
        lang="ru-RU",
        zone="Europe/Moscow",
    )
    # Of a channel that the person is not in he or she is no member.
    assert product.recorder.presses == [mine, replace(mine, channel=at(other), manager=False)]


async def test_the_page_opens_forms_for_new_subscriptions_and_for_old_ones(hands: Hands) -> None:
    room = hands.server.add_channel("later", members=[hands.screen.user])
    product = Product(forms=[WHERE, ASKING, PREVIEW, SAVED])
    async with connected(hands.server, product):
        await hands.screen.look_home()
        await hands.screen.press_home("Add", opens=True)
        for values in ({"channel": room.id}, {}, {}):
            await hands.screen.hand_in(**values)
        await hands.screen.refreshed("Page 0")
        assert len(product.looked) == 2
        product.asked.clear()
        await hands.screen.press_home("Edit", opens=True)
    (edited,) = product.asked
    assert isinstance(edited, FormAsked)
    assert (edited.channel, edited.what, edited.manager) == (at(hands.room), "s1", True)


async def test_refreshing_the_page_and_joining_a_channel_count_at_once(hands: Hands) -> None:
    product = Product(forms=[WHERE, ASKING])
    async with connected(hands.server, product):
        await hands.screen.look_home()
        later = hands.server.add_channel("later", members=[hands.screen.user])
        await hands.screen.press_home("Add", opens=True)
        await hands.screen.hand_in(channel=later.id)
        await hands.screen.press_home("More")
        await hands.screen.press_home("More")
    (filled,) = [one for one in product.asked if isinstance(one, FormFilled)]
    assert filled.asked.manager
    assert [len(asked.rooms) for asked in product.looked] == [1, 1, 2]


async def test_a_channel_that_the_bot_was_taken_out_of_is_known_at_once(hands: Hands) -> None:
    product = Product()
    async with connected(hands.server, product):
        await hands.server.slash(text="subscribe s-400", user=hands.screen.user, channel=hands.room)
        hands.server.remove_bot(hands.room)
        left = {"type": "member_left_channel", "user": hands.server.bot.id, "channel": hands.room.id}
        await hands.server.event(left)
        await product.recorder.change()
        await hands.server.slash(text="subscribe s-400", user=hands.screen.user, channel=hands.room)
    assert [command.present for command in product.recorder.commands] == [True, False]


async def test_what_stands_in_for_a_form_speaks_the_persons_language_once_it_is_known(hands: Hands) -> None:
    go = asyncio.Event()
    product = Product(before=lambda: asyncio.wait_for(go.wait(), 10))
    async with connected(hands.server, product):
        await hands.server.slash(text="latest", user=hands.screen.user, channel=hands.room)
        await hands.screen.slash("subscribe", hands.room)
        assert "Минутку" in hands.screen.text()
        go.set()
        await hands.screen.until("How <it> works")


@pytest.mark.parametrize(("member", "manager"), [(True, True), (False, False)])
async def test_a_chosen_channel_is_changed_by_its_members_only(hands: Hands, member: bool, manager: bool) -> None:
    room = hands.server.add_channel("later", members=[hands.screen.user] if member else [])
    product = Product(forms=[WHERE, ASKING])
    async with connected(hands.server, product):
        await hands.screen.look_home()
        await hands.screen.press_home("Add", opens=True)
        await hands.screen.hand_in(channel=room.id)
        await hands.screen.hand_in()
    given = [one.asked for one in product.asked if isinstance(one, FormFilled)]
    assert [(one.channel, one.manager) for one in given] == [(at(room), manager)] * 2


async def test_nothing_chosen_is_the_private_chat(hands: Hands) -> None:
    product = Product(forms=[WHERE, ASKING])
    async with connected(hands.server, product):
        await hands.screen.look_home()
        await hands.screen.press_home("Add", opens=True)
        await hands.screen.hand_in()
    filled = product.asked[1]
    assert isinstance(filled, FormFilled)
    assert (filled.asked.channel, filled.asked.private, filled.asked.manager) == (at(hands.screen.own), True, True)


async def test_a_page_that_slack_refuses_disturbs_nothing_else(hands: Hands) -> None:
    product = Product()
    hands.server.faults = Faults(methods=frozenset({"views.publish"}), rate_5xx=1.0, at_most=1)
    async with connected(hands.server, product):
        event = {"type": "app_home_opened", "user": hands.screen.user.id, "channel": hands.screen.own.id, "tab": "home"}
        await hands.server.event(event)
        await hands.screen.look_home()
    assert "Page 0" in hands.screen.home_text()


# --- a moved date in the channel ---


@pytest.mark.parametrize("broadcast", [True, False])
async def test_an_answer_in_a_thread_stands_in_the_channel_too_where_that_is_wished(
    hands: Hands, broadcast: bool
) -> None:
    async with connected(hands.server, Product()) as adapter:
        first = await adapter.send(at(hands.room), post())
        assert isinstance(first, Receipt)
        told: Post = post(reply_to=first.message_id, broadcast=broadcast)
        await adapter.send(at(hands.room), told)
    args = hands.server.messages(hands.room)[1].args
    assert args["thread_ts"] == first.message_id
    assert (str(args.get("reply_broadcast")).lower() in ("true", "1")) is broadcast


async def test_what_is_asked_in_a_thread_by_a_mention_is_answered_there_in_the_persons_language(hands: Hands) -> None:
    product = Product()
    said = {"type": "app_mention", "channel": hands.room.id, "user": hands.screen.user.id, "ts": "1.1"}
    hands.server.workspace.user_ts.add("1.0")
    async with connected(hands.server, product):
        await hands.server.event(said | {"text": f"<@{hands.server.bot.id}> subscribe", "thread_ts": "1.0"})
        answer = await hands.server.wait_for_message(hands.room)
    assert answer.thread_ts == "1.0"
    (command,) = product.recorder.commands
    assert isinstance(command, Command)
    assert (command.name, command.lang, command.zone) == ("subscribe", "ru-RU", "Europe/Moscow")
