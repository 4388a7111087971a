"""An adapter of many workspaces on a real database and web server, with Slack and browsers at the other end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from cryptography.fernet import Fernet

from bot.adapters import OAuthApp
from bot.adapters.slack import SlackAdapter
from bot.storage import Store
from bot.web import Web
from tests.adapters.platforms import UNPACED
from tests.adapters.recorder import Recorder
from tests.servers import CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET, SlackServer, SlackUser, Workspace

KEY = Fernet.generate_key().decode()
PUBLIC = "https://bot.example.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The running bot."""

    adapter: SlackAdapter
    server: SlackServer
    store: Store
    url: str  # of our web server, without a slash at the end

    async def browse(self, path: str, *, cookies: dict[str, str] | None = None) -> Page:
        """What a browser gets from our server at the path and query."""
        async with (
            aiohttp.ClientSession(cookies=cookies) as session,
            session.get(f"{self.url}{path}", allow_redirects=False) as answer,
        ):
            jar: SimpleCookie = SimpleCookie()
            for row in answer.headers.getall("Set-Cookie", []):
                jar.load(row)
            set_to = {name: morsel.value for name, morsel in jar.items()}
            return Page(
                status=answer.status,
                location=answer.headers.get("Location", ""),
                cookies=set_to,
                headers=dict(answer.headers),
                text=await answer.text(),
            )

    async def install(self, workspace: Workspace, user: SlackUser, *, deny: bool = False) -> Page:
        """The whole way of an administrator's browser; the last page."""
        begun = await self.browse("/slack/install")
        back = await self.server.approve(begun.location, workspace=workspace, user=user, deny=deny)
        return await self.browse(path_of(back), cookies=begun.cookies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    status: int
    location: str
    cookies: dict[str, str]
    headers: dict[str, str]
    text: str


def path_of(url: str) -> str:
    """Path and query: what our server is asked of a public address, behind its reverse proxy."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def now() -> datetime:
    return datetime.now(UTC)


def oauth_app(store: Store, *, keys: tuple[str, ...] = (KEY,), clock: Callable[[], datetime] = now) -> OAuthApp:
    return OAuthApp(
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        signing_secret=SIGNING_SECRET,
        token_keys=keys,
        public_url=PUBLIC,
        writing=store.engine(writes=True),
        reading=store.engine(writes=False),
        clock=clock,
    )


@asynccontextmanager
async def office(
    store: Store,
    server: SlackServer,
    recorder: Recorder,
    *,
    clock: Callable[[], datetime] = now,
    keys: tuple[str, ...] = (KEY,),
    **given: Any,
) -> AsyncIterator[Office]:
    """The bot, whose events Slack (`server`) posts to it from then on."""
    unpaced: dict[str, Any] = {"per_workspace": UNPACED, "per_channel": UNPACED}
    adapter = SlackAdapter(
        oauth=oauth_app(store, keys=keys, clock=clock), base_url=server.base_url, **{**unpaced, **given}
    )
    await adapter.start(recorder.handlers)
    try:
        async with Web(store, host="127.0.0.1", port=0, inlets=adapter.inlets) as web:
            url = web.url.rstrip("/")
            server.call(f"{url}/slack/events")
            yield Office(adapter=adapter, server=server, store=store, url=url)
    finally:
        await adapter.stop()
