"""The places to post to: an adapter for each platform that the configuration switches on, made and started."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack

from rich.console import Console as Terminal

from bot.access import is_workspace
from bot.adapters import ConsoleAdapter, Limit, OAuthApp, slack_adapter, slack_oauth_adapter, telegram_adapter
from bot.app.clock import system_clock
from bot.app.errors import StartError
from bot.commands import menus
from bot.config import Config
from bot.gate import Gate
from bot.health import lost_notice
from bot.model import Channel, Platform
from bot.ports import Adapter, AdapterError, Clock, Handlers
from bot.reception import Reception
from bot.storage import Store
from bot.troubles import Troubles

log = logging.getLogger(__name__)


async def start_adapters(
    stack: AsyncExitStack,
    config: Config,
    store: Store,
    gate: Gate,
    reception: Reception,
    terminal: Terminal | None,
    clock: Clock,
) -> Mapping[Platform, Adapter]:
    """The adapters that could be started; `stack` stops them. StartError when none could."""
    troubles = Troubles(store=store, clock=clock)

    async def changed(channel: Channel, to: Channel | None) -> None:
        if to is None:
            reason = "the bot was removed or blocked, or the channel was closed"
            if is_workspace(channel):
                reason = "the app was removed from the workspace"
                await store.end_workspace(channel, reason, lost_notice(channel, reason, clock()))
            else:
                await store.end_channel(channel, reason, lost_notice(channel, reason, clock()))
        else:
            await store.move_channel(channel, to)
            gate.moved(channel, to)

    async def start(platform: Platform, adapter: Adapter) -> None:
        try:
            await adapter.start(
                Handlers(
                    command=reception.command,
                    press=reception.press,
                    changed=changed,
                    inline=reception.inline,
                    trouble=troubles.tell,
                    form=reception.form,
                    home=reception.home,
                )
            )
        except AdapterError as error:
            log.error("%s is off: %s", platform, error)
            await troubles.off(platform, str(error))
            return
        await troubles.off(platform, None)
        stack.push_async_callback(adapter.stop)
        started[platform] = adapter

    started: dict[Platform, Adapter] = {}
    made = adapters_of(config, store, clock=clock, terminal=terminal)
    async with asyncio.TaskGroup() as group:
        for platform, adapter in made.items():
            group.create_task(start(platform, adapter))
    if made and not started:
        raise StartError("no place to send alerts to could be started; see the errors above")
    return started


def adapters_of(
    config: Config, store: Store | None, *, clock: Clock = system_clock, terminal: Terminal | None = None
) -> Mapping[Platform, Adapter]:
    """The adapters that the configuration switches on, not started. `store` holds Slack's installations; None leaves
    out what needs them."""
    made: dict[Platform, Adapter] = {}
    if config.telegram.enabled and config.telegram.webhook_url and not config.web.enabled:
        raise StartError("webhook_url in [telegram] needs the page of [web], which takes the calls: set enabled = true")
    if config.console.enabled:
        made["console"] = ConsoleAdapter(terminal or _terminal_of(config))
    if config.telegram.enabled:
        made["telegram"] = telegram_adapter(
            config.telegram.token.get_secret_value(),
            base_url=config.telegram.base_url,
            poll_timeout_s=config.telegram.poll_timeout_s,
            menus=menus(),
            webhook_url=config.telegram.webhook_url,
            overall=Limit(count=config.telegram.messages_per_second, per_s=1.0),
            per_chat=Limit(count=config.telegram.chat_burst, per_s=config.telegram.chat_burst),
            per_group=Limit(count=config.telegram.group_messages_per_minute, per_s=60.0),
            paid=config.telegram.paid_broadcast,
        )
    if config.slack.by_oauth and store is not None:
        made["slack"] = slack_oauth_adapter(
            slack_oauth(config, store, clock),
            base_url=config.slack.base_url,
            per_workspace=Limit(count=config.slack.messages_per_minute, per_s=60.0),
            per_channel=Limit(count=config.slack.channel_burst, per_s=config.slack.channel_burst),
        )
    elif config.slack.by_tokens:
        made["slack"] = slack_adapter(
            config.slack.bot_token.get_secret_value(),
            config.slack.app_token.get_secret_value(),
            base_url=config.slack.base_url,
            per_workspace=Limit(count=config.slack.messages_per_minute, per_s=60.0),
            per_channel=Limit(count=config.slack.channel_burst, per_s=config.slack.channel_burst),
        )
    return made


def slack_oauth(config: Config, store: Store, clock: Clock = system_clock) -> OAuthApp:
    """The Slack app that many workspaces install, with its tokens in `store`. Only where it is configured."""
    return OAuthApp(
        client_id=config.slack.client_id,
        client_secret=config.slack.client_secret.get_secret_value(),
        signing_secret=config.slack.signing_secret.get_secret_value(),
        token_keys=config.slack.token_key.get_secret_value().split(","),
        public_url=config.slack.public_url,
        writing=store.engine(writes=True),
        reading=store.engine(writes=False),
        clock=clock,
    )


def _terminal_of(config: Config) -> Terminal:
    """Standard output, in colour as configured."""
    match config.console.colour:
        case "always":
            return Terminal(force_terminal=True)
        case "never":
            return Terminal(no_color=True, highlight=False)
        case _:
            return Terminal()
