"""What the files of the repository may and may not hold."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements-build.txt", "requirements.txt", "requirements-dev.txt")

# The registries' hosts, spelt so that this file does not hold them either.
REGISTRIES = re.compile("|".join(("py" + r"pi\.", "python" + r"hosted\.", "npm" + r"js\.", r"conda" + r"\.anaconda")))
# A path of somebody's machine: a home folder or a folder at the root that a fresh machine lacks.
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:ho" + r"me|Us" + r"ers|ro" + r"ot|wo" + r"rk|mnt)/\w")


def texts() -> dict[str, str]:
    """Every text file that is or would be in the repository, by its path."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    found: dict[str, str] = {}
    for name in filter(None, listed.split("\0")):
        body = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b"\0"
        if b"\0" not in body:
            found[name] = body.decode("utf-8", "replace")
    return found


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    if not (ROOT / ".git").exists():
        pytest.skip("NOT TESTED: not a clone, so the files of the repository are not known")
    return texts()


def requirements(lock: str) -> list[str]:
    """The lock's requirements, each with its continuation lines joined."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.split("\n") if line.strip() and not line.startswith("#")]


def test_no_file_names_a_registry(files: dict[str, str]) -> None:
    assert [name for name, text in files.items() if REGISTRIES.search(text)] == []


def test_no_file_names_a_path_of_a_machine(files: dict[str, str]) -> None:
    found = {name: match[0] for name, text in files.items() if (match := MACHINE_PATHS.search(text))}
    assert found == {}


def test_no_private_key_or_real_token_is_in_a_file(files: dict[str, str]) -> None:
    secret = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|xox[bp]-\d{10,}-\d{10,}-\w{20,}")
    assert [name for name, text in files.items() if secret.search(text)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_requirement_has_a_version_and_hashes_and_no_address(lock: str) -> None:
    locked = requirements(lock)
    assert locked
    bare = [row for row in locked if not re.match(r"[\w.-]+(\[[\w,]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", row)]
    assert bare == []
    assert [row for row in locked if "://" in row or row.startswith("-")] == []


def test_the_lock_for_running_holds_every_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    dev = project["optional-dependencies"]["dev"]
    assert names(project["dependencies"]) <= names(requirements("requirements.txt"))
    assert names([*project["dependencies"], *dev]) <= names(requirements("requirements-dev.txt"))


def test_what_is_in_both_locks_has_the_same_version() -> None:
    run, dev = (dict(versions(requirements(lock))) for lock in ("requirements.txt", "requirements-dev.txt"))
    assert {name: (run[name], dev.get(name)) for name in run if run[name] != dev.get(name)} == {}


def names(rows: list[str]) -> set[str]:
    return {re.match(r"[\w.-]+", row)[0].lower().replace("_", "-") for row in rows}  # type: ignore[index]


def versions(rows: list[str]) -> list[tuple[str, str]]:
    return [(row.split("==")[0].lower(), row.split("==")[1].split()[0]) for row in rows]
