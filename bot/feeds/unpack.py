"""Reads an answer's body with a limit on what comes in and on what it unpacks to.

aiohttp's own decompression has no limit: a 1 MB bomb made it hold 1 GB. So the client runs with it switched off.
"""

from __future__ import annotations

import zlib

from aiohttp import ClientResponse

_GZIP, _ZLIB, _RAW = 31, 15, -15  # zlib's window bits for the three streams that servers send


class BodyError(Exception):
    """The body cannot be used; the message says why, in plain words."""


async def read_body(response: ClientResponse, max_bytes: int) -> bytes:
    """The unpacked body, at most `max_bytes` both as sent and unpacked, else BodyError."""
    packing = _packing(response.headers.getall("Content-Encoding", []))
    if (response.content_length or 0) > max_bytes:
        raise BodyError(_too_large(max_bytes))
    unpacker = _Unpacker(packing, max_bytes) if packing else None
    body = bytearray()
    received = 0
    async for chunk in response.content.iter_any():
        received += len(chunk)
        body += unpacker.unpack(chunk, max_bytes - len(body)) if unpacker else chunk
        if max(received, len(body)) > max_bytes:
            raise BodyError(_too_large(max_bytes))
    if unpacker and received and not unpacker.is_complete:
        raise BodyError("a compressed answer that was cut short")
    return bytes(body)


class _Unpacker:
    def __init__(self, packing: str, max_bytes: int) -> None:
        self._packing = packing
        self._max_bytes = max_bytes
        self._stream: zlib._Decompress | None = None

    @property
    def is_complete(self) -> bool:
        return self._stream is not None and self._stream.eof

    def unpack(self, chunk: bytes, room: int) -> bytes:
        """What `chunk` unpacks to, at most one byte more than `room`."""
        out = bytearray()
        try:
            while chunk and len(out) <= room:
                if self._stream is None:
                    self._stream = zlib.decompressobj(self._window(chunk))
                out += self._stream.decompress(chunk, room - len(out) + 1)
                chunk = self._stream.unused_data
                if not self._stream.eof or not chunk.startswith(b"\x1f\x8b"):
                    break  # bytes after the end are ignored, as browsers do
                self._stream = None  # gzip allows several members in a row
        except zlib.error as error:
            raise BodyError("a compressed answer that is damaged") from error
        return bytes(out)

    def _window(self, first: bytes) -> int:
        """The kind of stream that begins with `first`: "deflate" is sent with zlib's frame and, by old servers,
        bare.
        """
        if self._packing == "gzip":
            return _GZIP
        framed = len(first) > 1 and first[0] & 15 == 8 and (first[0] * 256 + first[1]) % 31 == 0
        return _ZLIB if framed else _RAW


def _packing(values: list[str]) -> str:
    """ "gzip", "deflate" or "" for none; BodyError for what we never asked for."""
    names = [name.strip().lower() for value in values for name in value.split(",")]
    packed = [name.removeprefix("x-") for name in names if name not in ("", "identity")]
    if not packed:
        return ""
    if len(packed) > 1 or packed[0] not in ("gzip", "deflate"):
        raise BodyError(f"an answer compressed in a way we did not ask for ({', '.join(packed)[:40]})")
    return packed[0]


def _too_large(max_bytes: int) -> str:
    return f"larger than {max_bytes / 1024 / 1024:g} MiB"
