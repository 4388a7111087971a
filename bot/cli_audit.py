"""`dealwire audit`: who changed what, from the database, beside a running bot too."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.config import Config


def add_audit_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    config_option: Callable[[argparse.ArgumentParser], None],
    load: Callable[[Path], Config],
) -> None:
    parser = commands.add_parser("audit", help="who changed what: subscriptions, permissions, feeds, corrections")
    parser.add_argument("--limit", type=_count, default=50, help="so many changes, the newest first (default: 50)")
    parser.add_argument("--json", action="store_true", help="JSON Lines instead of words")
    config_option(parser)
    parser.set_defaults(command=lambda options: _audit(options, load(options.config)))


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 1000000")
    return int(text)


def _audit(options: argparse.Namespace, config: Config) -> int:
    from bot.audit import as_json, shown
    from bot.storage import AuditEntry, Store, StoreError

    url = config.database.url.get_secret_value()
    file = url.removeprefix("sqlite:///")
    if file != url and not Path(file).exists():  # opening would make one
        print(f"dealwire: nothing is kept yet: {file} does not exist; dealwire run makes it", file=sys.stderr)
        return 1

    async def read() -> list[AuditEntry]:
        async with Store.open(url) as store:
            return await store.audit_entries(options.limit)

    try:
        entries = asyncio.run(read())
    except StoreError as error:
        print(f"dealwire: {error}", file=sys.stderr)
        return 1
    if options.json:
        for entry in entries:
            print(json.dumps(as_json(entry), ensure_ascii=False))
    else:
        print(shown(entries))
    return 0
