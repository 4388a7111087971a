"""Forms and home pages as values: what a platform shows as a modal or as the app's own page, and what comes back.

Texts are plain and in the reader's language; the platform lays them out and escapes. Only Slack has both so far.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.model import Buttons, Channel, Line, Reply

FieldKind = Literal["text", "choice", "time", "mark", "channel"]
STATE_MAX = 2_600  # characters of `Form.state`; Slack keeps 3,000 with a form, and the adapter needs some of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of the things that a field offers."""

    value: str  # what comes back, at most 150 characters
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question of a form."""

    name: str  # by which its value comes back
    label: str
    kind: FieldKind  # time: "HH:MM"; mark: a box to tick, "yes" or ""; channel: one of the platform's channels, its id
    choices: tuple[Option, ...] = ()  # of a choice; of a mark the words beside the box
    value: str = ""  # what stands there at first
    hint: str = ""
    optional: bool = False
    most: int = 2_000  # characters of a text


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Something to fill in or, without `submit`, to read."""

    title: str
    close: str  # the button that leaves it
    submit: str = ""  # the button that hands it in; "": there is nothing to hand in
    lines: tuple[Line, ...] = ()  # above the fields
    fields: tuple[Field, ...] = ()
    state: str = ""  # comes back with what is filled in, at most `STATE_MAX`
    over: bool = False  # stands over the form before, to which `close` leads back; else it takes its place
    last: bool = False  # whoever closes it is done


@dataclass(frozen=True, slots=True, kw_only=True)
class FormErrors:
    """What is wrong with what was filled in, by the field's name."""

    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormAsked:
    """Somebody wants a form."""

    user: str
    channel: Channel | None  # whose subscriptions it is about; None: to be chosen in it
    private: bool = False  # a one-to-one chat with the bot
    manager: bool = False  # may change the channel's subscriptions, as far as the platform knows
    administrator: bool = False  # see `Command.administrator`
    present: bool = True  # False: the bot cannot post there before it is invited
    lang: str | None = None
    zone: str | None = None  # of the person's profile; None: not told
    what: str = ""  # the subscription to edit; "": a new one


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFilled:
    """Somebody handed a form in."""

    asked: FormAsked  # `channel`: the one chosen, where the form let choose
    state: str
    values: Mapping[str, str]  # by the field's name; "" for what was left empty


FormAnswer = Form | FormErrors | Reply
"""The next form; what is wrong with this one; or words, where there is no form to show."""

HandleForm = Callable[[FormAsked | FormFilled], Awaitable[FormAnswer]]
"""Never raises: what goes wrong is answered in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A channel that the bot is in."""

    channel: Channel
    name: str  # "deals", without any sign before it
    private: bool  # only its members may know what happens in it
    member: bool  # the person is in it


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeAsked:
    """Somebody looks at the app's own page."""

    user: str
    own: Channel  # the person's private chat with the bot
    rooms: tuple[Room, ...] = ()  # of this workspace only
    administrator: bool = False  # of the workspace
    lang: str | None = None
    zone: str | None = None
    page: int = 0  # of the subscriptions
    said: Reply | None = None  # the answer to the button pressed on it, shown above everything else
    said_in: Channel | None = None  # the channel that its buttons act on


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the page."""

    heading: str = ""
    lines: tuple[Line, ...] = ()
    buttons: Buttons = ()
    channel: Channel | None = None  # that the buttons act on; None: the person's own


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    sections: tuple[Section, ...]


HandleHome = Callable[[HomeAsked], Awaitable[HomePage]]
"""Never raises."""

EDIT = "form"  # begins the action of a button that opens a form: "form:" for a new subscription, "form:ID"
TURN = "home"  # of one that turns the page: "home:2"
