"""Cards and alerts for the adapters' tests, plain and hostile."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from bot.model import Button, Card, FactRow, Line, Post, Reply, Run, Source

AT = datetime(2025, 6, 27, 8, 32, tzinfo=UTC)  # 14:02 in India

HOSTILE = "<b>&amp; <!channel> *bold* _it_ ~x~ `code` <https://evil.test|ANI> @all [red]x[/red]"
"""Every platform's markup in one headline."""


def source(outlet: str = "ANI", url: str | None = "https://ani.test/1") -> Source:
    return Source(outlet=outlet, url=url, seen_at=AT)


def card(
    *,
    label: str = "NEW · REPORTED · ANI",
    headline: str = "Rajnath Singh and Belousov discuss faster S-400 delivery",
    url: str | None = "https://ani.test/s400?a=1&b=2",
    summary: str = "The defence ministers met in Qingdao.",
    rows: tuple[FactRow, ...] | None = None,
    sources: tuple[Source, ...] | None = None,
    version: int = 1,
) -> Card:
    facts = ("talks", "3 delivered, 2 remaining", "due 2026")
    row = FactRow(programme="S-400 Triumf", facts=facts, quotes=("q",) * 3)
    return Card(
        label=label,
        headline=headline,
        url=url,
        summary=summary,
        rows=(row,) if rows is None else rows,
        sources=(source(), source("WION", "https://wion.test/2")) if sources is None else sources,
        at=AT,
        version=version,
    )


def post(shown: Card | None = None, **more: Any) -> Post:
    return Post(card=shown or card(), **more)


# Anything that can stand in a Python text, lone surrogates too, and pieces that mean something to a chat.
_PIECES = (
    "<b>",
    "</b>",
    "&",
    "&amp;",
    "<!channel>",
    "<@U1>",
    "<a href='x'>",
    "*",
    "_",
    "`",
    "|",
    "\n",
    "\x1b[31m",
)
_HINDI_RUSSIAN_EMOJI = ("भारत-रूस रक्षा सौदा", "Индия закупит С-400", "🇮🇳🤝🇷🇺", "\u202e", "\u2066")
hostile_texts = st.lists(
    st.one_of(st.sampled_from(_PIECES + _HINDI_RUSSIAN_EMOJI), st.text(max_size=40)), max_size=12
).map("".join)
long_texts = st.builds(lambda text, times: text * times, hostile_texts, st.sampled_from((1, 1, 50)))
# A feed may serve a headline of a megabyte; one in twenty does here.
headlines = st.builds(
    lambda text, times: text * times, hostile_texts, st.sampled_from((*(1,) * 12, *(50,) * 7, 20_000))
)
urls = st.one_of(
    st.none(),
    hostile_texts.map("https://x.test/".__add__),
    long_texts.map("https://x.test/?q=".__add__),
    st.sampled_from(("javascript:alert(1)", "https://[", "http://", "https://x.test/a|b>c<d\"e'f g&h", "")),
)
sources = st.builds(source, long_texts, urls)
rows = st.builds(
    lambda programme, facts: FactRow(programme=programme, facts=tuple(facts), quotes=("",) * len(facts)),
    long_texts,
    st.lists(long_texts, max_size=6),
)
cards = st.builds(
    lambda notes, composed, lang, **texts: replace(card(**texts), notes=tuple(notes), composed=composed, lang=lang),
    notes=st.lists(long_texts, max_size=6),
    composed=st.one_of(st.just(""), long_texts),
    lang=st.sampled_from(("en", "hi", "ru")),
    label=long_texts,
    headline=headlines,
    url=urls,
    summary=long_texts,
    rows=st.lists(rows, max_size=14).map(tuple),
    sources=st.lists(sources, max_size=12).map(tuple),
    version=st.integers(1, 99),
)
runs = st.builds(
    lambda text, style, url, at: Run(text=text, style=style, url=url, at=at, day=style == "bold"),
    long_texts,
    st.sampled_from(("plain", "bold", "italic", "code")),
    urls,
    st.sampled_from((None, None, AT)),
)
lines: st.SearchStrategy[Line] = st.lists(runs, max_size=6).map(tuple)
actions = st.one_of(st.just("why:01jd0000000000000000000000"), hostile_texts)
buttons = st.lists(
    st.lists(
        st.builds(lambda text, action, url: Button(text=text, action=action, url=url), long_texts, actions, urls),
        max_size=14,
    ).map(tuple),
    max_size=9,
).map(tuple)
posts = st.builds(
    lambda card, lines, buttons, zone: Post(card=card, lines=tuple(lines), buttons=buttons, zone=zone),
    st.one_of(st.none(), cards),
    st.lists(lines, max_size=8),
    buttons,
    st.sampled_from(("Asia/Kolkata", "Europe/Moscow", "Asia/Kathmandu", "Asia/Dubai", "no/zone")),
)
replies = st.builds(
    lambda lines, cards, buttons: Reply(lines=tuple(lines), cards=tuple(cards), buttons=buttons),
    st.lists(lines, max_size=12),
    st.lists(cards, max_size=3),
    buttons,
)

FUZZ = settings(
    max_examples=int(
        os.environ.get("DEALWIRE_TEST_FUZZ", "60")
    ),  # each costs tens of milliseconds in TDLib or the Block Kit schema
    deadline=None,
    database=None,  # nothing is left behind in the folder
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
