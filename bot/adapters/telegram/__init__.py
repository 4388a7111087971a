"""Telegram by the Bot API. Importing it imports python-telegram-bot, about half a second."""

from bot.adapters.telegram.adapter import OVERALL, PER_CHAT, PER_GROUP, TelegramAdapter
from bot.adapters.telegram.examination import examine_telegram

__all__ = ["OVERALL", "PER_CHAT", "PER_GROUP", "TelegramAdapter", "examine_telegram"]
