from __future__ import annotations

import json

import pytest
from hypothesis import given

from bot.adapters.slack.format import (
    Message,
    action_blocks,
    card_blocks,
    post_blocks,
    post_plain,
    reply_blocks,
    unescape,
)
from bot.model import Button, FactRow, Post, Reply, Run, line, text_reply
from tests.adapters.samples import AT, FUZZ, HOSTILE, card, post, posts, replies, source
from tests.servers.block_kit import SAFE_TOTAL, block_flaws, visible_characters
from tests.servers.slack_rules import SAFE_TEXT


def check(message: Message) -> None:
    text, blocks = message
    json.dumps([text, blocks], ensure_ascii=False).encode()  # a lone surrogate would fail here
    assert block_flaws(blocks) == []
    assert visible_characters(blocks) <= SAFE_TOTAL
    assert 0 < len(text) <= SAFE_TEXT


@pytest.mark.long
@given(posts)
@FUZZ
def test_slack_accepts_every_post(shown: Post) -> None:
    for message in post_blocks(shown):
        check(message)
    if shown.card is not None:
        assert 0 < len(post_plain(shown)) <= SAFE_TEXT


@pytest.mark.long
@given(replies)
@FUZZ
def test_slack_accepts_every_reply(reply: Reply) -> None:
    messages = reply_blocks(reply)
    assert len(messages) <= 5  # a response_url takes no more
    for message in messages:
        check(message)


def test_a_title_of_a_megabyte_is_one_message() -> None:
    endless = card(headline="Су-57 <b> " * 100_000, summary="x" * 1_000_000, label="🇮🇳" * 500_000)
    (message,) = post_blocks(post(endless))
    check(message)


def test_many_long_buttons_leave_less_room_for_lines() -> None:
    buttons = tuple(tuple(Button(text="x" * 75, action=f"{row}:{n}") for n in range(4)) for row in range(10))
    for message in post_blocks(Post(lines=(line("word " * 1700),), buttons=buttons)):
        check(message)


def test_no_text_of_others_calls_or_links_anything() -> None:
    row = FactRow(programme=HOSTILE, facts=(HOSTILE,), quotes=("",))
    shown = card(label=HOSTILE, headline=HOSTILE, summary=HOSTILE, rows=(row,), sources=(source(HOSTILE),))
    ((text, blocks),) = post_blocks(post(shown))
    mrkdwn = [text, post_plain(post(shown)), *(one["text"] for one in texts(blocks) if one["type"] == "mrkdwn")]
    for told in mrkdwn:
        assert "<!channel>" not in told
        assert "<https://evil.test" not in told
    plain = [one["text"] for one in texts(blocks) if one["type"] == "plain_text"]
    assert plain.count(HOSTILE) == 4  # label, headline, summary and facts, to the letter


def test_a_card_is_header_summary_facts_and_sources() -> None:
    ((text, blocks),) = post_blocks(post())
    assert text == "NEW · REPORTED · ANI: Rajnath Singh and Belousov discuss faster S-400 delivery"
    assert [block["type"] for block in blocks] == ["context", "header", "section", "section", "context"]
    assert blocks[3]["fields"][0]["text"] == "*S-400 Triumf*"
    assert blocks[3]["fields"][1]["text"] == "talks · 3 delivered, 2 remaining · due 2026"
    assert blocks[4]["elements"][0]["text"] == (
        "<https://ani.test/s400?a=1&amp;b=2|Open the report> · First: <https://ani.test/1|ANI> · 2 sources · "
        "<https://wion.test/2|WION> · v1 · "
        "<!date^1751013120^{date_short_pretty} {time}|27 Jun 2025, 14:02 IST>"
    )


def test_a_headline_too_long_for_the_header_is_told_whole_below() -> None:
    long = "India and Russia " * 15 + "sign"
    blocks = card_blocks(card(headline=long))
    assert len(blocks[1]["text"]["text"]) <= 150
    assert long in blocks[2]["text"]["text"]


def test_ten_programmes_take_two_sections_of_fields() -> None:
    rows = tuple(FactRow(programme=f"P{n}", facts=("talks",), quotes=("",)) for n in range(12))
    blocks = card_blocks(card(rows=rows))
    fields = [len(block["fields"]) for block in blocks if "fields" in block]
    assert fields == [10, 10]
    assert any("2 more programmes" in str(block) for block in blocks)


def test_a_reply_keeps_styles_and_links_exactly() -> None:
    reply = Reply(lines=(line("See ", Run(text="*this*", style="bold"), Run(text="x", url="https://x.test/?a&b")),))
    ((text, blocks),) = reply_blocks(reply)
    assert text == "See *this*x"
    assert blocks[0]["elements"][0]["elements"][:3] == [
        {"type": "text", "text": "See "},
        {"type": "text", "text": "*this*", "style": {"bold": True}},
        {"type": "link", "url": "https://x.test/?a&b", "text": "x"},
    ]


def test_buttons_are_actions_below_the_message() -> None:
    why, page = Button(text="Why?", action="why:01jd"), Button(text="Page", url="https://x.test/")
    ((_, blocks),) = post_blocks(post(buttons=((why, page),)))
    assert blocks[-1]["type"] == "actions"
    assert [(one.get("value"), one.get("url")) for one in blocks[-1]["elements"]] == [
        ("why:01jd", None),
        (None, "https://x.test/"),
    ]
    assert action_blocks(((Button(text="nothing"),),)) == []


def test_a_moment_is_a_date_that_slack_shows_in_the_readers_zone() -> None:
    ((_, blocks),) = post_blocks(Post(lines=(line("due ", Run(text="14:02 IST", at=AT)),)))
    assert blocks[0]["elements"][0]["elements"][1] == {
        "type": "date",
        "timestamp": 1751013120,
        "format": "{time}",
        "fallback": "14:02 IST",
    }


def test_a_reply_that_says_nothing_is_no_message() -> None:
    assert reply_blocks(Reply()) == ()
    assert reply_blocks(text_reply(" \n ")) == ()


def test_a_reply_too_long_for_five_messages_says_that_it_is_cut() -> None:
    messages = reply_blocks(text_reply("word " * 20_000))
    assert len(messages) == 5
    assert "left out" in str(messages[-1][1])


def test_a_long_reply_loses_nothing() -> None:
    rows = [f"row {number}" for number in range(1500)]
    messages = reply_blocks(text_reply("\n".join(rows)))
    told = "".join(element["text"] for _, blocks in messages for element in rich_texts(blocks))
    assert told.split("\n")[:-1] == rows


def test_what_slack_escaped_is_undone() -> None:
    assert unescape("value&gt;=$1bn &amp;lt; <https://x.test/a|x.test/a>") == "value>=$1bn &lt; https://x.test/a"


def texts(node: object) -> list[dict[str, str]]:
    """Every text object in the blocks."""
    if isinstance(node, list):
        return [found for one in node for found in texts(one)]
    if not isinstance(node, dict):
        return []
    own = [node] if node.get("type") in ("mrkdwn", "plain_text") else []
    return own + [found for one in node.values() for found in texts(one)]


def rich_texts(node: object) -> list[dict[str, str]]:
    """Every text element of the rich_text blocks, in order."""
    if isinstance(node, list):
        return [found for one in node for found in rich_texts(one)]
    if not isinstance(node, dict):
        return []
    own = [node] if node.get("type") in ("text", "link") else []
    return own + rich_texts(node.get("elements", []))
