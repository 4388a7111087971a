"""From notices to messages for the operators: those of one moment together, through the outbox of the alerts.

A notice is a row, written in the transaction of what it tells; here the waiting rows become one message with its
delivery, in one transaction. So each is told exactly once, also when several processes look, and survives a crash
before and after.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.i18n import Language, Words, later, later_count, words_in
from bot.log import event
from bot.model import Alert, Button, Card, Channel, Choice, Delivery, FactRow, Notice, new_id, new_ids
from bot.planning import settings_of
from bot.ports import Clock
from bot.settings import ChannelSettings
from bot.storage import Store

log = logging.getLogger(__name__)

HOLD = timedelta(seconds=30)  # a notice waits so long for others of the same cause, unless it asks; judgement
MOST = 200  # notices in one message
BUTTONS = 10  # rows of them under one message; the lists of commands hold the rest
ROWS = 10  # lines of one message; what is over is counted
# How a notice of each kind reads for one feed and for several; other kinds are shown as they are.
_HEADLINES: Mapping[str, tuple[str, tuple[str, str]]] = {
    "failing": (
        later("{subject} cannot be read"),
        later_count("{n} feed cannot be read", "{n} feeds cannot be read"),
    ),
    "recovered": (
        later("{subject} is read again"),
        later_count("{n} feed is read again", "{n} feeds are read again"),
    ),
    "silent": (later("{subject} is silent"), later_count("{n} feed is silent", "{n} feeds are silent")),
    "heard": (
        later("{subject} brings news again"),
        later_count("{n} feed brings news again", "{n} feeds bring news again"),
    ),
    "renumbered": (
        later("{subject} has renumbered its items"),
        later_count("{n} feed has renumbered its items", "{n} feeds have renumbered their items"),
    ),
    "address": (
        later("{subject} has another address"),
        later_count("{n} feed has another address", "{n} feeds have another address"),
    ),
    "gone": (later("{subject} is gone"), later_count("{n} feed is gone", "{n} feeds are gone")),
    "network": (
        later("No feed can be reached"),
        later_count("{n} notice about the network", "{n} notices about the network"),
    ),
    "network back": (
        later("The feeds are reached again"),
        later_count("{n} notice about the network", "{n} notices about the network"),
    ),
    "shut": (
        later("{subject} takes no messages"),
        later_count("{n} place takes no messages", "{n} places take no messages"),
    ),
    "open": (
        later("{subject} takes messages again"),
        later_count("{n} place takes messages again", "{n} places take messages again"),
    ),
    "deaf": (
        later("{subject} brings no commands"),
        later_count("{n} place brings no commands", "{n} places bring no commands"),
    ),
    "hears": (
        later("{subject} brings commands again"),
        later_count("{n} place brings commands again", "{n} places bring commands again"),
    ),
    "lost": (
        later("{subject} is closed to the bot"),
        later_count("{n} channel is closed to the bot", "{n} channels are closed to the bot"),
    ),
    "asks": (
        later("{subject} asks for access"),
        later_count("{n} chat asks for access", "{n} chats ask for access"),
    ),
    "proposes": (
        later("{subject} proposes a correction"),
        later_count("{n} correction is proposed", "{n} corrections are proposed"),
    ),
}


class Notices:
    """Sends what waits. `tick` may be called at any time, by any number of processes."""

    def __init__(
        self,
        *,
        store: Store,
        operators: Callable[[], Awaitable[Sequence[Channel]]],
        clock: Clock,
        on_deliveries: Callable[[], None],
        hold: timedelta = HOLD,
    ) -> None:
        """`operators`: the channels that are told, asked each time; none: the log alone says it."""
        self._store = store
        self._operators = operators
        self._clock = clock
        self._on_deliveries = on_deliveries
        self._hold = hold

    async def tick(self) -> None:
        """Queue one message of all that waits, if the oldest has waited long enough."""
        now = self._clock()
        oldest = await self._store.oldest_notice_at()
        if oldest is None or (now - oldest < self._hold and not await self._store.a_notice_asks()):
            return
        channels = await self._operators()
        async with self._store.write() as tx:
            notices = await tx.waiting_notices(MOST)
            if not notices:  # another process was quicker
                return
            settings = await settings_of(tx, channels)
            for (lang, zone), some in _spoken_to_alike(settings).items():
                words = words_in(lang)
                message = bulletin(notices, now, words, zone)
                deliveries = [
                    Delivery(id=id_, alert_id=message.id, channel=channel, due_at=now)
                    for id_, channel in zip(new_ids(now, len(some)), some, strict=True)
                ]
                rows = [row for notice in notices for row in notice.buttons]
                await tx.add_bulletin(message, deliveries, tuple(_told(row, words) for row in rows[:BUTTONS]))
            await tx.notices_told([notice.id for notice in notices], now)
        for notice in notices:
            event(log, logging.WARNING, "notice", kind=notice.kind, subject=notice.subject, words=str(notice.words))
        if channels:
            self._on_deliveries()


def bulletin(notices: Sequence[Notice], now: datetime, words: Words, zone: str = "UTC") -> Alert:
    """One message of all `notices` (at least one), for the operators' chats that are spoken to with `words`."""
    counts = Counter(notice.kind for notice in notices)
    first = notices[0]
    if len(notices) == 1:
        headline, summary = _headline(first, words), words.tell(first.words, zone)
    else:
        headline, summary = " · ".join(_counted(kind, n, notices, words) for kind, n in counts.items()), ""
    card = Card(
        label=words.say("NOTICE"),
        headline=headline,
        url=None,
        summary=summary,
        rows=_rows(notices, words, zone) if len(notices) > 1 else (),
        sources=(),
        at=now,
        lang=words.lang,
    )
    return Alert.notice(new_id(now), card, now)


def _spoken_to_alike(settings: Mapping[Channel, ChannelSettings]) -> dict[tuple[Language, str], list[Channel]]:
    """The channels by language and time zone: one message serves all of a kind."""
    found: dict[tuple[Language, str], list[Channel]] = {}
    for channel, chosen in settings.items():
        found.setdefault((chosen.lang, chosen.zone), []).append(channel)
    return found


def _told(row: Sequence[Choice], words: Words) -> tuple[Button, ...]:
    return tuple(Button(text=words.tell(choice.text), action=choice.action) for choice in row)


def _headline(notice: Notice, words: Words) -> str:
    if notice.kind not in _HEADLINES:
        return f"{notice.subject} {notice.kind}".strip()
    return words.say(_HEADLINES[notice.kind][0], subject=notice.subject)


def _counted(kind: str, count: int, notices: Sequence[Notice], words: Words) -> str:
    if count == 1:
        return _headline(next(notice for notice in notices if notice.kind == kind), words)
    return words.count(*_HEADLINES[kind][1], count) if kind in _HEADLINES else f"{count} × {kind}"


def _rows(notices: Sequence[Notice], words: Words, zone: str) -> tuple[FactRow, ...]:
    shown = notices if len(notices) <= ROWS else notices[: ROWS - 1]
    one_kind = len({notice.kind for notice in notices}) == 1  # the headline says it already
    rows = [
        FactRow(
            programme=notice.subject if one_kind and notice.subject else _headline(notice, words),
            facts=(words.tell(notice.words, zone),),
            quotes=("",),
        )
        for notice in shown
    ]
    if len(notices) > len(shown):
        more = words.say("and {more} more", more=len(notices) - len(shown))
        rows.append(FactRow(programme=more, facts=(words.say("see {command}", command="/feeds health"),), quotes=("",)))
    return tuple(rows)
