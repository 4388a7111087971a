from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.forecast import Forecaster
from bot.form_fields import FILTER_MAX
from bot.forms import STATE_MAX, Form, FormAnswer, FormAsked, FormErrors, FormFilled
from bot.model import Channel, Subscription
from bot.settings import ChannelSettings, Digest, QuietHours
from bot.storage import Store
from bot.subscribe_form import SubscribeForm
from bot.subscribing import PRESETS
from rules import Pack
from tests.archive_samples import FEED, archive

NOW = datetime(2026, 11, 20, 8, 32, tzinfo=UTC)
DEALS = Channel.parse("slack:C0DEALS")
OTHER = Channel.parse("slack:C0OTHER")
ASHA = "slack:U0ASHA"


@dataclass(slots=True)
class Desk:
    """One person and the forms; time moves by hand."""

    store: Store
    pack: Pack
    now: datetime = NOW
    asked: FormAsked = field(
        default_factory=lambda: FormAsked(user=ASHA, channel=DEALS, manager=True, zone="Europe/Moscow")
    )
    woken: int = 0

    async def open(self, what: str = "") -> FormAnswer:
        self.asked = replace(self.asked, what=what)
        return await self._form().answer(self.asked)

    async def hand_in(self, form: FormAnswer, **values: str) -> FormAnswer:
        """The form handed in with what stands in it but for `values`."""
        assert isinstance(form, Form), form
        stands = {one.name: one.value for one in form.fields}
        assert values.keys() <= stands.keys()
        return await self._form().answer(FormFilled(asked=self.asked, state=form.state, values={**stands, **values}))

    async def save(self, form: FormAnswer, **values: str) -> FormAnswer:
        """Handed in, looked at, saved."""
        return await self.hand_in(await self.hand_in(form, **values))

    async def filters(self, channel: Channel = DEALS) -> list[str]:
        return [one.filter for one in await self.store.subscriptions(channel)]

    async def settings(self) -> ChannelSettings | None:
        return await self.store.channel_settings(DEALS)

    async def audit(self) -> list[tuple[str, str]]:
        return [(one.action, one.words) for one in reversed(await self.store.audit_entries(20))]

    def _wake(self) -> None:
        self.woken += 1

    def _form(self) -> SubscribeForm:
        self.now += timedelta(seconds=1)
        return SubscribeForm(
            store=self.store,
            pack=self.pack,
            forecaster=Forecaster(store=self.store, pack=self.pack),
            clock=lambda: self.now,
            on_deliveries=self._wake,
        )


@pytest.fixture
def desk(store: Store, pack: Pack) -> Desk:
    return Desk(store, pack)


def words(answer: FormAnswer) -> str:
    assert not isinstance(answer, FormErrors), answer
    return "\n".join("".join(run.text for run in row) for row in answer.lines)


def errors(answer: FormAnswer) -> Mapping[str, str]:
    assert isinstance(answer, FormErrors), answer
    return answer.errors


def value(form: FormAnswer, name: str) -> str:
    assert isinstance(form, Form)
    return next(one.value for one in form.fields if one.name == name)


# --- a new one ---


async def test_a_new_form_holds_what_holds_for_a_channel_that_never_chose(desk: Desk) -> None:
    form = await desk.open()
    assert {name: value(form, name) for name in ("preset", "filter", "delivery", "quiet", "zone", "lang", "least")} == {
        "preset": "all",
        "filter": "",
        "delivery": "now",
        "quiet": "",
        "zone": "Europe/Moscow",
        "lang": "en",
        "least": "low",
    }


async def test_what_is_saved_is_what_was_filled_in(desk: Desk) -> None:
    saved = await desk.save(
        await desk.open(),
        preset="air-defence",
        filter="stage>=contract value>=$1bn",
        delivery="weekly-4",
        at="18:30",
        quiet="22-7 high",
        zone="Tokyo",
        lang="hi",
        least="high",
        broadcast="yes",
    )
    assert isinstance(saved, Form)
    assert saved.last
    assert await desk.filters() == ["(category:air-defence) (stage>=contract value>=$1bn)"]
    assert await desk.settings() == ChannelSettings(
        lang="hi",
        zone="Asia/Tokyo",
        digest=Digest(every="weekly", at=time(18, 30), weekday=4),
        quiet=QuietHours(start=time(22), end=time(7), through="high"),
        min_importance="high",
        broadcast=True,
    )
    assert desk.woken == 1
    changed = "lang, zone, digest, quiet, min_importance, broadcast"
    assert await desk.audit() == [
        ("settings", changed),
        ("subscribe", "(category:air-defence) (stage>=contract value>=$1bn)"),
    ]


async def test_nothing_is_saved_before_the_preview_is_handed_in(desk: Desk) -> None:
    preview = await desk.hand_in(await desk.open(), filter="s-400")
    assert isinstance(preview, Form)
    assert preview.over
    assert await desk.filters() == []
    assert await desk.settings() is None


async def test_the_preview_counts_the_last_30_days_and_names_the_newest_three(desk: Desk) -> None:
    await desk.store.sync_feeds([FEED], lambda feed: NOW, NOW)
    titles = [f"India and Russia sign contract for {n} more S-400 squadrons" for n in ("two", "three", "four", "five")]
    for age, title in enumerate(reversed(titles)):
        await archive(desk.store, desk.pack, title, NOW - timedelta(days=10 - age))
    await archive(desk.store, desk.pack, "India and Russia sign contract for six S-400 units", NOW - timedelta(days=40))
    preview = words(await desk.hand_in(await desk.open(), filter="s-400"))
    assert "You would have received 4 alerts in the last 30 days." in preview
    assert [title in preview for title in titles] == [True, True, True, False]
    nothing = words(await desk.hand_in(await desk.open(), filter="su-57"))
    assert "You would have received 0 alerts" in nothing
    few = words(await desk.hand_in(await desk.open(), filter="s-400", least="flash"))
    assert "You would have received 4 alerts" not in few


async def test_what_is_not_understood_is_told_at_its_field(desk: Desk) -> None:
    told = errors(
        await desk.hand_in(
            await desk.open(), filter="s-400 stag>=contract", quiet="late", zone="Mosco", at="noon", delivery="daily"
        )
    )
    assert told.keys() == {"filter", "quiet", "zone", "at"}
    assert "character 7" in told["filter"]
    assert "stage" in told["filter"]
    assert "Europe/Moscow" in told["zone"]
    assert await desk.filters() == []


async def test_a_channel_takes_several_and_none_twice(desk: Desk) -> None:
    await desk.save(await desk.open(), filter="s-400")
    await desk.save(await desk.open(), filter="su-57")
    assert await desk.filters() == ["s-400", "su-57"]
    assert "already" in errors(await desk.hand_in(await desk.open(), filter="su-57"))["filter"]


@pytest.mark.parametrize("preset", PRESETS)
async def test_every_preset_comes_back_as_itself(desk: Desk, preset: str) -> None:
    await desk.save(await desk.open(), preset=preset, filter="s-400 OR su-57")
    (one,) = await desk.store.subscriptions(DEALS)
    form = await desk.open(one.id)
    assert (value(form, "preset"), value(form, "filter")) == (preset, "s-400 OR su-57")


# --- an old one ---


async def test_editing_changes_the_filter_and_keeps_who_it_is(desk: Desk) -> None:
    await desk.save(await desk.open(), filter="s-400", delivery="daily", at="07:00")
    (before,) = await desk.store.subscriptions(DEALS)
    form = await desk.open(before.id)
    assert (value(form, "filter"), value(form, "delivery"), value(form, "at")) == ("s-400", "daily", "07:00")
    await desk.save(form, filter="su-57", delivery="now")
    (after,) = await desk.store.subscriptions(DEALS)
    assert (after.id, after.filter) == (before.id, "su-57")
    assert await desk.settings() == ChannelSettings(zone="Europe/Moscow")
    assert ("edit", "s-400 -> su-57") in await desk.audit()


async def test_a_paused_subscription_stays_paused_when_it_is_edited(desk: Desk) -> None:
    await desk.save(await desk.open(), filter="s-400")
    (one,) = await desk.store.subscriptions(DEALS)
    async with desk.store.write() as tx:
        await tx.pause_subscriptions([one.id], NOW)
    await desk.save(await desk.open(one.id), filter="su-57")
    assert (await desk.store.subscriptions(DEALS))[0].paused_at == NOW


async def test_mutes_and_whatever_the_form_does_not_ask_stay(desk: Desk) -> None:
    held = ChannelSettings(mutes={"su-57": None}, rings_per_hour=3, min_score=0.5)
    async with desk.store.write() as tx:
        await tx.save_channel_settings(DEALS, held)
    await desk.save(await desk.open(), filter="s-400", lang="ru")
    assert await desk.settings() == replace(held, lang="ru")


async def test_another_channels_subscription_is_not_edited(desk: Desk) -> None:
    other = Subscription(id="s9", channel=OTHER, filter="s-400", created_at=NOW, created_by="slack:U0OTHER")
    await desk.store.add_subscription(other)
    assert "not there" in words(await desk.open("s9"))
    form = await desk.open()
    assert isinstance(form, Form)
    desk.asked = replace(desk.asked, what="s9")
    assert "not there" in words(await desk.hand_in(form, filter="su-57"))
    assert await desk.filters(OTHER) == ["s-400"]


async def test_one_that_ended_meanwhile_is_not_saved(desk: Desk) -> None:
    await desk.save(await desk.open(), filter="s-400")
    (one,) = await desk.store.subscriptions(DEALS)
    preview = await desk.hand_in(await desk.open(one.id), filter="su-57")
    await desk.store.remove_subscriptions(DEALS)
    assert "not there" in words(await desk.hand_in(preview))
    assert await desk.filters() == []


# --- who, and where ---


async def test_only_who_may_change_the_channel_gets_the_form(desk: Desk) -> None:
    form = await desk.open()
    desk.asked = replace(desk.asked, manager=False)
    assert "Only administrators" in words(await desk.open())
    assert "Only administrators" in words(await desk.hand_in(form, filter="s-400"))


async def test_a_channel_without_the_bot_says_how_to_invite_it(desk: Desk) -> None:
    form = await desk.open()
    desk.asked = replace(desk.asked, present=False)
    assert "/invite" in words(await desk.open())
    assert "/invite" in words(await desk.hand_in(form, filter="s-400"))
    assert await desk.filters() == []


async def test_where_no_channel_is_known_it_is_chosen_first(desk: Desk) -> None:
    desk.asked = replace(desk.asked, channel=None, manager=False)
    where = await desk.open()
    assert isinstance(where, Form)
    assert [one.kind for one in where.fields] == ["channel"]
    assert "channel" in errors(await desk.hand_in(where))
    desk.asked = replace(desk.asked, channel=DEALS, present=False)
    assert "/invite" in errors(await desk.hand_in(where))["channel"]
    desk.asked = replace(desk.asked, present=True)
    assert "must be in the channel" in errors(await desk.hand_in(where))["channel"]
    desk.asked = replace(desk.asked, manager=True, present=True)
    assert value(await desk.hand_in(where), "preset") == "all"


async def test_the_longest_filter_fits_the_state_and_a_longer_one_is_refused_at_its_field(desk: Desk) -> None:
    longest = " OR ".join(['"s-400"'] * 200)[:FILTER_MAX]
    longest = longest[: longest.rindex(" OR ")]
    preview = await desk.hand_in(await desk.open(), filter=longest, quiet="22:00 - 07:00 normal", zone="Москва")
    assert isinstance(preview, Form)
    assert len(preview.state) <= STATE_MAX
    await desk.hand_in(preview)
    assert await desk.filters() == [longest]
    assert "filter" in errors(await desk.hand_in(await desk.open(), preset="aircraft", filter=longest))


@pytest.mark.parametrize(("profile", "expected"), [("Europe/Moscow",) * 2, ("Mars/Base", "Asia/Kolkata")])
async def test_the_time_zone_is_that_of_the_persons_profile(desk: Desk, profile: str, expected: str) -> None:
    desk.asked = replace(desk.asked, zone=profile)
    assert value(await desk.open(), "zone") == expected


@pytest.mark.parametrize(("lang", "title"), [("ru-RU", "ru"), ("hi-IN", "hi"), ("fr-FR", "en"), (None, "en")])
async def test_the_form_speaks_the_persons_language_until_the_channel_chose(
    desk: Desk, lang: str | None, title: str
) -> None:
    desk.asked = replace(desk.asked, lang=lang)
    assert value(await desk.open(), "lang") == title
    async with desk.store.write() as tx:
        await tx.save_channel_settings(DEALS, ChannelSettings(lang="en"))
    assert value(await desk.open(), "lang") == "en"
