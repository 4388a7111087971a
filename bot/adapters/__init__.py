"""The chat platforms: each takes posts and brings commands, and speaks one platform's protocol.

The libraries behind Telegram and Slack take most of a second to import, so their adapters are made by functions
that import them when called.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.adapters.console import ConsoleAdapter, card_panel, card_text
from bot.adapters.pacing import Limit
from bot.model import Menu
from bot.ports import Adapter

__all__ = [
    "ConsoleAdapter",
    "Limit",
    "card_panel",
    "card_text",
    "private_link",
    "slack_adapter",
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


def private_link(adapter: Adapter, payload: str) -> str | None:
    """An address that opens the private chat with the bot and sends it /start with `payload`; None: the platform
    has no such addresses, or has not told the bot's name yet."""
    if adapter.platform != "telegram":
        return None
    from bot.adapters.telegram import TelegramAdapter

    return adapter.private_link(payload) if isinstance(adapter, TelegramAdapter) else None


def slack_adapter(
    bot_token: str,
    app_token: str,
    *,
    base_url: str | None = None,
    overall: Limit | None = None,
    per_channel: Limit | None = None,
) -> Adapter:
    """The Slack adapter in Socket Mode. `base_url`: of the Web API, for tests; limits: None means Slack's
    published ones."""
    from bot.adapters.slack import OVERALL, PER_CHANNEL, SlackAdapter

    return SlackAdapter(
        bot_token,
        app_token,
        base_url=base_url,
        overall=overall or OVERALL,
        per_channel=per_channel or PER_CHANNEL,
    )
