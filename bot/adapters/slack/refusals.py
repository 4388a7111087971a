"""What a failed chat.postMessage, chat.update or upload means for the delivery: pure, the library's exception in, a
`SendResult` out.

Codes: docs.slack.dev/reference/methods/chat.postMessage. An alert that was due must not be lost over something
that an administrator can mend, so such refusals wait; only what is final ends the channel.
"""

from __future__ import annotations

from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.model import ChannelGone, Rejected, RetryLater

FAILURES = (SlackApiError, aiohttp.ClientError, OSError, TimeoutError)
"""What a call of Slack's Web API may end with."""

OPERATOR_S = 900.0  # judgement: a quarter of an hour between tries while somebody has to mend something

_GONE = {
    "is_archived": "the channel is archived",
    "user_not_found": "there is no such user",
    "user_disabled": "the user's account is closed",
    "cannot_dm_bot": "it is a bot's own direct message",
}
# Of the whole workspace: nobody there gets anything until somebody mends it.
_SHUT = {
    "missing_scope": "the app lacks a permission (scope): add chat:write and install it again",
    "not_allowed_token_type": "the bot token is not one of a bot (xoxb-)",
    "account_inactive": "the workspace or the bot's account is closed, or the app was removed",
    "token_revoked": "the bot token was revoked",
    "token_expired": "the bot token has expired",
    "invalid_auth": "Slack refuses the bot token",
    "not_authed": "Slack got no bot token",
    "org_login_required": "the workspace is being moved",
    "ekm_access_denied": "an administrator has suspended posting",
    "access_denied": "an administrator has restricted access",
    "accesslimited": "the workspace does not admit this machine's network",
    "enterprise_is_restricted": "the organisation does not admit the app",
    "team_access_not_granted": "the app is not approved for this workspace",
    "no_permission": "the app may not do this in the workspace",
    "two_factor_setup_required": "the workspace asks for two-factor authentication to be set up",
}
_MENDABLE = {
    "not_in_channel": "the bot is not in the channel: invite it there (/invite)",
    # What Slack also says of a private channel without the bot, the commonest mistake at set-up. A channel that
    # was really deleted is told by an event.
    "channel_not_found": "no such channel, or a private one without the bot: invite it there (/invite)",
    "messages_tab_disabled": "direct messages to the app are switched off (App Home, Messages Tab)",
    "posting_to_channel_denied": "an administrator has restricted posting there",
    "restricted_action": "an administrator has restricted posting there",
    "restricted_action_read_only_channel": "the channel is read-only for the bot",
    "restricted_action_thread_only_channel": "only threads are allowed in the channel",
    "restricted_action_non_threadable_channel": "the channel takes no threads",
    "external_channel_migrating": "the channel is being moved to another workspace",
}
_NO_THREAD = {
    *("cannot_reply_to_message", "restricted_action_thread_locked", "restricted_action_non_threadable_channel"),
}
_BAD_BLOCKS = {
    *("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "block_mismatch", "invalid_arguments"),
}
_BAD_MESSAGE = {"msg_too_long", "no_text", "too_many_attachments", "markdown_text_conflict", *_BAD_BLOCKS}
_BAD_EDIT = {
    "message_not_found": "the message was deleted",
    "cant_update_message": "the message is not the bot's",
    "edit_window_closed": "the workspace allows no more changes to it",
    "is_inactive": "the channel is frozen",
}
_BLOCKED = {
    *("slack_connect_file_link_sharing_blocked", "slack_connect_file_upload_sharing_blocked"),
    *("slack_connect_canvas_sharing_blocked", "slack_connect_lists_sharing_blocked"),
}
_BAD_FILE = {
    "alt_txt_too_large": "the description is too long",
    "file_type_not_allowed": "the workspace does not allow this type of file",
    "file_update_failed": "the file could not be processed",
    "file_upload_size_restricted": "the workspace does not allow files so large",
    "file_uploads_disabled": "the workspace allows no files",
    "file_uploads_except_images_disabled": "the workspace allows no files but images",
    "missing_scope": "the app lacks the permission (scope) files:write: add it and install the app again",
    "posting_to_channel_denied": "an administrator has restricted posting there",
    "storage_limit_reached": "the workspace's storage is full",
}
_TOKEN = {"account_inactive", "token_revoked", "token_expired", "invalid_auth", "not_authed"}
_FLOOD = {"ratelimited", "rate_limited", "message_limit_exceeded"}
_MAYBE_DONE = {"fatal_error", "internal_error"}  # documented: part of the work may have succeeded


def outcome(error: Exception) -> RetryLater | ChannelGone | Rejected:
    """What the failure means. Connection errors count as sent unless no connection came about."""
    match error:
        case SlackApiError():
            return _refusal(error)
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return RetryLater(reason=f"Slack: no connection ({type(error).__name__})")
    return RetryLater(reason=f"Slack: the connection broke ({type(error).__name__})", maybe_sent=True)


def token_refused(error: Exception) -> bool:
    """Whether Slack takes the token no more."""
    return code(error) in _TOKEN


def shut(error: Exception) -> str | None:
    """Why the whole workspace takes nothing, in words; None: it is not that."""
    if code(error) not in _SHUT:
        return None
    return f"{_SHUT[code(error)]} ({code(error)})"


def closed(error: Exception) -> bool:
    """Whether this channel takes nothing until somebody mends it."""
    return code(error) in _MENDABLE


def thread_refused(error: Exception) -> bool:
    """Whether the message may pass outside the thread."""
    return code(error) in _NO_THREAD


def file_refused(error: Exception) -> Rejected | None:
    """Why this picture will not be taken; None: it is not that."""
    if code(error) not in _BAD_FILE:
        return None
    return Rejected(reason=f"Slack: {_BAD_FILE[code(error)]} ({code(error)})")


def flooded(error: Exception) -> bool:
    """Whether Slack was asked too often."""
    return isinstance(error, SlackApiError) and (code(error) in _FLOOD or _status(error) == 429)


def blocks_refused(error: Exception) -> bool:
    """Whether Slack objects to our blocks, so that plain text may pass."""
    return code(error) in {*_BAD_BLOCKS, "msg_too_long"}


def code(error: Exception) -> str:
    """Slack's error code, e.g. "is_archived"; "HTTP 503" when the answer was no JSON; "" of other errors."""
    if not isinstance(error, SlackApiError):
        return ""
    data: Any = getattr(error.response, "data", None)
    said = data.get("error") if isinstance(data, dict) else None
    return str(said) if said else f"HTTP {_status(error)}"


def why(error: Exception) -> str:
    """The failure in a word, for the log."""
    return code(error) or type(error).__name__


def retry_after_s(error: SlackApiError) -> float:
    """The seconds that a 429 asks for."""
    headers: Any = getattr(error.response, "headers", None) or {}
    try:
        return max(1.0, float(headers.get("Retry-After", 30)))
    except ValueError:  # a date instead of seconds; Slack sends none
        return 30.0


def _refusal(error: SlackApiError) -> RetryLater | ChannelGone | Rejected:
    said = code(error)
    if flooded(error):
        return RetryLater(reason="Slack asks to wait", after_s=retry_after_s(error))
    if said in _GONE:
        return ChannelGone(reason=f"Slack: {_GONE[said]} ({said})")
    if said in _SHUT or said in _MENDABLE:
        why = _SHUT.get(said) or _MENDABLE[said]
        return RetryLater(reason=f"Slack: {why} ({said})", after_s=OPERATOR_S)
    if said in _BAD_EDIT:
        return Rejected(reason=f"Slack: {_BAD_EDIT[said]} ({said})")
    if said in _BAD_MESSAGE:
        return Rejected(reason=f"Slack refuses the message ({said})")
    if said in _BLOCKED:
        return Rejected(reason=f"Slack: the channel's other organisation blocks it ({said})")
    return RetryLater(reason=f"Slack: {said}", maybe_sent=said in _MAYBE_DONE or _status(error) >= 500)


def _status(error: SlackApiError) -> int:
    response: Any = error.response
    return int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
