"""Log lines: their form, and that no secret gets into them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from bot.log import configure, event

LOGGER = logging.getLogger("bot.test")
TOKEN = "8123456789:AAF-abcdefghijklmnopqrstuvwxyz012345"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Where the test's log goes; the root logger is put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


def test_an_event_is_one_line_with_its_fields(lines: io.StringIO) -> None:
    configure("info", "text", (), lines)
    event(LOGGER, logging.INFO, "feed polled", feed="The Hindu", items=12, etag=None, ok=True)
    (line,) = lines.getvalue().splitlines()
    assert line.endswith('Z INFO    feed polled feed="The Hindu" items=12 ok=True logger=bot.test')


def test_an_event_in_json_is_one_object_with_its_fields(lines: io.StringIO) -> None:
    configure("info", "json", (), lines)
    event(LOGGER, logging.WARNING, "feed polled", feed="ТАСС", items=12, took_s=0.5)
    row = json.loads(lines.getvalue())
    assert row.pop("at").endswith("Z")
    assert row == {
        "event": "feed polled",
        "feed": "ТАСС",
        "items": 12,
        "took_s": 0.5,
        "level": "warning",
        "logger": "bot.test",
    }


def test_a_title_cannot_forge_a_second_line(lines: io.StringIO) -> None:
    configure("info", "text", (), lines)
    event(LOGGER, logging.INFO, "feed polled", feed="x\n2026-01-01T00:00:00Z ERROR all lost")
    LOGGER.info("of a library:\r\n2026-01-01T00:00:00Z ERROR all lost\u2028more")
    assert len(lines.getvalue().splitlines()) == 2


def test_what_is_below_the_level_is_left_out(lines: io.StringIO) -> None:
    configure("warning", "text", (), lines)
    event(LOGGER, logging.INFO, "feed polled")
    assert lines.getvalue() == ""


@pytest.mark.parametrize("name", ["httpx", "httpcore.connection", "apscheduler.executors.default"])
def test_libraries_do_not_log_each_request_or_tick(lines: io.StringIO, name: str) -> None:
    configure("debug", "text", (), lines)
    logging.getLogger(name).info("HTTP Request: POST https://api.telegram.org/")
    logging.getLogger(name).warning("but this is told")
    assert [line.split()[1] for line in lines.getvalue().splitlines()] == ["WARNING"]


def test_a_second_call_replaces_the_first(lines: io.StringIO) -> None:
    configure("info", "text", (), lines)
    configure("info", "text", (), lines)
    event(LOGGER, logging.INFO, "feed polled")
    assert len(lines.getvalue().splitlines()) == 1


# --- secrets -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_configured_secret_is_blotted_out_everywhere(lines: io.StringIO, form: str) -> None:
    configure("info", "json" if form == "json" else "text", ['hush"hush/1'], lines)
    LOGGER.info('message hush"hush/1 and %s', 'argument hush"hush/1')
    event(LOGGER, logging.INFO, "field", reason='hush"hush/1', url="https://x/?a=hush%22hush%2F1")
    try:
        raise ValueError('hush"hush/1') from KeyError('inner hush"hush/1')
    except ValueError as error:
        event(LOGGER, logging.ERROR, "failed", error=error)
    assert "Traceback" in lines.getvalue()
    assert "hush" not in lines.getvalue()


@pytest.mark.parametrize(
    ("text", "blotted"),
    [
        (f"POST https://api.telegram.org/bot{TOKEN}/getMe", "POST https://api.telegram.org/bot[secret]/getMe"),
        ("http://127.0.0.1:81/bot1:short/getMe 200", "http://127.0.0.1:81/bot[secret]/getMe 200"),
        (f"token {TOKEN}.", "token [secret]."),
        ("xoxb-12-34-abc, xapp-1-A1-2-ff", "[secret], [secret]"),
        ("xoxe.xoxp-1-Mi0yLTE", "xoxe.[secret]"),
        ("postgresql://u:p%40ss@db:5432/x", "postgresql://[secret]@db:5432/x"),
        ("GET https://me:pw@example.org/rss", "GET https://[secret]@example.org/rss"),
        ("wss://s.slack.com/link/?ticket=ab-1&app_id=2", "wss://s.slack.com/link/?ticket=[secret]&app_id=2"),
        ("https://example.org/rss?id=1&api_key=k3y", "https://example.org/rss?id=1&api_key=[secret]"),
    ],
)
def test_what_looks_like_a_secret_is_blotted_out(lines: io.StringIO, text: str, blotted: str) -> None:
    configure("info", "json", (), lines)
    LOGGER.info(text)
    assert json.loads(lines.getvalue())["event"] == blotted


@pytest.mark.parametrize(
    "text",
    [
        "read https://example.org/robots/bottom?page=2 at 10:30:00",
        "telegram:-1001234567890 slack:C012AB3CD",
        "http://127.0.0.1:8787/ and mail to desk@example.org",
        "item 01k7q:abc",
    ],
)
def test_what_is_no_secret_stays_readable(lines: io.StringIO, text: str) -> None:
    configure("info", "json", (), lines)
    LOGGER.info(text)
    assert json.loads(lines.getvalue())["event"] == text


def test_a_very_short_secret_does_not_make_lines_unreadable(lines: io.StringIO) -> None:
    configure("info", "text", ["", "e"], lines)
    event(LOGGER, logging.INFO, "feed polled")
    assert "feed polled" in lines.getvalue()
