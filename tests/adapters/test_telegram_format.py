from __future__ import annotations

from hypothesis import given

from bot.adapters.layout import HEADLINE_MAX, clean
from bot.adapters.telegram.format import alert_html, alert_plain, reply_html
from bot.model import Card, Reply, Run, line, text_reply
from tests.adapters.samples import FUZZ, HOSTILE, card, cards, replies
from tests.servers.telegram_text import parse_text


@given(cards)
@FUZZ
def test_telegram_accepts_every_card(shown: Card) -> None:
    parsed = parse_text(alert_html(shown), "HTML")  # raises for what Telegram refuses, lengths included
    assert clean(shown.headline)[: HEADLINE_MAX // 2 - 1].strip(" ,;:·") in parsed.text


@given(cards)
@FUZZ
def test_telegram_accepts_every_card_as_plain_text(shown: Card) -> None:
    parse_text(alert_plain(shown), None)


@given(replies)
@FUZZ
def test_telegram_accepts_every_reply(reply: Reply) -> None:
    for text in reply_html(reply):
        parse_text(text, "HTML")


def test_markup_of_others_arrives_as_text() -> None:
    shown = card(label=HOSTILE, headline=HOSTILE, summary=HOSTILE)
    parsed = parse_text(alert_html(shown), "HTML")
    assert parsed.text.count(HOSTILE) == 3
    linked = [entity["url"] for entity in parsed.entities if entity["type"] == "text_link"]
    assert linked == ["https://ani.test/s400?a=1&b=2", "https://ani.test/1", "https://wion.test/2"]


def test_the_headline_leads_to_the_report_and_programmes_stand_out() -> None:
    html = alert_html(card())
    assert '<a href="https://ani.test/s400?a=1&amp;b=2"><b>Rajnath' in html
    assert "<b>S-400 Triumf</b>: talks" in html


def test_a_short_reply_is_one_message() -> None:
    reply = Reply(lines=(line("Found ", Run(text="<2>", style="bold")), line(Run(text="/why 1", style="code"))))
    assert reply_html(reply) == ("Found <b>&lt;2&gt;</b>\n<code>/why 1</code>",)


def test_a_reply_that_says_nothing_is_no_message() -> None:
    assert reply_html(Reply()) == ()
    assert reply_html(text_reply(" \n ")) == ()


def test_a_long_reply_is_split_between_lines_and_loses_nothing() -> None:
    rows = [f"{number}. " + "слово " * 30 for number in range(100)]  # "word"
    messages = reply_html(text_reply("\n".join(rows)))
    assert len(messages) > 4
    assert "\n".join(messages).split("\n") == rows


def test_an_endless_line_is_split_between_words_and_loses_nothing() -> None:
    words = [f"word{number}" for number in range(2000)]
    messages = reply_html(text_reply(" ".join(words)))
    assert " ".join(messages).split() == words


def test_many_cards_take_several_messages_each_whole() -> None:
    shown = card(summary="word " * 170)
    messages = reply_html(Reply(lines=(line("Latest"),), cards=(shown,) * 10))
    assert sum(message.count("14:02 IST") for message in messages) == 10
    assert all(message.endswith("14:02 IST") for message in messages)


def test_links_beyond_telegrams_hundred_entities_go_into_the_next_message() -> None:
    listed = tuple(line(Run(text=f"{n}", url=f"https://x.test/{n}")) for n in range(150))
    messages = reply_html(Reply(lines=listed))
    links = [entity for text in messages for entity in parse_text(text, "HTML").entities]
    assert len(links) == 150
