"""Socket Mode: tickets, connections, envelopes out and their acknowledgements back."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import uuid
from dataclasses import dataclass
from typing import Any

from aiohttp import WSMsgType, web

from tests.servers.serving import Signal, now_monotonic

ACK_LIMIT_S = 3.0  # after it the user sees an error, and events are delivered again


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """The client's acknowledgement of one envelope."""

    payload: dict[str, Any] | None  # what came with it; None: nothing
    ms: float  # from sending to acknowledgement


class Socket:
    """Every Socket Mode connection of the app."""

    def __init__(self, *, app_id: str, changed: Signal, alarms: list[str]) -> None:
        self.app_id = app_id
        self.changed = changed
        self.alarms = alarms
        self.connections: list[web.WebSocketResponse] = []
        self.connected_in_all = 0
        self.ack_limit_s = ACK_LIMIT_S  # a test of silence may shorten it
        self._tickets: set[str] = set()
        self._waiting: dict[str, tuple[float, asyncio.Future[Ack]]] = {}
        self._turn = itertools.count()

    def ticket(self) -> str:
        """A new ticket, good for one connection."""
        ticket = uuid.uuid4().hex
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=400, text="the ticket was used or never existed")
        self._tickets.remove(ticket)
        if len(self.connections) >= 10:
            return web.Response(status=429, text="too_many_websockets")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connections.append(socket)
        self.connected_in_all += 1
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self.connections),
                "debug_info": {"host": "applink-local", "approximate_connection_time": 3600},
                "connection_info": {"app_id": self.app_id},
            }
        )
        self.changed.fire()
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._acknowledged(message.data)
        finally:
            self.connections.remove(socket)
            self.changed.fire()
        return socket

    async def deliver(self, envelope: dict[str, Any], *, copies: int = 1, wait_s: float | None = None) -> Ack | None:
        """Sends the envelope over one connection (`copies` times); None: not acknowledged in time (3 s)."""
        connected = await self.changed.until(lambda: self.connections or None, 10)
        assert connected, "no Socket Mode connection; start the app first"
        acked: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = (now_monotonic(), acked)
        socket = self.connections[next(self._turn) % len(self.connections)]
        with contextlib.suppress(ConnectionError):  # being closed for a refresh: lost, and to be sent again
            for _ in range(copies):
                await socket.send_json(envelope)
        try:
            return await asyncio.wait_for(asyncio.shield(acked), wait_s or self.ack_limit_s)
        except TimeoutError:
            return None

    async def disconnect(self, reason: str) -> None:
        """Tells every connection to reconnect; except for a warning the server then closes them."""
        for socket in list(self.connections):
            with contextlib.suppress(ConnectionError):  # closed already
                await socket.send_json(
                    {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-local"}}
                )
        if reason != "warning":
            for socket in list(self.connections):
                await socket.close()

    async def close(self) -> None:
        for socket in list(self.connections):
            await socket.close(code=1001)

    def _acknowledged(self, data: str) -> None:
        try:
            answer = json.loads(data)
            envelope_id = answer["envelope_id"]
        except (ValueError, KeyError, TypeError):
            self.alarms.append(f"socket: not an acknowledgement: {data[:100]}")
            return
        if envelope_id not in self._waiting:
            self.alarms.append(f"socket: acknowledgement of an unknown envelope {envelope_id}")
            return
        sent_at, acked = self._waiting[envelope_id]
        if not acked.done():
            acked.set_result(Ack(payload=answer.get("payload") or None, ms=(now_monotonic() - sent_at) * 1000))
