"""Posts and replies as Telegram HTML: pure, values in, texts for sendMessage out.

Every foreign text is escaped, lengths are kept by budgets and by splitting between pieces, never by cutting
markup. Limits: 4,096 code points after parsing, 100 entities, 32,768 bytes before parsing
(core.telegram.org/bots/api#sendmessage; tdlib/td MessageEntity.cpp).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from bot.adapters.layout import card_lines, plain, printable, web_link
from bot.model import Card, Line, Post, Reply, Run

TEXT_MAX = 4096  # code points after parsing
ENTITIES_MAX = 90  # Telegram ignores those past 100
BYTES_MAX = 30_000  # before parsing; Telegram refuses more than 32,768
_PIECE_MAX = 3500  # of one line; a longer line is split at a space


def post_html(post: Post, *, times: bool = True) -> tuple[str, ...]:
    """The post as HTML messages that Telegram accepts whatever its texts hold: one for a card, more only where its
    lines are many. () when it says nothing. `times` False: without Telegram's date-time entities, which a Bot API
    server of 2025 does not know."""
    return _messages(_post_pieces(post, _html if times else _timeless))


def post_plain(post: Post) -> tuple[str, ...]:
    """The post without markup, for the day Telegram refuses ours; the card's link on its own line."""
    lines = [*(_card_plain(post.card, post.zone) if post.card else ()), *post.lines]
    return _messages(_piece((part,), _bare) for one in lines for part in _split(one))


def reply_html(reply: Reply, *, times: bool = True) -> tuple[str, ...]:
    """The reply as HTML messages in order: split between lines and cards where long; () when it says nothing."""
    return _messages(_reply_pieces(reply, _html if times else _timeless))


def escape(text: str) -> str:
    """The text as it must stand in Telegram's HTML, in an attribute too."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


_Render = Callable[[Line], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """What stays together when a text is split: a line, a part of a very long line, or a card."""

    text: str  # as sent
    size: int  # code points after parsing; 0: an empty line
    entities: int


def _messages(pieces: Iterable[_Piece]) -> tuple[str, ...]:
    """The pieces joined while they fit; no message begins or ends with an empty line, or says nothing."""
    held: list[list[_Piece]] = [[]]
    for piece in pieces:
        if held[-1] and not _fit([*held[-1], piece]):
            held.append([])
        held[-1].append(piece)
    texts = ("\n".join(piece.text for piece in one).strip("\n") for one in held)
    return tuple(text for text in texts if text.strip())


def _fit(pieces: list[_Piece]) -> bool:
    return (
        sum(piece.size + 1 for piece in pieces) <= TEXT_MAX
        and sum(piece.entities for piece in pieces) <= ENTITIES_MAX
        and sum(len(piece.text.encode()) + 1 for piece in pieces) <= BYTES_MAX
    )


def _post_pieces(post: Post, render: _Render) -> Iterator[_Piece]:
    if post.card is not None:
        yield _piece(card_lines(post.card, post.zone), render)
        if post.lines:
            yield _piece((), render)
    for one in post.lines:
        for part in _split(one):
            yield _piece((part,), render)


def _reply_pieces(reply: Reply, render: _Render) -> Iterator[_Piece]:
    for one in reply.lines:
        for part in _split(one):
            yield _piece((part,), render)
    for position, card in enumerate(reply.cards):
        if reply.lines or position:
            yield _piece((), render)
        yield _piece(card_lines(card), render)


def _piece(lines: tuple[Line, ...], render: _Render) -> _Piece:
    styled = [run for one in lines for run in one if run.style != "plain" or run.url or run.at]
    return _Piece(
        text="\n".join(render(one) for one in lines),
        size=len(plain(lines)),
        entities=sum(2 if run.style != "plain" and (run.url or run.at) else 1 for run in styled),
    )


def _card_plain(card: Card, zone: str) -> Iterator[Line]:
    yield from card_lines(card, zone)
    if link := web_link(card.url):
        yield (Run(text=link),)


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
                part.append(replace(run, text=text[:cut]))
                text = text[cut:].lstrip(" ")
            yield tuple(part)
            part, size = [], 0
        part.append(replace(run, text=text))
        size += len(text)
    yield tuple(part)


def _html(one: Line) -> str:
    return "".join(map(_run, one))


def _timeless(one: Line) -> str:
    return "".join(_run(replace(run, at=None)) for run in one)


def _bare(one: Line) -> str:
    return "".join(printable(run.text) for run in one)


def _run(run: Run) -> str:
    text = escape(printable(run.text))
    if not text.strip():
        return text
    link = web_link(run.url)
    if run.at is not None and not link:
        # Shown in the reader's own time zone; older clients show the text.
        text = f'<tg-time unix="{int(run.at.timestamp())}" format="{"dt" if run.day else "t"}">{text}</tg-time>'
    match run.style:
        case "bold":
            text = f"<b>{text}</b>"
        case "italic":
            text = f"<i>{text}</i>"
        case "code" if not link and run.at is None:  # Telegram knows nothing inside code
            text = f"<code>{text}</code>"
    return f'<a href="{escape(link)}">{text}</a>' if link else text
