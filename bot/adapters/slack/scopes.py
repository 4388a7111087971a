"""What the app asks a workspace for, and why: the one list behind the manifests, the installation and the doctor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

BOT_SCOPES: Mapping[str, str] = {
    "app_mentions:read": "be mentioned, which in threads takes the place of the slash command",
    "channels:read": "see in which public channels it is, and tell of one that was archived or renamed",
    "chat:write": "post alerts and answers in channels it was invited to",
    "commands": "/dealwire, and the shortcut of messages",
    "files:write": "post pictures such as timelines",
    "groups:read": "the same as channels:read, for private channels it was invited to",
    "im:history": "read what is written to it directly",
    "users:read": "the time zone and language of who subscribes, and who is an administrator",
}
"""Bot scopes with what they are for; nothing that is not used (a test holds them against the calls)."""


def missing(granted: Iterable[str]) -> list[str]:
    """The scopes that are not granted, in the order of the list."""
    held = set(granted)
    return [scope for scope in BOT_SCOPES if scope not in held]
