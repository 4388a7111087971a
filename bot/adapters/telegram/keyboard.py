"""Buttons as Telegram's inline keyboards: pure.

Limits: 64 bytes of callback_data, 8 buttons in a row, 100 in all (core.telegram.org/bots/api; PTB's constants). In
a broadcast channel every follower could press, so there the buttons open the reader's private chat with the bot.
"""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.adapters.layout import button_rows
from bot.model import Button, Buttons, start_payload

IN_ROW = 8
IN_ALL = 100
TEXT_MAX = 60  # code points; Telegram tells no limit, phones show about 30 in a row of one


def keyboard(buttons: Buttons, *, links_to: str | None = None, chat: str = "") -> InlineKeyboardMarkup | None:
    """The keyboard; None when nothing is to be pressed. `links_to`: the bot's username, and every action becomes a
    link to the private chat with it; an action that fits no link is left out. `chat`: the channel's id, which what
    changes its settings names, so that its administrators change them and not those of their private chat."""
    rows = button_rows(buttons, in_row=IN_ROW, in_all=IN_ALL, text_max=TEXT_MAX)
    shown = [[made for button in row if (made := _button(button, links_to, chat))] for row in rows]
    shown = [row for row in shown if row]
    return InlineKeyboardMarkup(shown) if shown else None


def deep_link(username: str, payload: str) -> str:
    """The address that opens the private chat with the bot and sends it /start with the payload."""
    return f"https://t.me/{username}?start={payload}"


def _button(button: Button, links_to: str | None, chat: str) -> InlineKeyboardButton | None:
    if button.url is not None:
        return InlineKeyboardButton(button.text, url=button.url)
    if links_to is None:
        return InlineKeyboardButton(button.text, callback_data=button.action)
    action = f"at:{chat}:{button.action}" if button.action.startswith("settings:") else button.action
    payload = start_payload(action)
    return InlineKeyboardButton(button.text, url=deep_link(links_to, payload)) if payload else None
