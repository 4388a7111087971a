"""The imports keep to docs/architecture.md, and the checker that says so can fail."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.arrows import BANNED_IN_RULES, law, violations

ROOT = Path(__file__).resolve().parents[1]
BREACHES = tomllib.loads((ROOT / "tests/data/breaches.toml").read_text(encoding="utf-8"))["case"]

LAW = law(
    """
| room | may import | what |
|---|---|---|
| rules | | |
| bot | | |
| bot.model | rules | |
| bot.feeds | bot.model | |
| bot.stories | bot.model | |
| bot.adapters | bot.model | |
| bot.adapters.slack | bot.adapters, bot.model | |
| bot.jobs | bot.feeds, bot.stories, bot.adapters, bot.adapters.slack | |
| bot.cli | bot.jobs | |

| library | only in |
|---|---|
| feedparser, chardet | bot.feeds |
| os.environ | bot.cli |
"""
)
SOUND = {
    "rules/__init__.py": "from rules.model import Item\n__all__ = ['Item']",
    "rules/model.py": "from datetime import date",
    "bot/__init__.py": "",
    "bot/model.py": "from rules import Item",
    "bot/feeds/__init__.py": "from bot.feeds.fetch import Fetcher\n__all__ = ['Fetcher']",
    "bot/feeds/fetch.py": "import feedparser\nfrom bot.model import Feed",
    "bot/stories/__init__.py": "__all__ = ['alert']\ndef alert(): pass",
    "bot/adapters/__init__.py": "__all__ = ['Pacer']\nclass Pacer: pass",
    "bot/adapters/slack/__init__.py": "from bot.adapters.slack.adapter import Slack\n__all__ = ['Slack']",
    "bot/adapters/slack/adapter.py": "from bot.adapters import Pacer\nclass Slack: pass",
    "bot/jobs.py": "from bot.feeds import Fetcher\nfrom bot import stories\nfrom bot.adapters.slack import Slack",
    "bot/cli.py": "import os\nimport bot.jobs\ndef main(): return os.environ",
}


def judged(folder: Path, changed: Mapping[str, str] | None = None) -> list[str]:
    """The violations of the sound tree with some files changed or added."""
    for name, text in (SOUND | dict(changed or {})).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return violations(folder, LAW)


def test_the_code_keeps_to_the_tables() -> None:
    tables = law((ROOT / "docs/architecture.md").read_text(encoding="utf-8"))
    found = violations(ROOT, tables)
    assert not found, "\n" + "\n".join(found)


def test_a_sound_tree_has_no_violations(tmp_path: Path) -> None:
    assert judged(tmp_path) == []


@pytest.mark.parametrize("case", BREACHES, ids=lambda case: f"{case['file']}: {case['text']}")
def test_a_breach_is_found(tmp_path: Path, case: dict[str, str]) -> None:
    found = judged(tmp_path, {case["file"]: case["text"]})
    assert any(case["says"] in line for line in found), found


def test_a_circle_of_modules_in_one_room_is_found(tmp_path: Path) -> None:
    found = judged(
        tmp_path,
        {
            "bot/stories/one.py": "from bot.stories.two import b",
            "bot/stories/two.py": "from bot.stories.one import a",
        },
    )
    assert len(found) == 1
    assert found[0].startswith("a circle of modules: bot.stories.")


def test_a_folder_that_uses_its_own_door_is_a_circle(tmp_path: Path) -> None:
    found = judged(tmp_path, {"bot/feeds/fetch.py": "from bot.feeds import Fetcher"})
    assert found == ["a circle of modules: bot.feeds -> bot.feeds.fetch -> bot.feeds"]


def test_a_circle_in_the_table_is_found(tmp_path: Path) -> None:
    judged(tmp_path)
    table = "| room | may import |\n|---|---|\n| bot.a | bot.b |\n| bot.b | bot.a |\n\n| library | in |\n|---|---|\n"
    assert any(line.startswith("a circle of rooms") for line in violations(tmp_path, law(table)))


def test_a_room_of_the_table_that_is_gone_is_found(tmp_path: Path) -> None:
    judged(tmp_path)
    (tmp_path / "bot/cli.py").unlink()
    assert violations(tmp_path, LAW) == ["docs/architecture.md: the room bot.cli is not there"]


def test_work_inside_functions_and_the_main_guard_is_not_work_at_import(tmp_path: Path) -> None:
    text = "import sys\ndef f():\n    return open('x')\nif __name__ == '__main__':\n    print(sys.argv)"
    assert judged(tmp_path, {"bot/model.py": text}) == []


def test_the_list_for_rules_names_real_modules() -> None:
    assert {name.split(".")[0] for name in BANNED_IN_RULES} <= sys.stdlib_module_names
