"""The developers' hostile server, started and asked: what it saw, and what its name server says.

It listens on fixed ports of loopback: feeds 8950, an inner server that nobody may reach 8951, raw TCP 8952, names
8953 (UDP).
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import socket
import struct
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.shared_material import ROOT, SHARED

FEEDS = SHARED / "feeds"
BASE = "http://127.0.0.1:8950"
ALLOWED = ("127.0.0.1:8950", "127.0.0.1:8952", "localhost:8950")  # the server's "public" ports
NAMES_AT = ("127.0.0.1", 8953)


@asynccontextmanager
async def hostile_server(script: Path = FEEDS / "hostile_server.py") -> AsyncIterator[None]:
    """The server, running while the block does. Tests run side by side and its ports are fixed: one after another.
    AssertionError when somebody else has taken them."""
    async with _alone(), _started(script):
        yield


@asynccontextmanager
async def _alone() -> AsyncIterator[None]:
    with (Path(tempfile.gettempdir()) / "hostile-server.lock").open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(0.2)
        yield


@asynccontextmanager
async def _started(script: Path) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(script), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            started = await process.stdout.readline()
        assert b"hostile server" in started, "it did not start: are ports 8950-8953 free?"
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        await process.stdout.read()


async def asked(path: str) -> Any:
    """What the server answers about itself at `path`: "/_log?case=…", "/_log/canary", "/_state", "/index.json"."""
    async with aiohttp.ClientSession() as session, session.get(BASE + path) as response:
        return await response.json()


async def run_cases(folder: Path, *arguments: object) -> Mapping[str, Any]:
    """The results of the hostile runner with our fetch, by case; it works in `folder`."""
    output = Path(tempfile.mkdtemp(dir=folder)) / "results.json"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *map(str, (FEEDS / "run_hostile.py", "-t", "tests.tools.hostile_target:fetch", "-o", output, *arguments)),
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()[-2_000:]
    return {case["path"]: case for case in json.loads(output.read_text())}


class NameServer(AbstractResolver):
    """Asks the server's own name server, over UDP, as a system's resolver would."""

    def __init__(self) -> None:
        self.lookups: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        self.lookups.append(host)
        found: list[ResolveResult] = []
        for kind, one in ((1, socket.AF_INET), (28, socket.AF_INET6)):  # A and AAAA
            if family not in (socket.AF_UNSPEC, one):
                continue
            found += [
                ResolveResult(hostname=host, host=address, port=port, family=one, proto=0, flags=0)
                for address in await _lookup(host, kind, one)
            ]
        if not found:
            raise OSError(f"no address of {host}")
        return found

    async def close(self) -> None:
        pass


async def _lookup(host: str, kind: int, family: socket.AddressFamily) -> list[str]:
    labels = b"".join(bytes([len(label)]) + label.encode() for label in host.split(".")) + b"\0"
    question = labels + struct.pack(">HH", kind, 1)
    answer = await _exchange(struct.pack(">HHHHHH", 1, 0x0100, 1, 0, 0, 0) + question)
    (count,) = struct.unpack_from(">H", answer, 6)
    addresses, at = [], 12 + len(question)
    for _ in range(count):
        (size,) = struct.unpack_from(">H", answer, at + 10)  # after a pointer to the name, type, class and age
        addresses.append(socket.inet_ntop(family, answer[at + 12 : at + 12 + size]))
        at += 12 + size
    return addresses


async def _exchange(query: bytes) -> bytes:
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.setblocking(False)
        channel.connect(NAMES_AT)
        await loop.sock_sendall(channel, query)
        return await loop.sock_recv(channel, 4_096)
