"""Cards and replies as Slack Block Kit: pure, values in, texts and blocks for chat.postMessage out.

Foreign text goes into plain_text and rich_text objects, which Slack shows as they are; where mrkdwn is needed
(links, dates, bold names) `&`, `<` and `>` are escaped, so no title can call a channel or forge a link.
Limits: 50 blocks, section text 3,000, 10 fields of 2,000, header 150, context 10 elements
(docs.slack.dev/reference/block-kit); `text` 4,000, block texts 10,000 in all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bot.adapters.layout import (
    IST,
    ROWS_MAX,
    clean,
    edition,
    headline,
    ist_time,
    label,
    printable,
    row_facts,
    row_name,
    shorten,
    sources_line,
    summary,
    web_link,
)
from bot.model import Card, FactRow, Reply, Run

Block = dict[str, Any]
Message = tuple[str, list[Block]]
"""`text` (notifications, screen readers, clients without blocks) and `blocks`."""

HEADER_MAX = 150
TEXT_MAX = 3900  # of `text`, escaped; Slack asks for 4,000 at most
BLOCKS_MAX = 48  # of a message; Slack takes 50
TOTAL_MAX = 9000  # characters of all a message's block texts; near 12,000 Slack answers msg_blocks_too_long
REPLY_MESSAGES_MAX = 5  # as often as a response_url may be used
_SECTION_MAX = 2900
_ROWS_PER_SECTION = 5  # a row is two fields, and a section takes ten

# In mrkdwn these begin a style, and Slack has no escape for them: in names they become look-alikes.
_STYLES = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ", "|": "∣"})


def alert_blocks(card: Card) -> Message:
    """The card as `text` and blocks that Slack accepts whatever its texts hold."""
    blocks: list[Block] = []
    if what := label(card):
        blocks.append({"type": "context", "elements": [_plain(what)]})
    blocks.append({"type": "header", "text": _plain(shorten(headline(card), HEADER_MAX))})
    if body := "\n".join(_body(card)):
        blocks.append({"type": "section", "text": _plain(body)})
    rows = card.rows[:ROWS_MAX]
    for start in range(0, len(rows), _ROWS_PER_SECTION):
        fields = [field for row in rows[start : start + _ROWS_PER_SECTION] for field in _fields(row)]
        blocks.append({"type": "section", "fields": fields})
    if len(card.rows) > ROWS_MAX:
        blocks.append(
            {"type": "context", "elements": [_plain(f"… and {len(card.rows) - ROWS_MAX} more programmes")]}
        )
    blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": _sources(card), "verbatim": True}]})
    return alert_text(card), blocks


def alert_text(card: Card) -> str:
    """What a notification shows of the card: label and headline, escaped."""
    return _fitted(_said(card))


def alert_plain(card: Card) -> str:
    """The whole card as one text without blocks, for the day Slack refuses ours; escaped."""
    facts = [": ".join(part for part in (row_name(row), row_facts(row)) if part) for row in card.rows[:ROWS_MAX]]
    sources = "".join(run.text for run in sources_line(card))
    last = " · ".join(part for part in (sources, edition(card)) if part)
    link = web_link(card.url)
    lines = [label(card), headline(card), *([link] if link else []), summary(card), *facts, last]
    return _fitted("\n".join(one for one in lines if one))


def reply_blocks(reply: Reply) -> tuple[Message, ...]:
    """The reply as messages in order, at most `REPLY_MESSAGES_MAX`; () when it says nothing."""
    messages: list[Message] = []
    held: list[tuple[str, list[Block], int]] = []

    def flush() -> None:
        if held:
            text = _fitted("\n".join(text for text, _, _ in held))
            messages.append((text, [block for _, blocks, _ in held for block in blocks]))
            held.clear()

    for piece in _pieces(reply):
        count = sum(len(one[1]) for one in held) + len(piece[1])
        if count > BLOCKS_MAX or sum(one[2] for one in held) + piece[2] > TOTAL_MAX:
            flush()
        held.append(piece)
    flush()
    if len(messages) <= REPLY_MESSAGES_MAX:
        return tuple(messages)
    more = "… the rest is left out: ask for less at a time."
    text, blocks = messages[REPLY_MESSAGES_MAX - 1]
    cut = (text, [*blocks, {"type": "context", "elements": [_plain(more)]}])
    return (*messages[: REPLY_MESSAGES_MAX - 1], cut)


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
    if len(headline(card)) > HEADER_MAX:  # the header cannot hold it: here it is whole
        yield headline(card)
    if told := summary(card):
        yield told


def _fields(row: FactRow) -> tuple[Block, Block]:
    # Two fields stand side by side: the name in bold, beside it the facts, shown as they are.
    name = {"type": "mrkdwn", "text": f"*{_name(row_name(row))}*", "verbatim": True}
    return name, _plain(row_facts(row) or "–")


def _name(text: str) -> str:
    """A name in mrkdwn: nothing in it is a style, a link or a call."""
    return escape(text.translate(_STYLES))


def _sources(card: Card) -> str:
    moment = f"{card.at.astimezone(IST):%d %b %Y}, {ist_time(card.at)}"
    # The date token shows the reader's own time zone; the part after "|" is for clients that know no tokens.
    date = f"<!date^{int(card.at.timestamp())}^{{date_short_pretty}} {{time}}|{moment}>"
    runs = sources_line(card)
    room = _SECTION_MAX - len(date) - sum(len(_name(run.text)) for run in runs) - 100
    parts = []
    if (link := web_link(card.url)) and len(escape(link)) < room:
        parts.append(f"<{escape(link)}|Open the report>")
        room -= len(escape(link))
    said = ""
    for run in runs:
        if run.url and len(escape(run.url)) + 3 < room:
            said += f"<{escape(run.url)}|{_name(run.text)}>"
            room -= len(escape(run.url)) + 3
        else:
            said += _name(run.text)
    return " · ".join(part for part in (*parts, said, f"v{card.version}", date) if part)


def _pieces(reply: Reply) -> Iterator[tuple[str, list[Block], int]]:
    """Text, blocks and size of each piece that stays together: a run of lines, or a card."""
    elements: list[Block] = []
    words: list[str] = []
    size = 0
    for one in reply.lines:
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
    for position, card in enumerate(reply.cards):
        _, blocks = alert_blocks(card)
        divider: list[Block] = [{"type": "divider"}] if reply.lines or position else []
        yield _said(card), divider + blocks, sum(map(_length, blocks))


def _chunks(one: tuple[Run, ...]) -> Iterator[Run]:
    for run in one:
        text = printable(run.text)
        for start in range(0, len(text), _SECTION_MAX):
            yield Run(text=text[start : start + _SECTION_MAX], style=run.style, url=run.url)


def _element(run: Run) -> Block | None:
    if not run.text:
        return None
    style = {run.style: True} if run.style != "plain" else {}
    element: Block = {"type": "text", "text": run.text}
    if link := web_link(run.url):
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
