"""Logging: one line per event, in text or JSON, with every secret blotted out.

In: an event name in plain words and key=value fields, by `event`. Out: lines on standard error. The blotting
is done on the finished line, so that messages of libraries and tracebacks pass through it too.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Literal, TextIO
from urllib.parse import quote

Level = Literal["debug", "info", "warning", "error"]
Format = Literal["text", "json"]

BLOT = "[secret]"
SHORTEST_SECRET = 4  # by judgement: blotting every "a" would make lines unreadable and hide nothing

# Libraries that write a line for each request, with the token in its URL, or for each tick.
_QUIET = (
    "aiohttp.access",
    "aiosqlite",
    "alembic",
    "apscheduler",
    "asyncio",
    "httpcore",
    "httpx",
    "slack_bolt",
    "slack_sdk",
    "sqlalchemy",
    "telegram",
)

_LOOKS_SECRET = (
    (re.compile(r"/bot\d+:[\w-]+"), f"/bot{BLOT}"),  # Telegram API addresses
    (re.compile(r"\b\d{6,}:[\w-]{30,}"), BLOT),  # a bare Telegram token: 35 characters after the colon
    (re.compile(r"\bx(?:ox[a-z]|app)-[\w-]+(?:\.[\w-]+)*"), BLOT),  # Slack's token families
    (re.compile(r"(?<=://)[^\s/?#@\"']*:[^\s/?#\"']*@"), f"{BLOT}@"),  # scheme://user:password@host
    # Slack's Socket Mode ticket, and the keys that some feeds want in their address.
    (
        re.compile(r"(?i)([?&](?:ticket|token|access_token|api_?key|key|secret|password)=)[^&\s\"'<>]+"),
        rf"\1{BLOT}",
    ),
)


def configure(level: Level, form: Format, secrets: Iterable[str], stream: TextIO | None = None) -> None:
    """Send all logging to `stream` (None: standard error) in `form`; a second call replaces the first.

    `secrets` are blotted out wherever they occur; shapes of known tokens are even when not among them.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    blotter = Blotter(secrets)
    handler.setFormatter(JsonFormatter(blotter) if form == "json" else TextFormatter(blotter))
    root = logging.getLogger()
    for former in [h for h in root.handlers if isinstance(h.formatter, TextFormatter | JsonFormatter)]:
        root.removeHandler(former)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)


def event(
    logger: logging.Logger,
    level: int,
    name: str,
    *,
    error: BaseException | None = None,
    **fields: object,
) -> None:
    """Log the event `name`, stable plain words such as "feed polled", with its fields.

    `level` is one of logging's, e.g. logging.INFO. `error` adds its traceback. Fields that are None are left out.
    """
    kept = {key: value for key, value in fields.items() if value is not None}
    logger.log(level, "%s", name, exc_info=error, extra={"fields": kept})


class Blotter:
    """Replaces secrets in texts."""

    def __init__(self, secrets: Iterable[str]) -> None:
        plain = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
        spelt = plain | {quote(secret, safe="") for secret in plain}
        longest_first = sorted(spelt, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if spelt else None

    def blot(self, text: str) -> str:
        if self._known:
            text = self._known.sub(BLOT, text)
        for pattern, replacement in _LOOKS_SECRET:
            text = pattern.sub(replacement, text)
        return text


class TextFormatter(logging.Formatter):
    """2026-08-15T08:32:00Z INFO feed polled feed=TASS items=12"""

    def __init__(self, blotter: Blotter) -> None:
        super().__init__()
        self._blotter = blotter

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {key}={_plain(self._blotter.blot(str(v)))}" for key, v in _fields(record).items())
        words = _one_line(record.getMessage())
        line = f"{_moment(record)} {record.levelname:<7} {words}{fields} logger={record.name}"
        trace = _traceback(self, record)
        return self._blotter.blot(f"{line}\n{trace}" if trace else line)


class JsonFormatter(logging.Formatter):
    """One JSON object per line: at, level, logger, event, the fields, and traceback where there is one."""

    def __init__(self, blotter: Blotter) -> None:
        super().__init__()
        self._blotter = blotter

    def format(self, record: logging.LogRecord) -> str:
        blot = self._blotter.blot
        row: dict[str, object] = {key: _json_value(value, blot) for key, value in _fields(record).items()}
        row |= {"at": _moment(record), "level": record.levelname.lower(), "logger": record.name}
        row["event"] = blot(record.getMessage())
        if trace := _traceback(self, record):
            row["traceback"] = blot(trace)
        return json.dumps(row, ensure_ascii=False)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    fields: dict[str, object] = getattr(record, "fields", {})
    return fields


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _traceback(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    parts = [formatter.formatException(record.exc_info)] if record.exc_info and record.exc_info[0] else []
    return "\n".join([*parts, *([record.stack_info] if record.stack_info else [])])


def _plain(text: str) -> str:
    """As it is when it is one word, else in quotes with line breaks and quotes escaped."""
    return text if re.fullmatch(r"[^\s\"=\x00-\x1f\x7f]+", text) else json.dumps(text, ensure_ascii=False)


def _one_line(text: str) -> str:
    """A feed's title or a library's message must not be able to forge a second line."""
    return re.sub(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+", " ", text)


def _json_value(value: object, blot: Callable[[str], str]) -> object:
    return value if isinstance(value, bool | int | float) else blot(str(value))
