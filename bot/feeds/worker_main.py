"""The loop of one parsing process: jobs come in on standard input, results go out on standard output.

Started by `FeedParser` as `python -m bot.feeds.worker_main`; ends when its input closes. Imports only the
parser, so that a replacement is ready in a fraction of a second.
"""

from __future__ import annotations

import os
import pickle
import struct
import sys
from typing import BinaryIO

from bot.feeds.parse import ParseError, parse_feed
from bot.model import Failed, ParsedFeed

LENGTH = struct.Struct(">Q")  # before each message, in both directions
_MAX_MEMORY = 1 << 30  # bytes of address space; an 8 MiB feed needs under 200 MB


def main() -> None:
    jobs, results = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a stray print must not mix with the results
    limit_memory()
    send(results, None)  # ready
    while (message := receive(jobs)) is not None:
        send(results, _parsed(*pickle.loads(message)))  # noqa: S301  (written by our own parent)


def _parsed(body: bytes, content_type: str, url: str, seen: bytes) -> ParsedFeed | Failed:
    try:
        return parse_feed(body, content_type, url, seen)
    except ParseError as error:
        return Failed(reason=str(error))
    except MemoryError:
        return Failed(reason="a feed that needs too much memory to parse")


def receive(stream: BinaryIO) -> bytes | None:
    header = stream.read(LENGTH.size)
    return stream.read(LENGTH.unpack(header)[0]) if len(header) == LENGTH.size else None


def send(stream: BinaryIO, value: object) -> None:
    message = pickle.dumps(value)
    stream.write(LENGTH.pack(len(message)) + message)
    stream.flush()


def limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


if __name__ == "__main__":
    main()
