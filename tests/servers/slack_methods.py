"""The Web API's methods over the workspace: arguments in, the answer's JSON without "ok" out.

A method of the table without a function here is checked like the others and then answered with an alarm.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.servers.block_kit import view_flaws
from tests.servers.slack_files import complete_upload, get_upload_url
from tests.servers.slack_rules import Grant, SlackRefusalError, check_content, writable
from tests.servers.slack_state import SlackChannel, SlackMessage, SlackUser, Workspace

Args = dict[str, Any]

TRIGGER_LIFE = timedelta(seconds=3)
MAX_VIEW_BYTES = 250_000


class UnservedMethodError(Exception):
    """The method exists, but this server has no state to answer it from."""


def perform(workspace: Workspace, method: str, args: Args, grant: Grant) -> Args:
    """The answer. Raises `SlackRefusalError`, `UnservedMethodError`."""
    function = _METHODS.get(method)
    if function is None:
        raise UnservedMethodError(f"{method} is not served by this test server")
    return function(workspace, args, grant)


def _api_test(workspace: Workspace, args: Args, grant: Grant) -> Args:
    return {"args": args}


def _auth_test(workspace: Workspace, args: Args, grant: Grant) -> Args:
    who: Args = {
        "url": f"https://{workspace.team_domain}.slack.com/",
        "team": workspace.team_domain,
        "user": workspace.bot.name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot.id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": workspace.whole_organisation,
    }
    return who | ({"enterprise_id": workspace.enterprise_id} if workspace.enterprise_id else {})


def _post_message(workspace: Workspace, args: Args, grant: Grant) -> Args:
    channel = writable(workspace, "chat.postMessage", args.get("channel"), grant)
    check_content("chat.postMessage", args, workspace.alarms)
    parent = args.get("thread_ts")
    if parent and parent not in workspace.user_ts and not any(one.ts == parent for one in channel.messages):
        workspace.alarms.append(f"chat.postMessage: thread_ts {parent} is no message of {channel.id}")
    message = workspace.put(channel, args)
    return {"channel": channel.id, "ts": message.ts, "message": workspace.shown(message)}


def _post_ephemeral(workspace: Workspace, args: Args, grant: Grant) -> Args:
    channel = writable(workspace, "chat.postEphemeral", args.get("channel"), grant)
    if args["user"] not in channel.members:
        raise SlackRefusalError("user_not_in_channel")
    check_content("chat.postEphemeral", args, workspace.alarms)
    message = workspace.put(channel, args, ephemeral_to=args["user"])
    return {"message_ts": message.ts}


def _update(workspace: Workspace, args: Args, grant: Grant) -> Args:
    channel = writable(workspace, "chat.update", args.get("channel"), grant)
    at, old = _find(channel, args["ts"])
    check_content("chat.update", args, workspace.alarms)
    new = replace(
        old,
        text=args.get("text") or "",
        # A call with text and without blocks takes the blocks away (docs, chat.update).
        blocks=tuple(args.get("blocks") or ()),
        edits=old.edits + 1,
        args=args,
    )
    channel.messages[at] = new
    workspace.changed.fire()
    return {"channel": channel.id, "ts": new.ts, "text": new.text, "message": workspace.shown(new)}


def _delete(workspace: Workspace, args: Args, grant: Grant) -> Args:
    channel = writable(workspace, "chat.delete", args.get("channel"), grant)
    at, old = _find(channel, args["ts"])
    del channel.messages[at]
    return {"channel": channel.id, "ts": old.ts}


def _conversations_info(workspace: Workspace, args: Args, grant: Grant) -> Args:
    return {"channel": _shown_channel(workspace, _visible(workspace, args, grant))}


def _conversations_list(workspace: Workspace, args: Args, grant: Grant) -> Args:
    kinds = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}
    wanted = {kinds.get(kind.strip(), "") for kind in str(args.get("types") or "public_channel").split(",")}
    if "" in wanted:
        raise SlackRefusalError("invalid_types")
    for kind in sorted(wanted):
        _check_read_scope(kind, grant)
    found = [
        one
        for one in workspace.channels.values()
        if one.kind in wanted and (one.kind == "public" or workspace.bot.id in one.members)
    ]
    if str(args.get("exclude_archived", "false")).lower() in {"true", "1"}:
        found = [one for one in found if not one.archived]
    page, cursor = _page([_shown_channel(workspace, one) for one in found], args)
    return {"channels": page, "response_metadata": {"next_cursor": cursor}}


def _conversations_members(workspace: Workspace, args: Args, grant: Grant) -> Args:
    page, cursor = _page(sorted(_visible(workspace, args, grant).members), args)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def _conversations_open(workspace: Workspace, args: Args, grant: Grant) -> Args:
    user = str(args.get("users") or "")
    if user not in workspace.users:
        raise SlackRefusalError("user_not_found")
    for one in workspace.channels.values():
        if one.kind == "im" and user in one.members:
            return {"channel": {"id": one.id}}
    channel = SlackChannel(id=f"D0{workspace.number():07d}", name="", kind="im", members={user, workspace.bot.id})
    workspace.channels[channel.id] = channel
    return {"channel": {"id": channel.id}}


def _users_info(workspace: Workspace, args: Args, grant: Grant) -> Args:
    user = workspace.users.get(args["user"])
    if user is None:
        raise SlackRefusalError("user_not_found")
    shown = _shown_user(workspace, user)
    if str(args.get("include_locale", "false")).lower() in {"true", "1"}:
        shown["locale"] = user.locale
    return {"user": shown}


def _users_list(workspace: Workspace, args: Args, grant: Grant) -> Args:
    page, cursor = _page([_shown_user(workspace, user) for user in workspace.users.values()], args)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def _users_conversations(workspace: Workspace, args: Args, grant: Grant) -> Args:
    """The channels of a user, the bot by default; another's private ones only where the bot is, too."""
    if workspace.whole_organisation and args.get("team_id") != workspace.team_id:
        raise SlackRefusalError("missing_argument")  # docs: team_id is required of an organisation's token
    kinds = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}
    wanted = {kinds.get(kind.strip(), "") for kind in str(args.get("types") or "public_channel").split(",")}
    if "" in wanted:
        raise SlackRefusalError("invalid_types")
    for kind in sorted(wanted):
        _check_read_scope(kind, grant)
    who = str(args.get("user") or workspace.bot.id)
    found = [
        one
        for one in workspace.channels.values()
        if one.kind in wanted
        and who in one.members
        and (one.kind == "public" or workspace.bot.id in one.members)
        and not (one.archived and str(args.get("exclude_archived", "false")).lower() in {"true", "1"})
    ]
    # Of channels listed for a user Slack tells no membership (docs, users.conversations).
    rows = [{k: v for k, v in _shown_channel(workspace, one).items() if k != "is_member"} for one in found]
    page, cursor = _page(rows, args)
    return {"channels": page, "response_metadata": {"next_cursor": cursor}}


def show_view(workspace: Workspace, view: Any, *, view_id: str = "") -> str:
    """Puts a view of an acknowledgement where the user sees it; its id, a new one by default. Raises
    `SlackRefusalError`."""
    view_id = view_id or f"V{workspace.number():08d}"
    _keep_view(workspace, view_id, _checked_view(view))
    return view_id


def _views_open(workspace: Workspace, args: Args, grant: Grant) -> Args:
    view = _checked_view(args["view"])
    _use_trigger(workspace, args.get("trigger_id"))
    return _keep_view(workspace, f"V{workspace.number():08d}", view)


def _views_publish(workspace: Workspace, args: Args, grant: Grant) -> Args:
    view = _checked_view(args["view"])
    if args["user_id"] not in workspace.users:
        raise SlackRefusalError("not_enabled")
    return _keep_view(workspace, f"home-{args['user_id']}", view)


def _views_update(workspace: Workspace, args: Args, grant: Grant) -> Args:
    view = _checked_view(args["view"])
    wanted = args.get("view_id")
    external = args.get("external_id")
    if wanted is None and external:
        wanted = next((key for key, one in workspace.views.items() if one.get("external_id") == external), None)
    if wanted not in workspace.views:
        raise SlackRefusalError("not_found")
    if args.get("hash") and args["hash"] != workspace.views[wanted]["hash"]:
        raise SlackRefusalError("hash_conflict")
    return _keep_view(workspace, wanted, view)


_METHODS: dict[str, Callable[[Workspace, Args, Grant], Args]] = {
    "api.test": _api_test,
    "auth.test": _auth_test,
    "chat.postMessage": _post_message,
    "chat.postEphemeral": _post_ephemeral,
    "chat.update": _update,
    "chat.delete": _delete,
    "conversations.info": _conversations_info,
    "conversations.list": _conversations_list,
    "conversations.members": _conversations_members,
    "conversations.open": _conversations_open,
    "files.completeUploadExternal": complete_upload,
    "files.getUploadURLExternal": get_upload_url,
    "users.conversations": _users_conversations,
    "users.info": _users_info,
    "users.list": _users_list,
    "views.open": _views_open,
    "views.publish": _views_publish,
    "views.update": _views_update,
}


def _find(channel: SlackChannel, ts: str) -> tuple[int, SlackMessage]:
    for at, message in enumerate(channel.messages):
        if message.ts == ts and message.ephemeral_to is None:
            return at, message
    raise SlackRefusalError("message_not_found")


def _visible(workspace: Workspace, args: Args, grant: Grant) -> SlackChannel:
    channel = workspace.channels.get(args.get("channel", ""))
    if channel is None or (channel.kind != "public" and workspace.bot.id not in channel.members):
        raise SlackRefusalError("channel_not_found")
    _check_read_scope(channel.kind, grant)
    return channel


def _check_read_scope(kind: str, grant: Grant) -> None:
    """Each kind of conversation has a reading scope of its own."""
    needed = {"public": "channels:read", "private": "groups:read", "im": "im:read", "mpim": "mpim:read"}[kind]
    if needed not in grant.scopes:
        raise SlackRefusalError("missing_scope", needed=needed, provided=",".join(sorted(grant.scopes)))


def _page(rows: list[Any], args: Args) -> tuple[list[Any], str]:
    """The page that limit and cursor ask for, and the cursor of the next one; "" after the last."""
    start = int(str(args.get("cursor") or "page0").removeprefix("page"))
    end = start + min(int(args.get("limit") or 100), 1000)
    return rows[start:end], f"page{end}" if end < len(rows) else ""


def _shown_channel(workspace: Workspace, channel: SlackChannel) -> Args:
    shown: Args = {
        "id": channel.id,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_im": channel.kind == "im",
        "is_mpim": False,
        "is_private": channel.kind != "public",
        "is_archived": channel.archived,
        "is_member": workspace.bot.id in channel.members,
        "created": 1_700_000_000,
        "creator": channel.creator,
    }
    if channel.kind == "im":
        shown["user"] = next(iter(channel.members - {workspace.bot.id}), "")
    else:
        shown["name"] = channel.name
    return shown


def _shown_user(workspace: Workspace, user: SlackUser) -> Args:
    here = user.home in ("", workspace.home)
    return {
        "id": user.id,
        "team_id": workspace.team_id if here else user.home,  # in shared channels
        **({"enterprise_user": _enterprise_user(workspace)} if here and workspace.enterprise_id else {}),
        "name": user.name,
        "deleted": False,
        "is_admin": user.is_admin,
        "is_owner": user.is_owner,
        "is_bot": user.is_bot,
        "profile": {"display_name": user.name, "real_name": user.name},
        "tz": user.tz,
    }


def _enterprise_user(workspace: Workspace) -> Args:
    return {"enterprise_id": workspace.enterprise_id, "teams": [workspace.team_id]}


def _checked_view(view: Any) -> Args:
    if flaws := view_flaws(view):
        raise SlackRefusalError(
            "invalid_arguments",
            errors=flaws,
            response_metadata={"messages": [f"[ERROR] {flaw}" for flaw in flaws]},
        )
    if len(json.dumps(view).encode()) > MAX_VIEW_BYTES:
        raise SlackRefusalError("view_too_large")
    checked: Args = view
    return checked


def _use_trigger(workspace: Workspace, trigger: Any) -> None:
    """A trigger opens one view within 3 s."""
    if trigger not in workspace.triggers:
        raise SlackRefusalError("invalid_trigger_id")
    made, used = workspace.triggers[trigger]
    if used:
        raise SlackRefusalError("exchanged_trigger_id")
    if workspace.clock() - made > TRIGGER_LIFE:
        raise SlackRefusalError("expired_trigger_id")
    workspace.triggers[trigger] = (made, True)


def _keep_view(workspace: Workspace, view_id: str, view: Args) -> Args:
    kept = {
        **view,
        "id": view_id,
        "team_id": workspace.team_id,
        "app_id": workspace.app_id,
        "bot_id": workspace.bot_id,
        "hash": f"{workspace.clock().timestamp():.0f}.{workspace.number():06d}",
        "state": {"values": {}},
        "root_view_id": view_id,
        "previous_view_id": None,
    }
    workspace.views[view_id] = kept
    workspace.changed.fire()
    return {"view": kept}
