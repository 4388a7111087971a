"""Installing and posting against somebody else's Slack: `emulate` of npm, which was not written with our code in view.

Its strict local brother in tests/servers refuses what Slack refuses; this one is a second opinion on the happy path.
DEALWIRE_TEST_EMULATE names how it is started, e.g. "/opt/node22/bin/node /opt/emulate/dist/index.js"; without it an
`emulate` on the PATH is taken, where Node is 22 or newer. Else the test is skipped.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.adapters.slack import SlackAdapter
from bot.adapters.slack.examination import examine_oauth
from bot.adapters.slack.installations import Installations
from bot.adapters.slack.scopes import BOT_SCOPES
from bot.adapters.slack.sealing import Seal
from bot.model import Channel, Receipt
from bot.storage import Store
from bot.web import Web
from tests.adapters.offices import KEY, PUBLIC, Office, oauth_app, path_of
from tests.adapters.recorder import Recorder
from tests.adapters.samples import card, post
from tests.servers import CLIENT_ID, CLIENT_SECRET

VARIABLE = "DEALWIRE_TEST_EMULATE"
READER = "xoxp-somebody-who-reads"
SEED = {
    "slack": {
        "team": {"name": "Newsroom", "domain": "newsroom"},
        "users": [{"name": "asha", "real_name": "Asha", "email": "asha@example.com"}],
        "channels": [{"name": "deals", "topic": "Deals"}],
        "strict_scopes": True,
        "tokens": [{"token": READER, "user": "asha", "scopes": ["channels:read", "channels:history"]}],
        "oauth_apps": [
            {
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
                "app_id": "A0DEALWIRE",
                "name": "Dealwire",
                "redirect_uris": [f"{PUBLIC}/slack/oauth_redirect"],
                "scopes": sorted(BOT_SCOPES),
            }
        ],
    }
}


def command() -> list[str]:
    """How the emulator is started; skips where it is not found."""
    if named := os.environ.get(VARIABLE):
        return shlex.split(named)
    found, node = shutil.which("emulate"), shutil.which("node")
    if found and node:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        if int(re.sub(r"\D.*", "", said.removeprefix("v")) or 0) >= 22:
            return [found]
    pytest.skip(f"no emulator of Slack: npm's `emulate` with Node 22 is neither on the PATH nor named by {VARIABLE}")


@asynccontextmanager
async def emulator(folder: Path) -> AsyncIterator[str]:
    """Its address, without a slash at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    seed = folder / "seed.json"
    seed.write_text(json.dumps(SEED))
    arguments = [*command(), "start", "--service", "slack", "--port", str(port), "--seed", str(seed)]
    process = await asyncio.create_subprocess_exec(
        *arguments, cwd=folder, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(30), aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.post(f"{url}/api/api.test") as answer:
                        await answer.read()
                        break
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.1)
        yield url
    finally:
        process.terminate()
        await process.wait()


async def allow(page_url: str) -> str:
    """Presses the button of the page where one chooses who one is; where the browser is sent."""
    async with aiohttp.ClientSession() as session:
        async with session.get(page_url) as answer:
            page = await answer.text()
        form = {
            unescape(name): unescape(value)
            for name, value in re.findall(r'<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"', page)
        }
        address = page_url.partition("/oauth/")[0] + "/oauth/v2/authorize/callback"
        async with session.post(address, data=form, allow_redirects=False) as answer:
            return answer.headers["Location"]


async def test_somebody_elses_slack_takes_the_installation_and_the_alerts(store: Store, tmp_path: Path) -> None:
    async with emulator(tmp_path) as slack:
        base = f"{slack}/api/"
        adapter = SlackAdapter(oauth=oauth_app(store), base_url=base)
        await adapter.start(Recorder().handlers)
        try:
            async with Web(store, host="127.0.0.1", port=0, inlets=adapter.inlets) as web:
                office = Office(adapter=adapter, server=None, store=store, url=web.url.rstrip("/"))  # type: ignore[arg-type]
                begun = await office.browse("/slack/install")
                page = await office.browse(path_of(await allow(begun.location)), cookies=begun.cookies)
                assert page.status == 200, page.text
            home = await home_of_installed(store)
            async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {READER}"}) as session:

                async def ask(method: str, **args: str) -> Any:
                    async with session.post(f"{base}{method}", data=args) as answer:
                        said = await answer.json()
                    assert said["ok"], said
                    return said

                rooms = (await ask("conversations.list"))["channels"]
                room = next(one["id"] for one in rooms if one["name"] == "deals")
                channel = Channel(platform="slack", address=f"{home}/{room}")
                sent = await adapter.send(channel, post(card(headline="Five more squadrons")))
                assert isinstance(sent, Receipt), sent
                assert not sent.plain
                edited = await adapter.edit(channel, sent.message_id, post(card(headline="Six more squadrons")))
                assert isinstance(edited, Receipt), edited
                threaded = await adapter.send(channel, post(reply_to=sent.message_id))
                assert isinstance(threaded, Receipt), threaded
                said = (await ask("conversations.replies", channel=room, ts=sent.message_id))["messages"]
            assert [message["ts"] for message in said] == [sent.message_id, threaded.message_id]
            assert "Six more squadrons" in json.dumps(said[0]["blocks"])
            # No channels: the emulator has reading methods by POST only, and the SDK asks by GET, as Slack documents.
            findings = await examine_oauth(oauth_app(store), base_url=base, channels=[])
            assert [one.level for one in findings if one.subject.startswith("slack Newsroom")] == ["good", "good"]
        finally:
            await adapter.stop()


async def home_of_installed(store: Store) -> str:
    """The only one."""
    reading = store.engine(writes=False)
    [home] = await Installations(CLIENT_ID, writing=reading, reading=reading, seal=Seal([KEY])).homes()
    return home.id
