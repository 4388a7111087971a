"""`dealwire slack`: what an operator needs to set the Slack app up: its manifest, a key, a code for a workspace."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.config import Config

Load = Callable[[Path], "Config"]


def add_slack_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    config_option: Callable[[argparse.ArgumentParser], None],
    load: Load,
) -> None:
    parser = commands.add_parser("slack", help="set up the Slack app: manifest, key, codes for workspaces")
    parts = parser.add_subparsers(required=True, metavar="PART")

    manifest = parts.add_parser("manifest", help="print the manifest to make the app with")
    manifest.add_argument("--url", default="", metavar="URL", help="for many workspaces: where Slack reaches this bot")
    manifest.set_defaults(command=_manifest)

    key = parts.add_parser("key", help="print a new token_key, which the workspaces' tokens are stored under")
    key.set_defaults(command=_key)

    claim = parts.add_parser("claim", help="print a one-time code that lets a workspace in")
    config_option(claim)
    claim.set_defaults(command=lambda options: _claim(load(options.config)))

    reseal = parts.add_parser("reseal", help="store the workspaces' tokens under the first key of token_key")
    config_option(reseal)
    reseal.set_defaults(command=lambda options: _reseal(load(options.config)))


def _manifest(options: argparse.Namespace) -> int:
    from bot.adapters import slack_manifest

    if options.url and not options.url.startswith("https://"):
        print("dealwire: Slack calls only addresses that begin with https://", file=sys.stderr)
        return 2
    print(json.dumps(slack_manifest(options.url or None), indent=2, ensure_ascii=False))
    return 0


def _key(options: argparse.Namespace) -> int:
    from bot.adapters import new_token_key

    print(new_token_key())
    return 0


def _claim(config: Config) -> int:
    from bot.app import system_clock
    from bot.claims import new_claim
    from bot.storage import Store

    if not config.slack.by_oauth:
        print("dealwire: with one workspace there is nothing to let in; see `/dealwire claim`", file=sys.stderr)
        return 2

    async def make() -> str:
        async with Store.open(config.database.url.get_secret_value()) as store:
            return await new_claim(store, by="terminal", now=system_clock(), opens="workspace")

    return _told(make, "Whoever types this in their Slack workspace within 24 hours lets it in:\n/dealwire claim {}")


def _reseal(config: Config) -> int:
    from bot.adapters import reseal_tokens
    from bot.app import slack_oauth
    from bot.storage import Store

    if not config.slack.by_oauth:
        print("dealwire: no tokens are stored with one workspace", file=sys.stderr)
        return 2

    async def seal() -> str:
        async with Store.open(config.database.url.get_secret_value()) as store:
            return str(await reseal_tokens(slack_oauth(config, store)))

    return _told(seal, "{} workspaces' tokens are under the first key; the others are not needed any more.")


def _told(work: Callable[[], Coroutine[object, object, str]], words: str) -> int:
    from bot.ports import AdapterError
    from bot.storage import StoreError

    try:
        print(words.format(asyncio.run(work())))
    except (StoreError, AdapterError) as error:
        print(f"dealwire: {error}", file=sys.stderr)
        return 1
    return 0
