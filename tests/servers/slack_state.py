"""What the local Slack server knows: the workspace's users, channels and messages, and the app's tokens."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from tests.servers.serving import Signal, now_monotonic

DEFAULT_SCOPES = (
    *("app_mentions:read", "channels:read", "chat:write", "commands", "groups:read", "im:history"),
    *("files:write", "users:read"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackUser:
    id: str
    name: str
    is_admin: bool = False
    is_bot: bool = False
    is_owner: bool = False
    locale: str = "en-US"
    tz: str = "Asia/Kolkata"
    home: str = ""  # the workspace, see `Workspace.home`; "": the server's first one


@dataclass(slots=True, kw_only=True)
class SlackChannel:
    """A conversation; `id` begins with C (public), G (private) or D (a direct message with the bot)."""

    id: str
    name: str
    kind: Literal["public", "private", "im"]
    members: set[str] = field(default_factory=set)  # user ids
    archived: bool = False
    creator: str = "U0CREATOR"
    home: str = ""  # the workspace, see `Workspace.home`; "": the server's first one
    messages: list[SlackMessage] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackMessage:
    """A message of the bot as it stands now."""

    channel: str
    ts: str  # unique in its channel
    text: str
    blocks: tuple[dict[str, Any], ...]
    thread_ts: str | None  # the parent's ts; None: not in a thread
    ephemeral_to: str | None  # the only user who sees it; None: everybody
    sent_at: float  # time.monotonic() of acceptance
    edits: int = 0
    receipt_lost: bool = False  # accepted, but a fault kept the answer from the client
    args: dict[str, Any] = field(default_factory=dict)  # the whole call, decoded; of the last edit

    def all_text(self) -> str:
        """The text and every text inside the blocks, one a line."""
        return "\n".join(texts_in([{"text": self.text}, *self.blocks]))


@dataclass(slots=True, kw_only=True)
class SlackFile:
    """A file from its announcement on."""

    id: str
    name: str
    length: int  # announced
    alt: str
    content: bytes | None = None  # None: not uploaded yet
    title: str = ""
    shown: bool = False


@dataclass(kw_only=True)
class Files:
    """One workspace's."""

    known: dict[str, SlackFile] = field(default_factory=dict)
    url: str = ""  # where bytes are taken, set by the server
    trouble: str | None = None  # "file_uploads_disabled", "storage_limit_reached" …: an administrator's doing
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))


def texts_in(node: Any) -> list[str]:
    """Every non-empty text in a message's parts, in order."""
    if isinstance(node, list):
        return [text for one in node for text in texts_in(one)]
    if not isinstance(node, dict):
        return []
    own = [node["text"]] if isinstance(node.get("text"), str) and node["text"] else []
    return own + [text for one in node.values() if isinstance(one, dict | list) for text in texts_in(one)]


class Workspace:
    """One workspace that the app is (or may be) installed in. Ids are numbered through all workspaces of a server."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        changed: Signal,
        alarms: list[str],
        team_id: str = "T0DEALWIRE",
        domain: str = "newsroom",
        bot: str = "U0DEALBOT",
        enterprise_id: str | None = None,  # of the Enterprise Grid organisation that the workspace belongs to
        whole_organisation: bool = False,  # the app is installed for all of it
        numbers: Iterator[int] | None = None,
    ) -> None:
        self.clock = clock
        self.changed = changed
        self.alarms = alarms
        self.team_id = team_id
        self.team_domain = domain
        self.enterprise_id = enterprise_id
        self.whole_organisation = whole_organisation
        self.app_id = "A0DEALWIRE"
        self.bot = SlackUser(id=bot, name="dealwire", is_bot=True)
        self.bot_id = "B0DEALBOT"
        self.users: dict[str, SlackUser] = {self.bot.id: self.bot}
        self.channels: dict[str, SlackChannel] = {}
        self.views: dict[str, dict[str, Any]] = {}
        self.triggers: dict[str, tuple[datetime, bool]] = {}  # trigger_id -> made, used
        self.files = Files()
        self.user_ts: set[str] = set()  # messages of users that the app was told of
        self.numbers = numbers or itertools.count(1)

    @property
    def home(self) -> str:
        """Whose token it is: the organisation's id where the app is installed for all of it, else the team's."""
        return self.enterprise_id if self.whole_organisation and self.enterprise_id else self.team_id

    @property
    def enterprise(self) -> dict[str, Any] | None:
        """As interactive payloads tell it."""
        return {"id": self.enterprise_id, "name": "Org"} if self.enterprise_id else None

    def number(self) -> int:
        return next(self.numbers)

    def new_ts(self) -> str:
        """Seconds by the clock and a counter: unique and growing even while a test's clock stands still."""
        return f"{int(self.clock().timestamp())}.{self.number():06d}"

    def new_trigger(self) -> str:
        trigger = f"{self.number()}.{self.team_id}.trigger"
        self.triggers[trigger] = (self.clock(), False)
        return trigger

    def put(self, channel: SlackChannel, args: dict[str, Any], *, ephemeral_to: str | None = None) -> SlackMessage:
        message = SlackMessage(
            channel=channel.id,
            ts=self.new_ts(),
            text=args.get("text") or args.get("markdown_text") or "",
            blocks=tuple(args.get("blocks") or ()),
            thread_ts=args.get("thread_ts"),
            ephemeral_to=ephemeral_to,
            sent_at=now_monotonic(),
            args=args,
        )
        channel.messages.append(message)
        self.changed.fire()
        return message

    def shown(self, message: SlackMessage) -> dict[str, Any]:
        """The message object of the Web API."""
        shown: dict[str, Any] = {
            "type": "message",
            "user": self.bot.id,
            "bot_id": self.bot_id,
            "app_id": self.app_id,
            "team": self.team_id,
            "ts": message.ts,
            "text": message.text,
        }
        if message.blocks:
            shown["blocks"] = list(message.blocks)
        if message.thread_ts:
            shown["thread_ts"] = message.thread_ts
        return shown
