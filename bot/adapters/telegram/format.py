"""Cards and replies as Telegram HTML: pure, values in, texts for sendMessage out.

Every foreign text is escaped, lengths are kept by budgets and by splitting between pieces, never by cutting
markup. Limits: 4,096 code points after parsing, 100 entities, 32,768 bytes before parsing
(core.telegram.org/bots/api#sendmessage; tdlib/td MessageEntity.cpp).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.adapters.layout import card_lines, plain, printable, web_link
from bot.model import Card, Line, Reply, Run

TEXT_MAX = 4096  # code points after parsing
ENTITIES_MAX = 90  # Telegram ignores those past 100
BYTES_MAX = 30_000  # before parsing; Telegram refuses more than 32,768
_PIECE_MAX = 3500  # of one line; a longer line is split at a space


def alert_html(card: Card) -> str:
    """The card as HTML that Telegram accepts whatever its texts hold, at most 4,096 code points after parsing."""
    return "\n".join(_html(one) for one in card_lines(card))


def alert_plain(card: Card) -> str:
    """The card without markup, for the day Telegram refuses ours; the link on its own line."""
    text = plain(card_lines(card))
    link = web_link(card.url)
    return f"{text}\n{link}" if link and len(text) + len(link) < TEXT_MAX else text


def reply_html(reply: Reply) -> tuple[str, ...]:
    """The reply as HTML messages in order: split between lines and cards where long; () when it says nothing."""
    messages: list[str] = []
    held: list[_Piece] = []
    for piece in _pieces(reply):
        if held and not _fit([*held, piece]):
            messages.append("\n".join(one.html for one in held).strip("\n"))
            held = [] if piece.size == 0 else [piece]  # a message need not begin with an empty line
        else:
            held.append(piece)
    messages.append("\n".join(one.html for one in held).strip("\n"))
    return tuple(message for message in messages if message.strip())


def escape(text: str) -> str:
    """The text as it must stand in Telegram's HTML, in an attribute too."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """What stays together when a reply is split: a line, a part of a very long line, or a card."""

    html: str
    size: int  # code points after parsing
    entities: int


def _fit(pieces: list[_Piece]) -> bool:
    return (
        sum(piece.size + 1 for piece in pieces) <= TEXT_MAX
        and sum(piece.entities for piece in pieces) <= ENTITIES_MAX
        and sum(len(piece.html.encode()) + 1 for piece in pieces) <= BYTES_MAX
    )


def _pieces(reply: Reply) -> Iterator[_Piece]:
    for one in reply.lines:
        for part in _split(one):
            yield _piece((part,))
    for position, card in enumerate(reply.cards):
        if reply.lines or position:
            yield _Piece(html="", size=0, entities=0)
        yield _piece(card_lines(card))


def _piece(lines: tuple[Line, ...]) -> _Piece:
    styled = [run for one in lines for run in one if run.style != "plain" or run.url]
    return _Piece(
        html="\n".join(_html(one) for one in lines),
        size=len(plain(lines)),
        entities=sum(2 if run.url and run.style != "plain" else 1 for run in styled),
    )


def _split(one: Line) -> Iterator[Line]:
    """The line in parts of at most `_PIECE_MAX` code points and a few dozen styled runs."""
    part: list[Run] = []
    size = 0
    for run in one:
        text = printable(run.text)
        while len(text) > _PIECE_MAX - size or len(part) >= ENTITIES_MAX // 2:
            room = 0 if len(part) >= ENTITIES_MAX // 2 else _PIECE_MAX - size
            space = text.rfind(" ", 0, room + 1)
            cut = space if space > 0 else (0 if part else room)  # a word goes whole to the next part if it can
            if cut:
                part.append(Run(text=text[:cut], style=run.style, url=run.url))
                text = text[cut:].lstrip(" ")
            yield tuple(part)
            part, size = [], 0
        part.append(Run(text=text, style=run.style, url=run.url))
        size += len(text)
    yield tuple(part)


def _html(one: Line) -> str:
    return "".join(_run(run) for run in one)


def _run(run: Run) -> str:
    text = escape(printable(run.text))
    if not text.strip():
        return text
    link = web_link(run.url)
    match run.style:
        case "bold":
            text = f"<b>{text}</b>"
        case "italic":
            text = f"<i>{text}</i>"
        case "code" if not link:  # Telegram knows no code inside a link
            text = f"<code>{text}</code>"
    return f'<a href="{escape(link)}">{text}</a>' if link else text
