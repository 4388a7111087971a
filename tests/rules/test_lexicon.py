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


@pytest.mark.parametrize(
    ("title", "is_india"),
    [
        ("Tanks roll in Kyiv - The Indian Express", False),
        ("Russia strikes Odesa - Times of India", False),
        ("Russia strikes Odesa | World - India Today", False),
        ("India today signs for Russian tanks", True),  # the word, not the outlet
        ("Air India flies to Moscow", False),
        ("INS Surat sails", True),  # Indian Naval Ship
        ("Nine ins and outs", False),
    ],
)
def test_outlets_and_firms_are_not_the_country(pack: Pack, title: str, is_india: bool) -> None:
    concepts = {above for concept in found(pack, title) for above in pack.ancestors[concept]}
    assert ("india" in concepts) is is_india


def test_a_step_of_a_deal_hides_no_name(pack: Pack) -> None:
    concepts = found(pack, "India says no to Russian arms sale")
    assert {"india", "russia", "arms", "russian-arms"} <= set(concepts)


@pytest.mark.parametrize(
    ("title", "is_near"),
    [
        ("India and Russian oil and weapons", True),
        ("Europeans sell weapons used to attack India, a buyer of Russian oil", False),
        ("Russia stays calm while neighbours discuss new tanks", False),
    ],
)
def test_some_names_need_their_company_close_by(pack: Pack, title: str, is_near: bool) -> None:
    assert ("russian-arms" in found(pack, title)) is is_near


@pytest.mark.parametrize("written", ["air-to-air missile", "air to air missiles", "Air-to-Air Missiles"])
def test_hyphens_and_spaces_are_alike_in_short_words_too(pack: Pack, written: str) -> None:
    assert "aam-general" in found(pack, f"Russia, India discuss {written}")


@pytest.mark.parametrize(
    ("title", "concept"),
    [
        ("पनडुब्बियों की खरीद", "submarine"),  # purchase of submarines
        ("बड़े सौदों पर बात", "deal"),  # talk of big deals
        ("Россия модернизирует истребители", "upgrade"),
        ("Россия модернизировала истребители", "upgrade"),
        ("Госдумой ратифицировано", "duma"),
        ("Росія передасть Індії фрегат", "india"),  # Ukrainian: Russia will hand a frigate to India
    ],
)
def test_more_endings(pack: Pack, title: str, concept: str) -> None:
    assert concept in found(pack, title)


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
    spans = [one.span for one in detection.mentions] + [span for reason in detection.reasons for span in reason.spans]
    for span in spans:
        assert span.quote and span.quote == fields[span.field][span.start : span.end]
    for fact in detection.facts:
        assert fact.quote and fact.quote == fields[fact.field][fact.start : fact.end]
