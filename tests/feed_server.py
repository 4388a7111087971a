"""A small RSS server on loopback for tests of the whole: bodies are set by the test and may change."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from types import TracebackType
from xml.sax.saxutils import escape

from aiohttp import web


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One entry of a served feed."""

    title: str
    text: str = ""
    guid: str | None = None  # None: the title
    path: str | None = None  # of its link; None: made from the guid
    at: datetime | None = None  # its date; None: none


class FeedServer:
    """`async with FeedServer() as feeds: feeds.publish("wire", [Report(title="…")])`; poll feeds.url("wire")."""

    def __init__(self) -> None:
        self._bodies: dict[str, tuple[bytes, str, int]] = {}
        self._runner: web.AppRunner | None = None
        self.address = ""
        self.requests: list[tuple[str, int]] = []  # (feed, status answered)
        self.answered_at: list[float] = []  # time.monotonic() of each request

    def url(self, feed: str) -> str:
        return f"http://{self.address}/{feed}"

    def publish(self, feed: str, reports: Sequence[Report], *, title: str = "Test Wire") -> None:
        """Serve these reports from now on, the first one on top."""
        items = "".join(
            f"<item><title>{escape(report.title)}</title><link>http://news.example/{_path(report)}</link>"
            f'<guid isPermaLink="false">{escape(report.guid or report.title)}</guid>'
            f"{_date(report)}<description>{escape(report.text)}</description></item>"
            for report in reports
        )
        self.serve(feed, f'<rss version="2.0"><channel><title>{escape(title)}</title>{items}</channel></rss>'.encode())

    def serve(self, feed: str, body: bytes, *, content_type: str = "application/rss+xml", status: int = 200) -> None:
        """Serve exactly this."""
        self._bodies[feed] = (body, content_type, status)

    def polls(self, feed: str) -> int:
        return sum(name == feed for name, _ in self.requests)

    async def __aenter__(self) -> FeedServer:
        app = web.Application()
        app.router.add_get("/{feed}", self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.address = f"{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        feed = request.match_info["feed"]
        body, content_type, status = self._bodies.get(feed, (b"", "text/plain", 404))
        etag = f'"{sha256(body).hexdigest()[:16]}"'
        if status == 200 and request.headers.get("If-None-Match") == etag:
            status, body = 304, b""
        self.requests.append((feed, status))
        self.answered_at.append(time.monotonic())
        return web.Response(status=status, body=body, headers={"ETag": etag, "Content-Type": content_type})


def _date(report: Report) -> str:
    return f"<pubDate>{format_datetime(report.at)}</pubDate>" if report.at else ""


def _path(report: Report) -> str:
    return report.path or sha256((report.guid or report.title).encode()).hexdigest()[:12]
