"""The chat platforms: each takes posts and brings commands, and speaks one platform's protocol.

The libraries behind Telegram and Slack take most of a second to import, so their adapters are made by functions
that import them when called.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.adapters.console import ConsoleAdapter, card_panel, card_text
from bot.adapters.oauth_app import OAuthApp
from bot.adapters.pacing import Limit
from bot.model import Channel, Finding, Menu
from bot.ports import Adapter

__all__ = [
    "ConsoleAdapter",
    "Limit",
    "OAuthApp",
    "card_panel",
    "card_text",
    "examine_slack",
    "examine_slack_oauth",
    "examine_telegram",
    "managed_chat",
    "new_token_key",
    "private_link",
    "reseal_tokens",
    "slack_adapter",
    "slack_manifest",
    "slack_oauth_adapter",
    "telegram_adapter",
]


def telegram_adapter(
    token: str,
    *,
    base_url: str | None = None,
    menus: Sequence[Menu] = (),
    webhook_url: str = "",
    overall: Limit | None = None,
    per_chat: Limit | None = None,
    per_group: Limit | None = None,
    paid: bool = False,
    poll_timeout_s: int = 30,
) -> Adapter:
    """The Telegram adapter. `base_url`: of a Bot API server of one's own; `webhook_url`: where Telegram reaches
    us, "" for long polling; limits: None means Telegram's published ones; `paid`: the bot pays for more."""
    from bot.adapters.telegram import OVERALL, PER_CHAT, PER_GROUP, TelegramAdapter

    return TelegramAdapter(
        token,
        base_url=base_url,
        menus=menus,
        webhook_url=webhook_url,
        overall=overall or OVERALL,
        per_chat=per_chat or PER_CHAT,
        per_group=per_group or PER_GROUP,
        paid=paid,
        poll_timeout_s=poll_timeout_s,
    )


async def managed_chat(adapter: Adapter, channel: Channel, user: str) -> str | None:
    """The name of a group or channel, if this person administers it; None: not, or the platform's chats are managed
    from within only."""
    if adapter.platform != "telegram":
        return None
    from bot.adapters.telegram import TelegramAdapter

    return await adapter.managed(channel, user) if isinstance(adapter, TelegramAdapter) else None


def private_link(adapter: Adapter, payload: str) -> str | None:
    """An address that opens the private chat with the bot and sends it /start with `payload`; None: the platform
    has no such addresses, or has not told the bot's name yet."""
    if adapter.platform != "telegram":
        return None
    from bot.adapters.telegram import TelegramAdapter

    return adapter.private_link(payload) if isinstance(adapter, TelegramAdapter) else None


def slack_oauth_adapter(
    oauth: OAuthApp,
    *,
    base_url: str | None = None,
    per_workspace: Limit | None = None,
    per_channel: Limit | None = None,
) -> Adapter:
    """The Slack adapter for many workspaces that install the app, over HTTP. AdapterError for a key that is none."""
    from bot.adapters.slack import PER_CHANNEL, PER_WORKSPACE, SlackAdapter

    return SlackAdapter(
        oauth=oauth,
        base_url=base_url,
        per_workspace=per_workspace or PER_WORKSPACE,
        per_channel=per_channel or PER_CHANNEL,
    )


def slack_adapter(
    bot_token: str,
    app_token: str,
    *,
    base_url: str | None = None,
    per_workspace: Limit | None = None,
    per_channel: Limit | None = None,
) -> Adapter:
    """The Slack adapter in Socket Mode. `base_url`: of the Web API, for tests; limits: None means Slack's
    published ones."""
    from bot.adapters.slack import PER_CHANNEL, PER_WORKSPACE, SlackAdapter

    return SlackAdapter(
        bot_token,
        app_token,
        base_url=base_url,
        per_workspace=per_workspace or PER_WORKSPACE,
        per_channel=per_channel or PER_CHANNEL,
    )


def slack_manifest(public_url: str | None = None) -> dict[str, Any]:
    """The manifest to make the app with: for HTTP at that address, or for Socket Mode."""
    from bot.adapters.slack import manifest

    return manifest(public_url)


def new_token_key() -> str:
    """A key for the tokens of Slack's workspaces."""
    from bot.adapters.slack import new_key

    return new_key()


async def reseal_tokens(oauth: OAuthApp) -> int:
    """Puts the stored tokens of all workspaces under the first key; how many. AdapterError when one is under a key
    that is not there."""
    from bot.adapters.slack import reseal

    return await reseal(oauth)


async def examine_slack(
    bot_token: str, app_token: str, *, base_url: str | None, channels: Sequence[Channel]
) -> list[Finding]:
    """What is right and wrong with one workspace over Socket Mode; `channels`: those that are subscribed there."""
    from bot.adapters.slack import examine_tokens

    return await examine_tokens(bot_token, app_token, base_url=base_url, channels=channels)


async def examine_slack_oauth(oauth: OAuthApp, *, base_url: str | None, channels: Sequence[Channel]) -> list[Finding]:
    """The same for many workspaces that installed the app."""
    from bot.adapters.slack import examine_oauth

    return await examine_oauth(oauth, base_url=base_url, channels=channels)


async def examine_telegram(
    token: str, *, base_url: str | None, webhook_url: str, channels: Sequence[Channel]
) -> list[Finding]:
    """The same for Telegram; `webhook_url`: "" for polling."""
    from bot.adapters.telegram import examine_telegram as examine

    return await examine(token, base_url=base_url, webhook_url=webhook_url, channels=channels)
