"""The documents are true: their commands run, their links, targets, keys and variables exist.

A block of commands after the comment `<!-- tested -->` is run line by line in a folder that holds the example
configuration. A line after "$ " is a command; the lines below it must be found in its output, in this order,
where "…" stands for anything.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.commands import COMMANDS
from bot.config import Config, ConfigError, load
from rules import Item, detect, load_pack

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
BY_NAME = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in DOCUMENTS}
README = BY_NAME["README.md"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A command of a document and what it is said to print."""

    document: str
    command: str
    printed: tuple[str, ...]


def examples() -> list[Example]:
    found: list[Example] = []
    for name, text in BY_NAME.items():
        for block in re.findall(r"<!-- tested -->\n```console\n(.*?)```", text, re.DOTALL):
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, *printed = part.rstrip("\n").split("\n")
                found.append(Example(document=name, command=command, printed=tuple(printed)))
    return found


EXAMPLES = examples()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as after `make run` made config.toml."""
    for name in ("config.example.toml", "config.toml"):
        (tmp_path / name).write_bytes((ROOT / "config.example.toml").read_bytes())
    return tmp_path


def unmatched(pattern: tuple[str, ...], output: str) -> list[str]:
    """The lines of `pattern` that do not come in `output` in their order."""
    lines = iter(output.split("\n"))
    missing: list[str] = []
    for wanted in (line.strip() for line in pattern):
        form = re.compile(".*".join(map(re.escape, wanted.split("…"))))
        if wanted.strip("… ") and not any(form.match(line.strip()) for line in lines):
            missing.append(wanted)
    return missing


# --- commands ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.command)
def test_a_command_of_the_documents_prints_what_they_say(example: Example, folder: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DEALWIRE_")}
    environ |= {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "PYTHONUTF8": "1"}
    ran = subprocess.run(
        ["bash", "-c", example.command],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert unmatched(example.printed, ran.stdout) == [], ran.stdout


def test_the_readme_has_the_commands_that_need_no_account() -> None:
    commands = " ".join(example.command for example in EXAMPLES if example.document == "README.md")
    for needed in ("dealwire demo --once", "dealwire check", "python -m rules explain", "dealwire classify"):
        assert needed in commands


def test_every_dealwire_command_in_the_documents_exists() -> None:
    listed = subprocess.run(
        [Path(sys.executable).parent / "dealwire", "--help"], capture_output=True, text=True, check=True
    ).stdout
    known = set(re.findall(r"^    ([a-z-]+)", listed, re.MULTILINE))
    used = {
        word
        for text in BY_NAME.values()
        for code in re.findall(r"```(?:sh|console)\n(.*?)```|`([^`\n]+)`", text, re.DOTALL)
        for word in re.findall(r"(?:^|[/| ])dealwire ([a-z-]+)", "".join(code), re.MULTILINE)
        if not re.search(rf"/dealwire {word}", "".join(code))
    }
    assert used - known == set()
    assert {"run", "check", "classify", "demo", "send-test"} <= used


def test_every_make_target_in_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    code = re.compile(r"(?:^|`)make(?: [A-Z]+=\S+)* ([a-z]+)", re.MULTILINE)
    used = {target for text in BY_NAME.values() for target in code.findall(text)}
    assert {"install", "demo", "run", "test", "check"} <= used
    assert used - targets == set()


def test_the_readme_lists_every_chat_command() -> None:
    (table,) = re.findall(r"\| command \| answer \|\n(.*?)\n\n", README, re.DOTALL)
    cells = " ".join(row.split("|")[1] for row in table.split("\n")[1:])
    listed = set(re.findall(r"[a-z]+", re.sub(r"\[[^\]]*\]", "", cells))) - {"words"}
    assert listed == set(COMMANDS)


# --- configuration -----------------------------------------------------------------------------------


def test_every_variable_in_the_documents_is_a_setting() -> None:
    names = {name for text in BY_NAME.values() for name in re.findall(r"DEALWIRE_[A-Z_]+[A-Z]", text)}
    assert names
    for name in names - {"DEALWIRE_SECTION__KEY"}:
        try:
            load(None, {name: "x"})
        except ConfigError as error:
            assert "no such setting" not in str(error)


@pytest.mark.parametrize("document", ["README.md", "docs/operating.md"])
def test_every_piece_of_configuration_in_the_documents_loads(document: str, tmp_path: Path) -> None:
    pieces = re.findall(r"^ *```toml\n(.*?)```", BY_NAME[document], re.DOTALL | re.MULTILINE)
    together = "\n".join(re.sub(r"^ +", "", piece, flags=re.MULTILINE) for piece in pieces)
    path = tmp_path / "config.toml"
    path.write_text(together, encoding="utf-8")
    tokens = {"DEALWIRE_TELEGRAM__TOKEN": "123456:ABC-DEF"}
    assert load(path, tokens).telegram.enabled


def test_every_key_in_back_quotes_with_a_section_exists() -> None:
    for name, text in BY_NAME.items():
        for key, section in re.findall(r"`([a-z_]+)(?: = [^`]+)?`\s+under\s+`\[([a-z]+)\]`", text):
            fields = Config.model_fields[section].annotation
            assert key in getattr(fields, "model_fields", {}), f"{name}: [{section}] {key}"


def test_the_pieces_of_the_pack_in_the_documents_make_a_pack_that_works(tmp_path: Path) -> None:
    for name, piece in re.findall(r"```toml\n# ([a-z]+\.toml)\n(.*?)```", BY_NAME["docs/packs.md"], re.DOTALL):
        (tmp_path / name).write_text(piece, encoding="utf-8")
    pack = load_pack(tmp_path)
    assert [feed.title for feed in pack.feeds] == ["Example News"]
    assert detect(Item(id="1", title="Russia signs for another S-400"), pack).relevant
    assert not detect(Item(id="2", title="S-400 fired in an exercise"), pack).relevant


# --- the rest ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BY_NAME)
def test_every_link_to_a_file_leads_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", BY_NAME[name])
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (ROOT / name).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("name", BY_NAME)
def test_every_file_named_in_back_quotes_exists(name: str) -> None:
    named = re.findall(r"`((?:bot|rules|tests|docs)/[\w./-]*[\w/])`", BY_NAME[name])
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_readme_answers_in_the_agreed_order() -> None:
    headings = re.findall(r"^## (.*)$", README, re.MULTILINE)
    assert headings == [
        "What it posts",
        "Install",
        "The first five minutes, without an account",
        "Connect Telegram",
        "Connect Slack",
        "What you can ask",
        "Choose feeds and topics",
        "Run it for real",
        "How it is built",
        "Help",
    ]


def test_every_dependency_has_its_line_in_the_decisions() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[<>=~ ]", row)[0].lower() for row in declared}
    names -= {name for name in names if name.startswith("pytest-")}  # told as pytest and its plugins
    told = BY_NAME["docs/decisions.md"].split("## Dependencies, and what each replaces")[1].lower()
    assert {name for name in names if name not in told} == set()


def test_the_changelog_names_the_version_that_is_built() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert version in BY_NAME["CHANGELOG.md"].split("\n## ")[1]
