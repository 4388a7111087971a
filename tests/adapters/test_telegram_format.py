from __future__ import annotations

import json

import pytest
from hypothesis import given

from bot.adapters.layout import HEADLINE_MAX, clean
from bot.adapters.telegram.format import post_html, post_plain, reply_html
from bot.adapters.telegram.keyboard import keyboard
from bot.model import Button, Buttons, Post, Reply, Run, line, started_action, text_reply
from tests.adapters.samples import AT, FUZZ, HOSTILE, buttons, card, post, posts, replies
from tests.servers.telegram_rules import check_markup
from tests.servers.telegram_text import parse_text


@pytest.mark.long
@given(posts)
@FUZZ
def test_telegram_accepts_every_post(shown: Post) -> None:
    parsed = [parse_text(text, "HTML") for text in post_html(shown)]  # raises for what Telegram refuses
    for text in post_html(shown, times=False):
        parse_text(text, "HTML")
    if shown.card is not None:
        assert clean(shown.card.headline)[: HEADLINE_MAX // 2 - 1].strip(" ,;:·") in parsed[0].text


@pytest.mark.long
@given(posts)
@FUZZ
def test_telegram_accepts_every_post_as_plain_text(shown: Post) -> None:
    for text in post_plain(shown):
        parse_text(text, None)


@pytest.mark.long
@given(buttons)
@FUZZ
def test_telegram_accepts_every_keyboard(shown: Buttons) -> None:
    for links_to in (None, "dealwire_bot"):
        markup = keyboard(shown, links_to=links_to)
        if markup is not None:
            sent = json.loads(json.dumps(markup.to_dict()))
            json.dumps(sent, ensure_ascii=False).encode()  # a lone surrogate would fail here
            assert check_markup(sent) == []


def test_a_title_of_a_megabyte_is_one_message() -> None:
    endless = card(headline="Су-57 <b> " * 100_000, summary="x" * 1_000_000, label="🇮🇳" * 500_000)
    (text,) = post_html(post(endless))
    parse_text(text, "HTML")
    parse_text(post_plain(post(endless))[0], None)


def test_a_digest_too_long_for_one_message_is_split_between_lines_and_loses_nothing() -> None:
    rows = tuple(line(Run(text=f"headline {number}", url=f"https://x.test/{number}")) for number in range(400))
    texts = post_html(Post(lines=rows))
    assert len(texts) > 4
    assert "\n".join(parse_text(text, "HTML").text for text in texts).split("\n") == [
        f"headline {number}" for number in range(400)
    ]


def test_times_are_shown_in_the_channels_zone_and_by_telegram_in_the_readers() -> None:
    (text,) = post_html(post(zone="Europe/Moscow"))
    assert '<tg-time unix="1751013120" format="t">11:32 MSK</tg-time>' in text
    parsed = parse_text(text, "HTML")
    assert [one["unix_time"] for one in parsed.entities if one["type"] == "date_time"] == [int(AT.timestamp())]
    (timeless,) = post_html(post(zone="Europe/Moscow"), times=False)
    assert parse_text(timeless, "HTML").text == parsed.text
    assert "tg-time" not in timeless


def test_a_long_row_of_buttons_is_cut_and_a_button_that_can_do_nothing_left_out() -> None:
    row = tuple(Button(text=f"b{n}", action=f"do:{n}") for n in range(10))
    markup = keyboard((row, (Button(text="x"), Button(text="y", action="я" * 33), Button(text="z", url="bad"))))
    assert markup is not None
    assert [len(one) for one in markup.inline_keyboard] == [8, 2]


def test_in_a_channel_the_button_of_its_settings_names_the_channel() -> None:
    change = Button(text="Change the digest", action="settings:digest")
    markup = keyboard(((change,),), links_to="dealwire_bot", chat="-1001234567890")
    assert markup is not None
    url = markup.inline_keyboard[0][0].url
    assert url is not None
    payload = url.partition("?start=")[2]
    assert started_action(payload) == "at:-1001234567890:settings:digest"


def test_in_a_channel_buttons_become_links_to_the_private_chat() -> None:
    why, page = Button(text="Why?", action="why:01jd"), Button(text="Page", url="https://x.test/")
    markup = keyboard(((why, page, Button(text="far", action="x" * 64)),), links_to="dealwire_bot")
    assert markup is not None
    (row,) = markup.inline_keyboard
    assert [one.url for one in row] == ["https://t.me/dealwire_bot?start=do_why_01jd", "https://x.test/"]


@pytest.mark.long
@given(replies)
@FUZZ
def test_telegram_accepts_every_reply(reply: Reply) -> None:
    for text in reply_html(reply):
        parse_text(text, "HTML")


def test_markup_of_others_arrives_as_text() -> None:
    shown = card(label=HOSTILE, headline=HOSTILE, summary=HOSTILE)
    parsed = parse_text(post_html(post(shown))[0], "HTML")
    assert parsed.text.count(HOSTILE) == 3
    linked = [entity["url"] for entity in parsed.entities if entity["type"] == "text_link"]
    assert linked == ["https://ani.test/s400?a=1&b=2", "https://ani.test/1", "https://wion.test/2"]


def test_the_headline_leads_to_the_report_and_programmes_stand_out() -> None:
    (html,) = post_html(post())
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
    assert all(message.endswith("14:02 IST</tg-time>") for message in messages)


def test_links_beyond_telegrams_hundred_entities_go_into_the_next_message() -> None:
    listed = tuple(line(Run(text=f"{n}", url=f"https://x.test/{n}")) for n in range(150))
    messages = reply_html(Reply(lines=listed))
    links = [entity for text in messages for entity in parse_text(text, "HTML").entities]
    assert len(links) == 150
