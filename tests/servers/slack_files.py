"""Files into a workspace: an address for the bytes, the bytes, and the message that shows them."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from tests.servers.slack_rules import Grant, SlackRefusalError, writable
from tests.servers.slack_state import SlackChannel, SlackFile, Workspace

Args = dict[str, Any]

MAX_ALT = 1000  # alt_txt_too_large


def get_upload_url(workspace: Workspace, args: Args, grant: Grant) -> Args:
    if workspace.files.trouble is not None:
        raise SlackRefusalError(workspace.files.trouble)
    if int(args["length"]) < 1:
        raise SlackRefusalError("missing_argument")
    if len(args.get("alt_txt") or "") > MAX_ALT:
        raise SlackRefusalError("alt_txt_too_large")
    if not args.get("alt_txt"):
        workspace.alarms.append("files.getUploadURLExternal: a picture without alt_txt")
    number = next(workspace.files.numbers)
    file = SlackFile(
        id=f"F0{workspace.home[1:]}{number:04d}",
        name=args["filename"],
        length=int(args["length"]),
        alt=args.get("alt_txt") or "",
    )
    workspace.files.known[file.id] = file
    return {"file_id": file.id, "upload_url": f"{workspace.files.url}/{file.id}"}


def complete_upload(workspace: Workspace, args: Args, grant: Grant) -> Args:
    told = args["files"]
    if not isinstance(told, list) or not all(isinstance(one, dict) and one.get("id") for one in told):
        raise SlackRefusalError("invalid_arguments")
    files = [workspace.files.known.get(one["id"]) for one in told]
    if any(file is None or file.content is None or file.shown for file in files):
        raise SlackRefusalError("file_not_found")
    channel = _channel(workspace, args.get("channel_id"), grant)
    parent = args.get("thread_ts")
    if parent and parent not in workspace.user_ts and channel and not _has(channel, parent):
        workspace.alarms.append(f"files.completeUploadExternal: thread_ts {parent} is no message of {channel.id}")
    for file, one in zip(files, told, strict=True):
        assert file is not None
        file.title = one.get("title") or file.name
        file.shown = channel is not None
    if channel is not None:
        words = {"text": args.get("initial_comment") or "", "files": told, "thread_ts": parent}
        workspace.put(channel, words)
    return {"files": [{"id": file.id, "title": file.title} for file in files if file]}


async def take_bytes(workspace: Workspace, file_id: str, request: web.Request) -> web.Response:
    """The POST to the address: raw bytes, as many as announced, without a token."""
    if request.headers.get("Authorization"):
        workspace.alarms.append("upload: the token went to an address that needs none")
    file = workspace.files.known.get(file_id)
    content = await request.read()
    if file is None or file.content is not None:
        return web.Response(status=404, text="no such upload")
    if len(content) != file.length:
        workspace.alarms.append(f"upload: {len(content)} bytes, announced were {file.length}")
        return web.Response(status=400, text="wrong length")
    file.content = content
    return web.Response(text=f"OK - {len(content)}")


def _channel(workspace: Workspace, name: str | None, grant: Grant) -> SlackChannel | None:
    if not name:
        return None
    return writable(workspace, "files.completeUploadExternal", name, grant)


def _has(channel: SlackChannel, ts: str) -> bool:
    return any(one.ts == ts for one in channel.messages)
