"""Forms as Slack's modals and the app's page as its Home tab: pure, values in, views for views.open, .update and
.publish out; and what people filled in, back to values.

Limits: 100 blocks, titles and buttons of a modal 24 characters, labels and hints 2,000, option texts 75,
private_metadata 3,000 (docs.slack.dev/reference/views, /reference/block-kit).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.adapters.layout import button_rows, clean, printable, shorten
from bot.adapters.slack.format import BUTTON_TEXT_MAX, BUTTONS_IN_ROW, HEADER_MAX, Block, line_blocks
from bot.forms import Field, Form, HomePage, Option, Section
from bot.i18n import Words
from bot.model import Button, Line, Run, line

View = dict[str, Any]

CALLBACK = "form"  # callback_id of every modal of ours
VALUE = "value"  # action_id of every field
HOME = "home-"  # begins the action_id of the buttons on the app's page
BLOCKS_MAX = 100
_TITLE_MAX = 24
_OPTION_MAX = 75
_LABEL_MAX = 150  # judgement; Slack takes 2,000
_HINT_MAX = 300
_ERROR_MAX = 300
_INPUT_MAX = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a modal was opened, which Slack keeps with it."""

    address: str = ""  # of the channel; "": not chosen yet
    private: bool = False
    here: bool = False  # opened in that channel, so that the person is in it
    own: str = ""  # address of the person's private chat with the bot; "": not known
    what: str = ""  # as in `FormAsked`
    page: int | None = None  # of the app's page that it was opened on; None: elsewhere


def form_view(form: Form, place: Place, *, external_id: str = "") -> View:
    """The form as a modal that Slack accepts whatever its texts hold."""
    blocks = line_blocks(form.lines) + [_input(field) for field in form.fields]
    view: View = {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": _short(form.title),
        "close": _short(form.close),
        "blocks": blocks[:BLOCKS_MAX],
        "private_metadata": f"{_kept(place)}\n{form.state}",
    }
    if form.submit:
        view["submit"] = _short(form.submit)
    if form.last:
        view["clear_on_close"] = True
    if external_id:
        view["external_id"] = external_id
    return view


def words_view(lines: Iterable[Line], words: Words, place: Place, *, external_id: str = "", last: bool = True) -> View:
    """Words instead of a form."""
    form = Form(title="Dealwire", close=words.say("Close"), lines=tuple(lines), last=last)
    return form_view(form, place, external_id=external_id)


def waiting_view(words: Words, place: Place, *, external_id: str = "") -> View:
    """What stands there while the next form is made."""
    told = Run(text=words.say("One moment …"), style="italic")
    return words_view([line(told)], words, place, external_id=external_id, last=False)


def place_of(view: View) -> tuple[Place, str]:
    """Where the modal was opened, and the state of its form."""
    kept, _, state = str(view.get("private_metadata") or "{}").partition("\n")
    told = json.loads(kept)
    place = Place(
        address=told.get("c", ""),
        private=bool(told.get("p")),
        here=bool(told.get("h")),
        own=told.get("o", ""),
        what=told.get("w", ""),
        page=told.get("n"),
    )
    return place, state


def filled(view: View) -> Mapping[str, str]:
    """What stands in the fields, by their names; "" for what is empty."""
    values = (view.get("state") or {}).get("values") or {}
    return {name: _filled(actions.get(VALUE) or {}) for name, actions in values.items()}


def errors_of(errors: Mapping[str, str], view: View) -> Mapping[str, str]:
    """The errors at the fields that the modal has; what belongs to none stands at the first."""
    there = [str(block["block_id"]) for block in view.get("blocks") or () if block.get("type") == "input"]
    placed: dict[str, str] = {}
    for name, told in errors.items():
        at = name if name in there else next(iter(there), "")
        if at:
            placed[at] = shorten(clean(" ".join(filter(None, (placed.get(at), told)))), _ERROR_MAX)
    return placed


def home_view(page: HomePage, *, own: str, number: int) -> View:
    """The app's page. `own`: address of the reader's private chat; `number`: of the page of subscriptions."""
    blocks: list[Block] = []
    for at, section in enumerate(page.sections):
        made = _section(section, at)
        if len(blocks) + len(made) > BLOCKS_MAX:
            break
        blocks += made
    return {"type": "home", "blocks": blocks, "private_metadata": json.dumps({"o": own, "n": number})}


def home_kept(view: View) -> tuple[str, int]:
    """`own` and `number` of a page that `home_view` made."""
    told = json.loads(view.get("private_metadata") or "{}")
    return str(told.get("o", "")), int(told.get("n", 0))


def pressed(value: str) -> tuple[str, str]:
    """(address of the channel, action) of a button on the app's page; the address "" stands for the own chat."""
    address, _, action = value.partition(" ")
    return address, action


def _section(section: Section, at: int) -> list[Block]:
    blocks: list[Block] = []
    if heading := shorten(clean(section.heading), HEADER_MAX):
        blocks.append({"type": "header", "text": _plain(heading)})
    blocks += line_blocks(section.lines)
    rows = button_rows(section.buttons, in_row=BUTTONS_IN_ROW, in_all=BUTTONS_IN_ROW, text_max=BUTTON_TEXT_MAX)
    address = section.channel.address if section.channel else ""
    for number, row in enumerate(rows):
        elements = [_button(button, f"{HOME}{at}-{number}-{n}", address) for n, button in enumerate(row)]
        blocks.append({"type": "actions", "elements": elements})
    return blocks


def _button(button: Button, action_id: str, address: str) -> Block:
    element: Block = {"type": "button", "action_id": action_id, "text": _plain(button.text)}
    return element | ({"url": button.url} if button.url else {"value": f"{address} {button.action}"})


def _input(field: Field) -> Block:
    block: Block = {
        "type": "input",
        "block_id": field.name,
        "label": _plain(shorten(clean(field.label), _LABEL_MAX) or "–"),
        "element": {**_element(field), "action_id": VALUE},
        "optional": field.optional,
    }
    if hint := clean(field.hint):
        block["hint"] = _plain(shorten(hint, _HINT_MAX))
    return block


def _element(field: Field) -> Block:
    options = [_option(option) for option in field.choices]
    chosen = [option for option in options if option["value"] == field.value]
    match field.kind:
        case "choice":
            return {"type": "static_select", "options": options} | ({"initial_option": chosen[0]} if chosen else {})
        case "mark":
            return {"type": "checkboxes", "options": options} | ({"initial_options": chosen} if chosen else {})
        case "time":
            return {"type": "timepicker"} | ({"initial_time": field.value} if field.value else {})
        case "channel":
            kinds = {"include": ["public", "private"], "exclude_bot_users": True}
            return {"type": "conversations_select", "filter": kinds}
    most = min(field.most, _INPUT_MAX)
    stands = printable(field.value)[:most]
    return {"type": "plain_text_input", "max_length": most} | ({"initial_value": stands} if stands else {})


def _option(option: Option) -> Block:
    return {"text": _plain(shorten(clean(option.text), _OPTION_MAX) or "–"), "value": option.value}


def _filled(state: Mapping[str, Any]) -> str:
    match state.get("type"):
        case "static_select":
            return str((state.get("selected_option") or {}).get("value") or "")
        case "checkboxes":
            return ",".join(str(one.get("value")) for one in state.get("selected_options") or ())
        case "timepicker":
            return str(state.get("selected_time") or "")
        case "conversations_select":
            return str(state.get("selected_conversation") or "")
    return str(state.get("value") or "")


def _kept(place: Place) -> str:
    told = {
        "c": place.address,
        "p": place.private,
        "h": place.here,
        "o": place.own,
        "w": place.what,
        "n": place.page,
    }
    return json.dumps({name: value for name, value in told.items() if value not in ("", False, None)})


def _short(text: str) -> Block:
    """A title, or the text of a modal's button."""
    return _plain(shorten(clean(text), _TITLE_MAX) or "–")


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}
