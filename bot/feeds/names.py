"""Resolves names by the system, each lookup in a thread of its own.

The event loop's own threads are few (six on two processors), and a name server that does not answer holds one for
half a minute: a handful of dead feeds would keep every other feed from being found, and the program from ending.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

LOOKUPS = 64  # at the same time; judgement: twice what is fetched at once, since a lookup outlives its fetch

_Found = list[tuple[Any, ...]]


class SystemResolver(AbstractResolver):
    """`getaddrinfo` without waiting in line; OSError for a name that is not known."""

    def __init__(self, look_up: Callable[..., _Found] = socket.getaddrinfo) -> None:
        self._look_up = look_up
        self._places = asyncio.Semaphore(LOOKUPS)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        await self._places.acquire()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Found] = loop.create_future()

        def tell(found: _Found | None, error: Exception | None) -> None:
            self._places.release()
            if answer.done():  # nobody waits any more
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(found or [])

        def ask() -> None:
            found, failure = None, None
            try:
                found = self._look_up(host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
            except Exception as error:  # it belongs to whoever asked
                failure = error
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(tell, found, failure)

        threading.Thread(target=ask, name=f"name of {host}", daemon=True).start()
        return [
            ResolveResult(hostname=host, host=address[0], port=address[1], family=kind, proto=proto, flags=0)
            for kind, _, proto, _, address in await answer
            if isinstance(address[0], str)  # else a Python without IPv6 met an address of it
        ]

    async def close(self) -> None:
        """Lookups under way end by themselves."""
