"""Slack calling the app over HTTP: signed requests for events, commands and interactions, and their answers.

`SlackServer.call(url)` switches deliveries from Socket Mode to this; afterwards `slash`, `event`, `interact` and
`submit` go to the app's address. What was sent last can be sent again, late or changed (`again`), as an attacker would.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.servers.serving import now_monotonic
from tests.servers.slack_socket import ACK_LIMIT_S, Ack

SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # Slack's own documentation's example


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One request to the app."""

    headers: Mapping[str, str]
    body: bytes


class HttpDelivery:
    """Requests to one address of the app."""

    def __init__(self, url: str, *, clock: Callable[[], datetime], signing_secret: str = SIGNING_SECRET) -> None:
        self.url = url
        self.signing_secret = signing_secret
        self.ack_limit_s = ACK_LIMIT_S
        self.statuses: list[int] = []  # of the app's answers, in order
        self.last: Sent | None = None
        self._clock = clock

    async def deliver(self, envelope: dict[str, Any], *, copies: int = 1, wait_s: float | None = None) -> Ack | None:
        """Sends what the envelope holds (`copies` times); None: no 2xx within 3 s."""
        payload, kind = envelope["payload"], envelope["type"]
        match kind:
            case "events_api":
                body, media = json.dumps(payload).encode(), "application/json"
            case "slash_commands":
                body, media = urlencode(payload).encode(), "application/x-www-form-urlencoded"
            case _:
                body = urlencode({"payload": json.dumps(payload)}).encode()
                media = "application/x-www-form-urlencoded"
        headers = {"Content-Type": media}
        if envelope.get("retry_attempt"):
            headers |= {"X-Slack-Retry-Num": str(envelope["retry_attempt"]), "X-Slack-Retry-Reason": "http_timeout"}
        sent = Sent(headers=headers | self.signature(body), body=body)
        acks = [await self.post(sent, wait_s=wait_s) for _ in range(copies)]
        return acks[0]

    def signature(self, body: bytes, *, at: float | None = None, secret: str | None = None) -> dict[str, str]:
        """The two headers. `at`: seconds since 1970, None: now by the server's clock."""
        stamp = str(int(self._clock().timestamp() if at is None else at))
        key = (secret or self.signing_secret).encode()
        made = hmac.new(key, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={made}"}

    async def post(self, sent: Sent, *, wait_s: float | None = None) -> Ack | None:
        """One request exactly so."""
        self.last = sent
        began = now_monotonic()
        try:
            async with (
                asyncio.timeout(wait_s or self.ack_limit_s),
                aiohttp.ClientSession() as session,
                session.post(self.url, data=sent.body, headers=sent.headers) as answer,
            ):
                text = await answer.text()
                self.statuses.append(answer.status)
        except (TimeoutError, aiohttp.ClientError):
            self.statuses.append(0)
            return None
        if not 200 <= answer.status < 300:
            return None
        return Ack(payload=_said(answer.content_type, text), ms=(now_monotonic() - began) * 1000)

    async def again(self, **headers: str) -> int:
        """The last request once more, with some headers changed; the status of the answer."""
        assert self.last is not None
        await self.post(Sent(headers={**self.last.headers, **headers}, body=self.last.body))
        return self.statuses[-1]


def _said(media: str, text: str) -> dict[str, Any] | None:
    """The answer's own words; None: nothing."""
    if not text.strip():
        return None
    if media == "application/json":
        said: dict[str, Any] = json.loads(text)
        return said or None
    return {"text": text}
