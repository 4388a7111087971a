"""The step that an item tells: said or only planned, done or denied, news or background."""

from __future__ import annotations

from datetime import date

import pytest

from rules import Detection, Item, Pack, detect

ON = date(2025, 6, 20)


def verdict(pack: Pack, title: str, text: str = "") -> Detection:
    return detect(Item(id="1", title=title, text=text, on=ON), pack)


@pytest.mark.parametrize(
    ("title", "stage"),
    [
        # Hedged: not signed, not delivered.
        ("India set to sign contract with Russia for Igla-S missiles", "negotiation"),
        ("India and Russia may soon sign S-400 contract", "negotiation"),
        ("Россия и Индия намерены подписать контракт на С-400", "negotiation"),  # intend to sign
        ("भारत और रूस एस-400 सौदे पर जल्द हस्ताक्षर कर सकते हैं", "negotiation"),  # may soon sign
        ("रूस से सुखोई-30 सौदा, अगले महीने हो सकते हैं दस्तखत", "negotiation"),  # the same, turned round
        ("Russia will deliver fourth S-400 squadron to India in 2026", "delivery-planned"),
        ("Россия передаст Индии четвертый полк С-400 в 2026 году", "delivery-planned"),  # will hand over
        ("रूस 2026 तक भारत को चौथी एस-400 स्क्वाड्रन सौंपेगा", "delivery-planned"),  # will hand over
        ("INS Tamal to be commissioned in Russia for Indian Navy next month", "delivery-planned"),
        # Negated or denied.
        ("No S-400 deal signed at India-Russia summit", "no-deal"),
        ("India and Russia did not sign the Su-57 contract", "no-deal"),
        ("India has not received fourth S-400 squadron from Russia", "delay"),
        ("Индия опровергла сообщения о контракте на Су-57 с Россией", "denial"),  # denied reports
        ("भारत ने रूस से सुखोई-57 सौदे की खबरों का खंडन किया", "denial"),  # denied the reports
        # An acceptance of necessity is no contract, a memorandum neither.
        ("DAC accords AoN for S-400 missiles from Russia", "approval-aon"),
        ("India and Russia sign MoU on Pantsir air defence system", "mou"),
        ("Индия и Россия подписали меморандум о комплексах «Панцирь»", "mou"),  # signed a memorandum
        # The circumstance is not the news, whichever side of its word it stands on.
        ("INS Tushil joins fleet despite war and sanctions", "induction"),
        ("Submarine refit in Russia skipped as sanctions bite, says Indian Navy", "maintenance"),
        ("Россия передала Индии фрегат несмотря на задержки", "delivery"),  # handed over despite delays
        ("पुतिन के दौरे से पहले भारत ने रूस के साथ इग्ला का करार किया", "contract"),  # before Putin's visit
        # People who arrive are on a visit, arms that arrive are delivered.
        ("रूस के रक्षा मंत्री पहुंचे दिल्ली, राजनाथ से मुलाकात", "talks"),
        ("भारत पहुंचे रूस के एस-400, वायुसेना को मिली मजबूती", "delivery"),
        ("Раджнатх Сингх прилетел в Москву обсуждать закупки оружия", "talks"),
        # What is to come for a sum is agreed; with no sum it is only to come.
        ("Россия поставит Индии ракеты для «Тунгусок» за 4 млрд рупий", "contract"),
        ("Россия поставит Индии ракеты для «Тунгусок»", "delivery-planned"),
        ("रूस से दस साल के पट्टे पर तीन अरब डॉलर में परमाणु पनडुब्बी", "contract"),
        ("Russia to upgrade Indian MiG-29s for $960 million", "contract"),
        # A proposal that is weighed is an offer, a purchase alone not more than an interest.
        ("India weighs Russian proposal to build Su-57", "offer"),
        ("Дели рассматривает предложение Москвы по Су-57", "offer"),
        ("Названа цена закупок Индией российских истребителей", "interest"),  # the price of purchases
        ("Индия купила у России ракеты к С-400", "contract"),  # bought
        # Payments and delays by what is late; a year's end is no delivery.
        ("Bank holds up instalment for Russian S-400 to India", "payment-problem"),
        ("रूस से एस-400 समय पर नहीं मिल पाएगा", "delay"),  # will not come in time
        ("Передача фрегата «Тамал» Индии сдвинулась на полгода", "delay"),
        ("Индия и Россия торгуются о цене второго полка С-400", "negotiation"),
        ("Завод в Индии выпустит первые российские АК-203 до конца года", "production"),
        ("Indo-Russian joint venture begins manufacture of AK-203 rifles", "production"),
        ("State Duma okays military logistics pact with India", "ratification"),
        # Themes: what is talked about is no step.
        ("India and Russia discuss delivery of S-400 and upgrade of Su-30MKI", "talks"),
        ("Индия и Россия обсудили поставки С-400", "talks"),  # discussed supplies
        ("भारत और रूस ने एस-400 की आपूर्ति पर चर्चा की", "talks"),  # discussed the supply
        # Unpaid bills are told as such, not as the delay that they cause.
        ("S-400 supplies to India delayed over payments, Russia says", "payment-problem"),
        ("State Duma approves RELOS logistics pact with India", "ratification"),
    ],
)
def test_hedges_denials_and_themes(pack: Pack, title: str, stage: str) -> None:
    detection = verdict(pack, title)
    assert detection.relevant
    assert detection.stage == stage


def test_the_proof_of_a_hedged_step_holds_the_hedge(pack: Pack) -> None:
    title = "Россия и Индия намерены подписать контракт на С-400"  # intend to sign
    [fact] = [fact for fact in verdict(pack, title).facts if fact.kind == "stage"]
    assert "намерены" in fact.quote
    assert fact.quote == title[fact.start : fact.end]


def test_an_old_signing_in_the_text_is_not_the_news(pack: Pack) -> None:
    text = (
        "The defence ministers of India and Russia discussed the S-400 on Thursday. "
        "The contract was signed in October 2018, and three squadrons were delivered by 2023."
    )
    assert verdict(pack, "Rajnath, Belousov discuss S-400 in Moscow", text).stage == "talks"


def test_another_programmes_step_is_not_the_news(pack: Pack) -> None:
    text = "India weighs buying the Su-57 from Russia. HAL signed a contract for AL-31FP engines this week."
    assert verdict(pack, "India weighs buying Russian Su-57 fighters", text).stage == "interest"


def test_what_a_weak_source_says_of_a_deal_is_a_rumour(pack: Pack) -> None:
    text = "India will buy 60 Su-57 fighters from Russia, a blogger claims. Nobody has confirmed it."
    detection = verdict(pack, "India to buy 60 Su-57 fighters from Russia, blogger claims", text)
    assert (detection.stage, detection.certainty) == ("rumour", "claimed")


def test_a_step_without_any_word_for_it_is_none(pack: Pack) -> None:
    assert verdict(pack, "S-400: what India's Russian air defence system can do").stage in (None, "talks")
