"""What a test does with the Slack server: declares users and channels, acts for them, reads the outcome."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.servers.serving import LocalServer
from tests.servers.slack_answers import EventResult, ResponseUrl, SlackReply, SlashResult
from tests.servers.slack_http import HttpDelivery
from tests.servers.slack_rules import SlackRefusalError, check_content
from tests.servers.slack_socket import Ack, Socket
from tests.servers.slack_state import SlackChannel, SlackMessage, SlackUser, Workspace


class SlackStage(LocalServer):
    """Everything of `SlackServer` but its tokens and its HTTP side."""

    def __init__(self, *, clock: Callable[[], datetime], port: int) -> None:
        super().__init__(port=port)
        self.workspace = Workspace(clock=clock, changed=self.changed, alarms=self.alarms)
        self.workspaces = {self.workspace.home: self.workspace}
        self.socket = Socket(app_id=self.workspace.app_id, changed=self.changed, alarms=self.alarms)
        self.http: HttpDelivery | None = None  # None: deliveries go over Socket Mode
        self._response_urls: dict[str, ResponseUrl] = {}
        self._replies: dict[str, list[SlackReply]] = {}  # by the id of the response_url

    @property
    def bot(self) -> SlackUser:
        """Of the first workspace."""
        return self.workspace.bot

    def call(self, url: str) -> HttpDelivery:
        """From now on events, commands and interactions are posted to this address, signed."""
        self.http = HttpDelivery(url, clock=self.workspace.clock)
        return self.http

    # --- the workspace a test declares ---

    def add_workspace(
        self,
        team_id: str = "T0SECOND",
        *,
        domain: str = "embassy",
        enterprise_id: str | None = None,
        whole_organisation: bool = False,
    ) -> Workspace:
        """Another workspace; the app is not installed there before OAuth gave it a token. Hand it as `at` to
        `add_user` and `add_channel`; who acts where follows from user and channel."""
        workspace = Workspace(
            clock=self.workspace.clock,
            changed=self.changed,
            alarms=self.alarms,
            team_id=team_id,
            domain=domain,
            bot=f"U0BOT{team_id[2:]}",
            enterprise_id=enterprise_id,
            whole_organisation=whole_organisation,
            numbers=self.workspace.numbers,
        )
        self.workspaces[workspace.home] = workspace
        return workspace

    def add_user(
        self,
        name: str = "asha",
        *,
        is_admin: bool = False,
        locale: str = "en-US",
        tz: str = "Asia/Kolkata",
        at: Workspace | None = None,
        key: str = "",
    ) -> SlackUser:
        """`key`: an id of the test's choice, e.g. the same in two workspaces."""
        space = at or self.workspace
        user = SlackUser(
            id=key or f"U0{space.number():07d}",
            name=name,
            is_admin=is_admin,
            locale=locale,
            tz=tz,
            home=space.home,
        )
        space.users[user.id] = user
        return user

    def add_channel(
        self,
        name: str = "deals",
        *,
        members: Iterable[SlackUser] = (),
        private: bool = False,
        bot: bool = True,
        creator: SlackUser | None = None,
        at: Workspace | None = None,
        key: str = "",
    ) -> SlackChannel:
        """A channel; `bot=False`: the bot was not invited. `key`: an id of the test's choice."""
        space = at or self.workspace
        channel = SlackChannel(
            id=key or f"{'G' if private else 'C'}0{space.number():07d}",
            name=name,
            kind="private" if private else "public",
            members={user.id for user in members} | ({space.bot.id} if bot else set()),
            creator=creator.id if creator else "U0CREATOR",
            home=space.home,
        )
        space.channels[channel.id] = channel
        return channel

    def add_im(self, user: SlackUser) -> SlackChannel:
        """The direct message between the user and the bot."""
        space = self.space_of(user)
        channel = SlackChannel(
            id=f"D0{space.number():07d}", name="", kind="im", members={user.id, space.bot.id}, home=space.home
        )
        space.channels[channel.id] = channel
        return channel

    def archive(self, channel: SlackChannel | str) -> None:
        self._channel(channel).archived = True

    def remove_bot(self, channel: SlackChannel | str) -> None:
        room = self._channel(channel)
        room.members.discard(self.space_of(room).bot.id)

    def delete_channel(self, channel: SlackChannel | str) -> None:
        room = self._channel(channel)
        del self.space_of(room).channels[room.id]

    def space_of(self, one: SlackUser | SlackChannel) -> Workspace:
        """The workspace of a user or a channel."""
        return self.workspaces[one.home] if one.home else self.workspace

    # --- what users do ---

    async def slash(
        self,
        command: str = "/dealwire",
        text: str = "",
        *,
        user: SlackUser,
        channel: SlackChannel,
        replies: int = 1,
        copies: int = 1,
        timeout: float = 10,
    ) -> SlashResult:
        """A user's slash command; returns once acknowledged and answered `replies` times, or after `timeout`.

        The acknowledgement's own text counts as an answer, so do response_url posts and ephemeral messages to
        the user in that channel. `replies=0` waits for the acknowledgement only.
        """
        space = self.space_of(channel)
        url = self._new_response_url(channel, user, for_command=True)
        payload = {
            "token": "local-verification",
            "team_id": space.team_id,
            "team_domain": space.team_domain,
            **({"enterprise_id": space.enterprise_id} if space.enterprise_id else {}),
            "channel_id": channel.id,
            "channel_name": "directmessage" if channel.kind == "im" else channel.name,
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": text,
            "api_app_id": space.app_id,
            "is_enterprise_install": "true" if space.whole_organisation else "false",
            "response_url": f"{self.url}/commands/{url}",
            "trigger_id": space.new_trigger(),
        }
        return await self._ask("slash_commands", payload, url, replies, copies, timeout)

    async def interact(
        self,
        message: SlackMessage | SlackReply,
        action_id: str,
        *,
        user: SlackUser,
        replies: int = 1,
        copies: int = 1,
        timeout: float = 10,
        value: str | None = None,
    ) -> SlashResult:
        """A click (block_actions) on the element with this action_id, of a message or of an answer to `user`.

        The rest as in `slash`. A menu's first option is picked. `value`: a forged one instead of the element's own.
        """
        space = self.space_of(user)
        block, element = _element(message, action_id)
        if isinstance(message, SlackReply):
            shown: dict[str, Any] = {"type": "message", "ts": space.new_ts(), "text": message.text}
        else:
            shown = space.shown(message)
        channel = space.channels[message.channel]
        url = self._new_response_url(channel, user, for_command=False)
        told = ("type", "action_id", "text", "value")
        picked: dict[str, Any] = {key: element[key] for key in told if key in element}
        if value is not None:
            picked["value"] = value
        if element["type"] in {"overflow", "static_select"}:
            picked["selected_option"] = element["options"][0]
        payload: dict[str, Any] = {
            "type": "block_actions",
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": space.team_id},
            "api_app_id": space.app_id,
            "token": "local-verification",
            "container": {
                "type": "message",
                "message_ts": shown["ts"],
                "channel_id": channel.id,
                "is_ephemeral": isinstance(message, SlackReply) or message.ephemeral_to is not None,
            },
            "trigger_id": space.new_trigger(),
            "team": {"id": space.team_id, "domain": space.team_domain},
            "enterprise": space.enterprise,
            "is_enterprise_install": space.whole_organisation,
            "channel": {"id": channel.id, "name": channel.name},
            "message": shown,
            "state": {"values": {}},
            "response_url": f"{self.url}/actions/{url}",
            "actions": [picked | {"block_id": block.get("block_id", "b1"), "action_ts": space.new_ts()}],
        }
        return await self._ask("interactive", payload, url, replies, copies, timeout)

    async def submit(
        self, view_id: str, values: dict[str, dict[str, Any]], *, user: SlackUser, wait_s: float | None = None
    ) -> Ack | None:
        """A user submits the modal; `values` is block_id -> action_id -> state. None: not acknowledged in time."""
        space = self.space_of(user)
        view = {**space.views[view_id], "state": {"values": values}}
        payload = {
            "type": "view_submission",
            "team": {"id": space.team_id, "domain": space.team_domain},
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": space.team_id},
            "api_app_id": space.app_id,
            "token": "local-verification",
            "trigger_id": space.new_trigger(),
            "view": view,
            "response_urls": [],
            "is_enterprise_install": space.whole_organisation,
            "enterprise": space.enterprise,
        }
        return await self._deliver(self._envelope("interactive", payload), wait_s=wait_s)

    async def act_in_view(
        self, view: dict[str, Any], element: dict[str, Any], *, user: SlackUser, value: str | None = None
    ) -> Ack | None:
        """A click on a button of the app's page or of a modal. None: not acknowledged in
        time. `value`: a forged one."""
        space = self.space_of(user)
        told = {key: element[key] for key in ("type", "action_id", "text", "value") if key in element}
        if value is not None:
            told["value"] = value
        payload = {
            "type": "block_actions",
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": space.team_id},
            "api_app_id": space.app_id,
            "token": "local-verification",
            "container": {"type": "view", "view_id": view["id"]},
            "trigger_id": space.new_trigger(),
            "team": {"id": space.team_id, "domain": space.team_domain},
            "enterprise": space.enterprise,
            "is_enterprise_install": space.whole_organisation,
            "view": view,
            "actions": [told | {"block_id": "b1", "action_ts": space.new_ts()}],
        }
        return await self._deliver(self._envelope("interactive", payload))

    async def message_action(
        self,
        callback_id: str,
        message: Mapping[str, Any],
        *,
        user: SlackUser,
        channel: SlackChannel,
        replies: int = 1,
        timeout: float = 10,
    ) -> SlashResult:
        """A shortcut on a message; the rest as in `slash`."""
        space = self.space_of(user)
        url = self._new_response_url(channel, user, for_command=False)
        space.user_ts.add(str(message["ts"]))
        payload = {
            "type": "message_action",
            "token": "local-verification",
            "callback_id": callback_id,
            "trigger_id": space.new_trigger(),
            "action_ts": space.new_ts(),
            "message_ts": message["ts"],
            "response_url": f"{self.url}/actions/{url}",
            "team": {"id": space.team_id, "domain": space.team_domain},
            "enterprise": space.enterprise,
            "is_enterprise_install": space.whole_organisation,
            "channel": {"id": channel.id, "name": channel.name},
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": space.team_id},
            "message": {"type": "message", **message},
        }
        return await self._ask("interactive", payload, url, replies, 1, timeout)

    async def event(
        self,
        event: dict[str, Any],
        *,
        event_id: str | None = None,
        copies: int = 1,
        retry: int = 0,
        wait_s: float | None = None,
        at: Workspace | None = None,
        authorized: bool = True,
    ) -> EventResult:
        """An event ({"type": "app_mention", …}) to the app; the same id with `retry` 1… is a redelivery. `at`: of
        another workspace than the first. `authorized` False: Slack does not tell for which installation."""
        space = at or self.workspace
        space.user_ts.add(str(event.get("ts", "")))
        event_id = event_id or f"Ev{uuid.uuid4().hex[:10].upper()}"
        envelope = self._envelope(
            "events_api",
            {
                "token": "local-verification",
                "team_id": space.team_id,
                "enterprise_id": space.enterprise_id,
                "api_app_id": space.app_id,
                "event": {"event_ts": space.new_ts(), **event},
                "type": "event_callback",
                "event_id": event_id,
                "event_time": int(space.clock().timestamp()),
                "authorizations": [
                    {
                        "enterprise_id": space.enterprise_id,
                        "team_id": space.team_id,
                        "user_id": space.bot.id,
                        "is_bot": True,
                        "is_enterprise_install": space.whole_organisation,
                    }
                ][: int(authorized)],
                "is_ext_shared_channel": False,
            },
        )
        envelope |= {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""}
        ack = await self._deliver(envelope, copies=copies, wait_s=wait_s)
        return EventResult(event_id=event_id, acked=ack is not None, ack_ms=ack.ms if ack else None)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Socket Mode's disconnect: "warning", "refresh_requested" or "link_disabled"."""
        await self.socket.disconnect(reason)

    async def wait_connected(self, count: int = 1, timeout: float = 10) -> None:
        """Returns once the app made its `count`-th connection and one is open. Raises AssertionError."""
        done = await self.changed.until(
            lambda: self.socket.connected_in_all >= count and bool(self.socket.connections), timeout
        )
        assert done, f"{self.socket.connected_in_all} of {count} connections within {timeout} s; {self._last_errors()}"

    # --- what a test reads ---

    def messages(self, channel: SlackChannel | str) -> tuple[SlackMessage, ...]:
        """What the bot posted for everybody in the channel, in order, each in its present state."""
        return tuple(one for one in self._channel(channel).messages if one.ephemeral_to is None)

    def ephemerals(self, channel: SlackChannel | str, user: SlackUser) -> tuple[SlackMessage, ...]:
        """What only this user was shown by chat.postEphemeral."""
        return tuple(one for one in self._channel(channel).messages if one.ephemeral_to == user.id)

    async def wait_for_message(
        self,
        channel: SlackChannel | str,
        predicate: Callable[[SlackMessage], bool] | None = None,
        timeout: float = 10,
    ) -> SlackMessage:
        """The first message that satisfies. Raises AssertionError, listing what came instead."""

        def found() -> SlackMessage | None:
            return next((one for one in self.messages(channel) if predicate is None or predicate(one)), None)

        message = await self.changed.until(found, timeout)
        came = [one.text[:80] for one in self.messages(channel)]
        assert message is not None, f"no such message within {timeout} s; came: {came}; {self._last_errors()}"
        return message

    async def wait_for_messages(
        self, channel: SlackChannel | str, count: int, timeout: float = 10
    ) -> tuple[SlackMessage, ...]:
        """All messages once there are at least `count`. Raises AssertionError."""
        await self.changed.until(lambda: len(self.messages(channel)) >= count, timeout)
        came = self.messages(channel)
        assert len(came) >= count, f"{len(came)} of {count} messages within {timeout} s; {self._last_errors()}"
        return came

    @property
    def lost_receipts(self) -> int:
        """Messages accepted whose answer a fault kept from the client."""
        return sum(one.receipt_lost for channel in self._all_channels() for one in channel.messages)

    # --- private ---

    def _channel(self, channel: SlackChannel | str) -> SlackChannel:
        if not isinstance(channel, str):
            return self.space_of(channel).channels[channel.id]
        return next(one.channels[channel] for one in self.workspaces.values() if channel in one.channels)

    async def _deliver(self, envelope: dict[str, Any], *, copies: int = 1, wait_s: float | None = None) -> Ack | None:
        return await (self.http or self.socket).deliver(envelope, copies=copies, wait_s=wait_s)

    def _envelope(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        return {
            "envelope_id": str(uuid.uuid4()),
            "payload": payload,
            "type": kind,
            "accepts_response_payload": kind != "events_api",
        }

    def _new_response_url(self, channel: SlackChannel, user: SlackUser, *, for_command: bool) -> str:
        key = uuid.uuid4().hex
        self._response_urls[key] = ResponseUrl(
            channel=channel.id, room=channel, user=user.id, made_at=self.workspace.clock(), for_command=for_command
        )
        self._replies[key] = []
        return key

    async def _ask(
        self, kind: str, payload: dict[str, Any], url: str, replies: int, copies: int, timeout: float
    ) -> SlashResult:
        place = self._response_urls[url]
        room = place.room
        before = len(room.messages)
        ack = await self._deliver(self._envelope(kind, payload), copies=copies)
        said: list[SlackReply] = self._words_of(ack, room.id)

        def answers() -> list[SlackReply]:
            ephemeral = [
                SlackReply(
                    channel=room.id,
                    via="ephemeral",
                    text=one.text,
                    blocks=one.blocks,
                    in_channel=False,
                    body=one.args,
                )
                for one in room.messages[before:]
                if one.ephemeral_to == place.user
            ]
            return said + self._replies[url] + ephemeral

        await self.changed.until(lambda: len(answers()) >= replies, timeout if ack else 0)
        return SlashResult(
            acked=ack is not None,
            ack_ms=ack.ms if ack else None,
            ack=ack.payload if ack else None,
            responses=tuple(answers()),
            response_url=payload["response_url"],
        )

    def _words_of(self, ack: Ack | None, channel: str) -> list[SlackReply]:
        """The acknowledgement's own message, judged like any other."""
        if ack is None or not ack.payload or not (ack.payload.get("text") or ack.payload.get("blocks")):
            return []
        body = ack.payload
        try:
            check_content("response_url", dict(body), self.alarms)
        except SlackRefusalError as refusal:
            self.alarms.append(f"ack: {refusal.code} {refusal.more.get('errors', '')}")
            return []
        in_channel = body.get("response_type") == "in_channel"
        return [
            SlackReply(
                channel=channel,
                via="ack",
                text=body.get("text") or "",
                blocks=tuple(body.get("blocks") or ()),
                in_channel=in_channel,
                body=body,
            )
        ]

    def _all_channels(self) -> list[SlackChannel]:
        return [channel for one in self.workspaces.values() for channel in one.channels.values()]

    def _mark_lost(self, answer: dict[str, Any]) -> None:
        ts = answer.get("ts") or answer.get("message_ts")
        for channel in self._all_channels():
            for at, message in enumerate(channel.messages):
                if message.ts == ts:
                    channel.messages[at] = replace(message, receipt_lost=True)

    def _last_errors(self) -> str:
        errors = [f"{one.method}: {one.error}" for one in self.log if one.error][-3:]
        return f"last errors: {errors}; alarms: {self.alarms[-3:]}"


def _element(message: SlackMessage | SlackReply, action_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The block and the element in it that has the action_id."""
    for block in message.blocks:
        for element in [*block.get("elements", []), block.get("accessory") or {}]:
            if element.get("action_id") == action_id:
                return block, element
    raise AssertionError(f"no element {action_id!r} on the message")
