"""Strict local Telegram and Slack servers for tests: real clients talk to them over 127.0.0.1."""

from __future__ import annotations

from tests.servers.block_kit import SAFE_TOTAL, block_flaws, view_flaws, visible_characters
from tests.servers.faults import POSTING, Faults
from tests.servers.flood import SlackFlood, TelegramFlood
from tests.servers.serving import Logged
from tests.servers.slack import SlackServer
from tests.servers.slack_answers import EventResult, SlackReply, SlashResult
from tests.servers.slack_http import SIGNING_SECRET, HttpDelivery
from tests.servers.slack_oauth import CLIENT_ID, CLIENT_SECRET
from tests.servers.slack_rules import SAFE_TEXT
from tests.servers.slack_screen import Screen
from tests.servers.slack_state import SlackChannel, SlackMessage, SlackUser, Workspace
from tests.servers.telegram import TelegramServer
from tests.servers.telegram_state import Barrier, Chat, Message, User
from tests.servers.telegram_text import BadTextError, Parsed, parse_caption, parse_text

__all__ = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "POSTING",
    "SAFE_TEXT",
    "SAFE_TOTAL",
    "SIGNING_SECRET",
    "BadTextError",
    "Barrier",
    "Chat",
    "EventResult",
    "Faults",
    "HttpDelivery",
    "Logged",
    "Message",
    "Parsed",
    "Screen",
    "SlackChannel",
    "SlackFlood",
    "SlackMessage",
    "SlackReply",
    "SlackServer",
    "SlackUser",
    "SlashResult",
    "TelegramFlood",
    "TelegramServer",
    "User",
    "Workspace",
    "block_flaws",
    "parse_caption",
    "parse_text",
    "view_flaws",
    "visible_characters",
]
