"""The worker's end of the pipe to its parent: jobs come in on standard input, results go out on standard output.

Light on purpose, so that each worker loads only the libraries of its own work.
"""

from __future__ import annotations

import os
import pickle
import struct
import sys
from collections.abc import Callable
from typing import BinaryIO

LENGTH = struct.Struct(">Q")  # before each message, in both directions
_MAX_MEMORY = 1 << 30  # bytes of address space; an 8 MiB feed needs under 200 MB


def serve(answer: Callable[..., object]) -> None:
    """Sends None when ready, then `answer` of each job's arguments, until the input closes."""
    jobs, results = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a stray print must not mix with the results
    _limit_memory()
    _send(results, None)
    while (message := _receive(jobs)) is not None:
        _send(results, answer(*pickle.loads(message)))  # noqa: S301  (written by our own parent)


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _receive(stream: BinaryIO) -> bytes | None:
    header = stream.read(LENGTH.size)
    return stream.read(LENGTH.unpack(header)[0]) if len(header) == LENGTH.size else None


def _send(stream: BinaryIO, value: object) -> None:
    message = pickle.dumps(value)
    stream.write(LENGTH.pack(len(message)) + message)
    stream.flush()
