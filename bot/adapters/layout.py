"""What every platform's card has in common: cleaned text, lengths, the sources' line, times in the reader's zone.

In: a `Card` or a foreign text. Out: lines of runs within budgets, so that a platform's format only has to
escape and dress them. Nothing is cut later: a card that passed through here fits a Telegram message.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, tzinfo
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.i18n import Words, language_of, words_in
from bot.model import Button, Buttons, Card, FactRow, Line, Run, Source, line

IST = "Asia/Kolkata"  # until a channel chooses

# Budgets in code points. Together with the joints between the parts they stay under 4,000, and Telegram takes
# 4,096 after parsing; their relation is judgement: what happened and the facts before the sources.
LABEL_MAX = 150
HEADLINE_MAX = 400
SUMMARY_MAX = 900
ROWS_MAX = 10  # rows, as many as Slack's ten fields hold five times over in two sections
ROWS_ROOM = 1_960  # of all rows, and of the notes and the composed headline where there are some
COMPOSED_MAX = 160
NOTES_MAX = 4
NOTE_MAX = 260
ROW_NAME_MAX = 60
ROW_MAX = 260  # name and facts together; rows are left out before facts are
OUTLET_MAX = 60
OUTLETS_MAX = 4  # named: the first reporter and three more, then "+N"
ACTION_MAX_BYTES = 64  # of a button; Telegram's callback_data
URL_MAX = 1000  # code points, percent-encoded; a longer one is not linked (Telegram: 32,768 raw bytes in all)

# Controls, line separators, lone surrogates (they have no UTF-8 form), and the direction marks that reach past
# their own text and could turn the rest of a card round.
_UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(text: str) -> str:
    """The text on one line: no control, surrogate or direction-overriding characters, single spaces."""
    return " ".join(printable(text).split())


def printable(text: str) -> str:
    """The text with its spaces kept and everything gone that a chat would refuse or obey instead of showing."""
    return _UNSHOWN.sub(lambda found: _instead(found.group()), text)


def _instead(char: str) -> str:
    if "\ud800" <= char <= "\udfff":
        return "\ufffd"
    return " " if char.isspace() else ""


def shorten(text: str, limit: int) -> str:
    """The text if it has at most `limit` code points, else its beginning up to a word's end and "…"."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    space = head.rfind(" ")
    # A single endless word is cut inside; half the limit decides what "endless" means.
    return (head[:space] if space > limit // 2 else head).rstrip(" ,;:·") + "…"


def web_link(url: str | None) -> str | None:
    """The URL if it can be linked: http or https with a host, unsafe characters percent-encoded; else None."""
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
        safe = "".join(_encoded(char) for char in url.strip())
    except ValueError:  # half an IPv6 address, a lone surrogate
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or len(safe) > URL_MAX:
        return None
    return safe


def _encoded(char: str) -> str:
    if char.isspace() or char in '<>"|\\^`{}' or unicodedata.category(char) in ("Cc", "Cf", "Cs"):
        return "".join(f"%{byte:02X}" for byte in char.encode())
    return char


def zone_of(name: str) -> tzinfo:
    """The time zone of that name; India's for a name that nobody knows."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(IST)


def clock_time(at: datetime, zone: str = IST) -> str:
    """The time of day there with the zone's short name, e.g. "14:02 IST", "12:32 UTC+4"."""
    local = at.astimezone(zone_of(zone))
    name = local.tzname() or ""
    if name[:1] in "+-":  # zones without letters give "+04", "+0545"
        name = f"UTC{name[0]}{name[1:3].lstrip('0') or '0'}" + (f":{name[3:5]}" if name[3:5].strip("0") else "")
    return f"{local:%H:%M} {name}"


def edition(card: Card, zone: str = IST) -> Line:
    """Version and time of the card, e.g. "v1 · 14:02 IST"."""
    return line(f"v{card.version} · ", Run(text=clock_time(card.at, zone), at=card.at))


def words_of(card: Card) -> Words:
    """The words that stand beside the card's own texts."""
    return words_in(language_of(card.lang))


def label(card: Card) -> str:
    """What happened and how sure, cleaned and within its budget; "" when the card has none."""
    return shorten(clean(card.label), LABEL_MAX)


def headline(card: Card) -> str:
    """The headline, cleaned and within its budget; a stand-in where the report has none."""
    return shorten(clean(card.headline), HEADLINE_MAX) or words_of(card).say("(no headline)")


def composed(card: Card) -> str:
    """The headline in the reader's language, which stands above the original; "" when they read the original."""
    return shorten(clean(card.composed), COMPOSED_MAX)


def notes(card: Card) -> tuple[str, ...]:
    """What changed, a line each, cleaned and within their budgets; () for a card that is new."""
    return tuple(shorten(note, NOTE_MAX) for note in map(clean, card.notes[:NOTES_MAX]) if note)


def rows(card: Card) -> tuple[FactRow, ...]:
    """As many rows as there is room for, whole; at least the first."""
    left = ROWS_ROOM - sum(map(len, notes(card))) - len(composed(card))
    words, shown = words_of(card), 0
    for row in card.rows[:ROWS_MAX]:
        left -= len(row_name(row, words)) + len(row_facts(row)) + 3  # with the joints
        if left < 0 and shown:
            break
        shown += 1
    return card.rows[:shown]


def summary(card: Card) -> str:
    """The summary, cleaned and within its budget; "" when the report had no text."""
    return shorten(clean(card.summary), SUMMARY_MAX)


def row_name(row: FactRow, words: Words) -> str:
    return shorten(clean(row.programme), ROW_NAME_MAX) or words.say("Deal")


def more_rows(card: Card) -> str:
    """What is said of the rows that have no room."""
    more = len(card.rows) - len(rows(card))
    return words_of(card).count("… and {n} more programme", "… and {n} more programmes", more)


def row_facts(row: FactRow) -> str:
    """The row's facts in one text, e.g. "contract · ₹60,000 crore · due 2026"; "" when it has none. What has no room
    is left out fact by fact, the last ones first, and only a single endless one is cut."""
    facts = [fact for fact in map(clean, row.facts) if fact]
    room = ROW_MAX - min(len(clean(row.programme)), ROW_NAME_MAX) - 2
    whole = " · ".join(facts)
    for count in range(len(facts), 1, -1):
        told = " · ".join(facts[:count]) + (" · …" if count < len(facts) else "")
        if len(told) <= room:
            return told
    return shorten(facts[0] + (" · …" if len(facts) > 1 else ""), room) if facts else whole


def outlets(card: Card) -> tuple[Source, ...]:
    """One source for each outlet, the first reporter first."""
    first: dict[str, Source] = {}
    for source in card.sources:
        first.setdefault(clean(source.outlet).casefold(), source)
    return tuple(first.values())


def sources_line(card: Card) -> Line:
    """Who reported, e.g. "First: ANI · 2 sources · WION"; () when nobody is named."""
    named = outlets(card)
    if not named:
        return ()
    words = words_of(card)
    first, *others = (_outlet(source, words) for source in named)
    if not others:
        return line(words.say("Source:"), " ", first)
    shown = others[: OUTLETS_MAX - 1]
    runs: list[str | Run] = [
        words.say("First:"),
        " ",
        first,
        f" · {words.count('{n} source', '{n} sources', len(named))} · ",
    ]
    for position, run in enumerate(shown):
        runs += [", ", run] if position else [run]
    if len(others) > len(shown):
        runs.append(f", +{len(others) - len(shown)}")
    return line(*runs)


def _outlet(source: Source, words: Words) -> Run:
    return Run(text=shorten(clean(source.outlet), OUTLET_MAX) or words.say("unnamed"), url=web_link(source.url))


def card_lines(card: Card, zone: str = IST) -> tuple[Line, ...]:
    """The whole card as lines, in the order of the product's example, at most 4,000 code points in all."""
    lines: list[Line] = []
    if what := label(card):
        lines.append(line(Run(text=what, style="bold")))
    if ours := composed(card):
        lines.append(line(Run(text=ours, style="bold")))
    lines.append(line(Run(text=headline(card), style="plain" if ours else "bold", url=web_link(card.url))))
    lines += [line(Run(text=note, style="italic")) for note in notes(card)]
    if told := summary(card):
        lines.append(line(told))
    for row in rows(card):
        facts = row_facts(row)
        name = Run(text=row_name(row, words_of(card)), style="bold")
        lines.append(line(name, f": {facts}") if facts else line(name))
    if len(card.rows) > len(rows(card)):
        lines.append(line(more_rows(card)))
    sources = sources_line(card)
    lines.append((*sources, Run(text=" · "), *edition(card, zone)) if sources else edition(card, zone))
    return tuple(lines)


def plain(lines: tuple[Line, ...]) -> str:
    """The lines without any style; links are left out, since a chat makes its own of a bare address."""
    return "\n".join("".join(run.text for run in one) for one in lines)


def button_rows(buttons: Buttons, *, in_row: int, in_all: int, text_max: int) -> Buttons:
    """The buttons that a platform takes: cleaned and shortened texts, linkable addresses, actions of 64 bytes at
    most, wider rows cut in two. A button that can do nothing is left out."""
    rows: list[tuple[Button, ...]] = []
    room = in_all
    for row in buttons:
        fit = [fitted for button in row if (fitted := _button(button, text_max))][:room]
        room -= len(fit)
        rows += [tuple(fit[start : start + in_row]) for start in range(0, len(fit), in_row)]
    return tuple(rows)


def _button(button: Button, text_max: int) -> Button | None:
    text = shorten(clean(button.text), text_max)
    if button.url is not None:
        url = web_link(button.url)
        return Button(text=text or "…", url=url) if url else None
    action = printable(button.action)
    usable = action and len(action.encode(errors="replace")) <= ACTION_MAX_BYTES
    return Button(text=text or "…", action=action) if usable else None
