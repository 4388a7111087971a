"""What Slack's slash commands and events mean to us: pure, their JSON in, our values out."""

from __future__ import annotations

import re
from typing import Any

from bot.adapters.slack.format import unescape
from bot.model import Channel, Command

Payload = dict[str, Any]

GONE_EVENTS = (
    *("channel_archive", "channel_deleted", "channel_left"),
    *("group_archive", "group_deleted", "group_left"),
)
"""Events whose `channel` the bot cannot post in any more."""

_MENTION = re.compile(r"<@[^>]+>")


def slash(body: Payload) -> Command:
    """The command behind the slash command, e.g. `/dealwire latest 5`."""
    address = str(body["channel_id"])
    private = body.get("channel_name") == "directmessage" or address.startswith("D")
    return _command(str(body.get("text") or ""), address, body["user_id"], private=private)


def mention(event: Payload) -> Command | None:
    """The command after a mention of the bot, e.g. "@dealwire latest 5"; None when a bot wrote it."""
    if event.get("bot_id") or not event.get("user"):
        return None
    text = _MENTION.sub(" ", str(event.get("text") or ""), count=1)
    return _command(text, event["channel"], event["user"], private=False, reply_to=event.get("thread_ts"))


def direct(event: Payload) -> Command | None:
    """The command that a direct message is; None for what is said in channels, by bots, or was only changed."""
    if event.get("channel_type") != "im" or event.get("subtype") or event.get("bot_id") or not event.get("user"):
        return None
    text = str(event.get("text") or "")
    return _command(text, event["channel"], event["user"], private=True, reply_to=event.get("thread_ts"))


def channel_at(address: str) -> Channel:
    return Channel(platform="slack", address=address)


def _command(text: str, address: str, user: str, *, private: bool, reply_to: str | None = None) -> Command:
    name, *args = unescape(text).split(maxsplit=1)[:2] or [""]
    return Command(
        name=name.lower(),
        args=args[0].strip() if args else "",
        channel=channel_at(address),
        user=f"slack:{user}",
        private=private,
        manager=True,  # whoever can write in a channel is its member
        reply_to=reply_to,
    )
