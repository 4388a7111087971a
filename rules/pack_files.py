"""Finds the files of a pack and reads them, those that it borrows from other packs included.

In: the name of a built-in pack, or a folder. Out: `Files`, TOML parsed and nothing checked beyond that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from rules.toml import PackError, Source, nearest, parse

_BUILT_IN = "packs"
_NEEDED = ("pack.toml", "lexicon.toml", "rules.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What a pack is made of."""

    where: str  # as messages name it: "india_russia", "/srv/packs/mine"
    pack: Source
    lexicons: tuple[Source, ...]
    rules: Source
    feeds: Source | None  # None: the pack brings none
    borrowed: tuple[Source, ...] = ()  # lexicons of other packs
    borrowed_stages: tuple[Source, ...] = ()  # pack.toml of other packs
    examples: str | None = None  # examples.jsonl; None: the pack has none


def built_in_packs() -> tuple[str, ...]:
    """The names of the packs that come with the program."""
    return tuple(sorted(entry.name for entry in _built_in().iterdir() if (entry / "pack.toml").is_file()))


def read_files(name_or_path: str | Path) -> Files:
    """The files of the pack of that built-in name, or in that folder; raises PackError."""
    where, folder = _folder(name_or_path)
    sources = {
        entry.name: parse(f"{where}/{entry.name}", _text(entry, f"{where}/{entry.name}"))
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    }
    for needed in _NEEDED:
        if needed not in sources:
            raise PackError(f"{where}/{needed}", 0, "this file is missing")
    borrowed = tuple(_borrowed(sources["pack.toml"], folder))
    examples = folder / "examples.jsonl"
    return Files(
        where=where,
        pack=sources["pack.toml"],
        lexicons=tuple(source for name, source in sources.items() if name.startswith("lexicon")),
        rules=sources["rules.toml"],
        feeds=sources.get("feeds.toml"),
        borrowed=tuple(source for source in borrowed if not source.name.endswith("/pack.toml")),
        borrowed_stages=tuple(source for source in borrowed if source.name.endswith("/pack.toml")),
        examples=_text(examples, f"{where}/examples.jsonl") if examples.is_file() else None,
    )


def concept_ids(files: Files) -> frozenset[str]:
    """The ids of all concepts of a pack, borrowed ones included, before anything is checked."""
    tables = (table for source in (*files.lexicons, *files.borrowed) for table in source.data.values())
    return frozenset(concept for table in tables if isinstance(table, dict) for concept in table)


def _borrowed(pack: Source, folder: Traversable) -> Iterable[Source]:
    """The files that `borrow` names, as "PACK/FILE.toml" of a built-in pack or of a folder beside this one."""
    named = pack.data.get("borrow", ())
    for name in named if isinstance(named, list) else ():
        owner, slash, file = str(name).rpartition("/")
        if not slash or not file.endswith(".toml"):
            raise pack.error(f"'{name}' is no file of a pack; write PACK/FILE.toml", "borrow", name)
        if owner in built_in_packs():
            entry = _built_in() / owner / file
            siblings = (_built_in() / owner).iterdir()
        elif isinstance(folder, Path) and (folder / owner).is_dir():
            entry = folder / owner / file
            siblings = (folder / owner).iterdir()
        else:
            raise pack.error(f"no pack '{owner}' to borrow from{nearest(owner, built_in_packs())}", "borrow", name)
        if not entry.is_file():
            files = [sibling.name for sibling in siblings if sibling.name.endswith(".toml")]
            raise pack.error(f"the pack '{owner}' has no file '{file}'{nearest(file, files)}", "borrow", name)
        yield parse(str(name), _text(entry, str(name)))


def _folder(name_or_path: str | Path) -> tuple[str, Traversable]:
    if isinstance(name_or_path, str) and name_or_path in built_in_packs():
        return name_or_path, _built_in() / name_or_path
    path = Path(name_or_path)
    if not path.is_dir():
        known = ", ".join(built_in_packs())
        near = nearest(str(name_or_path), built_in_packs())
        raise PackError(str(name_or_path), 0, f"no such pack or folder{near} (built in: {known})")
    return str(path), path


def _built_in() -> Traversable:
    return resources.files("rules") / _BUILT_IN


def _text(entry: Traversable, name: str) -> str:
    try:
        return entry.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise PackError(name, 0, "not a text in UTF-8; save it in that encoding") from error
    except OSError as error:
        raise PackError(name, 0, f"cannot be read: {error.strerror}") from error
