"""Posts and replies as Slack Block Kit: pure, values in, texts and blocks for chat.postMessage out.

Foreign text goes into plain_text and rich_text objects, which Slack shows as they are; where mrkdwn is needed
(links, dates, bold names) `&`, `<` and `>` are escaped, so no title can call a channel or forge a link.
Limits: 50 blocks, section text 3,000, 10 fields of 2,000, header 150, context 10 elements
(docs.slack.dev/reference/block-kit); `text` 4,000, block texts 10,000 in all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from bot.adapters.layout import (
    IST,
    button_rows,
    clean,
    clock_time,
    composed,
    edition,
    headline,
    label,
    more_rows,
    notes,
    plain,
    printable,
    row_facts,
    row_name,
    rows,
    shorten,
    sources_line,
    summary,
    web_link,
    words_of,
    zone_of,
)
from bot.i18n import Words, language_of, words_in
from bot.model import Buttons, Card, FactRow, Line, Post, Reply, Run

Block = dict[str, Any]
Message = tuple[str, list[Block]]
"""`text` (notifications, screen readers, clients without blocks) and `blocks`."""

HEADER_MAX = 150
ACTION = "do-"  # begins the action_id of our buttons
TEXT_MAX = 3900  # of `text`, escaped; Slack asks for 4,000 at most
BLOCKS_MAX = 48  # of a message; Slack takes 50
TOTAL_MAX = 9000  # characters of all a message's block texts; near 12,000 Slack answers msg_blocks_too_long
REPLY_MESSAGES_MAX = 5  # as often as a response_url may be used
BUTTON_TEXT_MAX = 75
BUTTONS_IN_ROW = 25  # elements of an actions block
BUTTONS_IN_ALL = 40  # judgement: with a card they stay far below the message's limits
BUTTON_ROWS = 10
_SECTION_MAX = 2900
_ROWS_PER_SECTION = 5  # a row is two fields, and a section takes ten

# In mrkdwn these begin a style, and Slack has no escape for them: in names they become look-alikes.
_STYLES = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ", "|": "∣"})


def post_blocks(post: Post) -> tuple[Message, ...]:
    """The post as messages that Slack accepts whatever its texts hold: one for a card, more only where its lines
    are many. () when it says nothing."""
    pieces = [*([_card_piece(post.card, post.zone)] if post.card else ()), *_line_pieces(post.lines)]
    return _with_buttons(_grouped(pieces, post.buttons), post.buttons)


def post_plain(post: Post) -> str:
    """The whole post as one text without blocks, for the day Slack refuses ours; escaped."""
    parts = [*(_card_plain(post.card, post.zone) if post.card else ()), plain(post.lines)]
    return _fitted("\n".join(part for part in parts if part))


def card_blocks(card: Card, zone: str = IST) -> list[Block]:
    """The card as blocks that Slack accepts whatever its texts hold."""
    blocks: list[Block] = []
    if what := label(card):
        blocks.append({"type": "context", "elements": [_plain(what)]})
    blocks.append({"type": "header", "text": _plain(shorten(composed(card) or headline(card), HEADER_MAX))})
    if body := "\n".join(_body(card)):
        blocks.append({"type": "section", "text": _plain(body)})
    shown = rows(card)
    for start in range(0, len(shown), _ROWS_PER_SECTION):
        fields = [field for row in shown[start : start + _ROWS_PER_SECTION] for field in _fields(row, words_of(card))]
        blocks.append({"type": "section", "fields": fields})
    if len(card.rows) > len(shown):
        blocks.append({"type": "context", "elements": [_plain(more_rows(card))]})
    blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": _sources(card, zone), "verbatim": True}]})
    return blocks


def reply_blocks(reply: Reply) -> tuple[Message, ...]:
    """The reply as messages in order, at most `REPLY_MESSAGES_MAX`; () when it says nothing."""
    pieces = list(_line_pieces(reply.lines))
    for position, card in enumerate(reply.cards):
        pieces.append(_card_piece(card, IST, divided=bool(reply.lines or position)))
    messages = _grouped(pieces, reply.buttons)
    if len(messages) > REPLY_MESSAGES_MAX:
        more = words_in(language_of(reply.lang)).say("… the rest is left out: ask for less at a time.")
        text, blocks = messages[REPLY_MESSAGES_MAX - 1]
        cut = (text, [*blocks, {"type": "context", "elements": [_plain(more)]}])
        messages = (*messages[: REPLY_MESSAGES_MAX - 1], cut)
    return _with_buttons(messages, reply.buttons)


def line_blocks(lines: Sequence[Line]) -> list[Block]:
    """Lines by themselves, for modals and the app's page; [] when they say nothing."""
    return [block for _, blocks, _ in _line_pieces(lines) for block in blocks]


def action_blocks(buttons: Buttons) -> list[Block]:
    """The buttons, a block for each row; what one does is its `value`."""
    rows = button_rows(buttons, in_row=BUTTONS_IN_ROW, in_all=BUTTONS_IN_ALL, text_max=BUTTON_TEXT_MAX)
    blocks: list[Block] = []
    for number, row in enumerate(rows[:BUTTON_ROWS]):
        elements: list[Block] = []
        for place, button in enumerate(row):
            element: Block = {
                "type": "button",
                "action_id": f"{ACTION}{number}-{place}",  # unique in the message
                "text": {"type": "plain_text", "text": button.text, "emoji": True},
            }
            element |= {"url": button.url} if button.url else {"value": button.action}
            elements.append(element)
        blocks.append({"type": "actions", "elements": elements})
    return blocks


def escape(text: str) -> str:
    """The text as it must stand in mrkdwn: the three characters that Slack reads as control."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """What the user typed, from what Slack hands over: links bare, the three characters undone."""
    bare = re.sub(r"<(https?://[^|>]+)(?:\|[^>]*)?>", r"\1", text)
    return bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _fitted(text: str) -> str:
    """The text escaped and, so escaped, within `TEXT_MAX`."""
    limit = TEXT_MAX
    while len(escaped := escape(shorten(text, limit))) > TEXT_MAX:
        limit = min(limit, len(text)) * TEXT_MAX // len(escaped) - 1
    return escaped


def _said(card: Card) -> str:
    return ": ".join(part for part in (label(card), headline(card)) if part)


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def _body(card: Card) -> Iterator[str]:
    if composed(card) or len(headline(card)) > HEADER_MAX:  # the header holds another one, or not all of it
        yield headline(card)
    yield from notes(card)
    if told := summary(card):
        yield told


def _fields(row: FactRow, words: Words) -> tuple[Block, Block]:
    # Two fields stand side by side: the name in bold, beside it the facts, shown as they are.
    name = {"type": "mrkdwn", "text": f"*{_name(row_name(row, words))}*", "verbatim": True}
    return name, _plain(row_facts(row) or "–")


def _name(text: str) -> str:
    """A name in mrkdwn: nothing in it is a style, a link or a call."""
    return escape(text.translate(_STYLES))


def _sources(card: Card, zone: str) -> str:
    moment = f"{card.at.astimezone(zone_of(zone)):%d %b %Y}, {clock_time(card.at, zone)}"
    # The date token shows the reader's own time zone; the part after "|" is for clients that know no tokens.
    date = f"<!date^{int(card.at.timestamp())}^{{date_short_pretty}} {{time}}|{moment}>"
    runs = sources_line(card)
    room = _SECTION_MAX - len(date) - sum(len(_name(run.text)) for run in runs) - 100
    parts = []
    if (link := web_link(card.url)) and len(escape(link)) < room:
        parts.append(f"<{escape(link)}|{_name(words_of(card).say('Open the report'))}>")
        room -= len(escape(link))
    said = ""
    for run in runs:
        if run.url and len(escape(run.url)) + 3 < room:
            said += f"<{escape(run.url)}|{_name(run.text)}>"
            room -= len(escape(run.url)) + 3
        else:
            said += _name(run.text)
    return " · ".join(part for part in (*parts, said, f"v{card.version}", date) if part)


def _card_plain(card: Card, zone: str) -> Iterator[str]:
    yield label(card)
    yield composed(card)
    yield headline(card)
    yield web_link(card.url) or ""
    yield from notes(card)
    yield summary(card)
    for row in rows(card):
        yield ": ".join(part for part in (row_name(row, words_of(card)), row_facts(row)) if part)
    yield " · ".join(part for part in (plain((sources_line(card),)), plain((edition(card, zone),))) if part)


_Piece = tuple[str, list[Block], int]
"""Text, blocks and size of what stays together: a run of lines, or a card."""


def _grouped(pieces: Iterable[_Piece], buttons: Buttons) -> tuple[Message, ...]:
    """The pieces joined while they fit with the buttons below them."""
    room = TOTAL_MAX - sum(map(_length, action_blocks(buttons)))
    groups: list[list[_Piece]] = [[]]
    for piece in pieces:
        count = sum(len(blocks) for _, blocks, _ in groups[-1]) + len(piece[1])
        if groups[-1] and (count > BLOCKS_MAX - BUTTON_ROWS or sum(one[2] for one in groups[-1]) + piece[2] > room):
            groups.append([])
        groups[-1].append(piece)
    return tuple(
        (_fitted("\n".join(text for text, _, _ in group)), [block for _, blocks, _ in group for block in blocks])
        for group in groups
        if group
    )


def _with_buttons(messages: Sequence[Message], buttons: Buttons) -> tuple[Message, ...]:
    """The buttons stand under the last message."""
    if not messages or not (actions := action_blocks(buttons)):
        return tuple(messages)
    text, blocks = messages[-1]
    return (*messages[:-1], (text, [*blocks, *actions]))


def _card_piece(card: Card, zone: str, *, divided: bool = False) -> _Piece:
    blocks = card_blocks(card, zone)
    divider: list[Block] = [{"type": "divider"}] if divided else []
    return _said(card), divider + blocks, sum(map(_length, blocks))


def _line_pieces(lines: Sequence[Line]) -> Iterator[_Piece]:
    elements: list[Block] = []
    words: list[str] = []
    size = 0
    for one in lines:
        for run in (*_chunks(one), Run(text="\n")):
            if size + len(run.text) > _SECTION_MAX and elements:
                yield "".join(words), [_rich(elements)], size
                elements, words, size = [], [], 0
            if element := _element(run):
                elements.append(element)
                words.append(run.text)
                size += len(run.text)
    if "".join(words).strip():
        yield "".join(words).rstrip("\n"), [_rich(elements)], size


def _chunks(one: tuple[Run, ...]) -> Iterator[Run]:
    for run in one:
        text = printable(run.text)
        for start in range(0, len(text), _SECTION_MAX):
            yield replace(run, text=text[start : start + _SECTION_MAX])


def _element(run: Run) -> Block | None:
    if not run.text:
        return None
    style = {run.style: True} if run.style != "plain" else {}
    element: Block = {"type": "text", "text": run.text}
    if run.at is not None and not run.url and run.text.strip():
        shown = "{date_short_pretty} {time}" if run.day else "{time}"
        element = {"type": "date", "timestamp": int(run.at.timestamp()), "format": shown, "fallback": run.text}
    elif link := web_link(run.url):
        element = {"type": "link", "url": link, "text": clean(run.text) or link}
    return {**element, "style": style} if style else element


def _rich(elements: list[Block]) -> Block:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _length(part: Any) -> int:
    """Characters of all the texts in a block."""
    match part:
        case {"text": str(text)}:
            return len(text)
        case dict():
            return sum(map(_length, part.values()))
        case list():
            return sum(map(_length, part))
    return 0
