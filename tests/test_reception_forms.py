"""Who gets forms and the app's page: the front door of both."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.forms import Form, FormAnswer, FormAsked, FormErrors, FormFilled, HomeAsked, HomePage
from bot.managing import Managing
from bot.model import Channel, Reply
from bot.storage import Store
from rules import Pack
from tests.people import NOW, House

DEALS = Channel.parse("slack:C0DEALS")
ASKED = FormAsked(user="slack:U0ASHA", channel=DEALS, manager=True)
FORM = Form(title="Subscribe", close="Cancel")


class Desk:
    """What lies behind the front door."""

    def __init__(self) -> None:
        self.asked: list[FormAsked | FormFilled] = []

    async def form(self, given: FormAsked | FormFilled) -> FormAnswer:
        self.asked.append(given)
        return FORM

    async def broken(self, given: FormAsked | FormFilled) -> FormAnswer:
        raise RuntimeError("the store is gone")

    async def home(self, asked: HomeAsked) -> HomePage:
        raise RuntimeError("the store is gone")


@pytest.fixture
def desk() -> Desk:
    return Desk()


def house_of(store: Store, pack: Pack, desk: Desk, *, allowed: tuple[Channel, ...] = (DEALS,)) -> House:
    return House(store=store, pack=pack, mode="closed", allowed=allowed, form=desk.form, home=desk.home)


def told(answer: FormAnswer) -> str:
    assert isinstance(answer, Reply), answer
    return "\n".join("".join(run.text for run in row) for row in answer.lines)


async def test_an_allowed_chat_gets_the_form(store: Store, pack: Pack, desk: Desk) -> None:
    assert await house_of(store, pack, desk).reception.form(ASKED) == FORM


async def test_a_stranger_is_told_the_way_in_instead(store: Store, pack: Pack, desk: Desk) -> None:
    house = house_of(store, pack, desk, allowed=())
    assert "/dealwire approve slack:C0DEALS" in told(await house.reception.form(ASKED))
    assert "/dealwire approve" in told(await house.reception.form(FormFilled(asked=ASKED, state="fill", values={})))
    assert desk.asked == []


async def test_a_closed_channel_is_refused_at_the_field_that_chose_it(store: Store, pack: Pack, desk: Desk) -> None:
    house = house_of(store, pack, desk)
    assert await house.reception.form(replace(ASKED, channel=None)) == FORM  # it is judged when it is chosen
    chosen = replace(ASKED, channel=Channel.parse("slack:C0OTHER"))
    answer = await house.reception.form(FormFilled(asked=chosen, state="where", values={"channel": "C0OTHER"}))
    assert isinstance(answer, FormErrors)
    assert answer.errors.keys() == {"channel"}


async def test_what_the_workspace_leaves_to_administrators_reaches_the_form(
    store: Store, pack: Pack, desk: Desk
) -> None:
    managing = Managing(store=store, who="admins", clock=lambda: NOW)
    house = House(store=store, pack=pack, allowed=(DEALS,), form=desk.form, managing=managing)
    await house.reception.form(ASKED)
    await house.reception.form(FormFilled(asked=replace(ASKED, administrator=True), state="fill", values={}))
    first, second = desk.asked
    assert isinstance(first, FormAsked)
    assert isinstance(second, FormFilled)
    assert (first.manager, second.asked.manager) == (False, True)


async def test_an_operator_changes_what_is_left_to_administrators(store: Store, pack: Pack, desk: Desk) -> None:
    managing = Managing(store=store, who="admins", clock=lambda: NOW)
    house = House(store=store, pack=pack, allowed=(DEALS,), form=desk.form, managing=managing)
    await house.claim(ASKED.user)
    await house.reception.form(ASKED)
    await house.reception.form(replace(ASKED, channel=None))
    assert [one.manager for one in desk.asked if isinstance(one, FormAsked)] == [True, True]


async def test_who_hands_in_too_much_at_once_waits(store: Store, pack: Pack, desk: Desk) -> None:
    house = House(store=store, pack=pack, allowed=(DEALS,), form=desk.form, per_minute=2)
    answers = [await house.reception.form(ASKED) for _ in range(3)]
    assert answers[:2] == [FORM, FORM]
    assert "try again" in told(answers[2])


async def test_what_goes_wrong_is_told_in_words(
    store: Store, pack: Pack, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    house = House(store=store, pack=pack, allowed=(DEALS,), form=desk.broken, home=desk.home)
    assert "went wrong" in told(await house.reception.form(ASKED))
    page = await house.reception.home(HomeAsked(user="slack:U0ASHA", own=Channel.parse("slack:D1"), lang="ru"))
    assert "ошиб" in "".join(run.text for row in page.sections[0].lines for run in row).lower()
    assert [record.getMessage() for record in caplog.records] == ["form failed", "home page failed"]


async def test_a_house_without_forms_says_so(store: Store, pack: Pack) -> None:
    assert "no forms" in told(await House(store=store, pack=pack, allowed=(DEALS,)).reception.form(ASKED))
