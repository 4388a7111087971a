"""docs/packs.md is true: its tutorial runs, and it describes every key that a pack may have and no other."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from rules import Item, Own, detect, load_packs
from rules import pack_keys as keys
from rules.pack_own import OWN
from rules.scoring import _RULE_KEYS

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "packs.md").read_text(encoding="utf-8")
TABLES = re.findall(r"\| key \| shape \| meaning \|\n\|---\|---\|---\|\n((?:\|.*\n)+)", TEXT)
NAMES = ("en", "hi", "ru")


def described(number: int) -> dict[str, str]:
    rows = re.findall(r"^\| `(\w+)` \| ([a-z ]+) \|", TABLES[number], re.MULTILINE)
    assert len(rows) == TABLES[number].count("\n")
    return dict(rows)


@pytest.mark.parametrize(
    ("number", "accepted"),
    [
        (0, keys.PACK),
        (1, keys.STAGE),
        (2, keys.COUNTING),
        (3, keys.CONCEPT),
        (4, {key: shape for key, shape in keys.UNSURE.items() if key not in NAMES}),
        (5, keys.RULES),
        (6, keys.RULE),
        (7, keys.FEED),
        (8, OWN["aliases"]),
        (9, OWN["programmes"]),
        (10, OWN["keywords"]),
    ],
    ids=[
        "pack",
        "stage",
        "counting",
        "concept",
        "unsure",
        "rules",
        "rule",
        "feed",
        "aliases",
        "programmes",
        "keywords",
    ],
)
def test_the_documented_keys_are_the_accepted_ones(number: int, accepted: Mapping[str, str]) -> None:
    assert described(number) == dict(accepted)


def test_every_table_of_keys_is_held_against_the_code() -> None:
    assert len(TABLES) == 11


def test_the_rules_are_compiled_with_the_keys_that_are_checked() -> None:
    assert set(keys.RULE) == set(_RULE_KEYS)
    assert set(OWN["rules"]) == {*keys.RULE, "pack"}


def test_every_choice_is_described() -> None:
    (lexicon,) = re.findall(r"## Lexicon\n(.*?)\n## ", TEXT, re.DOTALL)
    for key, choices in keys.CHOICES.items():
        (row,) = re.findall(rf"^\| `{key}` \|.*$", lexicon, re.MULTILINE)
        assert set(re.findall(r"`(\w+)`", row)) - {key} == set(choices)
    (kinds,) = re.findall(r"Kinds: ([a-z, ]+)\.", lexicon)
    assert kinds.split(", ") == list(keys.KINDS)


def test_every_check_is_described() -> None:
    sources = Path(keys.__file__).parent.glob("lint*.py")
    code = "".join(path.read_text(encoding="utf-8") for path in sources)
    (table,) = re.findall(r"\| check \| finds \|\n(.*?)\n\n", TEXT, re.DOTALL)
    told = set(re.findall(r"`(\w+)`", table))
    assert told
    for check in told:
        assert f'"{check}"' in code


@pytest.mark.long
def test_the_tutorial_runs_as_it_is_written(tmp_path: Path) -> None:
    (tutorial,) = re.findall(r"## A pack in ten minutes\n(.*?)\n## ", TEXT, re.DOTALL)
    steps = re.findall(r"```sh\n(.*?)```(?:\n\n```text\n(.*?)```)?", tutorial, re.DOTALL)
    assert len(steps) >= 6
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DEALWIRE_")}
    environ |= {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "PYTHONUTF8": "1"}
    environ |= {"COLUMNS": "200"}
    for commands, printed in steps:
        ran = subprocess.run(
            ["bash", "-c", commands],
            cwd=tmp_path,
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ran.returncode == (1 if printed.startswith("error") else 0), ran.stdout + ran.stderr
        for line in printed.splitlines():
            pattern = re.compile(".*".join(map(re.escape, line.strip().split("…"))))
            assert any(pattern.search(shown.strip()) for shown in ran.stdout.splitlines()), (line, ran.stdout)


def test_the_own_entries_of_the_documents_work() -> None:
    (piece,) = re.findall(r"```toml\n(\[\[own\.aliases\]\].*?)```", TEXT, re.DOTALL)
    pack = load_packs(["india_russia"], Own(file="config.toml", text=piece, data=tomllib.loads(piece)["own"]))
    assert detect(Item(id="1", title="India signs contract for Project Zulu"), pack).programmes == ("project-zulu",)
