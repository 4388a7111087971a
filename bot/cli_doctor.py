"""`dealwire doctor`: looks at everything that an operator sets up, and says in plain words what is wrong."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from bot.model import Channel, Finding

if TYPE_CHECKING:
    from bot.config import Config
    from bot.storage import Store

_MARKS = {"good": "[green]ok[/]", "doubt": "[yellow]look[/]", "bad": "[red]BAD[/]"}


def add_doctor_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    config_option: Callable[[argparse.ArgumentParser], None],
    load: Callable[[Path], Config],
) -> None:
    parser = commands.add_parser("doctor", help="check configuration, database, tokens, permissions and channels")
    parser.add_argument("--json", action="store_true", help="JSON Lines instead of words")
    config_option(parser)
    parser.set_defaults(command=lambda options: _doctor(options, load(options.config)))


def _doctor(options: argparse.Namespace, config: Config) -> int:
    findings = asyncio.run(examine(config))
    if options.json:
        for finding in findings:
            print(json.dumps(asdict(finding), ensure_ascii=False))
    else:
        _show(findings)
    return 1 if any(finding.level == "bad" for finding in findings) else 0


async def examine(config: Config) -> list[Finding]:
    """What is right and wrong, in the order in which one would mend it. Changes nothing but the database's schema,
    where an older one is brought up to date."""
    from bot.app import StartError, check_filters, feeds_of, load_packs
    from bot.storage import Store, StoreError
    from rules import PackError

    findings: list[Finding] = []
    try:
        pack = load_packs(config)
        check_filters(config, pack)
        feeds = len(feeds_of(config, pack))
        words = f"{', '.join(config.packs)}; {feeds} feeds are read"
        findings.append(Finding(level="good" if feeds else "doubt", subject="packs and filters", words=words))
    except (PackError, StartError) as error:
        findings.append(Finding(level="bad", subject="packs and filters", words=str(error)))
    url = config.database.url.get_secret_value()
    file = url.removeprefix("sqlite:///")
    subscribed = {own.channel for own in config.subscriptions}
    if file != url and not await asyncio.to_thread(Path(file).exists):  # opening would make one
        words = f"{file} does not exist yet; dealwire run makes it"
        findings.append(Finding(level="doubt", subject="database", words=words))
        return findings + await _platforms(config, None, subscribed)
    try:
        async with Store.open(url) as store:
            findings += await _database(config, store)
            subscribed |= {subscription.channel for subscription in await store.subscriptions()}
            findings += await _access(config, store)
            return findings + await _platforms(config, store, subscribed)
    except StoreError as error:
        findings.append(Finding(level="bad", subject="database", words=str(error)))
        return findings + await _platforms(config, None, subscribed)


async def _database(config: Config, store: Store) -> list[Finding]:
    flaws = await store.integrity()
    status = await store.status()
    where = config.database.without_password
    findings = [Finding(level="bad", subject="database", words=flaw) for flaw in flaws] or [
        Finding(
            level="good", subject="database", words=f"{where} is sound; {status.alerts} alerts, {status.items} items"
        )
    ]
    if status.feeds:
        words = f"{status.feeds_failing} of {status.feeds} failed when they were last asked"
        if status.last_poll_at is not None and not status.feeds_read:
            advice = "Is this machine's network up, and are names resolved? `dealwire feeds test all` tells of each."
            words = f"none of {status.feeds} could be read so far"
            findings.append(Finding(level="doubt", subject="feeds", words=words, advice=advice))
        elif status.feeds_failing:
            advice = "See `dealwire feeds health`."
            findings.append(Finding(level="doubt", subject="feeds", words=words, advice=advice))
        else:
            findings.append(Finding(level="good", subject="feeds", words=words))
    if status.dead:
        words = f"{status.dead} messages were given up"
        advice = "Their channels could not be reached for days; see below."
        findings.append(Finding(level="doubt", subject="outbox", words=words, advice=advice))
    return findings


async def _access(config: Config, store: Store) -> list[Finding]:
    operators = (await store.permissions()).operators
    if operators or config.access.operator_chat or not (config.telegram.enabled or config.slack.enabled):
        return []
    words = "nobody is the operator yet"
    advice = "`dealwire run` prints a one-time code; whoever sends it to the bot becomes it."
    return [Finding(level="doubt", subject="access", words=words, advice=advice)]


async def _platforms(config: Config, store: Store | None, subscribed: set[Channel]) -> list[Finding]:
    from bot.adapters import examine_slack, examine_slack_oauth, examine_telegram
    from bot.app import slack_oauth

    def of(platform: str) -> list[Channel]:
        return sorted(channel for channel in subscribed if channel.platform == platform)

    findings: list[Finding] = []
    if config.telegram.enabled:
        findings += await examine_telegram(
            config.telegram.token.get_secret_value(),
            base_url=config.telegram.base_url,
            webhook_url=config.telegram.webhook_url,
            channels=of("telegram"),
        )
    if config.slack.by_oauth and store is not None:
        oauth = slack_oauth(config, store)
        findings += await examine_slack_oauth(oauth, base_url=config.slack.base_url, channels=of("slack"))
    elif config.slack.by_tokens:
        findings += await examine_slack(
            config.slack.bot_token.get_secret_value(),
            config.slack.app_token.get_secret_value(),
            base_url=config.slack.base_url,
            channels=of("slack"),
        )
    if not (config.telegram.enabled or config.slack.enabled):
        words = "neither Telegram nor Slack is set up; alerts go to the terminal" + (
            "" if config.console.enabled else ", which is off too"
        )
        findings.append(Finding(level="doubt", subject="platforms", words=words))
    return findings


def _show(findings: Sequence[Finding]) -> None:
    from rich.console import Console as Terminal
    from rich.markup import escape

    terminal = Terminal(highlight=False)
    for finding in findings:
        terminal.print(f"{_MARKS[finding.level]:<4} {escape(finding.subject)}: {escape(finding.words)}", soft_wrap=True)
        if finding.advice:
            terminal.print(f"     -> {escape(finding.advice)}", soft_wrap=True)
    bad = sum(finding.level == "bad" for finding in findings)
    terminal.print("Everything needed is in order." if not bad else f"{bad} to be mended.")
