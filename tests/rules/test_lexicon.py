"""Names are found as whole words in any inflection and spelling, and at their place in the original text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import Item, Pack, detect


def found(pack: Pack, title: str, text: str = "") -> dict[str, str]:
    """Concept -> the words that named it."""
    return {one.concept: one.span.quote for one in detect(Item(id="1", title=title, text=text), pack).mentions}


@pytest.mark.parametrize(
    "written",
    [
        "S-400", "S400", "S 400", "s-400", "S‑400", "S–400", "С-400", "С400", "с-400-х", "C-400 Триумф", "एस-400",
        "एस 400", "एस-४००", "S\u00ad-400", "S-400s", "S-400's", "Ｓ-400",
    ],
)  # fmt: skip
def test_all_spellings_of_s_400_are_one_programme(pack: Pack, written: str) -> None:
    assert "s-400" in found(pack, f"India {written} delivery")


@pytest.mark.parametrize(
    ("title", "concept"),
    [
        ("India buys Sukhoi-30", "su-30mki"),
        ("Истребители Cу-30МКИ", "su-30mki"),  # the first letter is Latin
        ("Истребители Су-30MKИ", "su-30mki"),  # M and K are Latin
        ("Индией подписан контракт", "india"),
        ("контракт с Индией", "india"),
        ("индийским заводам", "india"),
        ("в Россию", "russia"),
        ("российскими", "russia"),
        ("с Путиным", "vladimir-putin"),
        ("रूस से", "russia"),
        ("भारतीयों को", "india"),
        ("BrahMos' range", "brahmos"),
        ("BrahMos’s range", "brahmos"),
        ("India’s jets", "india"),
        ("Rosoboronexport-led", "rosoboronexport"),
        ("Рособоронэкспорту", "rosoboronexport"),
        ("ракетами BrahMos", "brahmos"),
        (unicodedata.normalize("NFD", "российский"), "russia"),
        ("ब्रह्मोस की", "brahmos"),
        ("T-90S", "t-90"),
        ("ЗРПК «Панцирь-С1»", "pantsir"),
        ("военно-технического сотрудничества с Индией", "mtc-general"),
    ],
)
def test_inflected_and_mixed_spellings_are_found(pack: Pack, title: str, concept: str) -> None:
    assert concept in found(pack, title)


@pytest.mark.parametrize(
    ("title", "concept"),
    [
        ("Russia transports grain", "sport"),  # a rival reads "sports" here
        ("weighs updating a contract", "civil"),
        ("a defence relationship", "warship"),
        ("Indianapolis 500", "india"),
        ("Индиана", "india"),
        ("индейка к празднику", "india"),  # turkey for the feast
        ("Prussian blue", "russia"),
        ("Белоруссия", "russia"),
        ("ukraine", "usa"),
        ("jerusalem", "usa"),
        ("the party's 400 seats", "s-400"),
        ("Rs 400", "s-400"),
        ("MS-400 gearbox", "s-400"),
        ("S-4000 lens", "s-400"),
        ("an 32-year-old", "an-32"),
        ("Samsung Galaxy A50", "a-50-phalcon"),
        ("C400 scooter", "s-400"),
        ("mta bus delay in Russia", "mta-il-276"),
        ("Valentino Rossi wins", "russia"),
    ],
)
def test_the_inside_of_another_word_is_no_name(pack: Pack, title: str, concept: str) -> None:
    assert concept not in found(pack, title)


@pytest.mark.parametrize(
    ("without", "with_company", "concept"),
    [
        ("A triumph in Delhi", "Triumf missile for Delhi", "s-400"),
        ("Триумф артиста", "ЗРК «Триумф»", "s-400"),
        ("Панцирь черепахи", "ЗРПК «Панцирь»", "pantsir"),  # a turtle's shell
        ("Игла и нитка", "ПЗРК «Игла»", "igla-s"),  # needle and thread
        ("Mango harvest", "Mango rounds for T-90 tanks", "mango-apfsds"),
        ("Tamal recipe", "frigate Tamal", "project-11356-tushil"),
        ("Mission Sudarshan Chakra shield", "Sudarshan Chakra squadron", "s-400"),
        ("शेर जंगल में", "शेर राइफल", "ak-203"),  # a lion in the forest; the rifle
    ],
)
def test_ordinary_words_count_only_in_company(pack: Pack, without: str, with_company: str, concept: str) -> None:
    assert concept not in found(pack, without)
    assert concept in found(pack, with_company)


def test_the_longest_name_wins(pack: Pack) -> None:
    assert found(pack, "Indian Ocean and Indian Air Force")["iaf"] == "Indian Air Force"
    assert "su-30mki" not in found(pack, "Su-30MKI upgrade")


WORDS = st.sampled_from(
    [
        "India",
        "С-400",
        "Су-30МКИ",
        "रूस से",
        "एस-४००",
        "मंज़ूरी",
        "signs",
        "😀",
        "\u00ad",
        "\u200d",
        "й",
        "𝐒-400",
        " ",
        ". ",
        "\n",
    ]
)


@given(st.lists(st.one_of(WORDS, st.text(max_size=6)), max_size=15), st.lists(WORDS, max_size=15))
def test_every_span_quotes_its_field(pack: Pack, title: list[str], text: list[str]) -> None:
    fields = {"title": " ".join(title), "text": " ".join(text)}
    detection = detect(Item(id="1", title=fields["title"], text=fields["text"]), pack)
    spans = [one.span for one in detection.mentions] + [
        span for reason in detection.reasons for span in reason.spans
    ]
    for span in spans:
        assert span.quote and span.quote == fields[span.field][span.start : span.end]
    for fact in detection.facts:
        assert fact.quote and fact.quote == fields[fact.field][fact.start : fact.end]
