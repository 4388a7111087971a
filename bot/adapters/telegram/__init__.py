"""Telegram by the Bot API. Importing it imports python-telegram-bot, about half a second."""

from bot.adapters.telegram.adapter import OVERALL, PER_CHAT, PER_GROUP, TelegramAdapter

__all__ = ["OVERALL", "PER_CHAT", "PER_GROUP", "TelegramAdapter"]
