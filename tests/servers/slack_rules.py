"""Slack's refusals: tokens and scopes, arguments, texts and blocks. A refusal is raised as `SlackRefusalError`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.servers.block_kit import MAX_TOTAL, SAFE_TOTAL, block_flaws, visible_characters
from tests.servers.slack_state import SlackChannel, Workspace
from tests.servers.spec import table

SAFE_TEXT = 4000  # characters; the documented advice for text, and the hard limit of update and ephemeral
CUT_TEXT = 40_000  # chat.postMessage cuts longer texts (changelog 2018-04)

_ALWAYS = {"token", "team_id"}  # Bolt adds team_id to its calls


class SlackRefusalError(Exception):
    """An answer {"ok": false, "error": code, …}; `more` is merged into it."""

    def __init__(self, code: str, *, retry_after_s: int | None = None, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after_s = retry_after_s
        self.more = more


@dataclass(slots=True, kw_only=True)
class Grant:
    """A token the server knows."""

    token: str
    kind: str  # "bot" | "app"
    scopes: frozenset[str]
    team: str = ""  # `Workspace.home` that it speaks in; "": the server's first one, or none for an app's token
    trouble: str | None = None  # account_inactive, token_revoked, token_expired; None: good


def check_token(grants: Mapping[str, Grant], token: str | None, method: str) -> Grant:
    """The token's grant, fit for the method by kind and scope."""
    if not token:
        raise SlackRefusalError("not_authed")
    grant = grants.get(token)
    if grant is None:
        raise SlackRefusalError("invalid_auth")
    if grant.trouble is not None:
        raise SlackRefusalError(grant.trouble)
    if (grant.kind == "app") != (method == "apps.connections.open"):
        raise SlackRefusalError("not_allowed_token_type")
    needed = ["connections:write"] if grant.kind == "app" else table("slack_methods.json")["methods"][method]["scopes"]
    if needed and not grant.scopes & set(needed):
        raise SlackRefusalError("missing_scope", needed=needed[0], provided=",".join(sorted(grant.scopes)))
    return grant


def decode(method: str, raw: Mapping[str, Any], alarms: list[str]) -> dict[str, Any]:
    """The call's arguments; unknown ones raise an alarm, missing and mistyped ones a refusal too."""
    described = table("slack_methods.json")["methods"][method]["args"]
    known = {name.rstrip("?"): kind for name, kind in described.items()}
    args: dict[str, Any] = {}
    wrong: list[str] = []
    for name, value in raw.items():
        if name in known:
            args[name] = _decoded(name, value)
            if not _fits(args[name], known[name]):
                wrong.append(f"[ERROR] must be a valid {known[name]} [json-pointer:/{name}]")
        elif name not in _ALWAYS:
            alarms.append(f"{method}: unknown argument {name}")
    # A call without a channel is answered by the channel's own error, see `writable`.
    wrong += [
        f"[ERROR] missing required field: {name}"
        for name in described
        if not name.endswith("?") and args.get(name) in (None, "") and name != "channel"
    ]
    if wrong:
        alarms.extend(f"{method}: {one}" for one in wrong)
        raise SlackRefusalError("invalid_arguments", response_metadata={"messages": wrong})
    return args


def writable(workspace: Workspace, method: str, name: str | None, grant: Grant) -> SlackChannel:
    """The channel to write to, by id, or by user id for the direct message with that user."""
    channel = workspace.channels.get(name or "")
    if channel is None and name in workspace.users:
        channel = next((one for one in workspace.channels.values() if one.kind == "im" and name in one.members), None)
    if channel is None or (channel.kind == "private" and workspace.bot.id not in channel.members):
        raise SlackRefusalError("channel_not_found")
    if channel.archived:
        raise SlackRefusalError(_documented(method, "is_archived", "is_inactive"))
    if workspace.bot.id not in channel.members and not (
        channel.kind == "public" and "chat:write.public" in grant.scopes
    ):
        raise SlackRefusalError(_documented(method, "not_in_channel"))
    return channel


def check_content(method: str, args: dict[str, Any], alarms: list[str]) -> None:
    """Texts and blocks of a message; a text that the real server would cut is cut here too, with an alarm."""
    text, blocks = args.get("text") or "", args.get("blocks")
    if not str(text).strip() and not blocks and not args.get("attachments") and not args.get("markdown_text"):
        raise SlackRefusalError("no_text")
    if not isinstance(text, str):
        raise SlackRefusalError("invalid_arguments")
    if args.get("markdown_text") and (text or blocks):
        raise SlackRefusalError("markdown_text_conflict")
    if len(args.get("markdown_text") or "") > 12_000:
        raise SlackRefusalError("msg_too_long")
    if len(args.get("attachments") or []) > 100:
        raise SlackRefusalError("too_many_attachments")
    if blocks is not None:
        check_blocks(blocks, alarms, method)
        if not text:
            alarms.append(f"{method}: blocks without text; notifications and screen readers get nothing")
    if len(text) > SAFE_TEXT:
        if method != "chat.postMessage":
            raise SlackRefusalError("msg_too_long")
        alarms.append(f"{method}: text of {len(text)} characters, more than {SAFE_TEXT}")
        args["text"] = text[:CUT_TEXT]


def check_blocks(blocks: Any, alarms: list[str], method: str) -> None:
    if not isinstance(blocks, list):
        raise SlackRefusalError("invalid_blocks_format")
    if flaws := block_flaws(blocks):
        messages = [f"[ERROR] {flaw}" for flaw in flaws]
        raise SlackRefusalError("invalid_blocks", errors=flaws, response_metadata={"messages": messages})
    total = visible_characters(blocks)
    if total > MAX_TOTAL:
        raise SlackRefusalError("msg_blocks_too_long")
    if total > SAFE_TOTAL:
        alarms.append(f"{method}: {total} characters in blocks, more than {SAFE_TOTAL}")


def _documented(method: str, *codes: str) -> str:
    """The first of the codes that the method's documentation lists, else channel_not_found."""
    listed = table("slack_methods.json")["methods"][method]["errors"]
    return next((code for code in codes if code in listed), "channel_not_found")


def _decoded(name: str, value: Any) -> Any:
    """Structures come as JSON text in forms and as themselves in JSON bodies."""
    structured = name in {"blocks", "attachments", "metadata", "view", "unfurls", "files", "file_ids"}
    if structured and isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _fits(value: Any, kind: str) -> bool:
    match kind:
        case "string" | "channel" | "user" | "timestamp":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool) or str(value).lower() in {"true", "false", "1", "0"}
        case "integer" | "number":
            return str(value).replace(".", "", 1).isdecimal()
        case "array":
            return isinstance(value, list | str)
    return True
