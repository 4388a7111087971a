"""Small real proxies on loopback: HTTP (absolute addresses and CONNECT) and SOCKS 4, 4a and 5.

They know names by a table and connect only to loopback, whatever they are asked for; each remembers what it was
asked for and by whom.
"""

from __future__ import annotations

import asyncio
import base64
import socket
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing, suppress
from urllib.parse import urlsplit


class TestProxy:
    """Leads every target to the loopback port that `leads_to` says, by the target's port."""

    __test__ = False

    def __init__(self, leads_to: Mapping[int, int], login: str | None) -> None:
        self.leads_to = leads_to
        self.login = login  # "user:password"; None: open to all
        self.targets: list[str] = []  # "host:port" as asked for
        self.port = 0

    def address(self, scheme: str) -> str:
        login = f"{self.login}@" if self.login else ""
        return f"{scheme}://{login}127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError), closing(writer):
            match await reader.readexactly(1):
                case b"\x05":
                    await self._socks5(reader, writer)
                case b"\x04":
                    await self._socks4(reader, writer)
                case first:
                    await self._http(first, reader, writer)

    async def _socks5(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        (count,) = await reader.readexactly(1)
        await reader.readexactly(count)
        writer.write(b"\x05\x02" if self.login else b"\x05\x00")
        if self.login:
            _, length = await reader.readexactly(2)
            user = await reader.readexactly(length)
            password = await reader.readexactly((await reader.readexactly(1))[0])
            if b"%b:%b" % (user, password) != self.login.encode():
                writer.write(b"\x01\x01")
                return
            writer.write(b"\x01\x00")
        _, _, _, kind = await reader.readexactly(4)
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            family, size = (socket.AF_INET, 4) if kind == 1 else (socket.AF_INET6, 16)
            host = socket.inet_ntop(family, await reader.readexactly(size))
        (port,) = struct.unpack(">H", await reader.readexactly(2))
        await self._through(host, port, reader, writer, b"\x05\x00\x00\x01\0\0\0\0\0\0")

    async def _socks4(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, port, packed = struct.unpack(">BH4s", await reader.readexactly(7))
        await reader.readuntil(b"\0")
        host = socket.inet_ntoa(packed)
        if host.startswith("0.0.0."):
            host = (await reader.readuntil(b"\0"))[:-1].decode()
        await self._through(host, port, reader, writer, b"\x00\x5a\0\0\0\0\0\0")

    async def _http(self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = first + await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.decode().split(" ", 2)
        login = base64.b64encode((self.login or "").encode()).decode()
        if self.login and f"Proxy-Authorization: Basic {login}\r\n" not in head.decode():
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            await self._through(host, int(port), reader, writer, b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            parts = urlsplit(target)
            await self._through(parts.hostname or "", parts.port or 80, reader, writer, b"", head)

    async def _through(
        self,
        host: str,
        port: int,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        yes: bytes,
        head: bytes = b"",
    ) -> None:
        self.targets.append(f"{host}:{port}")
        from_target, to_target = await asyncio.open_connection("127.0.0.1", self.leads_to[port])
        with closing(to_target):
            writer.write(yes)
            to_target.write(head)
            await asyncio.wait(
                [asyncio.create_task(_pump(reader, to_target)), asyncio.create_task(_pump(from_target, writer))]
            )


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError), closing(writer):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def proxy(leads_to: Mapping[int, int], login: str | None = None) -> AsyncIterator[TestProxy]:
    """A proxy that runs while the block does."""
    made = TestProxy(leads_to, login)
    running: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running.add(asyncio.create_task(made.serve(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        async with asyncio.timeout(5):  # the fetcher has closed its ends by now
            await asyncio.gather(*running)
        await asyncio.sleep(0)
