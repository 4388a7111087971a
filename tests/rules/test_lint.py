"""check-pack finds what is wrong in a pack and says where; the built-in packs pass."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rules.lint import Checked, check_pack
from rules.pack_files import built_in_packs

PACK = """
id = "small"
title = "a small topic"
languages = ["en", "hi", "ru"]
threshold = 0.5
bias = -1.0

[stages.contract]
order = 1
name = { en = "contract", hi = "अनुबंध", ru = "контракт" }
"""
LEXICON = """
[party.russia]
side = "seller"
en = ["Russia", "Russo-Indian"]

[party.india]
side = "buyer"
en = ["India", "Russo-Indian"]

[action.sign]
stage = "contract"
en = ["sign*"]

[programme.falcon-sam]
name = "Falcon"
category = "air-defence"
en = ["Falcon-9M"]
unsure = [{ en = ["Falcon"], needs = ["russia"] }]

[programme.falcon-sam-two]
name = "Falcon two"
category = "air-defence"
parents = ["falcon-sam"]
en = ["Falcon-9M2"]
"""
RULES = """
[sets]
trade = ["sign"]

[[rule]]
id = "named"
any = ["kind:programme"]

[[rule]]
id = "traded"
weight = 2.0
all = ["rule:named", "set:trade"]
say = { en = "{names}", hi = "{names}", ru = "{names}" }
"""
EXAMPLES = """
{"id": "1", "label": 1, "title": "Russia signs for Falcon", "programmes": ["falcon-sam"]}
{"id": "2", "label": 0, "title": "Falcon spotted in a park"}
"""
FILES = {"pack.toml": PACK, "lexicon.toml": LEXICON, "rules.toml": RULES, "examples.jsonl": EXAMPLES}


def written(folder: Path, **changes: tuple[str, str]) -> Path:
    """The small pack in `folder`; pack=("old", "new") replaces a piece of pack.toml."""
    for name, text in FILES.items():
        old, new = changes.get(name.partition(".")[0], ("", ""))
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1).lstrip("\n") if old else text.lstrip("\n"), "utf-8")
    return folder


def line_of(folder: Path, file: str, piece: str) -> int:
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if piece in line)


def shown(checked: Checked) -> list[tuple[str, str, str, str]]:
    return [(one.severity, one.check, Path(one.file).name, one.message) for one in checked.findings]


@pytest.mark.parametrize("name", built_in_packs())
def test_the_built_in_packs_have_no_errors(name: str) -> None:
    checked = check_pack(name)
    assert [finding for finding in checked.findings if finding.severity == "error"] == []
    assert checked.examples is not None
    assert checked.examples.items >= 60


def test_a_right_pack_has_no_findings(tmp_path: Path) -> None:
    checked = check_pack(written(tmp_path))
    assert shown(checked) == []
    assert (checked.programmes, checked.rules) == (2, 2)
    assert checked.examples is not None
    assert (checked.examples.items, checked.examples.precision, checked.examples.recall) == (2, 1.0, 1.0)


@pytest.mark.parametrize(
    ("file", "old", "new", "severity", "check", "message", "piece"),
    [
        # names
        ("lexicon", '["Falcon-9M2"]', '["Falcon-9M2"]\n[programme.kite]\ncategory = "x"\nen = ["Falcon-9M2"]',
         "error", "duplicate", "'Falcon-9M2' stands for 'kite' and for 'falcon-sam-two'", None),
        ("lexicon", '["Falcon-9M2"]', '["Falcon-9M2", "Falcon-9M"]',
         "error", "shadowed", "'Falcon-9M' never counts for 'falcon-sam': its child 'falcon-sam-two'",
         'en = ["Falcon-9M"]'),
        ("lexicon", 'en = ["Falcon-9M"]', 'en = ["Falcon-9M", "Falcon"]',
         "error", "shadowed", "'Falcon' counts without context already", "unsure"),
        ("lexicon", 'en = ["Falcon-9M"]', 'en = ["Falcon-9M", "Falcon-9M"]',
         "warning", "repeated", "'Falcon-9M' of 'falcon-sam' is there twice", 'en = ["Falcon-9M"'),
        ("lexicon", '["Falcon-9M2"]', '["Falcon-9M2", "Mango"]',
         "error", "ambiguous", "'Mango' is an ordinary word too", '"Mango"'),
        ("lexicon", '["Falcon-9M2"]', '["Falcon-9M2"]\nru = ["Игла"]',
         "error", "ambiguous", "'Игла' is an ordinary word too", '"Игла"'),
        ("lexicon", '["Falcon-9M2"]', '["Falcon-9M2"]\nhi = ["तेज"]',
         "error", "ambiguous", "'तेज' is an ordinary word too", '"तेज"'),
        ("lexicon", '["Falcon-9M2"]', '["Falcon-9M2", "MTA"]',
         "warning", "ambiguous", "'MTA' is a short acronym", '"MTA"'),
        ("lexicon", '["Falcon-9M2"]', '["Falcon-9M2", "Tor"]',
         "warning", "ambiguous", "'Tor' is a short name", '"Tor"'),
        ("lexicon", '["Falcon-9M2"]', '["Falcon-9M2", "Falcon (two)"]',
         "error", "unfindable", "'Falcon (two)' is not found in a text as it is spelt", "Falcon (two)"),
        ("lexicon", 'en = ["Falcon-9M2"]', "",
         "warning", "nameless", "'falcon-sam-two' has no name", "[programme.falcon-sam-two]"),
        # references
        ("lexicon", 'parents = ["falcon-sam"]', 'parents = ["falcn-sam"]',
         "error", "invalid", "unknown parent 'falcn-sam'; did you mean 'falcon-sam'?", "falcn-sam"),
        ("lexicon", 'needs = ["russia"]', 'needs = ["rusia"]',
         "error", "invalid", "unknown concept 'rusia'; did you mean 'russia'?", "rusia"),
        ("lexicon", 'stage = "contract"', 'stage = "contrakt"',
         "error", "invalid", "unknown stage 'contrakt'; did you mean 'contract'?", "contrakt"),
        ("rules", '"set:trade"]', '"set:trad"]',
         "error", "invalid", "unknown set 'trad'; did you mean 'trade'?", "set:trad"),
        ("rules", "kind:programme", "kind:programe",
         "error", "invalid", "unknown kind 'programe'; did you mean 'programme'?", "programe"),
        # rules
        ("rules", 'all = ["rule:named", "set:trade"]', 'all = ["rule:named", "set:trade"]\nnone = ["sign"]',
         "error", "never", "the rule 'traded' can never hold: 'none' refuses what 'all' asks for", None),
        ("rules", 'trade = ["sign"]', 'trade = ["sign", "-sign"]',
         "error", "never", "the rule 'traded' can never hold: 'all' asks for something that no concept is", None),
        ("rules", 'any = ["kind:programme"]', 'any = ["kind:programme"]\nlang = ["hi"]\n'
         '[[rule]]\nid = "x"\nlang = ["ru"]\nall = ["rule:named", "sign"]',
         "error", "never", "the rule 'x' can never hold: 'all' asks for the rule 'named'", None),
        ("rules", 'any = ["kind:programme"]', "",
         "warning", "always", "the rule 'named' asks for nothing", "[[rule]]"),
        ("rules", '["rule:named", "set:trade"]', '["kind:programme", "set:trade"]',
         "warning", "unheard", "the rule 'named' has no weight and no other rule asks for it", "[[rule]]"),
        ("rules", 'trade = ["sign"]', 'trade = ["sign"]\nspare = ["sign"]',
         "warning", "unheard", "the set 'spare' is not used", "spare"),
        ("rules", 'ru = "{names}"', 'ru = "{name}"',
         "error", "sentence", "the ru sentence of 'traded' has {name}", "say ="),
        ("rules", ', ru = "{names}"', "",
         "error", "invalid", "needs a sentence in en, hi and ru", None),
        ("pack", ', ru = "контракт"', "",
         "warning", "label", "the stage 'contract' has no label in ru", "[stages.contract]"),
        # examples
        ("examples", '"label": 0', '"label": 1',
         "error", "example", "'Falcon spotted in a park' is not relevant (score 0.27: no rule holds)", "park"),
        ("examples", '"programmes": ["falcon-sam"]', '"programmes": ["falcon-sm"]',
         "error", "example", "unknown programme 'falcon-sm'; did you mean 'falcon-sam'?", "falcon-sm"),
        ("examples", '"programmes": ["falcon-sam"]', '"programmes": ["falcon-sam-two"]',
         "error", "example", "is not found to name falcon-sam-two", "falcon-sam-two"),
        ("examples", '"programmes": ["falcon-sam"]', '"stage": "contrat"',
         "error", "example", "unknown stage 'contrat'; did you mean 'contract'?", "contrat"),
        ("examples", '"id": "2"', '"id": "1"', "error", "example", "the id '1' stands in line 1 already", "park"),
        ("examples", '{"id": "2"', '{"id": 2"', "error", "example", "not JSON", "park"),
    ],
)  # fmt: skip
def test_each_mistake_is_found_with_its_line(
    tmp_path: Path, file: str, old: str, new: str, severity: str, check: str, message: str, piece: str | None
) -> None:
    folder = written(tmp_path, **{file: (old, new)})
    checked = check_pack(folder)
    found = [one for one in checked.findings if message in one.message and one.check == check]
    assert found, shown(checked)
    assert found[0].severity == severity
    assert found[0].line > 0
    if piece is not None and "\n" not in piece:
        assert found[0].line == line_of(folder, Path(found[0].file).name, piece)


def test_words_for_both_sides_are_no_duplicates(tmp_path: Path) -> None:
    assert not any("Russo-Indian" in one.message for one in check_pack(written(tmp_path)).findings)


def test_many_mistakes_are_told_at_once(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        pack=("threshold = 0.5", "threshold = 5"),
        lexicon=('stage = "contract"', 'stage = "contrakt"\ncolour = "red"'),
        rules=('any = ["kind:programme"]', 'any = ["kind:programme", "nobody", "noone"]\nwher = "title"'),
    )
    told = " ".join(one.message for one in check_pack(folder).findings)
    for piece in ("'threshold'", "'contrakt'", "'colour'", "'nobody'", "'noone'", "'wher'"):
        assert piece in told


@pytest.mark.parametrize("name", ["no-such-pack", "india_rusia"])
def test_a_pack_that_is_not_there_is_one_error(name: str) -> None:
    checked = check_pack(name)
    assert checked.errors == 1
    assert "no such pack or folder" in checked.findings[0].message


def test_the_command_tells_errors_by_its_exit_code(tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "rules", "check-pack", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    right = written(tmp_path)
    ran = run(str(right))
    assert ran.returncode == 0
    assert "0 errors, 0 warnings" in ran.stdout
    wrong = written(tmp_path, lexicon=('["Falcon-9M2"]', '["Falcon-9M2", "Mango", "MTA"]'))
    ran = run(str(wrong))
    line = line_of(wrong, "lexicon.toml", "Mango")
    assert ran.returncode == 1
    assert f"error {wrong}/lexicon.toml:{line}: 'Mango' is an ordinary word" in ran.stdout
    assert f"warning {wrong}/lexicon.toml:{line}: 'MTA'" in ran.stdout
    told = json.loads(run(str(wrong), "--json").stdout)
    assert (told["errors"], told["warnings"]) == (1, 1)
    assert told["findings"][0] | {"message": ""} == {
        "severity": "error",
        "check": "ambiguous",
        "file": f"{wrong}/lexicon.toml",
        "line": line,
        "message": "",
    }
