"""What came of a command, a click or an event: the app's answers as a test reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from tests.servers.slack_state import SlackChannel, texts_in


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackReply:
    """Something the app said in answer to a command or a click."""

    channel: str  # where it was shown
    via: Literal["ack", "response_url", "ephemeral"]
    text: str
    blocks: tuple[dict[str, Any], ...]
    in_channel: bool  # everybody sees it
    body: dict[str, Any]  # as sent

    def all_text(self) -> str:
        """The text and every text inside the blocks, one a line."""
        return "\n".join(texts_in([{"text": self.text}, *self.blocks]))


@dataclass(frozen=True, slots=True, kw_only=True)
class SlashResult:
    """How the app answered a slash command or a click."""

    acked: bool  # False: not within 3 s, the user saw an error
    ack_ms: float | None
    ack: dict[str, Any] | None  # the payload of the acknowledgement
    responses: tuple[SlackReply, ...]  # in the order they came, the acknowledgement's own words included
    response_url: str

    def all_text(self) -> str:
        return "\n".join(reply.all_text() for reply in self.responses)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventResult:
    event_id: str
    acked: bool
    ack_ms: float | None


@dataclass(slots=True, kw_only=True)
class ResponseUrl:
    channel: str
    room: SlackChannel
    user: str
    made_at: datetime
    uses: int = 0
    for_command: bool = True
