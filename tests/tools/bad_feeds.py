"""A server of many feeds, each at a loopback address of its own, some of them in trouble; a process of its own, so
that what it costs is not counted with the program that reads it.

`python -m tests.tools.bad_feeds FEEDS` prints the port and serves until killed. Each hundred feeds: ten hang, five
drip, five are bombs, five answer 503, two redirect for ever, and the others are well and bring an entry at times.
http://127.0.0.1:PORT/_arrivals tells when which host was asked, in `time.monotonic()`, which processes share.
"""

from __future__ import annotations

import asyncio
import gzip
import sys
import time
from contextlib import suppress

from aiohttp import web

KINDS = ("hangs",) * 10 + ("drips",) * 5 + ("bombs",) * 5 + ("fails",) * 5 + ("loops",) * 2 + ("good",) * 73
CHANGES_EVERY_S = 60.0  # a good feed brings an entry so often
_BOMB = gzip.compress(b"<rss><channel><!--" + b"A" * 200_000_000, 9)
_TITLE = "Ministry statement number {} on a subject of no interest"


def host(number: int) -> str:
    return f"127.1.{number // 250}.{number % 250 + 1}"


def kind(number: int) -> str:
    return KINDS[number % len(KINDS)]


async def _answer(request: web.Request) -> web.StreamResponse:
    number = request.app[_NUMBERS][request.url.host or ""]
    request.app[_ARRIVALS].append((number, time.monotonic()))
    match kind(number):
        case "hangs":
            await asyncio.sleep(3_600)
            return web.Response()
        case "drips":
            response = web.StreamResponse()
            await response.prepare(request)
            with suppress(ConnectionError):
                while True:
                    await response.write(b" ")
                    await asyncio.sleep(0.05)
            return response
        case "bombs":
            return web.Response(body=_BOMB, headers={"Content-Encoding": "gzip"})
        case "fails":
            return web.Response(status=503)
        case "loops":
            return web.Response(status=302, headers={"Location": "/feed"})
        case _:
            return _good(request, number)


def _good(request: web.Request, number: int) -> web.Response:
    newest = 100 + int((time.monotonic() + number) // CHANGES_EVERY_S)
    etag = f'"{newest}"'
    if request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers={"ETag": etag})
    items = "".join(
        f"<item><title>{_TITLE.format(one)}</title><guid>{number}-{one}</guid></item>"
        for one in range(newest, newest - 20, -1)
    )
    body = f'<rss version="2.0"><channel><title>Feed {number}</title>{items}</channel></rss>'
    return web.Response(text=body, content_type="application/rss+xml", headers={"ETag": etag})


async def _arrivals(request: web.Request) -> web.Response:
    return web.json_response(request.app[_ARRIVALS])


_NUMBERS = web.AppKey("numbers", dict[str, int])
_ARRIVALS = web.AppKey("arrivals", list[tuple[int, float]])


async def _serve(feeds: int) -> None:
    app = web.Application()
    app[_NUMBERS] = {host(number): number for number in range(feeds)}
    app[_ARRIVALS] = []
    app.router.add_get("/_arrivals", _arrivals)
    app.router.add_get("/{path:.*}", _answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    for number in range(feeds):
        await web.TCPSite(runner, host(number), port).start()
    print(port, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
