"""What an app that many workspaces install needs to be told. Apart, since Slack's libraries are slow to import."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthApp:
    """A Slack app as its operator set it up at api.slack.com, and where we keep what it is given."""

    client_id: str
    client_secret: str = field(repr=False)
    signing_secret: str = field(repr=False)
    token_keys: Sequence[str] = field(repr=False)  # see `sealing`; the first one seals
    public_url: str  # "https://bot.example.org": where Slack and browsers reach us
    writing: Any = field(repr=False)  # SQLAlchemy's asynchronous engines of our database
    reading: Any = field(repr=False)
    clock: Callable[[], datetime]
