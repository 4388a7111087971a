"""The chat platforms: each takes cards and commands and speaks one platform's protocol.

The libraries behind Telegram and Slack take most of a second to import, so their adapters are made by functions
that import them when called.
"""

from __future__ import annotations

from bot.adapters.console import ConsoleAdapter, card_panel, card_text
from bot.adapters.pacing import Limit
from bot.ports import Adapter

__all__ = [
    "ConsoleAdapter",
    "Limit",
    "card_panel",
    "card_text",
    "slack_adapter",
    "telegram_adapter",
]


def telegram_adapter(
    token: str,
    *,
    base_url: str | None = None,
    menu: tuple[tuple[str, str], ...] = (),
    overall: Limit | None = None,
    per_chat: Limit | None = None,
    per_group: Limit | None = None,
    poll_timeout_s: int = 30,
) -> Adapter:
    """The Telegram adapter. `base_url`: of a Bot API server of one's own; `menu`: (command, description) each;
    limits: None means Telegram's published ones."""
    from bot.adapters.telegram import OVERALL, PER_CHAT, PER_GROUP, TelegramAdapter

    return TelegramAdapter(
        token,
        base_url=base_url,
        menu=menu,
        overall=overall or OVERALL,
        per_chat=per_chat or PER_CHAT,
        per_group=per_group or PER_GROUP,
        poll_timeout_s=poll_timeout_s,
    )


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
