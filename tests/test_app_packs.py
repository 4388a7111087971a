"""Several packs and the operator's own entries, from the configuration file to what the bot detects."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import load_packs
from bot.cli import main
from bot.config import ConfigError, load
from rules import Item, PackError, detect, load_pack

OWN = """
[[own.programmes]]
id = "project-zulu"
category = "naval"
aliases = ["Project Zulu"]
implies = ["russia"]

[[own.aliases]]
concept = "s-400"
aliases = ["Long Arm system"]

[[own.keywords]]
words = ["horoscope"]
weight = -9.0
reason = "Horoscopes are no news of arms"

[[own.rules]]
id = "yard-visit"
weight = 6.0
where = "title"
all = ["india", "shipyard"]
say = "A visit to a yard"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_bot_detects_with_all_packs_and_the_own_entries(tmp_path: Path) -> None:
    config = load(written(tmp_path, 'packs = ["india_russia", "india_france"]\n' + OWN), {})
    pack = load_packs(config)
    for title in (
        "India signs contract with Russia for Tunguska missiles",
        "Dassault to build Rafale in India",
        "India signs contract for Project Zulu",
        "Indian delegation visits shipyard",
    ):
        assert detect(Item(id="1", title=title), pack).relevant
    assert "s-400" in detect(Item(id="1", title="Long Arm system for India"), pack).programmes


def test_check_counts_the_feeds_of_all_packs_and_the_own_entries(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    feeds = {feed.url for name in ("india_russia", "india_france") for feed in load_pack(name).feeds if feed.default}
    path = written(tmp_path, 'packs = ["india_russia", "india_france"]\n' + OWN)
    assert main(["check", "--config", str(path)]) == 0
    shown = capsys.readouterr().out
    assert f"{len(feeds)} of the packs" in shown
    assert "1 aliases, 1 programmes, 1 keywords, 1 rules" in shown


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('concept = "s-400"', 'concept = "s-40"', 10, "unknown concept 's-40'; did you mean 's-400'?"),
        ('category = "naval"', 'category = "navel"', 5, "unknown category 'navel'; did you mean 'naval'?"),
        ('"shipyard"]', '"shipyrd"]', 22, "unknown concept 'shipyrd'; did you mean 'shipyard'?"),
        ("where = ", "wher = ", 21, "unknown key 'wher'; did you mean 'where'?"),
    ],
)
def test_a_mistake_in_own_entries_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, 'packs = ["india_russia"]\n' + OWN.replace(old, new, 1))
    with pytest.raises(PackError) as caught:
        load_packs(load(path, {}))
    assert message in str(caught.value)
    assert (caught.value.file, caught.value.line) == (str(path), line)
    assert main(["check", "--config", str(path)]) == 2
    assert f"config.toml, line {line}: {message}" in capsys.readouterr().err.replace("\n", " ").replace("  ", " ")


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("implies = [", "implise = [", 7, "no such key; did you mean implies?"),
        ("weight = -9.0", 'weight = "much"', 15, "expected a number"),
        ("weight = -9.0", "weight = -900.0", 15, "expected greater than or equal to -20"),
        ('id = "project-zulu"', 'id = "Project Zulu"', 4, "expected"),
    ],
)
def test_the_shape_of_own_entries_is_checked_with_the_file(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    path = written(tmp_path, 'packs = ["india_russia"]\n' + OWN.replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    assert caught.value.line == line
    assert message in str(caught.value)


def test_own_entries_may_come_from_the_environment() -> None:
    entry = '[{"words": ["horoscope"], "weight": -9.0, "reason": "no"}]'
    pack = load_packs(load(None, {"DEALWIRE_OWN__KEYWORDS": entry}))
    title = "India signs contract with Russia for S-400 horoscope"
    assert not detect(Item(id="1", title=title), pack).relevant


def test_only_the_lines_of_the_own_entries_are_kept(tmp_path: Path) -> None:
    secret = "12345:topsecret"
    config = load(written(tmp_path, OWN + f'\n[telegram]\ntoken = "{secret}"\n'), {})
    assert "project-zulu" in config.own.text
    assert secret not in config.own.text
    assert secret not in repr(config)


def test_packs_that_clash_keep_the_bot_from_starting(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, 'packs = ["india_russia", "india_russia"]\n')
    assert main(["check", "--config", str(path)]) == 2
    assert "two packs have the id" in capsys.readouterr().err


def test_check_warns_of_own_names_that_are_ordinary_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(
        tmp_path, 'packs = ["india_russia"]\n' + OWN.replace('"Long Arm system"', '"Long Arm system", "Mango"')
    )
    assert main(["check", "--config", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "config.toml:11: 'Mango' is an ordinary word too; give the entry 'needs'" in shown
    assert "Long Arm" not in shown
