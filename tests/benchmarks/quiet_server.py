"""A web server that costs next to nothing, in a process of its own, so that a benchmark measures the client.

`python -m tests.benchmarks.quiet_server PORTS ENTRIES` listens on that many ports of 127.0.0.1, prints them on one
line and serves until its input closes. A path with `/still/` answers 304. Any other gives a feed of ENTRIES
entries, of which every request brings `new` newer ones (query, 0 by default) than the last one with this path;
with `changes=0` it answers 304 to validators. A path that begins with `/alone/` closes the connection after it.
"""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from urllib.parse import parse_qsl

from tests.benchmarks.sample_feed import HEAD, TAIL, entry

ETAG = '"quiet-1"'
_NOT_MODIFIED = f"HTTP/1.1 304 Not Modified\r\nETag: {ETAG}\r\nDate: Mon, 23 Nov 2026 06:00:00 GMT\r\n\r\n".encode()


class _Feeds:
    """What is served under each path; entries are made once and shared."""

    def __init__(self, entries: int) -> None:
        self._size = entries
        self._newest: defaultdict[str, int] = defaultdict(lambda: entries)
        self._made: dict[tuple[str, int], bytes] = {}

    def answer(self, target: str) -> bytes:
        path, _, query = target.partition("?")
        newest = self._newest[path]
        self._newest[path] += int(dict(parse_qsl(query)).get("new", 0))
        body = HEAD + b"".join(self._entry(path, number) for number in range(newest, newest - self._size, -1)) + TAIL
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: {len(body)}\r\n"
        return f'{head}ETag: "{newest}"\r\n\r\n'.encode() + body

    def _entry(self, path: str, number: int) -> bytes:
        return entry(f"{path.strip('/').replace('/', '-')}-{number}", number)


class _Connection(asyncio.Protocol):
    def __init__(self, feeds: _Feeds) -> None:
        self._feeds = feeds
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            target = head.split(b" ", 2)[1].decode("ascii")
            still = "/still/" in target or ("changes=0" in target and b"\r\nIf-None-Match:" in head)
            answer = _NOT_MODIFIED if still else self._feeds.answer(target)
            if target.startswith("/alone/"):
                self._transport.write(answer.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
                self._transport.close()
            else:
                self._transport.write(answer)


async def serve(ports: int, entries: int) -> None:
    loop = asyncio.get_running_loop()
    feeds = _Feeds(entries)
    servers = [
        await loop.create_server(lambda: _Connection(feeds), "127.0.0.1", 0, backlog=1_024) for _ in range(ports)
    ]
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for server in servers:
        server.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
