"""Parses feeds in processes of their own, which are killed when a feed hangs them.

In: a body. Out: a `ParsedFeed`, or `Failed` in plain words. The event loop only waits; a process starts with the
first feed it gets and serves until it is killed or the parser is closed.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import bot
from bot.feeds.wire import unpacked
from bot.feeds.worker_pipe import LENGTH
from bot.model import Failed, ParsedFeed

_START_LIMIT_S = 30.0  # importing the parser takes 0.2 s, on a starved machine many times that
_CLOSE_LIMIT_S = 1.0
# The little that Python itself may need to start. Nothing else: our environment holds secrets, feeds are hostile.
_ENVIRONMENT = ("PATH", "PYTHONHOME", "LD_LIBRARY_PATH", "SYSTEMROOT", "LANG", "LC_ALL", "COVERAGE_PROCESS_START")


class FeedParser:
    """`async with FeedParser() as parser: await parser.parse(body, content_type, url)`."""

    def __init__(self, *, workers: int = 1, limit_s: float = 4.0) -> None:
        """`workers` processes at most; `limit_s` is the time one feed may take, its process is killed after it."""
        self._limit_s = limit_s
        self._workers = [Worker() for _ in range(workers)]
        self._idle: asyncio.LifoQueue[Worker] = asyncio.LifoQueue()  # last used first: the others may never start
        for worker in self._workers:
            self._idle.put_nowait(worker)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await asyncio.gather(*(worker.close() for worker in self._workers))

    async def parse(self, body: bytes, content_type: str, url: str, seen: bytes = b"") -> ParsedFeed | Failed:
        """What `parse_feed` returns for the same arguments, or why it did not; waits for an idle process first."""
        worker = await self._idle.get()
        try:
            result = await worker.run((body, content_type, url, seen), self._limit_s)
            if isinstance(result, tuple):
                return unpacked(result)
            assert isinstance(result, Failed)
            return result
        finally:
            self._idle.put_nowait(worker)


class _NotStartedError(Exception):
    """A new process ended, or kept silent, before it was ready: a fault of the installation, not of the feed."""


class Worker:
    """One process that runs `module`, replaced when it hangs or dies."""

    def __init__(self, module: str = "bot.feeds.worker_main") -> None:
        self._module = module
        self._process: asyncio.subprocess.Process | None = None

    async def run(self, job: tuple[object, ...], limit_s: float) -> object:
        """What the process answers to `job`, or `Failed` when it hung, died or did not start."""
        done = False
        try:
            process = await self._running()
            async with asyncio.timeout(limit_s):
                await _send(process, job)
                result = await _receive(process)
            done = True
            return result
        except TimeoutError:
            return Failed(reason=f"parsing took longer than {limit_s:g} s")
        except _NotStartedError:
            return Failed(reason="the parsing process does not start")
        except (OSError, EOFError):
            return Failed(reason="the parser died on this feed")
        finally:
            if not done:  # hung, dead, or cancelled with an answer under way that nobody will read
                await self.close(kill=True)

    async def close(self, *, kill: bool = False) -> None:
        """Ends the process: by closing its input, or at once. Does nothing when none runs."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None and process.stdout is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(0 if kill else _CLOSE_LIMIT_S):
                await process.wait()
        except TimeoutError:
            if process.returncode is None:
                process.kill()
            await process.wait()
        await process.stdout.read()  # to the end, so that the pipe's transport closes now and not at collection

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is not None:
            await self.close()  # it died idle, e.g. when the system ran out of memory
        if self._process is None:
            self._process = await _start(self._module)
        return self._process


async def _start(module: str) -> asyncio.subprocess.Process:
    root = str(Path(next(iter(bot.__path__))).parent)
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ} | {"PYTHONPATH": path},
        start_new_session=True,  # Ctrl-C is for the bot, which then closes its workers in order
    )
    try:
        async with asyncio.timeout(_START_LIMIT_S):
            await _receive(process)
    except BaseException as error:
        if process.returncode is None:
            process.kill()
        await process.communicate()
        if isinstance(error, OSError | EOFError):  # TimeoutError among them
            raise _NotStartedError from error
        raise
    return process


async def _send(process: asyncio.subprocess.Process, value: object) -> None:
    assert process.stdin is not None
    message = pickle.dumps(value)
    process.stdin.write(LENGTH.pack(len(message)) + message)
    await process.stdin.drain()


async def _receive(process: asyncio.subprocess.Process) -> object:
    assert process.stdout is not None
    (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
    return pickle.loads(await process.stdout.readexactly(length))  # noqa: S301  (written by our own child)
