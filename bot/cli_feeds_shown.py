"""How `dealwire feeds` shows what it found: tables for people, JSON for programs, a sign of life on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.catalogue import Listed, Tested


def listed_json(one: Listed) -> dict[str, Any]:
    from bot.catalogue import shown

    state = one.health.state if one.health else None
    return {
        "id": one.feed.id,
        "url": url(one),
        "title": one.feed.title,
        "lang": one.feed.lang,
        "kind": one.feed.kind,
        "tier": one.feed.tier,
        "via": one.feed.via,
        "from": one.origin,
        "polled": one.on,
        "failures": state.failures if state else 0,
        "last_error": state.last_error if state else None,
        "read_at": _iso(state.succeeded_at if state else None),
        "due_at": _iso(state.due_at if state else None),
        "gone_at": _iso(state.gone_at if state else None),
        "moved_to": shown(state.moved_to) if state and state.moved_to else None,
        "items": one.health.items if one.health else 0,
        "relevant": one.health.relevant if one.health else 0,
        "last_item_at": _iso(one.health.last_item_at if one.health else None),
    }


def tested_json(tested: Tested) -> dict[str, Any]:
    from bot.catalogue import shown

    return {
        "id": tested.feed.id,
        "url": shown(tested.feed.url),
        "title": tested.feed.title or tested.title,
        "ok": tested.ok,
        "words": str(tested.words),
        "seconds": round(tested.took_s, 3),
        "entries": len(tested.entries),
        "relevant": tested.relevant,
        "pushes": tested.hub is not None,
    }


def print_tested(tested: Tested) -> None:
    print(f"{tested.feed.title or tested.title or tested.feed.url}: {tested.words} ({tested.took_s:.1f} s)")
    for entry in tested.entries[:3]:
        print(f"  – {entry.title}")


def print_json(value: object) -> int:
    print(json.dumps(value, ensure_ascii=False, indent=2))
    return 0


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console as Terminal
    from rich.table import Table
    from rich.text import Text

    if not rows:
        return
    table = Table(*heads, box=None, padding=(0, 2, 0, 0), header_style="bold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))  # as text: a title may look like markup
    Terminal().print(table)


@contextmanager
def waiting(words: str) -> Iterator[None]:
    """A sign of life on standard error where a person watches."""
    with progress(words, None):
        yield


@contextmanager
def progress(words: str, total: int | None) -> Iterator[Callable[[], None]]:
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console as Terminal
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    counting = (BarColumn(), MofNCompleteColumn()) if total is not None else ()
    columns = (SpinnerColumn(), TextColumn(words), *counting, TimeElapsedColumn())
    with Progress(*columns, console=Terminal(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)


def kind(one: Listed) -> str:
    return one.feed.kind if one.feed.via == "feed" else f"{one.feed.kind}, {one.feed.via}"


def url(one: Listed) -> str:
    from bot.catalogue import shown

    return shown(one.feed.url)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
