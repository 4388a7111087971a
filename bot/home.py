"""The app's own page: what this workspace's channels get, the latest alerts, and how the sources do.

A person sees the channels that everybody may see and those that he or she is in; buttons stand where the person may
change something. In: who looks, and the channels of the workspace. Out: sections, which the platform lays out.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.access import Access
from bot.asking import slashed, unchosen
from bot.forms import EDIT, TURN, HomeAsked, HomePage, Room, Section
from bot.gate import Gate
from bot.i18n import Words, words_in
from bot.lookups import listed
from bot.managing import WHO, Managing
from bot.model import Button, Channel, Line, Press, Run, Subscription, line
from bot.ports import Clock
from bot.settings import IST, ChannelSettings
from bot.settings_words import digest_words
from bot.storage import Store
from bot.subscribing import told_filter

PAGE = 8  # subscriptions on a page: with all else it is half of what Slack shows
LATEST = 5  # alerts
FAILING = 10  # sources that fail, named
_FILTER_MAX = 300  # code points of a filter shown


class Home:
    """Answers from the store."""

    def __init__(self, *, store: Store, gate: Gate, managing: Managing, clock: Clock) -> None:
        self._store = store
        self._gate = gate
        self._managing = managing
        self._clock = clock

    async def page(self, asked: HomeAsked) -> HomePage:
        """What this person sees."""
        access = await self._gate.refresh()
        settings = await self._store.channel_settings(asked.own) or unchosen(asked.lang, asked.zone)
        words = words_in(settings.lang)
        operator = access.is_operator(_press(asked, asked.own, manager=True))
        own = Room(channel=asked.own, name="", private=True, member=True)
        rooms = {
            room.channel: room
            for room in (own, *asked.rooms)
            if (room.member or operator or not room.private) and _allowed(access, asked, room)
        }
        if not rooms and not operator:
            return HomePage(sections=(*_said(asked), _closed(asked, words, asks=self._gate.mode == "approval")))
        subscriptions = await self._store.subscriptions_of(rooms)
        return HomePage(
            sections=(
                *_said(asked),
                _opening(asked, words, first=not subscriptions),
                *await self._subscriptions(asked, rooms, subscriptions, words, operator=operator),
                *await self._latest(words, settings),
                *(await self._for_administrators(asked, words, settings, operator=operator)),
            )
        )

    async def _subscriptions(
        self,
        asked: HomeAsked,
        rooms: dict[Channel, Room],
        subscriptions: Sequence[Subscription],
        words: Words,
        *,
        operator: bool,
    ) -> list[Section]:
        """One page of them, each with its buttons."""
        if not subscriptions:
            return []
        ordered = sorted(subscriptions, key=lambda one: (not rooms[one.channel].member, rooms[one.channel].name))
        pages = (len(ordered) + PAGE - 1) // PAGE
        page = min(max(asked.page, 0), pages - 1)
        heading = words.say("Subscriptions of this workspace: {n}", n=len(ordered))
        if pages > 1:
            heading += f" ({page + 1}/{pages})"
        sections = [Section(heading=heading)]
        for one in ordered[page * PAGE : (page + 1) * PAGE]:
            room = rooms[one.channel]
            chosen = await self._store.channel_settings(one.channel) or ChannelSettings()
            may = room.member and (operator or await self._may_change(asked, room))
            name = f"#{room.name}" if room.name else words.say("Our private chat")
            filter_ = told_filter(one.filter, words)
            shown = filter_ if len(filter_) <= _FILTER_MAX else f"{filter_[:_FILTER_MAX]}…"
            how = words.say("paused") if one.paused_at else digest_words(chosen.digest, words)
            sections.append(
                Section(
                    lines=(line(Run(text=name, style="bold"), f": {shown} · ", Run(text=how, style="italic")),),
                    buttons=(_buttons(one, words),) if may else (),
                    channel=one.channel,
                )
            )
        if turn := _turn(page, pages):
            sections.append(Section(buttons=(turn,)))
        return sections

    async def _may_change(self, asked: HomeAsked, room: Room) -> bool:
        private = room.channel == asked.own
        return (await self._managing.narrowed(_press(asked, room.channel, manager=True, private=private))).manager

    async def _latest(self, words: Words, settings: ChannelSettings) -> list[Section]:
        alerts = await self._store.latest(LATEST)
        rows = [row for alert in alerts for row in listed(alert, words, settings.zone)]
        if not rows:
            rows = [line(words.say("No alerts yet. They appear here as soon as a feed tells of a deal."))]
        return [Section(heading=words.say("Latest alerts"), lines=tuple(rows))]

    async def _for_administrators(
        self, asked: HomeAsked, words: Words, settings: ChannelSettings, *, operator: bool
    ) -> list[Section]:
        """How the sources do, and who may change subscriptions. Errors are told to the operator only."""
        if not (asked.administrator or operator):
            return []
        status = await self._store.status()
        zone = settings.zone or IST
        never = words.say("never")
        rows: list[Line] = [
            line(words.say("Feeds: {feeds}, failing: {failing}", feeds=status.feeds, failing=status.feeds_failing)),
            line(
                words.say(
                    "Last poll: {time}", time=words.moment(status.last_poll_at, zone) if status.last_poll_at else never
                )
            ),
        ]
        for title, error in list(status.errors.items())[:FAILING]:
            rows.append(line("• ", Run(text=title, style="bold"), f": {error}" if operator else ""))
        if len(status.errors) > FAILING:
            rows.append(line(words.say("and {more} more", more=len(status.errors) - FAILING)))
        who = await self._managing.who(asked.own)
        other = "members" if who == "admins" else "admins"
        told = words.say("Who changes subscriptions: {who}.", who=words.say(WHO[who]))
        change = words.say("Let administrators only") if other == "admins" else words.say("Let all members")
        may = Section(
            heading=words.say("Who may change"),
            lines=(line(told),),
            buttons=((Button(text=change, action=f"who:{other}"),),) if asked.administrator else (),
        )
        return [Section(heading=words.say("Sources"), lines=tuple(rows)), may]


def _opening(asked: HomeAsked, words: Words, *, first: bool) -> Section:
    """What can be done here; to who comes first, how to begin."""
    rows: list[Line] = []
    if first:
        rows = [
            line(Run(text=words.say("Nothing is subscribed yet. To begin:"), style="bold")),
            line("1. ", words.say("Press the button below and choose a channel, or none for our private chat.")),
            line(
                "2. ",
                words.say("A channel gets alerts when I am in it: {invite}", invite="/invite @dealwire"),
            ),
            line("3. ", words.say("{help} lists all commands.", help=slashed(asked.own, "help"))),
        ]
    else:
        rows = [line(words.say("{help} lists all commands.", help=slashed(asked.own, "help")))]
    buttons = (
        Button(text=words.say("Add a subscription"), action=f"{EDIT}:"),
        Button(text=words.say("Refresh"), action=f"{TURN}:{asked.page}"),
    )
    return Section(heading="Dealwire", lines=tuple(rows), buttons=(buttons,))


def _closed(asked: HomeAsked, words: Words, *, asks: bool) -> Section:
    """To who may not use the bot anywhere. `asks`: one may ask for access."""
    start = slashed(asked.own, "start")
    told = (
        words.say("This bot answers only the chats that its operator allowed. {start} asks for access.", start=start)
        if asks
        else words.say("This bot answers only the chats that its operator allowed. {start} tells how.", start=start)
    )
    return Section(heading="Dealwire", lines=(line(told),))


def _said(asked: HomeAsked) -> tuple[Section, ...]:
    """The answer to a button, above the rest."""
    if asked.said is None:
        return ()
    rows = asked.said.lines or ((line(asked.said.toast),) if asked.said.toast else ())
    return (Section(lines=rows, buttons=asked.said.buttons, channel=asked.said_in),)


def _buttons(one: Subscription, words: Words) -> tuple[Button, ...]:
    pause = (
        Button(text=words.say("Pause"), action=f"subpause:{one.id}")
        if one.paused_at is None
        else Button(text=words.say("Resume"), action=f"subresume:{one.id}")
    )
    return (
        Button(text=words.say("Edit"), action=f"{EDIT}:{one.id}"),
        pause,
        Button(text=words.say("Remove"), action=f"subend:{one.id}"),
    )


def _turn(page: int, pages: int) -> tuple[Button, ...]:
    row = []
    if page > 0:
        row.append(Button(text="‹", action=f"{TURN}:{page - 1}"))
    if page < pages - 1:
        row.append(Button(text="›", action=f"{TURN}:{page + 1}"))
    return tuple(row)


def _allowed(access: Access, asked: HomeAsked, room: Room) -> bool:
    return access.allows(_press(asked, room.channel, manager=room.member))


def _press(asked: HomeAsked, channel: Channel, *, manager: bool, private: bool = False) -> Press:
    """The person, as one who presses a button in that channel."""
    return Press(
        action="",
        channel=channel,
        message_id="",
        user=asked.user,
        private=private or channel == asked.own,
        manager=manager,
        lang=asked.lang,
        administrator=asked.administrator,
    )
