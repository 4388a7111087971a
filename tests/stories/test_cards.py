"""A card in the reader's language: whose words change, and whose stay."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.i18n import words_in
from bot.model import Alert
from bot.stories import RecentStories, alert_for, assimilate, card_in
from bot.stories.wording import money_words, quantity_words
from rules import Pack
from tests.stories.factory import NOW, judged

TITLE = "Defence ministry signs ₹60,000 crore contract with Russia for five S-400 squadrons"


@pytest.fixture(scope="module")
def alert(pack: Pack) -> Alert:
    item = judged(pack, TITLE, "The Ministry of Defence said the fourth squadron will be delivered in 2027.")
    made = alert_for(assimilate(item, RecentStories(()), NOW, told=True), item, pack, NOW)
    assert made is not None
    return made


def test_the_card_that_is_kept_is_the_english_one(alert: Alert) -> None:
    assert card_in(alert, words_in("en")) == alert.card
    assert alert.card.composed == ""


def test_a_reader_of_another_language_gets_a_headline_of_the_facts_above_the_original(alert: Alert) -> None:
    card = card_in(alert, words_in("ru"), "Europe/Moscow")
    assert card.headline == TITLE
    assert card.composed.startswith("С-400 «Триумф»: ")
    assert card.summary == alert.card.summary
    assert len(card.rows[0].facts) == len(alert.card.rows[0].facts)
    assert card.rows[0].quotes == alert.card.rows[0].quotes


def test_a_headline_in_the_readers_language_stands_alone(pack: Pack) -> None:
    # "India and Russia signed a contract for five S-400 regiments"
    item = judged(pack, "Индия и Россия подписали контракт на пять полков С-400")
    made = alert_for(assimilate(item, RecentStories(()), NOW, told=True), item, pack, NOW)
    assert made is not None
    assert card_in(made, words_in("ru")).composed == ""
    assert card_in(made, words_in("en")).composed == "S-400 Triumf: contract signed, 5 regiments ordered"


def test_air_defence_is_counted_as_the_report_and_the_readers_language_count_it(alert: Alert) -> None:
    # The report says squadrons, as India does; in Russian an эскадрилья is of aircraft, and the same is a полк.
    assert "5 squadrons" in " ".join(alert.card.rows[0].facts)
    assert "5 स्क्वाड्रन" in " ".join(card_in(alert, words_in("hi")).rows[0].facts)
    assert "5 полков" in " ".join(card_in(alert, words_in("ru")).rows[0].facts)


def test_a_retracted_alert_tells_its_facts_in_no_language(alert: Alert) -> None:
    gone = replace(alert, card=replace(alert.card, rows=()), corrected_at=NOW, correction="an exercise")
    for lang in ("en", "hi", "ru"):
        card = card_in(gone, words_in(lang))
        assert card.rows == ()
        assert card.composed == ""
    assert card_in(gone, words_in("en")).label == "CORRECTED"


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", "Correction: three, not five. So it was."),
        ("ru", "Исправление: three, not five. So it was."),
        ("hi", "सुधार: three, not five. So it was."),
    ],
)
def test_readers_are_told_in_their_language_why_it_was_corrected(alert: Alert, lang: str, told: str) -> None:
    kept = replace(alert.card, summary="Correction: three, not five. So it was.")
    card = card_in(replace(alert, card=kept, corrected_at=NOW), words_in(lang))
    assert card.summary == told


def test_a_notice_has_only_the_card_it_came_with(alert: Alert) -> None:
    notice = replace(alert, kind="notice", brief=None)
    assert card_in(notice, words_in("ru")) == alert.card


def test_readers_of_russian_get_billions_and_commas() -> None:
    words = words_in("ru")
    assert "600" in money_words(Decimal(600_000_000_000), "INR", words)
    assert "60,000" not in money_words(Decimal(600_000_000_000), "INR", words)
    assert "5,43" in money_words(Decimal(5_430_000_000), "USD", words)
    assert "601\u00a0427" in quantity_words(Decimal(601_427), "rifle", None, words)


def test_readers_of_hindi_get_crore() -> None:
    assert "60,000" in money_words(Decimal(600_000_000_000), "INR", words_in("hi"))


def test_programmes_and_speakers_are_called_as_the_readers_language_calls_them(alert: Alert) -> None:
    russian, hindi = (card_in(alert, words_in(lang)) for lang in ("ru", "hi"))
    assert [row.programme for row in alert.card.rows] == ["S-400 Triumf"]
    assert [row.programme for row in russian.rows] == ["С-400 «Триумф»"]
    assert [row.programme for row in hindi.rows] == ["एस-400 ट्रायम्फ"]
    assert "Минобороны Индии" in russian.label
    assert "भारतीय रक्षा मंत्रालय" in hindi.label


@pytest.mark.parametrize("lang", ["en", "hi", "ru"])
def test_somebody_without_a_name_is_told_in_the_readers_language(pack: Pack, lang: str) -> None:
    said = {"en": "sources", "hi": "सूत्र", "ru": "источники"}
    item = judged(pack, "Индия возьмёт у России в аренду атомную подлодку, сообщил источник в оборонном ведомстве")
    made = alert_for(assimilate(item, RecentStories(()), NOW, told=True), item, pack, NOW)
    assert made is not None
    assert made.brief is not None
    assert made.brief.speaker == "источник"
    assert f" {said[lang]}," in card_in(made, words_in(lang)).label
