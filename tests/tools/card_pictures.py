"""Pictures of an alert in each language, as its reader sees it: `python -m tests.tools.card_pictures`.

The application reads a made-up report and sends it through the strict local Telegram server; the message that
arrived (text, entities, buttons) is drawn as a chat's bubble in HTML and photographed with a headless Chromium.
Writes docs/pictures/card-LANGUAGE.png; says so and fails where no Chromium is found.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from html import escape
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.app import running
from bot.config import Access, Config, Console, Database, ExchangeRates, FullText, OwnFeed, Polling, Telegram, Web
from bot.model import Channel
from tests.clicking import FIRST
from tests.feed_server import FeedServer
from tests.servers import Message, TelegramServer

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
OUTLETS = {"en": "Sample Wire", "hi": "नमूना समाचार", "ru": "Образец ТВ"}  # "sample news", "sample TV"
WIDTH, LONGEST = 520, 900  # CSS pixels; Chromium makes no window narrower than 500
TAGS = {"bold": "b", "italic": "i", "code": "code", "blockquote": "blockquote", "expandable_blockquote": "blockquote"}
STYLE = """
body { margin: 0; padding: 14px; background: #d5e3d0; font: 15px/1.38 "Noto Sans", "Noto Sans Devanagari",
  "DejaVu Sans", sans-serif; color: #111; }
.bubble { background: #fff; border-radius: 12px; padding: 9px 13px; white-space: pre-wrap; overflow-wrap: anywhere; }
.row { display: flex; gap: 5px; margin-top: 5px; }
.button { flex: 1; background: #7c9a78; color: #fff; border-radius: 8px; padding: 7px 4px; text-align: center; }
a { color: #1a73b8; text-decoration: none; }
blockquote { margin: 3px 0; padding: 2px 9px; border-left: 3px solid #5c93c4; background: #eef4fa; border-radius: 4px; }
code { font-family: "Noto Sans Mono", monospace; }
"""


def page(message: Message) -> str:
    """The message as HTML: entities nested as Telegram gives them, offsets in UTF-16 units."""
    opening: defaultdict[int, list[str]] = defaultdict(list)
    closing: defaultdict[int, list[str]] = defaultdict(list)
    for entity in sorted(message.entities, key=lambda one: (one["offset"], -one["length"])):
        start, end = entity["offset"], entity["offset"] + entity["length"]
        tag, attributes = _tag(entity)
        if tag:
            opening[start].append(f"<{tag}{attributes}>")
            closing[end].insert(0, f"</{tag}>")
    units = message.text.encode("utf-16-le")
    body, at = "", 0
    for place in sorted({*opening, *closing, len(units) // 2}):
        body += escape(units[2 * at : 2 * place].decode("utf-16-le"))
        body += "".join(closing[place]) + "".join(opening[place])
        at = place
    rows = "".join(
        f'<div class="row">{"".join(_button(button) for button in row)}</div>'
        for row in (message.reply_markup or {}).get("inline_keyboard", [])
    )
    bubble = body.replace("</blockquote>\n", "</blockquote>")
    return f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style><div class="bubble">{bubble}</div>{rows}'


def _tag(entity: dict[str, Any]) -> tuple[str, str]:
    if entity["type"] == "text_link":
        return "a", f' href="{escape(entity["url"])}"'
    return TAGS.get(entity["type"], ""), ""


def _button(button: dict[str, Any]) -> str:
    return f'<div class="button">{escape(str(button["text"]))}</div>'


async def sent(lang: str, folder: Path) -> Message:
    """The alert as it arrives in the chat of a reader of this language."""
    async with FeedServer() as feeds, TelegramServer() as telegram:
        reader = telegram.add_user("Asha", language=lang)
        chat = telegram.add_private(reader)
        feeds.publish("wire", [], title=OUTLETS[lang])
        config = Config(
            default_feeds=False,
            database=Database(url=SecretStr(f"sqlite:///{folder / f'{lang}.db'}")),
            polling=Polling(
                allow_private=(feeds.address,), per_host_gap_s=0.0, first_read="show", interval_minutes=0.01
            ),
            feeds=(OwnFeed(url=feeds.url("wire"), title=OUTLETS[lang]),),
            console=Console(enabled=False),
            telegram=Telegram(token=SecretStr(telegram.token), base_url=telegram.url, poll_timeout_s=1),
            access=Access(allowed_chats=(Channel.parse(f"telegram:{chat.id}"),)),
            web=Web(enabled=False),
            fulltext=FullText(enabled=False),
            rates=ExchangeRates(refresh=False),
        )
        async with running(config, tick_s=0.05, announce=lambda claim: None):
            telegram.user_says(chat, reader, "/subscribe all")
            await telegram.wait_for_message(chat)
            feeds.publish("wire", [FIRST[lang]], title=OUTLETS[lang])
            return await telegram.wait_for_message(
                chat, lambda message: any(str(one["callback_data"]).startswith("why:") for one in message.buttons())
            )


def photograph(chromium: str, html: str, picture: Path, folder: Path) -> None:
    """Twice: once to learn the page's height, which Chromium prints with its DOM, once at that height."""
    source = folder / f"{picture.stem}.html"
    source.write_text(
        html + "<script>onload = () => { document.title = document.documentElement.offsetHeight }</script>",
        encoding="utf-8",
    )
    options = [
        chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
        "--virtual-time-budget=2000",
        f"--user-data-dir={folder / 'profile'}",
    ]  # fmt: skip
    size = f"--window-size={WIDTH},{LONGEST}"
    dom = _run([*options, size, "--dump-dom", source.as_uri()])
    height = int(dom.partition("<title>")[2].partition("<")[0] or LONGEST)
    _run([*options, f"--window-size={WIDTH},{height}", f"--screenshot={picture}", source.as_uri()])


def _run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def main() -> int:
    chromium = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if chromium is None:
        sys.stderr.write(f"no Chromium found; looked for {', '.join(CHROMIUM)}\n")
        return 1
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for lang in FIRST:
            picture = PICTURES / f"card-{lang}.png"
            photograph(chromium, page(asyncio.run(sent(lang, folder))), picture, folder)
            sys.stdout.write(f"{picture.name} {picture.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
