"""Where Slack calls us when there are many workspaces: events, commands and clicks, and the two addresses of the
installation. Every call is checked by its signature; what came before is acknowledged and not done again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import Clock, SignatureVerifier

from bot.adapters.slack.installations import TooManyError
from bot.adapters.slack.manifest import EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH
from bot.adapters.slack.oauth import Flow
from bot.adapters.slack.seen import Seen, ids_of
from bot.adapters.slack.workspaces import FindError
from bot.ports import Answered, Called, Inlet

MOST_BYTES = 1_000_000  # of one call; a view may have 250 kB
TAKEN, MALFORMED, REFUSED, TOO_LARGE, FAILED, UNREADY = 200, 400, 401, 413, 500, 503

# The pages of an installation load nothing.
_PAGE = (
    ("Content-Security-Policy", "default-src 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
)

_log = logging.getLogger(__name__)

Dispatch = Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]


class Door:
    """The three inlets. Closed until `open`."""

    def __init__(self, *, signing_secret: str, clock: Callable[[], datetime]) -> None:
        self._signed = SignatureVerifier(signing_secret, _Clock(clock))
        self._seen = Seen()
        self._flow: Flow | None = None
        self._dispatch: Dispatch | None = None
        self.inlets = (
            Inlet(path=EVENTS_PATH, take=self._event),
            Inlet(path=INSTALL_PATH, take=self._install, methods=("GET",)),
            Inlet(path=REDIRECT_PATH, take=self._redirected, methods=("GET",)),
        )

    def open(self, dispatch: Dispatch, flow: Flow) -> None:
        """From now on calls are taken; before, Slack is asked to come again."""
        self._dispatch, self._flow = dispatch, flow

    def close(self) -> None:
        self._dispatch = self._flow = None

    async def _event(self, called: Called) -> Answered:
        headers = {name.lower(): value for name, value in called.headers.items()}
        if len(called.body) > MOST_BYTES:
            return Answered(status=TOO_LARGE)
        if not self._genuine(called.body, headers):
            _log.warning("slack call refused: its signature is wrong or too old")
            return Answered(status=REFUSED)
        if self._dispatch is None:
            return Answered(status=UNREADY)
        try:
            body = _read(called.body)
        except ValueError as error:
            _log.warning("slack call not understood reason=%s", type(error).__name__)
            return Answered(status=MALFORMED)
        ids = (headers["x-slack-signature"], *ids_of(body))
        if self._seen.again(ids):
            return Answered(status=TAKEN)
        try:
            # As if it came over Socket Mode: given the text, Bolt finds nothing in a command with the word "payload".
            response = await self._dispatch(AsyncBoltRequest(body=body, mode="socket_mode", headers={**headers}))
        except FindError as error:
            _log.warning("slack call put off reason=%s", error)
            response = BoltResponse(status=UNREADY)
        except Exception:  # one call's failure is nobody else's
            _log.exception("slack call failed")
            response = BoltResponse(status=FAILED)
        if response.status >= FAILED:
            self._seen.forget(ids)  # Slack comes again
        if response.status == 404:  # something that nothing of ours listens to
            response = BoltResponse(status=TAKEN)
        return _answered(response)

    def _genuine(self, body: bytes, headers: Mapping[str, str]) -> bool:
        try:
            return bool(self._signed.is_valid_request(body, headers))
        except (ValueError, TypeError):  # a timestamp that is no number, a signature that is not ASCII
            return False

    async def _install(self, called: Called) -> Answered:
        if self._flow is None:
            return Answered(status=UNREADY)
        try:
            return _answered(await self._flow.handle_installation(_bolt_request(called)), *_PAGE)
        except TooManyError as error:
            _log.warning("slack installation not begun reason=%s", error)
            return Answered(status=UNREADY, headers=_PAGE, body=b"Too many installations at once. Please try later.")
        except Exception:  # the store; the browser may come again
            _log.exception("slack installation not begun")
            return Answered(status=FAILED, headers=_PAGE, body=b"Something went wrong here. Please try again.")

    async def _redirected(self, called: Called) -> Answered:
        if self._flow is None:
            return Answered(status=UNREADY)
        return _answered(await self._flow.handle_callback(_bolt_request(called)), *_PAGE)


class _Clock(Clock):
    """slack_sdk's, by ours."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock().timestamp()


def _bolt_request(called: Called) -> AsyncBoltRequest:
    return AsyncBoltRequest(
        body="",
        query=dict(called.query),
        headers={name.lower(): value for name, value in called.headers.items()},
    )


def _answered(response: BoltResponse, *more: tuple[str, str]) -> Answered:
    headers = tuple((name, value) for name, values in response.headers.items() for value in values)
    return Answered(status=response.status, headers=(*headers, *more), body=(response.body or "").encode())


def _read(raw: bytes) -> dict[str, Any]:
    """An event as JSON; a command as a form; a click or a modal as JSON in a form's only field. ValueError for what is
    none of them."""
    text = raw.decode()
    if text.startswith("{"):
        body = json.loads(text)
    else:
        form = dict(parse_qsl(text, keep_blank_values=True))
        body = json.loads(form["payload"]) if "payload" in form else form
    if not isinstance(body, dict):
        raise ValueError("no object")
    return body
