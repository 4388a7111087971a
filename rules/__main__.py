"""Try the detector from a shell: `python -m rules explain "headline"`, `classify`, `measure FILE.jsonl`,
`check-pack NAME`.

Exit codes: 0 done, 1 bad input, 2 wrong usage. Results go to standard output, the rest to standard error.
"""

from __future__ import annotations

import argparse
import json
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
from rules.fit import fit, rewritten
from rules.labelled import Labelled, rows_from_lines
from rules.lint import check_pack, checked_to_json
from rules.measure import Judged, bootstrap, by_kind, judged, measured, programmes
from rules.measure_facts import measure_facts, rows_with_facts
from rules.model import Field

_STYLES = {"programme": "bold cyan", "family": "cyan", "party": "green", "person": "magenta", "action": "yellow"}


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of one command line."""
    options = _parser().parse_args(arguments)
    errors = Console(stderr=True)
    try:
        if options.run is _check_pack:  # a pack with mistakes cannot be loaded; they are what is asked for
            return int(options.run(options))
        pack = load_pack(options.pack)
        return int(options.run(options, pack))
    except (PackError, OSError, ValueError) as error:
        errors.print(f"[red]error:[/] {escape(str(error))}", soft_wrap=True)
        return 1


def explain(item: Item, detection: Detection, pack: Pack, console: Console) -> None:
    """Prints the verdict on an item with its reasons, facts and the text with its mentions in colour."""
    verdict = "[bold green]relevant[/]" if detection.relevant else "[bold red]not relevant[/]"
    console.print(f"{verdict}  score {detection.score:.2f} (from {pack.threshold:.2f} on)  language {detection.lang}")
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
        console.print(f"  [{colour}]{reason.weight:+.1f}[/] {escape(sentence)} [dim]{reason.rule}[/]", soft_wrap=True)
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


def _rows(files: Sequence[str]) -> tuple[list[Labelled], list[str]]:
    """The labelled rows of several files and their lines."""
    rows: list[Labelled] = []
    lines: list[str] = []
    for name in files:
        read = Path(name).read_text(encoding="utf-8").splitlines()
        try:
            rows += rows_from_lines(read, Path(name).stem)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
        lines += read
    return rows, lines


def _measure(options: argparse.Namespace, pack: Pack) -> int:
    rows, lines = _rows(options.files)
    found = judged(rows, pack)
    console = Console(highlight=False, soft_wrap=True)
    for heading, groups in (("language", measured(found)), ("kind", by_kind(found))):
        columns = (heading, "items", "precision", "recall", "F1", "false alarms", "missed")
        table = Table(*columns, box=None, header_style="dim")
        for group, one in sorted(groups.items()):
            counts = (str(len(one.false_alarms)), str(len(one.missed)))
            shares = (f"{one.precision:.3f}", f"{one.recall:.3f}", f"{one.f1:.3f}")
            table.add_row(group, str(one.items), *shares, *counts)
        if groups:
            console.print(table)
    low, high = bootstrap(found)
    console.print(f"F1 of all: 95 % of 1000 resamples of the groups lie between {low:.3f} and {high:.3f}")
    if (about := programmes(found)) is not None:
        console.print(f"programme ids: precision {about.precision:.3f}, recall {about.recall:.3f}, F1 {about.f1:.3f}")
    if not options.quiet:
        _print_wrong(found, console)
    for name, figure in measure_facts(rows_with_facts(lines), pack).items():
        console.print(f"{name}: {figure.right} of {figure.of}, {figure.share:.3f}")
        for miss in () if options.quiet else figure.misses:
            console.print(f"  {escape(miss)}")
    return 0


def _print_wrong(found: Sequence[Judged], console: Console) -> None:
    for heading, relevant in (("false alarms", False), ("missed", True)):
        wrong = [one for one in found if one.row.relevant is relevant is not one.detection.relevant]
        console.print(f"\n{heading}:" if wrong else f"\nno {heading}")
        for one in wrong:
            heard = ", ".join(f"{reason.rule} {reason.weight:+.1f}" for reason in one.detection.reasons)
            console.print(f"  {escape(one.row.item.id)}  {escape(one.row.item.title)}  [dim]{escape(heard)}[/]")
    for one in found:
        wanted, got = one.row.programmes, one.detection.programmes
        if one.row.relevant and wanted is not None and set(wanted) != set(got):
            title = escape(one.row.item.title)
            console.print(f"  programmes {', '.join(got) or 'none'}, wanted {', '.join(wanted) or 'none'}: {title}")


def _fit(options: argparse.Namespace, pack: Pack) -> int:
    rows, _ = _rows(options.files)
    fitted = fit(rows, pack)
    console = Console(highlight=False, soft_wrap=True)
    table = Table("rule", "items", "weight", "fitted", box=None, header_style="dim")
    for rule in pack.rules:
        if rule.weight:
            numbers = (f"{rule.weight:+.1f}", f"{fitted.weights[rule.id]:+.1f}")
            table.add_row(rule.id, str(fitted.counts[rule.id]), *numbers)
    table.add_row("(bias)", str(len(rows)), f"{pack.bias:+.1f}", f"{fitted.bias:+.1f}")
    console.print(table)
    compared = Table("on the same items", "precision", "recall", "F1", "95 %", box=None, header_style="dim")
    for name, (shares, (low, high)) in fitted.compared.items():
        columns = (f"{shares.precision:.3f}", f"{shares.recall:.3f}", f"{shares.f1:.3f}")
        compared.add_row(name, *columns, f"{low:.3f}-{high:.3f}")
    console.print(compared)
    if options.write is not None:
        path = Path(options.write)
        path.write_text(rewritten(path.read_text(encoding="utf-8"), fitted.weights), encoding="utf-8")
        console.print(f"weights written to {escape(str(path))}; set bias = {fitted.bias:.1f} in its pack.toml")
    return 0


def _check_pack(options: argparse.Namespace) -> int:
    """1 when the pack has errors; warnings alone are 0."""
    checked = check_pack(options.name)
    if options.json:
        sys.stdout.write(json.dumps(checked_to_json(checked), ensure_ascii=False, indent=1) + "\n")
        return 1 if checked.errors else 0
    console = Console(highlight=False, soft_wrap=True)
    for finding in checked.findings:
        colour = "red" if finding.severity == "error" else "yellow"
        place = f"{finding.file}:{finding.line}" if finding.line else finding.file
        console.print(
            f"[{colour}]{finding.severity}[/] {escape(place)}: {escape(finding.message)} [dim]{finding.check}[/]"
        )
    told = checked.examples
    examples = f"; examples: {told.items}, precision {told.precision:.2f}, recall {told.recall:.2f}" if told else ""
    console.print(
        f"{escape(checked.pack)}: {checked.errors} errors, {checked.warnings} warnings; "
        f"{checked.programmes} programmes, {checked.aliases} names, {checked.rules} rules{examples}"
    )
    return 1 if checked.errors else 0


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
        ("fit", _fit, "the weights that labelled JSON Lines would give the pack, with folds and baselines"),
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
            command.add_argument("files", metavar="FILE.jsonl", nargs="+")
            command.add_argument("--quiet", action="store_true", help="figures only, without the misses")
        elif name == "fit":
            command.add_argument("files", metavar="FILE.jsonl", nargs="+")
            command.add_argument("--write", metavar="RULES.toml", help="put the rounded weights into this file")
    check = commands.add_parser("check-pack", help="what is wrong in a pack", description="What is wrong in a pack.")
    check.set_defaults(run=_check_pack)
    check.add_argument("name", metavar="NAME_OR_FOLDER", help="a built-in pack, or a folder")
    check.add_argument("--json", action="store_true", help="the findings as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
