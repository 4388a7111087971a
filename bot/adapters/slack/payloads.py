"""What Slack's slash commands, events and clicks mean to us: pure, their JSON in, our values out."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bot.adapters.slack.format import unescape
from bot.model import Channel, Command, Press

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
    called = str(body.get("user_name" if private else "channel_name") or "")
    return replace(_command(str(body.get("text") or ""), address, body["user_id"], private=private), called=called)


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


def press(body: Payload) -> Press | None:
    """The button that was clicked; None for a link, which Slack tells too, and for what stands in no channel."""
    actions = body.get("actions") or [{}]
    container = body.get("container") or {}
    action, address = actions[0].get("value"), container.get("channel_id")
    if not action or not address:
        return None
    return Press(
        action=str(action),
        channel=channel_at(str(address)),
        message_id=str(container.get("message_ts") or ""),
        user=f"slack:{body['user']['id']}",
        private=str(address).startswith("D"),
        manager=True,  # whoever sees a message is a member of its channel
    )


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
