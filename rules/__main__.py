"""Try the detector from a shell: `python -m rules explain "headline"`, `classify`, `measure FILE.jsonl`.

Exit codes: 0 done, 1 bad input, 2 wrong usage. Results go to standard output, the rest to standard error.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from rules import Detection, Item, Pack, PackError, classify_lines, detect, load_pack
from rules.measure import labelled_from_lines, measure
from rules.model import Field

_STYLES = {"programme": "bold cyan", "family": "cyan", "party": "green", "person": "magenta", "action": "yellow"}


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of one command line."""
    options = _parser().parse_args(arguments)
    errors = Console(stderr=True)
    try:
        pack = load_pack(options.pack)
        return int(options.run(options, pack))
    except (PackError, OSError, ValueError) as error:
        errors.print(f"[red]error:[/] {escape(str(error))}", soft_wrap=True)
        return 1


def explain(item: Item, detection: Detection, pack: Pack, console: Console) -> None:
    """Prints the verdict on an item with its reasons, facts and the text with its mentions in colour."""
    verdict = "[bold green]relevant[/]" if detection.relevant else "[bold red]not relevant[/]"
    console.print(
        f"{verdict}  score {detection.score:.2f} (from {pack.threshold:.2f} on)  language {detection.lang}"
    )
    names = ", ".join(f"{pack.name(programme)} [dim]{programme}[/]" for programme in detection.programmes)
    console.print(f"programmes: {names or 'none'}")
    if detection.relevant:
        speaker = detection.speaker or "the outlet"
        console.print(f"stage: {detection.stage or 'none'}  certainty: {detection.certainty}  speaker: {speaker}")
    fields: tuple[Field, ...] = ("title", "text")
    for field in fields:
        if text := (item.title if field == "title" else item.text):
            console.print(_highlighted(text, field, detection))
    for reason in detection.reasons:
        sentence = reason.sentence.get(detection.lang) or reason.sentence["en"]
        colour = "green" if reason.weight > 0 else "red"
        console.print(
            f"  [{colour}]{reason.weight:+.1f}[/] {escape(sentence)} [dim]{reason.rule}[/]", soft_wrap=True
        )
    if detection.facts:
        console.print(_facts_table(detection))


def _highlighted(text: str, field: Field, detection: Detection) -> Text:
    shown = Text(text)
    for mention in detection.mentions:
        if mention.span.field == field:
            shown.stylize(_STYLES.get(mention.kind, "blue"), mention.span.start, mention.span.end)
    for fact in detection.facts:
        if fact.field == field and fact.kind in ("money", "quantity", "date"):
            shown.stylize("underline", fact.start, fact.end)
    return shown


def _facts_table(detection: Detection) -> Table:
    table = Table("kind", "role", "programme", "value", "unit", "quote", box=None, header_style="dim")
    for fact in detection.facts:
        row = (fact.kind, fact.role, fact.programme, str(fact.value), fact.unit or fact.currency, fact.quote)
        table.add_row(*(escape(cell or "") for cell in row))
    return table


def _explain(options: argparse.Namespace, pack: Pack) -> int:
    item = Item(id="typed", title=options.title, text=options.text, on=options.date)
    console = Console(no_color=True if options.no_color else None, highlight=False, soft_wrap=True)
    explain(item, detect(item, pack), pack, console)
    return 0


def _classify(options: argparse.Namespace, pack: Pack) -> int:
    for line in _with_progress(classify_lines(sys.stdin, pack)):
        sys.stdout.write(line + "\n")
    sys.stdout.flush()
    return 0


def _measure(options: argparse.Namespace, pack: Pack) -> int:
    with Path(options.file).open(encoding="utf-8") as lines:
        labelled = labelled_from_lines(lines)
    measured = measure(labelled, pack)
    titles = {item.id: item.title for item, _ in labelled}
    console = Console(highlight=False, soft_wrap=True)
    table = Table("language", "items", "precision", "recall", "F1", "false alarms", "missed", box=None)
    for group, one in sorted(measured.items()):
        counts = (str(len(one.false_alarms)), str(len(one.missed)))
        table.add_row(group, str(one.items), f"{one.precision:.3f}", f"{one.recall:.3f}", f"{one.f1:.3f}", *counts)
    console.print(table)
    if "all" in measured and not options.quiet:
        for heading, ids in (("false alarms", measured["all"].false_alarms), ("missed", measured["all"].missed)):
            console.print(f"\n{heading}:" if ids else f"\nno {heading}")
            for item_id in ids:
                console.print(f"  {escape(item_id)}  {escape(titles[item_id])}")
    return 0


def _with_progress(lines: Iterable[str]) -> Iterator[str]:
    """The lines as they come, counted on standard error when that is a terminal."""
    if not sys.stderr.isatty():
        yield from lines
        return
    columns = (SpinnerColumn(), TextColumn("{task.completed} items"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("classify", total=None)
        for line in lines:
            progress.advance(task)
            yield line


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rules", description="Try the detector on text.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, said in (
        ("explain", _explain, "the verdict on a headline, with its reasons"),
        ("classify", _classify, "JSON Lines in, JSON Lines out"),
        ("measure", _measure, "precision and recall on labelled JSON Lines"),
    ):
        command = commands.add_parser(name, help=said, description=said)
        command.set_defaults(run=run)
        command.add_argument("--pack", default="india_russia", help="name of a built-in pack, or a folder")
        if name == "explain":
            command.add_argument("title", metavar="HEADLINE")
            command.add_argument("--text", default="", help="the text below the headline")
            command.add_argument("--date", type=date.fromisoformat, help="day of publication, e.g. 2026-05-31")
            command.add_argument("--no-color", action="store_true", help="plain text")
        elif name == "measure":
            command.add_argument("file", metavar="FILE.jsonl")
            command.add_argument("--quiet", action="store_true", help="figures only, without the misses")
    return parser


if __name__ == "__main__":
    sys.exit(main())
