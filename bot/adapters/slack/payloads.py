"""What Slack's slash commands, events and clicks mean to us: pure, their JSON in, our values out.

`home` is the workspace that the payload is for, see `workspaces`; "": the only one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bot.adapters.slack.format import unescape
from bot.adapters.slack.workspaces import channel_at, user_at
from bot.model import Command, Press

Payload = dict[str, Any]

GONE_EVENTS = (
    *("channel_archive", "channel_deleted", "channel_left"),
    *("group_archive", "group_deleted", "group_left"),
)
"""Events whose `channel` the bot cannot post in any more."""

_LINK = re.compile(r"<(https?://[^|>\s]+)")
_ADDRESSES = {"url", "original_url", "from_url", "title_link"}  # in blocks and attachments
_MENTION = re.compile(r"<@[^>]+>")


def slash(body: Payload, home: str = "") -> Command:
    """The command behind the slash command, e.g. `/dealwire latest 5`."""
    address = str(body["channel_id"])
    private = body.get("channel_name") == "directmessage" or address.startswith("D")
    called = str(body.get("user_name" if private else "channel_name") or "")
    command = _command(str(body.get("text") or ""), address, body["user_id"], home, private=private)
    return replace(command, called=called)


def mention(event: Payload, home: str = "") -> Command | None:
    """The command after a mention of the bot, e.g. "@dealwire latest 5"; None when a bot wrote it."""
    if event.get("bot_id") or not event.get("user"):
        return None
    text = _MENTION.sub(" ", str(event.get("text") or ""), count=1)
    return _command(text, event["channel"], event["user"], home, private=False, reply_to=event.get("thread_ts"))


def direct(event: Payload, home: str = "") -> Command | None:
    """The command that a direct message is; None for what is said in channels, by bots, or was only changed."""
    if event.get("channel_type") != "im" or event.get("subtype") or event.get("bot_id") or not event.get("user"):
        return None
    text = str(event.get("text") or "")
    return _command(text, event["channel"], event["user"], home, private=True, reply_to=event.get("thread_ts"))


def press(body: Payload, home: str = "") -> Press | None:
    """The button that was clicked; None for a link, which Slack tells too, and for what stands in no channel."""
    actions = body.get("actions") or [{}]
    container = body.get("container") or {}
    action, address = actions[0].get("value"), container.get("channel_id")
    if not action or not address:
        return None
    return Press(
        action=str(action),
        channel=channel_at(home, str(address)),
        message_id=str(container.get("message_ts") or ""),
        user=user_at(home, body["user"]["id"]),
        private=str(address).startswith("D"),
        manager=True,  # whoever sees a message is a member of its channel
    )


def on_message(body: Payload, name: str, args: str, home: str = "") -> Command:
    """The command that a shortcut on a message stands for."""
    address = str(body["channel"]["id"])
    return Command(
        name=name,
        args=args,
        channel=channel_at(home, address),
        user=user_at(home, str(body["user"]["id"])),
        private=address.startswith("D"),
        manager=True,  # whoever sees a message is a member of its channel
    )


def link_in(message: Payload) -> str | None:
    """The first address in a message; None: it holds none."""
    parts = [str(message.get("text") or ""), *_texts(message.get("blocks")), *_texts(message.get("attachments"))]
    found = (_LINK.search(part) for part in parts)
    return next((unescape(match[1]) for match in found if match), None)


def _texts(node: Any) -> Iterator[str]:
    """Every text and address in a message's parts, in order; addresses as Slack writes them in texts."""
    if isinstance(node, list):
        for one in node:
            yield from _texts(one)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name in _ADDRESSES and isinstance(value, str):
                yield f"<{value}>"
            elif isinstance(value, str):
                yield value
            else:
                yield from _texts(value)


def _command(text: str, address: str, user: str, home: str, *, private: bool, reply_to: str | None = None) -> Command:
    name, *args = unescape(text).split(maxsplit=1)[:2] or [""]
    return Command(
        name=name.lower(),
        args=args[0].strip() if args else "",
        channel=channel_at(home, address),
        user=user_at(home, user),
        private=private,
        manager=True,  # whoever can write in a channel is its member
        reply_to=reply_to,
    )
