"""What a test does with the Slack server: declares users and channels, acts for them, reads the outcome."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.servers.serving import LocalServer
from tests.servers.slack_answers import EventResult, ResponseUrl, SlackReply, SlashResult
from tests.servers.slack_rules import SlackRefusalError, check_content
from tests.servers.slack_socket import Ack, Socket
from tests.servers.slack_state import SlackChannel, SlackMessage, SlackUser, Workspace


class SlackStage(LocalServer):
    """Everything of `SlackServer` but its tokens and its HTTP side."""

    def __init__(self, *, clock: Callable[[], datetime], port: int) -> None:
        super().__init__(port=port)
        self.workspace = Workspace(clock=clock, changed=self.changed, alarms=self.alarms)
        self.socket = Socket(app_id=self.workspace.app_id, changed=self.changed, alarms=self.alarms)
        self._response_urls: dict[str, ResponseUrl] = {}
        self._replies: dict[str, list[SlackReply]] = {}  # by the id of the response_url

    @property
    def bot(self) -> SlackUser:
        return self.workspace.bot

    # --- the workspace a test declares ---

    def add_user(self, name: str = "asha", *, is_admin: bool = False) -> SlackUser:
        user = SlackUser(id=f"U0{self.workspace.number():07d}", name=name, is_admin=is_admin)
        self.workspace.users[user.id] = user
        return user

    def add_channel(
        self, name: str = "deals", *, members: Iterable[SlackUser] = (), private: bool = False, bot: bool = True
    ) -> SlackChannel:
        """A channel; `bot=False`: the bot was not invited."""
        channel = SlackChannel(
            id=f"{'G' if private else 'C'}0{self.workspace.number():07d}",
            name=name,
            kind="private" if private else "public",
            members={user.id for user in members} | ({self.bot.id} if bot else set()),
        )
        self.workspace.channels[channel.id] = channel
        return channel

    def add_im(self, user: SlackUser) -> SlackChannel:
        """The direct message between the user and the bot."""
        channel = SlackChannel(
            id=f"D0{self.workspace.number():07d}", name="", kind="im", members={user.id, self.bot.id}
        )
        self.workspace.channels[channel.id] = channel
        return channel

    def archive(self, channel: SlackChannel | str) -> None:
        self._channel(channel).archived = True

    def remove_bot(self, channel: SlackChannel | str) -> None:
        self._channel(channel).members.discard(self.bot.id)

    def delete_channel(self, channel: SlackChannel | str) -> None:
        del self.workspace.channels[self._channel(channel).id]

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
        url = self._new_response_url(channel, user, for_command=True)
        payload = {
            "token": "local-verification",
            "team_id": self.workspace.team_id,
            "team_domain": self.workspace.team_domain,
            "channel_id": channel.id,
            "channel_name": "directmessage" if channel.kind == "im" else channel.name,
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": text,
            "api_app_id": self.workspace.app_id,
            "is_enterprise_install": "false",
            "response_url": f"{self.url}/commands/{url}",
            "trigger_id": self.workspace.new_trigger(),
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
    ) -> SlashResult:
        """A click (block_actions) on the element with this action_id, of a message or of an answer to `user`.

        The rest as in `slash`. A menu's first option is picked.
        """
        block, element = _element(message, action_id)
        if isinstance(message, SlackReply):
            shown: dict[str, Any] = {"type": "message", "ts": self.workspace.new_ts(), "text": message.text}
        else:
            shown = self.workspace.shown(message)
        channel = self.workspace.channels[message.channel]
        url = self._new_response_url(channel, user, for_command=False)
        told = ("type", "action_id", "text", "value")
        picked: dict[str, Any] = {key: element[key] for key in told if key in element}
        if element["type"] in {"overflow", "static_select"}:
            picked["selected_option"] = element["options"][0]
        payload: dict[str, Any] = {
            "type": "block_actions",
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": self.workspace.team_id},
            "api_app_id": self.workspace.app_id,
            "token": "local-verification",
            "container": {
                "type": "message",
                "message_ts": shown["ts"],
                "channel_id": channel.id,
                "is_ephemeral": isinstance(message, SlackReply) or message.ephemeral_to is not None,
            },
            "trigger_id": self.workspace.new_trigger(),
            "team": {"id": self.workspace.team_id, "domain": self.workspace.team_domain},
            "enterprise": None,
            "is_enterprise_install": False,
            "channel": {"id": channel.id, "name": channel.name},
            "message": shown,
            "state": {"values": {}},
            "response_url": f"{self.url}/actions/{url}",
            "actions": [picked | {"block_id": block.get("block_id", "b1"), "action_ts": self.workspace.new_ts()}],
        }
        return await self._ask("interactive", payload, url, replies, copies, timeout)

    async def submit(
        self, view_id: str, values: dict[str, dict[str, Any]], *, user: SlackUser, wait_s: float | None = None
    ) -> Ack | None:
        """A user submits the modal; `values` is block_id -> action_id -> state. None: not acknowledged in time."""
        view = {**self.workspace.views[view_id], "state": {"values": values}}
        payload = {
            "type": "view_submission",
            "team": {"id": self.workspace.team_id, "domain": self.workspace.team_domain},
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": self.workspace.team_id},
            "api_app_id": self.workspace.app_id,
            "token": "local-verification",
            "trigger_id": self.workspace.new_trigger(),
            "view": view,
            "response_urls": [],
            "is_enterprise_install": False,
            "enterprise": None,
        }
        return await self.socket.deliver(self._envelope("interactive", payload), wait_s=wait_s)

    async def event(
        self,
        event: dict[str, Any],
        *,
        event_id: str | None = None,
        copies: int = 1,
        retry: int = 0,
        wait_s: float | None = None,
    ) -> EventResult:
        """An event ({"type": "app_mention", …}) to the app; the same id with `retry` 1… is a redelivery."""
        self.workspace.user_ts.add(str(event.get("ts", "")))
        event_id = event_id or f"Ev{uuid.uuid4().hex[:10].upper()}"
        envelope = self._envelope(
            "events_api",
            {
                "token": "local-verification",
                "team_id": self.workspace.team_id,
                "api_app_id": self.workspace.app_id,
                "event": {"event_ts": self.workspace.new_ts(), **event},
                "type": "event_callback",
                "event_id": event_id,
                "event_time": int(self.workspace.clock().timestamp()),
                "authorizations": [
                    {
                        "enterprise_id": None,
                        "team_id": self.workspace.team_id,
                        "user_id": self.bot.id,
                        "is_bot": True,
                        "is_enterprise_install": False,
                    }
                ],
                "is_ext_shared_channel": False,
            },
        )
        envelope |= {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""}
        ack = await self.socket.deliver(envelope, copies=copies, wait_s=wait_s)
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
        return sum(one.receipt_lost for channel in self.workspace.channels.values() for one in channel.messages)

    # --- private ---

    def _channel(self, channel: SlackChannel | str) -> SlackChannel:
        return self.workspace.channels[channel if isinstance(channel, str) else channel.id]

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
            channel=channel.id, user=user.id, made_at=self.workspace.clock(), for_command=for_command
        )
        self._replies[key] = []
        return key

    async def _ask(
        self, kind: str, payload: dict[str, Any], url: str, replies: int, copies: int, timeout: float
    ) -> SlashResult:
        place = self._response_urls[url]
        room = self.workspace.channels[place.channel]
        before = len(room.messages)
        ack = await self.socket.deliver(self._envelope(kind, payload), copies=copies)
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

    def _mark_lost(self, answer: dict[str, Any]) -> None:
        ts = answer.get("ts") or answer.get("message_ts")
        for channel in self.workspace.channels.values():
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
