from __future__ import annotations

import json
from datetime import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.slack.views import (
    Place,
    View,
    errors_of,
    filled,
    form_view,
    home_kept,
    home_view,
    place_of,
    pressed,
    waiting_view,
    words_view,
)
from bot.form_fields import draft_of, filled_fields
from bot.forms import STATE_MAX, Field, Form, HomePage, Option, Section
from bot.i18n import LANGUAGES, words_in
from bot.model import Button, Channel, Run, line
from bot.settings import ChannelSettings, QuietHours
from rules import Pack
from tests.adapters.samples import FUZZ, HOSTILE, buttons, lines
from tests.servers import view_flaws

ANY = st.one_of(st.text(), st.sampled_from([HOSTILE, "", " ", "\n", "\ud800", "x" * 5000, "🇮🇳" * 900, "a\u202eb"]))
LINES = st.lists(lines, max_size=4).map(tuple)
CHANNELS = st.sampled_from([None, Channel.parse("slack:C1"), Channel.parse("slack:T1/C1")])


@st.composite
def fields(draw: st.DrawFn) -> tuple[Field, ...]:
    """Fields with any texts; values of choices are ours, and short."""
    made = []
    for number in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(["text", "choice", "time", "mark", "channel"]))
        options = tuple(Option(value=f"v{n}", text=draw(ANY)) for n in range(draw(st.integers(1, 3))))
        value = {"text": draw(ANY), "choice": "v0", "time": "09:00", "mark": draw(st.sampled_from(["v0", ""]))}
        made.append(
            Field(
                name=f"f{number}",
                label=draw(ANY),
                kind=kind,  # type: ignore[arg-type]  # one of the sampled
                choices=options,
                value=value.get(kind, ""),
                hint=draw(ANY),
                optional=draw(st.booleans()),
                most=draw(st.integers(1, 5000)),
            )
        )
    return tuple(made)


def check(view: View) -> None:
    json.dumps(view, ensure_ascii=False).encode()  # a lone surrogate would fail here
    assert view_flaws(view) == []
    assert len(json.dumps(view).encode()) < 250_000


@given(ANY, ANY, ANY, LINES, fields(), st.booleans())
@FUZZ
def test_slack_accepts_every_form(title: str, submit: str, close: str, told: Any, asked: Any, last: bool) -> None:
    form = Form(title=title, submit=submit, close=close, lines=told, fields=asked, state="s" * STATE_MAX, last=last)
    place = Place(address="E0123456789/C0123456789", own="E0123456789/D0123456789", what="0" * 26, page=99, here=True)
    check(form_view(form, place, external_id="late-1"))


@given(st.lists(st.builds(Section, heading=ANY, lines=LINES, buttons=buttons, channel=CHANNELS), max_size=3))
@FUZZ
def test_slack_accepts_every_page(sections: list[Section]) -> None:
    view = home_view(HomePage(sections=tuple(sections)), own="T1/D1", number=3)
    check(view)
    assert home_kept(view) == ("T1/D1", 3)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_subscription_form_is_accepted_in_every_language_with_any_filter(pack: Pack, lang: Any) -> None:
    words = words_in(lang)

    @given(ANY, ANY)
    @FUZZ
    def accepted(filter_: str, zone: str) -> None:
        settings = ChannelSettings(lang=lang, zone=zone, quiet=QuietHours(start=time(22), end=time(7)))
        asked = filled_fields(draft_of(filter_, settings), words, pack)
        title, submit = words.say("Subscribe"), words.say("Preview")
        check(form_view(Form(title=title, submit=submit, close=words.say("Cancel"), fields=asked), Place()))
        check(words_view((line(Run(text=filter_, style="bold"), HOSTILE),), words, Place()))

    accepted()
    check(waiting_view(words, Place(), external_id="late-1"))


def test_no_text_of_others_calls_or_links_anything() -> None:
    section = Section(heading=HOSTILE, lines=(line(HOSTILE),), buttons=((Button(text=HOSTILE, action="a:1"),),))
    form = Form(title="x", close="x", lines=(line(HOSTILE),), fields=(Field(name="f", label=HOSTILE, kind="text"),))
    for view in (home_view(HomePage(sections=(section,)), own="D1", number=0), form_view(form, Place())):
        assert "mrkdwn" not in json.dumps(view)


def test_what_is_kept_with_a_modal_comes_back() -> None:
    place = Place(address="T1/C1", private=True, here=True, own="T1/D1", what="s1", page=2)
    state = 'save\n{"zone": "Asia/Kolkata"}\n"a\nb" OR c'
    assert place_of(form_view(Form(title="x", close="x", state=state), place)) == (place, state)
    assert place_of(form_view(Form(title="x", close="x"), Place())) == (Place(), "")


def test_empty_fields_come_back_empty() -> None:
    values = {
        "a": {"value": {"type": "plain_text_input", "value": None}},
        "b": {"value": {"type": "static_select", "selected_option": None}},
        "c": {"value": {"type": "checkboxes", "selected_options": []}},
        "d": {"value": {"type": "timepicker", "selected_time": None}},
        "e": {"value": {"type": "conversations_select", "selected_conversation": None}},
    }
    assert filled({"state": {"values": values}}) == dict.fromkeys("abcde", "")


def test_errors_of_fields_that_are_not_there_stand_at_the_first() -> None:
    view = form_view(Form(title="x", close="x", fields=(Field(name="filter", label="x", kind="text"),)), Place())
    assert errors_of({"nowhere": "<a>\nb"}, view) == {"filter": "<a> b"}
    assert errors_of({"nowhere": "a"}, form_view(Form(title="x", close="x"), Place())) == {}


def test_a_page_of_many_sections_keeps_slacks_limit() -> None:
    sections = tuple(Section(heading=str(n), lines=(line("x"),)) for n in range(80))
    view = home_view(HomePage(sections=sections), own="D1", number=0)
    assert len(view["blocks"]) == 100


@pytest.mark.parametrize("channel", [None, Channel.parse("slack:T1/C1")])
def test_a_button_of_the_page_tells_its_channel(channel: Channel | None) -> None:
    section = Section(buttons=((Button(text="Pause", action="subpause:s1"),),), channel=channel)
    view = home_view(HomePage(sections=(section,)), own="D1", number=0)
    value = view["blocks"][0]["elements"][0]["value"]
    assert pressed(value) == (channel.address if channel else "", "subpause:s1")
