"""Several packs at once: each judges as it would alone, and what they share is shared by its id."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import rules
from rules import (
    Detection,
    Item,
    Pack,
    PackError,
    detect,
    field_terms,
    load_pack,
    load_packs,
    parse_filter,
    query_terms,
    subject_of,
)

PACKS = Path(rules.__file__).parent / "packs"


@pytest.fixture(scope="module")
def alone() -> dict[str, Pack]:
    return {name: load_pack(name) for name in ("india_russia", "india_france")}


@pytest.fixture(scope="module")
def both() -> Pack:
    return load_packs(["india_russia", "india_france"])


def copied(folder: Path, pack: str = "india_france") -> Path:
    shutil.copytree(PACKS / pack, folder)
    return folder


def changed(folder: Path, file: str, old: str, new: str) -> Path:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def item(title: str) -> Item:
    return Item(id="1", title=title)


def fits(words: str, detection: Detection, pack: Pack) -> bool:
    terms = (*detection.terms, *field_terms(pack, programmes=detection.programmes))
    return parse_filter(words, pack).matches(subject_of(terms=terms))


def test_a_name_that_another_pack_brings_is_found_too(both: Pack) -> None:
    title = "Russia and India sign contract for Tunguska missiles"
    detection = detect(Item(id="1", title=title, text="The neighbours fly the Rafale."), both, explain=False)
    assert detection.programmes == ("tunguska",)
    assert fits("рафаль", detection, both)


def test_one_pack_is_that_pack(alone: dict[str, Pack]) -> None:
    one = load_packs(["india_france"])
    assert one.id == "india_france"
    assert one.parts == ()
    assert detect(item("Dassault to build Rafale in India"), one) == detect(
        item("Dassault to build Rafale in India"), alone["india_france"]
    )


def test_every_example_is_judged_as_by_the_packs_alone(both: Pack, alone: dict[str, Pack]) -> None:
    for name in alone:
        for line in (PACKS / name / "examples.jsonl").read_text(encoding="utf-8").splitlines():
            news = item(json.loads(line)["title"])
            single = [detect(news, pack) for pack in alone.values()]
            together = detect(news, both)
            assert together.relevant == any(one.relevant for one in single)
            assert together.score == pytest.approx(
                max(one.score for one in single if one.relevant == together.relevant)
            )


def test_an_item_of_either_topic_is_told(both: Pack, alone: dict[str, Pack]) -> None:
    russian = detect(item("India signs contract with Russia for Tunguska missiles"), both)
    french = detect(item("India and France sign contract for 26 Rafale Marine jets"), both)
    assert russian.relevant
    assert russian.programmes == ("tunguska",)
    assert french.relevant
    assert french.programmes == ("rafale-m",)
    assert not detect(item("India and France sign contract for 26 Rafale Marine jets"), alone["india_russia"]).relevant


def test_an_item_of_both_topics_names_the_programmes_of_both(both: Pack) -> None:
    detection = detect(item("India clears purchase of S-400 from Russia and 114 Rafale from France"), both)
    assert detection.relevant
    assert set(detection.programmes) == {"s-400", "rafale-114"}
    assert {"c:s-400", "c:rafale", "c:france", "c:russia"} <= set(detection.terms)


def test_filters_and_search_know_the_names_of_all_packs(both: Pack) -> None:
    detection = detect(item("Cabinet clears purchase of Rafale Marine fighters from France"), both, explain=False)
    assert fits("programme:rafale-m", detection, both)
    assert fits("programme:rafale", detection, both)
    assert not fits("programme:s-400", detection, both)
    assert query_terms("С-400", both) == (("c:s-400",),)
    assert query_terms("राफेल", both) == (("c:rafale",),)


def test_the_feeds_of_all_packs_are_there_each_once(both: Pack, alone: dict[str, Pack]) -> None:
    urls = [feed.url for feed in both.feeds]
    assert len(urls) == len(set(urls))
    assert set(urls) == {feed.url for pack in alone.values() for feed in pack.feeds}
    polled = {feed.url for pack in alone.values() for feed in pack.feeds if feed.default}
    assert {feed.url for feed in both.feeds if feed.default} == polled


def test_another_threshold_changes_no_verdict_of_the_pack(tmp_path: Path) -> None:
    strict = changed(copied(tmp_path / "strict"), "pack.toml", "threshold = 0.5", "threshold = 0.97")
    news = item("India's Mirage fleet to get spares from retired French jets under new deal")
    alone = detect(news, load_pack(strict))
    together = detect(news, load_packs(["india_russia", strict]))
    assert not alone.relevant
    assert 0.5 < alone.score < 0.97
    assert not together.relevant
    assert detect(news, load_packs(["india_russia", "india_france"])).relevant


def test_the_same_pack_twice_is_refused() -> None:
    with pytest.raises(PackError, match="two packs have the id 'india_russia'"):
        load_packs(["india_russia", "india_russia"])


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("pack.toml", 'id = "india_france"', 'id = "other"', None),
        (
            "lexicon.toml",
            '[programme.m88]\nname = "M88 engine"',
            '[programme.s-400]\nname = "M88 engine"',
            "'s-400' is the programme M88 engine here, but the programme S-400 Triumf in india_russia",
        ),
        (
            "lexicon.toml",
            "[programme.m88]",
            "[programme.missile]",
            "'missile' is the programme M88 engine here, but the context missile in india_russia",
        ),
        (
            "pack.toml",
            "lexicon-words.toml\"]",
            "lexicon-words.toml\"]\n[stages.contract]\nname = { en = \"signature\" }",
            "the stage 'contract' has other labels than in india_russia",
        ),
    ],
)  # fmt: skip
def test_ids_that_mean_different_things_are_refused(
    tmp_path: Path, file: str, old: str, new: str, message: str | None
) -> None:
    folder = changed(copied(tmp_path / "pack"), file, old, new)
    if message is None:
        assert load_packs(["india_russia", folder]).id == "india_russia+other"
        return
    with pytest.raises(PackError) as caught:
        load_packs(["india_russia", folder])
    assert message in str(caught.value)


def test_a_borrowed_word_is_found_and_an_own_one_stands_in_its_place(alone: dict[str, Pack]) -> None:
    french = alone["india_france"]
    assert french.concepts["sign"].stage == "contract"
    assert french.stages["contract"] == alone["india_russia"].stages["contract"]
    assert "Russia" in french.concepts["rival-supplier"].aliases["en"]
    assert "Russia" not in alone["india_russia"].concepts["rival-supplier"].aliases["en"]


@pytest.mark.parametrize(
    ("borrow", "message"),
    [
        ("india_rusia/pack.toml", "no pack 'india_rusia' to borrow from; did you mean 'india_russia'?"),
        ("india_russia/lexicon-wrds.toml", "has no file 'lexicon-wrds.toml'; did you mean 'lexicon-words.toml'?"),
        ("lexicon-words.toml", "write PACK/FILE.toml"),
    ],
)
def test_what_cannot_be_borrowed_is_named_with_its_line(tmp_path: Path, borrow: str, message: str) -> None:
    folder = changed(copied(tmp_path / "pack"), "pack.toml", "india_russia/lexicon-words.toml", borrow)
    with pytest.raises(PackError) as caught:
        load_pack(folder)
    assert message in str(caught.value)
    assert caught.value.line == 8


def test_a_pack_borrows_from_a_folder_beside_it(tmp_path: Path) -> None:
    copied(tmp_path / "words", "india_russia")
    folder = changed(
        copied(tmp_path / "pack"), "pack.toml", "india_russia/lexicon-words.toml", "../words/lexicon-words.toml"
    )
    assert load_pack(folder).concepts["sign"].stage == "contract"
