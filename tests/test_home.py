from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.access import Mode
from bot.forms import HomeAsked, HomePage, Room
from bot.gate import Gate
from bot.home import FAILING, PAGE, Home
from bot.managing import Managing, Who
from bot.model import Channel, Feed, FeedState, Press, Reply, Subscription, line, new_id
from bot.settings import ChannelSettings, Digest
from bot.storage import Operator, Store
from rules import Pack
from tests.archive_samples import FEED, archive

NOW = datetime(2026, 11, 20, 8, 32, tzinfo=UTC)
ASHA = "slack:U0ASHA"
OWN = Channel.parse("slack:D0ASHA")


def room(name: str, *, private: bool = False, member: bool = True) -> Room:
    return Room(channel=Channel.parse(f"slack:C0{name.upper()}"), name=name, private=private, member=member)


DEALS, OPEN, SECRET = room("deals"), room("open", member=False), room("secret", private=True, member=False)


@dataclass(slots=True)
class Desk:
    """The page over a store; a gate that is open unless a test closes it."""

    store: Store
    mode: Mode = "open"
    allowed: tuple[Channel, ...] = ()
    who: Who = "members"
    asked: HomeAsked = field(
        default_factory=lambda: HomeAsked(user=ASHA, own=OWN, rooms=(DEALS, OPEN, SECRET), lang="en")
    )

    async def page(self) -> HomePage:
        gate = Gate(store=self.store, allowed=self.allowed, mode=self.mode)
        return await Home(store=self.store, gate=gate, managing=self.managing, clock=lambda: NOW).page(self.asked)

    @property
    def managing(self) -> Managing:
        return Managing(store=self.store, who=self.who, clock=lambda: NOW)

    async def subscribe(self, channel: Channel, *filters: str) -> None:
        for number, filter_ in enumerate(filters):
            at = NOW + timedelta(seconds=number)
            one = Subscription(id=new_id(at), channel=channel, filter=filter_, created_at=at, created_by=ASHA)
            await self.store.add_subscription(one)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def words(page: HomePage) -> str:
    rows = [one.heading for one in page.sections]
    rows += ["".join(run.text for run in row) for one in page.sections for row in one.lines]
    return "\n".join(rows)


def actions(page: HomePage, channel: Channel | None = None) -> list[str]:
    """What the buttons do; of one channel's sections where it is given."""
    shown = (one for one in page.sections if channel is None or one.channel == channel)
    return [button.action for one in shown for row in one.buttons for button in row]


def kinds(made: Iterable[str]) -> list[str]:
    return [action.partition(":")[0] for action in made]


# --- what is shown ---


async def test_who_comes_first_is_told_how_to_begin(desk: Desk) -> None:
    page = await desk.page()
    assert "To begin" in words(page)
    assert "/invite @dealwire" in words(page)
    assert "form:" in actions(page)


async def test_subscriptions_of_own_and_public_channels_are_shown_and_of_private_ones_not(desk: Desk) -> None:
    for channel, filter_ in ((DEALS, "s-400"), (OPEN, "su-57"), (SECRET, "t-90")):
        await desk.subscribe(channel.channel, filter_)
    await desk.subscribe(OWN, "brahmos")
    await desk.subscribe(Channel.parse("slack:C0ELSEWHERE"), "ka-226")
    shown = words(await desk.page())
    assert [word in shown for word in ("s-400", "su-57", "brahmos", "t-90", "ka-226")] == [True] * 3 + [False] * 2


async def test_the_operator_sees_private_channels_too_and_changes_nothing_in_them(desk: Desk) -> None:
    await desk.subscribe(SECRET.channel, "t-90")
    desk.asked = replace(desk.asked, user="slack:U0OM")
    assert "t-90" not in words(await desk.page())
    async with desk.store.write() as tx:
        await tx.add_claim(b"1", by="test", now=NOW, expires_at=NOW + timedelta(days=1))
        await tx.use_claim(b"1", Operator(who="slack:U0OM", channel=OWN, since=NOW))
    page = await desk.page()
    assert "t-90" in words(page)
    assert actions(page, SECRET.channel) == []


async def test_another_workspaces_subscriptions_are_not_shown(desk: Desk) -> None:
    await desk.subscribe(Channel.parse("slack:T0OTHER/C0DEALS"), "s-400")
    assert "s-400" not in words(await desk.page())


async def test_a_subscription_bears_its_buttons_where_the_person_is_in_the_channel(desk: Desk) -> None:
    await desk.subscribe(DEALS.channel, "s-400")
    await desk.subscribe(OPEN.channel, "su-57")
    (one,) = await desk.store.subscriptions(DEALS.channel)
    page = await desk.page()
    assert actions(page, DEALS.channel) == [f"form:{one.id}", f"subpause:{one.id}", f"subend:{one.id}"]
    assert actions(page, OPEN.channel) == []
    async with desk.store.write() as tx:
        await tx.pause_subscriptions([one.id], NOW)
    assert f"subresume:{one.id}" in actions(await desk.page())


async def test_how_a_channel_is_told_stands_beside(desk: Desk) -> None:
    await desk.subscribe(DEALS.channel, "s-400")
    async with desk.store.write() as tx:
        await tx.save_channel_settings(DEALS.channel, ChannelSettings(digest=Digest(every="daily")))
    assert "#deals: alerts with: s-400 · a digest every day at 09:00" in words(await desk.page())


async def test_many_subscriptions_are_paged(desk: Desk) -> None:
    await desk.subscribe(DEALS.channel, *(f"word{n:02}" for n in range(PAGE + 2)))
    first = await desk.page()
    assert words(first).count("word") == PAGE
    assert "home:1" in actions(first)
    desk.asked = replace(desk.asked, page=1)
    second = await desk.page()
    assert words(second).count("word") == 2
    assert kinds(actions(second)).count("form") == 3  # and one to add another
    desk.asked = replace(desk.asked, page=99)
    assert words(await desk.page()) == words(second)


async def test_the_latest_alerts_stand_there(desk: Desk, pack: Pack) -> None:
    assert "No alerts yet" in words(await desk.page())
    await desk.store.sync_feeds([FEED], lambda feed: NOW, NOW)
    await archive(desk.store, pack, "India and Russia sign contract for two more S-400 squadrons", NOW)
    assert "two more S-400 squadrons" in words(await desk.page())


async def test_the_answer_to_a_button_stands_above_everything_else(desk: Desk) -> None:
    said = Reply(lines=(line("Paused"),), toast="Paused.")
    desk.asked = replace(desk.asked, said=said, said_in=DEALS.channel)
    first = (await desk.page()).sections[0]
    assert (first.lines, first.channel) == (said.lines, DEALS.channel)
    desk.asked = replace(desk.asked, said=Reply(toast="Paused."))
    assert (await desk.page()).sections[0].lines == (line("Paused."),)


@pytest.mark.parametrize(("lang", "told"), [("ru-RU", "Добавить подписку"), ("hi-IN", "सदस्यता जोड़ें")])
async def test_the_page_is_in_the_persons_language(desk: Desk, lang: str, told: str) -> None:
    desk.asked = replace(desk.asked, lang=lang)
    page = await desk.page()
    assert told in [button.text for one in page.sections for row in one.buttons for button in row]


# --- for administrators ---


async def test_administrators_see_how_the_sources_do_and_only_the_operator_why_they_fail(desk: Desk) -> None:
    feeds = [Feed(id=f"f{n}", url=f"https://news.example/{n}", title=f"Wire {n:02}") for n in range(FAILING + 3)]
    await desk.store.sync_feeds(feeds, lambda feed: NOW, NOW)
    async with desk.store.write() as tx:
        await tx.save_feed_states(
            FeedState(feed_id=one.id, due_at=NOW, failures=2, last_error="HTTP 503") for one in feeds
        )
    assert "Wire" not in words(await desk.page())
    desk.asked = replace(desk.asked, administrator=True)
    shown = words(await desk.page())
    assert shown.count("Wire") == FAILING
    assert "and 3 more" in shown
    assert "HTTP 503" not in shown
    desk.asked = replace(desk.asked, user="slack:U0OM")
    async with desk.store.write() as tx:
        await tx.add_claim(b"1", by="test", now=NOW, expires_at=NOW + timedelta(days=1))
        await tx.use_claim(b"1", Operator(who="slack:U0OM", channel=OWN, since=NOW))
    assert "HTTP 503" in words(await desk.page())


async def test_administrators_choose_who_may_change(desk: Desk) -> None:
    await desk.subscribe(DEALS.channel, "s-400")
    assert "who" not in kinds(actions(await desk.page()))
    press = Press(
        action="who:admins",
        channel=OWN,
        message_id="",
        user=ASHA,
        private=True,
        manager=True,
        administrator=True,
    )
    await desk.managing.presses["who"](press)
    assert actions(await desk.page(), DEALS.channel) == []
    desk.asked = replace(desk.asked, administrator=True)
    page = await desk.page()
    assert len(actions(page, DEALS.channel)) == 3
    assert "who:members" in actions(page)


# --- who may not use the bot ---


async def test_where_nothing_is_allowed_the_page_tells_how_to_ask(desk: Desk) -> None:
    desk.mode = "closed"
    await desk.subscribe(DEALS.channel, "s-400")
    page = await desk.page()
    assert len(page.sections) == 1
    assert "/dealwire start" in words(page)
    assert actions(page) == []


async def test_of_a_closed_bot_only_allowed_channels_are_shown(desk: Desk) -> None:
    desk.mode, desk.allowed = "closed", (DEALS.channel,)
    await desk.subscribe(DEALS.channel, "s-400")
    await desk.subscribe(OPEN.channel, "su-57")
    shown = words(await desk.page())
    assert "s-400" in shown
    assert "su-57" not in shown
