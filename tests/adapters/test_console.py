from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from rich.console import Console

from bot.adapters import ConsoleAdapter, card_panel
from bot.model import Card, Channel
from tests.adapters.samples import FUZZ, HOSTILE, card, cards, post

ROOT = Path(__file__).resolve().parents[2]
CONSOLE = Channel(platform="console", address="")


def terminal(width: int = 100) -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=width, color_system="truecolor", highlight=False)


def output(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


async def test_a_terminal_gets_a_coloured_panel_with_a_link() -> None:
    console = terminal()
    await ConsoleAdapter(console).send(CONSOLE, post())
    shown = output(console)
    assert "\x1b[32m╭" in shown  # green: something new
    assert "\x1b]8;" in shown
    assert "https://ani.test/s400?a=1&b=2" in shown


async def test_a_pipe_gets_plain_lines() -> None:
    console = Console(file=io.StringIO(), width=40)
    await ConsoleAdapter(console).send(CONSOLE, post())
    assert output(console).split("\n") == [
        "NEW · REPORTED · ANI",
        "Rajnath Singh and Belousov discuss faster S-400 delivery",
        "https://ani.test/s400?a=1&b=2",
        "The defence ministers met in Qingdao.",
        "S-400 Triumf: talks · 3 delivered, 2 remaining · due 2026",
        "First: ANI · 2 sources · WION · v1 · 14:02 IST",
        "",
        "",
    ]


async def test_markup_and_terminal_escapes_arrive_as_text() -> None:
    console = terminal(200)
    await ConsoleAdapter(console).send(CONSOLE, post(card(headline=HOSTILE + "\x1b[2J\x07")))
    assert HOSTILE in output(console).replace("\n", "")
    assert "\x1b[2J" not in output(console)


NOBODY_READS = """
import asyncio, sys
from rich.console import Console
from bot.adapters import ConsoleAdapter
from tests.adapters.test_console import CONSOLE, post
sys.stdin.read()
adapter = ConsoleAdapter(Console())
for _ in range(2):
    print(type(asyncio.run(adapter.send(CONSOLE, post()))).__name__, file=sys.stderr)
"""


def test_a_pipe_nobody_reads_is_a_failure_to_send_and_ends_nothing() -> None:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", NOBODY_READS]
    with subprocess.Popen(command, text=True, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdout and process.stdin and process.stderr
        process.stdout.close()
        process.stdin.close()
        assert process.stderr.read().split() == ["RetryLater", "RetryLater"]


@given(cards)
@FUZZ
def test_every_card_becomes_a_panel_of_its_width(shown: Card) -> None:
    console = terminal(60)
    console.print(card_panel(shown, 60))
    assert "v" in output(console)


@pytest.mark.parametrize(("label", "colour"), [("SLIP · OFFICIAL · PIB", "33"), ("DENIED · MoD", "31")])
def test_the_border_tells_what_happened(label: str, colour: str) -> None:
    console = terminal()
    console.print(card_panel(card(label=label), 100))
    assert f"\x1b[{colour}m╭" in output(console)
