"""`dealwire feeds …`: the list of feeds at the command line. Answers go to standard output, as tables or with
--json as JSON, progress to standard error. Exit codes: 0 done, 1 not done or a feed does not work, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli_feeds_shown import (
    kind,
    listed_json,
    print_json,
    print_table,
    print_tested,
    progress,
    tested_json,
    url,
    waiting,
)

if TYPE_CHECKING:
    from bot.catalogue import Catalogue
    from bot.config import Config

BY = "command line"


def add_feeds_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    config_option: Callable[[argparse.ArgumentParser], None],
    load: Callable[[Path], Config],
) -> None:
    """Puts `feeds` among the commands; `load` reads the configuration named by its option."""
    feeds = commands.add_parser("feeds", help="list, add, remove, test, import and export the feeds")
    verbs = feeds.add_subparsers(required=True, metavar="WHAT")

    def verb(name: str, about: str, run: _Run) -> argparse.ArgumentParser:
        parser = verbs.add_parser(name, help=about)
        config_option(parser)
        parser.add_argument("--json", action="store_true", help="answer in JSON")
        parser.set_defaults(command=lambda options: _with_catalogue(load(options.config), options, run))
        return parser

    listing = verb("list", "the feeds, with how they do", _list)
    listing.add_argument("--all", action="store_true", help="also those that the packs know and do not poll")
    verb("health", "the feeds that need a look", _health)
    adding = verb("add", "poll a feed, a page's feed, or @channel of Telegram", _add)
    adding.add_argument("url", metavar="URL")
    adding.add_argument("--title", default="", help="the outlet's name in alerts (default: the feed's own)")
    adding.add_argument("--lang", choices=("en", "hi", "ru"))
    adding.add_argument("--kind", help="official, wire, press, aggregator, blog or 'think tank' (default: press)")
    adding.add_argument("--tier", type=int, choices=range(1, 6), help="1 most reliable … 5 (default: 3)")
    adding.add_argument("--interval", type=_minutes, metavar="MINUTES", help="between two polls")
    adding.add_argument(
        "--links", default="", metavar="PREFIX", help="a page of links: what its news' paths begin with"
    )
    adding.add_argument("--newslist", action="store_true", help="a page of links: headlines are told by their look")
    adding.add_argument("--test", action="store_true", help="show what came")
    adding.add_argument("--unseen", action="store_true", help="add it without a look at it")
    removing = verb("remove", "poll a feed no more; its alerts stay", _remove)
    removing.add_argument("which", metavar="URL-OR-TITLE")
    testing = verb("test", "one look at a feed, or at all", _test)
    testing.add_argument("which", metavar="URL-OR-TITLE-OR-all")
    importing = verb("import", "add the feeds of an OPML file", _import)
    importing.add_argument("file", metavar="FILE", help="- for standard input")
    exporting = verb("export", "the feeds that are polled, as OPML", _export)
    exporting.add_argument("file", metavar="FILE", nargs="?", default="-", help="default: standard output")


_Run = Callable[["Catalogue", argparse.Namespace], Awaitable[int]]


def _with_catalogue(config: Config, options: argparse.Namespace, run: _Run) -> int:
    from bot.app import StartError, catalogue_of
    from bot.catalogue import CatalogueError
    from bot.log import configure
    from bot.storage import StoreError

    configure("warning", config.log.format, config.secrets())

    async def work() -> int:
        async with catalogue_of(config) as catalogue:
            return await run(catalogue, options)

    try:
        return asyncio.run(work())
    except (CatalogueError, StartError, StoreError) as error:
        print(f"dealwire: {error}", file=sys.stderr)
        return 1


async def _list(catalogue: Catalogue, options: argparse.Namespace) -> int:
    from bot.catalogue import health_said, last_item_said, name_of

    feeds = await catalogue.listed(everything=options.all)
    now = _now()
    if options.json:
        return print_json([listed_json(one) for one in feeds])
    rows = [
        (
            name_of(one.feed),
            kind(one),
            one.origin,
            str(health_said(one, now)),
            str(last_item_said(one, now) or ""),
            url(one),
        )
        for one in feeds
    ]
    print_table(("title", "kind", "from", "health", "last item", "address"), rows)
    print(f"{sum(one.on for one in feeds)} feeds are polled.", file=sys.stderr)
    return 0


async def _health(catalogue: Catalogue, options: argparse.Namespace) -> int:
    from bot.catalogue import health_said, is_well, name_of

    feeds = [one for one in await catalogue.listed() if one.on]
    ill = [one for one in feeds if not is_well(one)]
    if options.json:
        print_json([listed_json(one) for one in ill])
    else:
        rows = [(name_of(one.feed), str(health_said(one, _now())), url(one)) for one in ill]
        print_table(("title", "health", "address"), rows)
        print(f"{len(feeds) - len(ill)} of {len(feeds)} feeds are well.", file=sys.stderr)
    return 1 if ill else 0


async def _add(catalogue: Catalogue, options: argparse.Namespace) -> int:
    from bot.catalogue import Wish, name_of

    wish = Wish(
        title=options.title,
        lang=options.lang,
        kind=options.kind,
        tier=options.tier,
        interval_s=options.interval,
        via="newslist" if options.newslist or options.links else None,
        link_prefix=options.links,
    )
    with waiting(f"looking at {options.url}"):
        tested = await catalogue.add(options.url, wish, by=BY, unseen=options.unseen)
    if options.json:
        return print_json(tested_json(tested))
    print(f"Added: {name_of(tested.feed)} ({tested.feed.url})")
    if options.test:
        print_tested(tested)
    return 0


async def _remove(catalogue: Catalogue, options: argparse.Namespace) -> int:
    from bot.catalogue import name_of

    removed = await catalogue.remove(options.which, by=BY)
    if options.json:
        return print_json(listed_json(removed))
    print(f"No longer polled: {name_of(removed.feed)}. Its alerts stay.")
    return 0


async def _test(catalogue: Catalogue, options: argparse.Namespace) -> int:
    if options.which == "all":
        return await _test_all(catalogue, options)
    with waiting(f"looking at {options.which}"):
        tested = await catalogue.test(options.which)
    if options.json:
        print_json(tested_json(tested))
    else:
        print_tested(tested)
    return 0 if tested.ok else 1


async def _test_all(catalogue: Catalogue, options: argparse.Namespace) -> int:
    from bot.catalogue import name_of

    feeds = await catalogue.polled()
    with progress("feeds tested", len(feeds)) as advance:
        results = await catalogue.tester.test_all(feeds, lambda tested: advance())
    if options.json:
        print_json([tested_json(tested) for tested in results])
    else:
        rows = [("works" if t.ok else "fails", name_of(t.feed), str(t.words), f"{t.took_s:.1f} s") for t in results]
        print_table(("", "title", "what came", "took"), rows)
    print(f"{sum(t.ok for t in results)} of {len(results)} feeds work.", file=sys.stderr)
    return 0 if all(tested.ok for tested in results) else 1


async def _import(catalogue: Catalogue, options: argparse.Namespace) -> int:
    from bot.catalogue import CatalogueError
    from bot.model import said

    try:
        read = sys.stdin.buffer.read if options.file == "-" else Path(options.file).read_bytes
        body = await asyncio.to_thread(read)
    except OSError as error:
        raise CatalogueError(
            said("{file} cannot be read: {reason}", file=str(options.file), reason=error.strerror or "")
        ) from error
    with progress("feeds read", None) as advance:
        done = await catalogue.import_opml(body, by=BY, handled=lambda outline: advance())
    if options.json:
        return print_json(
            {
                "added": [feed.url for feed in done.added],
                "known": [outline.url for outline in done.known],
                "refused": [{"url": outline.url, "reason": str(reason)} for outline, reason in done.refused],
            }
        )
    for outline, reason in done.refused:
        print(f"not added: {outline.url}: {reason}", file=sys.stderr)
    print(f"{len(done.added)} feeds added, {len(done.known)} were polled already, {len(done.refused)} refused.")
    return 1 if done.refused else 0


async def _export(catalogue: Catalogue, options: argparse.Namespace) -> int:
    from bot.catalogue import CatalogueError
    from bot.model import said

    body = await catalogue.export_opml()
    if options.file == "-":
        sys.stdout.buffer.write(body)
        return 0
    try:
        await asyncio.to_thread(Path(options.file).write_bytes, body)
    except OSError as error:
        raise CatalogueError(
            said("{file} cannot be written: {reason}", file=str(options.file), reason=error.strerror or "")
        ) from error
    count = len(await catalogue.polled())
    if options.json:
        return print_json({"file": options.file, "feeds": count})
    print(f"{count} feeds written to {options.file}.")
    return 0


def _now() -> datetime:
    from bot.app import system_clock

    return system_clock()


def _minutes(text: str) -> int:
    """Seconds of that many minutes."""
    minutes = float(text)
    if not 1 <= minutes <= 7 * 24 * 60:
        raise argparse.ArgumentTypeError("expected minutes from 1 to 10080")
    return round(minutes * 60)
