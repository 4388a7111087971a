"""What a failed sendMessage or editMessageText means for the delivery: pure, an exception of the library in, a
`SendResult` out."""

from __future__ import annotations

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
)

from bot.adapters.telegram.request import FloodError, NotSentError
from bot.model import Channel, ChannelGone, ChannelMoved, Receipt, Rejected, RetryLater

# Parts of the Bot API's descriptions, lower case: the library changes the case of what the server said.
_GONE = (
    "chat not found",
    "not enough rights",
    "have no write access",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_restricted",
    "channel_private",
    "chat was deleted",
    "chat was deactivated",
    "bot is not a member",
    "bot was kicked",
    "kicked",
    "user is deactivated",
    "peer_id_invalid",
    "message thread not found",  # of a forum topic: the topic was deleted
    "topic_closed",
    "topic_deleted",
)
_BAD_MARKUP = ("can't parse entities", "entity_bounds_invalid", "entities_too_long")
_NOT_THERE = ("message to edit not found", "message_id_invalid", "there is no text in the message to edit")
_NOT_TO_EDIT = ("message can't be edited", "message_edit_time_expired", "message_author_required")

REFUSED_S = 300.0  # judgement: a refused token needs the operator; asking more often helps nobody


def outcome(error: TelegramError) -> RetryLater | ChannelMoved | ChannelGone | Rejected:
    """What the failure means. Order matters: to the library a BadRequest is a kind of NetworkError."""
    said = str(error)
    match error:
        case FloodError():
            return RetryLater(reason=f"Telegram: {said}", after_s=error.after_s)
        case ChatMigrated():
            return ChannelMoved(to=Channel(platform="telegram", address=str(error.new_chat_id)))
        case Forbidden():
            return ChannelGone(reason=f"Telegram: {said}")
        case InvalidToken():
            return RetryLater(reason="Telegram refuses the bot's token", after_s=REFUSED_S)
        case BadRequest():
            if any(part in said.lower() for part in _GONE):
                return ChannelGone(reason=f"Telegram: {said}")
            return Rejected(reason=f"Telegram: {said}")
        case NotSentError():
            return RetryLater(reason=f"Telegram: {said}")
        case NetworkError():  # timed out, 5xx, broken connection: the message may be there
            return RetryLater(reason=f"Telegram: {said}", maybe_sent=True)
    return RetryLater(reason=f"Telegram: {said}")


def edit_outcome(error: TelegramError, message_id: str) -> Receipt | Rejected | None:
    """What only an edit can meet; None: the failure means what it means for a new message."""
    if not isinstance(error, BadRequest):
        return None
    said = str(error).lower()
    if "message is not modified" in said:
        return Receipt(message_id=message_id)
    if any(part in said for part in _NOT_THERE):
        return Rejected(reason="Telegram: the message was deleted")
    if any(part in said for part in _NOT_TO_EDIT):
        return Rejected(reason="Telegram: the message may no longer be changed (too old, or not the bot's)")
    return None


def times_refused(error: TelegramError) -> bool:
    """Whether it is the date-time entities that the server does not know."""
    return "tg-time" in str(error).lower()


def markup_refused(error: TelegramError) -> bool:
    """Whether Telegram objects to our HTML, so that plain text may pass."""
    return isinstance(error, BadRequest) and any(part in str(error).lower() for part in _BAD_MARKUP)
