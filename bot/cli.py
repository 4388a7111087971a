"""The command line: run, demo, check, doctor, classify, backtest, feeds, audit, slack, send-test. Exit codes: 0 done,
1 it failed, 2 wrong usage or configuration. Alerts and answers go to standard output, everything else to standard
error.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli_audit import add_audit_command
from bot.cli_doctor import add_doctor_command
from bot.cli_feeds import add_feeds_command
from bot.cli_slack import add_slack_command
from rules import PackError, classify_lines, doubtful_entries, load_pack

if TYPE_CHECKING:
    from bot.config import Config

# The application's libraries take over a second to import: each command imports what it needs, so that
# `classify` and `--help` answer at once.

CONFIG = Path("config.toml")


class CommandError(Exception):
    """The command cannot do what was asked; the message is for the person at the terminal."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code  # the program's exit code


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.command(options)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `dealwire classify | head`: the reader has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except CommandError as error:
        print(f"dealwire: {error}", file=sys.stderr)
        return error.code
    except PackError as error:
        print(f"dealwire: {error}", file=sys.stderr)
        return 2
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dealwire", description="Watches RSS feeds for news of India–Russia defence deals and posts alerts."
    )
    parser.add_argument("--version", action="version", version=f"dealwire {version('dealwire')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="poll the feeds and post alerts until stopped")
    _config_option(run)
    run.set_defaults(command=_run)

    demo = commands.add_parser("demo", help="the whole pipeline on sample feeds: alerts here and on a local page")
    demo.add_argument("--once", action="store_true", help="end when the bundled items are handled")
    demo.add_argument("--port", type=int, default=0, help="port of the local page (default: a free one)")
    demo.set_defaults(command=_demo)

    check = commands.add_parser("check", help="check the configuration and print what will run")
    _config_option(check)
    check.set_defaults(command=_check)

    classify = commands.add_parser("classify", help="judge news items: JSON Lines in, JSON Lines out")
    classify.add_argument("--pack", default="india_russia", help="name or path of the topic pack")
    classify.set_defaults(command=_classify)

    backtest = commands.add_parser("backtest", help="what a filter would have sent: the archive's alerts it matches")
    backtest.add_argument("filter", metavar="FILTER", help="e.g. 's-400 stage>=contract'; '' for every alert")
    backtest.add_argument("--days", type=_days, default=30, help="how far to look back (default: 30)")
    backtest.add_argument("--json", action="store_true", help="one JSON object instead of words")
    _config_option(backtest)
    backtest.set_defaults(command=_backtest)

    send_test = commands.add_parser("send-test", help="send a sample alert to a channel")
    send_test.add_argument("channel", metavar="CHANNEL", help="e.g. telegram:-1001234, slack:C012AB3CD, console:")
    _config_option(send_test)
    send_test.set_defaults(command=_send_test)

    add_feeds_command(commands, _config_option, _load)
    add_audit_command(commands, _config_option, _load)
    add_doctor_command(commands, _config_option, _load)
    add_slack_command(commands, _config_option, _load)
    return parser


def _config_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, default=CONFIG, metavar="FILE", help="default: config.toml")


def _load(path: Path) -> Config:
    """The configuration at `path`. CommandError with every problem of it."""
    from bot.config import ConfigError, load

    if not path.exists():
        raise CommandError(
            f"{path} does not exist; copy config.example.toml to {path}, or name another file with --config",
            code=2,
        )
    try:
        return load(path, os.environ)
    except ConfigError as error:
        raise CommandError(str(error), code=2) from error


def _run(options: argparse.Namespace) -> int:
    from bot.app import running
    from bot.log import configure

    config = _load(options.config)
    configure(config.log.level, config.log.format, config.secrets())

    async def serve(stopped: asyncio.Event) -> int:
        async with running(config):
            await stopped.wait()
        return 0

    return _serve(serve)


def _demo(options: argparse.Namespace) -> int:
    from bot.demo import demonstrate

    return _serve(lambda stopped: demonstrate(stopped, once=options.once, port=options.port))


def _check(options: argparse.Namespace) -> int:
    from rich.console import Console as Terminal
    from rich.table import Table

    from bot.app import StartError, check_filters, feeds_of, load_packs, own_of

    config = _load(options.config)
    try:
        pack = load_packs(config)
        check_filters(config, pack)
    except StartError as error:
        raise CommandError(str(error), code=2) from error
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    of_pack = sum(feed.default for feed in pack.feeds)
    for subject, words in config.describe(of_pack):
        table.add_row(subject, words)
    terminal = Terminal()
    terminal.print(table)
    own = own_of(config)
    for finding in doubtful_entries(own) if own is not None else ():
        terminal.print(f"[yellow]{finding.file}:{finding.line}:[/] {finding.message}", soft_wrap=True)
    terminal.print(f"{options.config} is right: {len(feeds_of(config, pack))} feeds will be polled.")
    return 0


def _classify(options: argparse.Namespace) -> int:
    pack = load_pack(options.pack)
    for answer in classify_lines(_counted(sys.stdin), pack):
        print(answer)
    return 0


def _counted(lines: Iterable[str]) -> Iterator[str]:
    """The lines as they come, with a count on standard error where a person watches."""
    if not sys.stderr.isatty():
        yield from lines
        return
    from rich.console import Console as Terminal
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed} items judged"), TimeElapsedColumn())
    with Progress(*columns, console=Terminal(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        for line in lines:
            yield line
            progress.advance(task)


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 3650:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days from 1 to 3650")
    return int(text)


def _backtest(options: argparse.Namespace) -> int:
    from bot.app import load_packs, system_clock
    from bot.backtest import backtest, shown
    from bot.storage import Store, StoreError
    from rules import FilterError

    config = _load(options.config)
    url = config.database.url.get_secret_value()
    file = url.removeprefix("sqlite:///")
    if file != url and not Path(file).exists():
        raise CommandError(f"there is no archive yet: {file} does not exist; dealwire run makes it")

    async def over_the_archive() -> int:
        async with Store.open(url) as store:
            with _alerts_bar() as on_progress:
                result = await backtest(
                    store,
                    load_packs(config),
                    options.filter,
                    now=system_clock(),
                    days=options.days,
                    on_progress=on_progress,
                )
        print(json.dumps(result.as_json(), ensure_ascii=False) if options.json else shown(result))
        return 0

    try:
        return asyncio.run(over_the_archive())
    except FilterError as error:
        raise CommandError(f"the filter is not understood, {error}", code=2) from error
    except StoreError as error:
        raise CommandError(str(error)) from error


@contextlib.contextmanager
def _alerts_bar() -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error where a person watches."""
    if not sys.stderr.isatty():
        yield lambda looked_at, of: None
        return
    from rich.console import Console as Terminal
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("alerts"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Terminal(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda looked_at, of: progress.update(task, completed=looked_at, total=of)


def _send_test(options: argparse.Namespace) -> int:
    from bot.app import StartError, send_test
    from bot.log import configure
    from bot.model import Channel, ChannelMoved, Receipt

    config = _load(options.config)
    configure("warning", config.log.format, config.secrets())
    try:
        channel = Channel.parse(options.channel)
    except ValueError as error:
        raise CommandError(str(error), code=2) from error
    try:
        result = asyncio.run(send_test(config, channel))
    except StartError as error:
        raise CommandError(str(error)) from error
    match result:
        case Receipt():
            print(f"Sent to {channel.key}.", file=sys.stderr)
            return 0
        case ChannelMoved(to=to):
            raise CommandError(f"{channel.key} has moved: use {to.key}")
        case _:
            raise CommandError(f"not sent to {channel.key}: {result.reason}")


def _serve(run: Callable[[asyncio.Event], Coroutine[object, object, int]]) -> int:
    """Run until `run` returns; SIGTERM and SIGINT set its event. CommandError for what kept it from starting."""
    from bot.app import StartError
    from bot.storage import StoreError

    async def with_signals() -> int:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt instead
                loop.add_signal_handler(number, stopped.set)
        return await run(stopped)

    try:
        return asyncio.run(with_signals())
    except (StartError, StoreError) as error:
        raise CommandError(str(error)) from error


if __name__ == "__main__":
    raise SystemExit(main())
