"""The operator's own names, programmes, keywords and rules work beside those of the packs, and are checked."""

from __future__ import annotations

import tomllib

import pytest

from rules import (
    Item,
    Own,
    Pack,
    PackError,
    detect,
    field_terms,
    load_packs,
    parse_filter,
    query_terms,
    subject_of,
)

ENTRIES = """
packs = ["india_russia"]

[[own.programmes]]
id = "project-zulu"
name = "Project Zulu"
category = "naval"
aliases = ["Project Zulu", "प्रोजेक्ट ज़ूलू", "проект Зулу"]
implies = ["russia"]

[[own.programmes]]
id = "grey-heron"
category = "naval"
aliases = ["Grey Heron"]
needs = ["russia"]

[[own.aliases]]
concept = "s-400"
aliases = ["Long Arm system", "длинная рука"]

[[own.aliases]]
concept = "project-zulu"
aliases = ["Zulu boat"]

[[own.keywords]]
words = ["horoscope", "राशिफल", "гороскоп"]
weight = -9.0
reason = "Horoscopes are no news of arms"

[[own.keywords]]
words = ["Tunguska missiles"]
weight = -2.5
reason = "We have heard enough of these"
where = "title"

[[own.rules]]
id = "yard-visit"
weight = 6.0
where = "title"
all = ["india", "shipyard"]
say = "A visit to a yard: {names}"
"""


def own(text: str) -> Own:
    return Own(file="config.toml", text=text, data=tomllib.loads(text)["own"])


def refused(text: str, *packs: str) -> PackError:
    with pytest.raises(PackError) as caught:
        load_packs(packs or ["india_russia"], own(text))
    return caught.value


@pytest.fixture(scope="module")
def plain() -> Pack:
    return load_packs(["india_russia"])


@pytest.fixture(scope="module")
def ours() -> Pack:
    return load_packs(["india_russia"], own(ENTRIES))


def item(title: str, text: str = "") -> Item:
    return Item(id="1", title=title, text=text)


@pytest.mark.parametrize(
    "title",
    [
        "India signs contract for Project Zulu",
        "भारत ने प्रोजेक्ट ज़ूलू के अनुबंध पर हस्ताक्षर किए",  # India signed the contract for Project Zulu
        "Индия и Россия подписали контракт по проекту Зулу",  # India and Russia signed a contract on Project Zulu
    ],
)
def test_an_own_programme_is_detected_in_each_language(title: str, plain: Pack, ours: Pack) -> None:
    assert detect(item(title), ours).relevant
    assert detect(item(title), ours).programmes == ("project-zulu",)
    assert "project-zulu" not in detect(item(title), plain).programmes
    assert detect(item(title), plain).score < detect(item(title), ours).score


def test_an_own_programme_is_shown_searched_and_filtered_like_any_other(ours: Pack) -> None:
    detection = detect(item("India signs contract for Project Zulu"), ours)
    terms = (*detection.terms, *field_terms(ours, programmes=detection.programmes))
    assert ours.name("project-zulu") == "Project Zulu"
    assert parse_filter("programme:project-zulu", ours).matches(subject_of(terms=terms))
    assert parse_filter("category:naval", ours).matches(subject_of(terms=terms))
    assert not parse_filter("programme:s-400", ours).matches(subject_of(terms=terms))
    assert query_terms("проект зулу", ours) == (("c:project-zulu",),)


def test_an_own_name_in_need_of_context_counts_only_there(ours: Pack) -> None:
    assert detect(item("Russia offers Grey Heron to India"), ours).programmes == ("grey-heron",)
    assert detect(item("A grey heron was seen in India"), ours).programmes == ()


def test_more_names_lead_to_the_concept_they_are_given_to(plain: Pack, ours: Pack) -> None:
    for title in ("India to get more Long Arm systems from Russia", "Индия ждёт длинную руку из России"):
        assert "s-400" in detect(item(title), ours).programmes
        assert "s-400" not in detect(item(title), plain).programmes
    assert detect(item("Russia hands over Zulu boats to India"), ours).programmes == ("project-zulu",)


def test_a_keyword_counts_with_its_reason_and_where_it_stands(plain: Pack, ours: Pack) -> None:
    news = item("India signs contract with Russia for S-400", "And now the horoscope for today.")
    assert detect(news, plain).relevant
    detection = detect(news, ours)
    assert not detection.relevant
    reason = detection.reasons[0]
    assert reason.weight == -9.0
    assert reason.sentence["ru"] == "Horoscopes are no news of arms"
    assert [span.quote for span in reason.spans] == ["horoscope"]


def test_a_keyword_neither_hides_a_name_of_the_pack_nor_is_hidden_by_one(plain: Pack, ours: Pack) -> None:
    news = item("India signs contract with Russia for Tunguska missiles")
    with_keyword, without = detect(news, ours), detect(news, plain)
    assert with_keyword.programmes == without.programmes == ("tunguska",)
    assert with_keyword.score < without.score
    assert with_keyword.relevant
    assert (
        detect(item("News from India", "Tunguska missiles"), ours).reasons
        == detect(item("News from India", "Tunguska missiles"), plain).reasons
    )


def test_an_own_rule_is_one_of_the_pack(plain: Pack, ours: Pack) -> None:
    news = item("Indian delegation visits shipyard")
    assert not detect(news, plain).relevant
    detection = detect(news, ours)
    assert detection.relevant
    assert detection.reasons[0].sentence["en"] == "A visit to a yard: India"


def test_a_turned_away_item_is_not_turned_away_for_want_of_own_words(ours: Pack) -> None:
    assert detect(item("Indian delegation visits shipyard"), ours, explain=False).relevant


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('concept = "s-400"', 'concept = "s-40"', "unknown concept 's-40'; did you mean 's-400'?"),
        ('category = "naval"', 'category = "navel"', "unknown category 'navel'; did you mean 'naval'?"),
        ('id = "project-zulu"', 'id = "s-400"', "'s-400' exists already"),
        ('implies = ["russia"]', 'implies = ["rusia"]', "unknown party 'rusia'; did you mean 'russia'?"),
        ('needs = ["russia"]', 'needs = ["russa"]', "unknown concept 'russa'; did you mean 'russia'?"),
        ("weight = -9.0", 'weight = "much"', "'weight' must be a number"),
        ('where = "title"\n\n', 'where = "titel"\n\n', "unknown place 'titel'; did you mean 'title'?"),
        ('"horoscope", ', '"!!!", ', "'!!!' has no letters or digits to look for"),
        ("reason = ", "reson = ", "unknown key 'reson'; did you mean 'reason'?"),
        ('all = ["india"', 'all = ["indi"', "unknown concept 'indi'; did you mean 'india'?"),
        ("say = ", "sya = ", "unknown key 'sya'; did you mean 'say'?"),
        ('id = "yard-visit"', 'id = "both-sides"', "a rule needs an 'id' of its own"),
        ('aliases = ["Zulu boat"]', 'aliases = ["Zulu boat"]\nlang = "de"', "unknown language 'de'"),
        ('aliases = ["Zulu boat"]', 'pack = "india_france"', "the pack 'india_france' is not loaded"),
        ('[[own.keywords]]\nwords = ["hor', '[[own.keyword]]\nwords = ["hor', "did you mean 'keywords'?"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_file_and_line(old: str, new: str, message: str) -> None:
    assert old in ENTRIES
    text = ENTRIES.replace(old, new, 1)
    error = refused(text)
    assert message in str(error)
    assert error.file == "config.toml"
    wrong = new.rpartition("\n")[2] if not new.endswith("\n") else new.strip().rpartition("\n")[2]
    near = next(
        number for number, line in enumerate(text.split("\n"), 1) if wrong.strip(" ,") and wrong.strip() in line
    )
    assert abs(error.line - near) <= 1


def test_entries_go_to_the_pack_that_they_are_for() -> None:
    text = """
[[own.aliases]]
concept = "rafale"
aliases = ["Squall jet"]

[[own.programmes]]
id = "kestrel-engine"
category = "engine"
aliases = ["Kestrel engine"]
pack = "india_france"

[[own.keywords]]
words = ["horoscope"]
weight = -20.0
reason = "no"
"""
    both = load_packs(["india_russia", "india_france"], own(text))
    russia, france = both.parts
    assert "Squall jet" in france.concepts["rafale"].aliases["en"]
    assert "rafale" not in russia.concepts
    assert "kestrel-engine" in france.programmes
    assert "kestrel-engine" not in russia.programmes
    assert russia.keywords is not None
    assert france.keywords is not None
    assert detect(item("Dassault to deliver Squall jets to India"), both).programmes == ("rafale",)
    assert not detect(item("India signs contract with Russia for S-400 horoscope"), both).relevant


def test_a_concept_that_no_pack_has_is_refused_with_several_packs_too() -> None:
    text = '[[own.aliases]]\nconcept = "rafal"\naliases = ["Squall jet"]\n'
    assert "unknown concept 'rafal'" in str(refused(text, "india_russia", "india_france"))


def test_entries_without_a_file_work_and_are_refused_without_a_line() -> None:
    data = {"aliases": [{"concept": "s-400", "aliases": ["Long Arm system"]}]}
    pack = load_packs(["india_russia"], Own(file="environment", text="", data=data))
    assert "s-400" in detect(item("Long Arm system for India"), pack).programmes
    data["aliases"][0]["concept"] = "s-40"
    with pytest.raises(PackError) as caught:
        load_packs(["india_russia"], Own(file="environment", text="", data=data))
    assert caught.value.line == 0
