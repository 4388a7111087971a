"""The address that WebSub hubs call: they verify a subscription by GET and push by POST.

Answers at once and does nothing itself: the work is the next tick's.
"""

from __future__ import annotations

from aiohttp import web

from bot.websub import PATH, WebSub

MAX_PUSH_BYTES = 8 * 2**20  # a push may carry the whole feed, and feeds may be that large
_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


def add_websub(app: web.Application, websub: WebSub) -> None:
    """Puts the two ways of hubs into `app`."""

    async def verify(request: web.Request) -> web.Response:
        challenge = websub.verify(request.match_info["token"], request.query)
        if challenge is None:
            return web.Response(status=404, headers=_HEADERS)
        # Never as HTML: the challenge is the caller's text, sent back from our address.
        return web.Response(body=challenge.encode(), content_type="application/octet-stream", headers=_HEADERS)

    async def push(request: web.Request) -> web.Response:
        known = websub.push(
            request.match_info["token"], await request.read(), request.headers.get("X-Hub-Signature", "")
        )
        return web.Response(status=202 if known else 410, headers=_HEADERS)

    app.router.add_get(PATH + "{token}", verify)
    app.router.add_post(PATH + "{token}", push)
