"""A wrong alert is corrected or retracted by the operator, proposed by others; on each database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.corrections import corrected, corrected_card
from bot.i18n import words_in
from bot.model import Alert, Card, Channel, Delivery, FactRow, Source, new_id
from bot.storage import Store
from rules import Pack
from tests.archive_samples import FEED, archive
from tests.people import GROUP, NOW, OPERATOR, House, actions, words

SIGNED = "India and Russia sign contract for five more S-400 squadrons"
CARD = Card(
    label="NEW · REPORTED · ANI",
    headline=SIGNED,
    url="https://news.example/1",
    summary="The ministry said so.",
    rows=(FactRow(programme="S-400 Triumf", facts=("contract signed",), quotes=("sign contract",)),),
    sources=(Source(outlet="ANI", url=None, seen_at=NOW),),
    at=NOW,
)
LATER = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture
async def house(store: Store, pack: Pack) -> House:
    await store.sync_feeds([FEED], lambda feed: NOW, NOW)
    made = House(store=store, pack=pack)
    await made.claim()
    return made


@pytest.fixture
async def alert(house: House, store: Store, pack: Pack) -> Alert:
    """An alert that the group has as its message 17."""
    made = await archive(store, pack, SIGNED, NOW)
    await house.send(made.id, GROUP, "17")
    stored = await store.alert(made.id)
    assert stored is not None
    return stored


def test_a_corrected_card_says_why_before_what_it_said() -> None:
    card = corrected_card(CARD, "correct", "three squadrons,  not five", LATER, words_in("en"))
    assert card.label == "CORRECTED"
    assert card.summary == "Correction: three squadrons, not five. The ministry said so."
    assert (card.headline, card.rows, card.version, card.at) == (SIGNED, CARD.rows, 2, LATER)


def test_a_retracted_card_no_longer_tells_what_it_claimed() -> None:
    card = corrected_card(CARD, "retract", "it was an exercise!", LATER, words_in("en"))
    assert card.label == "CORRECTED"
    assert card.summary == "Retracted: it was an exercise!"
    assert card.rows == ()
    assert card.headline == SIGNED


def test_an_endless_reason_leaves_room_for_the_card() -> None:
    assert len(corrected_card(CARD, "retract", "x" * 5000, LATER, words_in("en")).summary) < 450


async def test_the_operator_retracts_by_a_reply_and_the_archive_shows_it(
    house: House, store: Store, alert: Alert
) -> None:
    answer = await house.say("retract it was an exercise", who=OPERATOR, where=GROUP, reply_to="17")
    assert "It went to 1 chat;" in answer
    stored = await store.alert(alert.id)
    assert stored is not None
    assert stored.card.label == "CORRECTED"
    assert stored.card.summary == "Retracted: it was an exercise."
    assert stored.correction == "it was an exercise"
    assert stored.corrected_at is not None
    assert house.corrected == 1
    assert "CORRECTED" in await house.say("latest", where=GROUP)
    assert SIGNED in await house.say("search is:corrected s-400", where=GROUP)
    [correction] = await store.corrections_of(alert.id)
    assert correction.former_card == alert.card
    assert (correction.state, correction.decided_by) == ("made", OPERATOR)


async def test_a_correction_names_its_alert_by_id_too(house: House, store: Store, alert: Alert) -> None:
    assert "Correction: three squadrons." in await house.say(f"correct {alert.id} three squadrons", who=OPERATOR)
    stored = await store.alert(alert.id)
    assert stored is not None
    assert stored.card.rows == alert.card.rows


@pytest.mark.parametrize("typed", ["correct", "correct it is wrong", "retract 01jd4z3v9w2m6n8p0q1r5s7t9x no such id"])
async def test_without_an_alert_or_a_reason_it_is_explained(house: House, typed: str) -> None:
    assert "Send this as a reply" in await house.say(typed, who=OPERATOR, where=GROUP)


async def test_an_alert_without_a_reason_is_not_corrected(house: House, store: Store, alert: Alert) -> None:
    assert "Send this as a reply" in await house.say("retract", who=OPERATOR, where=GROUP, reply_to="17")
    assert await store.corrections_of(alert.id) == []


async def test_others_propose_and_the_operator_decides(house: House, store: Store, alert: Alert) -> None:
    answer = await house.say("retract old news", where=GROUP, manager=False, reply_to="17")
    assert "Proposed" in answer
    assert await store.alert(alert.id) == alert
    [notice] = await house.sent()
    assert notice.delivery.channel == Channel.parse(OPERATOR)
    assert "old news" in notice.alert.card.summary
    amend, _ = actions(notice)
    assert "for the operator" in str((await house.press(amend, who="telegram:7", where=GROUP)).toast)
    decided = await house.press(amend)
    assert decided.toast == "Corrected"
    assert "Retracted: old news." in words(decided)
    assert "decided before" in words(await house.press(amend))
    stored = await store.alert(alert.id)
    assert stored is not None
    assert stored.card.version == 2


async def test_a_proposal_may_be_left(house: House, store: Store, alert: Alert) -> None:
    await house.say("correct old news", where=GROUP, reply_to="17")
    [notice] = await house.sent()
    amend, leave = actions(notice)
    assert (await house.press(leave)).toast == "Left as it is"
    assert "decided before" in words(await house.press(amend))
    assert await store.alert(alert.id) == alert


async def test_a_retracted_alert_that_waits_is_not_sent_and_a_corrected_one_is_as_it_is_now(
    house: House, store: Store, pack: Pack
) -> None:
    wrong = await archive(store, pack, SIGNED, NOW)
    inexact = await archive(store, pack, "Russia delivers fourth S-400 squadron to India", NOW)
    deliveries = [
        Delivery(id=new_id(NOW), alert_id=one.id, channel=Channel.parse(f"telegram:-{n}"), due_at=NOW)
        for n, one in enumerate((wrong, inexact), 1)
    ]
    async with store.write() as tx:
        await tx.add_deliveries(deliveries)
    await house.say(f"retract {wrong.id} an exercise", who=OPERATOR)
    await house.say(f"correct {inexact.id} the third one", who=OPERATOR)
    [sent] = await house.sent()
    assert sent.alert.card.label == "CORRECTED"
    assert sent.alert.card.summary.startswith("Correction: the third one.")
    [record] = await store.sent_to(wrong.id)
    assert (record.state, record.reason) == ("dead", "retracted before it was sent")


async def test_a_made_correction_waits_for_whoever_tells_it_and_is_told_once(
    house: House, store: Store, alert: Alert
) -> None:
    await house.say("retract an exercise", who=OPERATOR, where=GROUP, reply_to="17")
    async with store.write() as tx:
        [waiting] = await tx.untold_corrections(10)
        assert (waiting.alert_id, waiting.kind, waiting.reason) == (alert.id, "retract", "an exercise")
        await tx.corrections_told([waiting.id], NOW)
    async with store.write() as tx:
        assert await tx.untold_corrections(10) == []


async def test_an_alert_may_be_corrected_twice(house: House, store: Store, alert: Alert) -> None:
    await house.say("correct three squadrons", who=OPERATOR, where=GROUP, reply_to="17")
    await house.say("retract an exercise", who=OPERATOR, where=GROUP, reply_to="17")
    stored = await store.alert(alert.id)
    assert stored is not None
    assert (stored.card.version, stored.card.summary) == (3, "Retracted: an exercise.")
    assert stored.facets.marks.count("corrected") == 1
    assert [one.kind for one in await store.corrections_of(alert.id)] == ["correct", "retract"]


def test_what_is_corrected_keeps_its_place_and_its_terms() -> None:
    before = Alert(
        id="a",
        story_id="s",
        item_id="i",
        kind="new",
        importance="flash",
        card=CARD,
        terms=("c:s-400",),
        created_at=NOW,
    )
    after = corrected(before, "retract", "no deal", LATER)
    assert (after.id, after.terms, after.created_at, after.importance) == ("a", ("c:s-400",), NOW, "flash")


# --- the other commands of the operator ---


async def test_backtest_is_for_the_operator_and_counts(house: House, alert: Alert) -> None:
    assert "for the operator" in await house.say("backtest s-400", where=GROUP)
    assert "1 of 1 alerts" in await house.say("backtest s-400", who=OPERATOR)
    assert "0 of 1 alerts" in await house.say("backtest brahmos", who=OPERATOR)
    assert "at character" in await house.say('backtest "s-400', who=OPERATOR)
    assert "Which filter" in await house.say("backtest", who=OPERATOR)


async def test_the_audit_is_for_the_operator(house: House) -> None:
    assert "for the operator" in await house.say("audit", where=GROUP)
    assert "became an operator" in await house.say("audit", who=OPERATOR)
