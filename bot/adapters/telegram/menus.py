"""The commands that Telegram's clients offer, by kind of chat and language."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeDefault,
)
from telegram.error import TelegramError

from bot.adapters.layout import clean, shorten
from bot.model import Menu

DESCRIPTION_MAX = 256  # code points (Bot API, BotCommand)
COMMANDS_MAX = 100

_log = logging.getLogger(__name__)


async def set_menus(bot: Bot, menus: Sequence[Menu]) -> None:
    """Tell Telegram the menus; a menu is a comfort, so what it refuses is only logged."""
    for menu in menus:
        commands = [BotCommand(name, shorten(clean(what), DESCRIPTION_MAX)) for name, what in menu.commands]
        try:
            await bot.set_my_commands(commands[:COMMANDS_MAX], scope=_scope(menu), language_code=menu.lang)
        except TelegramError as error:
            _log.warning("telegram command menu not set where=%s lang=%s reason=%s", menu.where, menu.lang, error)


def _scope(menu: Menu) -> BotCommandScope:
    match menu.where:
        case "private":
            return BotCommandScopeAllPrivateChats()
        case "groups":
            return BotCommandScopeAllGroupChats()
        case "administrators":
            return BotCommandScopeAllChatAdministrators()
    return BotCommandScopeDefault()
