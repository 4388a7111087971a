"""Reads the code as modules and imports, and tells what breaks docs/architecture.md.

In: a project folder (its `bot/` and `rules/`) and the tables of the document. Out: violations as lines of
text, none when all is well. Works on syntax trees only: nothing is imported.
"""

from __future__ import annotations

import ast
import graphlib
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOTS = ("bot", "rules")
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}

# What detection must not know of: networks, processes, databases, clocks, chance.
BANNED_IN_RULES = {
    "asyncio", "concurrent", "dbm", "ftplib", "http", "multiprocessing", "random", "sched", "secrets",
    "select", "selectors", "shelve", "signal", "smtplib", "socket", "socketserver", "sqlite3", "ssl",
    "subprocess", "tempfile", "time", "urllib.request", "uuid", "webbrowser", "xmlrpc",
}  # fmt: skip
_READS_CLOCK = {"now", "utcnow", "today", "monotonic", "perf_counter", "time_ns", "getlocaltime"}
_READS_FILE = {"open", "read_text", "read_bytes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """The tables of docs/architecture.md."""

    arrows: Mapping[str, frozenset[str]]  # room -> rooms it may import
    libraries: Mapping[str, frozenset[str]]  # library -> rooms, or parts of them, that may use it


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    name: str  # "bot.feeds.fetch"; a folder's door is the folder's name
    path: str  # relative to the project
    tree: ast.Module
    is_door: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    target: str  # the module, "bot.feeds"
    name: str | None  # what is taken out of it; None: the module itself
    line: int


def law(markdown: str) -> Law:
    """The tables whose first heading is "room" and "library"."""
    arrows = {row[0]: _names(row[1]) for row in _table(markdown, "room")}
    libraries = {name: _names(row[1]) for row in _table(markdown, "library") for name in _names(row[0])}
    return Law(arrows=arrows, libraries=libraries)


def violations(project: Path, law: Law) -> list[str]:
    """Everything in `bot/` and `rules/` under `project` that the law refuses, one line each."""
    modules = _modules(project)
    found = [
        f"{module.path}:{problem}"
        for module in modules.values()
        for problem in (
            *_names_of_files(module),
            *_arrows(module, modules, law),
            *_doors(module, modules, law),
            *_libraries(module, law),
            *_impurities(module),
            *_reads(module, law),
        )
    ]
    rooms = {_room(name, law) for name in modules}
    found += [f"docs/architecture.md: the room {room} is not there" for room in law.arrows if room not in rooms]
    edges = {name: _edges(module, modules) for name, module in modules.items()}
    found += _circle("modules", edges)
    found += _circle("rooms", law.arrows)
    return sorted(found)


# --- reading -----------------------------------------------------------------------------------------


def _table(markdown: str, first_heading: str) -> list[list[str]]:
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in markdown.split(f"| {first_heading} |", 1)[1].split("\n\n", 1)[0].split("\n")[2:]
    ]
    return [row for row in rows if len(row) > 1]


def _names(cell: str) -> frozenset[str]:
    return frozenset(re.findall(r"[\w.]+", cell))


def _modules(project: Path) -> dict[str, Module]:
    modules: dict[str, Module] = {}
    for path in sorted(path for root in ROOTS for path in (project / root).rglob("*.py")):
        relative = path.relative_to(project)
        is_door = path.name == "__init__.py"
        name = ".".join(relative.parent.parts if is_door else relative.with_suffix("").parts)
        tree = ast.parse(path.read_text(encoding="utf-8"), str(relative))
        modules[name] = Module(name=name, path=str(relative), tree=tree, is_door=is_door)
    return modules


def _imports(module: Module) -> Iterator[Import]:
    """Every import, also those inside functions and those for types only."""
    package = module.name.split(".") if module.is_door else module.name.split(".")[:-1]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(target=alias.name, name=None, line=node.lineno)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            target = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                yield Import(target=target, name=alias.name, line=node.lineno)


def _ours(module: Module, modules: Mapping[str, Module]) -> Iterator[tuple[str, Import]]:
    """Imports of our own code, each with the module that is meant: `from bot import log` means bot.log."""
    for found in _imports(module):
        if found.target.split(".")[0] in ROOTS:
            inner = f"{found.target}.{found.name}"
            door = modules.get(found.target)
            is_module = inner in modules and not (door and found.name in _exports(door))
            yield (inner if is_module else found.target), found


def _edges(module: Module, modules: Mapping[str, Module]) -> frozenset[str]:
    return frozenset(target for target, _ in _ours(module, modules))


def _exports(door: Module) -> set[str]:
    for node in door.tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            return set(ast.literal_eval(node.value))
    return set()


def _room(name: str, law: Law) -> str | None:
    """The room of a module: the longest row of the table that holds it."""
    parts = name.split(".")
    ways = (".".join(parts[:end]) for end in range(len(parts), 0, -1))
    # `bot` holds only its own door, else a new file would be in a room by accident.
    return next((way for way in ways if way in law.arrows and (way != "bot" or name == "bot")), None)


# --- checking ----------------------------------------------------------------------------------------


def _names_of_files(module: Module) -> Iterator[str]:
    if module.name.rsplit(".", 1)[-1] in BANNED_NAMES:
        yield "1: a module is named by what lives in it, not so"


def _arrows(module: Module, modules: Mapping[str, Module], law: Law) -> Iterator[str]:
    room = _room(module.name, law)
    if room is None:
        yield "1: in no room of docs/architecture.md"
        return
    for target, found in _ours(module, modules):
        other = _room(target, law)
        if other is None:
            yield f"{found.line}: imports {target}, which is in no room"
        elif other != room and other not in law.arrows[room]:
            yield f"{found.line}: {room} may not import {other}"


def _doors(module: Module, modules: Mapping[str, Module], law: Law) -> Iterator[str]:
    for target, found in _ours(module, modules):
        parts = target.split(".")
        for end in range(1, len(parts)):
            folder, inner = ".".join(parts[:end]), ".".join(parts[: end + 1])
            outside = folder != "bot" and not f"{module.name}.".startswith(f"{folder}.")
            if outside and inner not in law.arrows:
                yield f"{found.line}: reaches past the door of {folder} to {inner}"
        door = modules.get(target)
        outside = not f"{module.name}.".startswith(f"{target}.")
        taken = found.name if found.target == target else None
        if door and door.is_door and outside and taken and taken not in _exports(door):
            yield f"{found.line}: {taken} is not among the names that {target} lists in __all__"


def _libraries(module: Module, law: Law) -> Iterator[str]:
    for found in _imports(module):
        library = found.target.split(".")[0]
        if library in ROOTS or library in sys.stdlib_module_names:
            continue
        allowed = law.libraries.get(library, frozenset())
        if not any(f"{module.name}.".startswith(f"{room}.") for room in allowed):
            yield f"{found.line}: {library} belongs in {', '.join(sorted(allowed)) or 'no room of the table'}"


def _impurities(module: Module) -> Iterator[str]:
    """What rules/ must not touch."""
    if module.name.split(".")[0] != "rules":
        return
    for found in _imports(module):
        full = f"{found.target}.{found.name}" if found.name else found.target
        if {found.target, found.target.split(".")[0], full} & BANNED_IN_RULES:
            yield f"{found.line}: rules may not use {found.target}"
    for node in ast.walk(module.tree):
        if word := _clock(node):
            yield f"{node.lineno}: rules may not read the clock ({word})"  # type: ignore[attr-defined]


def _reads(module: Module, law: Law) -> Iterator[str]:
    """Environment in the wrong place; anything of the outside while a module is being imported."""
    readers = law.libraries.get("os.environ", frozenset())
    for node in ast.walk(module.tree):
        if module.name not in readers and (word := _environment(node)):
            yield f"{node.lineno}: only {', '.join(sorted(readers))} may read {word}"  # type: ignore[attr-defined]
    for node in _run_at_import(module.tree.body):
        if word := _clock(node) or _file(node) or _environment(node) or _arguments(node):
            yield f"{node.lineno}: read at import ({word})"  # type: ignore[attr-defined]


def _run_at_import(statements: list[ast.stmt]) -> Iterator[ast.AST]:
    """The nodes that run when the module is loaded: all but the bodies of functions and of the main guard."""
    waiting: list[ast.AST] = list(statements)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
            continue
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [*node.decorator_list, *node.args.defaults, *(d for d in node.args.kw_defaults if d)]
        elif isinstance(node, ast.Lambda):
            waiting += [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]
        else:
            waiting += ast.iter_child_nodes(node)


def _clock(node: ast.AST) -> str | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        of = ast.unparse(node.func.value)
        if node.func.attr in _READS_CLOCK or (of == "time" and node.func.attr != "sleep"):
            return f"{of}.{node.func.attr}"
    return None


def _file(node: ast.AST) -> str | None:
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func).rsplit(".", 1)[-1]
        return name if name in _READS_FILE else None
    return None


def _environment(node: ast.AST) -> str | None:
    if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb"):
        return ast.unparse(node) if ast.unparse(node.value) == "os" else None
    if isinstance(node, ast.ImportFrom) and node.module == "os":
        return next((a.name for a in node.names if a.name in ("environ", "getenv", "environb")), None)
    return None


def _arguments(node: ast.AST) -> str | None:
    is_argv = isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.argv"
    return "sys.argv" if is_argv else None


def _circle(of: str, edges: Mapping[str, frozenset[str]]) -> list[str]:
    graph = {node: {target for target in targets if target != node} for node, targets in edges.items()}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return [f"a circle of {of}: {' -> '.join(reversed(error.args[1]))}"]
    return []
